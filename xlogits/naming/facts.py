"""The facts about one call: what each array is, where the classes are, what each option changes."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from xlogits.catalogue import Native
from xlogits.catalogue.record import REQUIRED, Arg
from xlogits.formulas import called
from xlogits.losses import (
    AxesFrom,
    AxisByRank,
    ClassOverlap,
    Elementwise,
    Form,
    Labels,
    Loss,
    Reduction,
    Rowwise,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.losses.parts.elementary import TAKEN_BY
from xlogits.reduction import SAID

# what an option changes; and what it stands for where it is left out, if the default does not say so
OPTIONS: dict[str, tuple[str, str]] = {
    "axis": ("where the classes are", "all axes"),
    "base": ("of the logarithm", "e, so that the result is in nats"),
    "beta": ("what x is multiplied by, and the result divided by", ""),
    "blank": ("the number of the class that stands for nothing", ""),
    "chunk": ("how many items become logits at a time", "a number that goes with the sizes"),
    "clamp": ("probabilities are kept this far from 0 and 1", "they are taken as they are"),
    "class_weight": ("a factor for each class", "1 for each"),
    "delta": ("the difference from which the loss is straight", ""),
    "dtype": ("what it is computed in", "what the framework takes by itself"),
    "exponent": ("between cross-entropy (near 0) and absolute error (1)", ""),
    "first_term": ("the share of 1 - p that is added", ""),
    "form": ("what the prediction is", ""),
    "full": ("whether the constant of the likelihood is added", ""),
    "gamma": ("how fast the cost falls with the probability", ""),
    "ignore_index": ("items with this label cost 0 and do not count", "none is left out"),
    "inner_weight": (
        "a factor for each number along the axis, and the mean's divisor",
        "1 for each",
    ),
    "label_smoothing": ("the share of the labels that is spread evenly", ""),
    "label_length": ("how many labels of each item count", ""),
    "label_padding": ("1 for each label that does not count", ""),
    "linear_above": ("where it becomes x itself", ""),
    "linear_bias": ("what is added to the logits of each class", "0"),
    "log_rate": ("whether the prediction is the logarithm of the rate", ""),
    "log_target": ("whether the target holds log-probabilities too", ""),
    "logit_length": ("how many frames of each item count", ""),
    "logit_padding": ("1 for each frame that does not count", ""),
    "mask": ("True for what counts", "everything counts"),
    "p": ("the order of the norm", ""),
    "pos_weight": ("a factor of the positive term alone", "1"),
    "quantile": ("the quantile of the targets at which it is least", ""),
    "reduction": ("how the items become the result", ""),
    "sample_weight": ("a factor for each item", "1 for each"),
    "stirling": ("whether an approximation of log y! is added", ""),
    "weight": ("a factor of each exponential in the sum", "1 for each"),
    "zero_infinity": ("whether labels without an alignment cost 0", ""),
}

# the fields that are told, and what they are called; numbers stand in the formula
TITLES = {
    "form": "prediction",
    "labels": "labels",
    "signs": "labels",
    "axis": "class axis",
    "inner": "over the axis first",
    "reduction": "result",
    "dtype": "computed in",
    "spread_weight": "sample weights",
    "ignore_index": "ignored label",
    "label_smoothing": "label smoothing",
    "keepdims": "the axis",
    "blank": "blank",
    "time_major": "layout",
    "zero_infinity": "without an alignment",
    "one_score": "without class axis",
    "background": "the first class",
}
# what a value of a field says
WORDS: dict[tuple[str, object], str] = {
    ("signs", "given"): "-1 and 1",
    ("signs", "binary"): "0 and 1",
    ("signs", "inferred"): "-1 and 1, or 0 and 1",
    ("spread_weight", True): "broadcast to the items",
    ("keepdims", True): "stays, with size 1",
    ("time_major", True): "frames first, then the batch",
    ("zero_infinity", True): "0",
    ("one_score", True): "a prediction is that of class 1 of two",
    ("background", False): "is left out",
    ("inner", "sum"): "the sum",
    ("inner", "mean"): "the mean",
    ("inner", "root_mean"): "the square root of the mean",
}
SILENT: frozenset[object] = frozenset({None, False, "none"})  # what need not be told


def facts(native: Native, loss: Any) -> Iterator[tuple[str, str]]:
    """(what, how it is here) pairs: arrays, prediction, labels, axis, result, denominator."""
    arrays = (a for a in native.parameters if a.to in loss.ARRAYS)
    yield "arrays, in order", ", ".join(f"{a.name} ({_array(a, loss)})" for a in arrays)
    told = {each.name for each in fields(loss)}
    for name, title in TITLES.items():
        text = _fact(loss, name, getattr(loss, name)) if name in told and _says(loss, name) else ""
        if text:
            yield "axis" if name == "axis" and not _of_classes(loss) else title, text
    for a in native.parameters:
        if a.refuse:
            yield "not expressible", f"{a.name}: {a.refuse}"


def _array(arg: Arg, loss: Any) -> str:
    word = called(loss, arg.to)
    return f"{word}; left out: {arg.left_out}" if arg.left_out else word


def options(native: Native, loss: Any) -> Iterator[tuple[str, str]]:
    """(parameter with its default, what it changes and what its absence means) pairs."""
    for a in native.parameters:
        if a.to and a.to not in loss.ARRAYS:
            yield a.name if a.default is REQUIRED else f"{a.name}={a.default!r}", _option(a, loss)


def _option(arg: Arg, loss: Any) -> str:
    what, absent = OPTIONS.get(arg.to, ("", ""))
    if arg.to == "axis" and not _of_classes(loss):
        what = "the axis that holds the numbers that belong together"
    if arg.values is not None and arg.to in ("form", "labels"):
        what = "; ".join(f"{word!r}: {_fact(loss, arg.to, x)}" for word, x in arg.values.items())
    elif arg.values is not None and arg.to == "reduction":
        words = {w: _reduction(loss, r) for w, r in arg.values.items() if w is not None}
        what = "; ".join(f"{word!r}: {how}" for word, how in words.items())
    if arg.default is None and absent:
        return f"{what}; left out: {absent}"
    return what


def _says(loss: Any, field: str) -> bool:
    """Whether a field says something here: not the axis of single numbers, nor the kind of vectors."""
    if isinstance(loss, Transform) and (field == "function" or field in TAKEN_BY):
        return field != "function" and loss.function in TAKEN_BY[field]
    if field == "axis":
        return not isinstance(loss, Elementwise | SigmoidCrossEntropy) or loss.inner != "none"
    if field == "label_smoothing":
        return bool(loss.label_smoothing)
    if field == "labels":
        return hasattr(loss, "labels") and not _of_vectors(loss)
    return True


def _of_classes(loss: Any) -> bool:
    return isinstance(loss, SoftmaxCrossEntropy) or _says(loss, "labels")


def _of_vectors(loss: Any) -> bool:
    return isinstance(loss, Rowwise) and loss.labels.kind == "dense"


def _fact(loss: Loss | Transform, name: str, value: Any) -> str:
    if isinstance(value, Form):
        return form_in_words(value)
    if isinstance(value, Labels):
        words = {"index": "class indexes", "dense": "one number per class"}
        return words.get(value.kind, "class indexes, or one number per class")
    if isinstance(value, Reduction):
        return _reduction(loss, value)
    if name == "axis":
        return _axis(loss, value)
    if (name, value) in WORDS:
        return WORDS[name, value]
    return "" if value in SILENT or name in ("background", "time_major") else str(value)


def _axis(loss: Loss | Transform, axis: Any) -> str:
    if isinstance(axis, AxisByRank):
        if axis.axes == (0, 0, 1):
            return "1, or the only one"
        return f"by the number of axes: {', '.join(f'{n}: {a}' for n, a in enumerate(axis.axes))}"
    if isinstance(axis, AxesFrom):
        return f"all from {axis.first} on"
    if axis is None:
        all_but = isinstance(loss, ClassOverlap)
        return "all but the first and the last, which holds the classes" if all_but else "all axes"
    return str(axis)


def form_in_words(form: Form) -> str:
    """What a prediction is, and what is done to it first."""
    text = {"logits": "logits", "log_probabilities": "log-probabilities"}.get(
        form.kind, "probabilities"
    )
    steps = [f"clipped to {form.clip}"] if form.clip else []
    if form.clip == "eps":
        steps = ["clipped to [eps, 1 - eps] of their dtype"]
    if form.renormalise == "before":
        steps.insert(0, "divided by their sum")
    if form.renormalise == "after":
        steps.append("divided by their sum")
    if form.log_floor is not None:
        steps.append(f"logarithms not below {form.log_floor:g}")
    if form.positive_column:
        text += " (of two classes, also those of the second alone)"
    return ", then ".join([text, *steps])


def _reduction(loss: Loss | Transform, reduction: Reduction) -> str:
    result, divisor = SAID[reduction.word]
    if not divisor:
        return f"{result} over the items" if reduction.word == "sum" else result
    if reduction.word == "mean_over_items" and getattr(loss, "ignore_index", None) is not None:
        divisor += ", ignored ones included"
    empty = "0" if reduction.empty == "zero" else "NaN"
    return f"the sum over the items, divided by {divisor} ({empty} where that is 0)"
