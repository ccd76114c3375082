"""Sigmoid cross-entropy by definition."""

import math
from typing import Any

import numpy as np

from xlogits.losses import SigmoidCrossEntropy
from xlogits.losses.axes import class_axes
from xlogits.parity.reference.items import Items
from xlogits.parity.reference.vector import REAL, clipped, log, product, softplus

Array = Any


class SigmoidItems(Items):
    """An item is one event, or the mean of the events along an axis."""

    def __init__(self, loss: SigmoidCrossEntropy, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        self.axis = class_axes(loss.axis, self.pred.ndim)[0] if loss.inner == "mean" else None
        self.shape = tuple(n for i, n in enumerate(self.pred.shape) if i != self.axis)
        self.valid = np.ones(self.shape, bool)
        self.target = np.asarray(operands["target"], REAL)
        weight = np.asarray(operands.get("pos_weight", 1), REAL)
        if weight.ndim == 1 and weight.shape != (1,):
            axis = class_axes(loss.axis, self.pred.ndim)[0]
            weight = weight.reshape([-1 if i == axis else 1 for i in range(self.pred.ndim)])
        self.pos_weight = np.broadcast_to(weight, self.pred.shape)

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        batch = iter(key)
        return tuple(slice(None) if i == self.axis else next(batch) for i in range(self.pred.ndim))

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        where = self._where(key)
        return np.atleast_1d(self.pred[where]), np.atleast_1d(self.target[where])

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        out[self._where(key)] = part if self.axis is not None else part[0]

    def item(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        events = [self.event(x, z, w) for x, z, w in zip(pred, target, weights, strict=True)]
        return sum(events) / REAL(len(events)) if events else REAL(math.nan)

    def event(self, x: Any, z: Any, weight: Any) -> Any:
        e = REAL(self.loss.label_smoothing)
        z = (1 - e) * z + e / 2
        log_p, log_not = self.log_pair(x)
        return -product(weight * z, log_p) - product(1 - z, log_not)

    def log_pair(self, x: Any) -> tuple[Any, Any]:
        form = self.loss.form
        if form.kind == "logits":
            return -softplus(-x), -softplus(x)
        p = x if form.clip is None else clipped(x, *form.clip)
        return log(p, form.log_floor), log(1 - p, form.log_floor)

    def scale(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        sizes = [
            max(w, 1) * (1 + abs(self.event(x, z, w)))
            for x, z, w in zip(pred, target, weights, strict=True)
        ]
        return sum(s if np.isfinite(s) else REAL(1) for s in sizes) / REAL(len(sizes) or 1)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, Array], number: int) -> Array:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        return np.maximum(weights, 1) / len(weights)
