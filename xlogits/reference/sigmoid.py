"""Sigmoid cross-entropy by definition."""

import math
from typing import Any

import numpy as np

from xlogits.losses import SigmoidCrossEntropy
from xlogits.losses.parts.axes import class_axes
from xlogits.reference.items import Items
from xlogits.reference.vector import REAL, log_pair, product

Array = Any


class SigmoidItems(Items):
    """An item is one event, or the mean of the events along an axis."""

    def __init__(self, loss: SigmoidCrossEntropy, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        self.axis = class_axes(loss.axis, self.pred.ndim)[0] if loss.inner == "mean" else None
        self.shape = tuple(n for i, n in enumerate(self.pred.shape) if i != self.axis)
        self.valid = np.ones(self.shape, bool)
        self.target = np.asarray(operands["target"], REAL)
        self.pos_weight, self.weight = map(self._along, ("pos_weight", "class_weight"))

    def _along(self, name: str) -> Array:
        weight = np.asarray(self.operands.get(name, 1), REAL)
        if weight.ndim == 1 and weight.shape != (1,):
            axis = class_axes(self.loss.axis, self.pred.ndim)[0]
            weight = weight.reshape([-1 if i == axis else 1 for i in range(self.pred.ndim)])
        return np.broadcast_to(weight, self.pred.shape)

    def _weights(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        """Positive weights and class weights of the events of an item."""
        where = self._where(key)
        return np.atleast_1d(self.pos_weight[where]), np.atleast_1d(self.weight[where])

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        batch = iter(key)
        return tuple(slice(None) if i == self.axis else next(batch) for i in range(self.pred.ndim))

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        where = self._where(key)
        return np.atleast_1d(self.pred[where]), np.atleast_1d(self.target[where])

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        out[self._where(key)] = part if self.axis is not None else part[0]

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        pred, target = parts
        events = [
            c * self.event(x, z, w)
            for x, z, w, c in zip(pred, target, *self._weights(key), strict=True)
        ]
        return sum(events) / REAL(len(events)) if events else REAL(math.nan)

    def event(self, x: Any, z: Any, weight: Any) -> Any:
        e = REAL(self.loss.label_smoothing)
        z = (1 - e) * z + e / 2
        log_p, log_not = log_pair(self.loss.form, x)
        return -product(weight * z, log_p) - product(1 - z, log_not)

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        pred, target = parts
        sizes = [
            c * max(w, 1) * (1 + abs(self.event(x, z, w)))
            for x, z, w, c in zip(pred, target, *self._weights(key), strict=True)
        ]
        return sum(s if np.isfinite(s) else REAL(1) for s in sizes) / REAL(len(sizes) or 1)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        positive, weights = self._weights(key)
        return weights * np.maximum(positive, 1) / len(weights)
