"""Softmax cross-entropy: one label out of several classes that exclude each other."""

import math
from dataclasses import field
from typing import Any, ClassVar, NamedTuple

from xlogits.backends.protocol import Namespace
from xlogits.errors import DtypeError, OptionError, ShapeError
from xlogits.losses.parts.axes import Axis, Shape, class_axes, one_axis, restore_axes
from xlogits.losses.parts.form import LOGITS, Form, require_probabilities
from xlogits.losses.parts.labels import (
    FLOATS,
    INFERRED,
    Labels,
    fitted_labels,
    holds,
    is_index,
    require_dense,
    require_fraction,
    require_index,
    require_integer,
)
from xlogits.losses.parts.loss import Loss, Weight, counted, is_number, times
from xlogits.losses.parts.value import frozen
from xlogits.reduction import Items
from xlogits.types import Result, Rows

Array = Any


@frozen
class SoftmaxCrossEntropy(Loss):
    r"""Cross-entropy between class labels and a prediction over classes that exclude each other.

    With logits $x$, labels $q$ (a class index $y$ stands for $q_j = [j = y]$), class weights $w$ and
    label smoothing $\varepsilon$ over $C$ classes, one item costs

    $$ \ell = -\sum_j w_j \big((1 - \varepsilon)\, q_j + \varepsilon / C\big) \log p_j ,
       \qquad p = \mathrm{softmax}(x) $$

    and exactly 0 where its label is `ignore_index`. A term whose weight is 0 is 0, also where
    $\log p_j$ is infinite. `form` says what the prediction is when it is not logits. Operands of the
    call: `pred`, `target`, and optionally `sample_weight` (one per item), `class_weight` (one per
    class) and `mask` (booleans of the shape of the logits, or of the items: classes outside it are
    left out of the softmax and of the sum; an item with no class left costs 0).
    """

    form: Form = field(default_factory=lambda: LOGITS)
    labels: Labels = field(default_factory=lambda: INFERRED)
    axis: Axis = -1
    label_smoothing: float = 0.0
    ignore_index: int | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = (
        "pred",
        "target",
        "sample_weight",
        "class_weight",
        "mask",
    )

    def __call__(
        self,
        pred: Rows[Result],
        target: Array,
        *,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
        mask: Array | None = None,
    ) -> Result:
        xp, work, result = self._open(
            pred, target, sample_weight=sample_weight, class_weight=class_weight, mask=mask
        )
        self._require_unambiguous(
            sample_weight=sample_weight, class_weight=class_weight, ignore_index=self.ignore_index
        )
        items = self.terms(xp, work, pred, target, class_weight, mask).items()
        return self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)

    def gradient(self, *args: Any, **kwargs: Any) -> tuple[Array, Array | None]:
        """Derivatives by prediction and labels (None where there is none), in closed form.

        Of the sum of the results, or of their product with `cotangent`, which has their shape.
        """
        return self.value_and_gradient(*args, **kwargs)[1]

    def value_and_gradient(
        self,
        pred: Array,
        target: Array,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
        mask: Array | None = None,
        into: Array | None = None,
    ) -> tuple[Array, tuple[Array, Array | None]]:
        """The value, and what `gradient` gives; in one pass over the logits where there is one.

        There the derivative by the prediction is made in `into`, an array like it, if that is given.
        """
        xp, work, result = self._open(
            pred,
            target,
            sample_weight=sample_weight,
            class_weight=class_weight,
            mask=mask,
            cotangent=cotangent,
        )
        self._require_unambiguous(
            sample_weight=sample_weight, class_weight=class_weight, ignore_index=self.ignore_index
        )
        terms = self.terms(xp, work, pred, target, class_weight, mask)
        out = 1.0 if cotangent is None else cotangent
        items, by_pred, by_target = terms.items_and_gradient(sample_weight, out, into)
        value = self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)
        by_pred = xp.cast(xp.reshape(by_pred, xp.sizes(pred)), xp.dtype(pred))
        if by_target is None or xp.dtype(target) not in FLOATS:
            return value, (by_pred, None)
        if not self.labels.gradient:
            by_target = xp.full_like(target, 0.0)
        return value, (by_pred, xp.cast(by_target, xp.dtype(target)))

    def cost(self, xp: Namespace, log_p: Array) -> Array:
        """What the label costs that is wholly on a class of this log-probability."""
        return -log_p

    def cost_slope(self, xp: Namespace, log_p: Array) -> Array | float:
        """The derivative of `cost`."""
        return -1.0

    def terms(
        self,
        xp: Namespace,
        work: str,
        pred: Array,
        target: Array,
        class_weight: Array | None,
        mask: Array | None = None,
    ) -> "Terms":
        """The operands checked, in one dtype, with one class axis and nothing ignored left in."""
        smoothing = require_fraction(self.label_smoothing, "label_smoothing")
        if self.ignore_index is not None:
            require_integer(self.ignore_index, "ignore_index")
        form = self.form.at(xp.dtype(pred))
        given, pair = form.columns(xp, xp.cast(pred, work), target)
        if form.validated:
            require_probabilities(xp, given)
        shape = xp.shape(given)
        axes = class_axes(self.axis, len(shape))
        x, axis = one_axis(xp, given, axes)
        if xp.shape(target) == shape:
            target, _ = one_axis(xp, target, axes)
        x, target, indexed, valid = self._labelled(xp, x, target, axis)
        of_label = None
        if class_weight is not None:
            class_weight = self.class_weights(xp, work, class_weight, xp.shape(x)[axis])
            of_label = xp.take(class_weight, target) if indexed else None
        if mask is not None:
            if xp.shape(mask) == shape:
                mask, _ = one_axis(xp, mask, axes)
            x, target, mask, seen = self._masked(xp, x, target, mask, axis, indexed)
            valid, indexed = seen if valid is None else valid & seen, False
        return Terms(
            *(xp, self, form, x, target, axis, indexed, valid, class_weight, of_label),
            *(smoothing, pair, axes, given, mask),
        )

    def _labelled(
        self, xp: Namespace, x: Array, target: Array, axis: int
    ) -> tuple[Array, Array, bool, Array | None]:
        """Prediction and labels without what is ignored, whether labels are indexes, what counts."""
        shape = xp.shape(x)
        if shape[axis] == 0:
            raise ShapeError(f"logits have shape {shape}: no classes; expected at least one")
        of_target = xp.shape(target)
        indexed = is_index(self.labels, shape, of_target, axis)
        if None in shape or None in of_target:
            target = fitted_labels(xp, target, xp.sizes(x), axis, indexed)
        if indexed:
            target, valid = self.index(xp, target, axis, shape)
            if valid is not None:
                # by selection, not by product: a NaN in an ignored item goes nowhere
                x = xp.where(xp.expand(valid, axis), x, 1.0)
            return x, target, True, valid
        self.require_per_class(xp, target)
        target = xp.cast(target, xp.dtype(x))
        return x, target if self.labels.gradient else xp.stop_gradient(target), False, None

    def index(
        self, xp: Namespace, target: Array, axis: int, shape: Shape
    ) -> tuple[Array, Array | None]:
        """Class indexes of logits of this shape without ignored ones, and which are not ignored."""
        classes = shape[axis]
        dtype = xp.dtype(target)
        require_index(self.labels, dtype)
        if self.labels.column and len(xp.shape(target)) == len(shape):
            sizes = xp.sizes(target)
            target = xp.reshape(target, sizes[:axis] + sizes[axis + 1 :])
        if dtype in FLOATS:
            target, dtype = xp.cast(target, "int64"), "int64"
        if self.ignore_index is None or not holds(dtype, self.ignore_index):
            return xp.check_labels(target, classes), None
        valid = target != self.ignore_index
        return xp.check_labels(xp.where(valid, target, 0), classes), valid

    def require_per_class(self, xp: Namespace, target: Array) -> None:
        """Raise unless the labels can be one number per class."""
        require_dense(xp.dtype(target))
        harmless = self.labels.lenient_ignore and (self.ignore_index or 0) < 0
        if self.ignore_index is not None and not harmless:
            raise OptionError(
                f"ignore_index is {self.ignore_index} and labels hold one number per class; it "
                f"applies to class indexes: pass sample_weight=0 for the items to leave out"
            )

    def class_weights(self, xp: Namespace, work: str, weight: Array, classes: int | None) -> Array:
        """One weight for each class, in the dtype to compute in."""
        given: Shape = () if is_number(weight) else xp.shape(weight)
        if len(given) != 1 or (None not in (given[0], classes) and given[0] != classes):
            raise ShapeError(
                f"class_weight has shape {given}; expected ({classes},), one weight for each class"
            )
        weight = xp.cast(weight, work)
        if given[0] is None and classes:
            weight = xp.fitted(weight, [classes], "class_weight")
        return weight

    def _masked(
        self, xp: Namespace, x: Array, target: Array, mask: Array, axis: int, index: bool
    ) -> tuple[Array, Array, Array, Array]:
        """Logits and dense labels without the classes outside the mask, it, and items with any left."""
        if self.form.kind != "logits":
            raise OptionError(f"mask is given for {self.form.kind}; expected logits")
        shape = xp.shape(x)
        if xp.shape(mask) == shape[:axis] + shape[axis + 1 :]:
            mask = xp.expand(mask, axis)
        elif xp.shape(mask) != shape:
            raise ShapeError(
                f"mask has shape {xp.shape(mask)} and logits {shape}; expected the same"
            )
        if xp.dtype(mask) != "bool":
            raise DtypeError(f"mask is {xp.dtype(mask)}; expected bool: True where a class counts")
        if index:  # NaN, or an error, where a label is out of range
            inside = xp.expand(xp.pick(xp.full_like(x, 1.0), target, axis), axis)
            target = xp.one_hot(target, xp.sizes(x)[axis], axis, xp.dtype(x))
            target = xp.where(inside == 1, target, math.nan)
        seen = xp.any(mask, axis)
        kept = mask | ~xp.expand(seen, axis)
        return xp.where(kept, x, -math.inf), xp.where(mask, target, 0.0), mask, seen


