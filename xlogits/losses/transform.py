"""The elementary functions around logits: softmax, sigmoid, and their logarithms and inverses."""

import math
from typing import Any, ClassVar

from xlogits.backends import namespace, require_same
from xlogits.backends.protocol import Namespace
from xlogits.errors import DtypeError, OptionError, ShapeError, shown
from xlogits.losses.parts.axes import Axis, class_axes, one_axis, restore_axes
from xlogits.losses.parts.elementary import ALONG, EACH, TAKEN_BY
from xlogits.losses.parts.labels import require_dense, require_float
from xlogits.losses.parts.loss import is_number, spreads
from xlogits.losses.parts.value import Value, frozen
from xlogits.precision import HALF

Array = Any


@frozen
class Transform(Value):
    r"""An elementary function of an array, called like a loss without labels.

    Along `axis`: softmax $e^{x_i} / \sum_j e^{x_j}$, softmin (softmax of $-x$), log_softmax,
    logsumexp $\log \sum_j w_j e^{x_j}$ with the `weight` $w$, logmeanexp (of the mean); `keepdims`
    keeps the axis with size 1, and a `mask` leaves out what is False in it. Elementwise: sigmoid
    $1 / (1 + e^{-x})$, log_sigmoid, softplus $\log(1 + e^{\beta x}) / \beta$ (and x itself where
    $\beta x$ is greater than `linear_above`), logit $\log(p / (1 - p))$ of p brought into
    [`clamp`, 1 - `clamp`], entr $-x \log x$, log1mexp $\log(1 - e^{-x})$. The result has the dtype
    of the array, or `dtype`, which it is cast to before; half precision is computed in float32 and
    rounded once.
    """

    function: str
    axis: Axis = -1
    keepdims: bool = False
    beta: float = 1.0
    linear_above: float | None = None
    clamp: float | None = None
    dtype: str | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "mask", "weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred",)

    def __post_init__(self) -> None:
        if self.function not in ALONG and self.function not in EACH:
            known = ", ".join((*ALONG, *EACH))
            raise OptionError(f"function is {self.function!r}; expected one of {known}")
        if type(self.keepdims).__name__ not in ("bool", "bool_"):
            raise OptionError(f"keepdims is {shown(self.keepdims)}; expected True or False")
        for name, functions in TAKEN_BY.items():
            value = getattr(self, name)
            if self.function not in functions and value != getattr(Transform, name):
                raise OptionError(
                    f"{name} is {value!r}, and {self.function} has none; {', '.join(functions)} take it"
                )

    def __call__(
        self, pred: Array, *, mask: Array | None = None, weight: Array | None = None
    ) -> Array:
        xp, x, result = self._open(pred, mask, weight)
        if self.function in EACH:
            return xp.cast(EACH[self.function].value(self, xp, x), result)
        if not xp.shape(x):
            return xp.reshape(self(xp.reshape(pred, [1]), mask=mask, weight=weight), [])
        axes = class_axes(self.axis, len(xp.shape(x)))
        *_, y = self._along(xp, x, axes, mask, weight)
        y = self._shaped(xp, y, axes, x)
        outside = ALONG[self.function].masked
        if mask is not None and outside is not None:
            y = xp.where(mask, y, outside)
        return xp.cast(y, result)

    def value_and_gradient(
        self, *args: Any, cotangent: Array | None = None, **kwargs: Any
    ) -> tuple[Array, tuple[Array, ...]]:
        """The value, and what `gradient` gives."""
        return self(*args, **kwargs), self.gradient(*args, cotangent=cotangent, **kwargs)

    def gradient(
        self,
        pred: Array,
        *,
        cotangent: Array | float | None = None,
        mask: Array | None = None,
        weight: Array | None = None,
    ) -> tuple[Array]:
        """Derivative by the array, of the sum of the results or of their product with `cotangent`."""
        xp, x, _ = self._open(pred, mask, weight)
        require_same(xp, pred, "x", cotangent=cotangent)
        out = 1.0 if cotangent is None else cotangent
        if self.function in EACH:
            return (xp.cast(out * EACH[self.function].slope(self, xp, x), xp.dtype(pred)),)
        if not xp.shape(x):
            row = xp.reshape(pred, [1])
            (slope,) = self.gradient(row, cotangent=cotangent, mask=mask, weight=weight)
            return (xp.reshape(slope, []),)
        axes = class_axes(self.axis, len(xp.shape(x)))
        flat, weights, axis, y = self._along(xp, x, axes, mask, weight)
        if ALONG[self.function].masked is None:
            out = out if cotangent is None else xp.reshape(out, xp.sizes(y))
        elif cotangent is not None or mask is not None:
            out = xp.full_like(x, 1.0) * out
            out = out if mask is None else xp.where(mask, out, 0.0)
            out, _ = one_axis(xp, out, axes)
        out = xp.full_like(y, 1.0) * out
        by_x = ALONG[self.function].slope(xp, flat, weights, y, out, axis)
        by_x = restore_axes(xp, by_x, axes, x)
        by_x = by_x if mask is None else xp.where(mask, by_x, 0.0)
        return (xp.cast(-by_x if self.function == "softmin" else by_x, xp.dtype(pred)),)

    def _open(
        self, pred: Array, mask: Array | None, weight: Array | None
    ) -> tuple[Namespace, Array, str]:
        """The backend, the numbers the formula is computed of, and the dtype of the result."""
        xp = namespace(pred, "x")
        require_same(xp, pred, "x", mask=mask, weight=weight)
        result = self.dtype or xp.dtype(pred)
        require_float(result, "x")
        if mask is not None and (self.function not in ALONG or xp.dtype(mask) != "bool"):
            expected = f"none for {self.function}" if self.function not in ALONG else "bool"
            raise DtypeError(f"mask is {xp.dtype(mask)}; expected {expected}")
        if weight is not None and self.function != "logsumexp":
            raise OptionError(f"weight is given to {self.function}; only logsumexp takes it")
        for role, array in (("mask", mask), ("weight", weight)):
            if array is None or is_number(array):
                continue
            require_dense(xp.dtype(array), role)
            if not spreads(xp.shape(array), xp.shape(pred)):
                raise ShapeError(
                    f"{role} has shape {xp.shape(array)} and the array {xp.shape(pred)}; expected "
                    f"one that broadcasts to it"
                )
        x = xp.cast(xp.cast(pred, result), "float32") if result in HALF else xp.cast(pred, result)
        x = -x if self.function == "softmin" else x
        return xp, x if mask is None else xp.where(mask, x, -math.inf), result

    def _along(
        self,
        xp: Namespace,
        x: Array,
        axes: tuple[int, ...],
        mask: Array | None,
        weight: Array | None,
    ) -> tuple[Array, Array | None, int, Array]:
        """The array and the weights with one class axis, that axis, and the value, which keeps it."""
        flat, axis = one_axis(xp, x, axes)
        if self.function == "logmeanexp":
            weight = xp.full_like(x, 1.0)
            weight = weight if mask is None else xp.where(mask, weight, 0.0)
        if weight is not None:
            weight = weight if is_number(weight) else xp.cast(weight, xp.dtype(x))
            weight, _ = one_axis(xp, xp.full_like(x, 1.0) * weight, axes)
            flat = xp.where(weight == 0, -math.inf, flat)
        return flat, weight, axis, ALONG[self.function].value(xp, flat, weight, axis)

    def _shaped(self, xp: Namespace, y: Array, axes: tuple[int, ...], x: Array) -> Array:
        if ALONG[self.function].masked is not None:
            return restore_axes(xp, y, axes, x)
        sizes = list(enumerate(xp.sizes(x)))
        if self.keepdims:
            return xp.reshape(y, [1 if i in axes else n for i, n in sizes])
        return xp.reshape(y, [n for i, n in sizes if i not in axes])
