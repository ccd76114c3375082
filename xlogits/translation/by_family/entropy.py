"""Cross-entropies as people write them: labels, log-probabilities, weights."""

from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.errors import Refused
from xlogits.losses import (
    Form,
    Labels,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)
from xlogits.translation.by_family.divergence import cost
from xlogits.translation.difference import axis_at, denominator
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language


class Softmax:
    """Softmax cross-entropy: labels, log-probabilities, weights."""

    def __init__(self, whole: Any) -> None:
        self.whole, self.xp, self.language = whole, whole.xp, whole.language
        self.loss: Any = whole.loss
        self.plain = type(self.loss) is SoftmaxCrossEntropy  # no relative that costs something else
        self.x, self.y = whole.operands["pred"], whole.operands["target"]
        self.weight = whole.operands.get("class_weight")
        self.mask = whole.operands.get("mask")
        self.indexed = self.loss.labels.kind != "dense"
        if self.indexed:
            self.y = whole.indexes(self.y)
        if self.loss.labels.kind == "inferred":
            whole.assume("index labels")
        if self.loss.labels.column:
            whole.assume("no column")
        if self.loss.labels.truncated:
            whole.assume("integer labels")
        if self.loss.form.positive_column:
            whole.assume("every class has its column")
        self._class_axis_last()
        if self.mask is not None:
            whole.assume("class mask")
            whole.assume("some class")
            self.x = self.xp.where(self.mask, self.x, self.language.write("infinity", ()) * -1)

    def _class_axis_last(self) -> None:
        axis = self.whole.single_axis()
        if axis == -1:
            return
        self.x = self.language.write("moveaxis", (self.x, axis, -1))
        if not self.indexed:
            self.y = self.language.write("moveaxis", (self.y, axis, -1))
        if self.mask is not None:
            self.mask = self.language.write("moveaxis", (self.mask, axis, -1))

    def write(self) -> Any:
        whole, xp, loss = self.whole, self.xp, self.loss
        if not self.indexed and not loss.labels.gradient:
            whole.assume("constant labels")
        valid = None
        if self.indexed and loss.ignore_index is not None:
            valid = self.y != loss.ignore_index
            self.y = xp.where(valid, self.y, 0)
            whole.assume("finite")
        items = self._indexed() if self.indexed else self._dense(self.y)
        if valid is not None:
            items = xp.where(valid, items, 0.0)
        weighted = whole.weighted(items)
        word = denominator(loss.reduction, loss, frozenset(whole.operands))
        if word == "mean_over_class_weight" and self.weight is not None and self.indexed:
            each = xp.take(self.weight, self.y)
            each = each if valid is None else xp.where(valid, each, 0.0)
            return xp.sum(weighted) / xp.sum(each)
        if not self.indexed and word in ("mean_over_class_weight", "mean_over_valid"):
            return whole.mean(weighted)
        if valid is None and word == "mean_over_valid":
            return whole.mean(weighted)
        return whole.reduced(weighted, items, valid)

    def _indexed(self) -> Any:
        """The loss of items with class indexes."""
        xp, loss = self.xp, self.loss
        if loss.label_smoothing:
            classes = self.language.write("classes", (self.x, -1))
            hot = xp.one_hot(self.y, classes, self.x)
            if self.language.manners.integer_one_hot:
                hot = self.language.write("like", (hot, self.x))
            return self._dense(hot, sums_to_one=True)
        items = None
        if self.plain and loss.form.exact:
            plain = SoftmaxCrossEntropy(labels=Labels("index"))
            items = self.whole.core(plain, {"pred": self.x, "target": self.y})
        if items is None:
            items = cost(self.whole, loss, xp.pick(self._log_p(), self.y, -1))
        return items if self.weight is None else xp.take(self.weight, self.y) * items

    def _dense(self, q: Expr, sums_to_one: bool = False) -> Any:
        """The loss of items with one number per class."""
        xp, loss = self.xp, self.loss
        if loss.label_smoothing:
            e, classes = loss.label_smoothing, self.language.write("number", (self.x, -1))
            q = (1 - e) * q + e / classes
        fused = self.plain and loss.form.exact and self.weight is None and self.mask is None
        # TensorFlow's own gradient is right only for labels that sum to 1
        fused = fused and not self.whole.safe
        if fused and (sums_to_one or self.language.manners.any_labels):
            plain = SoftmaxCrossEntropy(labels=Labels("dense"))
            found = self.whole.core(plain, {"pred": self.x, "target": q})
            if found is not None:
                return found
        weight = q if self.weight is None else self.weight * q
        if self.whole.safe and self.mask is None:
            self.whole.assume("constant labels")
            return -xp.sum(xp.where(q != 0, weight * self._log_p(), 0.0), -1)
        if self.mask is None:
            self.whole.assume("no zero")
        if self.plain:
            return -xp.sum(weight * self._log_p(), -1)
        return xp.sum(weight * cost(self.whole, loss, self._log_p()), -1)

    def _log_p(self) -> Any:
        form: Form = self.loss.form
        if form.kind == "logits":
            log_p = form.log_probabilities(self.xp, self.x, -1)
            return log_p if self.mask is None else self.xp.where(self.mask, log_p, 0.0)
        return _logarithm(self.whole, form, self.x, -1)


