"""Losses of single scores that stop at a margin: hinge, soft margin, ranking, binary sparsemax.

Where a score is exactly at the margin the derivative is half of what it is beyond it, as everywhere
that the terms of a maximum tie: they share it evenly.
"""

from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.losses.parts.formula import Elementwise
from xlogits.losses.parts.value import frozen

Array = Any


def step(xp: Namespace, z: Array) -> Array:
    """The derivative of the positive part: 0, 1/2 or 1."""
    return (xp.sign(z) + 1) / 2


@frozen
class Hinge(Elementwise):
    r"""What a score lacks to the margin, $\max(0, m - s\,x)^p$ for the score $x$ and the sign $s$.

    `margin` is $m$ (0 makes it the perceptron's loss), `power` is $p$. `signs` says what labels $y$
    are: "given" as $s = y$, "binary" as $s = 2y - 1$, "inferred": binary where the whole array of
    labels consists of 0 and 1, and given otherwise.
    """

    margin: float = 1.0
    power: Literal[1, 2] = 1
    signs: Literal["given", "binary", "inferred"] = "given"

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        part = xp.positive_part(self.margin - self._signed(xp, y)[0] * x)
        return part * part if self.power == 2 else part

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        s, by_y = self._signed(xp, y)
        z = self.margin - s * x
        slope = 2 * xp.positive_part(z) if self.power == 2 else step(xp, z)
        return -s * slope, -x * slope * by_y

    def _signed(self, xp: Namespace, y: Array) -> tuple[Array, Array | float]:
        """The signs, and their derivative by the labels."""
        if self.signs == "given":
            return y, 1.0
        if self.signs == "binary":
            return 2 * y - 1, 2.0
        others = xp.sum(xp.where((y == 0) | (y == 1), 0.0, xp.full_like(y, 1.0)))
        return xp.where(others == 0, 2 * y - 1, y), xp.where(others == 0, 2.0, xp.full_like(y, 1.0))


@frozen
class SoftMargin(Elementwise):
    r"""The logistic loss of scores $x$ with labels $y$ of -1 and 1, $\log(1 + e^{-x y})$."""

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        return xp.softplus(-x * y)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        slope = -xp.sigmoid(-x * y)
        return y * slope, x * slope


@frozen
class HingeEmbedding(Elementwise):
    r"""The distance $x$ of a like pair ($y = 1$), and what that of an unlike one lacks to a margin.

    $$\begin{cases} x & y = 1 \\ \max(0, m - x) & y = -1 \end{cases}$$

    An unlike pair has $y = -1$; any other label costs the sum of both. `margin` is $m$.
    """

    margin: float = 1.0

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        unlike = xp.where(y == 1, 0.0, xp.positive_part(self.margin - x))
        return xp.where(y == -1, 0.0, x) + unlike

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        unlike = xp.where(y == 1, 0.0, step(xp, self.margin - x))
        return xp.where(y == -1, 0.0, xp.full_like(x, 1.0)) - unlike, y


@frozen
class MarginRanking(Elementwise):
    r"""For two scores $x$ and $x'$ in an order: $\max(0, m - y\,(x - x'))$.

    The label $y$ is 1 where $x$ should be the higher one and -1 where $x'$ should. Operands of the
    call: `pred` ($x$), `other` ($x'$) and `target`. `margin` is $m$.
    """

    margin: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "other", "target", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "other", "target")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, other, y = arrays
        return xp.positive_part(self.margin - y * (x - other))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, other, y = arrays
        slope = step(xp, self.margin - y * (x - other))
        return -y * slope, y * slope, (other - x) * slope


@frozen
class BinarySparsemax(Elementwise):
    r"""Sparsemax loss of one logit $x$ against 0, with labels $y$ of 0 and 1.

    $$\begin{cases} 0 & t \le -1 \\ (t + 1)^2 / 4 & -1 < t < 1 \\ t & t \ge 1 \end{cases}$$

    $t$ is $x$ where $y = 0$ and $-x$ elsewhere. It is computed as $p\,(t + 1 - p)$ for the probability
    $p = (t + 1) / 2$ kept in $[0, 1]$.
    """

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        above = xp.positive_part(1 + xp.where(y == 0, x, -x))
        p = xp.minimum(above / 2, 1.0)
        return p * (above - p)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        t = xp.where(y == 0, x, -x)
        slope = xp.clip((t + 1) / 2, 0.0, 1.0)
        return xp.where(y == 0, slope, -slope), y
