"""The usual calls on eager TensorFlow tensors: the kernel itself, without the Python around it.

`tf.nn` spends three quarters of a small eager call on checks that are made here, or by the kernel.
"""

import math
from typing import Any

import tensorflow as tf

Array = Any

with tf.init_scope():  # the first call may be inside tf.function, where this is symbolic
    _EAGER = type(tf.constant(0.0))
_FLOATS = (tf.float32, tf.float64)  # what is computed in its own precision
_MEANS = frozenset({"mean", "mean_over_items"})
# how far the computed sum of a row that sums to 1 may be from it
_ROUNDING = {tf.float32: 4 * 2.0**-23, tf.float64: 4 * 2.0**-52}
_dense_kernel = tf.raw_ops.SoftmaxCrossEntropyWithLogits
_index_kernel = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits
_sum, _mean = tf.raw_ops.Sum, tf.raw_ops.Mean


def quick_softmax_cross_entropy(
    logits: Array, labels: Array, axis: int, reduction: str
) -> Array | None:
    """The kernels take logits of two axes; class indexes are int32 or int64, and each is looked at."""
    if type(logits) is not _EAGER or type(labels) is not _EAGER or axis != -1:
        return None
    try:
        given = logits.dtype
        if given in _FLOATS:
            if labels.dtype is given:
                return _reduced_dense(logits, labels, reduction)
            loss, _ = _index_kernel(features=logits, labels=labels)
            return _reduced(loss, [0], reduction)
    except Exception:  # the general path says what is wrong
        pass
    return None


def _reduced_dense(logits: Array, labels: Array, reduction: str) -> Array | None:
    """Where the kernel is right: its gradient is for rows that sum to 1, and 0 times infinity is NaN."""
    if logits.shape != labels.shape or logits.shape.rank != 2 or "CPU" not in logits.device:
        return None
    off = abs(_sum(input=labels, axis=[1]).numpy() - 1)
    if not (off <= _ROUNDING[labels.dtype]).all():
        return None
    loss, _ = _dense_kernel(features=logits, labels=labels)
    return _reduced(loss, [0], reduction) if (abs(loss.numpy()) < math.inf).all() else None


def quick_sigmoid_cross_entropy(logits: Array, labels: Array, reduction: str) -> Array | None:
    if type(logits) is not _EAGER or type(labels) is not _EAGER:
        return None
    try:
        given = logits.dtype
        if given in _FLOATS and labels.dtype is given and logits.shape == labels.shape:
            loss = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
            return _reduced(loss, list(range(loss.ndim)), reduction)
    except Exception:
        pass
    return None


def _reduced(loss: Array, axes: list[int], reduction: str) -> Array | None:
    if reduction == "none":
        return loss
    if reduction == "sum":
        return _sum(input=loss, axis=axes)
    return _mean(input=loss, axis=axes) if reduction in _MEANS else None
