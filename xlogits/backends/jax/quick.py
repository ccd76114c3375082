"""The usual calls on JAX arrays outside of any transformation: compiled once, and called.

JAX without `jit` dispatches each operation of a formula by itself, which takes fifty times as long.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from xlogits.backends.jax.rows import (
    dense_cross_entropy,
    dense_cross_entropy_value,
    index_cross_entropy,
    sigmoid_cross_entropy,
)

Array = Any

with jax.ensure_compile_time_eval():  # the first call may be inside jax.jit, where this is a tracer
    _ARRAY = type(jnp.zeros(0))
_F32, _F64 = np.dtype("float32"), np.dtype("float64")  # what is computed in its own precision
_I32, _I64 = np.dtype("int32"), np.dtype("int64")
_MANY = 2**17  # numbers from which a look at the result is cheaper than one at each of them
_FEW = 64  # labels that Python looks through faster than NumPy


def quick_softmax_cross_entropy(
    logits: Array, labels: Array, axis: int, reduction: str
) -> Array | None:
    if type(logits) is not _ARRAY or type(labels) is not _ARRAY or axis != -1:
        return None
    try:
        given = logits.dtype
        if not (given is _F32 or given is _F64):
            return None
        if labels.dtype is given:
            if labels.shape != logits.shape or not logits.ndim or not logits.shape[-1]:
                return None
            return (_DENSE if logits.size < _MANY else _LARGE_DENSE)[reduction](logits, labels)
        items, classes = logits.shape
        kind = labels.dtype
        # C has two names for 64 bits, and JAX keeps the first that it meets
        known = kind is _I32 or kind is _I64 or kind == _I64
        known = known and labels.shape == (items,) and classes
        if known and _inside(labels, items, classes):
            return _SOFTMAX[reduction](logits, labels)
    except Exception:  # the general path says what is wrong
        pass
    return None


def quick_sigmoid_cross_entropy(logits: Array, labels: Array, reduction: str) -> Array | None:
    if type(logits) is not _ARRAY or type(labels) is not _ARRAY:
        return None
    try:
        given = logits.dtype
        if (
            (given is _F32 or given is _F64)
            and labels.dtype is given
            and labels.shape == logits.shape
        ):
            return _SIGMOID[reduction](logits, labels)
    except Exception:
        pass
    return None


def _inside(labels: Array, items: int, classes: int) -> bool:
    """Whether every label is a class, where that can be read without waiting for a device."""
    if labels.platform() != "cpu":
        return True  # bad ones become NaN
    values = np.asarray(labels)
    if 0 < items <= _FEW:
        few = values.tolist()
        few.sort()
        return bool(few[-1] < classes and few[0] >= 0)
    return bool(values.min(initial=0) >= 0 and values.max(initial=0) < classes)


def _reductions(loss: Callable[..., Array]) -> dict[str, Callable[..., Array]]:
    def total(logits: Array, labels: Array) -> Array:
        return jnp.sum(loss(logits, labels))

    def mean(logits: Array, labels: Array) -> Array:
        each = loss(logits, labels)
        return jnp.sum(each) / each.size

    mean_over_items = jax.jit(mean)
    return {
        "none": jax.jit(loss),
        "sum": jax.jit(total),
        "mean": mean_over_items,
        "mean_over_items": mean_over_items,
    }


_SOFTMAX = _reductions(partial(index_cross_entropy, axis=1))
_DENSE = _reductions(partial(dense_cross_entropy, axis=-1))
_LARGE_DENSE = _reductions(partial(dense_cross_entropy_value, axis=-1))
_SIGMOID = _reductions(sigmoid_cross_entropy)
