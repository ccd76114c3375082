"""What people do to the arrays before the loss, rightly or wrongly.

Each thing is one row of `STEPS`: what it does to arrays, and how it is written as source code.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.errors import DtypeError, ShapeError
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language

Array = Any
Operands = dict[str, Array]
Exprs = dict[str, Expr]


class Step(NamedTuple):
    """One thing done to the operands; `axis` and `amount` where it needs them."""

    name: str
    axis: int = -1
    amount: float = 0.0


class Way(NamedTuple):
    """How a step is done to arrays, and how it is written; both give the operands that change.

    `write` is handed the operands as expressions, and as the arrays that they stand for.
    """

    do: Callable[[Operands, Step], Operands]
    write: Callable[[Exprs, Step, Language, Operands], Exprs]


def apply(step: Step, operands: Operands) -> Operands:
    """The operands after a step."""
    return operands | STEPS[step.name].do(operands, step)


def write(step: Step, exprs: Exprs, language: Language, operands: Operands) -> Exprs:
    """The operands after a step as source code; `operands` are the arrays before it."""
    return exprs | STEPS[step.name].write(exprs, step, language, operands)


# --- steps that are one function of one operand ----------------------------------------------------


def _call(word: str, operand: str, function: Callable[[Array], Array]) -> Way:
    """A function of every number, which languages have under this word."""

    def do(operands: Operands, step: Step) -> Operands:
        with np.errstate(all="ignore"):
            return {operand: function(operands[operand])}

    return Way(do, lambda x, step, language, _: {operand: language.write(word, (x[operand],))})


def _along(word: str, operand: str, function: Callable[[Array, int], Array]) -> Way:
    """A function along an axis, which languages have under this word."""

    def do(x: Operands, step: Step) -> Operands:
        require_axis(x[operand], step.axis)
        return {operand: function(x[operand] * 1.0, step.axis)}

    def written(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        return {operand: language.write(word, (x[operand], step.axis))}

    return Way(do, written)


def require_axis(x: Array, axis: int) -> None:
    """Raise unless an array has this axis."""
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"axis is {axis}, and the array has {x.ndim} axes")


def _math(operand: str, function: Callable[[Any, Step], Any]) -> Way:
    """Arithmetic, which is the same of an array and of an expression."""
    return Way(
        lambda x, step: {operand: function(x[operand], step)},
        lambda x, step, language, _: {operand: wrap(function(x[operand], step))},
    )


def _share(word: str, function: Callable[[Array], Array]) -> Way:
    """Class weights divided by their sum or mean, which languages have under this word."""

    def written(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        w = x["class_weight"]
        return {"class_weight": w / language.write(word, (w,))}

    return Way(
        lambda x, step: {"class_weight": x["class_weight"] / function(x["class_weight"])}, written
    )


def _rounded(dtype: str) -> Way:
    def written(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        return {"pred": language.write("like", (language.write(dtype, (x["pred"],)), x["pred"]))}

    return Way(lambda x, step: {"pred": half(x["pred"], dtype)}, written)


def half(x: Array, dtype: str) -> Array:
    """Numbers rounded to half precision."""
    if dtype == "float16":
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(np.float64)
    bits = np.asarray(x, np.float32).view(np.uint32)  # bfloat16 is its upper half
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), np.nan, bits.view(np.float32).astype(np.float64))


# --- steps with shapes -----------------------------------------------------------------------------


def _view(operands: Operands, step: Step) -> Operands:
    """(N, C, ...) read as rows of C without moving the classes last: what .view(-1, C) does."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, 1)
    classes = x.shape[1]
    flat = y.reshape(-1, classes) if y.shape == x.shape else y.reshape(-1)
    return {"pred": x.reshape(-1, classes), "target": flat}


