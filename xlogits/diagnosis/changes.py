"""All ways of changing one choice of a loss."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from xlogits.diagnosis.chains import chains
from xlogits.diagnosis.choices import COST, alternatives, spoken
from xlogits.diagnosis.costs import COMMON, FAMOUS, MUCH, OPTION, ORDINARY, SELDOM
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.recipe import Recipe, Step
from xlogits.diagnosis.steps import STEPS
from xlogits.errors import OptionError
from xlogits.losses import Elementwise, SigmoidCrossEntropy, SoftmaxCrossEntropy

Array = Any


class Change(NamedTuple):
    """One choice changed: a short name, what to say, how unlikely it is, and what comes of it.

    `amount` is set where that was solved for.
    """

    code: str
    words: str
    cost: float
    recipe: Recipe
    amount: float | None = None


def changes(recipe: Recipe, data: Data) -> Iterator[Change]:
    """All single changes of a recipe, by these operands."""
    yield from _forms(recipe, data)
    yield from _operands(recipe, data)
    yield from _ignored(recipe, data)
    yield from _options(recipe)
    yield from _axes(recipe, data)
    yield from _steps(recipe, data)


def _forms(recipe: Recipe, data: Data) -> Iterator[Change]:
    """What cross-entropies take the prediction for, and what is done to it first."""
    if isinstance(recipe.loss, SoftmaxCrossEntropy | SigmoidCrossEntropy):
        for code, words, cost, steps, form in chains(recipe.loss, recipe.steps, data):
            loss = replace(recipe.loss, form=form)
            yield Change(code, words, cost, recipe._replace(loss=loss, steps=steps))


def _steps(recipe: Recipe, data: Data) -> Iterator[Change]:
    """A step more before the loss, of those that were not taken: the rows of `STEPS`."""
    done = {step.name for step in recipe.steps}
    for name, way in STEPS.items():
        for slip in way.slips if name not in done else ():
            if slip.fits(recipe, data.passed):
                yield Change(slip.code or name, slip.words, slip.cost, slip.of(name, recipe))


def _operands(recipe: Recipe, data: Data) -> Iterator[Change]:
    """Weights and masks that are forgotten, or changed."""
    titles = {"class_weight": "class weights", "pos_weight": "the weight of positives"}
    for name in data.operands:
        array = name in recipe.loss.ARRAYS or name == "sample_weight"
        if not array and name in recipe.loss.OPERANDS and name not in recipe.without:
            title = titles.get(name, name.replace("_", " "))
            without = recipe.without | {name}
            yield Change(
                f"no_{name}", f"{title} are left out", FAMOUS, recipe._replace(without=without)
            )


def _ignored(recipe: Recipe, data: Data) -> Iterator[Change]:
    """A label that is ignored on one side only."""
    loss: Any = recipe.loss
    y = data.passed.y
    hot = any(step.name == "labels_hot" for step in recipe.steps)
    if y is None or y.dtype.kind not in "iu" or hot or not hasattr(loss, "ignore_index"):
        return
    classes = data.passed.x.shape[recipe.axis]
    if loss.ignore_index is not None:
        counted = recipe._replace(loss=replace(loss, ignore_index=None))
        words = f"items with label {loss.ignore_index} are counted instead of ignored"
        if not 0 <= loss.ignore_index < classes:
            words += ", as class 0"
            counted = counted.then(Step("labels_filled", recipe.axis))
        yield Change("ignored_counted", words, COMMON, counted)
    for label in (0, classes - 1):
        if label != loss.ignore_index and loss.ignore_index is None and (y == label).any():
            words = f"items with label {label} are ignored instead of counted"
            changed = replace(loss, ignore_index=label)
            yield Change(
                "ignored", words, SELDOM + MUCH * (label > 0), recipe._replace(loss=changed)
            )


def _options(recipe: Recipe) -> Iterator[Change]:
    """The numbers and switches of the loss itself."""
    for name, value in alternatives(recipe.loss):
        words = spoken(name, getattr(recipe.loss, name), value)
        try:
            loss = replace(recipe.loss, **{name: value})
        except OptionError:  # two options that contradict each other
            continue
        yield Change(name, words, COST.get(name, OPTION), recipe._replace(loss=loss))


def _axes(recipe: Recipe, data: Data) -> Iterator[Change]:
    """The classes are taken to be on another axis."""
    loss: Any = recipe.loss
    x, axis = data.passed.x, getattr(loss, "axis", None)
    each = isinstance(loss, SigmoidCrossEntropy) or (
        isinstance(loss, Elementwise) and loss.inner == "none"
    )
    if not isinstance(axis, int) or x.ndim < 2 or each:
        return
    if data.passed.y is not None and not data.passed.alike:
        return
    for other in range(x.ndim):
        if other != axis % x.ndim:
            words = f"the classes are taken to be on axis {other} instead of {axis % x.ndim}"
            yield Change("axis", words, ORDINARY, recipe._replace(loss=replace(loss, axis=other)))


def other_functions(recipe: Recipe, data: Data) -> Iterator[Change]:
    """Sigmoid in place of softmax, and the other way round; other losses are other starts."""
    loss: Any = recipe.loss
    x, y = data.passed.x, data.passed.y
    if type(loss) is SoftmaxCrossEntropy and loss.form.exact and y is not None:
        changed = recipe._replace(loss=SigmoidCrossEntropy(label_smoothing=loss.label_smoothing))
        if data.passed.indexed:
            changed = changed.then(Step("labels_hot", recipe.axis))
        text = "sigmoid cross-entropy of every class (one-hot labels) instead of softmax"
        yield Change("sigmoid_for_softmax", text, ORDINARY, changed._replace(without=frozenset()))
    if type(loss) is SigmoidCrossEntropy and loss.form.exact and x.ndim > 1 and x.shape[-1] > 1:
        text = "softmax cross-entropy along the last axis instead of a sigmoid of every entry"
        changed = Recipe(SoftmaxCrossEntropy(), recipe.steps)
        yield Change("softmax_for_sigmoid", text, SELDOM, changed)
