"""A short composition of a framework's own functions, where no single call says what is wanted."""

from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.errors import Refused
from xlogits.losses import (
    AxesFrom,
    AxisByRank,
    ClassOverlap,
    Elementwise,
    Form,
    KLDivergence,
    Labels,
    MultiLabelMargin,
    Reduction,
    RelativeEntropy,
    Rowwise,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.losses.elementary import ALONG, EACH
from xlogits.losses.formula import Formula
from xlogits.translation.differences import axis_at, denominator
from xlogits.translation.divergence import cost, divergence, relative_entropy
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language, Namespace
from xlogits.translation.overlap import overlap
from xlogits.translation.similarity import COMPOSED
from xlogits.translation.single import candidates, written

NONE = Reduction("none")
LONGEST = 2000  # characters that a formula may have and still be read


class Composition:
    """The expression of one reading in one framework, and what was taken for granted on the way."""

    def __init__(self, wanted: Reading, language: Language, ndim: int | None) -> None:
        self.wanted, self.language, self.ndim = wanted, language, ndim
        self.loss: Any = wanted.loss
        self.assumed: list[str] = []
        self.xp = Namespace(language, self.assume)
        self.operands = {name: wrap(value) for name, value in wanted.operands.items()}

    def write(self) -> Any:
        """The whole expression."""
        loss = self.loss
        if isinstance(loss, Transform):
            return _transform(self)
        if loss.dtype is not None:
            self.assume("float32")
        if isinstance(loss, SoftmaxCrossEntropy):
            return _Softmax(self).write()
        if type(loss) is SigmoidCrossEntropy:
            items = _sigmoid(self)
            return self.reduced(self.weighted(items), items)
        if isinstance(loss, ClassOverlap):
            items = overlap(self, loss)
            return self.reduced(self.weighted(items), items)
        if isinstance(loss, Formula):
            items = _formula(self)
            return self.reduced(self.weighted(items), items)
        raise Refused(f"no composition is known for {type(loss).__name__}")

    def assume(self, word: str) -> None:
        if word not in self.assumed:
            self.assumed.append(word)

    def single_axis(self) -> int:
        """The class axis as a number; the last where that has to be taken for granted."""
        axis = axis_at(self.loss.axis, self.ndim)
        if isinstance(axis, AxisByRank):
            self.assume("rank")
            return -1
        if not isinstance(axis, int):
            raise Refused(f"several class axes, {axis}, have no short composition")
        return axis

    def core(self, loss: Any, operands: dict[str, Any]) -> Expr | None:
        """A single native call, if one says exactly this, taking nothing more for granted."""
        for candidate in candidates(Reading(loss, operands), self.language, self.ndim):
            if not candidate.real and "float32" not in candidate.assumed:
                for word in candidate.assumed:
                    self.assume(word)
                return Expr(written(candidate, self.language))
        return None

    def weighted(self, items: Expr) -> Any:
        weight = self.operands.get("sample_weight")
        if weight is None:
            return items
        if self.loss.spread_weight:
            self.assume("item weights")
        return weight * items

    def reduced(self, items: Expr, plain: Expr, valid: Expr | None = None) -> Any:
        """Items, weighted already, reduced as wanted."""
        loss, xp = self.loss, self.xp
        word = denominator(loss.reduction, loss, frozenset(self.operands))
        if loss.reduction.empty == "zero" and word not in ("none", "sum"):
            self.assume("something counts")
        if word == "none":
            return items
        if word == "sum":
            return xp.sum(items)
        if word == "mean_over_items":
            return self.language._write("mean", (items,))
        return xp.sum(items) / self._counted(word, plain, valid)

    def _counted(self, word: str, items: Expr, valid: Expr | None) -> Any:
        """What a mean divides by."""
        xp, language = self.xp, self.language
        weight = self.operands.get("sample_weight")
        if word == "mean_over_nonzero_weight" and weight is not None:
            return language._write("count_nonzero", (weight,))
        if word in ("mean_over_sample_weight", "mean_over_weight_as_given") and weight is not None:
            if valid is None:
                return xp.sum(weight)
            return xp.sum(xp.where(valid, weight, 0.0))
        if word == "mean_over_batch" and getattr(self.loss, "inner", "none") == "none":
            return language._write("classes", (self.operands["pred"], 0))
        if word == "mean_over_valid" and valid is not None:
            return xp.sum(language._write("like", (valid, self.operands["pred"])))
        raise Refused(f"no composition is known for {word}")


class _Softmax:
    """Softmax cross-entropy: labels, log-probabilities, weights."""

    def __init__(self, whole: Composition) -> None:
        self.whole, self.xp, self.language = whole, whole.xp, whole.language
        self.loss: Any = whole.loss
        self.plain = type(self.loss) is SoftmaxCrossEntropy  # no relative that costs something else
        self.x, self.y = whole.operands["pred"], whole.operands["target"]
        self.weight = whole.operands.get("class_weight")
        self.mask = whole.operands.get("mask")
        self.indexed = self.loss.labels.kind != "dense"
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
            whole.assume("some class")
            self.x = self.xp.where(self.mask, self.x, self.language._write("infinity", ()) * -1)

    def _class_axis_last(self) -> None:
        axis = self.whole.single_axis()
        if axis == -1:
            return
        self.x = self.language._write("moveaxis", (self.x, axis, -1))
        if not self.indexed:
            self.y = self.language._write("moveaxis", (self.y, axis, -1))
        if self.mask is not None:
            self.mask = self.language._write("moveaxis", (self.mask, axis, -1))

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
            return self.language._write("mean", (weighted,))
        if valid is None and word == "mean_over_valid":
            return self.language._write("mean", (weighted,))
        return whole.reduced(weighted, items, valid)

    def _indexed(self) -> Any:
        """The loss of items with class indexes."""
        xp, loss = self.xp, self.loss
        if loss.label_smoothing:
            classes = self.language._write("classes", (self.x, -1))
            hot = xp.one_hot(self.y, classes, self.x)
            if self.language.name == "torch":
                hot = self.language._write("like", (hot, self.x))
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
            e, classes = loss.label_smoothing, self.language._write("classes", (self.x, -1))
            q = (1 - e) * q + e / classes
        fused = self.plain and loss.form.exact and self.weight is None and self.mask is None
        # TensorFlow's own gradient is right only for labels that sum to 1
        if fused and (sums_to_one or self.language.frameworks[0] not in ("tensorflow", "keras")):
            plain = SoftmaxCrossEntropy(labels=Labels("dense"))
            found = self.whole.core(plain, {"pred": self.x, "target": q})
            if found is not None:
                return found
        weight = q if self.weight is None else self.weight * q
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


def _logarithm(whole: Composition, form: Form, p: Expr, axis: int | None) -> Any:
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
        if whole.language.name not in ("torch", "numpy", "scipy", "sklearn"):
            p = xp.maximum(p, -1.0)  # or XLA makes (1 + offset) - p of (1 - p) + offset
        p = p + form.log_offset
    logarithm = xp.log(p)
    if form.log_floor is not None:
        logarithm = xp.maximum(logarithm, form.log_floor)
        whole.assume("above the floor")  # at log 0 its derivative would be 0 times infinity
    return logarithm


def _sigmoid(whole: Composition) -> Any:
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
        items = whole.language._write("mean_along", (items, loss.axis))
    return items


def _binary(whole: Composition, loss: Any, x: Expr, z: Expr, positive: Expr | None) -> Any:
    xp, form = whole.xp, loss.form
    if form.kind == "logits":
        yes, no = form.log_probability_pair(xp, x)
    else:
        p = x if form.clip is None else xp.clip(x, *form.clip)
        yes, no = (_logarithm(whole, replace(form, clip=None), each, None) for each in (p, 1 - p))
    if form.log_floor is None and form.clip is None and not form.log_offset:
        whole.assume("no zero")
    happened = z if positive is None else positive * z
    return -(happened * yes + (1 - z) * no)


def _formula(whole: Composition) -> Any:
    """A loss of one formula: a native without reduction, or the formula itself, written down."""
    loss = whole.loss
    names = loss.ARRAYS
    plain = replace(loss, reduction=NONE, dtype=None, spread_weight=False)
    for name in whole.operands:
        masked = name == "mask" and (isinstance(loss, Rowwise) or _sums_divergence(loss))
        if not masked and name not in {*names, "sample_weight", "class_weight", "inner_weight"}:
            raise Refused(f"a {name} of {type(loss).__name__} has no short composition")
    if isinstance(loss, MultiLabelMargin):
        raise Refused("lists of labels have no short composition")
    weighted = "inner_weight" in whole.operands
    if weighted or (isinstance(loss, Elementwise) and loss.inner == "root_mean"):
        return _inner_mean(whole, loss, plain)
    given = {name: whole.operands[name] for name in (*names, "mask") if name in whole.operands}
    items = whole.core(plain, given)
    items = _by_formula(whole, loss, names) if items is None else items
    if len(str(items)) > LONGEST:
        raise Refused(f"written out, the formula is {len(str(items))} characters long")
    weight = whole.operands.get("class_weight")
    return items if weight is None else whole.xp.take(weight, whole.operands["target"]) * items


def _sums_divergence(loss: Any) -> bool:
    return isinstance(loss, KLDivergence) and loss.inner != "mean"


def _inner_mean(whole: Composition, loss: Any, plain: Any) -> Any:
    """The weighted mean of the elements along axis 0, or the root of it."""
    if loss.axis != 0:
        raise Refused(f"a weighted mean, or its root, along axis {loss.axis} is not written")
    arrays = {name: whole.operands[name] for name in loss.ARRAYS}
    items = whole.core(replace(plain, inner="none"), arrays)
    items = loss.term(whole.xp, *arrays.values()) if items is None else items
    weight = whole.operands.get("inner_weight")
    if weight is None:
        mean = whole.language._write("mean_along", (items, 0))
    else:
        mean = whole.language._write("weighted", (weight, items)) / whole.xp.sum(weight)
    if loss.inner == "mean":
        return mean
    whole.assume("some error")
    return whole.xp.sqrt(mean)


def _by_formula(whole: Composition, loss: Any, names: tuple[str, ...]) -> Any:
    """The formula itself, with the class axis last and class indexes as rows of 0 and 1."""
    arrays = [whole.operands[name] for name in names]
    if isinstance(loss, KLDivergence):
        return divergence(whole, loss, *arrays)
    if isinstance(loss, Elementwise):
        items = loss.term(whole.xp, *arrays)
        if loss.inner == "none":
            return items
        word = "mean_along" if loss.inner == "mean" else "sum_along"
        return whole.language._write(word, (items, loss.axis))
    if not isinstance(loss, Rowwise):
        raise Refused(f"no composition is known for {type(loss).__name__}")
    if getattr(loss, "one_score", False):
        whole.assume("every class has its column")
    write = whole.language._write
    flat = loss.axis is None and not loss.keepdims
    per_item = loss.axis == AxesFrom(1) and not loss.keepdims
    axis = -1 if flat or per_item else whole.single_axis()
    if flat:
        arrays = [write("flat", (a,)) for a in arrays]
    if per_item:
        whole.assume("several axes")
        whole.assume("not empty")
        arrays = [write("per_item", (a,)) for a in arrays]
    mask = whole.operands.get("mask")
    if mask is not None:
        arrays = [whole.xp.where(mask, a, 0.0) for a in arrays]
    for at, name in enumerate(names):
        if name in loss.SINGLE:
            arrays[at] = arrays[at] if type(loss) in COMPOSED else write("expand", (arrays[at], -1))
        elif axis != -1 and not (name == "target" and loss.labels.kind == "index"):
            arrays[at] = write("moveaxis", (arrays[at], axis, -1))
    if isinstance(loss, RelativeEntropy):
        return relative_entropy(whole, loss, *arrays)
    if loss.labels.kind == "index":
        at = names.index("target")
        classes = write("classes", (arrays[0], -1))
        arrays[at] = whole.xp.one_hot(arrays[at], classes, arrays[0])
    composed = COMPOSED.get(type(loss))
    items = composed(whole.xp, loss, *arrays) if composed else loss.term(whole.xp, *arrays)
    return write("expand", (items, axis)) if loss.keepdims else items


def _transform(whole: Composition) -> Any:
    """An elementary function by its formula."""
    loss, xp, language = whole.loss, whole.xp, whole.language
    x, mask = whole.operands["pred"], whole.operands.get("mask")
    if loss.dtype is not None:
        return _cast_first(whole)
    if loss.function == "logit" and loss.clamp is None:
        whole.assume("inside")
    if loss.function in EACH:
        return EACH[loss.function].value(loss, xp, x)
    flat = loss.axis is None and not loss.keepdims
    axis = 0 if flat else whole.single_axis()
    if mask is not None:
        x = xp.where(mask, x, language._write("infinity", ()) * -1)
    if flat:
        x = language._write("flat", (x,))
    if ALONG[loss.function].masked is None:
        return _summed(whole, x, axis, flat)
    x = -x if loss.function == "softmin" else x
    y = ALONG[loss.function].value(xp, x, None, axis)
    if mask is not None:  # so that what is outside the mask has no gradient
        mask = language._write("flat", (mask,)) if flat else mask
        outside = 0.0 if ALONG[loss.function].masked == 0 else language._write("infinity", ()) * -1
        y = xp.where(mask, y, outside)
    return language._write("shaped", (y, whole.operands["pred"])) if flat else y


def _cast_first(whole: Composition) -> Any:
    """The function of the prediction in float64."""
    if whole.loss.dtype != "float64":
        raise Refused(f"a cast to {whole.loss.dtype} before the function has no short composition")
    if whole.language.name in ("jax", "optax"):
        whole.assume("x64")
    whole.operands["pred"] = whole.language._write("double", (whole.operands["pred"],))
    whole.loss = replace(whole.loss, dtype=None)
    found = whole.core(whole.loss, whole.operands)
    return _transform(whole) if found is None else found


def _summed(whole: Composition, x: Expr, axis: int, flat: bool) -> Any:
    """logsumexp with weights, and logmeanexp, by logsumexp."""
    loss, xp, language = whole.loss, whole.xp, whole.language
    weight, mask = whole.operands.get("weight"), whole.operands.get("mask")
    if weight is not None:
        whole.assume("no negative weight")
        x = x + xp.log(language._write("flat", (weight,)) if flat else weight)
    y = xp.logsumexp(x, axis, keepdims=loss.keepdims)
    if loss.function == "logsumexp":
        return y
    if mask is None:
        return y - Expr(f"math.log({language._write('classes', (x, axis))})")
    seen = language._write("like", (mask, whole.operands["pred"]))
    seen = language._write("flat", (seen,)) if flat else seen
    return y - xp.log(xp.sum(seen, axis, keepdims=loss.keepdims))
