"""The numbers of the concepts, computed: by the library, and by the framework that a number names."""

import ast
import importlib
import re
import statistics
from importlib.util import find_spec
from typing import Any

import numpy as np

import xlogits as xl
from xlogits.concepts import Concept

# the name in an expression -> what has to be installed, and how it is had
FRAMEWORKS = {
    "t": "torch",
    "F": "torch",
    "torch": "torch",
    "tf": "tensorflow",
    "keras": "keras",
    "slope": "keras",
    "jax": "jax",
    "jnp": "jax",
    "optax": "optax",
    "scipy": "scipy",
}
_DECIMAL = re.compile(r"-?(?:inf|nan|\d+(?:\.\d+)?(?:e-?\d+)?)")


def names(expression: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)}


def missing(*expressions: str) -> list[str]:
    """The frameworks that these expressions need and that are not installed."""
    wanted = {FRAMEWORKS[n] for e in expressions for n in names(e) if n in FRAMEWORKS}
    return sorted(name for name in wanted if find_spec(name) is None)


def value(concept: Concept, expression: str) -> np.ndarray:
    """What an expression gives after the concept's set-up, as float64 numbers in one row."""
    scope: dict[str, Any] = {"np": np, "xl": xl, "statistics": statistics}
    scope["dialects"] = importlib.import_module("xlogits.dialects")
    for name in names(expression) & set(FRAMEWORKS):
        scope[name] = _framework(name)
    with np.errstate(all="ignore"):
        exec(concept.setup, scope)
        found = eval(expression, scope)
    return np.ravel(np.asarray(found, np.float64))


def shown(text: str) -> list[str]:
    """The numbers in what is shown."""
    return _DECIMAL.findall(text)


def agrees(text: str, computed: np.ndarray) -> bool:
    """Whether these numbers, rounded as the text rounds, are those of the text."""
    told = shown(text)
    if len(told) != len(computed):
        return len(told) == 1 and all(
            agrees(text, computed[i : i + 1]) for i in range(len(computed))
        )
    return all(_same(a, float(b)) for a, b in zip(told, computed, strict=True))


def _same(text: str, number: float) -> bool:
    if not np.isfinite(number):
        return bool(np.array_equal(float(text), number, equal_nan=True))
    if "e" in text:
        return bool(abs(float(text) / number - 1) < 0.005)
    digits = len(text.partition(".")[2])
    return abs(float(text) - number) <= 0.5 * 10.0**-digits + 1e-6 * abs(number)


def _framework(name: str) -> Any:
    if name == "t":
        return _tensor
    if name == "slope":
        return _slope
    if name == "scipy":
        importlib.import_module("scipy.stats")
    if name in ("F", "jnp", "tf"):
        homes = {"F": "torch.nn.functional", "jnp": "jax.numpy", "tf": "tensorflow"}
        return importlib.import_module(homes[name])
    return importlib.import_module(name)


def _tensor(x: Any, dtype: Any = None) -> Any:
    import torch

    return torch.tensor(x, dtype=dtype)


def _slope(loss: Any, labels: Any, prediction: Any) -> Any:
    """The gradient of a Keras loss by its prediction."""
    import tensorflow as tf

    variable = tf.Variable(prediction)
    with tf.GradientTape() as tape:
        result = loss(labels, variable)
    return tape.gradient(result, variable).numpy()
