"""Losses of rows of scores that stop at a margin: multi-class hinges, and sparsemax."""

import math
from dataclasses import field
from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import ShapeError
from xlogits.losses.margin import step
from xlogits.losses.parts.axes import class_axes, to_rows
from xlogits.losses.parts.formula import Rowwise
from xlogits.losses.parts.labels import DENSE, INDEX, Labels, is_index, require_index
from xlogits.losses.parts.loss import Weight, is_number
from xlogits.losses.parts.value import frozen
from xlogits.types import Result, Rows

Array = Any


def named(xp: Namespace, x: Array, hot: Array) -> Array:
    """The score of the label, with an axis of size 1; NaN for a label out of range."""
    return xp.sum(xp.where(hot == 1, x, hot), -1, keepdims=True)


@frozen
class CategoricalHinge(Rowwise):
    r"""Keras' multi-class hinge, $\max(0, 1 + \max_j (1 - y_j)\,x_j - \sum_j y_j x_j)$.

    The label's own class stays in the inner maximum, as a 0: a negative score of another class counts
    as 0, so adding a number to all scores changes the loss.
    """

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return xp.positive_part(1 + xp.max((1 - y) * x, -1) - xp.sum(y * x, -1))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        wrong = (1 - y) * x
        share = shared(xp, wrong)
        z = 1 + xp.max(wrong, -1, keepdims=True) - xp.sum(y * x, -1, keepdims=True)
        slope = step(xp, z)
        return ((1 - y) * share - y) * slope, -x * (share + 1) * slope


def shared(xp: Namespace, z: Array) -> Array:
    """The derivative of the maximum of a row, evenly shared by what ties."""
    top = xp.where(z == xp.max(z, -1, keepdims=True), xp.full_like(z, 1.0), 0.0)
    return top / xp.sum(top, -1, keepdims=True)


