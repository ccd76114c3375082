"""The descent in each framework: all that this folder knows of NumPy, PyTorch, TensorFlow and JAX.

An adapter is made from the digits and offers three things:

* `natives`: the losses as people write them in this framework, without xlogits;
* `objective(call)`: a loss of xlogits as a function of the logits alone, averaged by the framework's
  own mean where it does not reduce;
* `train(objective)`: gradient descent through the whole model, by the framework's own gradient.

A framework is imported when its adapter is made, and not before. All of them compute on the CPU:
GPUs may multiply matrices in TF32, and would differ by that and not by their losses.
"""

import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

import xlogits as xl
from compare.digits.data import Digits, Trained
from compare.digits.names import Call

Array = Any
# from logits to one loss; on NumPy, to one loss and its gradient by the logits
Objective = Callable[[Array], Any]


class Framework(Protocol):
    """What an adapter offers."""

    versions: dict[str, str]
    natives: dict[str, Objective]

    def objective(self, call: Call) -> Objective: ...
    def train(self, objective: Objective) -> Trained: ...


class NumPy:
    """No gradients of its own: by hand for the native loss, `xlogits.value_and_grad` for the others."""

    def __init__(self, digits: Digits) -> None:
        import scipy

        self.digits = digits
        self.versions = {"numpy": np.__version__, "scipy": scipy.__version__}
        self.natives: dict[str, Objective] = {"scipy.special.log_softmax": self._by_hand}

    def _by_hand(self, logits: Array) -> tuple[Array, Array]:
        from scipy.special import log_softmax

        log_p = log_softmax(logits, axis=-1)
        picked = np.take_along_axis(log_p, self.digits.labels[:, None], axis=-1)
        return -np.mean(picked), (np.exp(log_p) - self.digits.rows) / len(logits)

    def objective(self, call: Call) -> Objective:
        labels = self.digits.rows if call.rows else self.digits.labels
        losses = call.fn(**call.arguments(self.digits.rows, labels))  # only their shape matters
        share = np.full_like(losses, 1 / np.size(losses))  # of each of them in their mean

        def objective(logits: Array) -> tuple[Array, Array]:
            differentiate = xl.value_and_grad(call.fn)
            losses, gradient = differentiate(**call.arguments(logits, labels), cotangent=share)
            return np.mean(losses), gradient

        return objective

    def train(self, objective: Objective) -> Trained:
        digits, losses = self.digits, []
        weights, bias = digits.weights, digits.bias
        for _ in range(digits.steps):
            loss, gradient = objective(digits.pixels @ weights + bias)
            losses.append(loss)
            weights = weights - digits.rate * (digits.pixels.T @ gradient)
            bias = bias - digits.rate * np.sum(gradient, axis=0)
        return digits.result(losses, weights, bias)


class PyTorch:
    """Autograd, step by step."""

    def __init__(self, digits: Digits) -> None:
        import torch
        from torch.nn import functional as F

        torch.set_num_threads(1)  # a second thread only waits for the first, on arrays this small
        self.torch, self.digits = torch, digits
        self.pixels = torch.tensor(digits.pixels)
        self.rows = torch.tensor(digits.rows)
        self.labels = labels = torch.tensor(digits.labels, dtype=torch.int64)
        self.versions = {"torch": torch.__version__}
        self.natives = {
            "torch.nn.functional.cross_entropy": lambda logits: F.cross_entropy(logits, labels)
        }

    def objective(self, call: Call) -> Objective:
        labels = self.rows if call.rows else self.labels
        return lambda logits: self.torch.mean(call.fn(**call.arguments(logits, labels)))

    def train(self, objective: Objective) -> Trained:
        torch, digits, losses = self.torch, self.digits, []
        weights = torch.tensor(digits.weights, requires_grad=True)
        bias = torch.tensor(digits.bias, requires_grad=True)
        for _ in range(digits.steps):
            loss = objective(self.pixels @ weights + bias)
            losses.append(loss.item())
            by_weights, by_bias = torch.autograd.grad(loss, (weights, bias))
            with torch.no_grad():
                weights -= digits.rate * by_weights
                bias -= digits.rate * by_bias
        return digits.result(losses, weights.detach(), bias.detach())


