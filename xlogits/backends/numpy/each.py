"""The logistic function and its relatives on NumPy: numbers each on its own, a block at a time.

e^-|x| is computed in float64, where the exponential of float32 would cost two units in the last place.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.backends.numpy.quick import quick_sigmoid_cross_entropy

Array = Any

_BLOCK = 2**14  # numbers


def sigmoid(x: Array) -> Array:
    def block(x: Array, e: Array, y: Array) -> None:
        _decay(x, e)
        np.divide(np.where(x >= 0, 1, e), 1 + e, out=y, casting="same_kind")

    return _in_blocks(block, x)


def log_sigmoid(x: Array) -> Array:
    return -softplus(-x)


def softplus(x: Array) -> Array:
    def block(x: Array, e: Array, y: Array) -> None:
        _decay(x, e)
        np.add(np.maximum(x, 0), np.log1p(e, out=e), out=y, casting="same_kind")

    return _in_blocks(block, x)


def sigmoid_cross_entropy(logits: Array, labels: Array) -> Array:
    """Exact at infinite logits too: the product of 0 and infinity is 0."""
    loss = quick_sigmoid_cross_entropy(logits, labels)
    if loss is not None:
        return loss

    def block(x: Array, z: Array, e: Array, y: Array) -> None:
        np.abs(x, out=y)
        np.negative(y, out=e)
        np.exp(e, out=e)
        slope = np.greater(x, 0, out=y, casting="unsafe")
        slope -= z
        flat = slope == 0
        slope *= x
        slope[flat] = 0
        cost = e.astype(x.dtype)
        np.log1p(cost, out=cost)
        slope += cost

    return _in_blocks(block, logits, labels)


def _decay(x: Array, e: Array) -> None:
    """e^-|x|."""
    np.exp(-np.abs(x.astype(e.dtype)), out=e)


def _in_blocks(function: Callable[..., None], *arrays: Array) -> Array:
    """Call it with blocks of the arrays, one of float64 to work in and one of the result."""
    first = arrays[0]
    result = np.empty(first.shape, first.dtype)
    flat, made = [x.reshape(-1) for x in arrays], result.reshape(-1)
    e = np.empty(min(_BLOCK, first.size))
    with np.errstate(invalid="ignore"):
        for start in range(0, first.size, _BLOCK):
            some = slice(start, start + _BLOCK)
            y = made[some]
            function(*(x[some] for x in flat), e[: len(y)], y)
    return result[()]