class Terms(NamedTuple):
    """The operands of one call, ready for the formula and for its derivative."""

    xp: Namespace
    loss: SoftmaxCrossEntropy
    form: Form
    x: Array
    target: Array  # class indexes, or one number per class
    axis: int
    indexed: bool
    valid: Array | None  # which items count; None: all
    class_weight: Array | None
    of_label: Array | None  # the weight of each item's class; None: no weights, or no one class
    smoothing: float
    pair: bool  # one column of probabilities became two
    axes: tuple[int, ...]  # the class axes, and the prediction, before the axes became one
    given: Array
    mask: Array | None  # which classes count; None: all

    def items(self) -> Items:
        """The loss of every item, and what the denominators need."""
        xp, weight, axis = self.xp, self.class_weight, self.axis
        item_weight = self.of_label
        if self._plain:
            loss = xp.index_cross_entropy(self.x, self.target, axis)
        elif self._exact and not self.indexed:
            loss = xp.dense_cross_entropy(self.x, self._coefficients(), axis)
        else:
            cost, log_p = self.loss.cost, self.form.log_probabilities(xp, self.x, axis)
            if self.indexed:
                loss = cost(xp, xp.pick(log_p, self.target, axis))
                if item_weight is not None:
                    loss = times(xp, item_weight, loss)
                if self.smoothing:
                    rest = cost(xp, log_p)
                    rest = rest if weight is None else times(xp, self._along(weight), rest)
                    share = self.smoothing / xp.count(self.x, axis)
                    if self.smoothing == 1:  # 0 times infinity is 0
                        loss = xp.where(abs(loss) == math.inf, 0.0, loss)
                    loss = (1 - self.smoothing) * loss + share * xp.sum(rest, axis)
            else:
                loss = xp.sum(times(xp, self._coefficients(), cost(xp, log_p)), axis)
        if self.valid is None:
            return Items(loss, None, item_weight)
        if item_weight is not None:
            item_weight = xp.where(self.valid, item_weight, 0.0)
        return Items(xp.where(self.valid, loss, 0.0), self.valid, item_weight)

    @property
    def _exact(self) -> bool:
        return self.form.exact and type(self.loss) is SoftmaxCrossEntropy

    @property
    def _plain(self) -> bool:
        """Whether it is minus the logarithm of one probability, and no more."""
        return self._exact and self.indexed and self.class_weight is None and not self.smoothing

    def items_and_gradient(
        self, sample_weight: Weight, out: Array, into: Array | None = None
    ) -> tuple[Items, Array, Array | None]:
        """The items, and derivatives by prediction and labels, from `out` by the reduced result."""
        xp, loss = self.xp, self.loss
        if not self._plain or xp.index_cross_entropy_gradient is None:
            items = self.items()
            weight = loss._weight(xp, sample_weight, items.loss)
            return items, *self.gradient(loss.reduction.gradient(xp, items, weight, out))
        # what the items' losses are does not matter to the derivative of their reduction
        items = Items(xp.cast(xp.full_like(self.target, 0), xp.dtype(self.x)), self.valid)
        weight = loss._weight(xp, sample_weight, items.loss)
        out = loss.reduction.gradient(xp, items, weight, out)
        if self.valid is not None:
            out = xp.where(self.valid, out, 0.0)
        each, by_x = xp.index_cross_entropy_gradient(self.x, self.target, self.axis, out, into)
        if self.valid is not None:
            each = xp.where(self.valid, each, 0.0)
        return items._replace(loss=each), self._restored(by_x), None

    def gradient(self, out: Array) -> tuple[Array, Array | None]:
        """Derivatives by prediction and dense labels, from the derivative by the loss of each item."""
        xp, axis = self.xp, self.axis
        if self.valid is not None:
            out = xp.where(self.valid, out, 0.0)
        out = xp.expand(out, axis)
        coefficients = self._coefficients()
        log_p = self.form.log_probabilities(xp, self.x, axis)
        by_log_p = coefficients * self.loss.cost_slope(xp, log_p) * out
        by_x = self.form.gradient(xp, self.x, axis, by_log_p)
        if self.valid is not None:
            by_x = xp.where(xp.expand(self.valid, axis), by_x, 0.0)
        if self.indexed:
            return self._restored(by_x), None
        cost = self.loss.cost(xp, log_p)
        by_q = self._along(self.class_weight) * counted(xp, coefficients, cost) * out
        by_target = (1 - self.smoothing) * by_q
        return self._restored(by_x), self._restored(by_target)

    def _coefficients(self) -> Array:
        """What multiplies -log p of every class: smoothed labels times class weights."""
        xp, q = self.xp, self.target
        if self.indexed:
            q = xp.one_hot(q, xp.sizes(self.x)[self.axis], self.axis, xp.dtype(self.x))
        if self.smoothing:
            q = (1 - self.smoothing) * q + self.smoothing / xp.count(self.x, self.axis)
            q = q if self.mask is None else xp.where(self.mask, q, 0.0)
        return q if self.class_weight is None else q * self._along(self.class_weight)

    def _restored(self, x: Array) -> Array:
        if self.pair:
            return x[..., 1] - x[..., 0]
        return restore_axes(self.xp, x, self.axes, self.given)

    def _along(self, weight: Array | None) -> Array | float:
        """Class weights shaped to multiply along the class axis."""
        if weight is None:
            return 1.0
        shape = [1] * len(self.xp.shape(self.x))
        shape[self.axis] = -1
        return self.xp.reshape(weight, shape)
