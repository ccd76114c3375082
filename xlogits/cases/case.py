"""A case: arrays to try a loss on, and what the cases of all families are made with.

A case is made for a loss: for its class axis, its form of prediction and its kind of labels. Arrays
are float64 here and rounded to the dtype under test later.
"""

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.losses.parts.axes import AxesFrom, AxisByRank, class_axes

Array = Any
Shape = tuple[int, ...]


class Case(NamedTuple):
    """Operands by neutral name; `strided` ones are laid out with gaps where a framework can.

    What is `brought` is what callers pass and a loss may refuse, such as labels of another shape.
    """

    name: str
    operands: dict[str, Array]
    strided: bool = False
    brought: bool = False


class Size(NamedTuple):
    """How many items there are, along each of their axes, and how many classes."""

    batch: Shape
    classes: int = 5

    @property
    def shape(self) -> Shape:
        """With the classes second, which are last where the items have one axis or none."""
        return (*self.batch[:1], self.classes, *self.batch[1:])


# What every loss is tried on that has items and classes.
SIZES = {
    "ordinary": Size((6,)),
    "K-dimensional": Size((2, 3)),
    "one class": Size((6,), 1),
    "one row": Size((1,)),
    "empty batch": Size((0,)),
    "unbatched": Size(()),
    "not contiguous": Size((6,)),
}

# What a rewritten call is tried on besides: more axes, and axes that are all of one length.
MORE_SIZES = {
    "four axes": Size((2, 3, 2)),
    "as many items as classes": Size((5,)),
    "three axes of one length": Size((5, 5)),
}

EVERY_SIZE = SIZES | MORE_SIZES

# Cases that options are combined with; a function without options is tried on all cases.
CORE = frozenset(
    {
        *("ordinary", "K-dimensional", "ignored labels", "all ignored", "empty batch"),
        *("dense labels", "label rows summing to 3", "unbatched"),
        *("features, dense labels", "features, ignored labels"),
    }
)


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def weights(rng: np.random.Generator, shape: Shape) -> Array:
    """Sample weights, one of which is 0."""
    weights = rng.uniform(0.25, 3, shape)
    if weights.size > 1:
        weights.reshape(-1)[1] = 0
    return weights


EXTREME: dict[str, Callable[[np.random.Generator, Array], Array]] = {
    "large logits": lambda rng, x: 30 * x + 1000,
    "logits exactly 0": lambda rng, x: 0 * x,
}


class Layout(NamedTuple):
    """Items in `batch`, classes in `classes`, and where in the array the class axes go."""

    batch: Shape
    classes: Shape
    axes: Shape

    @property
    def total(self) -> int:
        return int(np.prod(self.classes))

    def lay(self, rows: Array) -> Array:
        """From (*batch, classes) to the layout of the loss."""
        ndim = len(self.batch) + len(self.classes)
        order = [*(i for i in range(ndim) if i not in self.axes), *self.axes]
        return np.transpose(rows.reshape(*self.batch, *self.classes), np.argsort(order))

    def where(self, item: Shape) -> tuple[Any, ...]:
        """The index of an item's classes in that layout."""
        batch = iter(item)
        ndim = len(self.batch) + len(self.classes)
        return tuple(slice(None) if i in self.axes else next(batch) for i in range(ndim))


def layout_of(axis: Any, batch: Shape, classes: int = 5) -> Layout | None:
    """Where the classes are; None where this axis does not exist at this rank."""
    if axis is None:
        return Layout((), (*batch, classes), tuple(range(len(batch) + 1)))
    if isinstance(axis, AxesFrom):
        shape = (*batch, classes)
        return Layout(shape[: axis.first], shape[axis.first :], class_axes(axis, len(shape)))
    split = (
        (classes,) if isinstance(axis, (int, AxisByRank)) else (2,) * (len(axis) - 1) + (classes,)
    )
    ndim = len(batch) + len(split)
    try:
        return Layout(batch, split, class_axes(axis, ndim))
    except ValueError:
        return None