def _written_view(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    classes = language.write("classes", (x, 1))
    dense = operands["target"].shape == operands["pred"].shape
    flat = language.write("rows", (y, classes)) if dense else language.write("flat", (y,))
    return {"pred": language.write("rows", (x, classes)), "target": flat}


def _moved(operands: Operands, step: Step) -> Operands:
    """Every position predicts the label of the next one."""
    x, y = operands["pred"], operands["target"]
    require_axis(y, 1)
    if y.shape[1] < 2:
        raise ShapeError("there is no next position")
    return {"pred": x[:, :-1], "target": y[:, 1:]}


def _written_moved(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    return {"pred": Expr(f"{x.at(8)}[:, :-1]"), "target": Expr(f"{y.at(8)}[:, 1:]")}


def _crossed(operands: Operands, step: Step) -> Operands:
    """(N,) against (N, 1): every prediction meets every label."""
    x, y = operands["pred"].reshape(-1), operands["target"].reshape(-1)
    if len(x) != len(y) or len(x) > 4096:
        raise ShapeError("only vectors of equal length are crossed")
    pred, target = np.broadcast_arrays(x[None, :], y[:, None])
    return {"pred": pred, "target": target}


def _written_crossed(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    """Both as matrices: some functions refuse what NumPy would broadcast."""
    x, y = (language.write("flat", (exprs[name],)) for name in ("pred", "target"))
    square = (operands["pred"].size,) * 2
    column = language.write("expand", (y, -1))
    return {
        "pred": language.write("broadcast", (x, square)),
        "target": language.write("broadcast", (column, square)),
    }


def _swapped(operands: Operands, step: Step) -> Operands:
    return {"pred": operands["target"] * 1.0, "target": operands["pred"]}


def _written_swapped(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    return {"pred": exprs["target"], "target": exprs["pred"]}


# --- steps of labels -------------------------------------------------------------------------------


def _shifted(operands: Operands, step: Step) -> Operands:
    """Labels counted from another number; beyond the ends they wrap, as NumPy's indexes do."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    if y.shape == x.shape:
        return {"target": np.roll(y, int(step.amount), step.axis)}
    classes = x.shape[step.axis]
    valid = (y >= 0) & (y < classes)
    return {"target": np.where(valid, (y + int(step.amount)) % classes, y)}


def _shift(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    y = exprs["target"]
    return {"target": y + 1 if step.amount > 0 else y - 1}


def _filled(operands: Operands, step: Step) -> Operands:
    """Labels out of range taken for class 0."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    return {"target": np.where((y >= 0) & (y < x.shape[step.axis]), y, 0)}


def _written_filled(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    inside = (y >= 0) & (y < language.write("classes", (x, step.axis)))
    return {"target": language.write("where", (inside, y, 0))}


def _hot(operands: Operands, step: Step) -> Operands:
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    if y.dtype.kind not in "iu":
        raise DtypeError("only class indexes are made one-hot")
    classes = x.shape[step.axis]
    hot = np.zeros((*y.shape, classes))
    inside = (y >= 0) & (y < classes)
    np.put_along_axis(hot, np.where(inside, y, 0)[..., None], 1.0, -1)
    return {"target": np.moveaxis(hot * inside[..., None], -1, step.axis)}


def _written_hot(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    return {"target": _one_hot(exprs["target"], exprs["pred"], step.axis, language, operands)}


def _hardest(operands: Operands, step: Step) -> Operands:
    y = operands["target"]
    require_axis(y, step.axis)
    top = np.expand_dims(y.argmax(step.axis), step.axis)
    hard = np.zeros(y.shape)
    np.put_along_axis(hard, top, 1.0, step.axis)
    return {"target": hard}


def _written_hardest(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    top = language.write("argmax", (exprs["target"], step.axis))
    return {"target": _one_hot(top, exprs["pred"], step.axis, language, operands)}


def _one_hot(y: Expr, x: Expr, axis: int, language: Language, operands: Operands) -> Expr:
    """Class indexes as rows of 0 and 1, with the classes on the axis where the prediction has them."""
    hot = language.write("one_hot", (y, language.write("classes", (x, axis)), x))
    hot = Expr(f"{hot}.float()") if language.name == "torch" else hot
    last = axis % operands["pred"].ndim == operands["pred"].ndim - 1
    return hot if last else language.write("moveaxis", (hot, -1, axis))


STEPS: dict[str, Way] = {
    "softmax": _along("softmax", "pred", xp.softmax),
    "log_softmax": _along("log_softmax", "pred", xp.log_softmax),
    "sigmoid": _call("sigmoid", "pred", xp.sigmoid),
    "log_sigmoid": _call("log_sigmoid", "pred", xp.log_sigmoid),
    "exp": _call("exp", "pred", np.exp),
    "log": _call("log", "pred", np.log),
    "tanh": _call("tanh", "pred", np.tanh),
    "negated": _math("pred", lambda x, step: -x),
    "scaled": _math("pred", lambda x, step: x / step.amount),
    "float16": _rounded("float16"),
    "bfloat16": _rounded("bfloat16"),
    "view": Way(_view, _written_view),
    "moved": Way(_moved, _written_moved),
    "labels_shifted": Way(_shifted, _shift),
    "labels_filled": Way(_filled, _written_filled),
    "labels_hot": Way(_hot, _written_hot),
    "labels_hardest": Way(_hardest, _written_hardest),
    "labels_softmax": _along("softmax", "target", xp.softmax),
    "labels_exp": _call("exp", "target", np.exp),
    "labels_log": _call("log", "target", np.log),
    "labels_to_signs": _math("target", lambda y, step: 2 * y - 1),
    "labels_from_signs": _math("target", lambda y, step: (y + 1) / 2),
    "labels_reversed": _math("target", lambda y, step: 1 - y),
    "swapped": Way(_swapped, _written_swapped),
    "crossed": Way(_crossed, _written_crossed),
    "weights_to_sum_1": _share("sum", np.sum),
    "weights_to_mean_1": _share("mean", np.mean),
    "weights_twice": _math("class_weight", lambda w, step: w * w),
    "weights_inverted": _math("class_weight", lambda w, step: 1 / w),
}
