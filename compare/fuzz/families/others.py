"""Sigmoid cross-entropy, the linear layer, elementary functions, regions by class, sequences."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from compare.fuzz import drawing
from compare.fuzz.drawing import between, eighths
from compare.fuzz.example import Example
from compare.fuzz.families.elementwise import EVENT_FORMS, SHARE, SHARE_OR_NONE, Strategy
from xlogits import losses as L
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.elementary import ALONG, EACH, TAKEN_BY

Array = Any
one_of = st.sampled_from


@st.composite
def sigmoid(draw: Any) -> Example:
    form = draw(EVENT_FORMS)
    shape = draw(drawing.shapes(least=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    inner = draw(one_of(("none", "mean"))) if 0 not in shape else "none"
    items = drawing.without(shape, axis) if inner == "mean" else shape
    numbers = between(-24, 24) if form.kind == "logits" else SHARE
    target = draw(st.one_of(drawing.array(shape, SHARE_OR_NONE), drawing.booleans(shape)))
    operands = {"pred": draw(drawing.array(shape, numbers)), "target": target}
    for name in ("pos_weight", "class_weight"):
        if draw(st.integers(0, 2)) == 0:
            some = draw(one_of(((), (shape[axis],), shape)))
            given = draw(drawing.array(some, eighths(0.125, 3)))
            operands[name] = given if some else float(given)
    fields = {"form": form, "axis": axis, "inner": inner}
    fields["label_smoothing"] = draw(one_of((0.0, 0.0, 0.1, 1.0)))
    given = drawing.reduced(draw, items, classes="class_weight" in operands)
    return drawing.example(draw, L.SigmoidCrossEntropy, fields | given, operands)


@st.composite
def linear(draw: Any) -> Example:
    batch, classes = draw(drawing.shapes(most=2)), draw(st.integers(1, 5))
    features = draw(st.integers(1, 3))
    positions = draw(one_of(((), (), (), (2,), (1, 2)))) if len(batch) < 2 else ()
    grid = eighths(-4, 4)
    operands = {
        "pred": draw(drawing.array((*batch, features), grid)),
        "linear_weight": draw(drawing.array((classes, *positions, features), grid)),
    }
    items, axis = (*batch, *positions), len(batch)
    fields: dict[str, Any] = {"label_smoothing": draw(one_of((0.0, 0.0, 0.1, 1.0)))}
    if draw(st.booleans()):
        operands["target"] = draw(drawing.labels(items, classes)).astype("int64")
        fields["ignore_index"] = draw(one_of((None, None, 0, -100)))
        if fields["ignore_index"] is not None:
            ignored = draw(drawing.booleans(items))
            operands["target"] = np.where(ignored, fields["ignore_index"], operands["target"])
    else:
        dense = (*items[:axis], classes, *items[axis:])
        operands["target"] = draw(drawing.array(dense, eighths(0, 1)))
    if draw(st.booleans()):
        operands["linear_bias"] = draw(drawing.array((classes, *positions), grid))
    if draw(st.integers(0, 2)) == 0:
        operands["class_weight"] = draw(drawing.array((classes,), eighths(0, 3)))
    if not positions:
        fields["chunk"] = draw(one_of((None, 1, 2, 3)))
    ignores = fields.get("ignore_index") is not None
    given = drawing.reduced(draw, items, ignores, "class_weight" in operands)
    return drawing.example(draw, L.LinearSoftmaxCrossEntropy, fields | given, operands)


INSIDE = {"logit": SHARE, "entr": between(0.125, 16), "log1mexp": between(0.125, 16)}


@st.composite
def transform(draw: Any) -> Example:
    function = draw(one_of((*ALONG, *EACH)))
    shape = draw(drawing.shapes(least=1))
    fields: dict[str, Any] = {"function": function}
    # along an axis that has entries
    full = tuple(max(n, 1) for n in shape) if function in ALONG else shape
    operands = {"pred": draw(drawing.array(full, INSIDE.get(function, between(-24, 24))))}
    if function in ALONG:
        fields["axis"] = draw(drawing.axes(len(full)))
        if draw(st.integers(0, 3)) == 0:
            operands["mask"] = draw(_with_some_left(full, fields["axis"]))
    if function == "logsumexp" and draw(st.booleans()):
        operands["weight"] = draw(drawing.array(full, eighths(0.125, 3)))
    for name, values in (
        ("keepdims", (False, True)),
        ("beta", (1.0, 0.5, 3.0)),
        ("linear_above", (None, 2.0)),
        ("clamp", (None, 0.125)),
    ):
        if function in TAKEN_BY[name]:
            fields[name] = draw(one_of(values))
    return drawing.example(draw, L.Transform, fields, operands)


def _with_some_left(shape: tuple[int, ...], axis: Any) -> Strategy:
    """A mask in which the first entry along the axis is always there."""
    axes = class_axes(axis, len(shape))
    first = np.zeros(shape, bool)
    first[tuple(0 if i in axes else slice(None) for i in range(len(shape)))] = True
    return drawing.booleans(shape).map(lambda mask: mask | first)


@st.composite
def overlap(draw: Any) -> Example:
    shape = (*draw(drawing.shapes(least=1, most=2)), draw(st.integers(1, 3)))
    activation = draw(one_of(("none", "softmax")))
    balanced = draw(st.booleans())
    fields = {
        "activation": activation,
        "over_classes": draw(one_of(("none", "sum", "mean"))),
        "smooth": draw(one_of((0.5, 1.0))),
        "missed": draw(one_of((0.5, 0.9))),
        "extra": draw(one_of((0.5, 0.25))),
        "background": draw(st.booleans()),
        "balanced": balanced,
    }
    fields["axis"] = draw(st.none() | st.integers(0, len(shape) - 2)) if 0 not in shape else None
    axes = (
        tuple(range(1, len(shape) - 1))
        if fields["axis"] is None
        else class_axes(fields["axis"], len(shape))
    )
    numbers = SHARE if activation == "none" else between(-8, 8)
    # the weight of a class without targets, 1e7, makes of rounding what no limit fits
    targets = eighths(0.125, 1) if balanced else eighths(0, 1)
    operands = {
        "pred": draw(drawing.array(shape, numbers)),
        "target": draw(drawing.array(shape, targets)),
    }
    if not balanced and draw(st.booleans()):
        operands["class_weight"] = draw(drawing.array(shape[-1:], eighths(0, 3)))
    items = tuple(n for i, n in enumerate(shape[:-1]) if i not in axes)
    if fields["over_classes"] == "none":
        first = 0 if fields["background"] or shape[-1] == 1 else 1
        items = (*items, shape[-1] - first)
    return drawing.example(draw, L.ClassOverlap, fields | drawing.reduced(draw, items), operands)


@st.composite
def sequence(draw: Any) -> Example:
    batch, frames = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    longest, classes = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    blank = draw(st.integers(-classes, classes - 1))
    counts = draw(drawing.labels((batch,), frames)).astype("int64") + 1
    lengths = draw(drawing.labels((batch,), longest + 1)).astype("int64")
    kinds = np.array([k for k in range(classes) if k != blank % classes])
    target = kinds[draw(drawing.labels((batch, longest), classes - 1)).astype("int64")]
    target = np.where(np.arange(longest) < lengths[:, None], target, blank % classes)
    log = draw(st.booleans())
    x = draw(
        drawing.array((batch, frames, classes), between(-8, -0.125) if log else between(-16, 16))
    )
    major = draw(st.booleans())
    fields = {
        "form": L.LOG_PROBABILITIES if log else L.LOGITS,
        "blank": blank,
        "time_major": major,
        "zero_infinity": draw(st.booleans()),
        "per_label": draw(st.booleans()),
    }
    operands = {"pred": np.moveaxis(x, 0, 1) if major else x, "target": target}
    which = draw(one_of(("length", "padding", "none")))
    if which == "length":
        operands |= {"logit_length": counts, "label_length": lengths}
    elif which == "padding":
        operands["logit_padding"] = (np.arange(frames) >= counts[:, None]) * 1.0
        operands["label_padding"] = (np.arange(longest) >= lengths[:, None]) * 1.0
    given = drawing.reduced(draw, (batch,))
    return drawing.example(draw, L.CTC, fields | given, operands)
