"""Losses that are one formula, of single numbers or of rows, with its derivative beside it.

A subclass says what its arrays are called (`ARRAYS`), the formula (`term`) and its derivatives by each
of them (`slopes`). Checks, dtypes, axes, weights and reductions are here.
"""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from xlogits.errors import ShapeError
from xlogits.losses.axes import Axis, class_axes, one_axis, restore_axes
from xlogits.losses.labels import DENSE, FLOATS, Labels, is_index, require_dense, require_index
from xlogits.losses.loss import Loss, Weight, spreads
from xlogits.reduction import Items

Array = Any


@dataclass(frozen=True, kw_only=True)
class Formula(Loss):
    """What the two kinds below share: arrays in, items out, gradients back in the arrays' shapes."""

    CONSTANT: ClassVar[frozenset[str]] = frozenset()  # arrays that nothing is differentiated by

    def __call__(
        self, pred: Array, target: Array, *, sample_weight: Weight = None, **others: Array
    ) -> Array:
        xp, work, result = self._open(pred, target, sample_weight=sample_weight, **others)
        self._require_unambiguous(sample_weight=sample_weight)
        items = Items(self._formula(xp, self._arrays(xp, work, pred, target, others)))
        return self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)

    def gradient(
        self,
        pred: Array,
        target: Array,
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
            if name in self.CONSTANT or xp.dtype(given[name]) not in FLOATS
            else xp.cast(self._back(xp, slope, pred, given[name]), xp.dtype(given[name]))
            for name, slope in zip(self.ARRAYS, found, strict=True)
        )

    def _arrays(
        self, xp: Any, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        """The arrays checked, in one dtype and one layout, in the order of `ARRAYS`."""
        raise NotImplementedError

    def _formula(self, xp: Any, arrays: tuple[Array, ...]) -> Array:
        """The loss of every item."""
        raise NotImplementedError

    def _derivatives(self, xp: Any, arrays: tuple[Array, ...], out: Array) -> tuple[Array, ...]:
        """By each array, from the derivative `out` by the loss of each item."""
        raise NotImplementedError

    def _back(self, xp: Any, slope: Array, pred: Array, given: Array) -> Array:
        """A derivative in the layout of the prediction, as one of the array that was given."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Elementwise(Formula):
    """A function of one number of each array; `inner` adds or averages it over `axis` first.

    Prediction and target have the same shape. Further arrays broadcast to it.
    """

    axis: Axis = -1
    inner: Literal["none", "sum", "mean"] = "none"

    def term(self, xp: Any, *arrays: Array) -> Array:
        """The function."""
        raise NotImplementedError

    def slopes(self, xp: Any, *arrays: Array) -> tuple[Array, ...]:
        """Its derivatives by each array."""
        raise NotImplementedError

    def _arrays(
        self, xp: Any, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        shape = xp.shape(pred)
        is_index(DENSE, shape, xp.shape(target), 0)
        require_dense(xp.dtype(target))
        for name, array in others.items():
            if not spreads(xp.shape(array), shape):
                raise ShapeError(
                    f"{name} has shape {xp.shape(array)} and the prediction {shape}; "
                    f"expected one that broadcasts to it"
                )
        given = {"pred": pred, "target": target, **others}
        return tuple(xp.cast(given[name], work) for name in self.ARRAYS)

    def _formula(self, xp: Any, arrays: tuple[Array, ...]) -> Array:
        loss = self.term(xp, *arrays)
        if self.inner == "none":
            return loss
        flat, axis = one_axis(xp, loss, class_axes(self.axis, len(xp.shape(loss))))
        total = xp.sum(flat, axis)
        return total if self.inner == "sum" else total / xp.count(flat, axis)

    def _derivatives(self, xp: Any, arrays: tuple[Array, ...], out: Array) -> tuple[Array, ...]:
        if self.inner != "none":
            x = arrays[0]
            axes = class_axes(self.axis, len(xp.shape(x)))
            sizes = [1 if i in axes else n for i, n in enumerate(xp.sizes(x))]
            out = xp.reshape(out, sizes)
            if self.inner == "mean":
                flat, axis = one_axis(xp, x, axes)
                out = out / xp.count(flat, axis)
        return tuple(slope * out for slope in self.slopes(xp, *arrays))

    def _back(self, xp: Any, slope: Array, pred: Array, given: Array) -> Array:
        """The sum over whatever the array was broadcast along."""
        slope = slope * xp.full_like(xp.cast(pred, xp.dtype(slope)), 1.0)
        wanted, axes = xp.shape(given), xp.shape(slope)
        for _ in range(len(axes) - len(wanted)):
            slope = xp.sum(slope, 0)
        for axis, size in enumerate(wanted):
            if size == 1:
                slope = xp.sum(slope, axis, keepdims=True)
        return slope


@dataclass(frozen=True, kw_only=True)
class Rowwise(Formula):
    """A function of one row of each array: the numbers along `axis`.

    `term` and `slopes` get arrays with that axis last. Class indexes, where `labels` allows them,
    arrive as rows that are 1 at the label and 0 elsewhere.
    """

    axis: Axis = -1
    labels: Labels = field(default_factory=lambda: DENSE)

    def term(self, xp: Any, *arrays: Array) -> Array:
        """The function: one number for each row."""
        raise NotImplementedError

    def slopes(self, xp: Any, *arrays: Array) -> tuple[Array, ...]:
        """Its derivatives by each array, in the shape of the arrays."""
        raise NotImplementedError

    def _arrays(
        self, xp: Any, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        axes = class_axes(self.axis, len(xp.shape(pred)))
        x, axis = self._rows(xp, xp.cast(pred, work), axes)
        if len(axes) == 1 and self._index(xp, pred, target, axes[0]):
            target = self._hot(xp, x, target, axis)
        else:
            require_dense(xp.dtype(target))
            target, _ = self._rows(xp, xp.cast(target, work), axes)
        given = {"pred": x, "target": target}
        for name, array in others.items():
            is_index(DENSE, xp.shape(pred), xp.shape(array), 0)
            given[name], _ = self._rows(xp, xp.cast(array, work), axes)
        return tuple(given[name] for name in self.ARRAYS)

    def _index(self, xp: Any, pred: Array, target: Array, axis: int) -> bool:
        return is_index(self.labels, xp.shape(pred), xp.shape(target), axis)

    def _hot(self, xp: Any, x: Array, target: Array, axis: int) -> Array:
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

    def _rows(self, xp: Any, x: Array, axes: tuple[int, ...]) -> tuple[Array, int]:
        """The array with its class axes as one, the last."""
        ndim = len(xp.shape(x))
        if len(axes) == 1 and axes[0] != ndim - 1:
            return xp.transpose(x, [*(i for i in range(ndim) if i not in axes), *axes]), ndim - 1
        return one_axis(xp, x, axes)

    def _formula(self, xp: Any, arrays: tuple[Array, ...]) -> Array:
        return self.term(xp, *arrays)

    def _derivatives(self, xp: Any, arrays: tuple[Array, ...], out: Array) -> tuple[Array, ...]:
        out = xp.expand(out, len(xp.shape(arrays[0])) - 1)
        return tuple(slope * out for slope in self.slopes(xp, *arrays))

    def _back(self, xp: Any, slope: Array, pred: Array, given: Array) -> Array:
        axes = class_axes(self.axis, len(xp.shape(pred)))
        ndim = len(xp.shape(pred))
        if len(axes) == 1 and axes[0] != ndim - 1:
            order = [*(i for i in range(ndim) if i not in axes), *axes]
            return xp.transpose(slope, [order.index(i) for i in range(ndim)])
        return restore_axes(xp, slope, axes, pred)