class TensorFlow:
    """One step as a tf.function, traced once for each loss. Keras counts as TensorFlow."""

    def __init__(self, digits: Digits) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        import keras
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")  # half of TF1's names say that they are deprecated
        self.tf, self.digits = tf, digits
        with tf.device("CPU"):
            self.pixels, self.rows = tf.constant(digits.pixels), tf.constant(digits.rows)
            self.labels = labels = tf.constant(digits.labels)
        self.versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
        self.natives = {
            "tensorflow.nn.sparse_softmax_cross_entropy_with_logits": lambda logits: tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        }
        if keras.backend.backend() == "tensorflow":
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            self.natives["keras.losses.SparseCategoricalCrossentropy(from_logits=True)"] = (
                lambda logits: loss(labels, logits)
            )

    def objective(self, call: Call) -> Objective:
        labels = self.rows if call.rows else self.labels
        return lambda logits: self.tf.reduce_mean(call.fn(**call.arguments(logits, labels)))

    def train(self, objective: Objective) -> Trained:
        tf, digits, losses = self.tf, self.digits, []

        @tf.function(autograph=False)  # nothing to convert, and looking takes seconds
        def step(weights: Array, bias: Array) -> tuple[Array, Array, Array]:
            with tf.GradientTape() as tape:
                tape.watch((weights, bias))
                loss = objective(self.pixels @ weights + bias)
            by_weights, by_bias = tape.gradient(loss, (weights, bias))
            return loss, weights - digits.rate * by_weights, bias - digits.rate * by_bias

        with tf.device("CPU"):
            weights, bias = tf.constant(digits.weights), tf.constant(digits.bias)
            for _ in range(digits.steps):
                loss, weights, bias = step(weights, bias)
                losses.append(loss.numpy())
        return digits.result(losses, weights, bias)


class JAX:
    """The whole descent as one jit, compiled once for each loss."""

    def __init__(self, digits: Digits) -> None:
        import jax
        import optax

        self.jax, self.digits = jax, digits
        self.cpu = jax.devices("cpu")[0]
        put = lambda array: jax.device_put(array, self.cpu)  # noqa: E731
        self.pixels, self.rows, self.labels = map(put, (digits.pixels, digits.rows, digits.labels))
        self.start = put(digits.weights), put(digits.bias)
        self.versions = {"jax": jax.__version__, "optax": optax.__version__}
        self.natives = {
            "optax.softmax_cross_entropy_with_integer_labels": lambda logits: (
                optax.softmax_cross_entropy_with_integer_labels(logits, self.labels).mean()
            )
        }

    def objective(self, call: Call) -> Objective:
        labels = self.rows if call.rows else self.labels
        return lambda logits: self.jax.numpy.mean(call.fn(**call.arguments(logits, labels)))

    def train(self, objective: Objective) -> Trained:
        jax, digits = self.jax, self.digits

        def loss(parameters: tuple[Array, Array]) -> Array:
            weights, bias = parameters
            return objective(self.pixels @ weights + bias)

        def step(parameters: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], Array]:
            value, gradients = jax.value_and_grad(loss)(parameters)
            moved = jax.tree.map(lambda p, by_p: p - digits.rate * by_p, parameters, gradients)
            return moved, value

        descent = jax.jit(lambda start: jax.lax.scan(step, start, length=digits.steps))
        (weights, bias), losses = descent(self.start)
        return digits.result(losses, weights, bias)


FRAMEWORKS: dict[str, Callable[[Digits], Framework]] = {
    "numpy": NumPy,
    "torch": PyTorch,
    "tensorflow": TensorFlow,
    "jax": JAX,
}
