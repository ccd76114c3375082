"""From items to the result: weights, reductions, and the derivative of each item."""

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.reference.vector import COMPLEX, REAL, STEP, real_slope

Array = Any


class Reference(NamedTuple):
    """Values and gradients by operand name, each with the scale of its entries."""

    value: tuple[Array, Array]
    gradients: dict[str, tuple[Array, Array]]


class Items:
    """A loss taken apart into items; subclasses say what an item is."""

    loss: Any
    shape: tuple[int, ...]  # of the items
    valid: Array
    class_weight: Array | None = None
    divided_by: Array = REAL(1)
    selects = False  # whether something may be left out, even if nothing is

    def __init__(self, loss: Any, operands: dict[str, Array]) -> None:
        self.loss = loss
        self.operands = operands
        self.pred = np.asarray(operands["pred"], REAL)

    def keys(self) -> Iterator[tuple[int, ...]]:
        return itertools.product(*map(range, self.shape))

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        raise NotImplementedError

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        """How large the numbers are that cancel in an item."""
        raise NotImplementedError

    def parts(self, key: tuple[int, ...]) -> tuple[Array, ...]:
        """The part of every array that an item sees."""
        raise NotImplementedError

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        raise NotImplementedError

    def reference(self, cotangent: Array | None) -> Reference:
        losses, scales = np.zeros(self.shape, REAL), np.zeros(self.shape, REAL)
        for key in self.keys():
            if self.valid[key]:
                losses[key] = self.item(key, *self.parts(key))
                scales[key] = self.scale(key, *self.parts(key))
        factor = self.factors()
        one = np.ones(self.shape, REAL) if cotangent is None else np.asarray(cotangent, REAL)
        one = np.broadcast_to(one, self.shape)
        if self.loss.reduction.word == "none":
            value = losses * factor, scales * abs(factor)
        else:
            value = np.sum(losses * factor), np.sum(scales * abs(factor))
            if self.divided_by == 0:  # also where there is no item that this could be seen in
                value = REAL(math.nan if self.loss.reduction.empty == "nan" else 0), REAL(1)
            elif losses.size == 0 or not self.valid.any():
                value = REAL(0), REAL(1)
        return Reference(value, self.gradients(factor * one))

    def gradients(self, factor: Array) -> dict[str, tuple[Array, Array]]:
        out = {}
        for name in self.moving:
            shape = np.shape(self.operands[name])
            out[name] = np.zeros(shape, REAL), np.zeros(shape, REAL)
        for key in self.keys():
            if not self.valid[key]:
                continue
            parts = self.parts(key)
            for name, (slopes, sizes) in out.items():
                number = self.loss.ARRAYS.index(name)
                slope, size = self._slope(key, parts, number)
                if name == "target" and not self.differentiable_labels:
                    slope = 0 * size
                self.place(name, slopes, key, slope * factor[key])
                self.place(name, sizes, key, size * abs(factor[key]))
        return out

    @property
    def moving(self) -> tuple[str, ...]:
        """What there are derivatives by."""
        return ("pred", "target") if self.dense else ("pred",)

    def _slope(
        self, key: tuple[int, ...], parts: tuple[Array, ...], number: int
    ) -> tuple[Array, Array]:
        """Derivatives of an item by the entries of its part of one array."""
        slope = np.zeros(parts[number].shape, REAL)
        for place in np.ndindex(slope.shape):
            moved = [np.asarray(part, COMPLEX) for part in parts]
            moved[number][place] += 1j * STEP
            slope[place] = real_slope(self.item(key, *moved))
        return slope, abs(slope) + self.slope_scale(key, parts, number)

    dense = True
    differentiable_labels = True

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        raise NotImplementedError

    def factors(self) -> Array:
        """What the loss of each item is multiplied by on its way into the result."""
        weight = self.operands.get("sample_weight")
        spread = np.ones(self.shape, REAL) if weight is None else self._spread(weight)
        word = self.loss.reduction.word
        if word in ("none", "sum"):
            return spread
        counted = np.where(self.valid, spread, 0)
        class_weight = np.ones(self.shape, REAL) if self.class_weight is None else self.class_weight
        denominator = {
            "mean": REAL(self.valid.size),
            "mean_over_items": REAL(self.valid.size),
            "mean_over_valid": REAL(self.valid.sum()),
            "mean_over_class_weight": np.sum(np.where(self.valid, class_weight, 0)),
            "mean_over_sample_weight": np.sum(counted),
            "mean_over_nonzero_weight": REAL(np.count_nonzero(spread)),
            "mean_over_batch": REAL(self.shape[0] if self.shape else 1),
            "mean_over_weight_as_given": np.sum(counted)
            if weight is None or self.selects
            else np.sum(np.asarray(weight, REAL)),
        }[word]
        self.divided_by = denominator
        if denominator == 0:
            return spread * (REAL(math.nan) if self.loss.reduction.empty == "nan" else 0)
        return spread / denominator

    def _spread(self, weight: Array) -> Array:
        weight = np.asarray(weight, REAL)
        if weight.ndim == len(self.shape) + 1 and weight.shape[-1] == 1:
            weight = weight[..., 0]
        return np.broadcast_to(weight, self.shape)
