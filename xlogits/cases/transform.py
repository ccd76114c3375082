"""The elementary functions: ordinary arrays, and the ones that tell functions apart."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import EVERY_SIZE, EXTREME, Case, layout_of, rng_of, weights
from xlogits.losses import Transform
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.elementary import ALONG

Array = Any
Shape = tuple[int, ...]

# where each function has its own domain: one inside it
INSIDE: dict[str, Callable[[Array], Array]] = {
    "logit": lambda x: 1 / (1 + np.exp(-x)),
    "entr": lambda x: np.exp(x / 2),
    "log1mexp": np.exp,
}


def cases(loss: Transform, wanted: frozenset[str]) -> Iterator[Case]:
    more = _axes_needed(loss.axis) - 2  # axes that a matrix does not have
    for name, size in EVERY_SIZE.items():
        shape = (*(2,) * more, *size.shape) if name == "ordinary" else size.shape
        axes = loss.axis if loss.function in ALONG else -1
        if layout_of(axes, shape[:-1]) is None or (name == "empty batch" and _whole(loss, shape)):
            continue
        operands = {"pred": _inputs(loss, name, shape)}
        if "mask" in wanted:
            operands["mask"] = rng_of(name).random(shape) > 0.3
            operands["mask"][:1] = name != "K-dimensional"  # there whole rows are masked
        if "weight" in wanted:
            operands["weight"] = weights(rng_of(name), shape)
        yield Case(name, operands, strided=name == "not contiguous")
    if more <= 0:
        yield from _special(loss)


def _axes_needed(axis: Any) -> int:
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return max((a + 1 if a >= 0 else -a for a in axes if isinstance(a, int)), default=0)


def _special(loss: Transform) -> Iterator[Case]:
    x = _inputs(loss, "special", (6, 5))
    if loss.function == "logit":
        x[:, 1], x[:, 2] = 0, 1
        yield Case("probabilities exactly 0 and 1", {"pred": x})
    elif loss.function == "entr":
        x[:, 1], x[:, 2], x[:, 3] = 0, 1, -0.5
        yield Case("0, 1 and below 0", {"pred": x})
    elif loss.function == "log1mexp":
        x[:, 0], x[:, 1], x[:, 2] = 0, 1e-4, 50
        yield Case("exactly 0, tiny and large", {"pred": x})
    else:
        for name, change in EXTREME.items():
            yield Case(name, {"pred": change(rng_of(name), x)})
        if loss.function == "logsumexp":
            yield Case("logits near 1000", {"pred": x + 1000})
        if loss.linear_above is not None:
            yield Case("about the threshold", {"pred": x / 4 + loss.linear_above / loss.beta})
        masked = np.inf if loss.function == "softmin" else -np.inf
        x[(2,) if class_axes(loss.axis, 2) == (0,) else (slice(None), 2)] = masked
        yield Case(f"{masked:+} masked classes", {"pred": x})


def _whole(loss: Transform, shape: Shape) -> bool:
    """Whether the function runs along an axis of size 0."""
    along = loss.function in ALONG
    return along and any(shape[i] == 0 for i in class_axes(loss.axis, len(shape)))


def _inputs(loss: Transform, name: str, shape: Shape) -> Array:
    x = rng_of(name).normal(size=shape) * 2
    return INSIDE[loss.function](x) if loss.function in INSIDE else x
