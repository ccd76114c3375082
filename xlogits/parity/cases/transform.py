"""The elementary functions: ordinary arrays, and the ones that tell functions apart."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.losses import Transform
from xlogits.losses.axes import class_axes
from xlogits.parity.cases.case import EXTREME, Case, layout_of, rng_of

Array = Any
Shape = tuple[int, ...]


def cases(loss: Transform, wanted: frozenset[str]) -> Iterator[Case]:
    for name, shape in (
        ("ordinary", (6, 5)),
        ("K-dimensional", (2, 5, 3)),
        ("one class", (6, 1)),
        ("one row", (1, 5)),
        ("unbatched", (5,)),
        ("empty batch", (0, 5)),
        ("not contiguous", (6, 5)),
    ):
        axes = loss.axis if loss.function in ("softmax", "log_softmax", "logsumexp") else -1
        if layout_of(axes, shape[:-1]) is None or (name == "empty batch" and _whole(loss, shape)):
            continue
        yield Case(name, {"pred": _inputs(loss, name, shape)}, strided=name == "not contiguous")
    x = _inputs(loss, "special", (6, 5))
    if loss.function == "logit":
        x[:, 1], x[:, 2] = 0, 1
        yield Case("probabilities exactly 0 and 1", {"pred": x})
        return
    for name, change in EXTREME.items():
        yield Case(name, {"pred": change(rng_of(name), x)})
    x[:, 2] = -np.inf
    yield Case("-inf masked classes", {"pred": x})


def _whole(loss: Transform, shape: Shape) -> bool:
    """Whether the function runs along an axis of size 0."""
    along = loss.function in ("softmax", "log_softmax", "logsumexp")
    return along and any(shape[i] == 0 for i in class_axes(loss.axis, len(shape)))


def _inputs(loss: Transform, name: str, shape: Shape) -> Array:
    x = rng_of(name).normal(size=shape) * 2
    return 1 / (1 + np.exp(-x)) if loss.function == "logit" else x