def _logarithm(whole: Any, form: Form, p: Expr, axis: int | None) -> Any:
    """The logarithm of given probabilities, after all that is done to them first."""
    xp = whole.xp
    if form.kind == "log_probabilities":
        return p
    if form.renormalise == "before" and axis is not None:
        p = p / xp.sum(p, axis, keepdims=True)
    if form.clip is not None:
        if isinstance(form.clip, str):
            whole.assume("within the clip")
        else:
            p = xp.clip(p, *form.clip)
    if form.renormalise == "after" and axis is not None:
        p = p / xp.sum(p, axis, keepdims=True)
    if form.log_offset:
        if whole.language.manners.xla:
            p = xp.maximum(p, -1.0)  # or XLA makes (1 + offset) - p of (1 - p) + offset
        p = p + form.log_offset
    logarithm = xp.log(p)
    if form.log_floor is not None:
        logarithm = xp.maximum(logarithm, form.log_floor)
        whole.assume("above the floor")  # at log 0 its derivative would be 0 times infinity
    return logarithm


def sigmoid(whole: Any) -> Any:
    """Sigmoid cross-entropy of every element, or its mean along an axis."""
    loss = whole.loss
    x, z = whole.operands["pred"], whole.operands["target"]
    positive = whole.operands.get("pos_weight")
    if loss.label_smoothing:
        z = (1 - loss.label_smoothing) * z + loss.label_smoothing / 2
    items = None
    if loss.form.exact and positive is None:
        items = whole.core(SigmoidCrossEntropy(), {"pred": x, "target": z})
    if {"pos_weight", "class_weight"} & set(whole.operands) and axis_at(
        loss.axis, whole.ndim
    ) != -1:
        raise Refused(f"weights along axis {loss.axis} have no short composition")
    if items is None:
        items = _binary(whole, loss, x, z, positive)
    if "class_weight" in whole.operands:
        items = whole.operands["class_weight"] * items
    if loss.inner == "mean":
        items = whole.language.write("mean_along", (items, loss.axis))
    return items


def _binary(whole: Any, loss: Any, x: Expr, z: Expr, positive: Expr | None) -> Any:
    xp, form = whole.xp, loss.form
    if form.kind == "logits":
        yes, no = form.log_probability_pair(xp, x)
    else:
        given = isinstance(form.clip, tuple)
        if form.clip is not None and not given:
            whole.assume("within the clip")
        p = xp.clip(x, *form.clip) if given else x
        yes, no = (_logarithm(whole, replace(form, clip=None), each, None) for each in (p, 1 - p))
    if form.log_floor is None and form.clip is None and not form.log_offset:
        whole.assume("no zero")
    happened = z if positive is None else positive * z
    return -(happened * yes + (1 - z) * no)


def one_column(wanted: Reading, language: Language) -> Reading:
    """A probability of the second of two classes, without a class axis, as that of an event."""
    loss: Any = wanted.loss
    form = getattr(loss, "form", None)
    if form is None or not form.positive_column:
        return wanted
    pred, target = (wrap(wanted.operands[name]) for name in ("pred", "target"))
    happened = language.write("like", (target, pred))
    plain = SigmoidCrossEntropy(
        form=replace(form, positive_column=False),
        reduction=loss.reduction,
        spread_weight=loss.spread_weight,
    )
    return Reading(plain, wanted.operands | {"target": happened})


def in_two_steps(wanted: Reading, language: Language) -> Reading:
    """What people write where no function takes the layer's weight."""
    loss: Any = wanted.loss
    operands = dict(wanted.operands)
    hidden, weight = (wrap(operands.pop(name)) for name in ("pred", "linear_weight"))
    logits = language.write("linear", (hidden, weight))
    if "linear_bias" in operands:
        logits = logits + wrap(operands.pop("linear_bias"))
    plain = loss.of_logits()
    return Reading(plain, {"pred": logits} | operands)
