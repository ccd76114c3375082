"""In what one loss differs from another, on every input that is valid for the first."""

from dataclasses import dataclass, fields
from typing import Any

from xlogits.losses import (
    AxisByRank,
    Elementwise,
    Form,
    Labels,
    Loss,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.reduction import SAID

# What is taken for granted, by a word that tests can look up.
ASSUMED = {
    "rank": "the prediction has one or two axes",
    "rank 2": "the prediction has two axes",
    "index labels": "labels are class indexes",
    "dense labels": "labels hold one number per class",
    "labels in range": "every label is one of the classes (one-hot, any other is a row of zeros, which "
    "costs 0)",
    "as many classes": "labels are encoded with as many classes as the prediction has",
    "no column": "labels have no axis of size 1 for the classes",
    "integer labels": "labels are integers",
    "constant labels": "nothing is differentiated by the labels",
    "something counts": "there is at least one item, and not every item is ignored or weighs 0",
    "one shape": "labels have the shape of the prediction (a column beside a row is squeezed on one "
    "side, and broadcast on the other)",
    "as many labels": "there are as many labels as predictions (none is broadcast)",
    "class mask": "the mask has an axis for the classes (of one axis less it selects items in optax)",
    "variances of elements": "variances broadcast to the prediction (one for each row is a column)",
    "float32": "arrays are of the dtype that Keras computes in (keras.config.floatx(), float32)",
    "item weights": "sample weights have one entry for each item",
    "one weight per item": "sample weights have the shape of the items (not broadcast)",
    "within the clip": "no probability lies outside the interval that one side clips to",
    "positive": "all probabilities are above 0",
    "slope at 0": "nothing is differentiated by a probability of exactly 0 (its slope is infinite)",
    "no negative probability": "no probability is negative (where the original is infinite)",
    "inside": "probabilities lie strictly between 0 and 1",
    "some class": "every item has its label, and so at least one class, inside the mask",
    "above the floor": "no probability is so small that its logarithm is floored",
    "logits": "log-probabilities come from a log_softmax, and the gradient is meant by its logits, as "
    "PyTorch's own is",
    "no zero": "no class of probability 0 meets a label of 0 (0 times infinity is NaN)",
    "some error": "predictions are not all exact (the derivative of a root at 0 is infinite)",
    "finite": "ignored items hold finite numbers",
    "no negative weight": "no weight is negative",
    "some weight": "every row has a weight above 0 (the derivative of the logarithm of nothing is NaN)",
    "below the threshold": "beta * x is never above 20, from where PyTorch's softplus is x itself",
    "not empty": "there is at least one item",
    "no tie": "no score is exactly at the margin (where derivatives differ)",
    "x64": "jax_enable_x64 is set (else JAX stays in float32)",
    "no row of zeros": "no row is 0 wherever the mask counts it (0 / 0, whose derivative depends on how "
    "it is written)",
    "plain layer": "the weight of the layer has two axes, classes and features",
    "several classes": "there is more than one class",
    "several axes": "the prediction has two or more axes",
    "one row per item": "logits have a batch axis, and labels one row for each item",
    "enough frames": "every item has frames enough for its labels (where others say infinity)",
    "padded at the end": "paddings come after everything that counts",
    "single": "arrays are float32 (TensorFlow computes this loss in nothing else)",
    "nothing ignored": "no label is the index that is ignored by default (-100)",
}


AXES = {  # how many axes the prediction has where these hold: at least, and at most
    "rank": (1, 2),
    "rank 2": (2, 2),
    "several axes": (2, None),
    "every class has its column": (2, None),
}


def possible(word: str, ndim: int) -> bool:
    """Whether something that is taken for granted can hold of so many axes."""
    least, most = AXES.get(word, (0, None))
    return least <= ndim and (most is None or ndim <= most)


@dataclass(frozen=True)
class Difference:
    """One field in which two losses differ: taken for granted (`assumed`), or what remains."""

    field: str
    assumed: str = ""
    text: str = ""


def differ(wanted: Any, got: Any, operands: frozenset[str], ndim: int | None) -> list[Difference]:
    """What differs, of calls with these operands on predictions with `ndim` axes (None: unknown)."""
    if type(wanted) is not type(got):
        return [Difference("loss", text=f"{type(got).__name__} is another loss")]
    found: list[Difference] = []
    for each in fields(wanted):
        a, b = getattr(wanted, each.name), getattr(got, each.name)
        if a is b or _same(a, b):
            continue
        compare = _FIELDS.get(each.name, _plain)
        found += compare(each.name, a, b, wanted, got, operands, ndim)
    return found


def _same(a: Any, b: Any) -> bool:
    return (type(a) is type(b) and (a == b) is True) or (_number(a) and _number(b) and a == b)


def _number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def _plain(
    name: str, a: Any, b: Any, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    return [Difference(name, text=f"{name} is {b!r} instead of {a!r}")]


def axis_at(axis: Any, ndim: int | None) -> Any:
    """The class axis as a number that is negative where it is the last."""
    if isinstance(axis, (tuple, list)) and len(axis) == 1:
        axis = axis[0]
    if isinstance(axis, AxisByRank) and ndim is not None:
        axis = axis.axes[min(ndim, len(axis.axes) - 1)]
    if isinstance(axis, int) and ndim is not None and axis % ndim == ndim - 1:
        return -1
    return axis


def _axis(
    name: str, a: Any, b: Any, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    if isinstance(wanted, SigmoidCrossEntropy) and wanted.inner == "none" == got.inner:
        if not operands & {"pos_weight", "class_weight"}:
            return []
    elif isinstance(wanted, Elementwise) and wanted.inner == "none":
        return []
    a, b = axis_at(a, ndim), axis_at(b, ndim)
    if a == b:
        return []
    if ndim is None and {_kind(a), _kind(b)} in ({"channels", "last"}, {"implicit", "last"}):
        return [Difference(name, assumed="rank")]
    if ndim is None and {_kind(a), _kind(b)} in ({"channels", "1"}, {"last", "1"}):
        return [Difference(name, assumed="rank 2")]
    return [Difference(name, text=f"the classes are on {_axes(b)} instead of {_axes(a)}")]


def _axes(axis: Any) -> str:
    if isinstance(axis, AxisByRank):
        return f"an axis that depends on their number {axis.axes}"
    return "all axes" if axis is None else f"axis {axis}"


def _kind(axis: Any) -> str:
    if isinstance(axis, AxisByRank):
        return "channels" if axis.axes == (0, 0, 1) else "implicit"
    return "last" if axis == -1 else str(axis)


def _labels(
    name: str,
    a: Labels,
    b: Labels,
    wanted: Any,
    got: Any,
    operands: frozenset[str],
    ndim: int | None,
) -> list[Difference]:
    found = []
    if b.kind != a.kind and b.kind != "inferred":
        if a.kind == "inferred":
            found.append(Difference(name, assumed=f"{b.kind} labels"))
        else:
            found.append(Difference(name, text=f"labels are {b.kind} instead of {a.kind}"))
    if a.column and not b.column:
        found.append(Difference(name, assumed="no column"))
    if a.truncated and not b.truncated:
        found.append(Difference(name, assumed="integer labels"))
    if a.gradient != b.gradient and b.kind != "index":
        found.append(Difference(name, assumed="constant labels"))
    return found


def _ignored(
    name: str, a: Any, b: Any, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    if a is None and _number(b) and b < 0:
        return []  # no valid label is negative, so nothing is ignored that was not an error
    if a == -100 and b is None:
        return [Difference(name, text="labels of -100 are not ignored")]
    return _plain(name, a, b, wanted, got, operands, ndim)


def denominator(
    reduction: Reduction, loss: Any, operands: frozenset[str], ignoring: bool | None = None
) -> str:
    """The plainest word for what a reduction divides by, given what is weighted and ignored."""
    ignores = (getattr(loss, "ignore_index", None) is not None) if ignoring is None else ignoring
    ignores = ignores or "mask" in operands
    word = reduction.word
    if word == "mean":
        return "mean_over_items"
    if word == "mean_over_class_weight" and "class_weight" not in operands:
        word = "mean_over_valid"
    if word in ("mean_over_sample_weight", "mean_over_weight_as_given"):
        word = word if "sample_weight" in operands else "mean_over_valid"
    if word == "mean_over_nonzero_weight" and "sample_weight" not in operands:
        word = "mean_over_items"
    return "mean_over_items" if word == "mean_over_valid" and not ignores else word


def _reduction(
    name: str,
    a: Reduction,
    b: Reduction,
    wanted: Any,
    got: Any,
    operands: frozenset[str],
    ndim: int | None,
) -> list[Difference]:
    # a default that ignores what the wanted loss cannot hold ignores nothing
    ignoring = getattr(wanted, "ignore_index", None) is not None
    first = denominator(a, wanted, operands, ignoring)
    second = denominator(b, got, operands, ignoring)
    weights = {"mean_over_sample_weight", "mean_over_weight_as_given"}
    if {first, second} == weights:
        return [Difference(name, assumed="one weight per item")]
    if first != second:
        results = SAID[second].result, SAID[first].result
        return [Difference(name, text="the result is {} instead of {}".format(*results))]
    if b.word == "mean" != a.word and (ignoring or operands & {"sample_weight", "class_weight"}):
        return [Difference(name, text="a plain mean of what is weighted or ignored is refused")]
    if a.empty != b.empty and first not in ("none", "sum"):
        return [Difference(name, assumed="something counts")]
    return []


def _form(
    name: str,
    a: Form,
    b: Form,
    wanted: Any,
    got: Any,
    operands: frozenset[str],
    ndim: int | None,
) -> list[Difference]:
    if a.kind != b.kind:
        return [Difference(name, text=f"the prediction is {_words(b)} instead of {_words(a)}")]
    found = []
    if a.clip != b.clip:
        found.append(Difference(name, assumed="within the clip"))
    if a.renormalise != b.renormalise and isinstance(wanted, SoftmaxCrossEntropy):
        found.append(
            Difference(name, text="probabilities are divided by their sum on one side only")
        )
    if a.log_offset != b.log_offset:
        text = f"{b.log_offset} instead of {a.log_offset} is added before the logarithm"
        found.append(Difference(name, text=text))
    if a.log_floor != b.log_floor:
        found.append(Difference(name, assumed="above the floor"))
    if a.positive_column and not b.positive_column:
        found.append(Difference(name, assumed="every class has its column"))
    return found


def _words(form: Form) -> str:
    return form.kind.replace("log_probabilities", "log-probabilities")


def _dtype(
    name: str, a: Any, b: Any, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    if isinstance(wanted, Transform):
        return _plain(name, a, b, wanted, got, operands, ndim)
    return [Difference(name, assumed="float32")]


def _linear(
    name: str, a: Any, b: Any, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    if all(threshold is None or threshold == 20 for threshold in (a, b)):
        return [Difference(name, assumed="below the threshold")]
    return _plain(name, a, b, wanted, got, operands, ndim)


def _spread(
    name: str, a: bool, b: bool, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    if "sample_weight" not in operands or b:
        return []
    return [Difference(name, assumed="one weight per item")]


def _one_score(
    name: str, a: bool, b: bool, wanted: Any, got: Any, operands: frozenset[str], ndim: int | None
) -> list[Difference]:
    return [Difference(name, assumed="every class has its column")] if a else []


_FIELDS: dict[str, Any] = {
    "one_score": _one_score,
    "axis": _axis,
    "labels": _labels,
    "ignore_index": _ignored,
    "reduction": _reduction,
    "form": _form,
    "dtype": _dtype,
    "spread_weight": _spread,
    "linear_above": _linear,
}
ASSUMED["every class has its column"] = "the prediction has a column for every class"

__all__ = ["ASSUMED", "Difference", "Loss", "axis_at", "denominator", "differ", "possible"]
