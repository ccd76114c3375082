"""Losses that are one formula, of single numbers or of rows, with its derivative beside it.

A subclass says what its arrays are called (`ARRAYS`), the formula (`term`) and its derivatives by each
of them (`slopes`). Checks, dtypes, axes, weights and reductions are here.
"""

import math
from dataclasses import field
from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, ShapeError
from xlogits.losses.parts.axes import Axis, Shape, class_axes, from_rows, one_axis, to_rows
from xlogits.losses.parts.labels import (
    DENSE,
    FLOATS,
    INDEX,
    Labels,
    is_index,
    require_dense,
    require_index,
)
from xlogits.losses.parts.loss import Loss, Weight, is_number, spreads
from xlogits.losses.parts.value import frozen
from xlogits.reduction import Items
from xlogits.types import Result, Rows

Array = Any


@frozen
class Formula(Loss):
    """What the two kinds below share: arrays in, items out, gradients back in the arrays' shapes."""

    # arrays that nothing is differentiated by; what `slopes` has in their place is not looked at
    CONSTANT: ClassVar[frozenset[str]] = frozenset()

    def __call__(
        self,
        pred: Rows[Result],
        target: Array = None,
        *,
        sample_weight: Weight = None,
        **others: Array,
    ) -> Result:
        xp, work, result = self._open(pred, target, sample_weight=sample_weight, **others)
        self._require_unambiguous(sample_weight=sample_weight)
        items = Items(self._formula(xp, self._arrays(xp, work, pred, target, others)))
        return self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)

    def gradient(
        self,
        pred: Array,
        target: Array = None,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        **others: Array,
    ) -> tuple[Array | None, ...]:
        """Derivatives by each of `ARRAYS` (None where there is none), in closed form.

        Of the sum of the results, or of their product with `cotangent`, which has their shape.
        """
        xp, work, _ = self._open(
            pred, target, sample_weight=sample_weight, cotangent=cotangent, **others
        )
        arrays = self._arrays(xp, work, pred, target, others)
        items = Items(self._formula(xp, arrays))
        weight = self._weight(xp, sample_weight, items.loss)
        out = self.reduction.gradient(xp, items, weight, 1.0 if cotangent is None else cotangent)
        found = self._derivatives(xp, arrays, out)
        given = {"pred": pred, "target": target, **others}
        return tuple(
            None
            if name in self.CONSTANT
            or is_number(given[name])
            or xp.dtype(given[name]) not in FLOATS
            else xp.cast(self._back(xp, slope, pred, given[name]), xp.dtype(given[name]))
            for name, slope in zip(self.ARRAYS, found, strict=True)
        )

    def _open(self, pred: Array, target: Array, **others: Array) -> tuple[Any, str, str]:
        for name in self.ARRAYS:
            if name != "pred" and (target if name == "target" else others.get(name)) is None:
                raise TypeError(f"{type(self).__name__}() missing a required argument: '{name}'")
        return super()._open(pred, target, **others)

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        """The arrays checked, in one dtype and one layout, in the order of `ARRAYS`."""
        raise NotImplementedError

    def _formula(self, xp: Namespace, arrays: tuple[Array, ...]) -> Array:
        """The loss of every item."""
        raise NotImplementedError

    def _derivatives(
        self, xp: Namespace, arrays: tuple[Array, ...], out: Array
    ) -> tuple[Array, ...]:
        """By each array, from the derivative `out` by the loss of each item."""
        raise NotImplementedError

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        """A derivative in the layout of the prediction, as one of the array that was given."""
        raise NotImplementedError


