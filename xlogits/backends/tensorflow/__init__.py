"""The backend functions on TensorFlow tensors and variables: eager, tf.function, XLA."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from xlogits.backends.tensorflow.chunked import accumulate as accumulate
from xlogits.backends.tensorflow.chunked import differentiable as differentiable
from xlogits.backends.tensorflow.chunked import fold as fold
from xlogits.backends.tensorflow.chunked import index_slope as index_slope
from xlogits.backends.tensorflow.chunked import project as project
from xlogits.backends.tensorflow.quick import (
    quick_sigmoid_cross_entropy as quick_sigmoid_cross_entropy,
)
from xlogits.backends.tensorflow.quick import (
    quick_softmax_cross_entropy as quick_softmax_cross_entropy,
)
from xlogits.errors import ShapeError as _ShapeError
from xlogits.errors import require_labels as _require_labels

NAME = "TensorFlow"
STACK = "tf.stack({})"
REFUSES_SOME = False
apart = None  # TensorFlow copies between devices by itself
index_cross_entropy_gradient = None  # autograd knows it
filler = None  # tensors cannot be written to

Array = Any


def refuse(x: Array) -> str:
    return ""


def shape(x: Array) -> tuple[int | None, ...]:
    static = x.shape
    if static.rank is None:
        raise _ShapeError(
            "a TensorFlow tensor of unknown rank; expected one whose number of axes is known: "
            "call tf.ensure_shape or set_shape first"
        )
    sizes = tuple(static)
    if None in sizes and isinstance(x, tf.Variable) and tf.executing_eagerly():
        return tuple(x.value().shape)
    return sizes


def dtype(x: Array) -> str:
    return x.dtype.name  # type: ignore[no-any-return]


def known(x: Array) -> Any:
    if not tf.executing_eagerly() or "CPU" not in x.device:
        return None
    return x.numpy()


def cast(x: Array, dtype: str) -> Array:
    return x if x.dtype == dtype else tf.cast(x, dtype)


def full_like(x: Array, value: float) -> Array:
    return tf.fill(tf.shape(x), tf.constant(value, x.dtype))


def from_numbers(numbers: list[Any], dtype: str, shape: Sequence[int], like: Array) -> Array:
    return tf.constant(numbers, dtype, shape)


def expand(x: Array, axis: int) -> Array:
    return tf.expand_dims(x, axis)


def sizes(x: Array) -> list[Any]:
    if None not in tuple(x.shape):
        return list(x.shape)
    return [tf.shape(x)[i] if n is None else n for i, n in enumerate(x.shape)]


def reshape(x: Array, shape: Sequence[Any]) -> Array:
    return tf.reshape(x, shape)


def transpose(x: Array, order: Sequence[int]) -> Array:
    return tf.transpose(x, order)


def concat(xs: Sequence[Array], axis: int) -> Array:
    return tf.concat(xs, axis)


def one_hot(labels: Array, classes: int, axis: int, dtype: str) -> Array:
    return tf.one_hot(labels, classes, axis=axis, dtype=dtype)


def _like(value: Array | float, x: Array) -> Array:
    """In the dtype of `x`; tf.cast would round a Python number to float32 first."""
    return (
        tf.constant(value, x.dtype) if isinstance(value, (int, float)) else tf.cast(value, x.dtype)
    )


def where(condition: Array, x: Array, y: Array) -> Array:
    if isinstance(y, (int, float)):
        y = _like(y, x)
    elif isinstance(x, (int, float)):
        x = _like(x, y)
    return tf.where(condition, x, y)


def take(vector: Array, labels: Array) -> Array:
    classes = vector.shape[0] or tf.shape(vector)[0]
    return _or_nan(tf.gather(vector, _inside(labels, classes)), labels, classes)


def pick(x: Array, labels: Array, axis: int) -> Array:
    last = x.shape.rank - 1
    if axis != last:
        x = tf.transpose(x, [*(i for i in range(last + 1) if i != axis), axis])
    classes = x.shape[-1] or tf.shape(x)[-1]
    picked = tf.gather(x, _inside(labels, classes), axis=-1, batch_dims=labels.shape.rank)
    return _or_nan(picked, labels, classes)


def _inside(labels: Array, classes: Any) -> Array:
    """Labels with those out of range replaced by 0: tf.gather raises on a CPU, reads 0 on a GPU."""
    classes = tf.cast(classes, labels.dtype)
    return tf.where((labels >= 0) & (labels < classes), labels, tf.zeros_like(labels))


def _or_nan(picked: Array, labels: Array, classes: Any) -> Array:
    classes = tf.cast(classes, labels.dtype)
    nan = tf.cast(float("nan"), picked.dtype)
    return tf.where((labels >= 0) & (labels < classes), picked, nan)


def choose(x: Array, labels: Array) -> Array:
    classes = x.shape[1] or tf.shape(x)[1]
    chosen = tf.gather(x, _inside(labels, classes), axis=1, batch_dims=1)
    inside = (labels >= 0) & (labels < tf.cast(classes, labels.dtype))
    return where(inside[..., None], chosen, float("nan"))


def fitted(x: Array, sizes: Sequence[Any], role: str) -> Array:
    if not sizes:
        return x
    given, wanted = tf.shape(x), tf.stack(sizes)
    fits = tf.reduce_all(tf.equal(given, wanted))  # == asks TF1's graphs if they are one object
    said = f"{role} and logits do not fit together: sizes of {role}, and the expected ones:"
    if x.dtype.is_unsigned:
        x = tf.cast(x, tf.int64)
    # the smallest integer is no class, and nothing that anybody asks to be ignored
    bad = tf.constant(x.dtype.min if x.dtype.is_integer else math.nan, x.dtype)
    with tf.control_dependencies([tf.debugging.Assert(fits, [said, given, wanted])]):
        return tf.where(fits, x, bad)


def check_labels(labels: Array, classes: int | None) -> Array:
    values = known(labels)
    if values is not None:
        _require_labels(values, classes)
    return labels if labels.dtype in (tf.int32, tf.int64) else tf.cast(labels, tf.int64)


def stop_gradient(x: Array) -> Array:
    return tf.stop_gradient(x)


def exp(x: Array) -> Array:
    return tf.exp(x)


def log(x: Array) -> Array:
    return tf.math.log(x)


def log1p(x: Array) -> Array:
    return tf.math.log1p(x)


def expm1(x: Array) -> Array:
    return tf.math.expm1(x)


def sqrt(x: Array) -> Array:
    return tf.sqrt(x)


def power(x: Array, exponent: float) -> Array:
    return tf.pow(x, exponent)


def added(x: Array, value: float) -> Array:
    # the graph optimizer makes x - (y - value) of x - y + value, and a small value is lost in y
    return x + where(x == x, value, x)


def tanh(x: Array) -> Array:
    return tf.tanh(x)


def sign(x: Array) -> Array:
    return tf.sign(x)


def maximum(x: Array, y: Array | float) -> Array:
    return tf.maximum(x, _like(y, x))


def minimum(x: Array, y: Array | float) -> Array:
    return tf.minimum(x, _like(y, x))


def positive_part(x: Array) -> Array:
    return tf.where(x < 0, tf.zeros_like(x), tf.where(x == 0, x / 2, x))  # 1/2 at 0


def clip(x: Array, low: float, high: float) -> Array:
    return tf.clip_by_value(x, _like(low, x), _like(high, x))


def sigmoid(x: Array) -> Array:
    return tf.sigmoid(x)


def log_sigmoid(x: Array) -> Array:
    return tf.math.log_sigmoid(x)


def softplus(x: Array) -> Array:
    return tf.math.softplus(x)


def logit(x: Array) -> Array:
    return tf.math.log(x) - tf.math.log1p(-x)


def sum(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    return tf.reduce_sum(x, axis, keepdims)


def any(x: Array, axis: int) -> Array:
    return tf.reduce_any(x, axis)


def max(x: Array, axis: int, keepdims: bool = False) -> Array:
    return tf.reduce_max(x, axis, keepdims=keepdims)


def cumsum(x: Array, axis: int) -> Array:
    return tf.cumsum(x, axis)


def sort(x: Array, axis: int) -> Array:
    return tf.sort(x, axis)


def scan(step: Callable[..., Any], state: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    steps = xs[0].shape[0] or tf.shape(xs[0])[0]

    def body(i: Any, state: Any, before: Any) -> Any:
        at = steps - 1 - i if reverse else i
        before = tuple(some.write(at, s) for some, s in zip(before, state, strict=True))
        return i + 1, step(state, tuple(x[at] for x in xs)), before

    before = tuple(tf.TensorArray(s.dtype, steps, element_shape=s.shape) for s in state)
    _, state, before = tf.while_loop(
        lambda i, *_: i < steps, body, (0, state, before), maximum_iterations=steps
    )
    return state, tuple(some.stack() for some in before)


def count(x: Array, axis: int | None = None) -> Any:
    size = tf.size(x) if axis is None else x.shape[axis] or tf.shape(x)[axis]
    return tf.cast(size, x.dtype)


def softmax(x: Array, axis: int) -> Array:
    return tf.nn.softmax(x, axis)


def shares(x: Array, axis: int) -> tuple[Array, Array]:
    p = softmax(x, axis)
    return p, 1 - p


def log_softmax(x: Array, axis: int) -> Array:
    return tf.nn.log_softmax(x, axis)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    return tf.reduce_logsumexp(x, axis, keepdims)


def index_cross_entropy(logits: Array, labels: Array, axis: int) -> Array:
    last = logits.shape.rank - 1
    if axis != last:
        logits = tf.transpose(logits, [*(i for i in range(last + 1) if i != axis), axis])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)


def dense_cross_entropy(logits: Array, weights: Array, axis: int) -> Array:
    last = logits.shape.rank - 1
    if axis != last:
        order = [*(i for i in range(last + 1) if i != axis), axis]
        logits, weights = tf.transpose(logits, order), tf.transpose(weights, order)
    # to the kernel 0 times infinity is NaN
    some = tf.reduce_max(logits, -1, keepdims=True) > -float("inf")
    hidden = (weights == 0) & (logits == -float("inf")) & some
    logits = tf.where(hidden, logits.dtype.min, logits)
    weights = tf.where(hidden, tf.zeros_like(weights), weights)
    return _dense_cross_entropy(logits, weights)


def _less_weights(logits: Array, weights: Array) -> Array:
    """softmax(logits) - weights, to more digits than their difference has."""
    shape = tf.shape(logits)
    flat = tf.stack([tf.reduce_prod(shape[:-1]), shape[-1]])
    _, slope = tf.raw_ops.SoftmaxCrossEntropyWithLogits(
        features=tf.reshape(logits, flat), labels=tf.reshape(weights, flat)
    )
    # TensorFlow does not know the derivative of the kernel's second result by its labels, which is -1
    return tf.reshape(slope, shape) + (tf.stop_gradient(weights) - weights)


@tf.custom_gradient  # type: ignore[untyped-decorator]  # its own, p - w, is for weights that sum to 1
def _dense_cross_entropy(logits: Array, weights: Array) -> tuple[Array, Callable[..., Any]]:
    def gradient(out: Array) -> tuple[Array, Array]:
        out = tf.expand_dims(out, -1)
        p, total = tf.nn.softmax(logits), tf.reduce_sum(weights, -1, keepdims=True)
        # the kernel's digits where they count; its p need not be this one, so nothing is taken away
        usual = _less_weights(logits, weights) + p * (total - 1)
        slope = tf.where(tf.abs(total - 1) < 0.5, usual, p * total - weights)
        return out * slope, -out * tf.nn.log_softmax(logits)

    cost = tf.nn.softmax_cross_entropy_with_logits(labels=weights, logits=logits)
    return cost, gradient


def sigmoid_cross_entropy(logits: Array, labels: Array) -> Array:
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)


def value_and_grad(function: Callable[..., Array], arrays: tuple[Array, ...]) -> Any:
    """`function(*arrays)` is (scalar, value); returns value and the scalar's gradients."""
    with tf.GradientTape() as tape:
        tape.watch(arrays)
        scalar, value = function(*arrays)
    grads = tape.gradient(scalar, arrays, unconnected_gradients="zero")
    return value, grads
