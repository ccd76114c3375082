"""NumPy's softmax and what belongs to it, to the last digits, along one axis.

Three things cost the usual formulas their digits, and none of them happens here:

- 1 - p, and log p, where p is near 1. The sum over the classes leaves out the largest, so that the
  loss of a confident prediction is log1p of what is left, however small that is.
- x - max(x) rounded: an error of half a unit of the difference becomes, by way of exp, a relative
  one, ten units at a difference of 20. Nothing is subtracted here where exp(x) neither overflows nor
  vanishes, a whole number where all x are negative, which is exact, and max(x) where it is so large
  that this is exact too, or what it rounds off is put back.
- exp itself, to 2.5 units in single precision: float32 is computed in float64 and rounded once.
"""

from typing import Any, NamedTuple

import numpy as np

Array = Any

_LARGEST = 700.0  # exp of it is a float64, with room for the sum


class Sums(NamedTuple):
    """One row: e^(x - shift) without the (first) largest, their sum, and that largest by itself.

    `log` is log(sum(exp(x - top))), 0 where the largest logit `top` is infinite or NaN: x - top says
    all there is to say then. The classes are on the last axis of all of them, in float64.
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


def sums(x: Array, axis: int) -> Sums:
    rows = np.moveaxis(x, axis, -1)
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
    if not x.shape[axis]:
        return x, x
    exps, rest, lead, first, *_ = sums(x, axis)
    with np.errstate(invalid="ignore"):
        whole = lead + rest
        p = np.divide(exps, whole, out=exps)
        np.put_along_axis(p, first, lead / whole, -1)
        not_p = 1 - p
        np.put_along_axis(not_p, first, rest / whole, -1)
    return _back(p, x, axis), _back(not_p, x, axis)


def softmax(x: Array, axis: int) -> Array:
    return shares(x, axis)[0]


def log_softmax(x: Array, axis: int) -> Array:
    if not x.shape[axis]:
        return x
    found = sums(x, axis)
    with np.errstate(invalid="ignore"):
        y = np.subtract(np.moveaxis(x, axis, -1), found.top, out=found.exps)
        y -= found.log
    return _back(y, x, axis)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    if not x.shape[axis]:
        return np.full(np.sum(x, axis, keepdims=keepdims).shape, -np.inf, x.dtype)
    found = sums(x, axis)
    total = np.moveaxis(found.top + found.log, -1, axis).astype(x.dtype)
    return total if keepdims else total.squeeze(axis)


def index_cross_entropy(x: Array, labels: Array, axis: int) -> Array:
    found = sums(x, axis)
    at_label = np.take_along_axis(np.moveaxis(x, axis, -1), labels[..., None], -1)
    with np.errstate(invalid="ignore"):
        return ((found.top - at_label) + found.log)[..., 0].astype(x.dtype)


def dense_cross_entropy(x: Array, weights: Array, axis: int) -> Array:
    found = sums(x, axis)
    q = wide(np.moveaxis(weights, axis, -1))
    with np.errstate(invalid="ignore"):
        below = found.top - np.moveaxis(x, axis, -1)
        below[(q == 0) & np.isinf(below)] = 0
        cost = np.sum(q * below, -1) + np.sum(q * found.log, -1)
    return cost.astype(x.dtype)


def _back(y: Array, x: Array, axis: int) -> Array:
    return np.moveaxis(y, -1, axis).astype(x.dtype, copy=False)
