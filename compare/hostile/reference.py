"""What the numbers are: the definitions, item by item, in extended precision, on plain arrays.

Shares nothing with `xlogits`. A class index out of range makes its item NaN, 0 times infinity is 0
within the sum over classes, and softmax of a row that holds +inf, or -inf alone, is NaN.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

REAL = np.longdouble


def log_softmax_of(row: Any) -> Any:
    row = np.asarray(row, REAL)
    top = row.max(initial=-np.inf)
    if not np.isfinite(top):
        return np.full(row.shape, np.nan, REAL)
    with np.errstate(divide="ignore"):
        return row - top - np.log(np.exp(row - top).sum())


def logsumexp_of(row: Any) -> Any:
    row = np.asarray(row, REAL)
    top = row.max(initial=-np.inf)
    if not np.isfinite(top):
        return top
    return top + np.log(np.exp(row - top).sum())


def softplus_of(x: Any) -> Any:
    x = REAL(x)
    return x + np.log1p(np.exp(-x)) if x > 0 else np.log1p(np.exp(x))


def logit_of(p: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(REAL(p)) - np.log1p(-REAL(p))


def product(weight: Any, log_p: Any) -> Any:
    """Their product, but 0 where one is 0 and the other infinite."""
    with np.errstate(invalid="ignore"):
        return np.where((weight == 0) & np.isinf(log_p), REAL(0), weight * log_p)


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    axes = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (int(axis),)
    return tuple(one % ndim for one in axes)


def _rows(x: Any, axis: Any) -> Any:
    """With the class axes as one, the last."""
    axes = _axes(axis, x.ndim)
    batch = [i for i in range(x.ndim) if i not in axes]
    moved = np.transpose(x, [*batch, *axes])
    return moved.reshape([*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in axes)])


def softmax_cross_entropy(
    logits: Any,
    labels: Any,
    axis: Any = -1,
    class_weight: Any = None,
    sample_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: str = "none",
) -> Any:
    x = _rows(logits, axis)
    dense = labels.shape == logits.shape
    q = _rows(labels, axis) if dense else labels
    classes = x.shape[-1]
    w = np.ones(classes, REAL) if class_weight is None else np.asarray(class_weight, REAL)
    loss, valid = np.zeros(x.shape[:-1], REAL), np.ones(x.shape[:-1], bool)
    chosen = np.zeros(x.shape[:-1], REAL)
    for key in np.ndindex(*x.shape[:-1]):
        target = q[key] if dense else int(q[key])
        if not dense and ignore_index is not None and target == ignore_index:
            valid[key] = False
            continue
        if not dense and not 0 <= target < classes:
            loss[key] = chosen[key] = np.nan
            continue
        row = np.asarray(target, REAL) if dense else (np.arange(classes) == target).astype(REAL)
        share = (1 - REAL(label_smoothing)) * row + REAL(label_smoothing) / classes
        # the weight of a class that is not the label does not matter, be it infinite
        used = w if dense else np.where(share == 0, REAL(0), w)
        with np.errstate(invalid="ignore"):
            loss[key] = -product(used * share, log_softmax_of(x[key])).sum()
        chosen[key] = 1 if dense else w[target]
    if class_weight is None or dense:
        chosen = valid.astype(REAL)
    return reduced(loss, valid, chosen, sample_weight, reduction)


def sigmoid_cross_entropy(
    logits: Any,
    labels: Any,
    axis: Any = -1,
    pos_weight: Any = None,
    sample_weight: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "none",
) -> Any:
    w = np.asarray(1 if pos_weight is None else pos_weight, REAL)
    if w.ndim == 1 and w.size > 1:
        w = w.reshape([-1 if i == axis % logits.ndim else 1 for i in range(logits.ndim)])
    w = np.broadcast_to(w, logits.shape)
    loss = np.zeros(logits.shape, REAL)
    for key in np.ndindex(*logits.shape):
        z = (1 - REAL(label_smoothing)) * REAL(labels[key]) + REAL(label_smoothing) / 2
        x = REAL(logits[key])
        with np.errstate(invalid="ignore"):
            loss[key] = product(w[key] * z, softplus_of(-x)) + product(1 - z, softplus_of(x))
    valid = np.ones(logits.shape, bool)
    return reduced(loss, valid, valid.astype(REAL), sample_weight, reduction)


def reduced(loss: Any, valid: Any, chosen: Any, weight: Any, word: str) -> Any:
    """The losses weighted, and brought together as the word says."""
    given = REAL(1) if weight is None else np.asarray(weight, REAL)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = loss * given
        if word == "none":
            return weighted
        total = weighted.sum()
        if word == "sum":
            return total
        spread = np.broadcast_to(given, loss.shape)
        by = {
            "mean": loss.size,
            "mean_over_items": loss.size,
            "mean_over_valid": valid.sum(),
            "mean_over_class_weight": chosen[valid].sum(),
            "mean_over_sample_weight": spread[valid].sum() if weight is not None else valid.sum(),
            "mean_over_nonzero_weight": np.count_nonzero(spread),
            "mean_over_batch": loss.shape[0] if loss.ndim else 1,
        }[word]
        return total / REAL(by)


def _along(function: Callable[[Any], Any]) -> Callable[..., Any]:
    def run(x: Any, axis: Any = -1) -> Any:
        if not x.ndim:
            return run(x.reshape(1)).reshape(())
        axes = _axes(axis, x.ndim)
        order = [*(i for i in range(x.ndim) if i not in axes), *axes]
        rows = _rows(x, axis)
        out = np.zeros(rows.shape, REAL)
        for key in np.ndindex(*rows.shape[:-1]):
            out[key] = function(rows[key])
        moved = out.reshape([x.shape[i] for i in order])
        return np.transpose(moved, [order.index(i) for i in range(x.ndim)])

    return run


def logsumexp(x: Any, axis: Any = -1, keepdims: bool = False) -> Any:
    if not x.ndim:
        return np.asarray(x, REAL)
    rows = _rows(x, axis)
    out = np.zeros(rows.shape[:-1], REAL)
    for key in np.ndindex(*out.shape):
        out[key] = logsumexp_of(rows[key])
    axes = _axes(axis, x.ndim)
    return out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)]) if keepdims else out


def _each(function: Callable[[Any], Any]) -> Callable[..., Any]:
    def run(x: Any) -> Any:
        out = np.zeros(x.shape, REAL)
        for key in np.ndindex(*x.shape):
            out[key] = function(x[key])
        return out

    return run


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "sigmoid_cross_entropy": sigmoid_cross_entropy,
    "softmax": _along(lambda row: np.exp(log_softmax_of(row))),
    "log_softmax": _along(log_softmax_of),
    "logsumexp": logsumexp,
    "sigmoid": _each(lambda x: np.exp(-softplus_of(-x))),
    "log_sigmoid": _each(lambda x: -softplus_of(-x)),
    "softplus": _each(softplus_of),
    "logit": _each(logit_of),
}


def numbers(x: Any) -> Any:
    """An argument as the reference reads it."""
    return np.asarray(x) if isinstance(x, np.generic) else x


def entries(x: Any) -> Iterator[float]:
    yield from np.asarray(x, float).reshape(-1)
