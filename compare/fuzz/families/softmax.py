"""Softmax cross-entropy and its relatives: every form of prediction, labels of every kind."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from compare.fuzz import drawing
from compare.fuzz.drawing import between, eighths
from compare.fuzz.example import Example
from compare.fuzz.families.elementwise import SHARE, Strategy
from xlogits import losses as L
from xlogits.losses.parts.axes import class_axes

Array = Any
Shape = tuple[int, ...]
one_of = st.sampled_from
FORMS = one_of(
    (
        *(L.LOGITS,) * 5,
        L.LOG_PROBABILITIES,
        L.PROBABILITIES,
        L.Form("logits", clip=(0.0078125, 0.9921875)),
        L.Form("probabilities", renormalise="before", clip=(0.0625, 0.9375)),
        L.Form("probabilities", renormalise="after", clip=(0.0625, 0.9375)),
        L.Form("probabilities", log_offset=0.0009765625, log_floor=-4.0),
        L.Form("probabilities", validated=True),
    )
)
NUMBERS = {
    "logits": between(-24, 24),
    "log_probabilities": between(-16, -0.125),
    "probabilities": SHARE,
}
MODULATED: dict[type, dict[str, Strategy]] = {
    L.SoftmaxFocal: {"gamma": one_of((0.0, 0.5, 1.0, 2.0, 3.0)), "alpha": one_of((1.0, 0.25))},
    L.SoftmaxPoly: {"first_term": one_of((2.0, -1.0))},
}


def examples(*kinds: type) -> Strategy:
    return st.sampled_from(kinds).flatmap(_of)


@st.composite
def _of(draw: Any, kind: Any) -> Example:
    fields = {name: draw(some) for name, some in MODULATED.get(kind, {}).items()}
    form = draw(FORMS)
    batch = draw(drawing.shapes(most=2))
    place = draw(st.integers(0, len(batch)))
    shape = (*batch[:place], draw(st.integers(1, 5)), *batch[place:])
    axis = place if 0 in shape else draw(drawing.axes(len(shape)))
    items = drawing.without(shape, axis)
    classes = int(np.prod([shape[i] for i in class_axes(axis, len(shape))]))
    smoothing = draw(one_of((0.0, 0.0, 0.1, 0.5, 1.0)))
    kind_of_labels = draw(one_of(("index", "index", "dense")))
    inferred = draw(st.booleans())
    fields |= {
        "form": form,
        "axis": axis,
        "label_smoothing": smoothing,
        "labels": L.Labels("inferred" if inferred else kind_of_labels),
    }
    pred = draw(drawing.array(shape, NUMBERS[form.kind]))
    operands = {"pred": pred}
    if kind_of_labels == "dense":
        operands["target"] = draw(_dense(shape))
    else:
        operands["target"] = draw(drawing.labels(items, classes))
        fields["ignore_index"] = draw(one_of((None, None, 0, 1, -1, -100)))
        operands["target"] = _ignored(draw, operands["target"], fields["ignore_index"])
    if draw(st.integers(0, 2)) == 0:
        operands["class_weight"] = draw(drawing.array((classes,), eighths(0, 3)))
    if form.kind == "logits" and form.clip is None:
        operands |= _left_out(draw, pred, operands["target"], kind_of_labels, smoothing, axis)
    ignores = fields.get("ignore_index") is not None or "mask" in operands
    given = drawing.reduced(draw, items, ignores, "class_weight" in operands)
    return drawing.example(draw, kind, fields | given, operands)


def _dense(shape: Shape) -> Strategy:
    """One number for each class: of any sum, or of integers or booleans."""
    return (
        drawing.array(shape, eighths(0, 1))
        | drawing.array(shape, eighths(0, 1))
        | drawing.labels(shape, 2)
        | drawing.booleans(shape)
    )


def _ignored(draw: Any, target: Array, index: int | None) -> Array:
    """Some labels that are the index to ignore, where their dtype has it."""
    if index is None or not np.can_cast(np.min_scalar_type(index), target.dtype):
        return target
    return np.where(draw(drawing.booleans(target.shape)), target.dtype.type(index), target)


def _left_out(
    draw: Any, pred: Array, target: Array, labels: str, smoothing: float, axis: Any
) -> dict[str, Array]:
    """A mask, or logits of minus infinity in classes that no label names; or neither."""
    which = draw(st.integers(0, 5))
    if which == 0:
        return {"mask": draw(drawing.booleans(pred.shape))}
    single = len(class_axes(axis, pred.ndim)) == 1
    if which == 1 and labels == "index" and single and not smoothing and pred.size:
        at = class_axes(axis, pred.ndim)[0]
        never = draw(drawing.booleans(pred.shape))
        named = np.expand_dims(np.maximum(target.astype(int), 0), at)
        np.put_along_axis(never, np.minimum(named, pred.shape[at] - 1), False, at)
        return {"pred": np.where(never, -np.inf, pred)}
    return {}
