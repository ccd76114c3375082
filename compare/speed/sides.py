"""The usual calls of each framework: ours, and what its users write without it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import xlogits as xl

Array = Any


class Sides(NamedTuple):
    """A call in two ways, on the same arrays."""

    what: str
    against: str
    ours: Callable[[], Any]
    native: Callable[[], Any]


def arrays(items: int, classes: int) -> tuple[Array, Array, Array]:
    """Logits, class indexes and probabilities, as NumPy arrays."""
    rng = np.random.default_rng(0)
    dense = rng.random((items, classes), np.float32)
    dense /= dense.sum(1, keepdims=True)
    logits = rng.standard_normal((items, classes), np.float32)
    return logits, rng.integers(0, classes, items), dense


def losses(framework: str, items: int, classes: int) -> list[Sides]:
    """The loss of each item."""
    return {"numpy": _numpy, "torch": _torch, "tensorflow": _tensorflow, "jax": _jax}[framework](
        *arrays(items, classes)
    )


def gradients(framework: str, items: int, classes: int) -> list[Sides]:
    """The gradient of the mean by the logits; the names are those of `losses`."""
    given = arrays(items, classes)
    return {"torch": _torch_gradients, "tensorflow": _tf_gradients, "jax": _jax_gradients}[
        framework
    ](*given)


def _mean(x: Array, y: Array) -> Array:
    return xl.softmax_cross_entropy(x, y, reduction="mean")


def _numpy(x: Array, y: Array, q: Array) -> list[Sides]:
    def stable(x: Array, y: Array) -> Array:
        top = x.max(-1, keepdims=True)
        return np.log(np.exp(x - top).sum(-1)) + top[:, 0] - x[np.arange(len(y)), y]

    def dense(x: Array, q: Array) -> Array:
        top = x.max(-1, keepdims=True)
        return (q * (np.log(np.exp(x - top).sum(-1, keepdims=True)) + top - x)).sum(-1)

    def binary(x: Array, z: Array) -> Array:
        return np.maximum(x, 0) - x * z + np.log1p(np.exp(-abs(x)))

    return [
        Sides("index labels", "one stable line", *_two(xl.softmax_cross_entropy, stable, x, y)),
        Sides("dense labels", "one stable line", *_two(xl.softmax_cross_entropy, dense, x, q)),
        Sides("sigmoid", "one stable line", *_two(xl.sigmoid_cross_entropy, binary, x, q)),
    ]


def _torch(x: Array, y: Array, q: Array) -> list[Sides]:
    import torch
    import torch.nn.functional as F

    from xlogits.dialects.torch.nn import functional

    torch.set_num_threads(1)
    x, y, q = (torch.tensor(a) for a in (x, y, q))

    def native(x: Array, y: Array) -> Array:
        return F.cross_entropy(x, y, reduction="none")

    def dialect(x: Array, y: Array) -> Array:
        return functional.cross_entropy(x, y, reduction="none")

    def binary(x: Array, z: Array) -> Array:
        return F.binary_cross_entropy_with_logits(x, z, reduction="none")

    name = "F.cross_entropy"
    return [
        Sides("index labels", name, *_two(xl.softmax_cross_entropy, native, x, y)),
        Sides("index labels, mean", name, *_two(_mean, F.cross_entropy, x, y)),
        Sides("dense labels", name, *_two(xl.softmax_cross_entropy, native, x, q)),
        Sides(
            "sigmoid",
            "F.binary_cross_entropy_with_logits",
            *_two(xl.sigmoid_cross_entropy, binary, x, q),
        ),
        Sides("dialect", name, *_two(dialect, native, x, y)),
    ]


def _tensorflow(x: Array, y: Array, q: Array) -> list[Sides]:
    import tensorflow as tf

    from xlogits.dialects.tensorflow import nn

    x, y, q = (tf.constant(a) for a in (x, y, q))

    def index(x: Array, y: Array) -> Array:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)

    def dialect(x: Array, y: Array) -> Array:
        return nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)

    def dense(x: Array, q: Array) -> Array:
        return tf.nn.softmax_cross_entropy_with_logits(labels=q, logits=x)

    def binary(x: Array, z: Array) -> Array:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=z, logits=x)

    name = "tf.nn.sparse_softmax_cross_entropy_with_logits"
    return [
        Sides("index labels", name, *_two(xl.softmax_cross_entropy, index, x, y)),
        Sides(
            "dense labels",
            "tf.nn.softmax_cross_entropy_with_logits",
            *_two(xl.softmax_cross_entropy, dense, x, q),
        ),
        Sides(
            "sigmoid",
            "tf.nn.sigmoid_cross_entropy_with_logits",
            *_two(xl.sigmoid_cross_entropy, binary, x, q),
        ),
        Sides("dialect", name, *_two(dialect, index, x, y)),
    ]


def _jax(x: Array, y: Array, q: Array) -> list[Sides]:
    import jax
    import jax.numpy as jnp
    import optax

    x, y, q = (jnp.asarray(a) for a in (x, y, q))
    index = jax.jit(optax.softmax_cross_entropy_with_integer_labels)
    dense, binary = (
        jax.jit(optax.softmax_cross_entropy),
        jax.jit(optax.sigmoid_binary_cross_entropy),
    )
    name = "jit(optax.softmax_cross_entropy_with_integer_labels)"
    return [
        Sides("index labels", name, *_two(xl.softmax_cross_entropy, index, x, y)),
        Sides(
            "dense labels",
            "jit(optax.softmax_cross_entropy)",
            *_two(xl.softmax_cross_entropy, dense, x, q),
        ),
        Sides(
            "sigmoid",
            "jit(optax.sigmoid_binary_cross_entropy)",
            *_two(xl.sigmoid_cross_entropy, binary, x, q),
        ),
    ]


def _torch_gradients(x: Array, y: Array, q: Array) -> list[Sides]:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    x, y, q = torch.tensor(x, requires_grad=True), torch.tensor(y), torch.tensor(q)

    def by(loss: Any) -> Any:
        return lambda x, y: torch.autograd.grad(loss(x, y), x)

    ours, native = by(_mean), by(F.cross_entropy)
    return [
        Sides("index labels", "F.cross_entropy", *_two(ours, native, x, y)),
        Sides("dense labels", "F.cross_entropy", *_two(ours, native, x, q)),
    ]


def _tf_gradients(x: Array, y: Array, q: Array) -> list[Sides]:
    import tensorflow as tf

    x, y, q = (tf.constant(a) for a in (x, y, q))

    def by(loss: Any) -> Any:
        def run(x: Array, y: Array) -> Array:
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = loss(x, y)
            return tape.gradient(value, x)

        return run

    index, dense = (
        tf.nn.sparse_softmax_cross_entropy_with_logits,
        tf.nn.softmax_cross_entropy_with_logits,
    )
    return [
        Sides(
            what, native.__name__, *_two(by(_mean), by(_mean_of(native, tf.reduce_mean)), x, labels)
        )
        for what, native, labels in (("index labels", index, y), ("dense labels", dense, q))
    ]


def _jax_gradients(x: Array, y: Array, q: Array) -> list[Sides]:
    import jax
    import jax.numpy as jnp
    import optax

    x, y, q = (jnp.asarray(a) for a in (x, y, q))

    def by(loss: Any) -> Any:
        gradient = jax.grad(loss)
        return lambda x, y: jax.block_until_ready(gradient(x, y))

    def index(labels: Array, logits: Array) -> Array:
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels)

    def dense(labels: Array, logits: Array) -> Array:
        return optax.softmax_cross_entropy(logits, labels)

    return [
        Sides(what, f"optax, {what}", *_two(by(_mean), by(_mean_of(native, jnp.mean)), x, labels))
        for what, native, labels in (("index labels", index, y), ("dense labels", dense, q))
    ]


def _mean_of(native: Any, mean: Any) -> Any:
    return lambda x, y: mean(native(labels=y, logits=x))


def _two(ours: Any, native: Any, *given: Array) -> tuple[Callable[[], Any], Callable[[], Any]]:
    return lambda: ours(*given), lambda: native(*given)
