"""The claims as calls: their operands, arrays of any dtype, and the call of a public name."""

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

import xlogits as xl
from tests.data.claims import Claim
from xlogits import losses as L
from xlogits.cases import cases
from xlogits.catalogue import NATIVES
from xlogits.reference import evaluate

Array = Any


def operands_of(claim: Claim) -> dict[str, Array]:
    """The ordinary case, in numbers that every floating point dtype has."""
    wanted = frozenset(claim.takes) - set(claim.loss.ARRAYS)
    case = next(c for c in cases(claim.loss, wanted) if c.name == "ordinary")
    found = {name: _exact(x) for name, x in case.operands.items()}
    if isinstance(claim.loss, L.MultiLabelMargin):  # its lists end at -1, which unsigned have not
        found["target"] = abs(found["target"])
    if "sample_weight" in claim.takes and "sample_weight" not in found:
        found["sample_weight"] = np.full(evaluate(claim.loss, found).value[0].shape, 1.5)
    assert set(found) == set(claim.takes), f"{set(found)} is not what it takes"
    return found


def _exact(x: Array) -> Array:
    if x.dtype.kind != "f":
        return x
    eighths = np.round(x * 16) / 16
    return np.where(x > 0, np.maximum(eighths, 1 / 16), eighths)


def array(framework: str, x: Array, dtype: str) -> Array:
    """An array of any dtype; None where the framework has none such."""
    if framework == "torch":
        import torch

        kind = getattr(torch, dtype, None)
        return None if kind is None else torch.tensor(np.ascontiguousarray(x)).to(kind)
    if framework == "tensorflow":
        import tensorflow as tf

        return tf.cast(tf.constant(x), dtype) if hasattr(tf, dtype) else None
    kind = _numpy_dtype(dtype)
    if framework == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        return jax.numpy.asarray(x.astype(kind))
    # NumPy, and what follows the array standard
    return None if kind is None else import_module(framework).asarray(x.astype(kind))


def _numpy_dtype(name: str) -> Any:
    """A dtype of NumPy's own or of the package ml_dtypes; None where that is not installed."""
    try:
        return np.dtype(name)
    except TypeError:
        if find_spec("ml_dtypes") is None:
            return None
        return np.dtype(getattr(import_module("ml_dtypes"), name))


def called(name: str, claim: Claim, operands: dict[str, Array], **options: Any) -> Array:
    """The public name on operands by their neutral names."""
    if not name.startswith("xl."):
        return replace(claim.loss, **options)(**operands)
    native = NATIVES[f"xlogits.{name[3:]}"]
    keys = {arg.to: arg.key for arg in native.parameters}
    if "reduction" in options:
        options["reduction"] = options["reduction"].word
    return getattr(xl, name[3:])(**{keys[k]: x for k, x in operands.items()}, **options)
