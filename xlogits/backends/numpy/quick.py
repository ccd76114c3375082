"""Small arrays on NumPy, where calls take longer than the arithmetic: as few of them as will do.

All is in float64, so that float32 results are right to half a unit, and nothing is shifted: that is
for logits so near 0 that e^x has all its digits. Everything else answers None. The general path
asks here first, so that a number is the same by whichever way.
"""

from typing import Any

import numpy as np

Array = Any

MOST = 4096  # numbers
_FAR = 300.0  # e^x, and the quotient of two of them, is far from overflow
_FAR_SQUARED = _FAR**2
_LAST, _NONE = -1, "none"
_MEANS = "mean", "mean_over_items"
_F4, _F8, _I4, _I8 = (np.dtype(name) for name in ("f4", "f8", "i4", "i8"))
_MORE = np.longdouble  # where it has more digits than float64
_NUMBERS = frozenset(map(np.dtype, "?bBhHiIlLqQefd"))
_COUNT, _ONES, _ZERO, _MINUS = np.arange(MOST), np.ones(MOST), np.zeros(()), np.full((), -1.0)
for _constant in (_COUNT, _ONES, _ZERO, _MINUS):
    _constant.flags.writeable = False
_ndarray, _add, _subtract, _multiply = np.ndarray, np.add, np.subtract, np.multiply
_divide, _exp, _log1p, _copysign = np.divide, np.exp, np.log1p, np.copysign
_greater, _sum = np.greater, np.add.reduce


# -- losses of labels with no option but a reduction; None for all that is not plainly in order


def quick_softmax_cross_entropy(
    logits: Array, labels: Array, axis: Any = _LAST, reduction: Any = _NONE
) -> Array | None:
    """Class indexes, or one number per class, along the last of two axes."""
    kind = logits.dtype
    if (kind is not _F4 and kind is not _F8) or axis is not _LAST:
        return None
    if type(logits) is not _ndarray or type(labels) is not _ndarray:
        return None
    of_labels, shape = labels.dtype, logits.shape
    if len(shape) != 2:
        return None
    if of_labels is not _I8 and of_labels is not _I4:
        found = quick_dense(logits, labels) if of_labels is kind else None
        return found if found is None or reduction is _NONE else _reduced(found, reduction)
    items, classes = shape
    size = items * classes
    if labels.shape != (items,) or not 0 < size <= MOST:
        return None
    order = labels.tolist()
    order.sort()  # of a few numbers faster than the minimum and maximum of an array
    if order[0] < 0 or order[-1] >= classes:
        return None
    exps = logits.astype(_F8, "C")
    flat = exps.ravel()
    if not _all_near(flat, kind):
        return None
    at = _add(_COUNT[:size:classes], labels)
    _exp(exps, exps)
    lead = flat[at]
    flat[at] = _ZERO
    rest = exps.dot(_ONES[:classes]) if kind is _F4 else _sum(exps, 1, _MORE).astype(_F8)
    _divide(rest, lead, rest)
    _log1p(rest, rest)
    loss = rest if kind is _F8 else rest.astype(kind)
    return loss if reduction is _NONE else _reduced(loss, reduction)


def quick_dense(logits: Array, labels: Array) -> Array | None:
    """One number per class, in the shape and dtype of two axes of logits."""
    kind, shape = logits.dtype, logits.shape
    if labels.shape != shape or not 0 < logits.size <= MOST:
        return None
    x, q = logits.astype(_F8, "C"), labels.astype(_F8, "C")
    if not (_all_near(x.ravel(), kind) and _all_near(q.ravel(), kind)):
        return None
    top, cost = _apart(x)
    ones = _ONES[: shape[1]]
    _multiply(cost, q.dot(ones), cost)
    _subtract(top[:, None], x, x)
    _multiply(x, q, x)
    _add(cost, x.dot(ones), cost)
    return cost if kind is _F8 else cost.astype(kind)


def quick_sigmoid_cross_entropy(
    logits: Array, labels: Array, reduction: Any = _NONE
) -> Array | None:
    """Labels of any dtype of numbers, in the shape of the logits."""
    kind = logits.dtype
    if kind is not _F4 and kind is not _F8:
        return None
    if type(logits) is not _ndarray or type(labels) is not _ndarray:
        return None
    if labels.shape != logits.shape or not 0 < logits.size <= MOST or not logits.shape:
        return None
    if labels.dtype is not kind:
        if labels.dtype not in _NUMBERS:
            return None
        labels = labels.astype(kind)
    x, z = logits.astype(_F8, "C"), labels.astype(_F8, "C")
    if not (_all_near(x.ravel(), kind) and _all_near(z.ravel(), kind)):
        return None
    linear = _multiply(_subtract(_greater(x, _ZERO), z), x)
    _copysign(x, _MINUS, x)
    _exp(x, x)
    _log1p(x, x)
    _add(x, linear, x)
    loss = x if kind is _F8 else x.astype(kind)
    return loss if reduction is _NONE else _reduced(loss, reduction)


def _reduced(loss: Array, reduction: Any) -> Array | None:
    if type(reduction) is not str:
        return None
    if reduction == _NONE:
        return loss
    total = _sum(loss, None)
    return total / loss.size if reduction in _MEANS else total if reduction == "sum" else None


# -- functions of rows; None for numbers that are not near 0


def softmax(rows: Array) -> Array | None:
    exps = rows.astype(_F8, "C", subok=False)
    if not _near(exps.ravel()):
        return None
    _exp(exps, exps)
    _divide(exps, _sum(exps, 1, _MORE).astype(_F8)[:, None], exps)
    return exps.astype(rows.dtype, copy=False)


def log_softmax(rows: Array) -> Array | None:
    x = rows.astype(_F8, "C", subok=False)
    apart = _largest_apart(x)
    if apart is None:
        return None
    top, cost = apart
    _subtract(x, top[:, None], x)
    _subtract(x, cost[:, None], x)
    return x.astype(rows.dtype, copy=False)


def logsumexp(rows: Array) -> Array | None:
    apart = _largest_apart(rows.astype(_F8, "C", subok=False))
    return None if apart is None else _add(*apart).astype(rows.dtype, copy=False)


def _largest_apart(x: Array) -> tuple[Array, Array] | None:
    return _apart(x) if _near(x.ravel()) else None


def _apart(x: Array) -> tuple[Array, Array]:
    """The largest number of each row, and minus the logarithm of its share."""
    flat = x.ravel()
    classes = x.shape[1]
    at = _add(_COUNT[: flat.size : classes], x.argmax(1))
    exps = _exp(x)
    numbers = exps.ravel()
    lead = numbers[at]
    numbers[at] = _ZERO
    rest = _sum(exps, 1, _MORE).astype(_F8)
    _divide(rest, lead, rest)
    return flat[at], _log1p(rest, rest)


def _all_near(flat: Array, kind: Any) -> bool:
    """The same of numbers that were of a dtype; a product never warns of float32, however large."""
    return bool(flat.dot(flat) <= _FAR_SQUARED) if kind is _F4 else _near(flat)


def _near(flat: Array) -> bool:
    return bool(flat[flat.argmin()] >= -_FAR and flat[flat.argmax()] <= _FAR)  # not for NaN
