"""Arrays of a backend, on a device, for tests."""

from importlib import import_module
from typing import Any

import numpy as np


def array(x: Any, name: str, device: str, dtype: str | None = None) -> Any:
    """A NumPy array, list or number as an array of a backend; floating point as float32, or `dtype`."""
    x = np.asarray(x)
    wanted = dtype or ("float32" if x.dtype.kind == "f" else None)
    if name == "numpy":
        return x.astype(wanted) if wanted else x
    if name == "torch":
        torch = import_module("torch")
        made = torch.tensor(x, device=device)
        return made.to(getattr(torch, wanted)) if wanted else made
    if name == "tensorflow":
        tensorflow = import_module("tensorflow")
        with tensorflow.device("GPU:0" if device == "cuda" else "CPU:0"):
            made = tensorflow.constant(x)
            return tensorflow.cast(made, wanted) if wanted else made
    jax = import_module("jax")
    made = jax.device_put(x, jax.devices("gpu" if device == "cuda" else "cpu")[0])
    return made.astype(wanted) if wanted else made