@frozen
class Elementwise(Formula):
    """A function of one number of each array; `inner` brings the numbers along `axis` together first.

    Prediction and target have the same shape, or, where `BROADCAST` says so, shapes that broadcast to
    each other, or, where `SPREAD` does, a target that broadcasts to the prediction. Further arrays
    broadcast to that of the prediction, and may be numbers. The inner mean,
    and the root of it, are weighted by `inner_weight`: one number for each place along the axis.
    """

    SPREAD: ClassVar[bool] = False

    axis: Axis = -1
    inner: Literal["none", "sum", "mean", "root_mean"] = "none"

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        """The function."""
        raise NotImplementedError

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        """Its derivatives by each array."""
        raise NotImplementedError

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        """The arrays, and the weight of the inner mean (None where there is none)."""
        shape = xp.shape(pred)
        if self.BROADCAST and not is_number(target):
            _require_broadcast(shape, xp.shape(target))
            require_dense(xp.dtype(target))
        elif "target" in self.ARRAYS and not self.BROADCAST:
            if not (self.SPREAD and spreads(xp.shape(target), shape)):
                is_index(DENSE, shape, xp.shape(target), 0)
            require_dense(xp.dtype(target))
        given = {"pred": pred, "target": target, **others}
        weight = given.pop("inner_weight", None)
        if weight is not None:
            weight = self._along(xp, xp.cast(weight, work), shape)
        for name in self.ARRAYS:
            array = given[name]
            if is_number(array):
                given[name] = xp.full_like(given["pred"], array)
                continue
            if not self.BROADCAST and not spreads(xp.shape(array), shape):
                raise ShapeError(
                    f"{name} has shape {xp.shape(array)} and the prediction {shape}; "
                    f"expected one that broadcasts to it"
                )
            given[name] = xp.cast(array, work)
            if name == "target" and None in shape and not (self.BROADCAST or self.SPREAD):
                given[name] = xp.fitted(given[name], xp.sizes(pred), "labels")
        return (*(given[name] for name in self.ARRAYS), weight)

    def _along(self, xp: Namespace, weight: Array, shape: Any) -> Array:
        """The inner weight in a shape that multiplies the losses."""
        axes = class_axes(self.axis, len(shape))
        wanted = (shape[axes[0]],) if len(axes) == 1 else ()
        if self.inner not in ("mean", "root_mean") or not wanted:
            raise OptionError("inner_weight goes with an inner mean along one axis")
        if len(xp.shape(weight)) != 1 or not spreads(xp.shape(weight), wanted):
            raise ShapeError(f"inner_weight has shape {xp.shape(weight)}; expected {wanted}")
        return xp.reshape(weight, [-1 if i == axes[0] else 1 for i in range(len(shape))])

    def _formula(self, xp: Namespace, arrays: tuple[Array, ...]) -> Array:
        *parts, weight = arrays
        loss = self.term(xp, *parts)
        if self.inner == "none":
            return loss
        inner = self._inner(xp, loss, weight)
        return _root(xp, inner) if self.inner == "root_mean" else inner

    def _inner(self, xp: Namespace, loss: Array, weight: Array | None) -> Array:
        """The sum along the axis, or the mean."""
        flat, axis = one_axis(
            xp,
            loss if weight is None else loss * weight,
            class_axes(self.axis, len(xp.shape(loss))),
        )
        total = xp.sum(flat, axis)
        if self.inner == "sum":
            return total
        return total / (xp.count(flat, axis) if weight is None else xp.sum(weight))

    def _derivatives(
        self, xp: Namespace, arrays: tuple[Array, ...], out: Array
    ) -> tuple[Array, ...]:
        *parts, weight = arrays
        slopes = self.slopes(xp, *parts)
        if self.inner != "none":
            if self.inner == "root_mean":
                root = self._formula(xp, arrays)
                out = xp.where(root == 0, 0.0, out / xp.where(root == 0, 1.0, 2 * root))
            x = arrays[0]
            axes = class_axes(self.axis, len(xp.shape(x)))
            sizes = [1 if i in axes else n for i, n in enumerate(xp.sizes(x))]
            out = xp.reshape(out, sizes)
            if weight is not None:
                out = out * weight / xp.sum(weight)
            elif self.inner != "sum":
                flat, axis = one_axis(xp, x, axes)
                out = out / xp.count(flat, axis)
        return tuple(slope * out for slope in slopes)

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        """The sum over whatever the array was broadcast along."""
        wanted, axes = xp.shape(given), xp.shape(slope)
        for _ in range(len(axes) - len(wanted)):
            slope = xp.sum(slope, 0)
        for axis, size in enumerate(wanted):
            if size == 1:
                slope = xp.sum(slope, axis, keepdims=True)
        return slope


def _root(xp: Namespace, x: Array) -> Array:
    """The square root, whose derivative at 0 is taken to be 0."""
    return xp.where(x == 0, 0.0, xp.sqrt(xp.where(x == 0, 1.0, x)))


def _require_broadcast(first: Shape, second: Shape) -> None:
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b and None not in (a, b) and 1 not in (a, b):
            raise ShapeError(f"shapes {first} and {second} do not broadcast to each other")


