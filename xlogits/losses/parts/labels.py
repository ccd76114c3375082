"""The second choice a loss makes: how labels are written down."""

from dataclasses import dataclass
from numbers import Integral, Rational, Real
from typing import Any, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import DtypeError, OptionError, ShapeError, shown
from xlogits.losses.parts.axes import Shape
from xlogits.precision import FORMATS

Array = Any

INTEGERS = frozenset(
    {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "int4", "uint4"}
)
FLOATS = frozenset(FORMATS)


@dataclass(frozen=True)
class Labels:
    """How labels are written down.

    "index": one class index per item; "dense": one number per class, with the shape of the logits;
    "inferred": dense where the label has as many axes as the logits, else index.
    `column`: index labels may keep the class axis, with size 1. `truncated`: float labels are
    accepted as indexes and lose their fraction. `gradient`: False makes dense labels constants.
    `lenient_ignore`: a negative ignore_index, which dense labels cannot hold, is let pass with them.
    """

    kind: Literal["index", "dense", "inferred"] = "inferred"
    column: bool = False
    truncated: bool = False
    gradient: bool = True
    lenient_ignore: bool = False


INFERRED = Labels("inferred")
INDEX = Labels("index")
DENSE = Labels("dense")


def is_index(labels: Labels, pred: Shape, target: Shape, axis: int) -> bool:
    """Whether labels of this shape are class indexes; raises where the shapes do not fit."""
    expected = pred[:axis] + pred[axis + 1 :]
    column = (*pred[:axis], 1, *pred[axis + 1 :])
    if labels.kind != "index" and _fits(target, pred):
        return False
    if labels.kind != "dense" and _fits(target, expected):
        return True
    if labels.column and _fits(target, column):
        return True
    wanted = []
    if labels.kind != "dense":
        wanted.append(f"{_text(expected)} for class indexes")
    if labels.kind != "index":
        wanted.append(f"{_text(pred)} for one number per class")
    raise ShapeError(
        f"labels have shape {_text(target)} and logits {_text(pred)} with the classes on axis "
        f"{axis}; expected labels of shape {' or '.join(wanted)}"
        + ("; were logits and labels swapped?" if _fits(pred, target[:-1]) else "")
    )


def _fits(shape: Shape, wanted: Shape) -> bool:
    if len(shape) != len(wanted):
        return False
    return shape == wanted or all(
        a == b or a is None or b is None for a, b in zip(shape, wanted, strict=True)
    )


def _text(shape: Shape) -> str:
    return (
        "("
        + ", ".join("?" if n is None else str(n) for n in shape)
        + ("," * (len(shape) == 1))
        + ")"
    )


def require_float(dtype: str, role: str) -> None:
    """Raise unless an array of this dtype can be a prediction or a weight."""
    if dtype in FLOATS:
        return
    advice = "cast it to float32 or float64"
    if dtype in INTEGERS:
        advice = "cast it to float32, or were logits and labels swapped?"
    raise DtypeError(f"{role} are {dtype}; expected {', '.join(sorted(FLOATS))}: {advice}")


def require_index(labels: Labels, dtype: str) -> None:
    if dtype in INTEGERS or (labels.truncated and dtype in FLOATS):
        return
    raise DtypeError(
        f"labels are {dtype} and their shape makes them class indexes; expected integers: "
        f"cast them, or pass one number per class in the shape of the logits"
    )


def require_dense(dtype: str, role: str = "labels") -> None:
    if dtype not in FLOATS and dtype not in INTEGERS and dtype != "bool":
        raise DtypeError(
            f"{role} are {dtype}; expected floating point, integer or bool: cast them first"
        )


def require_fraction(value: Any, option: str) -> float:
    """An option in [0, 1] as a Python number, which takes the dtype of any array; else an error."""
    number = type(value) is float or (
        not isinstance(value, bool)
        and isinstance(value, Real)
        and (isinstance(value, Integral) or not isinstance(value, Rational))
    )
    if not number or not 0 <= value <= 1:
        raise OptionError(f"{option} is {shown(value)}; expected a number from 0 to 1")
    return value if type(value) is float else float(value)


def require_integer(value: Any, option: str) -> None:
    if type(value) is int:
        return
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise OptionError(f"{option} is {shown(value)}; expected an integer, or None for none")


def holds(dtype: str, value: int) -> bool:
    """Whether an array of this integer dtype can hold the value; comparing with others wraps it."""
    bits = int(dtype.removeprefix("u").removeprefix("int"))
    low, high = (0, 1 << bits) if dtype.startswith("u") else (-1 << (bits - 1), 1 << (bits - 1))
    return low <= value < high


def fitted_labels(
    xp: Namespace, labels: Array, sizes: list[Any], axis: int, indexed: bool
) -> Array:
    """Labels that must turn out to have these sizes of the logits; indexes, without the class axis."""
    if indexed:
        kept = [1] if len(xp.shape(labels)) == len(sizes) else []
        sizes = [*sizes[:axis], *kept, *sizes[axis + 1 :]]
    return xp.fitted(labels, sizes, "labels")
