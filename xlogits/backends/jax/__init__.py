"""The backend functions on JAX arrays and tracers."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from xlogits.backends.jax.chunked import accumulate as accumulate
from xlogits.backends.jax.chunked import differentiable as differentiable
from xlogits.backends.jax.chunked import fold as fold
from xlogits.backends.jax.chunked import index_slope as index_slope
from xlogits.backends.jax.chunked import project as project
from xlogits.backends.jax.quick import (
    quick_sigmoid_cross_entropy as quick_sigmoid_cross_entropy,
)
from xlogits.backends.jax.quick import (
    quick_softmax_cross_entropy as quick_softmax_cross_entropy,
)
from xlogits.backends.jax.rows import dense_cross_entropy as dense_cross_entropy
from xlogits.backends.jax.rows import index_cross_entropy as index_cross_entropy
from xlogits.backends.jax.rows import pick as pick
from xlogits.backends.jax.rows import sigmoid_cross_entropy as sigmoid_cross_entropy
from xlogits.backends.jax.rows import wrapless as _wrapless
from xlogits.errors import require_labels as _require_labels

NAME = "JAX"
STACK = "jax.numpy.stack({})"
REFUSES_SOME = True
apart = None  # JAX says so itself
index_cross_entropy_gradient = None  # autograd knows it
filler = None  # arrays cannot be written to

Array = Any

_WIDE = frozenset({np.dtype(np.int32), np.dtype(np.int64)})


def refuse(x: Array) -> str:
    if not isinstance(x.dtype, np.dtype) and jax.dtypes.issubdtype(x.dtype, jax.dtypes.extended):
        return f"a JAX array of {x.dtype}, which holds no numbers"
    if not isinstance(x, jax.core.Tracer) and x.is_deleted():
        return "a deleted JAX array, perhaps donated to a compiled function; pass one that is kept"
    return ""


def shape(x: Array) -> tuple[int, ...]:
    return x.shape  # type: ignore[no-any-return]


def dtype(x: Array) -> str:
    return x.dtype.name  # type: ignore[no-any-return]


def known(x: Array) -> Any:
    if isinstance(x, jax.core.Tracer) or x.platform() != "cpu":
        return None
    return np.asarray(x)


def cast(x: Array, dtype: str) -> Array:
    return x if x.dtype == dtype else x.astype(dtype)


def full_like(x: Array, value: float) -> Array:
    return jnp.full_like(x, value)


def from_numbers(numbers: list[Any], dtype: str, shape: Sequence[int], like: Array) -> Array:
    with jax.ensure_compile_time_eval():  # constants, whose values can be read inside jax.jit too
        return jnp.asarray(np.array(numbers, jnp.dtype(dtype)).reshape(shape))


def expand(x: Array, axis: int) -> Array:
    return jnp.expand_dims(x, axis)


def sizes(x: Array) -> list[int]:
    return list(x.shape)


def reshape(x: Array, shape: Sequence[Any]) -> Array:
    return jnp.reshape(x, shape)


def transpose(x: Array, order: Sequence[int]) -> Array:
    return jnp.transpose(x, order)


def concat(xs: Sequence[Array], axis: int) -> Array:
    return jnp.concatenate(xs, axis)


def one_hot(labels: Array, classes: int, axis: int, dtype: str) -> Array:
    return jax.nn.one_hot(labels, classes, axis=axis, dtype=dtype)


def where(condition: Array, x: Array | float, y: Array | float) -> Array:
    return jnp.where(condition, x, y)


def take(vector: Array, labels: Array) -> Array:
    return vector.at[_wrapless(labels, vector.shape[0])].get(mode="fill", fill_value=jnp.nan)


def choose(x: Array, labels: Array) -> Array:
    rows = jnp.arange(x.shape[0])[:, None]
    return x.at[rows, _wrapless(labels, x.shape[1])].get(mode="fill", fill_value=jnp.nan)


def fitted(x: Array, sizes: Sequence[Any], role: str) -> Array:
    return x


def check_labels(labels: Array, classes: int | None) -> Array:
    values = known(labels)
    if values is not None:
        _require_labels(values, classes)
    if labels.dtype in _WIDE:
        return labels
    # int8 and the like wrap around where there are more classes than they have numbers
    return labels.astype(
        jnp.int32 if labels.dtype.itemsize < 4 else jax.dtypes.canonicalize_dtype("int64")
    )


def stop_gradient(x: Array) -> Array:
    return jax.lax.stop_gradient(x)


def exp(x: Array) -> Array:
    return jnp.exp(x)


def log(x: Array) -> Array:
    return jnp.log(x)


def log1p(x: Array) -> Array:
    return jnp.log1p(x)


def expm1(x: Array) -> Array:
    return jnp.expm1(x)


def sqrt(x: Array) -> Array:
    return jnp.sqrt(x)


def power(x: Array, exponent: float) -> Array:
    return jnp.power(x, exponent)


def added(x: Array, value: float) -> Array:
    return x + value


def tanh(x: Array) -> Array:
    return jnp.tanh(x)


def sign(x: Array) -> Array:
    return jnp.sign(x)


def maximum(x: Array, y: Array | float) -> Array:
    # jnp.maximum gives half of the derivative where both are equal
    return jnp.where(x >= y, x, jnp.maximum(x, y))


def minimum(x: Array, y: Array | float) -> Array:
    return jnp.where(x <= y, x, jnp.minimum(x, y))


def positive_part(x: Array) -> Array:
    return jnp.maximum(x, 0)


def clip(x: Array, low: float, high: float) -> Array:
    # jnp.clip gives half of the derivative at the bounds themselves
    return jnp.where((x >= low) & (x <= high), x, jnp.clip(x, low, high))


def sigmoid(x: Array) -> Array:
    return jax.nn.sigmoid(x)


def log_sigmoid(x: Array) -> Array:
    return jax.nn.log_sigmoid(x)


def softplus(x: Array) -> Array:
    return jax.nn.softplus(x)


def logit(x: Array) -> Array:
    return jax.scipy.special.logit(x)


def sum(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    return jnp.sum(x, axis, keepdims=keepdims)


def any(x: Array, axis: int) -> Array:
    return jnp.any(x, axis)


def max(x: Array, axis: int, keepdims: bool = False) -> Array:
    return jnp.max(x, axis=axis, keepdims=keepdims)


def cumsum(x: Array, axis: int) -> Array:
    return jnp.cumsum(x, axis=axis)


def sort(x: Array, axis: int) -> Array:
    return jnp.sort(x, axis=axis)


def scan(step: Callable[..., Any], state: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    found: tuple[Any, Any] = jax.lax.scan(lambda s, x: (step(s, x), s), state, xs, reverse=reverse)
    return found


def count(x: Array, axis: int | None = None) -> Any:
    return x.size if axis is None else x.shape[axis]


def softmax(x: Array, axis: int) -> Array:
    return jax.nn.softmax(x, axis)


def shares(x: Array, axis: int) -> tuple[Array, Array]:
    p = softmax(x, axis)
    return p, 1 - p


def log_softmax(x: Array, axis: int) -> Array:
    return jax.nn.log_softmax(x, axis)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    return jax.nn.logsumexp(x, axis, keepdims=keepdims)


def value_and_grad(function: Callable[..., Array], arrays: tuple[Array, ...]) -> Any:
    """`function(*arrays)` is (scalar, value); returns value and the scalar's gradients."""
    every = tuple(range(len(arrays)))
    (_, value), grads = jax.value_and_grad(function, argnums=every, has_aux=True)(*arrays)
    return value, grads
