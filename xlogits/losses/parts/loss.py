"""What all losses share: operands checked and brought to one dtype, items reduced, gradients."""

import math
import sys
from dataclasses import field
from typing import Any, ClassVar

from xlogits.backends import namespace, require_same
from xlogits.backends.protocol import Namespace
from xlogits.errors import DtypeError, OptionError, ShapeError, shown
from xlogits.losses.parts.axes import Shape
from xlogits.losses.parts.labels import FLOATS, INTEGERS, require_float
from xlogits.losses.parts.value import Value, frozen
from xlogits.precision import HALF
from xlogits.reduction import Items, Reduction

Array = Any
Weight = Array | float | None

LARGEST = int(sys.float_info.max)


@frozen
class Loss(Value):
    """A loss: a small frozen value that is called on arrays.

    `loss(pred, target, *, sample_weight=None, ...)` works on NumPy, PyTorch, TensorFlow and JAX
    arrays and returns one of the same framework. The result has the dtype of the prediction, or
    `dtype` where that is set; half precision is computed in float32 and rounded once.

    `spread_weight`: sample weights broadcast to the items by NumPy's rules (aligned at the last
    axis), as in Keras and PyTorch; without it they have the shape of the items, or are one number.
    """

    reduction: Reduction = field(default_factory=Reduction)  # a factory can be traced
    dtype: str | None = None
    spread_weight: bool = False

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "target")  # needed; what it is differentiated by
    BROADCAST: ClassVar[bool] = False  # whether the target may be a number

    def __call__(self, *args: Any, **kwargs: Any) -> Array:
        raise NotImplementedError

    def gradient(self, *args: Any, **kwargs: Any) -> tuple[Array | None, ...]:
        """Derivatives by prediction and labels, in closed form."""
        raise NotImplementedError

    def value_and_gradient(
        self, *args: Any, **kwargs: Any
    ) -> tuple[Array, tuple[Array | None, ...]]:
        """The value, and what `gradient` gives for the same arguments."""
        gradient = self.gradient(*args, **kwargs)
        kwargs.pop("cotangent", None)
        return self(*args, **kwargs), gradient

    def _open(self, pred: Array, target: Array, **others: Array) -> tuple[Namespace, str, str]:
        """The backend, the dtype to compute in and the dtype of the result."""
        xp = namespace(pred)
        kind = type(target)
        number = kind is float or kind is int
        if (
            (number or target is None)
            and "target" in self.ARRAYS
            and not (number and self.BROADCAST)
        ):
            namespace(target, "labels")  # says what it is instead of an array
        require_same(xp, pred, "logits", labels=target, **others)
        for role, array in others.items():
            if array is None or role == "cotangent":
                continue
            if role == "mask":
                namespace(array, role)
            elif is_number(array):
                require_finite_as_float(array, role)
            else:
                require_float(xp.dtype(array), role)
        given = xp.dtype(pred)
        if self.dtype is None:
            require_float(given, "logits")
        elif given not in FLOATS and given not in INTEGERS and given != "bool":
            raise DtypeError(f"logits are {given}; expected numbers: cast them to float32 first")
        result = self.dtype or given
        return xp, "float32" if result in HALF else result, result

    def _weight(self, xp: Namespace, weight: Weight, loss: Array) -> Weight:
        """Sample weights in the dtype of the losses and of a shape that multiplies them."""
        if weight is None:
            return None
        if is_number(weight):
            return float(weight)
        wanted, given = xp.shape(loss), xp.shape(weight)
        if self.spread_weight and len(given) == len(wanted) + 1 and given[-1] == 1:
            given = given[:-1]
            weight = xp.reshape(weight, xp.sizes(weight)[:-1])
        if (given and not spreads(given, wanted)) or not (
            self.spread_weight or len(given) in (0, len(wanted))
        ):
            raise ShapeError(
                f"sample_weight has shape {given} and the losses {wanted}; expected "
                + ("one that broadcasts to it" if self.spread_weight else f"{wanted}, or a number")
            )
        return xp.cast(weight, xp.dtype(loss))

    def _close(self, xp: Namespace, items: Items, weight: Weight, result: str) -> Array:
        return xp.cast(self.reduction(xp, items, weight), result)

    def _require_unambiguous(self, **given: Any) -> None:
        """A plain "mean" is refused where the frameworks would disagree on what it divides by."""
        if self.reduction.word != "mean":
            return
        named = [name for name, value in given.items() if value is not None]
        if named:
            raise OptionError(
                f"reduction is 'mean' together with {' and '.join(named)}, and frameworks disagree on "
                f"what that divides by; say which: 'mean_over_items', 'mean_over_valid', "
                f"'mean_over_class_weight', 'mean_over_sample_weight', 'mean_over_nonzero_weight'"
            )


def is_number(x: Any) -> bool:
    return type(x) is float or type(x) is int


def require_finite_as_float(value: float, role: str) -> None:
    """Raise for an integer beyond all floating-point numbers."""
    if type(value) is int and not -LARGEST <= value <= LARGEST:
        raise OptionError(f"{role} is {shown(value)}; expected a number that fits float64")


def spreads(shape: Shape, wanted: Shape) -> bool:
    """Whether `shape` broadcasts to `wanted` by NumPy's rules; None fits every size."""
    pairs = zip(reversed(shape), reversed(wanted), strict=False)
    return len(shape) <= len(wanted) and all(
        a == b or a in (1, None) or b is None for a, b in pairs
    )


def times(xp: Namespace, weight: Array, log_p: Array) -> Array:
    """weight * log_p, where 0 times infinity is 0."""
    return weight * counted(xp, weight, log_p)


def counted(xp: Namespace, weight: Array, log_p: Array) -> Array:
    """log_p, but 0 where it is infinite and its weight is 0."""
    return xp.where((weight == 0) & (abs(log_p) == math.inf), 0.0, log_p)
