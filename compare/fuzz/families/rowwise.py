"""Losses of rows: scores with their labels, embeddings, regions."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from compare.fuzz import drawing
from compare.fuzz.drawing import between, eighths
from compare.fuzz.example import Example
from compare.fuzz.families.elementwise import (
    AWAY,
    BITS,
    FACTOR,
    GRID,
    MARGIN,
    SHARE,
    THREE,
    Strategy,
)
from xlogits import losses as L
from xlogits.losses.parts.axes import class_axes

Array = Any
Shape = tuple[int, ...]
one_of = st.sampled_from


class Recipe(NamedTuple):
    """Fields of a loss, and how its arrays are drawn: (draw, fields, shape, axis) to operands."""

    loss: type
    fields: dict[str, Strategy]
    arrays: Callable[..., dict[str, Array]]
    axes: Callable[[int], Strategy] = lambda ndim: drawing.axes(ndim, several=False)


def indexed(scores: Array) -> Callable[..., dict[str, Array]]:
    def arrays(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
        axis = class_axes(axis, len(shape))[0]
        items, classes = shape[:axis] + shape[axis + 1 :], shape[axis]
        pred = draw(drawing.array(shape, scores))
        if fields.get("one_score") and classes == 2 and draw(st.booleans()):
            pred = pred.take(0, axis)
        return {"pred": pred, "target": draw(drawing.labels(items, classes))}

    return arrays


def dense(**numbers: Array) -> Callable[..., dict[str, Array]]:
    def arrays(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
        return {name: draw(drawing.array(shape, some)) for name, some in numbers.items()}

    return arrays


def _angles(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
    """Rows of zeros only where something keeps their length from 0."""
    some = drawing.array(shape, GRID if fields["eps"] else AWAY)
    found = {"pred": draw(some), "target": draw(some)}
    if "margin" in fields:
        single = drawing.array(drawing.without(shape, axis), THREE)
        return {"pred": found["pred"], "other": found["target"], "target": draw(single)}
    if fields["eps"] and draw(st.booleans()):
        found["mask"] = draw(drawing.booleans(shape))
    return found


def _lists(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
    axis = class_axes(axis, len(shape))[0]
    last = (*shape[:axis], *shape[axis + 1 :], shape[axis])
    listed = draw(drawing.labels(last, shape[axis])).astype("int64")
    ends = draw(drawing.labels(last[:-1], shape[axis] + 1)).astype("int64")
    listed = np.where(np.arange(shape[axis]) < ends[..., None], listed, -1)
    return {
        "pred": draw(drawing.array(shape, GRID)),
        "target": np.moveaxis(listed, -1, axis),
    }


def _soft(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
    """One-hot rows, or any numbers from 0 to 1."""
    pred = draw(drawing.array(shape, GRID))
    if draw(st.booleans()):
        return {"pred": pred, "target": draw(drawing.array(shape, eighths(0, 1)))}
    axis = class_axes(axis, len(shape))[0]
    chosen = draw(drawing.labels(drawing.without(shape, axis), shape[axis])).astype("int64")
    return {"pred": pred, "target": np.moveaxis(np.eye(shape[axis])[chosen], -1, axis)}


def _regions(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
    scores = between(-16, 16) if fields["activation"] == "sigmoid" else SHARE
    soft = BITS if draw(st.booleans()) else SHARE
    return {"pred": draw(drawing.array(shape, scores)), "target": draw(drawing.array(shape, soft))}


def _triplets(draw: Any, fields: dict[str, Any], shape: Shape, axis: Any) -> dict[str, Array]:
    some = drawing.array(shape, GRID)
    return {name: draw(some) for name in ("pred", "target", "other")}


def any_axes(ndim: int) -> Strategy:
    return drawing.axes(ndim)


GUARD, EPS = one_of(("length", "square", "sum")), one_of((0.0, 0.0, 1e-8, 1e-6, 0.5))
ROWS = (
    Recipe(L.CategoricalHinge, {}, _soft),
    Recipe(L.MulticlassHinge, {"margin": MARGIN, "one_score": st.booleans()}, indexed(GRID)),
    Recipe(L.MultiMargin, {"margin": MARGIN, "power": one_of((1, 2))}, indexed(GRID)),
    Recipe(L.MultiLabelMargin, {}, _lists),
    Recipe(L.Sparsemax, {}, indexed(GRID)),
)
BRIER = (
    Recipe(
        L.BrierScore,
        {"halved": one_of(("never", "two", "always")), "one_score": st.booleans()},
        indexed(SHARE),
    ),
)
SHARES = (
    Recipe(L.GeneralizedCrossEntropy, {"exponent": one_of((0.25, 0.5, 0.7, 1.0))}, indexed(SHARE)),
    Recipe(L.Entropy, {"base": one_of((None, 2.0, 10.0))}, dense(pred=SHARE), any_axes),
    Recipe(
        L.RelativeEntropy,
        {"base": one_of((None, 2.0, 10.0))},
        dense(pred=SHARE, target=SHARE),
        any_axes,
    ),
)
SIMILARITY = (
    Recipe(
        L.InnerProduct,
        {"factor": FACTOR, "offset": one_of((0.0, 1.0))},
        dense(pred=GRID, target=GRID),
        any_axes,
    ),
    Recipe(
        L.CosineSimilarity,
        {"eps": EPS, "guard": GUARD, "factor": one_of((1.0, -1.0)), "offset": one_of((0.0, 1.0))},
        _angles,
        any_axes,
    ),
    # a cosine of 0 is exact, at -1 it is flat, and at the third no cosine of rows of the grid lies
    Recipe(
        L.CosineEmbedding,
        {"eps": EPS, "guard": GUARD, "margin": one_of((0.0, -1.0, 0.3217))},
        _angles,
        any_axes,
    ),
    Recipe(
        L.Distance,
        {"p": one_of((1.0, 1.5, 2.0, 3.0, 4.0, math.inf)), "eps": one_of((0.0, 0.0, 1e-6, 0.5))},
        dense(pred=GRID, target=GRID),
        any_axes,
    ),
    Recipe(
        L.Distance,
        {"p": one_of((2.0, 3.0)), "eps": one_of((1e-6, 0.5)), "guard": st.just("power")},
        dense(pred=GRID, target=GRID),
        any_axes,
    ),
    Recipe(
        L.TripletMargin,
        {
            "p": one_of((1.0, 2.0, 3.0, math.inf)),
            "margin": one_of((0.8137, 20.0)),
            "swap": st.booleans(),
        },
        _triplets,
        any_axes,
    ),
)
OVERLAP = (
    Recipe(
        L.Tversky,
        {
            "missed": one_of((0.5, 0.9)),
            "extra": one_of((0.5, 0.25)),
            "smooth": one_of((0.0, 0.5, 1.0)),
            "eps": one_of((0.0, 1e-7)),
            "activation": one_of(("none", "sigmoid")),
        },
        _regions,
        any_axes,
    ),
)


def examples(*recipes: Recipe) -> Strategy:
    return st.sampled_from(recipes).flatmap(_of)


@st.composite
def _of(draw: Any, recipe: Recipe) -> Example:
    fields = {name: draw(values) for name, values in recipe.fields.items()}
    kind: Any = recipe.loss
    batch = draw(drawing.shapes(most=2))
    place = draw(st.integers(0, len(batch)))
    shape = (*batch[:place], draw(st.integers(1, 4)), *batch[place:])
    # a batch that is empty has to stay one: its axis is none of the classes
    several = 0 not in shape
    axis = draw(recipe.axes(len(shape))) if several else place
    operands = recipe.arrays(draw, fields, shape, axis)
    if kind in (L.BrierScore, L.MulticlassHinge) and operands["pred"].shape != shape:
        axis = -1
    items = (
        drawing.without(shape, axis) if operands["pred"].shape == shape else operands["pred"].shape
    )
    fields["axis"] = axis
    single = len(class_axes(axis, len(shape))) == 1 and operands["pred"].shape == shape
    if single and not kind.SINGLE and draw(st.integers(0, 3)) == 0:
        fields["keepdims"] = True
        at = class_axes(axis, len(shape))[0]
        items = tuple(1 if i == at else n for i, n in enumerate(shape))
    given = drawing.reduced(draw, items)
    if "class_weight" in kind.OPERANDS and "keepdims" not in fields and draw(st.booleans()):
        at = class_axes(axis, len(shape))[0]
        operands["class_weight"] = draw(drawing.array((shape[at],), eighths(0, 3)))
        given["reduction"] = L.Reduction(draw(one_of(("none", "sum", "mean_over_items"))))
    return drawing.example(draw, kind, fields | given, operands)
