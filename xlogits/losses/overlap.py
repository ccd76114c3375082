"""Losses of overlap: what a predicted region and the region that is there do not share."""

from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, ShapeError
from xlogits.losses.parts.axes import class_axes, from_rows, to_rows
from xlogits.losses.parts.formula import Formula, Rowwise
from xlogits.losses.parts.labels import DENSE, is_index, require_dense
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class Tversky(Rowwise):
    r"""$1 - \frac{I + s}{I + \alpha F_n + \beta F_p + s + \epsilon}$ of regions given by probabilities.

    Along a row, $I = \sum p_j y_j$ is what prediction and target share, $F_n = \sum (1 - p_j) y_j$ what
    was missed and $F_p = \sum p_j (1 - y_j)$ what is not there. `missed` is $\alpha$, `extra`
    $\beta$, `smooth` $s$ and `eps` $\epsilon$; with 1/2 and 1/2 it is the Dice loss. `activation` turns
    the prediction into probabilities.
    """

    missed: float = 0.5
    extra: float = 0.5
    smooth: float = 0.0
    eps: float = 0.0
    activation: Literal["none", "sigmoid"] = "none"

    def _both(self, xp: Namespace, x: Array) -> tuple[Array, Array]:
        """Probabilities, and what is left to 1."""
        return (x, 1 - x) if self.activation == "none" else (xp.sigmoid(x), xp.sigmoid(-x))

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        shared, apart = _parts(xp, self, self.eps, *self._both(xp, x), y)
        return xp.sum(apart / (apart + shared), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        p, q = self._both(xp, x)
        by_p, by_y = _slopes(xp, self, self.eps, p, q, y)
        return by_p if self.activation == "none" else by_p * p * q, by_y


def _parts(
    xp: Namespace, loss: Any, eps: float, p: Array, q: Array, y: Array
) -> tuple[Array, Array]:
    """What is shared and what is not; their sum is the denominator. q is 1 - p."""
    shared = xp.sum(p * y, -1, keepdims=True) + loss.smooth
    apart = xp.sum(loss.missed * q * y + loss.extra * p * (1 - y), -1, keepdims=True)
    return shared, apart + eps


def _slopes(
    xp: Namespace, loss: Any, eps: float, p: Array, q: Array, y: Array
) -> tuple[Array, Array]:
    """By probabilities and by targets."""
    shared, apart = _parts(xp, loss, eps, p, q, y)
    total = apart + shared
    of_apart, of_shared = shared / total / total, apart / total / total
    by_p = of_apart * (loss.extra * (1 - y) - loss.missed * y) - of_shared * y
    by_y = of_apart * (loss.missed * q - loss.extra * p) - of_shared * p
    return by_p, by_y


@frozen
class ClassOverlap(Formula):
    r"""$w_c\,(1 - T_c)$ with the Tversky index $T_c$ of every class; `over_classes` combines them.

    Classes are on the last axis, and a class is summed over `axis`, by default all but the first and
    the last. `activation` is along the classes, and the sigmoid where there is only one.
    `class_weight` has one weight for each class; `balanced` gives each one in proportion to
    1 / (n² + 1e-7), n being the sum of its targets, with mean 1. Without `background` the first of
    several classes is left out.
    """

    smooth: float = 1.0
    missed: float = 0.5
    extra: float = 0.5
    activation: Literal["none", "softmax"] = "softmax"
    over_classes: Literal["none", "sum", "mean"] = "mean"
    balanced: bool = False
    background: bool = True
    axis: int | tuple[int, ...] | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "class_weight")

    def _axes(self, ndim: int) -> tuple[int, ...]:
        axes = tuple(range(1, ndim - 1)) if self.axis is None else class_axes(self.axis, ndim)
        if ndim - 1 in axes:
            raise OptionError(
                f"axis is {self.axis}, and the last axis holds the classes; leave it out"
            )
        return axes

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        is_index(DENSE, xp.shape(pred), xp.shape(target), 0)
        require_dense(xp.dtype(target))
        weight = others.get("class_weight")
        if weight is not None:
            if self.balanced:
                raise OptionError("class_weight is given and balanced is set; expected one of them")
            given, classes = xp.shape(weight), xp.shape(pred)[-1]
            if len(given) != 1 or (None not in (given[0], classes) and given[0] != classes):
                raise ShapeError(
                    f"class_weight has shape {given}; expected ({classes},), one "
                    f"weight for each class"
                )
            weight = xp.cast(weight, work)
        return xp.cast(pred, work), xp.cast(target, work), weight

    def _probabilities(self, xp: Namespace, x: Array) -> Array:
        if self.activation == "none":
            return x
        last = len(xp.shape(x)) - 1
        classes = xp.shape(x)[last]
        if classes is None:  # only the running graph knows
            one = xp.full_like(x, 1.0) * xp.count(x, last) == 1
            return xp.where(one, xp.sigmoid(x), xp.softmax(x, last))
        return xp.sigmoid(x) if classes == 1 else xp.softmax(x, last)

    def _weights(self, xp: Namespace, y: Array, given: Array | None) -> Array | float:
        if not self.balanced:
            return 1.0 if given is None else given
        inverse = self._inverse(xp, y)
        return inverse / xp.sum(inverse) * xp.count(inverse)

    def _inverse(self, xp: Namespace, y: Array) -> Array:
        number = _by_class(xp, y)
        return 1 / (number * number + 1e-7)

    def _first(self, xp: Namespace, each: Array) -> int:
        """The number of the first class that counts."""
        return 0 if self.background or xp.shape(each)[-1] == 1 else 1

    def _formula(self, xp: Namespace, arrays: tuple[Array, ...]) -> Array:
        x, y, given = arrays
        each = self._each(xp, self._probabilities(xp, x), y) * self._weights(xp, y, given)
        each = each[..., self._first(xp, each) :]
        if self.over_classes == "none":
            return each
        total = xp.sum(each, -1)
        return total if self.over_classes == "sum" else total / xp.count(each, -1)

    def _each(self, xp: Namespace, p: Array, y: Array) -> Array:
        """The loss of every class."""
        axes = self._axes(len(xp.shape(p)))
        p, y = to_rows(xp, p, axes), to_rows(xp, y, axes)
        shared, apart = _parts(xp, self, 0.0, p, 1 - p, y)
        return xp.sum(apart / (apart + shared), -1)

    def _derivatives(
        self, xp: Namespace, arrays: tuple[Array, ...], out: Array
    ) -> tuple[Array, ...]:
        x, y, given = arrays
        p, axes = self._probabilities(xp, x), self._axes(len(xp.shape(x)))
        each, weight = self._each(xp, p, y), self._weights(xp, y, given)
        first = self._first(xp, each)
        if self.over_classes != "none":
            out = xp.expand(out, len(xp.shape(out)))
        if self.over_classes == "mean":
            out = out / (xp.count(each, -1) - first)
        out = xp.full_like(each[..., first:], 1.0) * out
        out = xp.concat([0 * each[..., :first], out], len(xp.shape(each)) - 1)
        rows = to_rows(xp, p, axes)
        slopes = _slopes(xp, self, 0.0, rows, 1 - rows, to_rows(xp, y, axes))
        wide = xp.expand(out * weight, len(xp.shape(each)))
        by_p, by_y = (from_rows(xp, slope * wide, axes, x) for slope in slopes)
        if self.balanced:
            by_y = by_y + self._by_number(xp, y, _by_class(xp, out * each))
        if self.activation == "none":
            return by_p, by_y
        # of one class too, whose probability is a sigmoid: p (1 - p)
        return p * (by_p - xp.sum(by_p * p, -1, keepdims=True)), by_y

    def _by_number(self, xp: Namespace, y: Array, loss: Array) -> Array:
        """By the number of targets of a class, through its weight; `loss` is what was weighted."""
        inverse = self._inverse(xp, y)
        total, slope = xp.sum(inverse), -2 * _by_class(xp, y) * inverse * inverse
        mean = xp.sum(loss * inverse) / total
        return xp.count(inverse) * slope / total * (loss - mean)

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        return slope


def _by_class(xp: Namespace, x: Array) -> Array:
    """Sums over everything but the last axis."""
    for _ in range(len(xp.shape(x)) - 1):
        x = xp.sum(x, 0)
    return x
