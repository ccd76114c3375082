"""Losses of one formula: arrays drawn from the domain of each, and where its formula is special."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.cases.case import EVERY_SIZE, Case, layout_of, rng_of, weights
from xlogits.errors import ShapeError
from xlogits.losses import Elementwise, Formula, Rowwise
from xlogits.losses.parts.axes import class_axes

Array = Any
Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], Array]


def normal(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape) * 2


def positive(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(0.25, 4, shape)


def signs(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.choice([-1.0, 1.0], shape)


class Domain(NamedTuple):
    """How to draw every array of a loss, and cases of its own.

    `draw` is by array name; a name that is missing is drawn from a normal distribution. `special`
    changes ordinary operands, of shape (6, 5), into those of the case it names; `more(loss)` has
    further ones for losses with certain options; `shapes` are tried in place of the usual ones
    where the functions of a loss take fewer.
    """

    draw: dict[str, Draw] = {}
    special: dict[str, Callable[[dict[str, Array]], dict[str, Array]]] = {}
    more: Callable[[Any], dict[str, Callable[[dict[str, Array]], dict[str, Array]]]] = lambda loss: {}
    shapes: dict[str, Shape] | None = None


def elementwise(loss: Elementwise, wanted: frozenset[str], domain: Domain) -> Iterator[Case]:
    for name, shape in (
        domain.shapes or {name: size.shape for name, size in EVERY_SIZE.items()}
    ).items():
        operands = _arrays(loss, domain, name, shape)
        items = shape
        if loss.inner != "none":
            try:
                axes = class_axes(loss.axis, len(shape))
            except ShapeError:  # there is no such axis
                continue
            items = tuple(n for i, n in enumerate(shape) if i not in axes)
            if 0 in shape and 0 not in items:
                continue
        if "sample_weight" in wanted:
            operands["sample_weight"] = weights(rng_of(name), items)
        if "mask" in wanted:
            operands["mask"] = rng_of(name).random(shape) > 0.3
        if "inner_weight" in wanted:
            along = class_axes(loss.axis, len(shape))
            operands["inner_weight"] = weights(rng_of(name), tuple(shape[i] for i in along))
        yield Case(name, operands, strided=name == "not contiguous")
        if name == "ordinary":
            for special, change in (domain.special | domain.more(loss)).items():
                yield Case(special, operands | change(operands))


def rowwise(loss: Rowwise, wanted: frozenset[str], domain: Domain) -> Iterator[Case]:
    for name, size in EVERY_SIZE.items():
        layout = layout_of(loss.axis, *size)
        if layout is None or (name == "empty batch" and layout.batch != size.batch):
            continue
        rows = (*layout.batch, layout.total)
        operands = _arrays(loss, domain, name, rows)
        single = loss.SINGLE | ({"target"} if loss.labels.kind == "index" else set())
        if loss.labels.kind == "index":
            operands["target"] = _every_class(name, layout.batch, layout.total)
        operands = {k: v if k in single else layout.lay(v) for k, v in operands.items()}
        if "sample_weight" in wanted:
            laid = enumerate(operands["pred"].shape)
            kept = tuple(1 if i in layout.axes else n for i, n in laid)
            operands["sample_weight"] = weights(
                rng_of(name), kept if loss.keepdims else layout.batch
            )
        if "class_weight" in wanted:
            operands["class_weight"] = rng_of(name).uniform(0.5, 2, layout.total)
        if "mask" in wanted:
            operands["mask"] = layout.lay(rng_of(name).random(rows) > 0.3)
        yield Case(name, operands, strided=name == "not contiguous")
        if name == "ordinary":
            for special, change in (domain.special | domain.more(loss)).items():
                yield Case(special, operands | change(operands))


def _arrays(loss: Formula, domain: Domain, name: str, shape: Shape) -> dict[str, Array]:
    rng = rng_of(name)
    single = loss.SINGLE if isinstance(loss, Rowwise) else frozenset()
    return {
        array: domain.draw.get(array, normal)(rng, shape[:-1] if array in single else shape)
        for array in loss.ARRAYS
    }


def _every_class(name: str, shape: Shape, classes: int) -> Array:
    """Class indexes in which every class occurs, if there are items enough."""
    size = int(np.prod(shape))
    return rng_of(name).permutation(np.arange(size) % classes).reshape(shape)
