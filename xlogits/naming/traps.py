"""What goes wrong silently with a function: what follows from its record by rule, and what is told.

The famous traps come first: the form of the prediction, the order of the arguments, the class axis, the
kind of labels, what a mean divides by, the two weights. Then what its record tells, then what the ledger
knows, and what happens rarely last.
"""

import math
from collections.abc import Iterator
from typing import Any

from xlogits.catalogue import NATIVES, Native
from xlogits.formulas import called
from xlogits.ledger import rows_of
from xlogits.ledger.row import Divergence
from xlogits.losses import (
    CHANNELS,
    CTC,
    LOGITS,
    AbsoluteError,
    BrierScore,
    CosineSimilarity,
    Distance,
    GeneralizedCrossEntropy,
    Hinge,
    Huber,
    InnerProduct,
    KLDivergence,
    LinearSoftmaxCrossEntropy,
    LogAddExp,
    LogCosh,
    QuantileError,
    Reduction,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SquaredError,
    SquaredLogError,
    Transform,
    Tversky,
    TweedieDeviance,
)
from xlogits.losses.parts.elementary import TAKEN_BY
from xlogits.naming.names import spelled

# of two arrays in either order
SYMMETRIC = (
    *(AbsoluteError, CosineSimilarity, Distance, Huber, InnerProduct, LogAddExp, LogCosh),
    *(SquaredError, SquaredLogError),
)
# cases of the ledger that hardly anybody meets, the rarest last
RARE = ("-inf", "large", "NaN", "one row", "one class", "unbatched", "empty batch")


def traps(native: Native, loss: Any) -> tuple[str, ...]:
    """Sentences about what goes wrong silently, the most famous first."""
    known = sorted(rows_of(native.name), key=_rarity)
    ledger = (f"{row.reason} ({row.source})" for row in known)
    return tuple(dict.fromkeys((*_derived(native, loss), *native.traps, *ledger)))


def _rarity(row: Divergence) -> int:
    kinds = [number for number, word in enumerate(RARE, 1) if word in row.case]
    half = len(RARE) + 1 if row.dtype != "*" or row.mode != "*" else 0
    return max([*kinds, half, 0])


def _derived(native: Native, loss: Any) -> Iterator[str]:
    yield from _form(native, loss)
    yield from _activation(native, loss)
    yield from _order(native, loss)
    if _classes(loss):
        yield from _labels(native, loss)
        yield from _axis(native, loss)
    yield from _reduction(native, loss)
    yield from _weights(native, loss)
    yield from _clip(loss)


def _classes(loss: Any) -> bool:
    return isinstance(loss, SoftmaxCrossEntropy | LinearSoftmaxCrossEntropy)


def _events(loss: Any) -> bool:
    return isinstance(loss, SigmoidCrossEntropy | SigmoidFocal)


def _form(native: Native, loss: Any) -> Iterator[str]:
    """What the prediction has to be, and what happens if it is something else."""
    form = getattr(loss, "form", None)
    inner = "sigmoid" if _events(loss) else "softmax"
    flag = next((a for a in native.parameters if a.to == "form" and type(a.default) is bool), None)
    if flag is not None and form is not None and form.kind == "probabilities":
        yield (
            f"{flag.name}={flag.default} is the default: it takes probabilities, after the {inner}. "
            f"Logits passed so are treated like probabilities, without an error: a number comes out, "
            f"and it is not the loss. For a last layer without {inner} say "
            f"{flag.name}={not flag.default}."
        )
    elif isinstance(loss, KLDivergence) and loss.log_pred:
        yield (
            f"The prediction holds log-probabilities, and nobody checks: log_softmax of the logits, not "
            f"the logits and not the softmax. The target holds "
            f"{'log-probabilities too' if loss.log_target else 'probabilities, not their logarithms'}."
        )
    elif isinstance(loss, KLDivergence | BrierScore | GeneralizedCrossEntropy):
        yield "It takes probabilities, not logits and not their logarithms: apply the softmax first."
    elif form is not None or isinstance(loss, LinearSoftmaxCrossEntropy):
        yield from _of_form(form, loss, inner)


