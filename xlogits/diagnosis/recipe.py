"""A way of computing a loss from the arrays at hand, and the kinds of steps that it may begin with."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.costs import ORDINARY
from xlogits.errors import ShapeError
from xlogits.losses import Loss
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language

Array = Any
Operands = dict[str, Array]
Exprs = dict[str, Expr]


class Step(NamedTuple):
    """One thing done to the operands; `axis` and `amount` where it needs them."""

    name: str
    axis: int = -1
    amount: float = 0.0


class Recipe(NamedTuple):
    """A loss without reduction, what is done to its operands first, and which of them are left out."""

    loss: Loss
    steps: tuple[Step, ...] = ()
    without: frozenset[str] = frozenset()

    @property
    def axis(self) -> int:
        """The axis of the classes."""
        axis = getattr(self.loss, "axis", -1)
        return axis if isinstance(axis, int) else -1

    @property
    def batch_axis(self) -> int:
        """The axis of the items."""
        return 1 if getattr(self.loss, "time_major", False) else 0

    def takes(self, name: str) -> bool:
        """Whether the loss is computed with an operand."""
        return name in self.loss.OPERANDS and name not in self.without

    def then(self, step: Step) -> "Recipe":
        """The same with a step more, right before the loss."""
        return self._replace(steps=(*self.steps, step))


class Passed:
    """The operands as they were passed, and what is worth knowing of them."""

    def __init__(self, operands: Operands) -> None:
        self.operands = operands
        self.x: Array = operands["pred"]
        self.y: Array | None = operands.get("target")

    @property
    def indexed(self) -> bool:
        """Whether labels have no axis of classes."""
        return self.y is not None and self.y.ndim < self.x.ndim

    @property
    def alike(self) -> bool:
        """Whether labels have the shape of the prediction."""
        return self.y is not None and self.y.shape == self.x.shape

    @cached_property
    def values(self) -> frozenset[float]:
        """The values of the labels; none where there are too many labels to look at."""
        if self.y is None or self.y.size >= 10**6:
            return frozenset()
        return frozenset(np.unique(self.y).tolist())


def always(recipe: Recipe, passed: Passed) -> bool:
    return True


class Slip(NamedTuple):
    """A step as a cause: what to say, how unlikely it is, and where it can happen.

    `code` is its short name where that is not the step's. `amount` is handed to the step. `first`: the
    step comes before others. `loss` is the loss that then follows, where that is another one.
    """

    words: str
    cost: float = ORDINARY
    fits: Callable[[Recipe, Passed], bool] = always
    amount: float = 0.0
    code: str = ""
    first: bool = False
    loss: Callable[[Any], Loss] = lambda loss: loss

    def of(self, name: str, recipe: Recipe) -> Recipe:
        """What becomes of a recipe."""
        changed = recipe._replace(loss=self.loss(recipe.loss))
        step = Step(name, recipe.axis, self.amount)
        if self.first:
            return changed._replace(steps=(step, *recipe.steps))
        return changed.then(step)


class Way(NamedTuple):
    """How a step is done to arrays, how it is written, and the causes that it is by itself.

    `do` and `write` give the operands that change. `write` is handed the operands as expressions, and
    as the arrays that they stand for.
    """

    do: Callable[[Operands, Step], Operands]
    write: Callable[[Exprs, Step, Language, Operands], Exprs]
    slips: tuple[Slip, ...] = ()


def require_axis(x: Array, axis: int) -> None:
    """Raise unless an array has this axis."""
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"axis is {axis}, and the array has {x.ndim} axes")


# --- ways that are one function of one operand -----------------------------------------------------


def by_word(word: str, operand: str, function: Callable[[Array], Array], *slips: Slip) -> Way:
    """A function of every number, which languages have under this word."""

    def do(operands: Operands, step: Step) -> Operands:
        with np.errstate(all="ignore"):
            return {operand: function(operands[operand])}

    def write(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        return {operand: language.write(word, (x[operand],))}

    return Way(do, write, slips)


def along(word: str, operand: str, function: Callable[[Array, int], Array], *slips: Slip) -> Way:
    """A function along an axis, which languages have under this word."""

    def do(x: Operands, step: Step) -> Operands:
        require_axis(x[operand], step.axis)
        return {operand: function(x[operand] * 1.0, step.axis)}

    def write(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        return {operand: language.write(word, (x[operand], step.axis))}

    return Way(do, write, slips)


def arithmetic(operand: str, function: Callable[[Any, Step], Any], *slips: Slip) -> Way:
    """Arithmetic, which is the same of an array and of an expression."""
    return Way(
        lambda x, step: {operand: function(x[operand], step)},
        lambda x, step, language, _: {operand: wrap(function(x[operand], step))},
        slips,
    )
