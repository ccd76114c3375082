"""What was passed, as the operands of a loss: NumPy arrays of the shape and kind that it takes."""

from typing import Any

import numpy as np

from xlogits.arrays import given, require_some
from xlogits.diagnosis.items import Data
from xlogits.errors import OptionError, ShapeError

Array = Any
KNOWN = frozenset(
    {
        *("class_weight", "sample_weight", "pos_weight", "mask", "variance", "other", "delta"),
        *("logit_length", "label_length", "logit_padding", "label_padding"),
    }
)


def operands(logits: Any, labels: Any, others: dict[str, Any]) -> tuple[Data, str]:
    """The operands as NumPy arrays, and the framework that the logits came from."""
    unknown = sorted(set(others) - KNOWN)
    if unknown:
        raise OptionError(f"{unknown[0]} is no operand; expected one of {', '.join(sorted(KNOWN))}")
    x = given(logits, "logits")
    require_some(x.values, "logits")
    found = {"pred": np.asarray(x.values, np.float64)}
    for name, array in {"target": labels, **others}.items():
        if array is not None:
            role = "labels" if name == "target" else name
            found[name] = given(array, role).values
            require_some(found[name], role)
    if not found["pred"].ndim:  # one item
        found = {name: np.atleast_1d(array) for name, array in found.items()}
    if "target" in found:
        found["target"] = _tidied(found["pred"], found["target"])
    for name, array in found.items():
        if not array.size:
            raise ShapeError(f"{name} is empty, shape {array.shape}; expected at least one item")
    return Data(found, x.dtype), x.framework


def _tidied(x: Array, y: Array) -> Array:
    """Labels in the shape and dtype that a loss of this prediction takes."""
    y = y.astype(np.int64) if y.dtype.kind == "b" else y
    if y.shape == (*x.shape, 1):
        return y[..., 0]
    if x.shape == (*y.shape, 1) and y.dtype.kind == "f":
        return y[..., None]
    if y.ndim == x.ndim and y.ndim > 1 and y.shape[-1] == 1 < x.shape[-1]:
        y = y[..., 0]  # a column of class indexes
    if y.ndim == x.ndim - 1 and y.dtype.kind == "f" and (y == np.round(y)).all():
        y = y.astype(np.int64)
    return y


def no_loss(data: Data) -> str:
    """What to say where no loss takes these operands."""
    shapes = ", ".join(f"{name} {array.shape}" for name, array in data.operands.items())
    return (
        f"no loss takes {shapes} (pred: the logits, target: the labels); expected class indexes in "
        f"the shape of the logits without the class axis, or labels of the same shape"
    )
