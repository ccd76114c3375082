"""Losses of embeddings: how far two rows point apart, and how far they lie apart."""

import math
from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError
from xlogits.losses.parts.formula import Rowwise
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class InnerProduct(Rowwise):
    r"""$b + c\,x \cdot y$; `offset` is $b$ and `factor` is $c$."""

    factor: float = 1.0
    offset: float = 0.0

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return self.offset + self.factor * xp.sum(x * y, -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        return self.factor * y, self.factor * x


@frozen
class _Angle(Rowwise):
    """What the losses of a cosine share: the lengths of rows, and what keeps those from 0."""

    eps: float = 0.0
    guard: Literal["length", "square", "sum"] = "length"

    def _length(self, xp: Namespace, x: Array) -> Array:
        square = xp.sum(x * x, -1, keepdims=True)
        if self.guard == "sum":
            return xp.sqrt(square + self.eps)
        return xp.sqrt(xp.maximum(square, self._floor()))

    def _floor(self) -> float:
        return self.eps**2 if self.guard == "length" else self.eps

    def _cosine(self, xp: Namespace, x: Array, y: Array) -> Array:
        lengths = self._length(xp, x) * self._length(xp, y)
        return xp.sum(x * y, -1, keepdims=True) / lengths

    def _cosine_slopes(self, xp: Namespace, x: Array, y: Array) -> tuple[Array, Array]:
        by_x, by_y = 1 / self._length(xp, x), 1 / self._length(xp, y)
        u, v = x * by_x, y * by_y
        cosine = xp.sum(u * v, -1, keepdims=True)
        return (
            by_x * (v - cosine * self._moving(xp, x, u)),
            by_y * (u - cosine * self._moving(xp, y, v)),
        )

    def _moving(self, xp: Namespace, x: Array, unit: Array) -> Array:
        """How a row's length changes with the row: not at all where it is floored."""
        if self.guard == "sum":
            return unit
        return xp.where(xp.sum(x * x, -1, keepdims=True) >= self._floor(), unit, 0.0)


@frozen
class CosineSimilarity(_Angle):
    r"""$b + c\,\frac{x \cdot y}{\|x\|\,\|y\|}$; `offset` is $b$ and `factor` is $c$.

    `guard` says what replaces the length $\|x\|$ near 0: "length", $\max(\|x\|, \epsilon)$; "square",
    $\sqrt{\max(\|x\|^2, \epsilon)}$; "sum", $\sqrt{\|x\|^2 + \epsilon}$.
    """

    factor: float = 1.0
    offset: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "mask")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return self.offset + self.factor * xp.sum(self._cosine(xp, *arrays), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        by_x, by_y = self._cosine_slopes(xp, *arrays)
        return self.factor * by_x, self.factor * by_y


@frozen
class CosineEmbedding(_Angle):
    r"""What the cosine of like rows lacks to 1, and that of unlike rows has above a margin.

    $$\begin{cases} 1 - \cos(x, z) & y = 1 \\ \max(0, \cos(x, z) - m) & y = -1 \end{cases}$$

    One $y$ for each row, and 0 where it is neither; `margin` is $m$.
    """

    margin: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "other", "target", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "other", "target")
    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})
    SINGLE: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, z, y = arrays
        cosine = self._cosine(xp, x, z)
        over = xp.where(cosine >= self.margin, cosine - self.margin, 0.0)
        return xp.sum(xp.where(y == 1, 1 - cosine, xp.where(y == -1, over, 0.0)), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, z, y = arrays
        over = (y == -1) & (self._cosine(xp, x, z) >= self.margin)
        by_x, by_z = (
            xp.where(y == 1, -slope, xp.where(over, slope, 0.0))
            for slope in self._cosine_slopes(xp, x, z)
        )
        return by_x, by_z, y


@frozen
class _Apart(Rowwise):
    """What the losses of a distance share."""

    p: float = 2.0
    eps: float = 0.0
    guard: Literal["difference", "power"] = "difference"

    def __post_init__(self) -> None:
        if not self.p > 0:
            raise OptionError(f"p is {self.p}; expected a number above 0, or infinity")
        if self.p == math.inf and self.guard == "power":
            raise OptionError(
                "p is infinite, where no sum of powers is formed; guard is 'difference'"
            )

    def _difference(self, xp: Namespace, x: Array, y: Array) -> Array:
        return xp.added(x - y, self.eps) if self.guard == "difference" else x - y

    def _length(self, xp: Namespace, d: Array) -> Array:
        size = d * xp.sign(d)
        added = self.eps if self.guard == "power" else 0.0
        if self.p == math.inf:
            return xp.max(size, -1, keepdims=True)
        if self.p == 1:
            return xp.sum(size, -1, keepdims=True) + added
        power = d * d if self.p == 2 else _power(xp, size, self.p)
        total = xp.sum(power, -1, keepdims=True) + added
        return _power(xp, total, 1 / self.p)

    def _length_slope(self, xp: Namespace, d: Array) -> Array:
        """The derivative of the length of `d`; 0 at length 0, shared out where several are largest."""
        size, length = d * xp.sign(d), self._length(xp, d)
        if self.p == math.inf:
            largest = xp.cast(size == length, xp.dtype(d))
            return xp.sign(d) * largest / xp.sum(largest, -1, keepdims=True)
        nothing = length == 0
        ratio = size / xp.where(nothing, 1.0, length)
        return xp.where(nothing, 0.0, xp.sign(d) * _power(xp, ratio, self.p - 1))


def _power(xp: Namespace, x: Array, exponent: float) -> Array:
    """x**exponent of numbers from 0, whose derivative at 0 is taken for 0."""
    if exponent in (0, 1):
        return x if exponent else xp.full_like(x, 1.0)
    nothing = x == 0
    x = xp.where(nothing, 1.0, x)
    return xp.where(nothing, 0.0, xp.sqrt(x) if exponent == 0.5 else x**exponent)


@frozen
class Distance(_Apart):
    r"""$\|x - y\|_p$.

    `guard` says where `eps` goes: "difference", into every difference, $\|x - y + \epsilon\|_p$;
    "power", into the sum of the powers, $(\sum_j |x_j - y_j|^p + \epsilon)^{1/p}$.
    """

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return xp.sum(self._length(xp, self._difference(xp, *arrays)), -1)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        slope = self._length_slope(xp, self._difference(xp, *arrays))
        return slope, -slope


@frozen
class TripletMargin(_Apart):
    r"""$\max(0, m + d(a, p) - d(a, n))$ of anchors $a$, positives $p$ and negatives $n$.

    $d$ is the distance of `Distance`, `margin` is $m$. With `swap` the negative is compared with
    whichever is nearer to it, $\min(d(a, n), d(p, n))$.
    """

    margin: float = 1.0
    swap: bool = False

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "other", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "target", "other")

    def _sides(self, xp: Namespace, a: Array, p: Array, n: Array) -> tuple[Array, Array, Array]:
        """The loss before it is cut at 0, and how much of it is d(a, n) and d(p, n)."""
        near, far = (self._length(xp, self._difference(xp, a, b)) for b in (p, n))
        if not self.swap:
            return self.margin + near - far, xp.full_like(far, 1.0), xp.full_like(far, 0.0)
        other = self._length(xp, self._difference(xp, p, n))
        first = xp.where(far < other, xp.full_like(far, 1.0), 0.0)
        share = xp.where(far == other, 0.5, first)
        nearer = xp.where(far == other, (far + other) / 2, xp.where(far < other, far, other))
        return self.margin + near - nearer, share, 1 - share

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        loss, _, _ = self._sides(xp, *arrays)
        return xp.sum(xp.where(loss < 0, 0.0, loss), -1)  # NaN stays

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        a, p, n = arrays
        loss, of_anchor, of_positive = self._sides(xp, a, p, n)
        near, far, other = (
            self._length_slope(xp, self._difference(xp, *pair)) for pair in ((a, p), (a, n), (p, n))
        )
        by_a = near - of_anchor * far
        by_p = -near - of_positive * other
        by_n = of_anchor * far + of_positive * other
        return tuple(xp.where(loss < 0, 0.0, slope) for slope in (by_a, by_p, by_n))
