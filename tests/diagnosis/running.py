"""Source code that a diagnosis writes, run in the framework that it is written for."""

import math
from importlib import import_module
from typing import Any

import numpy as np

from tests.conftest import framework, need

Array = Any
# the names that code is written with, by the framework whose arrays it takes
NAMES = {
    "torch": {"torch": "torch", "F": "torch.nn.functional", "nn": "torch.nn"},
    "tensorflow": {"tf": "tensorflow", "keras": "keras"},
    "jax": {"jax": "jax", "jnp": "jax.numpy", "optax": "optax"},
    "numpy": {"np": "numpy", "scipy": "scipy.special", "sklearn": "sklearn.metrics"},
}
HOMES = {"keras": "tensorflow", "optax": "jax", "scipy": "numpy", "sklearn": "numpy"}
SPOKEN = ("torch", "tensorflow", "keras", "jax", "numpy")


def run(text: str, language: str, operands: dict[str, Array], dtype: str = "float64") -> Array:
    """What code computes of NumPy arrays, by the names that it has for them."""
    home = HOMES.get(language, language)
    need(*(path.partition(".")[0] for path in NAMES[home].values()))
    known: dict[str, Any] = {"math": math}
    for name, path in NAMES[home].items():
        module = import_module(path)
        known[name] = import_module(name) if path.startswith(f"{name}.") else module
    if "ml_dtypes" in text:
        need("ml_dtypes")
        known["ml_dtypes"] = import_module("ml_dtypes")
    made = framework(home)
    given = {name: made.array(x, dtype) for name, x in operands.items()}
    found = eval(text, known | given)
    return np.asarray(made.numbers(found), np.float64)
