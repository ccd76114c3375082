"""The cross-entropies on JAX arrays, in the fewest passes over the logits, forward and backward.

    loss = log sum exp (x - top) - (x_y - top)      with top = max(x)

has the digits of `-log_softmax(x)[y]`, but the derivative of log_softmax would sum over the classes
what one label has put there. The label's logit is picked before `top` is subtracted: otherwise XLA keeps
all the differences for it.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

Array = Any


def index_cross_entropy(logits: Array, labels: Array, axis: int) -> Array:
    top = jax.lax.stop_gradient(jnp.max(logits, axis))
    rest = logits - jnp.expand_dims(top, axis)
    return jnp.log(jnp.sum(jnp.exp(rest), axis)) - (pick(logits, labels, axis) - top)


@partial(jax.jit, static_argnames="axis")  # one program, also where a gradient is asked for eagerly
def dense_cross_entropy(logits: Array, weights: Array, axis: int) -> Array:
    return _dense(logits, weights, axis)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def _dense(logits: Array, weights: Array, axis: int) -> Array:
    return -jnp.sum(weights * _log_p(logits, weights, axis), axis)


def _log_p(logits: Array, weights: Array, axis: int) -> Array:
    """The logarithm of each probability, 0 where it would be infinite and is wanted 0 times."""
    hidden = (weights == 0) & (logits == -jnp.inf)
    return jnp.where(hidden, 0.0, jax.nn.log_softmax(logits, axis))


def _along(axis: int, at: tuple[Array, Array], moves: tuple[Array, Array]) -> tuple[Array, Array]:
    """By a logit p sum w - w, in half the passes that the derivatives of each step take."""
    (logits, weights), (by_logits, by_weights) = at, moves
    moved = jnp.zeros((), logits.dtype)
    if type(by_logits) is not SymbolicZero:
        total = jnp.sum(weights, axis, keepdims=True)
        slope = jax.nn.softmax(logits, axis) * total - weights
        moved += jnp.sum(slope * by_logits, axis)
    if type(by_weights) is not SymbolicZero:
        moved -= jnp.sum(_log_p(logits, weights, axis) * by_weights, axis)
    loss = _dense(logits, weights, axis)
    return loss, jnp.broadcast_to(moved, loss.shape)


_dense.defjvp(_along, symbolic_zeros=True)


def dense_cross_entropy_value(logits: Array, weights: Array, axis: int) -> Array:
    """The same, not to be differentiated: 0 times infinity, which takes as long as all the rest, is
    looked after only where there is something that is no number."""
    plain = -jnp.sum(weights * jax.nn.log_softmax(logits, axis), axis)
    odd = jnp.any(jnp.isnan(plain))
    return jax.lax.cond(odd, lambda: dense_cross_entropy(logits, weights, axis), lambda: plain)


def sigmoid_cross_entropy(logits: Array, labels: Array) -> Array:
    log_p, log_not_p = jax.nn.log_sigmoid(logits), jax.nn.log_sigmoid(-logits)
    return -labels * log_p - (1 - labels) * log_not_p


def pick(x: Array, labels: Array, axis: int) -> Array:
    """The entry that each label names, NaN where it is out of range."""
    indexes = jnp.expand_dims(wrapless(labels, x.shape[axis]), axis)
    picked = jnp.take_along_axis(x, indexes, axis, mode="fill", fill_value=jnp.nan)
    return jnp.squeeze(picked, axis)


def wrapless(labels: Array, classes: int) -> Array:
    """Labels out of range moved just past the end, where the fill value is.

    JAX counts negative ones from the end, and looks at 32 bits of the others: 2**32 would be class 0.
    """
    outside = labels < 0
    if labels.dtype.itemsize > 4:
        outside |= labels > classes
    return jnp.where(outside, classes, labels)
