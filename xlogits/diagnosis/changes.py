"""A wrong loss is a right loss with one choice changed: all ways of changing one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.chains import chains
from xlogits.diagnosis.choices import COST, alternatives, spoken
from xlogits.diagnosis.costs import COMMON, FAMOUS, MUCH, OPTION, ORDINARY, RARE, SELDOM
from xlogits.diagnosis.recipe import Data, Recipe
from xlogits.diagnosis.steps import Step
from xlogits.errors import OptionError
from xlogits.losses import (
    CTC,
    Elementwise,
    KLDivergence,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)

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
    yield from _labels(recipe, data)
    yield from _options(recipe)
    yield from _arrays(recipe, data)


def _forms(recipe: Recipe, data: Data) -> Iterator[Change]:
    """What the prediction is taken for, and what is done to it first."""
    if isinstance(recipe.loss, SoftmaxCrossEntropy | SigmoidCrossEntropy):
        for code, words, cost, steps, form in chains(recipe.loss, recipe.steps, data):
            loss = replace(recipe.loss, form=form)
            yield Change(code, words, cost, recipe._replace(loss=loss, steps=steps))
        return
    for name, words, cost in _TRANSFORMS:
        if _once(recipe, name):
            yield Change(name, words, cost, _with(recipe, Step(name, _axis(recipe.loss))))


_TRANSFORMS = (
    ("softmax", "softmax is applied to the prediction first", ORDINARY),
    ("sigmoid", "a sigmoid is applied to the prediction first", ORDINARY),
    ("log_softmax", "log-softmax is applied to the prediction first", ORDINARY),
    ("log_sigmoid", "log-sigmoid is applied to the prediction first", RARE),
    ("exp", "exp is applied to the prediction first (it was a logarithm already)", ORDINARY),
    ("log", "the logarithm of the prediction is taken first", ORDINARY),
    ("tanh", "tanh is applied to the prediction first", RARE),
    ("negated", "the prediction has the other sign", RARE),
)


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
    if "class_weight" in data.operands and "class_weight" not in recipe.without:
        for name, words, cost in _WEIGHTS:
            if _once(recipe, name):
                yield Change(name, words, cost, _with(recipe, Step(name)))


_WEIGHTS = (
    ("weights_to_mean_1", "the class weights are scaled to a mean of 1", ORDINARY),
    ("weights_to_sum_1", "the class weights are scaled to a sum of 1", ORDINARY),
    ("weights_twice", "the class weights are applied twice", SELDOM),
    ("weights_inverted", "the class weights are inverted", RARE),
)


def _labels(recipe: Recipe, data: Data) -> Iterator[Change]:
    """Labels that are counted, written or paired differently."""
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or not _labelled(recipe.loss):
        return
    axis = _axis(recipe.loss)
    for amount, words in ((1, "one too high"), (-1, "one too low")):
        if _once(recipe, "labels_shifted"):
            text = f"the class numbers are {words} (counted from 1 on one side)"
            step = Step("labels_shifted", axis, amount)
            yield Change("labels_shifted", text, SELDOM, _with(recipe, step))
    yield from _ignored(recipe, y, x.shape[axis])
    indexed = y.ndim < x.ndim
    if indexed and y.ndim > 1 and y.shape[1] == x.shape[1] and _once(recipe, "moved"):
        text = "labels are shifted by one position (each position is to predict the next)"
        yield Change("labels_moved", text, ORDINARY, _with(recipe, Step("moved")))
    if x.ndim > 2 and axis == 1 and _once(recipe, "view"):
        text = "logits are reshaped to rows of classes without moving the class axis last first"
        loss = replace(recipe.loss, axis=-1)  # type: ignore[call-arg]
        yield Change("view", text, ORDINARY, _with(recipe._replace(loss=loss), Step("view")))
    if not indexed and _once(recipe, "labels_hardest"):
        text = "labels are made one-hot (argmax) first"
        yield Change("labels_hardest", text, SELDOM, _with(recipe, Step("labels_hardest", axis)))
        text = "softmax is applied to the labels"
        yield Change("labels_softmax", text, RARE, _with(recipe, Step("labels_softmax", axis)))


def _labelled(loss: Any) -> bool:
    return hasattr(loss, "labels") and not isinstance(loss, CTC)


def _ignored(recipe: Recipe, y: Array, classes: int) -> Iterator[Change]:
    """What is ignored on one side and counts on the other."""
    loss: Any = recipe.loss
    if (
        not hasattr(loss, "ignore_index")
        or y.dtype.kind not in "iu"
        or "labels_hot" in _names(recipe)
    ):
        return
    if loss.ignore_index is not None:
        counted = recipe._replace(loss=replace(loss, ignore_index=None))
        words = f"items with label {loss.ignore_index} are counted instead of ignored"
        if not 0 <= loss.ignore_index < classes:
            words += ", as class 0"
            counted = _with(counted, Step("labels_filled", _axis(loss)))
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
    if isinstance(recipe.loss, KLDivergence) and _once(recipe, "swapped"):
        text = "the other direction: KL(prediction || target) instead of KL(target || prediction)"
        loss = replace(
            recipe.loss, log_pred=recipe.loss.log_target, log_target=recipe.loss.log_pred
        )
        yield Change(
            "kl_direction", text, FAMOUS, _with(recipe._replace(loss=loss), Step("swapped"))
        )


def _arrays(recipe: Recipe, data: Data) -> Iterator[Change]:
    """Axes, order, shapes and precision."""
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or y.shape == x.shape:
        yield from _axes(recipe, x)
    if y is not None and y.shape == x.shape and "target" in recipe.loss.ARRAYS:
        if _once(recipe, "swapped"):
            text = "prediction and labels are swapped"
            yield Change("swapped", text, COMMON, _with(recipe, Step("swapped")))
        yield from _targets(recipe, y)
    if y is not None and _vectors(recipe.loss, x, y) and _once(recipe, "crossed"):
        text = "shapes (N,) and (N, 1) are broadcast to (N, N): each prediction meets each label"
        yield Change("crossed", text, COMMON, _with(recipe, Step("crossed")))
    for name, cost in (("bfloat16", SELDOM), ("float16", RARE)):
        if _once(recipe, name):
            text = f"the prediction is rounded to {name}"
            yield Change(name, text, cost, _with(recipe, Step(name)))
    for amount in (2.0, 0.5, 10.0, 0.1, 0.07):
        if _once(recipe, "scaled") and _scales(recipe.loss):
            text = f"the logits are divided by a temperature of {amount:g}"
            yield Change("temperature", text, RARE, _with(recipe, Step("scaled", -1, amount), True))


def _axes(recipe: Recipe, x: Array) -> Iterator[Change]:
    """Classes on another axis than they are."""
    loss: Any = recipe.loss
    axis = getattr(loss, "axis", None)
    each = isinstance(loss, Elementwise) and loss.inner == "none"
    if not isinstance(axis, int) or x.ndim < 2 or each or isinstance(loss, SigmoidCrossEntropy):
        return
    for other in range(x.ndim):
        if other != axis % x.ndim:
            words = f"the classes are taken to be on axis {other} instead of {axis % x.ndim}"
            yield Change("axis", words, ORDINARY, recipe._replace(loss=replace(loss, axis=other)))


def _vectors(loss: Any, x: Array, y: Array) -> bool:
    """Whether both are vectors, which broadcast to a matrix if one of them is a column."""
    elementwise = isinstance(loss, Elementwise | SigmoidCrossEntropy)
    return elementwise and x.size == y.size == max(x.shape, default=0) > 1


def _scales(loss: Any) -> bool:
    form = getattr(loss, "form", None)
    return form is not None and form.kind == "logits"


def _targets(recipe: Recipe, y: Array) -> Iterator[Change]:
    """Targets of the shape of the prediction that are written in another way."""
    values = np.unique(y) if y.size < 10**6 else y.reshape(-1)[:0]
    found = []
    if set(values) <= {0, 1}:
        found = [
            ("labels_to_signs", "labels of 0 and 1 are turned into -1 and 1 first", ORDINARY),
            ("labels_reversed", "labels are the wrong way round: 1 - y", SELDOM),
        ]
    elif set(values) <= {-1, 1}:
        found = [
            ("labels_from_signs", "labels of -1 and 1 are turned into 0 and 1 first", ORDINARY)
        ]
    if isinstance(recipe.loss, KLDivergence):
        found += [
            ("labels_exp", "exp is applied to the target (it was a logarithm already)", ORDINARY),
            ("labels_log", "the logarithm of the target is taken first", ORDINARY),
            ("labels_softmax", "softmax is applied to the target first", ORDINARY),
        ]
    for name, words, cost in found:
        if _once(recipe, name):
            yield Change(name, words, cost, _with(recipe, Step(name)))


def other_functions(recipe: Recipe, data: Data) -> Iterator[Change]:
    """Sigmoid in place of softmax, and the other way round; what else there is stands in `bases`."""
    loss: Any = recipe.loss
    x, y = data.operands["pred"], data.operands.get("target")
    if type(loss) is SoftmaxCrossEntropy and loss.form.exact and y is not None:
        hot = (Step("labels_hot", _axis(loss)),) if y.ndim < x.ndim else ()
        sigmoid = SigmoidCrossEntropy(label_smoothing=loss.label_smoothing)
        text = "sigmoid cross-entropy of every class (one-hot labels) instead of softmax"
        yield Change("sigmoid_for_softmax", text, ORDINARY, Recipe(sigmoid, (*recipe.steps, *hot)))
    if type(loss) is SigmoidCrossEntropy and loss.form.exact and x.ndim > 1 and x.shape[-1] > 1:
        text = "softmax cross-entropy along the last axis instead of a sigmoid of every entry"
        yield Change(
            "softmax_for_sigmoid", text, SELDOM, Recipe(SoftmaxCrossEntropy(), recipe.steps)
        )


def _axis(loss: Any) -> int:
    axis = getattr(loss, "axis", -1)
    return axis if isinstance(axis, int) else -1


def _names(recipe: Recipe) -> set[str]:
    return {step.name for step in recipe.steps}


def _once(recipe: Recipe, name: str) -> bool:
    return name not in _names(recipe)


def _with(recipe: Recipe, step: Step, first: bool = False) -> Recipe:
    return recipe._replace(steps=(step, *recipe.steps) if first else (*recipe.steps, step))
