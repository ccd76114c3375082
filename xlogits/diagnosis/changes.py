"""A wrong loss is a right loss with one choice changed: all ways of changing one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.chains import chains
from xlogits.diagnosis.choices import COST, alternatives, spoken
from xlogits.diagnosis.recipe import Data, Setup
from xlogits.diagnosis.steps import Step
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
    setup: Setup
    amount: float | None = None


def changes(setup: Setup, data: Data) -> Iterator[Change]:
    """All single changes of a setup, by these operands."""
    yield from _forms(setup, data)
    yield from _operands(setup, data)
    yield from _labels(setup, data)
    yield from _options(setup)
    yield from _arrays(setup, data)


def _forms(setup: Setup, data: Data) -> Iterator[Change]:
    """What the prediction is taken for, and what is done to it first."""
    if isinstance(setup.loss, SoftmaxCrossEntropy | SigmoidCrossEntropy):
        for code, words, cost, steps, form in chains(setup.loss, setup.steps, data):
            loss = replace(setup.loss, form=form)
            yield Change(code, words, cost, setup._replace(loss=loss, steps=steps))
        return
    for name, words, cost in _TRANSFORMS:
        if _once(setup, name):
            yield Change(name, words, cost, _with(setup, Step(name, _axis(setup.loss))))


_TRANSFORMS = (
    ("softmax", "softmax is applied to the prediction first", 2.0),
    ("sigmoid", "a sigmoid is applied to the prediction first", 2.0),
    ("log_softmax", "log-softmax is applied to the prediction first", 2.0),
    ("log_sigmoid", "log-sigmoid is applied to the prediction first", 3.0),
    ("exp", "exp is applied to the prediction first (it was a logarithm already)", 2.0),
    ("log", "the logarithm of the prediction is taken first", 2.0),
    ("tanh", "tanh is applied to the prediction first", 3.0),
    ("negated", "the prediction has the other sign", 3.0),
)


def _operands(setup: Setup, data: Data) -> Iterator[Change]:
    """Weights and masks that are forgotten, or changed."""
    titles = {"class_weight": "class weights", "pos_weight": "the weight of positives"}
    for name in data.operands:
        array = name in setup.loss.ARRAYS or name == "sample_weight"
        if not array and name in setup.loss.OPERANDS and name not in setup.without:
            title = titles.get(name, name.replace("_", " "))
            without = setup.without | {name}
            yield Change(
                f"no_{name}", f"{title} are left out", 1.0, setup._replace(without=without)
            )
    if "class_weight" in data.operands and "class_weight" not in setup.without:
        for name, words, cost in _WEIGHTS:
            if _once(setup, name):
                yield Change(name, words, cost, _with(setup, Step(name)))


_WEIGHTS = (
    ("weights_to_mean_1", "the class weights are scaled to a mean of 1", 2.0),
    ("weights_to_sum_1", "the class weights are scaled to a sum of 1", 2.0),
    ("weights_twice", "the class weights are applied twice", 2.5),
    ("weights_inverted", "the class weights are inverted", 3.0),
)


def _labels(setup: Setup, data: Data) -> Iterator[Change]:
    """Labels that are counted, written or paired differently."""
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or not _labelled(setup.loss):
        return
    axis = _axis(setup.loss)
    for amount, words in ((1, "one too high"), (-1, "one too low")):
        if _once(setup, "labels_shifted"):
            text = f"the class numbers are {words} (counted from 1 on one side)"
            step = Step("labels_shifted", axis, amount)
            yield Change("labels_shifted", text, 2.5, _with(setup, step))
    yield from _ignored(setup, y, x.shape[axis])
    indexed = y.ndim < x.ndim
    if indexed and y.ndim > 1 and y.shape[1] == x.shape[1] and _once(setup, "moved"):
        text = "labels are shifted by one position (each position is to predict the next)"
        yield Change("labels_moved", text, 2.0, _with(setup, Step("moved")))
    if x.ndim > 2 and axis == 1 and _once(setup, "view"):
        text = "logits are reshaped to rows of classes without moving the class axis last first"
        loss = replace(setup.loss, axis=-1)  # type: ignore[call-arg]
        yield Change("view", text, 2.0, _with(setup._replace(loss=loss), Step("view")))
    if not indexed and _once(setup, "labels_hardest"):
        text = "labels are made one-hot (argmax) first"
        yield Change("labels_hardest", text, 2.5, _with(setup, Step("labels_hardest", axis)))
        text = "softmax is applied to the labels"
        yield Change("labels_softmax", text, 3.0, _with(setup, Step("labels_softmax", axis)))


def _labelled(loss: Any) -> bool:
    return hasattr(loss, "labels") and not isinstance(loss, CTC)


def _ignored(setup: Setup, y: Array, classes: int) -> Iterator[Change]:
    """What is ignored on one side and counts on the other."""
    loss: Any = setup.loss
    if (
        not hasattr(loss, "ignore_index")
        or y.dtype.kind not in "iu"
        or "labels_hot" in _names(setup)
    ):
        return
    if loss.ignore_index is not None:
        counted = setup._replace(loss=replace(loss, ignore_index=None))
        words = f"items with label {loss.ignore_index} are counted instead of ignored"
        if not 0 <= loss.ignore_index < classes:
            words += ", as class 0"
            counted = _with(counted, Step("labels_filled", _axis(loss)))
        yield Change("ignored_counted", words, 1.5, counted)
    for label in (0, classes - 1):
        if label != loss.ignore_index and loss.ignore_index is None and (y == label).any():
            words = f"items with label {label} are ignored instead of counted"
            changed = replace(loss, ignore_index=label)
            yield Change("ignored", words, 2.5 + (label > 0), setup._replace(loss=changed))


def _options(setup: Setup) -> Iterator[Change]:
    """The numbers and switches of the loss itself."""
    for name, value in alternatives(setup.loss):
        words = spoken(name, getattr(setup.loss, name), value)
        try:
            loss = replace(setup.loss, **{name: value})
        except ValueError:
            continue
        yield Change(name, words, COST.get(name, 2.2), setup._replace(loss=loss))
    if isinstance(setup.loss, KLDivergence) and _once(setup, "swapped"):
        text = "the other direction: KL(prediction || target) instead of KL(target || prediction)"
        loss = replace(setup.loss, log_pred=setup.loss.log_target, log_target=setup.loss.log_pred)
        yield Change("kl_direction", text, 1.0, _with(setup._replace(loss=loss), Step("swapped")))


def _arrays(setup: Setup, data: Data) -> Iterator[Change]:
    """Axes, order, shapes and precision."""
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or y.shape == x.shape:
        yield from _axes(setup, x)
    if y is not None and y.shape == x.shape and "target" in setup.loss.ARRAYS:
        if _once(setup, "swapped"):
            text = "prediction and labels are swapped"
            yield Change("swapped", text, 1.5, _with(setup, Step("swapped")))
        yield from _targets(setup, y)
    if y is not None and _vectors(setup.loss, x, y) and _once(setup, "crossed"):
        text = "shapes (N,) and (N, 1) are broadcast to (N, N): each prediction meets each label"
        yield Change("crossed", text, 1.5, _with(setup, Step("crossed")))
    for name, cost in (("bfloat16", 2.5), ("float16", 3.0)):
        if _once(setup, name):
            text = f"the prediction is rounded to {name}"
            yield Change(name, text, cost, _with(setup, Step(name)))
    for amount in (2.0, 0.5, 10.0, 0.1, 0.07):
        if _once(setup, "scaled") and _scales(setup.loss):
            text = f"the logits are divided by a temperature of {amount:g}"
            yield Change("temperature", text, 3.0, _with(setup, Step("scaled", -1, amount), True))


def _axes(setup: Setup, x: Array) -> Iterator[Change]:
    """Classes on another axis than they are."""
    loss: Any = setup.loss
    axis = getattr(loss, "axis", None)
    each = isinstance(loss, Elementwise) and loss.inner == "none"
    if not isinstance(axis, int) or x.ndim < 2 or each or isinstance(loss, SigmoidCrossEntropy):
        return
    for other in range(x.ndim):
        if other != axis % x.ndim:
            words = f"the classes are taken to be on axis {other} instead of {axis % x.ndim}"
            yield Change("axis", words, 2.0, setup._replace(loss=replace(loss, axis=other)))


def _vectors(loss: Any, x: Array, y: Array) -> bool:
    """Whether both are vectors, which broadcast to a matrix if one of them is a column."""
    elementwise = isinstance(loss, Elementwise | SigmoidCrossEntropy)
    return elementwise and x.size == y.size == max(x.shape, default=0) > 1


def _scales(loss: Any) -> bool:
    form = getattr(loss, "form", None)
    return form is not None and form.kind == "logits"


def _targets(setup: Setup, y: Array) -> Iterator[Change]:
    """Targets of the shape of the prediction that are written in another way."""
    values = np.unique(y) if y.size < 10**6 else y.reshape(-1)[:0]
    found = []
    if set(values) <= {0, 1}:
        found = [
            ("labels_to_signs", "labels of 0 and 1 are turned into -1 and 1 first", 2.0),
            ("labels_reversed", "labels are the wrong way round: 1 - y", 2.5),
        ]
    elif set(values) <= {-1, 1}:
        found = [("labels_from_signs", "labels of -1 and 1 are turned into 0 and 1 first", 2.0)]
    if isinstance(setup.loss, KLDivergence):
        found += [
            ("labels_exp", "exp is applied to the target (it was a logarithm already)", 2.0),
            ("labels_log", "the logarithm of the target is taken first", 2.0),
            ("labels_softmax", "softmax is applied to the target first", 2.0),
        ]
    for name, words, cost in found:
        if _once(setup, name):
            yield Change(name, words, cost, _with(setup, Step(name)))


def other_functions(setup: Setup, data: Data) -> Iterator[Change]:
    """Sigmoid in place of softmax, and the other way round; what else there is stands in `bases`."""
    loss: Any = setup.loss
    x, y = data.operands["pred"], data.operands.get("target")
    if type(loss) is SoftmaxCrossEntropy and loss.form.exact and y is not None:
        hot = (Step("labels_hot", _axis(loss)),) if y.ndim < x.ndim else ()
        sigmoid = SigmoidCrossEntropy(label_smoothing=loss.label_smoothing)
        text = "sigmoid cross-entropy of every class (one-hot labels) instead of softmax"
        yield Change("sigmoid_for_softmax", text, 2.0, Setup(sigmoid, (*setup.steps, *hot)))
    if type(loss) is SigmoidCrossEntropy and loss.form.exact and x.ndim > 1 and x.shape[-1] > 1:
        text = "softmax cross-entropy along the last axis instead of a sigmoid of every entry"
        yield Change("softmax_for_sigmoid", text, 2.5, Setup(SoftmaxCrossEntropy(), setup.steps))


def _axis(loss: Any) -> int:
    axis = getattr(loss, "axis", -1)
    return axis if isinstance(axis, int) else -1


def _names(setup: Setup) -> set[str]:
    return {step.name for step in setup.steps}


def _once(setup: Setup, name: str) -> bool:
    return name not in _names(setup)


def _with(setup: Setup, step: Step, first: bool = False) -> Setup:
    return setup._replace(steps=(step, *setup.steps) if first else (*setup.steps, step))
