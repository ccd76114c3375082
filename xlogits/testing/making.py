"""Arrays of a backend, on a device, for tests."""

from contextlib import AbstractContextManager, nullcontext, suppress
from importlib import import_module
from typing import Any

import numpy as np

from xlogits.arrays import given
from xlogits.errors import OptionError
from xlogits.precision import FORMATS

DTYPES = (*FORMATS, "int8", "int16", "int32", "int64", "uint8", "bool")


def array(x: Any, name: str, device: str, dtype: str | None = None) -> Any:
    """An array of any framework, a list or a number as an array of a backend.

    Floating point becomes float32, or `dtype`.
    """
    if dtype is not None and dtype not in DTYPES:
        raise OptionError(f"dtype is {dtype!r}; expected {', '.join(DTYPES)}")
    x = given(x, "the array").values
    wanted = dtype or ("float32" if x.dtype.kind == "f" else None)
    if name == "torch":
        torch = import_module(name)
        return torch.tensor(x, dtype=getattr(torch, wanted) if wanted else None, device=device)
    if name == "tensorflow":
        tensorflow = _tensorflow(name)
        with on_device(name, device):
            made = tensorflow.constant(x)
            return tensorflow.cast(made, wanted) if wanted else made
    if name == "jax":
        return _jax(import_module(name), x, device, wanted)
    # NumPy, and what follows the array standard
    return import_module(name).asarray(x.astype(_numpy(wanted)) if wanted else x)


def _tensorflow(name: str) -> Any:
    with suppress(ImportError):  # loaded after TensorFlow, Triton's library crashes the interpreter
        import_module("triton.knobs")
    return import_module(name)


def _numpy(dtype: str) -> Any:
    if dtype != "bfloat16":
        return np.dtype(dtype)
    try:
        return import_module("ml_dtypes").bfloat16
    except ImportError:
        raise OptionError(
            "dtype is 'bfloat16', which NumPy has with the package ml_dtypes only: "
            "pip install ml_dtypes"
        ) from None


def _jax(jax: Any, x: Any, device: str, dtype: str | None) -> Any:
    if dtype in ("float64", "int64") and not jax.config.jax_enable_x64:
        raise OptionError(
            f"dtype is {dtype!r}, which JAX has in 64-bit mode only: "
            f"jax.config.update('jax_enable_x64', True)"
        )
    return jax.device_put(x.astype(jax.numpy.dtype(dtype)) if dtype else x, _place(jax, device))


def _place(jax: Any, device: str) -> Any:
    return jax.devices("gpu" if device == "cuda" else device)[0]


def has(name: str, device: str) -> bool:
    """Whether a backend finds a device; every one has a CPU."""
    if device == "cpu":
        return True
    if name == "torch":
        torch = import_module(name)
        here = torch.backends.mps if device == "mps" else getattr(torch, device, None)
        return here is not None and bool(here.is_available())
    if name == "tensorflow":
        return bool(_tensorflow(name).config.list_physical_devices("GPU"))
    try:
        return bool(_place(import_module(name), device))
    except RuntimeError:
        return False


def on_device(name: str, device: str) -> AbstractContextManager[Any]:
    """Where operations run meanwhile, for the two frameworks whose arrays do not settle it alone."""
    if name == "tensorflow":
        place: AbstractContextManager[Any] = _tensorflow(name).device(
            "GPU:0" if device == "cuda" else "CPU:0"
        )
        return place
    if name == "jax":
        jax = import_module(name)
        chosen: AbstractContextManager[Any] = jax.default_device(_place(jax, device))
        return chosen
    return nullcontext()
