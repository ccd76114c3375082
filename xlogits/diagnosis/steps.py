"""What people do to the arrays before the loss, rightly or wrongly: one small function each."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.errors import ShapeError

Array = Any
Operands = dict[str, Array]


class Step(NamedTuple):
    """One thing done to the operands; `axis` and `amount` where it needs them."""

    name: str
    axis: int = -1
    amount: float = 0.0


def apply(step: Step, operands: Operands) -> Operands:
    """The operands after a step."""
    return operands | STEPS[step.name](operands, step)


def _of(operand: str, function: Callable[[Array, Step], Array]) -> Callable[..., Operands]:
    return lambda operands, step: {operand: function(operands[operand], step)}


def _quiet(function: Callable[[Array], Array]) -> Callable[[Array, Step], Array]:
    def silent(x: Array, step: Step) -> Array:
        with np.errstate(all="ignore"):
            return function(x)

    return silent


def half(x: Array, dtype: str) -> Array:
    """Numbers rounded to half precision."""
    if dtype == "float16":
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(np.float64)
    bits = np.asarray(x, np.float32).view(np.uint32)  # bfloat16 is its upper half
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), np.nan, bits.view(np.float32).astype(np.float64))


def _view(operands: Operands, step: Step) -> Operands:
    """(N, C, ...) read as rows of C without moving the classes last: what .view(-1, C) does."""
    x, y = operands["pred"], operands["target"]
    classes = x.shape[1]
    flat = y.reshape(-1, classes) if y.shape == x.shape else y.reshape(-1)
    return {"pred": x.reshape(-1, classes), "target": flat}


def _moved(operands: Operands, step: Step) -> Operands:
    """Every position predicts the label of the next one."""
    x, y = operands["pred"], operands["target"]
    return {"pred": x[:, :-1], "target": y[:, 1:]}


def _hot(operands: Operands, step: Step) -> Operands:
    x, y = operands["pred"], operands["target"]
    classes = x.shape[step.axis]
    hot = np.zeros((*y.shape, classes))
    inside = (y >= 0) & (y < classes)
    np.put_along_axis(hot, np.where(inside, y, 0)[..., None], 1.0, -1)
    return {"target": np.moveaxis(hot * inside[..., None], -1, step.axis)}


def _shifted(y: Array, classes: int, step: Step) -> Array:
    """Labels counted from another number; beyond the ends they wrap, as NumPy's indexes do."""
    valid = (y >= 0) & (y < classes)
    return np.where(valid, (y + int(step.amount)) % classes, y)


def _labels_shifted(operands: Operands, step: Step) -> Operands:
    x, y = operands["pred"], operands["target"]
    if y.shape == x.shape:
        return {"target": np.roll(y, int(step.amount), step.axis)}
    return {"target": _shifted(y, x.shape[step.axis], step)}


def _filled(operands: Operands, step: Step) -> Operands:
    """Labels out of range taken for class 0."""
    x, y = operands["pred"], operands["target"]
    return {"target": np.where((y >= 0) & (y < x.shape[step.axis]), y, 0)}


def _hardest(operands: Operands, step: Step) -> Operands:
    y = operands["target"]
    top = np.expand_dims(y.argmax(step.axis), step.axis)
    hard = np.zeros(y.shape)
    np.put_along_axis(hard, top, 1.0, step.axis)
    return {"target": hard}


def _crossed(operands: Operands, step: Step) -> Operands:
    """(N,) against (N, 1): every prediction meets every label."""
    x, y = operands["pred"].reshape(-1), operands["target"].reshape(-1)
    if len(x) != len(y) or len(x) > 4096:
        raise ShapeError("only vectors of equal length are crossed")
    pred, target = np.broadcast_arrays(x[None, :], y[:, None])
    return {"pred": pred, "target": target}


def _weights(function: Callable[[Array], Array]) -> Callable[..., Operands]:
    return lambda operands, step: {"class_weight": function(operands["class_weight"])}


STEPS: dict[str, Callable[[Operands, Step], Operands]] = {
    "softmax": _of("pred", lambda x, step: xp.softmax(x, step.axis)),
    "log_softmax": _of("pred", lambda x, step: xp.log_softmax(x, step.axis)),
    "sigmoid": _of("pred", _quiet(xp.sigmoid)),
    "log_sigmoid": _of("pred", _quiet(xp.log_sigmoid)),
    "exp": _of("pred", _quiet(np.exp)),
    "log": _of("pred", _quiet(np.log)),
    "tanh": _of("pred", _quiet(np.tanh)),
    "negated": _of("pred", lambda x, step: -x),
    "scaled": _of("pred", lambda x, step: x / step.amount),
    "float16": _of("pred", lambda x, step: half(x, "float16")),
    "bfloat16": _of("pred", lambda x, step: half(x, "bfloat16")),
    "view": _view,
    "moved": _moved,
    "labels_shifted": _labels_shifted,
    "labels_filled": _filled,
    "labels_hot": _hot,
    "labels_hardest": _hardest,
    "labels_softmax": _of("target", lambda y, step: xp.softmax(y * 1.0, step.axis)),
    "labels_exp": _of("target", _quiet(np.exp)),
    "labels_log": _of("target", _quiet(np.log)),
    "labels_to_signs": _of("target", lambda y, step: 2 * y - 1),
    "labels_from_signs": _of("target", lambda y, step: (y + 1) / 2),
    "labels_reversed": _of("target", lambda y, step: 1 - y),
    "swapped": lambda operands, step: {
        "pred": operands["target"] * 1.0,
        "target": operands["pred"],
    },
    "crossed": _crossed,
    "weights_to_sum_1": _weights(lambda w: w / w.sum()),
    "weights_to_mean_1": _weights(lambda w: w / w.mean()),
    "weights_twice": _weights(lambda w: w * w),
    "weights_inverted": _weights(lambda w: 1 / w),
}
