"""A short composition of a framework's own functions, where no single call says what is wanted."""

from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.errors import Refused
from xlogits.losses import (
    CTC,
    AxisByRank,
    ClassOverlap,
    Elementwise,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.losses.parts.formula import Formula
from xlogits.translation.by_family.activation import elementary
from xlogits.translation.by_family.entropy import Softmax, sigmoid
from xlogits.translation.by_family.formula import by_formula
from xlogits.translation.by_family.overlap import overlap
from xlogits.translation.by_family.sequence import aligned
from xlogits.translation.difference import axis_at, denominator
from xlogits.translation.expression import ATOM, Expr, floating, literal_number, wrap
from xlogits.translation.language import Language, Namespace
from xlogits.translation.single import candidates, spread, wide, written


class Composition:
    """The expression of one reading in one framework, and what was taken for granted on the way."""

    def __init__(
        self,
        wanted: Reading,
        language: Language,
        ndim: int | None,
        safe: bool = False,
        wide: bool = False,
    ) -> None:
        self.safe = safe  # whether labels of 0 count nothing, even beside a log-probability of -inf
        self.wide = wide  # whether class indexes may have 32 bits where the target wants 64
        self.wanted, self.language, self.ndim = wanted, language, ndim
        self.loss: Any = wanted.loss
        self.assumed: list[str] = []
        self.xp = Namespace(language, self.assume)
        self.operands = {name: self._array(name, x) for name, x in wanted.operands.items()}

    def write(self) -> Any:
        """The whole expression."""
        loss = self.loss
        if isinstance(loss, Transform):
            return elementary(self)
        if loss.dtype is not None:
            self.assume("float32")
        if isinstance(loss, SoftmaxCrossEntropy):
            return Softmax(self).write()
        items = self._items(loss)
        return self.reduced(self.weighted(items), items)

    def _array(self, name: str, value: Any) -> Expr:
        """A literal as an array of the target, where no number does."""
        literal = not isinstance(value, Expr) and value is not None
        value = floating(value) if name == "pred" else value
        if literal and (name == "pred" or isinstance(value, (list, tuple))):
            return Expr(str(self.language.write("array", (wrap(value),))))
        return wrap(value)

    def _items(self, loss: Any) -> Any:
        if type(loss) is SigmoidCrossEntropy:
            return sigmoid(self)
        if isinstance(loss, ClassOverlap):
            return overlap(self, loss)
        if isinstance(loss, CTC):
            return aligned(self, loss)
        if isinstance(loss, Formula):
            return by_formula(self)
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
                wider = wide(candidate, loss, self.wide)
                return Expr(written(spread(wider, self.language), self.language))
        return None

    def weighted(self, items: Expr) -> Any:
        weight = self.operands.get("sample_weight")
        if weight is None:
            return items
        if self.loss.spread_weight and literal_number(weight) is None and not self.each_counts:
            weight = self.operands["sample_weight"] = self._one_for_each(weight)
        return weight * items

    @property
    def each_counts(self) -> bool:
        """Whether every number of the prediction has a loss of its own."""
        elementwise = isinstance(self.loss, Elementwise | SigmoidCrossEntropy)
        return elementwise and self.loss.inner == "none"

    def item_shape(self) -> Expr | None:
        """The shape that the losses have, in code; None where that is not written."""
        pred, target = self.operands["pred"], self.operands.get("target")
        kind = getattr(self.loss, "labels", None)
        if self.each_counts:
            return self.language.write("shape", (pred,))
        if isinstance(self.loss, CTC) or getattr(self.loss, "axis", None) is None:
            return None
        if target is not None and kind is not None and kind.kind == "index":
            return self.language.write("shape", (target,))
        if axis_at(self.loss.axis, self.ndim) != -1:
            return None
        return self.language.write("item_shape", (pred,))

    def _one_for_each(self, weight: Expr) -> Expr:
        """Weights that may be a column, in the shape of the losses."""
        shape = self.item_shape()
        if isinstance(self.loss, CTC):
            self.assume("item weights")
            return self.language.write("flat", (weight,))
        if shape is None:
            self.assume("one weight per item")
            return weight
        self.assume("item weights")
        return self.language.write("reshape", (weight, shape))

    def reduced(self, items: Expr, plain: Expr, valid: Expr | None = None) -> Any:
        """Items, weighted already, reduced as wanted."""
        loss, xp = self.loss, self.xp
        word = denominator(loss.reduction, loss, frozenset(self.operands))
        weight = self.operands.get("sample_weight")
        if weight is not None and literal_number(weight) is not None and word in _WEIGHED:
            # one number weighs every item alike, and goes out of a mean that divides by it
            items = items if word == "mean_over_nonzero_weight" else plain
            word = "mean_over_items" if valid is None else "mean_over_valid"
        if word == "none":
            return items
        if word == "sum":
            return xp.sum(items)
        if word == "mean_over_items":
            return self.mean(items)
        self._mean_of_nothing()
        return xp.sum(items) / self._counted(word, plain, valid)

    def indexes(self, labels: Expr) -> Expr:
        """Class indexes as functions take them that want 64 bits."""
        widened = self.wide and self.language.manners.wide_labels
        plain = not labels.text.endswith(".long()")
        return Expr(f"{labels.at(ATOM)}.long()") if widened and plain else labels

    def mean(self, items: Expr) -> Any:
        self._mean_of_nothing()
        return self.language.write("mean", (items,))

    def _mean_of_nothing(self) -> None:
        if self.loss.reduction.empty == "zero":
            self.assume("something counts")

    def _counted(self, word: str, items: Expr, valid: Expr | None) -> Any:
        """What a mean divides by."""
        xp, language = self.xp, self.language
        weight = self.operands.get("sample_weight")
        if word == "mean_over_nonzero_weight" and weight is not None:
            counted = self._broadcast(weight)
            return language.write("count_nonzero", (counted, self.operands["pred"]))
        if word in ("mean_over_sample_weight", "mean_over_weight_as_given") and weight is not None:
            if word == "mean_over_sample_weight":
                weight = self._broadcast(weight)
            if valid is None:
                return xp.sum(weight)
            return xp.sum(xp.where(valid, weight, 0.0))
        if word == "mean_over_batch" and getattr(self.loss, "inner", "none") == "none":
            return language.write("number", (self.operands["pred"], 0))
        if word == "mean_over_valid" and valid is not None:
            return xp.sum(language.write("like", (valid, self.operands["pred"])))
        raise Refused(f"no composition is known for {word}")

    def _broadcast(self, weight: Expr) -> Expr:
        """Weights as many as the losses: what is counted, or added up."""
        shape = None if self.loss.spread_weight else self.item_shape()
        return weight if shape is None else self.language.write("spread", (weight, shape))


_WEIGHED = ("mean_over_nonzero_weight", "mean_over_sample_weight", "mean_over_weight_as_given")
