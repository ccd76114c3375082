"""Sigmoid (binary) cross-entropy: events that happen or not, each on its own."""

from dataclasses import field
from typing import Any, ClassVar, Literal, NamedTuple

from xlogits.backends.protocol import Namespace
from xlogits.errors import ShapeError
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.form import LOGITS, Form, require_probabilities
from xlogits.losses.parts.labels import (
    DENSE,
    FLOATS,
    is_index,
    require_dense,
    require_fraction,
)
from xlogits.losses.parts.loss import Loss, Weight, counted, is_number, spreads, times
from xlogits.losses.parts.value import frozen
from xlogits.reduction import Items
from xlogits.types import Result, Rows

Array = Any


@frozen
class SigmoidCrossEntropy(Loss):
    r"""Cross-entropy between labels in [0, 1] and the probability of independent events.

    With logits $x$, labels $z$, label smoothing $\varepsilon$ and positive weight $w$ one item costs

    $$ \ell = -w z' \log \sigma(x) - (1 - z') \log \sigma(-x) ,
       \qquad z' = (1 - \varepsilon)\, z + \varepsilon / 2 $$

    `form` says what the prediction is when it is not logits. `inner="mean"` averages over `axis`
    before anything else, as Keras does. Operands of the call: `pred`, `target`, and optionally
    `sample_weight`, `pos_weight` ($w$) and `class_weight`, a factor of every term before that
    average (both: a number, one per class along `axis`, or any shape that broadcasts to the logits).
    """

    form: Form = field(default_factory=lambda: LOGITS)
    axis: int = -1
    inner: Literal["none", "mean"] = "none"
    label_smoothing: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = (
        "pred",
        "target",
        "sample_weight",
        "pos_weight",
        "class_weight",
    )

    def __post_init__(self) -> None:
        self.form.require_of_events()

    def __call__(
        self,
        pred: Rows[Result],
        target: Array,
        *,
        sample_weight: Weight = None,
        pos_weight: Weight = None,
        class_weight: Weight = None,
    ) -> Result:
        weights = {"pos_weight": pos_weight, "class_weight": class_weight}
        xp, work, result = self._open(pred, target, sample_weight=sample_weight, **weights)
        self._require_unambiguous(sample_weight=sample_weight, class_weight=class_weight)
        items = self._terms(xp, work, pred, target, weights).items()
        return self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)

    def gradient(
        self,
        pred: Array,
        target: Array,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        pos_weight: Weight = None,
        class_weight: Weight = None,
    ) -> tuple[Array, Array | None]:
        """Derivatives by prediction and labels (None for labels that are not floating point).

        Of the sum of the results, or of their product with `cotangent`, which has their shape.
        """
        weights = {"pos_weight": pos_weight, "class_weight": class_weight}
        xp, work, _ = self._open(
            pred, target, sample_weight=sample_weight, cotangent=cotangent, **weights
        )
        terms = self._terms(xp, work, pred, target, weights)
        items = terms.items()
        weight = self._weight(xp, sample_weight, items.loss)
        out = 1.0 if cotangent is None else cotangent
        by_pred, by_target = terms.gradient(self.reduction.gradient(xp, items, weight, out))
        by_pred = xp.cast(by_pred, xp.dtype(pred))
        known = xp.dtype(target) in FLOATS
        return by_pred, xp.cast(by_target, xp.dtype(target)) if known else None

    def _terms(
        self, xp: Namespace, work: str, pred: Array, target: Array, weights: dict[str, Weight]
    ) -> "_Terms":
        """The operands checked and in one dtype, the labels smoothed."""
        smoothing = require_fraction(self.label_smoothing, "label_smoothing")
        shape = xp.shape(pred)
        if self.axis != -1 or self.inner == "mean":
            class_axes(self.axis, len(shape))  # also where there is no weight to place along it
        is_index(DENSE, shape, xp.shape(target), 0)
        require_dense(xp.dtype(target))
        x = xp.cast(pred, work)
        if self.form.validated:
            require_probabilities(xp, x)
        along = {
            role: None
            if weight is None
            else float(weight)
            if is_number(weight)
            else self._along(xp, role, xp.cast(weight, work), shape)
            for role, weight in weights.items()
        }
        axis = class_axes(self.axis, len(shape))[0] if self.inner == "mean" else None
        target = xp.cast(target, work)
        if None in shape or None in xp.shape(target):
            target = xp.fitted(target, xp.sizes(x), "labels")
        form = self.form.at(xp.dtype(pred))
        return _Terms(xp, form, x, target, axis, smoothing, **along)

    def _along(
        self, xp: Namespace, role: str, weight: Array, shape: tuple[int | None, ...]
    ) -> Array:
        given = xp.shape(weight)
        if len(given) == 1:
            axis = class_axes(self.axis, len(shape))[0]
            weight = xp.reshape(weight, [-1 if i == axis else 1 for i in range(len(shape))])
        if not spreads(xp.shape(weight), shape):
            raise ShapeError(
                f"{role} has shape {given} and logits {shape}; expected a number, one weight for "
                f"each class on axis {self.axis}, or a shape that broadcasts to the logits"
            )
        return weight


class _Terms(NamedTuple):
    """The operands of one call, ready for the formula and for its derivative."""

    xp: Namespace
    form: Form
    x: Array
    target: Array
    inner: int | None  # the axis to average over
    smoothing: float
    pos_weight: Weight
    class_weight: Weight

    def items(self) -> Items:
        """The loss of every item."""
        xp, z = self.xp, self._smoothed()
        if self.form.exact and self.pos_weight is None:
            loss = xp.sigmoid_cross_entropy(self.x, z)
        else:
            log_p, log_not_p = self.form.log_probability_pair(xp, self.x)
            loss = -times(xp, self._positive(z), log_p) - times(xp, 1 - z, log_not_p)
        loss = self._weighted(loss)
        if self.inner is None:
            return Items(loss)
        return Items(xp.sum(loss, self.inner) / xp.count(loss, self.inner))

    def gradient(self, out: Array) -> tuple[Array, Array]:
        """Derivatives by prediction and labels, from the derivative by the loss of each item."""
        xp, z = self.xp, self._smoothed()
        if self.inner is not None:
            out = xp.expand(out, self.inner) / xp.count(self.x, self.inner)
        out = self._weighted(out)
        by_x = self.form.pair_gradient(xp, self.x, -self._positive(z) * out, -(1 - z) * out)
        log_p, log_not_p = self.form.log_probability_pair(xp, self.x)
        happened, not_happened = counted(xp, z, log_p), counted(xp, 1 - z, log_not_p)
        by_target = (not_happened - self._positive(happened)) * (1 - self.smoothing) * out
        return by_x, by_target

    def _smoothed(self) -> Array:
        z = self.target
        return (1 - self.smoothing) * z + self.smoothing / 2 if self.smoothing else z

    def _weighted(self, x: Array) -> Array:
        return x if self.class_weight is None else x * self.class_weight

    def _positive(self, x: Array) -> Array:
        return x if self.pos_weight is None else x * self.pos_weight
