"""The elementary functions around logits: softmax, sigmoid, and their logarithms and inverses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from xlogits.backends import namespace, require_same
from xlogits.errors import OptionError
from xlogits.losses.axes import Axis, class_axes, one_axis, restore_axes
from xlogits.losses.labels import require_float
from xlogits.losses.loss import HALF

Array = Any

# name: (value, derivative by x given the value y and the derivative `out` by it)
ALONG_AXIS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "softmax": (
        lambda xp, x, axis: xp.softmax(x, axis),
        lambda xp, x, y, out, axis: y * (out - xp.sum(out * y, axis, keepdims=True)),
    ),
    "log_softmax": (
        lambda xp, x, axis: xp.log_softmax(x, axis),
        lambda xp, x, y, out, axis: out - xp.softmax(x, axis) * xp.sum(out, axis, keepdims=True),
    ),
    "logsumexp": (
        lambda xp, x, axis: xp.logsumexp(x, axis, keepdims=True),
        lambda xp, x, y, out, axis: out * xp.softmax(x, axis),
    ),
}
ELEMENTWISE: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "sigmoid": (
        lambda xp, x: xp.sigmoid(x),
        lambda xp, x, out: out * xp.sigmoid(x) * xp.sigmoid(-x),
    ),
    "log_sigmoid": (lambda xp, x: xp.log_sigmoid(x), lambda xp, x, out: out * xp.sigmoid(-x)),
    "softplus": (lambda xp, x: xp.softplus(x), lambda xp, x, out: out * xp.sigmoid(x)),
    "logit": (lambda xp, x: xp.logit(x), lambda xp, x, out: out / (x * (1 - x))),
}


@dataclass(frozen=True, kw_only=True)
class Transform:
    r"""An elementary function of an array, called like a loss without labels.

    Along `axis`: softmax $e^{x_i} / \sum_j e^{x_j}$, log_softmax, logsumexp $\log \sum_j e^{x_j}$
    (`keepdims` keeps the axis with size 1). Elementwise: sigmoid $1 / (1 + e^{-x})$, log_sigmoid,
    softplus $\log(1 + e^{\beta x}) / \beta$, logit $\log(p / (1 - p))$. The result has the dtype of
    the array; half precision is computed in float32 and rounded once.
    """

    function: str
    axis: Axis = -1
    keepdims: bool = False
    beta: float = 1.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred",)

    def __post_init__(self) -> None:
        if self.function not in ALONG_AXIS and self.function not in ELEMENTWISE:
            known = ", ".join((*ALONG_AXIS, *ELEMENTWISE))
            raise OptionError(f"function is {self.function!r}; expected one of {known}")

    def __call__(self, pred: Array) -> Array:
        xp = namespace(pred, "x")
        x = self._open(xp, pred)
        if self.function in ELEMENTWISE:
            y = ELEMENTWISE[self.function][0](xp, x * self.beta if self.beta != 1 else x)
            y = y / self.beta if self.beta != 1 else y
        else:
            axes = class_axes(self.axis, len(xp.shape(x)))
            flat, axis = one_axis(xp, x, axes)
            y = self._shaped(xp, ALONG_AXIS[self.function][0](xp, flat, axis), axes, x)
        return xp.cast(y, xp.dtype(pred))

    def gradient(self, pred: Array, *, cotangent: Array | float | None = None) -> tuple[Array]:
        """Derivative by the array, of the sum of the results or of their product with `cotangent`."""
        xp = namespace(pred, "x")
        require_same(xp, "x", cotangent=cotangent)
        x, out = self._open(xp, pred), 1.0 if cotangent is None else cotangent
        if self.function in ELEMENTWISE:
            return (xp.cast(ELEMENTWISE[self.function][1](xp, x * self.beta, out), xp.dtype(pred)),)
        axes = class_axes(self.axis, len(xp.shape(x)))
        flat, axis = one_axis(xp, x, axes)
        y = ALONG_AXIS[self.function][0](xp, flat, axis)
        if cotangent is not None and self.function == "logsumexp":
            out = xp.reshape(out, xp.sizes(y))
        elif cotangent is not None:
            out, _ = one_axis(xp, out, axes)
        out = xp.full_like(y, 1.0) * out
        by_x = ALONG_AXIS[self.function][1](xp, flat, y, out, axis)
        return (xp.cast(restore_axes(xp, by_x, axes, x), xp.dtype(pred)),)

    def _open(self, xp: Any, x: Array) -> Array:
        require_float(xp.dtype(x), "x")
        return xp.cast(x, "float32") if xp.dtype(x) in HALF else x

    def _shaped(self, xp: Any, y: Array, axes: tuple[int, ...], x: Array) -> Array:
        if self.function != "logsumexp":
            return restore_axes(xp, y, axes, x)
        sizes = list(enumerate(xp.sizes(x)))
        if self.keepdims:
            return xp.reshape(y, [1 if i in axes else n for i, n in sizes])
        return xp.reshape(y, [n for i, n in sizes if i not in axes])