def _of_form(form: Any, loss: Any, inner: str) -> Iterator[str]:
    if form is None or form.kind == "logits":
        yield f"The {inner} is inside: pass logits, as the last layer gives them. {_twice(loss, inner)}"
    elif form.kind == "log_probabilities":
        yield (
            "It takes log-probabilities, and nobody checks: log_softmax of the logits. Of logits, or of "
            "the softmax, it gives another number without a word, which can be below 0."
        )
    elif form.validated:
        yield (
            f"It takes probabilities, after the {inner}, and refuses what is outside [0, 1]: logits "
            f"that happen to lie inside go through."
        )
    else:
        yield (
            f"It takes probabilities, after the {inner}, and does not check: logits give another number."
        )


def _twice(loss: Any, inner: str) -> str:
    """What an activation before an activation costs, a perfect prediction of it."""
    text = f"Of a {inner} it takes the {inner} once more, and a model still learns, badly"
    if type(loss) is SigmoidCrossEntropy:
        return f"{text}: a certain event costs {math.log(1 + math.exp(-1)):.2f}."
    if type(loss) in (SoftmaxCrossEntropy, LinearSoftmaxCrossEntropy):
        best = math.log(1 + 9 * math.exp(-1))
        return f"{text}: with 10 classes a perfect prediction costs {best:.2f}."
    return f"{text}."


def _activation(native: Native, loss: Any) -> Iterator[str]:
    """What is inside of losses that have no form, and what an elementary function is along."""
    inside = getattr(loss, "activation", "")
    if inside == "none":
        yield "It takes probabilities, and does not check: logits give another number."
    elif inside:
        yield f"The {inside} is inside: pass logits, as the last layer gives them."
    if isinstance(loss, Transform) and loss.function in TAKEN_BY["axis"] and loss.axis is None:
        yield (
            f"The axis is None by default: the {loss.function} of all numbers together, not of each row."
        )


def _order(native: Native, loss: Any) -> Iterator[str]:
    """Which array comes first, where that is not the prediction."""
    order = [a.to for a in native.parameters if a.to in ("pred", "target")]
    if order[:1] != ["target"] or _symmetric(loss):
        return
    first, second = called(loss, "target"), called(loss, "pred")
    index = getattr(loss, "labels", None) is not None and loss.labels.kind == "index"
    silent = "" if index else " Swapped, they run without an error."
    kind = "target comes" if first != "labels" else "labels come"
    yield (
        f"The {kind} first and the prediction second, ({first}, {second}), the reverse of PyTorch and "
        f"optax.{silent}"
    )


def _symmetric(loss: Any) -> bool:
    """Whether the two arrays may be swapped."""
    return isinstance(loss, SYMMETRIC) or (
        (isinstance(loss, Hinge) and loss.signs != "binary")
        or (isinstance(loss, Tversky) and loss.missed == loss.extra)
        or (isinstance(loss, QuantileError) and loss.quantile == 0.5)
        or (isinstance(loss, TweedieDeviance) and loss.power == 0)
    )


def _labels(native: Native, loss: Any) -> Iterator[str]:
    """The kind of labels, for functions of classes."""
    kind = loss.labels.kind
    sibling = "" if kind == "inferred" else _sibling(native, loss)
    if kind == "inferred":
        yield (
            "The shape of the labels decides what they are: class indexes where they lack the class "
            "axis, one number per class where they have it."
        )
    elif kind == "index":
        hot = f"; one-hot rows are for {sibling}" if sibling else ""
        yield f"Labels are class indexes, counted from 0{hot}."
    else:
        index = f"are for {sibling}" if sibling else "do not fit"
        yield f"Labels are one number per class, such as one-hot rows; class indexes {index}."


