"""Losses of one formula, by definition: of single numbers or of rows."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.losses import Elementwise, Formula, Rowwise
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.labels import is_index
from xlogits.reference.items import Items
from xlogits.reference.vector import REAL

Array = Any


class Definition(NamedTuple):
    """The textbook formula, for real and complex numbers in extended precision.

    `item(loss, *parts)` gets one number of each array, or one row. `size` is how large the numbers
    are that cancel in it, 1 + |item| unless said otherwise; `slope_size` the same for derivatives,
    |slope| + 1 unless said otherwise; of rows it may be a tuple, with one for each array. Both get
    the same arguments. `means(loss, operands)` is the loss and operands that a call stands for, where
    that depends on more than one item.
    """

    item: Callable[..., Any]
    size: Callable[..., Any] | None = None
    slope_size: Callable[..., Any] | None = None
    means: Callable[..., tuple[Any, dict[str, Array]]] | None = None


class _FormulaItems(Items):
    """What elements and rows share."""

    loss: Formula

    def __init__(self, loss: Any, definition: Definition, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        self.definition = definition
        self.arrays = {name: np.asarray(operands[name]) for name in loss.ARRAYS}

    @property
    def moving(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, array in self.arrays.items()
            if name not in self.loss.CONSTANT and array.dtype.kind == "f"
        )


class ElementItems(_FormulaItems):
    """An item is one number, or what `inner` makes of the numbers along an axis."""

    loss: Elementwise

    def __init__(
        self, loss: Elementwise, definition: Definition, operands: dict[str, Array]
    ) -> None:
        super().__init__(loss, definition, operands)
        self.axes = () if loss.inner == "none" else class_axes(loss.axis, self.pred.ndim)
        self.shape = tuple(n for i, n in enumerate(self.pred.shape) if i not in self.axes)
        self.valid = np.ones(self.shape, bool)
        self.wide = {name: self._wide(name, np.shape(array)) for name, array in self.arrays.items()}
        self.spread = {
            name: np.broadcast_to(np.asarray(array, REAL).reshape(self.wide[name]), self.pred.shape)
            for name, array in self.arrays.items()
        }
        self.mask = np.broadcast_to(operands.get("mask", True), self.pred.shape)
        weight = operands.get("inner_weight")
        self.inner_weight = None if weight is None else np.asarray(weight, REAL)

    def _wide(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of an array as it broadcasts to the prediction: a variance may be that of a row."""
        if name == "variance" and self.pred.ndim and shape == self.pred.shape[:-1]:
            return (*shape, 1)
        return (1,) * (self.pred.ndim - len(shape)) + shape

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        batch = iter(key)
        return tuple(slice(None) if i in self.axes else next(batch) for i in range(self.pred.ndim))

    def parts(self, key: tuple[int, ...]) -> tuple[Array, ...]:
        where = self._where(key)
        return tuple(np.asarray(array[where]).reshape(-1) for array in self.spread.values())

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        places = np.zeros(self.pred.shape, bool)
        places[self._where(key)] = True
        full = np.zeros(self.pred.shape, REAL)
        full[places] = part
        wide = self.wide[name]
        stretched = tuple(i for i, n in enumerate(wide) if n == 1 and full.shape[i] != 1)
        out += np.sum(full, stretched, keepdims=True).reshape(out.shape)

    def _combined(self, values: list[Any]) -> Any:
        """The sum or the mean along the axis, or the root of the mean, which is flat at 0."""
        if self.loss.inner in ("none", "sum"):
            return sum(values) if values else REAL(0)
        if not values:
            return REAL("nan")
        weights = [REAL(1)] * len(values) if self.inner_weight is None else list(self.inner_weight)
        mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        if self.loss.inner == "mean":
            return mean
        return np.sqrt(mean) if mean.real > 0 else REAL(0)

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        inside = np.asarray(self.mask[self._where(key)]).reshape(-1)
        return self._combined(
            [
                self.definition.item(self.loss, *each) if counts else REAL(0)
                for counts, *each in zip(inside, *parts, strict=True)
            ]
        )

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        size = self.definition.size or (lambda *a: 1 + abs(self.definition.item(*a)))
        sizes = [size(self.loss, *each) for each in zip(*parts, strict=True)]
        return self._combined([s if np.isfinite(s) else REAL(1) for s in sizes])

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        size = self.definition.slope_size or (lambda *a: REAL(1))
        sizes = np.array([size(self.loss, *each) for each in zip(*parts, strict=True)], REAL)
        return sizes / len(sizes) if "mean" in self.loss.inner and sizes.size else sizes


class RowItems(_FormulaItems):
    """An item is one row of each array; class indexes are rows of 0 and 1."""

    loss: Rowwise

    def __init__(self, loss: Rowwise, definition: Definition, operands: dict[str, Array]) -> None:
        super().__init__(loss, definition, operands)
        self.axes = class_axes(loss.axis, self.pred.ndim)
        self.kept = loss.keepdims
        self.shape = tuple(
            1 if i in self.axes else n
            for i, n in enumerate(self.pred.shape)
            if self.kept or i not in self.axes
        )
        self.valid = np.ones(self.shape, bool)
        self.mask = operands.get("mask")
        target = self.arrays.get("target")
        single = target is None or "target" in loss.SINGLE
        self.indexed = not single and self._is_index(loss, target)

    def _is_index(self, loss: Rowwise, target: Array) -> bool:
        one = len(self.axes) == 1
        return one and is_index(loss.labels, self.pred.shape, target.shape, self.axes[0])

    @property
    def moving(self) -> tuple[str, ...]:
        return tuple(n for n in super().moving if not (n == "target" and self.indexed))

    def _where(self, key: tuple[int, ...], ndim: int) -> tuple[Any, ...]:
        batch = iter([i for n, i in enumerate(key) if not (self.kept and n in self.axes)])
        return tuple(slice(None) if i in self.axes else next(batch) for i in range(ndim))

    def _row(self, name: str, array: Array, key: tuple[int, ...]) -> Array:
        if name == "target" and self.indexed:
            hot = np.zeros(self.pred.shape[self.axes[0]], REAL)
            hot[int(array.reshape(self.shape)[key])] = 1
            return hot
        if name in self.loss.SINGLE:
            return np.asarray([array[key]], REAL)
        return np.asarray(array[self._where(key, array.ndim)], REAL).reshape(-1)

    def parts(self, key: tuple[int, ...]) -> tuple[Array, ...]:
        return tuple(self._row(name, array, key) for name, array in self.arrays.items())

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        where = self._where(key, out.ndim)
        out[where] = part.reshape(out[where].shape)

    def _seen(self, key: tuple[int, ...], parts: tuple[Array, ...]) -> tuple[Array, ...]:
        if self.mask is None:
            return parts
        mask = self.mask[self._where(key, self.mask.ndim)].reshape(-1)
        return tuple(np.where(mask, part, 0) for part in parts)

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        return self.definition.item(self.loss, *self._seen(key, parts))

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        parts = self._seen(key, parts)
        size = self.definition.size or (lambda *a: 1 + abs(self.definition.item(*a)))
        found = size(self.loss, *parts)
        return found if np.isfinite(found) else REAL(1)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        size = self.definition.slope_size or (lambda *a: REAL(1))
        found = size(self.loss, *self._seen(key, parts))
        found = found[number] if isinstance(found, tuple) else found
        return np.ones(parts[number].shape, REAL) * found
