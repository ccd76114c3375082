"""Logits against logits: how far they are apart, and what one side has that the other has not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from xlogits.arrays import Given, given, require_some, spacing
from xlogits.backends import numpy as xp
from xlogits.errors import OptionError, ShapeError
from xlogits.precision import rounded

Array = Any


@dataclass(frozen=True)
class LogitsComparison:
    """What `compare_logits` found.

    Attributes:
        same: whether no number is further apart than rounding errors of float32.
        causes: what turns the first into the second, exactly; empty where nothing tried does.
        absolute, relative, ulp: the largest differences (units in the last place of the less precise
            dtype).
        argmax: the share of rows with the same largest class.
        top_k: the share of rows with the same set of the k largest.
        kl, total_variation: of the distributions, the largest of all rows: KL(first || second) in
            nats, and half the sum of the differences of probabilities.
        first_row: the index of the first row that differs; None if none does.
    """

    same: bool
    causes: tuple[str, ...]
    absolute: float
    relative: float
    ulp: float
    argmax: float
    top_k: float
    k: int
    kl: float
    total_variation: float
    first_row: tuple[int, ...] | None
    arrays: tuple[Array, Array] = field(repr=False, compare=False)

    def __str__(self) -> str:
        off = f"{self.absolute:.4g} (relative {self.relative:.3g}, {self.ulp:.3g} ULP)"
        agree = f"{self.argmax:.1%} of the rows, same top {self.k} in {self.top_k:.1%}"
        apart = f"{self.kl:.4g}, total variation {self.total_variation:.4g}"
        lines = [
            f"largest difference: {off}",
            f"same largest class in {agree}",
            f"probabilities: KL divergence at most {apart}",
        ]
        if self.first_row is not None:
            lines.append(f"first row that differs: {self.first_row}")
        if self.same:
            lines.append("the same, to the rounding errors of float32")
        lines += [f"cause: {cause}" for cause in self.causes]
        if not self.same and not self.causes:
            lines.append("unknown: nothing tried turns one into the other")
        return "\n".join(lines)

    def save(self, path: str | Path) -> None:
        """A picture of both: .svg or .png. Needs matplotlib (`pip install "xlogits[report]"`)."""
        from xlogits.diagnosis.picture import draw

        draw(self, Path(path))


def compare_logits(a: Any, b: Any, *, axis: int = -1, k: int = 5) -> LogitsComparison:
    """How two arrays of logits differ, and what would make them the same.

    Args:
        a, b: arrays of any framework, lists or files (.npy, .npz, .csv).
        axis: where the classes are.
        k: how many of the largest classes are compared as a set.

    Returns:
        A `LogitsComparison`; `print` it, or `save` a picture.

    Raises:
        ShapeError: shapes that no order of axes brings together, or no axis at all.
        RangeError: NaN everywhere. DtypeError: no numbers.

    Example:
        >>> x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
        >>> compare_logits(x, x - x.max(1, keepdims=True)).causes[0]
        'a constant is added to every row: softmax and every softmax loss are the same'
    """
    one, two = given(a, "the first"), given(b, "the second")
    x, y = (np.asarray(v.values, np.float64) for v in (one, two))
    for role, array in (("the first", x), ("the second", y)):
        require_some(array, role)
        if not array.ndim or not array.size:
            raise ShapeError(f"{role} has shape {array.shape}; expected an axis of classes")
    if k < 1:
        raise OptionError(f"k is {k}; expected 1 or more")
    turned = _turned(x, y)
    if x.shape != y.shape:
        if not turned:
            raise ShapeError(
                f"the first has shape {x.shape} and the second {y.shape}, and no order of axes makes "
                f"them the same logits"
            )
        order, words = turned[0]
        y = np.transpose(y, order)
        return _compared(x, y, one, two, axis, k, (words,))
    same = _close(x, y)
    causes = () if same else tuple(_causes(x, y, axis)) + tuple(words for _, words in turned)
    return _compared(x, y, one, two, axis, k, causes)


def _compared(
    x: Array, y: Array, one: Given, two: Given, axis: int, k: int, causes: tuple[str, ...]
) -> LogitsComparison:
    rows_x, rows_y = (np.moveaxis(v, axis, -1) for v in (x, y))
    with np.errstate(all="ignore"):
        off = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0.0, np.abs(x - y))
        size = np.maximum(np.abs(x), np.abs(y))
        relative = np.where(off == 0, 0.0, off / np.where(size == 0, 1.0, size))
        ulps = np.where(off == 0, 0.0, off / spacing((one.dtype, two.dtype), size))
        log_p, log_q = (xp.log_softmax(rows, -1) for rows in (rows_x, rows_y))
        p, q = np.exp(log_p), np.exp(log_q)
        kl = np.where(p > 0, p * (log_p - log_q), 0.0).sum(-1)
        variation = np.abs(p - q).sum(-1) / 2
    k = min(k, rows_x.shape[-1])
    tops = [np.sort(np.argsort(-rows, -1, kind="stable")[..., :k], -1) for rows in (rows_x, rows_y)]
    differs = ~np.isclose(rows_x, rows_y, rtol=1e-5, atol=1e-6, equal_nan=True).all(-1)
    rows = np.argwhere(differs)
    return LogitsComparison(
        same=not differs.any() and not causes,
        causes=causes,
        **{
            n: float(np.max(v))
            for n, v in (("absolute", off), ("relative", relative), ("ulp", ulps))
        },
        argmax=float((rows_x.argmax(-1) == rows_y.argmax(-1)).mean()),
        top_k=float((tops[0] == tops[1]).all(-1).mean()),
        k=k,
        kl=float(np.max(kl)),
        total_variation=float(np.max(variation)),
        first_row=tuple(int(i) for i in rows[0]) if len(rows) else None,
        arrays=(rows_x, rows_y),
    )


def _close(x: Array, y: Array) -> bool:
    return bool(x.shape == y.shape and np.allclose(x, y, rtol=1e-5, atol=1e-6, equal_nan=True))


def _causes(x: Array, y: Array, axis: int) -> Iterator[str]:
    """Everything tried that turns one into the other."""
    with np.errstate(all="ignore"):
        for name, function in _FUNCTIONS.items():
            if _close(function(x, axis), y):
                yield f"the second is {name} of the first"
            if _close(function(y, axis), x):
                yield f"the first is {name} of the second"
        yield from _sums(x, y, axis)
        yield from _linear(x, y, axis)
    for dtype in ("bfloat16", "float16"):
        with np.errstate(over="ignore"):
            found = np.array_equal(rounded(x, dtype), y) or np.array_equal(rounded(y, dtype), x)
        if found:
            yield f"one side is rounded to {dtype}"
    classes = _order(np.moveaxis(x, axis, 0), np.moveaxis(y, axis, 0))
    if classes is not None:
        yield f"other order of classes: class i of the second is {_listed(classes)} of the first"
    if x.ndim > 1 and axis % x.ndim != 0:
        items = _order(x, y)
        if items is not None:
            yield f"other order of items: item i of the second is {_listed(items)} of the first"


def _sigmoid(x: Array, axis: int) -> Array:
    return xp.sigmoid(x)


def _log_sigmoid(x: Array, axis: int) -> Array:
    return xp.log_sigmoid(x)


def _softmax_of_logit(x: Array, axis: int) -> Array:
    return xp.softmax(xp.logit(x), axis)


_FUNCTIONS = {
    "softmax": xp.softmax,
    "log_softmax": xp.log_softmax,
    "sigmoid": _sigmoid,
    "log_sigmoid": _log_sigmoid,
    "the softmax of the logit (its inverse is the sigmoid)": _softmax_of_logit,
}


def _sums(x: Array, y: Array, axis: int) -> Iterator[str]:
    """Probabilities, of which one side is divided by something else than the sum of the row."""
    for side, a, b in (("first", x, y), ("second", y, x)):
        if not (b > 0).all() or not np.allclose(b.sum(axis), 1, atol=1e-5) or _close(a, b):
            continue
        factor = a / b
        if (a == 1).all() and a.shape[axis] > 1:
            yield (
                f"the {side} is 1 everywhere: each exponential is divided by itself, and the sum over "
                f"the classes is missing"
            )
        elif (a > 0).all() and _near(factor, factor.mean(axis, keepdims=True)):
            yield f"the rows of the {side} are not divided by their sums"


def _linear(x: Array, y: Array, axis: int) -> Iterator[str]:
    """A constant in every row, a common factor, or both."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return
    center_x, center_y = (v - v.mean(axis, keepdims=True) for v in (x, y))
    if _near(center_x, center_y):
        yield "a constant is added to every row: softmax and every softmax loss are the same"
        return
    square = float((center_x * center_x).sum())
    factor = float((center_x * center_y).sum()) / square if square else 0.0
    if not factor or not _near(factor * center_x, center_y):
        return
    constant = "" if _near(factor * x, y) else ", and a constant is added to every row"
    if factor < 0:
        yield f"the second is the first times {factor:.6g}: the sign is turned{constant}"
    else:
        yield (
            f"the second is the first times {factor:.6g}, a temperature of {1 / factor:.6g}{constant}"
        )


def _near(x: Array, y: Array) -> bool:
    return bool(np.allclose(x, y, rtol=1e-5, atol=2e-6 * max(1.0, float(np.abs(y).max()))))


def _order(x: Array, y: Array) -> Array | None:
    """How the first axis of x is reordered in y; None where it is not."""
    flat_x, flat_y = (np.round(v.reshape(len(v), -1), 5) for v in (x, y))
    order_x, order_y = (np.lexsort(flat.T[::-1]) for flat in (flat_x, flat_y))
    if not _close(x[order_x], y[order_y]):
        return None
    found = np.empty(len(x), int)
    found[order_y] = order_x
    return found if not np.array_equal(found, np.arange(len(x))) else None


def _listed(order: Array) -> str:
    return f"{order[:12].tolist()}{' ...' if len(order) > 12 else ''}[i]"


def _turned(x: Array, y: Array) -> list[tuple[tuple[int, ...], str]]:
    """Orders of axes that make the second the first."""
    if x.ndim != y.ndim or not 1 < x.ndim < 6:
        return []
    return [
        (order, f"the axes are in another order: transpose the second by {order}")
        for order in permutations(range(x.ndim))
        if order != tuple(range(x.ndim)) and _close(x, np.transpose(y, order))
    ]
