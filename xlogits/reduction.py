"""How the losses of the items become one number. The only place where a denominator is chosen.

"mean" has six meanings in the frameworks, all of them a sum divided by something. Here each has
the name of what it divides by:

================================  =================================================================
``none``                          no reduction: one number per item
``sum``                           the sum
``mean_over_items``               ... divided by the number of items, ignored ones included
``mean_over_valid``               ... by the number of items that are not ignored
``mean_over_class_weight``        ... by the sum of the class weights of the labels not ignored
``mean_over_sample_weight``       ... by the sum of the sample weights of the items not ignored
``mean_over_weight_as_given``     ... the same, summed before it is broadcast to the items (Keras)
``mean_over_nonzero_weight``      ... by the number of items whose sample weight is not 0 (TF1)
``mean_over_batch``               ... by the size of the first axis (PyTorch's "batchmean")
``mean``                          accepted only where no weight and no ignored label makes it
                                  ambiguous: then all of the above but the last are the same number
================================  =================================================================

A denominator whose weights were not given falls back to the next plainer one: class or sample
weight to valid, valid to items.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, shown

Array = Any

Word = Literal[
    "none",
    "sum",
    "mean",
    "mean_over_items",
    "mean_over_valid",
    "mean_over_class_weight",
    "mean_over_sample_weight",
    "mean_over_weight_as_given",
    "mean_over_nonzero_weight",
    "mean_over_batch",
]
WORDS: tuple[Word, ...] = get_args(Word)
DENOMINATORS = {word: word.removeprefix("mean_over_") for word in WORDS if "over" in word}


class Said(NamedTuple):
    """A reduction in words: what the result is, and what the sum is divided by."""

    result: str
    divisor: str = ""


SAID: dict[str, Said] = {
    "none": Said("one number per item"),
    "sum": Said("the sum"),
    "mean": Said("the mean", "the number of items"),
    "mean_over_items": Said("the mean over all items", "the number of items"),
    "mean_over_valid": Said(
        "the mean over the items that are not ignored", "the number of items that are not ignored"
    ),
    "mean_over_nonzero_weight": Said(
        "the mean over the items whose weight is not 0", "the number of items whose weight is not 0"
    ),
} | {
    f"mean_over_{word}": Said(f"the sum divided by {divisor}", divisor)
    for word, divisor in {
        "class_weight": "the sum of the class weights of the labels",
        "sample_weight": "the sum of the sample weights",
        "weight_as_given": "the sum of the sample weights as they were given",
        "batch": "the size of the first axis",
    }.items()
}


class Items(NamedTuple):
    """What a loss gives before reduction; `valid` and `class_weight` are None where all count 1."""

    loss: Array
    valid: Array | None = None
    class_weight: Array | None = None


@dataclass(frozen=True)
class Reduction:
    """One of the words above, and what a mean over nothing is: "nan" or "zero"."""

    word: Word = "none"
    empty: Literal["nan", "zero"] = "nan"

    def __post_init__(self) -> None:
        if not isinstance(self.word, str) or self.word not in WORDS:
            raise OptionError(
                f"reduction is {shown(self.word)}; expected one of {', '.join(map(repr, WORDS))}"
            )

    def __call__(self, xp: Namespace, items: Items, weight: Array | float | None) -> Array:
        loss = items.loss if weight is None else items.loss * weight
        if self.word == "none":
            return loss
        total = xp.sum(loss)
        return total if self.word == "sum" else self._divide(xp, total, items, weight)

    def of_sum(
        self, xp: Namespace, total: Array, items: Items, weight: Array | float | None
    ) -> Array:
        """The result, from the weighted sum of the losses; of `items` only the rest is looked at.

        A mean over nothing has no derivative, by selection: a division by 0 would hand on infinity.
        """
        if self.word == "sum":
            return total
        empty = math.nan if self.empty == "nan" else 0.0
        return _ratio(xp, total, self._denominator(xp, items, weight), empty)

    def gradient(
        self, xp: Namespace, items: Items, weight: Array | float | None, out: Array
    ) -> Array:
        """The derivative by the loss of each item, from the derivative `out` by the result."""
        each = xp.full_like(items.loss, 1.0) * out
        each = each if weight is None else each * weight
        return each if self.word in ("none", "sum") else self._divide(xp, each, items, weight)

    def _divide(self, xp: Namespace, x: Array, items: Items, weight: Array | float | None) -> Array:
        by = self._denominator(xp, items, weight)
        if self.empty == "nan":
            return x / by
        return _ratio(xp, x, by, 0.0)

    def _denominator(
        self, xp: Namespace, items: Items, weight: Array | float | None
    ) -> Array | float:
        kind = DENOMINATORS.get(self.word, "items")
        loss, valid = items.loss, items.valid
        if kind == "batch":
            return xp.count(loss, 0) if xp.shape(loss) else 1.0
        if kind == "class_weight" and items.class_weight is not None:
            return xp.sum(items.class_weight)
        if kind == "nonzero_weight" and weight is not None:
            spread = xp.full_like(loss, 1.0) * weight
            return xp.sum(xp.cast(spread != 0, xp.dtype(loss)))
        if kind in ("sample_weight", "weight_as_given") and weight is not None:
            if valid is not None:
                return xp.sum(xp.cast(valid, xp.dtype(loss)) * weight)
            if kind == "weight_as_given":
                return weight if isinstance(weight, (int, float)) else xp.sum(weight)
            return xp.sum(xp.full_like(loss, 1.0) * weight)
        if kind in ("items", "nonzero_weight") or valid is None:
            return xp.count(loss)
        return xp.sum(xp.cast(valid, xp.dtype(loss)))


def _ratio(xp: Namespace, x: Array, by: Array | float, empty: float) -> Array:
    """x / by, and `empty` in place of a division by 0: by selection, for x need not be 0 there.

    Smoothing leaves something of a label whose class weighs nothing, and 0 times infinity is NaN.
    """
    if isinstance(by, (int, float)):  # also a sum on NumPy, whose float64 is one
        if by:
            return x / by
        by = xp.full_like(x, 0.0)
    nothing = by == 0
    return xp.where(nothing, empty, x / xp.where(nothing, 1.0, by))
