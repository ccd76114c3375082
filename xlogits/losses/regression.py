"""Losses of measured values: what a prediction costs that is off by so much."""

import math
from typing import Any, ClassVar

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError
from xlogits.losses.parts.formula import Elementwise
from xlogits.losses.parts.labels import require_fraction
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class SquaredError(Elementwise):
    r"""The square of the difference, $c\,(x - y)^2$; `factor` is $c$."""

    factor: float = 1.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return self.factor * (x - y) * (x - y)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        slope = 2 * self.factor * (x - y)
        return slope, -slope


@frozen
class Square(Elementwise):
    r"""The square of a number, $c\,x^2$; `factor` is $c$."""

    factor: float = 1.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred",)

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return self.factor * arrays[0] * arrays[0]

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        return (2 * self.factor * arrays[0],)


@frozen
class AbsoluteError(Elementwise):
    r"""The size of the difference, $|x - y|$; its derivative at 0 is 0."""

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return size(xp, x - y)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        slope = xp.sign(x - y)
        return slope, -slope


@frozen
class Huber(Elementwise):
    r"""Squared up to a difference of $\delta$, straight from there on, with $d = x - y$:

    $$ \ell = \begin{cases} d^2 / 2 & |d| \le \delta \\
                            \delta\,(|d| - \delta / 2) & |d| > \delta \end{cases} $$

    `per_delta` divides it by $\delta$, which makes it the smooth L1 loss of slope 1; for $\delta = 0$
    that is $|d|$.
    """

    delta: float = 1.0
    per_delta: bool = False

    def __post_init__(self) -> None:
        if not self.delta >= 0:
            raise OptionError(f"delta is {self.delta}; expected a number that is not negative")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        if self.per_delta and self.delta == 0:
            return size(xp, x - y)
        near = xp.clip(x - y, -self.delta, self.delta)
        scaled = near / self.delta if self.per_delta else near
        return scaled * (x - y - near / 2)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        if self.per_delta and self.delta == 0:
            slope = xp.sign(x - y)
        else:
            slope = xp.clip(x - y, -self.delta, self.delta)
            slope = slope / self.delta if self.per_delta else slope
        return slope, -slope


@frozen
class HuberPenalty(Elementwise):
    r"""The Huber loss of a difference, with $\delta$ an array; infinite where $\delta < 0$.

    $$\begin{cases} r^2 / 2 & |r| \le \delta \\ \delta (|r| - \delta / 2) & |r| > \delta \end{cases}$$

    `pred` is $r$.
    """

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "delta", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "delta")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        r, delta = arrays
        near = xp.minimum(size(xp, r), delta)
        return xp.where(delta < 0, math.inf, near * (size(xp, r) - near / 2))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        r, delta = arrays
        far = size(xp, r) > delta
        by_r = xp.where(far, delta * xp.sign(r), r)
        by_delta = xp.where(far, size(xp, r) - delta, 0.0)
        return xp.where(delta < 0, 0.0, by_r), xp.where(delta < 0, 0.0, by_delta)


@frozen
class PseudoHuberPenalty(Elementwise):
    r"""A smooth Huber loss of a difference `pred`: $\delta^2 (\sqrt{1 + (r / \delta)^2} - 1)$.

    $\delta$ is an array; the loss is 0 where it is 0 and infinite where it is negative.
    """

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "delta", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "delta")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        r, delta, hypot = self._sides(xp, *arrays)
        return xp.where(arrays[1] < 0, math.inf, delta * (r * (r / (hypot + delta))))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        r, delta, hypot = self._sides(xp, *arrays)
        bulge = r * (r / (hypot + delta))  # hypot - delta, with all its digits
        by_r, by_delta = delta * (r / hypot), bulge * (bulge / hypot)
        return xp.where(arrays[1] < 0, 0.0, by_r), xp.where(arrays[1] < 0, 0.0, by_delta)

    def _sides(self, xp: Namespace, *arrays: Array) -> tuple[Array, Array, Array]:
        """r, delta and sqrt(r^2 + delta^2), which is 1 in place of 0; without overflow."""
        r, delta = arrays[0], xp.where(arrays[1] < 0, 1.0, arrays[1])
        top = xp.maximum(size(xp, r), delta)
        top = xp.where(top == 0, 1.0, top)
        square = (r / top) * (r / top) + (delta / top) * (delta / top)
        return r, delta, top * xp.sqrt(xp.where(square == 0, 1.0, square))


@frozen
class LogCosh(Elementwise):
    r"""Nearly squared for small differences, nearly absolute for large ones: $\log \cosh (x - y)$."""

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        far = size(xp, x - y)
        # cosh d - 1 is (e^d - 1)^2 / (2 e^d), which keeps the digits of small differences
        grown = xp.expm1(xp.where(far < 1, far, 0.0))
        near = xp.log1p(grown * (grown / (2 * (grown + 1))))
        return xp.where(far < 1, near, far + xp.softplus(-2 * far) - math.log(2))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        slope = xp.tanh(x - y)
        return slope, -slope


@frozen
class QuantileError(Elementwise):
    r"""The pinball loss, least at the quantile $q$ of the targets.

    $$\begin{cases} q\,(y - x) & y \ge x \\ (1 - q)(x - y) & y < x \end{cases}$$
    """

    quantile: float = 0.5

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")

    def __post_init__(self) -> None:
        require_fraction(self.quantile, "quantile")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return self._side(xp, x, y) * (x - y)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        slope = self._side(xp, *arrays)
        return slope, -slope

    def _side(self, xp: Namespace, x: Array, y: Array) -> Array:
        """The derivative; where both are equal the middle of its two sides."""
        return 0.5 * xp.sign(x - y) + (0.5 - self.quantile)


@frozen
class RelativeError(Elementwise):
    r"""The size of the difference in parts of the target, $c\,|x - y| / \max(|y|, f)$.

    `factor` is $c$ (100 for percent) and `floor` is $f$.
    """

    factor: float = 1.0
    floor: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return self.factor * (size(xp, x - y) / self._whole(xp, y))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        by_x = self.factor * xp.sign(x - y) / self._whole(xp, y)
        return by_x, xp.where(size(xp, y) > self.floor, -by_x * (x / y), -by_x)

    def _whole(self, xp: Namespace, y: Array) -> Array:
        """What it is divided by: at the floor itself that, of which every backend has no derivative."""
        return xp.where(size(xp, y) <= self.floor, self.floor, size(xp, y))  # NaN stays


@frozen
class SquaredLogError(Elementwise):
    r"""The square of the difference of logarithms, $(\log(1 + x) - \log(1 + y))^2$.

    `floor`: both are at least so much first.
    """

    floor: float | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = self._floored(xp, *arrays)
        return (xp.log1p(x) - xp.log1p(y)) * (xp.log1p(x) - xp.log1p(y))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = self._floored(xp, *arrays)
        slope = 2 * (xp.log1p(x) - xp.log1p(y))
        return tuple(
            each if self.floor is None else xp.where(given <= self.floor, 0.0, each)
            for given, each in zip(arrays, (slope / (1 + x), -slope / (1 + y)), strict=True)
        )

    def _floored(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        if self.floor is None:
            return arrays
        return tuple(xp.where(x <= self.floor, self.floor, x) for x in arrays)  # NaN stays


def size(xp: Namespace, x: Array) -> Array:
    """|x|, whose derivative at 0 is 0 on every backend."""
    return x * xp.sign(x)
