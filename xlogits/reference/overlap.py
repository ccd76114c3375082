"""Losses of overlap, by definition."""

from typing import Any

import numpy as np

from xlogits.losses import ClassOverlap, Tversky
from xlogits.losses.parts.axes import class_axes
from xlogits.reference.formula import Definition
from xlogits.reference.items import Items
from xlogits.reference.vector import REAL, log_softmax

Array = Any
ONE = REAL(1)


def _sigmoid(x: Any) -> Any:
    return ONE / (ONE + np.exp(-x)) if x.real >= 0 else np.exp(x) / (ONE + np.exp(x))


def _parts(p: Array, y: Array, loss: Any, eps: float = 0.0) -> tuple[Any, Any]:
    """Over and below the line of the Tversky index of a region."""
    shared, missed, extra = np.sum(p * y), np.sum((ONE - p) * y), np.sum(p * (ONE - y))
    over = shared + REAL(loss.smooth)
    return over, over + REAL(loss.missed) * missed + REAL(loss.extra) * extra + REAL(eps)


def _index(p: Array, y: Array, loss: Any, eps: float = 0.0) -> Any:
    """The Tversky index of a region, from true positives, false negatives and false positives."""
    over, below = _parts(p, y, loss, eps)
    return over / below


def _likely(loss: Tversky, x: Array) -> Array:
    return x if loss.activation == "none" else np.array([_sigmoid(v) for v in x])


def _tversky(loss: Tversky, x: Array, y: Array) -> Any:
    return ONE - _index(_likely(loss, x), y, loss, loss.eps)


def _slope_size(loss: Tversky, x: Array, y: Array) -> Any:
    """The derivatives over and below the line, which cancel, are divided by what is below it."""
    return 1 + 1 / abs(_parts(_likely(loss, x), y, loss, loss.eps)[1])


class ClassOverlapItems(Items):
    """An item is a batch entry, or a class of one; all targets are in it where classes are balanced."""

    loss: ClassOverlap

    def __init__(self, loss: ClassOverlap, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        ndim = self.pred.ndim
        self.target = np.asarray(operands["target"], REAL)
        self.summed = (
            tuple(range(1, ndim - 1)) if loss.axis is None else class_axes(loss.axis, ndim)
        )
        self.batch = tuple(i for i in range(ndim - 1) if i not in self.summed)
        self.first = 0 if loss.background or self.pred.shape[-1] == 1 else 1
        shape = tuple(self.pred.shape[i] for i in self.batch)
        self.each = loss.over_classes == "none"
        self.shape = (*shape, self.pred.shape[-1] - self.first) if self.each else shape
        self.valid = np.ones(self.shape, bool)

    def parts(self, key: tuple[int, ...]) -> tuple[Array, ...]:
        return self.pred, self.target

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        out += part

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        batch = iter(key)
        ndim = self.pred.ndim
        return tuple(next(batch) if i in self.batch else slice(None) for i in range(ndim))

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        x, y = (part[self._where(key)].reshape(-1, part.shape[-1]) for part in parts)
        p = np.array([self._probabilities(row) for row in x]) if len(x) else x
        weight = self._weights(parts[1])
        losses = [
            weight[c] * (ONE - _index(p[:, c], y[:, c], self.loss))
            for c in range(self.first, x.shape[1])
        ]
        if self.each:
            return losses[key[-1]]
        total = sum(losses, REAL(0))
        return total / REAL(len(losses)) if self.loss.over_classes == "mean" else total

    def _probabilities(self, row: Array) -> Array:
        if self.loss.activation == "none":
            return row
        return np.array([_sigmoid(row[0])]) if len(row) == 1 else np.exp(log_softmax(row))

    def _weights(self, target: Array) -> Array:
        classes = target.shape[-1]
        if self.loss.balanced:
            number = np.sum(target.reshape(-1, classes), 0)
            inverse = ONE / (number**2 + REAL(1e-7))
            return inverse / np.mean(inverse)
        given = self.operands.get("class_weight")
        return np.ones(classes, REAL) if given is None else np.asarray(given, REAL)

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        return 1 + np.sum(abs(self._weights(self.target)))

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        return np.ones(parts[number].shape, REAL)


DEFINITIONS: dict[type, Definition] = {Tversky: Definition(_tversky, slope_size=_slope_size)}
ITEMS: dict[type, Any] = {ClassOverlap: ClassOverlapItems}