@frozen
class Rowwise(Formula):
    """A function of one row of each array: the numbers along `axis`.

    `term` and `slopes` get arrays with that axis last. Class indexes, where `labels` allows them,
    arrive as rows that are 1 at the label and 0 elsewhere. `keepdims`: `axis`, then a single one,
    stays in the result with size 1. Arrays in `SINGLE` have one number for each row, and arrive as rows
    of one number. Outside a `mask`, for losses that have that operand, arrays are 0.
    """

    SINGLE: ClassVar[frozenset[str]] = frozenset()

    axis: Axis = -1
    labels: Labels = field(default_factory=lambda: DENSE)
    keepdims: bool = False

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        """The function: one number for each row."""
        raise NotImplementedError

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        """Its derivatives by each array, in the shape of the arrays."""
        raise NotImplementedError

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        axes = class_axes(self.axis, len(xp.shape(pred)))
        x = to_rows(xp, xp.cast(pred, work), axes)
        rows = {"pred": x}
        mask = others.get("mask")
        for name, array in {"target": target, **others}.items():
            if name not in self.ARRAYS:
                continue
            if name == "target" or name in self.SINGLE:
                require_dense(xp.dtype(array))
            if name in self.SINGLE:
                self._require_single(xp, pred, array, axes)
                rows[name] = xp.expand(xp.cast(array, work), len(xp.shape(array)))
            elif name == "target" and len(axes) == 1 and self._index(xp, pred, array, axes[0]):
                rows[name] = self._hot(xp, x, array, len(xp.shape(x)) - 1)
            else:
                is_index(DENSE, xp.shape(pred), xp.shape(array), axes[0] if axes else 0)
                rows[name] = to_rows(xp, xp.cast(array, work), axes)
        if mask is None:
            return tuple(rows[name] for name in self.ARRAYS)
        if xp.dtype(mask) != "bool" or not spreads(xp.shape(mask), xp.shape(pred)):
            raise ShapeError(
                f"mask is {xp.dtype(mask)} of shape {xp.shape(mask)} and the prediction has shape "
                f"{xp.shape(pred)}; expected bool that broadcasts to it: True where a number counts"
            )
        mask = to_rows(xp, (xp.full_like(pred, 1.0) == 1) & mask, axes)
        return tuple(xp.where(mask, rows[name], 0.0) for name in self.ARRAYS)

    def _index(self, xp: Namespace, pred: Array, target: Array, axis: int) -> bool:
        return is_index(self.labels, xp.shape(pred), xp.shape(target), axis)

    def _require_single(
        self, xp: Namespace, pred: Array, array: Array, axes: tuple[int, ...]
    ) -> None:
        """Raise unless there is one number for each row."""
        shape, axis = xp.shape(pred), axes[0]
        if len(axes) > 1:
            kept = tuple(n for i, n in enumerate(shape) if i not in axes)
            shape, axis = (*kept, None), len(kept)
        is_index(INDEX, shape, xp.shape(array), axis)

    def _hot(self, xp: Namespace, x: Array, target: Array, axis: int) -> Array:
        """Rows of 0 and 1; NaN, or an error, where a label is out of range."""
        require_index(self.labels, xp.dtype(target))
        if len(xp.shape(target)) == len(xp.shape(x)):
            sizes = xp.sizes(x)
            target = xp.reshape(target, sizes[:-1])
        if xp.dtype(target) in FLOATS:
            target = xp.cast(target, "int64")
        labels = xp.check_labels(target, xp.shape(x)[axis])
        inside = xp.pick(xp.full_like(x, 1.0), labels, axis)
        hot = xp.one_hot(labels, xp.sizes(x)[axis], axis, xp.dtype(x))
        # selected, not multiplied: XLA takes 0 times NaN for 0 where the 0 comes from a comparison
        return xp.where(xp.expand(inside, axis) == 1, hot, math.nan)

    def _formula(self, xp: Namespace, arrays: tuple[Array, ...]) -> Array:
        loss = self.term(xp, *arrays)
        if not self.keepdims:
            return loss
        return xp.expand(loss, class_axes(self.axis, len(xp.shape(arrays[0])))[0])

    def _derivatives(
        self, xp: Namespace, arrays: tuple[Array, ...], out: Array
    ) -> tuple[Array, ...]:
        ndim = len(xp.shape(arrays[0]))
        if self.keepdims:
            out = to_rows(xp, out, class_axes(self.axis, ndim))
        else:
            out = xp.expand(out, ndim - 1)
        return tuple(slope * out for slope in self.slopes(xp, *arrays))

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        return from_rows(xp, slope, class_axes(self.axis, len(xp.shape(pred))), pred)
