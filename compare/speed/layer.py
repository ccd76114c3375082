"""The two sides: our function, and what each framework's users write without it."""

from collections.abc import Callable
from typing import Any

import numpy as np

import xlogits as xl

Array = Any


def arrays(framework: str, items: int, features: int, classes: int) -> tuple[Array, ...]:
    """Hidden states, weight and labels."""
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal((items, features), np.float32)
    weight = rng.standard_normal((classes, features), np.float32) / np.float32(features**0.5)
    given = hidden, weight, rng.integers(0, classes, items)
    if framework == "torch":
        import torch

        return tuple(torch.from_numpy(x) for x in given)
    if framework == "tensorflow":
        import tensorflow as tf

        return tuple(tf.constant(x) for x in given)
    if framework == "jax":
        import jax.numpy as jnp

        return tuple(jnp.asarray(x) for x in given)
    return given


def difference(one: Any, other: Any) -> float:
    """The largest between two results, relative to the largest number of each array."""
    pairs = [(np.asarray(a, float), np.asarray(b, float)) for a, b in zip(one, other, strict=True)]
    return max(float(abs(a - b).max() / abs(b).max()) for a, b in pairs)


def steps(framework: str, chunks: bool) -> Callable[..., Any]:
    """A function of the arrays that returns the mean and its gradients by hidden states and weight."""
    return {"numpy": _numpy, "torch": _torch, "tensorflow": _tensorflow, "jax": _jax}[framework](
        chunks
    )


def _ours(hidden: Array, weight: Array, labels: Array) -> Array:
    return xl.linear_softmax_cross_entropy(hidden, weight, labels, reduction="mean")


def _numpy(chunks: bool) -> Callable[..., Any]:
    both = xl.value_and_grad(xl.linear_softmax_cross_entropy, wrt=("hidden", "weight"))

    def ours(hidden: Array, weight: Array, labels: Array) -> Any:
        value, slopes = both(hidden, weight, labels, reduction="mean")
        return value, *slopes

    def whole(hidden: Array, weight: Array, labels: Array) -> Any:
        rows = np.arange(len(labels))
        logits = hidden @ weight.T
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        total = p.sum(axis=1, keepdims=True)
        value = np.mean(np.log(total[:, 0]) - logits[rows, labels])
        p /= total
        p[rows, labels] -= 1
        p /= np.float32(len(labels))
        return value, p @ weight, p.T @ hidden

    return ours if chunks else whole


def _torch(chunks: bool) -> Callable[..., Any]:
    import torch
    import torch.nn.functional as F

    def run(hidden: Array, weight: Array, labels: Array) -> Any:
        hidden, weight = hidden.detach().requires_grad_(), weight.detach().requires_grad_()
        if chunks:
            value = _ours(hidden, weight, labels)
        else:
            value = F.cross_entropy(F.linear(hidden, weight), labels)
        value.backward()
        return value.detach(), hidden.grad, weight.grad

    assert torch.is_grad_enabled()
    return run


def _tensorflow(chunks: bool) -> Callable[..., Any]:
    import tensorflow as tf

    def whole(hidden: Array, weight: Array, labels: Array) -> Any:
        logits = tf.matmul(hidden, weight, transpose_b=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        return tf.reduce_mean(losses)

    def run(hidden: Array, weight: Array, labels: Array) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((hidden, weight))
            value = (_ours if chunks else whole)(hidden, weight, labels)
        return value, *tape.gradient(value, (hidden, weight))

    return run


def _jax(chunks: bool) -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def whole(hidden: Array, weight: Array, labels: Array) -> Any:
        log_p = jax.nn.log_softmax(hidden @ weight.T)
        return -jnp.mean(jnp.take_along_axis(log_p, labels[:, None], 1))

    both = jax.jit(jax.value_and_grad(_ours if chunks else whole, (0, 1)))

    def run(*given: Array) -> Any:
        value, slopes = both(*given)
        return jax.block_until_ready((value, *slopes))

    return run
