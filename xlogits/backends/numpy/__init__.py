"""The backend functions on NumPy arrays. Half-precision dtypes (bfloat16 from ml_dtypes) included."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from xlogits.backends.numpy.chunked import accumulate as accumulate
from xlogits.backends.numpy.chunked import differentiable as differentiable
from xlogits.backends.numpy.chunked import fold as fold
from xlogits.backends.numpy.chunked import index_slope as index_slope
from xlogits.backends.numpy.chunked import project as project
from xlogits.backends.numpy.each import log_sigmoid as log_sigmoid
from xlogits.backends.numpy.each import sigmoid as sigmoid
from xlogits.backends.numpy.each import sigmoid_cross_entropy as sigmoid_cross_entropy
from xlogits.backends.numpy.each import softplus as softplus
from xlogits.backends.numpy.output import filler as filler
from xlogits.backends.numpy.quick import quick_sigmoid_cross_entropy as quick_sigmoid_cross_entropy
from xlogits.backends.numpy.quick import quick_softmax_cross_entropy as quick_softmax_cross_entropy
from xlogits.backends.numpy.rows import dense_cross_entropy as dense_cross_entropy
from xlogits.backends.numpy.rows import index_cross_entropy as index_cross_entropy
from xlogits.backends.numpy.rows import index_cross_entropy_gradient as index_cross_entropy_gradient
from xlogits.backends.numpy.rows import log_softmax as log_softmax
from xlogits.backends.numpy.rows import logsumexp as logsumexp
from xlogits.backends.numpy.rows import shares as shares
from xlogits.backends.numpy.rows import softmax as softmax
from xlogits.errors import require_labels as _require_labels

NAME = "NumPy"
STACK = "numpy.stack({})"
REFUSES_SOME = False
apart = None
value_and_grad = None

Array = Any

# to ask NumPy for the name of a dtype takes as long as a small kernel
_NAMES = {np.dtype(c): np.dtype(c).name for c in "?bBhHiIlLqQefd"}


def refuse(x: Array) -> str:
    if isinstance(x, np.ma.MaskedArray):
        return "a masked array, whose mask a loss would drop; pass x.filled(...) and sample_weight"
    if isinstance(x, np.matrix):
        return "a numpy.matrix, whose * is the matrix product; pass numpy.asarray(x)"
    return ""


def shape(x: Array) -> tuple[int, ...]:
    return x.shape  # type: ignore[no-any-return]


def dtype(x: Array) -> str:
    return _NAMES.get(x.dtype) or x.dtype.name


def known(x: Array) -> Array:
    return x


def cast(x: Array, dtype: str) -> Array:
    return x if (_NAMES.get(x.dtype) or x.dtype.name) == dtype else x.astype(_dtype(dtype))


def _dtype(name: str) -> Any:
    if name == "bfloat16":  # an ml_dtypes array reached us, so the package is there
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(name)


def full_like(x: Array, value: float) -> Array:
    return np.full_like(x, value)


def from_numbers(numbers: list[Any], dtype: str, shape: Sequence[int], like: Array) -> Array:
    return np.array(numbers, _dtype(dtype)).reshape(shape)


def expand(x: Array, axis: int) -> Array:
    return np.expand_dims(x, axis)


def sizes(x: Array) -> list[int]:
    return list(x.shape)


def reshape(x: Array, shape: Sequence[Any]) -> Array:
    return np.reshape(x, shape)


def transpose(x: Array, order: Sequence[int]) -> Array:
    return np.transpose(x, order)


def concat(xs: Sequence[Array], axis: int) -> Array:
    return np.concatenate(xs, axis)


def one_hot(labels: Array, classes: int, axis: int, dtype: str) -> Array:
    hot = np.zeros((*labels.shape, classes), _dtype(dtype))
    np.put_along_axis(hot, labels[..., None], 1, -1)
    return np.moveaxis(hot, -1, axis)


def where(condition: Array, x: Array | float, y: Array | float) -> Array:
    return np.where(condition, x, y)


def take(vector: Array, labels: Array) -> Array:
    return vector[labels]


def pick(x: Array, labels: Array, axis: int) -> Array:
    return np.take_along_axis(x, np.expand_dims(labels, axis), axis).squeeze(axis)


def choose(x: Array, labels: Array) -> Array:
    return x[np.arange(len(x))[:, None], labels]


def fitted(x: Array, sizes: Sequence[Any], role: str) -> Array:
    return x


def check_labels(labels: Array, classes: int | None) -> Array:
    _require_labels(labels, classes)
    return labels.astype(np.intp, copy=False)


def stop_gradient(x: Array) -> Array:
    return x


def exp(x: Array) -> Array:
    return np.exp(x)


def log(x: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)


def log1p(x: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log1p(x)


def expm1(x: Array) -> Array:
    return np.expm1(x)


def sqrt(x: Array) -> Array:
    return np.sqrt(x)


def power(x: Array, exponent: float) -> Array:
    return np.power(x, exponent)


def added(x: Array, value: float) -> Array:
    return x + value


def tanh(x: Array) -> Array:
    return np.tanh(x)


def sign(x: Array) -> Array:
    return np.sign(x)


def maximum(x: Array, y: Array | float) -> Array:
    return np.maximum(x, y)


def minimum(x: Array, y: Array | float) -> Array:
    return np.minimum(x, y)


def positive_part(x: Array) -> Array:
    return np.maximum(x, 0)


def clip(x: Array, low: float, high: float) -> Array:
    return np.clip(x, low, high)


def logit(x: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        # log(p / (1 - p)) in two halves: near 1/2 the second is the accurate one
        near_half = np.log1p((2 * x - 1) / (1 - x))
        return np.where(np.abs(x - 0.5) < 0.2, near_half, np.log(x) - np.log1p(-x))


def sum(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    return np.sum(x, axis=axis, keepdims=keepdims)


def any(x: Array, axis: int) -> Array:
    return np.any(x, axis=axis)


def max(x: Array, axis: int, keepdims: bool = False) -> Array:
    return np.max(x, axis=axis, keepdims=keepdims)


def cumsum(x: Array, axis: int) -> Array:
    return np.cumsum(x, axis=axis)


def sort(x: Array, axis: int) -> Array:
    return np.sort(x, axis=axis)


def scan(step: Callable[..., Any], state: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    before = []
    for i in reversed(range(len(xs[0]))) if reverse else range(len(xs[0])):
        before.append(state)
        state = step(state, tuple(x[i] for x in xs))
    before = before[::-1] if reverse else before
    return state, tuple(np.stack(some) for some in zip(*before, strict=True))


def count(x: Array, axis: int | None = None) -> Any:
    return x.size if axis is None else x.shape[axis]
