"""Where a diagnosis starts: the losses that these arrays are made for, computed as they are meant."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.record import REQUIRED
from xlogits.diagnosis.costs import (
    AGAINST,
    CLEARLY,
    IMPOSSIBLE,
    LESS,
    LITTLE,
    MUCH,
    NOTHING,
    SELDOM,
    UNUSUAL,
)
from xlogits.diagnosis.items import NONE, Data
from xlogits.diagnosis.recipe import Recipe, Step
from xlogits.diagnosis.steps import STEPS
from xlogits.errors import OptionError, Refused, ShapeError
from xlogits.losses import (
    CTC,
    LOG_PROBABILITIES,
    LOGITS,
    PROBABILITIES,
    Elementwise,
    Form,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.losses.parts.axes import class_axes
from xlogits.translation.call import parse

Array = Any
OPTIONAL = {"pred", "sample_weight", "class_weight", "pos_weight", "mask"}
# how likely a loss is meant before anything is computed; SELDOM for all others
RANK = {
    "SoftmaxCrossEntropy": NOTHING,
    "SigmoidCrossEntropy": LITTLE,
    "SquaredError": LITTLE,
    "CTC": NOTHING,
    "KLDivergence": LESS,
    "AbsoluteError": LESS,
    "Huber": MUCH,
    "CosineSimilarity": MUCH,
    "PoissonNLL": MUCH,
    "GaussianNLL": LITTLE,
    "Hinge": MUCH,
    "TripletMargin": LESS,
    "CosineEmbedding": LESS,
    "SoftmaxFocal": UNUSUAL,
    "SigmoidFocal": UNUSUAL,
}

EXPONENTS = (0.7, 0.5)  # of the paper on the generalised cross-entropy, and of Keras' class


class Base(NamedTuple):
    """A loss as it is meant, and how unlikely that one is meant."""

    recipe: Recipe
    cost: float


def bases(data: Data, scalar: bool, ignore_index: int | None = None) -> list[Base]:
    """All losses that take these operands, the likeliest first."""
    found = [*_softmax(data, ignore_index), *_sigmoid(data), *_others(data, scalar, ignore_index)]
    distinct: dict[Recipe, Base] = {}
    for base in found:
        distinct.setdefault(base.recipe, base)
    return sorted(distinct.values(), key=lambda base: base.cost)


def from_call(source: str, data: Data) -> Base:
    """The loss of a call that the user wrote down, with the activation around its prediction."""
    reading = parse(source).reading
    steps = _around(str(reading.operands.get("pred", "")))
    return Base(Recipe(_at_hand(reading.loss, data), steps), NOTHING)


def _around(source: str) -> tuple[Step, ...]:
    """The activation in the text of an argument, such as F.log_softmax(x, dim=-1)."""
    if not source.endswith(")"):
        return ()
    try:
        loss: Any = parse(source).reading.loss
    except (OptionError, Refused):  # a function without a record, or one that is not read
        return ()
    if not isinstance(loss, Transform) or loss.function not in STEPS:
        return ()
    return (Step(loss.function, loss.axis if isinstance(loss.axis, int) else -1),)


def _at_hand(given: Any, data: Data) -> Any:
    """A loss without reduction and dtype, with a number for its class axis.

    A label that is ignored and does not occur is not ignored.
    """
    loss = replace(given, reduction=NONE, dtype=None)
    axis = getattr(loss, "axis", None)
    if axis is not None and not isinstance(axis, int | tuple):
        axes = class_axes(axis, data.operands["pred"].ndim)
        loss = replace(loss, axis=axes[0] if len(axes) == 1 else axes)
    y = data.operands.get("target")
    ignore = getattr(loss, "ignore_index", None)
    if ignore is not None and y is not None and not (y == ignore).any():
        loss = replace(loss, ignore_index=None)
    return loss


def _softmax(data: Data, ignore_index: int | None) -> Iterator[Base]:
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or not x.ndim or {"other", "variance", "delta"} & set(data.operands):
        return
    if set(data.operands) - OPTIONAL - {"target"}:
        return
    if y.ndim < x.ndim and y.dtype.kind in "iu":
        axes = [a for a in range(x.ndim) if x.shape[:a] + x.shape[a + 1 :] == y.shape]
        ignore = _ignored(y, ignore_index)
        for axis in sorted(axes, key=lambda a: (a != x.ndim - 1, a != 1)):
            odd = NOTHING if axis in (1, x.ndim - 1) else UNUSUAL
            for form, less in _forms(x, axis):
                loss = SoftmaxCrossEntropy(axis=axis, ignore_index=ignore, form=form)
                yield Base(Recipe(loss), odd + less)
    elif y.shape == x.shape and x.ndim and x.shape[-1] > 1:
        for axis in (x.ndim - 1, *((1,) if x.ndim > 2 else ())):
            rows = _sums_to_one(y * 1.0, axis)
            for form, less in _forms(x, axis):
                loss = SoftmaxCrossEntropy(axis=axis, form=form)
                yield Base(Recipe(loss), (NOTHING if rows else AGAINST) + less)


def _ignored(y: Array, wanted: int | None) -> int | None:
    """The label that is ignored: the one that was named, or one that is no class."""
    if wanted is not None:
        return wanted if (y == wanted).any() else None
    return next((label for label in (-100, -1) if (y == label).any()), None)


def _forms(x: Array, axis: int) -> Iterator[tuple[Form, float]]:
    """What a prediction is by its values; probabilities may also be meant as logits."""
    form = form_of(x, axis)
    yield form, NOTHING
    if form == PROBABILITIES:
        yield LOGITS, CLEARLY


def form_of(x: Array, axis: int) -> Form:
    """What a prediction is, by its values."""
    if _sums_to_one(x, axis):
        return PROBABILITIES
    if (x <= 0).all() and np.allclose(xp.logsumexp(x, axis), 0, atol=1e-4):
        return LOG_PROBABILITIES
    return LOGITS


def _sums_to_one(x: Array, axis: int) -> bool:
    with np.errstate(invalid="ignore"):
        return bool((x >= 0).all() and np.allclose(x.sum(axis), 1, atol=1e-4))


def _sigmoid(data: Data) -> Iterator[Base]:
    x, y = data.operands["pred"], data.operands.get("target")
    if y is None or y.shape != x.shape or set(data.operands) - OPTIONAL - {"target"}:
        return
    if not ((y >= 0) & (y <= 1)).all():
        return
    events = set(np.unique(y[:1000])) <= {0, 1}
    one_hot = x.ndim > 1 and x.shape[-1] > 1 and _sums_to_one(y * 1.0, -1)
    odd = (NOTHING if events else MUCH) + UNUSUAL * one_hot
    if ((x >= 0) & (x <= 1)).all():
        yield Base(Recipe(SigmoidCrossEntropy(form=PROBABILITIES)), odd)
        odd += CLEARLY
    yield Base(Recipe(SigmoidCrossEntropy()), odd)


def _others(data: Data, scalar: bool, ignore_index: int | None) -> Iterator[Base]:
    """What every native function of another kind computes by default."""
    x = data.operands["pred"]
    for native in NATIVES.values():
        loss = native.loss
        if native.ours or isinstance(loss, Transform):
            continue
        if type(loss) in (SoftmaxCrossEntropy, SigmoidCrossEntropy):
            continue
        names = set(data.operands)
        if isinstance(loss, CTC) and "logit_length" not in names and x.ndim < 3:
            continue
        if not set(loss.ARRAYS) <= names or not names <= {*loss.OPERANDS, *OPTIONAL}:
            continue
        given, filled = {}, set()
        for arg in native.parameters:
            if arg.to in loss.OPERANDS and arg.to in names and arg.to not in filled:
                given[arg.key] = data.operands[arg.to]
                filled.add(arg.to)
        for more in _required(native):
            if any(a.default is REQUIRED and a.key not in given | more for a in native.parameters):
                continue
            try:
                plain = _plain(native.read(given | more).loss, data, scalar, ignore_index)
            except (OptionError, ShapeError):  # an operand or an axis that it needs is not there
                continue
            recipe = Recipe(plain)
            items = data.items(recipe)
            if items is not None and not np.isnan(items.loss).any():
                yield Base(recipe, RANK.get(type(loss).__name__, SELDOM) + _odd(plain, data))


def _required(native: Native) -> list[dict[str, Any]]:
    """Options without a default, with what people set them to."""
    names = [a.key for a in native.parameters if a.default is REQUIRED and a.to == "exponent"]
    return [{name: value} for name in names for value in EXPONENTS] or [{}]


def _plain(loss: Any, data: Data, scalar: bool, ignore_index: int | None) -> Any:
    """A loss without the options that cannot change a number here."""
    made = replace(loss, reduction=NONE, dtype=None, spread_weight=False)
    names = {each.name for each in fields(made)}
    if isinstance(made, Elementwise) and made.inner == "mean" and scalar:
        made = replace(made, inner="none")
    made = _at_hand(made, data)
    if "ignore_index" in names and "target" in data.operands:
        y = data.operands["target"]
        made = replace(
            made, ignore_index=_ignored(y, ignore_index) if y.dtype.kind in "iu" else None
        )
    return made


def _odd(loss: Any, data: Data) -> float:
    """What speaks against a loss in the values of its arrays."""
    x, y = data.operands["pred"], data.operands.get("target")
    form, odd = getattr(loss, "form", None), NOTHING
    if form is not None and not isinstance(loss, CTC):
        odd += AGAINST * (((x >= 0) & (x <= 1)).all() != (form.kind == "probabilities"))
    if y is not None and type(loss).__name__ in _SIGNED:
        odd += NOTHING if set(np.unique(y)) <= {-1, 0, 1} else IMPOSSIBLE
    if y is not None and type(loss).__name__ in _DISTRIBUTIONS:
        odd += NOTHING if (y >= 0).all() or getattr(loss, "log_target", False) else IMPOSSIBLE
    return odd


_SIGNED = {"Hinge", "SoftMargin", "HingeEmbedding", "MarginRanking", "CosineEmbedding"}
_DISTRIBUTIONS = {"KLDivergence", "RelativeEntropy", "PoissonNLL"}