def _sibling(native: Native, loss: Any) -> str:
    """The function beside this one that takes labels of the other kind, if there is one."""
    room, other_kind = native.name.rpartition(".")[0], {"index": "dense", "dense": "index"}
    for other in NATIVES.values():
        alike = type(other.loss) is type(loss) and bool(other.then) == bool(native.then)
        if not alike or other.name.rpartition(".")[0] != room:
            continue
        theirs: Any = other.loss
        if theirs.labels.kind == other_kind[loss.labels.kind] and theirs.form.kind == _kind(native):
            return spelled(other)
    return ""


def _kind(native: Native) -> str:
    """The form of the prediction before any argument is read."""
    loss: Any = native.loss
    return str(loss.form.kind)


def _axis(native: Native, loss: Any) -> Iterator[str]:
    """Where the classes are, if not where other frameworks have them."""
    axis = getattr(loss, "axis", -1)
    if axis == CHANNELS:
        yield (
            "The classes are on axis 1 of (N, C, ...), and on the last in Keras, TensorFlow and JAX: "
            "logits (N, T, C) have to be moved, and where T = C nobody notices."
        )
    elif axis == -1 and not getattr(loss, "form", LOGITS).positive_column:
        yield (
            "The classes are on the last axis; PyTorch's losses have them on axis 1 of (N, C, ...), so "
            "images and sequences have to be moved."
        )


def _reduction(native: Native, loss: Any) -> Iterator[str]:
    """What a mean divides by, or that there is none."""
    if isinstance(loss, Transform):
        return
    word = loss.reduction.word
    divergence = isinstance(loss, KLDivergence) and loss.inner == "none"
    batch = next((w for w, r in _reductions(native).items() if r.word == "mean_over_batch"), None)
    if divergence and batch and word == "mean_over_items":
        yield (
            f"The mean, its default, divides by all numbers, not by the items: {batch!r} is the "
            f"divergence, C times as large for C classes."
        )
    if (_classes(loss) or _events(loss)) and word == "none":
        yield "Nothing is averaged: one number per item comes out, and the mean is up to you."
    if word == "mean_over_class_weight" and any(a.to == "class_weight" for a in native.parameters):
        yield (
            "With class weights the mean divides by the sum of the weights of the labels; Keras and "
            "most programs divide by the number of items."
        )
    if getattr(loss, "inner", "none") == "mean" and _events(loss):
        yield "It averages over the last axis first: one number per item, not one per class."


def _reductions(native: Native) -> dict[Any, Reduction]:
    found = (a.values for a in native.parameters if a.to == "reduction" and a.values)
    return dict(next(found, {}))


def _weights(native: Native, loss: Any) -> Iterator[str]:
    """The weights that are taken for each other."""
    names = {a.to: a.name for a in native.parameters}
    if "pos_weight" in names and "sample_weight" in names:
        yield (
            f"{names['sample_weight']} is a factor of the whole term, {names['pos_weight']} of its "
            f"positive half alone: for rare positives it is {names['pos_weight']}."
        )
    elif _events(loss) and names.get("sample_weight") == "weight":
        yield "weight is a factor of the whole term; none here is of the positive half alone."
    if names.get("class_weight") == "weight" and _classes(loss):
        yield "weight is a factor for each class, (C,), not for each item."


def _clip(loss: Any) -> Iterator[str]:
    """What is the most that a label can cost, where probabilities are clipped."""
    form = getattr(loss, "form", None)
    if form is None or isinstance(loss, CTC) or form.kind != "probabilities":
        return
    if isinstance(form.clip, tuple) and form.clip[0] > 0:
        most = -math.log(form.clip[0])
        yield (
            f"Probabilities are clipped to [{form.clip[0]:g}, 1 - {1 - form.clip[1]:.0e}]: one of 0 at "
            f"the label costs {most:.2f}, not infinity, and has no gradient."
        )
    if form.log_floor is not None:
        yield (
            f"Logarithms are not below {form.log_floor:g}: a probability of 0 at the label costs "
            f"{-form.log_floor:g}, not infinity."
        )