@frozen
class MulticlassHinge(Rowwise):
    r"""Crammer and Singer's hinge, $\max_j (x_j - x_y + m\,[j \ne y])$, for the label $y$.

    `margin` is $m$ (0 makes it the multi-class perceptron's loss). Classes that tie share the
    derivative evenly, the label's own among them. With `one_score`, a prediction without class axis
    is the score $x$ of class 1 against 0 of class 0, and costs $\max(0, m - (2y - 1)\,x)$.
    """

    margin: float = 1.0
    one_score: bool = False
    labels: Labels = field(default_factory=lambda: INDEX)

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return xp.max(self._lead(xp, *arrays), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        share = shared(xp, self._lead(xp, *arrays))
        return share - arrays[1], arrays[1]

    def _lead(self, xp: Namespace, x: Array, hot: Array) -> Array:
        return x - named(xp, x, hot) + self.margin * (1 - hot)

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        if self.one_score and len(xp.shape(pred)) == len(xp.shape(target)):
            score = xp.expand(pred, len(xp.shape(pred)))
            pred = xp.concat([xp.full_like(score, 0.0), score], len(xp.shape(pred)))
        return super()._arrays(xp, work, pred, target, others)

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        if len(xp.shape(slope)) == len(xp.shape(pred)):
            return super()._back(xp, slope, pred, given)
        ones = xp.cast(xp.full_like(pred, 1.0), "int64")
        return xp.pick(slope, ones, len(xp.shape(pred)))


@frozen
class MultiMargin(Rowwise):
    r"""Weston and Watkins' hinge, $\frac{w_y}{C} \sum_{j \ne y} \max(0, m - x_y + x_j)^p$.

    `margin` is $m$, `power` is $p$; $C$ is the number of classes, the label's own included. Operands
    of the call: `pred`, `target`, and optionally `sample_weight` and `class_weight` ($w$).
    """

    margin: float = 1.0
    power: Literal[1, 2] = 1
    labels: Labels = field(default_factory=lambda: INDEX)

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "class_weight")
    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, hot = arrays
        part = xp.positive_part(self.margin - named(xp, x, hot) + x)
        each = part * part if self.power == 2 else part
        return xp.sum(xp.where(hot == 1, 0.0, each), -1) / xp.count(x, -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, hot = arrays
        z = self.margin - named(xp, x, hot) + x
        slope = 2 * xp.positive_part(z) if self.power == 2 else step(xp, z)
        slope = xp.where(hot == 1, 0.0, slope) / xp.count(x, -1)
        return slope - hot * xp.sum(slope, -1, keepdims=True), hot

    def __call__(
        self,
        pred: Rows[Result],
        target: Array = None,
        *,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
        **others: Array,
    ) -> Result:
        if class_weight is not None:
            sample_weight = self._item_weight(pred, target, sample_weight, class_weight)
        return super().__call__(pred, target, sample_weight=sample_weight, **others)

    def gradient(
        self,
        pred: Array,
        target: Array = None,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
        **others: Array,
    ) -> tuple[Array | None, ...]:
        if class_weight is not None:
            sample_weight = self._item_weight(pred, target, sample_weight, class_weight)
        return super().gradient(
            pred, target, cotangent=cotangent, sample_weight=sample_weight, **others
        )

    def _item_weight(
        self, pred: Array, target: Array, sample_weight: Weight, class_weight: Array
    ) -> Weight:
        """The weight of the label of every item, times the weight of the item."""
        weights = {"class_weight": class_weight, "sample_weight": sample_weight}
        xp, work, _ = self._open(pred, target, **weights)
        axis = class_axes(self.axis, len(xp.shape(pred)))[0]
        classes, given = xp.shape(pred)[axis], xp.shape(class_weight)
        if given not in ((classes,), (None,)) and classes is not None:
            raise ShapeError(
                f"class_weight has shape {given}; expected ({classes},), one weight for each class"
            )
        self._index(xp, pred, target, axis)
        require_index(self.labels, xp.dtype(target))
        weight = xp.take(xp.cast(class_weight, work), xp.check_labels(target, classes))
        if sample_weight is None or is_number(sample_weight):
            return weight if sample_weight is None else weight * sample_weight
        return weight * self._weight(xp, sample_weight, weight)


@frozen
class MultiLabelMargin(Rowwise):
    r"""The hinge of several labels, $\frac1C \sum_{t \in T} \sum_{j \notin T} \max(0, 1 - x_t + x_j)$.

    Labels have the shape of the scores: each row lists the classes in $T$, and ends at its first
    negative number. A class listed twice counts twice. A row of $C$ scores takes memory for $C^2$.
    """

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, _ = arrays
        part = xp.positive_part(1 - xp.expand(x, -1) + xp.expand(x, -2))
        return xp.sum(xp.sum(self._paired(xp, part, arrays[1]), -1), -1) / xp.count(x, -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, times = arrays
        slope = step(xp, 1 - xp.expand(x, -1) + xp.expand(x, -2))
        slope = self._paired(xp, slope, times) / xp.count(x, -1)
        return xp.sum(slope, -2) - xp.sum(slope, -1), times

    def _paired(self, xp: Namespace, x: Array, times: Array) -> Array:
        """What counts of an array of (..., class in the list, other class)."""
        listed = xp.expand(times, -1)
        x = xp.where(xp.expand(times, -2) == 0, x, 0.0)
        return xp.where(listed == 0, 0.0, x) * listed

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        """The scores, and how many times each class is listed; NaN for one out of range."""
        axes = class_axes(self.axis, len(xp.shape(pred)))
        x, axis = to_rows(xp, xp.cast(pred, work), axes), len(xp.shape(pred)) - 1
        is_index(DENSE, xp.shape(pred), xp.shape(target), axis)
        require_index(INDEX, xp.dtype(target))
        if xp.dtype(target).startswith("uint"):  # of which PyTorch compares none
            target = xp.cast(target, "int64")
        target = to_rows(xp, target, axes)
        listed = xp.cumsum(xp.where(target < 0, xp.full_like(x, 1.0), 0.0), axis) == 0
        labels = xp.check_labels(xp.where(listed, target, 0), xp.shape(x)[axis])
        hot = xp.one_hot(labels, xp.sizes(x)[axis], axis + 1, work)
        inside = xp.pick(xp.full_like(hot, 1.0), labels, axis + 1)
        hot = xp.where(xp.expand(listed, axis + 1), hot, 0.0)
        return x, xp.sum(xp.where(xp.expand(inside, axis + 1) == 1, hot, math.nan), axis)


@frozen
class Sparsemax(Rowwise):
    r"""Sparsemax loss, $\max_{p \in \Delta} (p \cdot x - \|p\|^2 / 2) + 1/2 - x_y$, for the label $y$.

    The maximum is over the probability simplex; the $p$ that attains it is sparsemax(x), and the
    derivative is $p_j - [j = y]$.
    """

    labels: Labels = field(default_factory=lambda: INDEX)

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, hot = arrays
        z, p = self._projected(xp, x)
        spent = xp.where(p > 0, z - p / 2, 0.0) * p
        return xp.sum(spent, -1) + 0.5 - xp.sum(xp.where(hot == 1, z, hot), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, hot = arrays
        return self._projected(xp, x)[1] - hot, hot

    def _projected(self, xp: Namespace, x: Array) -> tuple[Array, Array]:
        """The scores below their maximum, and their projection on the simplex."""
        z = x - xp.max(x, -1, keepdims=True)
        falling = -xp.sort(-z, -1)
        total, rank = xp.cumsum(falling, -1), xp.cumsum(xp.full_like(falling, 1.0), -1)
        threshold = self._threshold(xp, falling, 1 + rank * falling > total)
        kept = z > threshold
        return z, xp.where(kept, z - self._threshold(xp, z, kept), 0.0)

    def _threshold(self, xp: Namespace, z: Array, kept: Array) -> Array:
        """What is subtracted from the scores that are kept so that they sum to 1."""
        count = xp.sum(xp.where(kept, xp.full_like(z, 1.0), 0.0), -1, keepdims=True)
        return (xp.sum(xp.where(kept, z, 0.0), -1, keepdims=True) - 1) / xp.maximum(count, 1.0)
