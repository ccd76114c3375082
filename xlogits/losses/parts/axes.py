"""Where the classes are, and how several class axes become one."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, ShapeError, shown

Array = Any
Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class AxisByRank:
    """A class axis that depends on the number of axes: `axes[ndim]`, the last entry from there on."""

    axes: tuple[int, ...]

    def __str__(self) -> str:
        return f"by rank: {self.axes}"


@dataclass(frozen=True)
class AxesFrom:
    """All axes from `first` on: what is left when the batch axes are taken away."""

    first: int


CHANNELS = AxisByRank((0, 0, 1))  # PyTorch's losses: axis 1, or the only axis of a single item
Axis = int | tuple[int, ...] | AxisByRank | AxesFrom | None


def class_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The class axes as non-negative numbers; None means all of them."""
    if isinstance(axis, AxesFrom):
        return tuple(range(axis.first, ndim))
    if isinstance(axis, AxisByRank):
        axis = axis.axes[min(ndim, len(axis.axes) - 1)]
    axes = tuple(range(ndim)) if axis is None else (axis,) if type(axis) is int else _named(axis)
    for one in axes:
        if not -ndim <= one < ndim:
            raise ShapeError(
                f"axis is {axis}, but the logits have {ndim} axes; expected -{ndim} to {ndim - 1}"
                if ndim
                else "the logits are a single number; expected at least one axis, for the classes"
            )
    found = tuple(one % ndim for one in axes)
    if len(found) > 1 and len(set(found)) < len(found):
        raise OptionError(f"axis is {shown(axis)}; expected each axis once")
    return found


def _named(axis: Any) -> tuple[int, ...]:
    """The axes of a tuple, or of an integer that is not Python's own."""
    axes = tuple(axis) if isinstance(axis, Iterable) and not isinstance(axis, str) else (axis,)
    if not axes or any(isinstance(one, bool) or not isinstance(one, Integral) for one in axes):
        raise OptionError(
            f"axis is {shown(axis)}; expected an integer, a tuple of integers, or None for all"
        )
    return tuple(int(one) for one in axes)


def one_axis(xp: Namespace, x: Array, axes: tuple[int, ...]) -> tuple[Array, int]:
    """`x` with its class axes flattened into one, the last; a single axis stays where it is."""
    if len(axes) == 1:
        return x, axes[0]
    sizes = xp.sizes(x)
    order = _class_last(len(sizes), axes)
    batch = [sizes[i] for i in order[: len(order) - len(axes)]]
    classes: Any = 1
    for i in axes:  # a loop, because math.prod cannot be traced
        classes = classes * sizes[i]
    return xp.reshape(xp.transpose(x, order), [*batch, classes]), len(batch)


def restore_axes(xp: Namespace, x: Array, axes: tuple[int, ...], like: Array) -> Array:
    """Undo `one_axis` of an array like this one."""
    if len(axes) == 1:
        return x
    sizes = xp.sizes(like)
    order = _class_last(len(sizes), axes)
    x = xp.reshape(x, [sizes[i] for i in order])
    return xp.transpose(x, [order.index(i) for i in range(len(order))])


def to_rows(xp: Namespace, x: Array, axes: tuple[int, ...]) -> Array:
    """`x` with its class axes as one, the last."""
    ndim = len(xp.shape(x))
    if len(axes) == 1 and axes[0] != ndim - 1:
        return xp.transpose(x, _class_last(ndim, axes))
    return one_axis(xp, x, axes)[0]


def from_rows(xp: Namespace, x: Array, axes: tuple[int, ...], like: Array) -> Array:
    """Undo `to_rows` of an array like this one."""
    ndim = len(xp.shape(like))
    if len(axes) == 1 and axes[0] != ndim - 1:
        order = _class_last(ndim, axes)
        return xp.transpose(x, [order.index(i) for i in range(ndim)])
    return restore_axes(xp, x, axes, like)


def _class_last(ndim: int, axes: tuple[int, ...]) -> list[int]:
    return [*(i for i in range(ndim) if i not in axes), *axes]
