"""Softmax cross-entropy by definition."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.losses import SoftmaxCrossEntropy
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.labels import holds
from xlogits.reference.divergence import COSTS
from xlogits.reference.items import Items, Reference
from xlogits.reference.vector import REAL, clipped, log, log_softmax, product

Array = Any


class SoftmaxItems(Items):
    """An item is one distribution over classes."""

    def __init__(self, loss: SoftmaxCrossEntropy, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        target = np.asarray(operands["target"])
        self.axes = class_axes(loss.axis, self.pred.ndim)
        self.rows = self._rows(self.pred)
        self.shape, self.classes = self.rows.shape[:-1], self.rows.shape[-1]
        self.dense = target.shape == self.pred.shape and loss.labels.kind != "index"
        self.differentiable_labels = loss.labels.gradient
        self.target = self._rows(target) if self.dense else target.reshape(self.shape)
        self.valid = np.ones(self.shape, bool)
        if not self.dense and loss.ignore_index is not None:
            self.valid = self.target != loss.ignore_index
            self.selects = holds(target.dtype.name, loss.ignore_index)
        mask = operands.get("mask")
        self.mask = None
        if mask is not None:
            if np.ndim(mask) < self.pred.ndim:  # of whole items
                mask = np.expand_dims(mask, self.axes)
            self.mask = self._rows(np.broadcast_to(mask, self.pred.shape))
            self.valid = self.valid & self.mask.any(-1)
            self.selects = True
        weight = operands.get("class_weight")
        self.weights = np.ones(self.classes, REAL) if weight is None else np.asarray(weight, REAL)
        if weight is not None and not self.dense:
            self.class_weight = self.weights[np.where(self.valid, self.target, 0).astype(int)]

    def _rows(self, x: Array) -> Array:
        batch = [i for i in range(x.ndim) if i not in self.axes]
        moved = np.transpose(x, [*batch, *self.axes])
        return moved.reshape(
            [*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in self.axes)]
        )

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        if self.dense:
            return self.rows[key], np.asarray(self.target[key], REAL)
        hot = np.zeros(self.classes, REAL)
        hot[int(self.target[key])] = 1
        return self.rows[key], hot

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        batch = iter(key)
        where = [slice(None) if i in self.axes else next(batch) for i in range(out.ndim)]
        in_order = part.reshape([out.shape[i] for i in self.axes])
        out[tuple(where)] = np.transpose(in_order, np.argsort(self.axes))

    def coefficients(self, key: tuple[int, ...], q: Array) -> Array:
        e = REAL(self.loss.label_smoothing)
        return self.weights * ((1 - e) * q + e / self.classes)

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        pred, target = parts
        keep = np.ones(self.classes, bool) if self.mask is None else self.mask[key]
        costs = [self.cost(v) for v in self.log_probabilities(pred[keep])]
        return sum(map(product, self.coefficients(key, target)[keep], costs))

    def cost(self, log_p: Any) -> Any:
        special = COSTS.get(type(self.loss))
        return -log_p if special is None else special(self.loss, log_p)

    def log_probabilities(self, x: Array) -> Array:
        form = self.loss.form
        if form.kind == "log_probabilities":
            return x
        if form.kind == "logits":
            x = log_softmax(x)
            if form.clip is None:
                return x
            x = np.exp(x)
        p = x / np.sum(x) if form.renormalise == "before" else x
        if form.clip is not None:
            p = np.array([clipped(v, *form.clip) for v in p])
        p = p / np.sum(p) if form.renormalise == "after" else p
        return np.array([log(v + REAL(form.log_offset), form.log_floor) for v in p])

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        pred, target = parts
        log_p = self.log_probabilities(
            pred if self.mask is None else np.where(self.mask[key], pred, -math.inf)
        )
        costs = np.array([self.cost(v) for v in log_p])
        size = np.where(np.isfinite(log_p), 1 + abs(costs), 1)
        return np.sum(abs(self.coefficients(key, target)) * size)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        if number == 0:
            return self._by_prediction(parts[0], abs(self.coefficients(key, parts[1])))
        log_p = self.log_probabilities(parts[0])
        return self.weights * np.where(np.isfinite(log_p), 1, 0)

    def _by_prediction(self, pred: Array, sizes: Array) -> Array:
        """Of the terms of a derivative, which cancel where probabilities are divided by their sum."""
        scale = np.full(self.classes, np.sum(sizes))
        form = self.loss.form
        if form.kind != "probabilities" or form.renormalise is None:
            return scale
        log_p = np.real(self.log_probabilities(pred))
        summed = pred
        if form.renormalise == "after" and form.clip is not None:
            summed = np.array([clipped(v, *form.clip) for v in pred])
        own = np.where(
            np.isfinite(log_p), sizes / np.exp(np.where(np.isfinite(log_p), log_p, 0)), 0
        )
        total = abs(np.sum(np.real(summed)))
        return (scale + own) / total if total else scale


def one_column(loss: SoftmaxCrossEntropy, operands: dict[str, Array]) -> bool:
    pred, target = np.asarray(operands["pred"]), np.asarray(operands["target"])
    bare = pred.ndim == target.ndim == 1
    return loss.form.positive_column and (bare or pred.shape[-1] == 1)


def two_columns(
    loss: SoftmaxCrossEntropy,
    operands: dict[str, Array],
    cotangent: Array | None,
    evaluate: Callable[..., Reference],
) -> Reference:
    p = np.asarray(operands["pred"], REAL).reshape(-1, 1)
    found = evaluate(loss, operands | {"pred": np.concatenate([1 - p, p], 1)}, cotangent)
    slope, size = found.gradients["pred"]
    shape = np.shape(operands["pred"])
    by_p = (slope[:, 1] - slope[:, 0]).reshape(shape), size.sum(1).reshape(shape)
    return found._replace(gradients={"pred": by_p})
