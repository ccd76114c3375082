"""NumPy's softmax and what belongs to it, to the last digits, along one axis.

Three things cost the usual formulas their digits, and none of them happens here:

- 1 - p, and log p, where p is near 1. The sum over the classes leaves out the largest, so that the
  loss of a confident prediction is log1p of what is left, however small that is.
- x - max(x) rounded: an error of half a unit of the difference becomes, by way of exp, a relative
  one, ten units at a difference of 20. Nothing is subtracted here where exp(x) neither overflows nor
  vanishes, a whole number where all x are negative, which is exact, and max(x) where it is so large
  that this is exact too, or what it rounds off is put back.
- exp itself, to 2.5 units in single precision: float32 is computed in float64 and rounded once.

Rows are taken in blocks that stay in the cache, so that float64 costs no memory worth mentioning.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any

_LARGEST = 700.0  # exp of it is a float64, with room for the sum
_BLOCK = 2**15  # numbers worked on at a time


class Sums(NamedTuple):
    """One row: e^(x - shift) without the (first) largest, their sum, and that largest by itself.

    `log` is log(sum(exp(x - top))), 0 where the largest logit `top` is infinite or NaN: x - top says
    all there is to say then. All of them in float64, and with the axis of the classes.
    """

    exps: Array
    rest: Array
    lead: Array
    first: Array
    top: Array
    log: Array


def wide(x: Array) -> Array:
    """In float64, in which float32 is computed."""
    return x.astype(np.float64, copy=False)


def sums(rows: Array) -> Sums:
    first = np.argmax(rows, -1, keepdims=True)
    top = wide(np.take_along_axis(rows, first, -1))
    finite = np.isfinite(top)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exps = _exps(rows, np.where(finite, top, 0.0))
        lead = np.take_along_axis(exps, first, -1)
        np.put_along_axis(exps, first, 0.0, -1)
        rest = np.sum(exps, -1, keepdims=True)
        log = np.where(finite, np.log1p(rest / lead), 0.0)
    return Sums(exps, rest, lead, first, top, log)


def _exps(rows: Array, top: Array) -> Array:
    """e^(x - shift), where the shift depends on the row alone."""
    most = _LARGEST - np.log(rows.shape[-1])
    far = (top < -_LARGEST) | (top > most)
    shift = np.where(far, top, np.ceil(np.minimum(top, 0.0)))
    # in C order, in which NumPy adds in pairs along the last axis
    exps = np.subtract(rows, shift, dtype=np.float64, order="C")
    if rows.dtype != np.float64 or not np.any(far & (abs(top) < 4 * _LARGEST)):
        return np.exp(exps, out=exps)
    # what the subtraction rounded off (Knuth's two-sum): nothing, unless x < top / 2
    back = exps + shift
    lost = (rows - back) - (shift - (back - exps))
    lost = np.where(np.isfinite(lost), lost, 0.0)
    np.exp(exps, out=exps)
    exps *= 1 + lost
    return exps


def shares(x: Array, axis: int) -> tuple[Array, Array]:
    p, not_p = _by_rows(_shares, (True, True), x, axis)
    return p, not_p


def _shares(rows: Array) -> tuple[Array, Array]:
    exps, rest, lead, first, *_ = sums(rows)
    with np.errstate(invalid="ignore"):
        whole = lead + rest
        p = np.divide(exps, whole, out=exps)
        np.put_along_axis(p, first, lead / whole, -1)
        not_p = 1 - p
        np.put_along_axis(not_p, first, rest / whole, -1)
    return p, not_p


def softmax(x: Array, axis: int) -> Array:
    return _by_rows(lambda rows: _shares(rows)[:1], (True,), x, axis)[0]


def log_softmax(x: Array, axis: int) -> Array:
    return _by_rows(_log_softmax, (True,), x, axis)[0]


def _log_softmax(rows: Array) -> tuple[Array]:
    found = sums(rows)
    with np.errstate(invalid="ignore"):
        y = np.subtract(rows, found.top, out=found.exps)
        y -= found.log
    return (y,)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    (total,) = _by_rows(_logsumexp, (False,), x, axis)
    return np.expand_dims(total, axis) if keepdims else total


def _logsumexp(rows: Array) -> tuple[Array]:
    if not rows.shape[-1]:
        return (np.full(len(rows), -np.inf),)
    found = sums(rows)
    return ((found.top + found.log)[:, 0],)


def index_cross_entropy(x: Array, labels: Array, axis: int) -> Array:
    return _by_rows(_index, (False,), x, axis, labels.reshape(-1))[0]


def _index(rows: Array, labels: Array) -> tuple[Array]:
    found = sums(rows)
    at_label = np.take_along_axis(rows, labels[:, None], -1)
    with np.errstate(invalid="ignore"):
        return (((found.top - at_label) + found.log)[:, 0],)


def dense_cross_entropy(x: Array, weights: Array, axis: int) -> Array:
    weights = np.moveaxis(weights, axis, -1).reshape(-1, x.shape[axis])
    return _by_rows(_dense, (False,), x, axis, weights)[0]


def _dense(rows: Array, weights: Array) -> tuple[Array]:
    found, q = sums(rows), wide(weights)
    with np.errstate(invalid="ignore"):
        below = found.top - rows
        below[(q == 0) & np.isinf(below)] = 0
        return (np.sum(q * below, -1) + np.sum(q * found.log, -1),)


def _by_rows(
    function: Callable[..., tuple[Array, ...]],
    keeps: tuple[bool, ...],
    x: Array,
    axis: int,
    *others: Array,
) -> list[Array]:
    """`function(rows, *others)` block by block; which of its results keep the classes' axis."""
    moved = np.moveaxis(x, axis, -1)
    classes = moved.shape[-1]
    count = moved.size // classes if classes else int(np.prod(moved.shape[:-1]))
    rows = moved.reshape(count, classes)
    made = [np.empty((count, classes) if keep else count, x.dtype) for keep in keeps]
    step = max(1, _BLOCK // max(classes, 1))
    for start in range(0, count if classes or not keeps[0] else 0, step):
        block = slice(start, start + step)
        parts = function(rows[block], *(other[block] for other in others))
        for whole, part in zip(made, parts, strict=True):
            whole[block] = part
    return [
        np.moveaxis(whole.reshape(moved.shape), -1, axis)
        if keep
        else whole.reshape(moved.shape[:-1])[()]
        for whole, keep in zip(made, keeps, strict=True)
    ]
