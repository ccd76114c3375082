"""A linear layer whose weight has several axes: a loss for every item at every position.

With a weight of shape (C, d1, ..., dK, D), which PyTorch's `linear_cross_entropy` takes, the logits
(..., C, d1, ..., dK) are those of a plain layer of C * d1 * ... * dK rows. They are all held at once.
"""

from typing import Any

from xlogits.backends.protocol import Namespace
from xlogits.losses.parts.labels import INTEGERS
from xlogits.losses.parts.loss import Weight
from xlogits.losses.softmax import SoftmaxCrossEntropy
from xlogits.precision import HALF

Array = Any


class Positions:
    """The operands of one call, of shapes that fit, with the layer made plain."""

    def __init__(
        self,
        xp: Namespace,
        loss: SoftmaxCrossEntropy,
        operands: tuple[Array, Array, Array, Array | None],
        weights: dict[str, Weight],
    ) -> None:
        pred, target, weight, bias = operands
        self.xp, self.loss, self.weights, self.given = xp, loss, dict(weights), (pred, weight, bias)
        self.result = loss.dtype or xp.dtype(pred)
        work = "float32" if self.result in HALF else self.result
        self.sizes = [*xp.sizes(pred)[:-1], *xp.sizes(weight)[:-1]]  # of the logits
        *places, features = xp.sizes(weight)
        rows = xp.reshape(xp.cast(weight, work), [_product(places), features])
        self.hidden, self.rows = self._without_ignored(xp.cast(pred, work), target), rows
        self.bias = None if bias is None else xp.reshape(xp.cast(bias, work), [-1])
        self.target = xp.stop_gradient(target)
        if self.weights["class_weight"] is not None:
            self.weights["class_weight"] = xp.stop_gradient(self.weights["class_weight"])

    def _without_ignored(self, hidden: Array, target: Array) -> Array:
        """An item that is ignored at every position goes nowhere, not even if it is NaN."""
        xp, index, lead = self.xp, self.loss.ignore_index, len(self.xp.shape(self.given[0])) - 1
        of_labels = len(xp.shape(target)) == len(self.sizes) - 1
        if index is None or not of_labels or xp.dtype(target) not in INTEGERS:
            return hidden
        batch = xp.sizes(hidden)[:-1]
        counts = xp.reshape(target != index, [*batch, _product(self.sizes[len(batch) + 1 :])])
        return xp.where(xp.expand(xp.any(counts, lead), lead), hidden, 0.0)

    def value(self) -> Array:
        logits = self._logits()
        return self.xp.cast(self.loss(logits, self.target, **self.weights), self.result)

    def value_and_gradient(
        self, cotangent: Weight
    ) -> tuple[Array, tuple[Array, None, Array, Array | None]]:
        """Both, the derivatives by hidden states, labels (none), weight and bias."""
        xp, (pred, weight, bias) = self.xp, self.given
        value, (by_logits, _) = self.loss.value_and_gradient(
            self._logits(), self.target, cotangent=cotangent, **self.weights
        )
        *batch, features = xp.sizes(self.hidden)
        slope = xp.reshape(by_logits, [_product(batch), xp.sizes(self.rows)[0]])
        hidden = xp.reshape(self.hidden, [_product(batch), features])
        by_pred = self._like(slope @ self.rows, pred)
        by_weight = self._like(xp.transpose(slope, (1, 0)) @ hidden, weight)
        by_bias = None if bias is None else self._like(xp.sum(slope, 0), bias)
        return xp.cast(value, self.result), (by_pred, None, by_weight, by_bias)

    def _logits(self) -> Array:
        *batch, features = self.xp.sizes(self.hidden)
        hidden = self.xp.reshape(self.hidden, [_product(batch), features])  # also a single item
        return self.xp.reshape(self.xp.project(hidden, self.rows, self.bias), self.sizes)

    def _like(self, x: Array, given: Array) -> Array:
        return self.xp.cast(self.xp.reshape(x, self.xp.sizes(given)), self.xp.dtype(given))


def _product(sizes: list[Any]) -> Any:
    # -1 would not say how many there are where another size is 0, and math.prod cannot be traced
    count: Any = 1
    for size in sizes:
        count = count * size
    return count
