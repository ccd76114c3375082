"""Losses of single numbers: fields, and where each array comes from."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from compare.fuzz import drawing
from compare.fuzz.drawing import between, eighths
from compare.fuzz.example import Example
from xlogits import losses as L
from xlogits.losses.parts.axes import class_axes

Array = Any
Strategy = st.SearchStrategy[Any]
one_of = st.sampled_from
SIGNS, BITS, THREE = np.array([1.0, -1.0]), np.array([0.0, 1.0]), np.array([1.0, -1.0, 0.0])
NEVER = np.array([-np.inf])
AWAY = np.concatenate([eighths(0.125, 4), eighths(-4, -0.125)])
GRID, WIDE, POSITIVE = eighths(-4, 4), between(-40, 40), between(0.125, 16)
SHARE, SHARE_OR_NONE = np.arange(1, 64) / 64, np.arange(65) / 64
LOG_SHARE = between(-16, -0.125)


def or_never(table: Array) -> Array:
    return np.concatenate([table[:9], NEVER, table[9:]])


class Recipe(NamedTuple):
    """Fields of a loss, the numbers of its arrays (from the fields), and ways to sum along an axis."""

    loss: type
    fields: dict[str, Strategy]
    numbers: Callable[[dict[str, Any]], dict[str, Array]]
    inner: tuple[str, ...] = ("none", "none", "sum", "mean")


def same(**numbers: Array) -> Callable[[dict[str, Any]], dict[str, Array]]:
    return lambda fields: numbers


def _kl(fields: dict[str, Any]) -> dict[str, Array]:
    plain = SHARE_OR_NONE if fields["clip"] is None else between(-0.5, 1.5)
    if fields["inner"] != "none":  # the reference has no derivative of a sum with an infinite term
        return {
            "pred": LOG_SHARE if fields["log_pred"] else SHARE,
            "target": LOG_SHARE if fields["log_target"] else SHARE_OR_NONE,
        }
    return {
        "pred": or_never(LOG_SHARE) if fields["log_pred"] else plain,
        "target": or_never(LOG_SHARE) if fields["log_target"] else plain,
    }


def _focal(fields: dict[str, Any]) -> dict[str, Array]:
    logits = fields["form"].kind == "logits"
    return {"pred": between(-16, 16) if logits else SHARE, "target": SHARE_OR_NONE}


def _penalty(fields: dict[str, Any]) -> dict[str, Array]:
    """Infinite below 0, which no sum along an axis has a derivative of."""
    return {"pred": GRID, "delta": eighths(-1 if fields["inner"] == "none" else 0, 4)}


def _poisson(fields: dict[str, Any]) -> dict[str, Array]:
    rate = between(-4, 4) if fields["log_rate"] else POSITIVE
    return {"pred": rate, "target": eighths(0, 16)}


def _relative(fields: dict[str, Any]) -> dict[str, Array]:
    target = GRID if fields["floor"] else AWAY
    return {"pred": GRID, "target": target}


def _tweedie(fields: dict[str, Any]) -> dict[str, Array]:
    power = fields["power"]
    target = POSITIVE if power >= 2 else between(0, 16) if power else between(-16, 16)
    return {"pred": POSITIVE if power else between(-16, 16), "target": target}


FACTOR = one_of((1.0, 0.5, -3.0, 100.0))
MARGIN = one_of((0.0, 0.5, 1.0, 2.25))
ROOT = ("none", "none", "sum", "mean", "root_mean")
EVENT_FORMS = one_of(
    (
        L.LOGITS,
        L.LOGITS,
        L.Form("logits", clip=(0.0078125, 0.9921875)),
        L.PROBABILITIES,
        L.Form("probabilities", clip=(0.0625, 0.9375)),
    )
)

REGRESSION = (
    Recipe(
        L.SquaredError, {"factor": FACTOR}, same(pred=between(-8, 8), target=between(-8, 8)), ROOT
    ),
    Recipe(L.Square, {"factor": FACTOR}, same(pred=WIDE)),
    Recipe(L.AbsoluteError, {}, same(pred=GRID, target=GRID), ROOT),
    Recipe(
        L.Huber,
        {"delta": one_of((0.25, 0.5, 1.0, 2.0)), "per_delta": st.booleans()},
        same(pred=GRID, target=GRID),
    ),
    Recipe(
        L.Huber, {"delta": st.just(0.0), "per_delta": st.just(True)}, same(pred=GRID, target=GRID)
    ),
    Recipe(L.HuberPenalty, {}, _penalty),
    Recipe(L.PseudoHuberPenalty, {}, _penalty),
    Recipe(L.LogCosh, {}, same(pred=WIDE, target=WIDE)),
    Recipe(
        L.QuantileError, {"quantile": one_of((0.0, 0.125, 0.5, 0.9))}, same(pred=GRID, target=GRID)
    ),
    Recipe(L.RelativeError, {"factor": FACTOR, "floor": one_of((0.0, 0.25, 1.0))}, _relative),
    Recipe(
        L.SquaredLogError,
        {"floor": one_of((None, 0.0, 0.5))},
        same(pred=between(0, 16), target=between(0, 16)),
    ),
)
LIKELIHOOD = (
    Recipe(
        L.PoissonNLL,
        {"log_rate": st.booleans(), "eps": one_of((0.0, 1e-7, 0.5)), "stirling": st.booleans()},
        _poisson,
    ),
    Recipe(
        L.GaussianNLL,
        {"full": st.booleans(), "eps": one_of((1e-6, 0.125, 0.5))},
        same(pred=GRID, target=GRID, variance=eighths(0, 4)),
    ),
    Recipe(L.TweedieDeviance, {"power": one_of((-1.5, 0, 1, 1.5, 2, 3))}, _tweedie),
)
MARGINS = (
    Recipe(
        L.Hinge,
        {
            "margin": MARGIN,
            "power": one_of((1, 2)),
            "signs": one_of(("given", "binary", "inferred")),
        },
        lambda f: {"pred": GRID, "target": BITS if f["signs"] == "binary" else THREE},
    ),
    Recipe(L.SoftMargin, {}, same(pred=WIDE, target=SIGNS)),
    Recipe(L.HingeEmbedding, {"margin": MARGIN}, same(pred=GRID, target=THREE)),
    Recipe(L.MarginRanking, {"margin": MARGIN}, same(pred=GRID, other=GRID, target=SIGNS)),
    Recipe(L.BinarySparsemax, {}, same(pred=GRID, target=BITS)),
)
DIVERGENCE = (
    Recipe(
        L.KLDivergence,
        {
            "log_pred": st.booleans(),
            "log_target": st.booleans(),
            "generalized": st.booleans(),
            "clip": one_of((None, (0.125, 0.875))),
        },
        _kl,
    ),
)
FOCAL = (
    Recipe(
        L.SigmoidFocal,
        {
            "form": EVENT_FORMS,
            "gamma": one_of((0.0, 0.5, 1.0, 1.5, 2.0, 3.0)),
            "alpha": one_of((None, 0.25, 0.5)),
            "balanced": st.booleans(),
            "label_smoothing": one_of((0.0, 0.1, 1.0)),
        },
        _focal,
    ),
)
PRODUCTS = (
    Recipe(L.LogAddExp, {}, same(pred=WIDE, target=WIDE)),
    Recipe(
        L.XLogY,
        {"plus_one": st.booleans()},
        lambda f: {"pred": between(-16, 16), "target": between(0.125, 16)},
    ),
)


def examples(*recipes: Recipe) -> Strategy:
    return st.sampled_from(recipes).flatmap(_of)


@st.composite
def _of(draw: Any, recipe: Recipe) -> Example:
    fields = {name: draw(values) for name, values in recipe.fields.items()}
    shape = draw(drawing.shapes())
    kind: Any = recipe.loss
    inner = draw(one_of(recipe.inner)) if shape and 0 not in shape else "none"
    fields["inner"] = inner
    if inner == "root_mean" and "factor" in fields:
        fields["factor"] = abs(fields["factor"])
    numbers, items = recipe.numbers(fields), shape
    if inner != "none":
        fields["axis"] = draw(drawing.axes(len(shape)))
        items = drawing.without(shape, fields["axis"])
    operands = {
        name: draw(drawing.array(_smaller(draw, kind, name, shape), numbers[name]))
        for name in kind.ARRAYS
    }
    if kind.BROADCAST and shape and draw(st.booleans()):
        operands["target"] = operands["target"][:1]
    if "mask" in kind.OPERANDS and draw(st.booleans()):
        operands["mask"] = draw(drawing.booleans(shape))
    weighs = "inner_weight" in kind.OPERANDS and inner in ("mean", "root_mean")
    along = class_axes(fields["axis"], len(shape)) if weighs else ()
    if len(along) == 1 and draw(st.booleans()):
        some = drawing.array((shape[along[0]],), eighths(0.125, 3))
        operands["inner_weight"] = draw(some)
    return drawing.example(draw, kind, fields | drawing.reduced(draw, items), operands)


def _smaller(draw: Any, kind: type, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to the prediction, for arrays that may have one."""
    may = name == "variance" or (kind is L.GaussianNLL and name == "target")
    if not may or not shape or not draw(st.booleans()):
        return shape
    if name == "variance" and draw(st.booleans()):
        return shape[:-1]
    return (*shape[:-1], 1)
