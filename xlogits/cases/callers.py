"""What callers bring: operands of other shapes and dtypes than a loss is defined for.

They are made of the ordinary case. Whether a function takes them is for the function to say.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import Case
from xlogits.losses import Elementwise, SigmoidCrossEntropy, SoftmaxCrossEntropy
from xlogits.losses.parts.axes import class_axes

Array = Any
Operands = dict[str, Array]
DTYPES = ("int64", "int32", "uint8", "bool", "float64")
OF_INDEXES = "class indexes for labels"  # where the loss takes one number per class
SPREAD = ("sample_weight", "mask", "variance")  # operands that functions broadcast


def brought(loss: Any, ordinary: Operands) -> Iterator[Case]:
    """Labels of other dtypes and shapes, targets of 0, and weights of every shape that broadcasts."""
    if "target" in ordinary:
        yield from _labels(loss, ordinary)
    if isinstance(loss, Elementwise | SigmoidCrossEntropy) and set(ordinary) == set(loss.ARRAYS):
        yield from _columns(ordinary)
    for name in SPREAD:
        if name in ordinary:
            yield from _spread(name, ordinary)


def _case(name: str, operands: Operands, **changed: Array) -> Case:
    return Case(name, operands | changed, brought=True)


def _labels(loss: Any, ordinary: Operands) -> Iterator[Case]:
    pred, target = ordinary["pred"], ordinary["target"]
    index = target.dtype.kind in "iu" and target.ndim < pred.ndim
    along = getattr(loss, "axis", None)
    if isinstance(loss, SoftmaxCrossEntropy) and np.ndim(pred) == 2 and isinstance(along, int):
        axis = class_axes(along, 2)[0]
        if index:
            yield _case("labels (N, 1)", ordinary, target=target[:, None])
            classes = np.moveaxis(np.eye(pred.shape[axis])[target], -1, axis)
            if loss.labels.kind == "index":
                yield _case("one number per class for labels", ordinary, target=classes)
        else:
            indexes = target.argmax(axis)
            if loss.labels.kind == "dense":
                yield _case(OF_INDEXES, ordinary, target=indexes)
            target = np.moveaxis(np.eye(pred.shape[axis])[indexes], -1, axis)
    elif getattr(loss, "log_target", False):
        return
    elif target.dtype.kind == "f" and not (target < 0).any():
        zeros = np.where(np.arange(target.size).reshape(target.shape) % 4 == 0, 0, target)
        yield _case("targets of 0", ordinary, target=zeros)
    whole = np.round(target)
    for dtype in DTYPES:
        same = whole.astype(dtype)
        if (same == whole).all() and same.dtype != ordinary["target"].dtype:
            yield _case(
                f"{dtype.removesuffix('64') if dtype[0] == 'f' else dtype} labels",
                ordinary,
                target=same,
            )


def _columns(ordinary: Operands) -> Iterator[Case]:
    """One number for each item, with an axis of size 1 or without."""
    if np.ndim(ordinary["pred"]) != 2 or "target" not in ordinary:
        return
    column = {name: x[:, :1] for name, x in ordinary.items()}
    target = column["target"]
    flat = {name: x[:, 0] for name, x in column.items()}
    yield _case("(N, 1) with labels (N,)", column, target=target[:, 0])
    yield _case("(N,) with labels (N, 1)", flat, target=target)
    yield _case("(N, 1) with labels (1, N)", column, target=target.T)


def _spread(name: str, ordinary: Operands) -> Iterator[Case]:
    shape, given = np.shape(ordinary["pred"]), ordinary[name]
    if len(shape) != 2:
        return
    full = np.resize(given, shape)
    shapes = {
        "a number": full[0, 2],
        "(N,)": full[:, 2],
        "(N, 1)": full[:, 2:3],
        "(1, C)": full[:1] if given.dtype.kind == "f" else full[2:3],
        "(N, C)": full,
    }
    said = name.replace("_", " ")
    for word, value in shapes.items():
        if np.shape(value) != np.shape(given):
            yield _case(f"{said} {word}", ordinary, **{name: np.asarray(value)})
