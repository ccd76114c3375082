"""Arithmetic with logarithms: products with one, and the logarithm of a sum of two."""

import math
from typing import Any, ClassVar

from xlogits.backends.protocol import Namespace
from xlogits.losses.parts.formula import Elementwise
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class XLogY(Elementwise):
    r"""A number times the logarithm of another, and 0 where it is 0, whatever the other.

    $$x \log(c + y)$$

    $c$ is 0, or 1 where `plus_one`. Where x is 0 and the logarithm is infinite or undefined, both
    derivatives are 0.
    """

    plus_one: bool = False

    BROADCAST: ClassVar[bool] = True

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return arrays[0] * self._log(xp, *arrays)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        by_y = x / (1 + y) if self.plus_one else x / y
        return self._log(xp, x, y), xp.where(x == 0, 0.0, by_y)

    def _log(self, xp: Namespace, x: Array, y: Array) -> Array:
        lowest, one = (-1.0, 0.0) if self.plus_one else (0.0, 1.0)
        y = xp.where((x == 0) & ((y <= lowest) | (y == math.inf)), one, y)
        return xp.log1p(y) if self.plus_one else xp.log(y)


@frozen
class LogAddExp(Elementwise):
    r"""$\log(e^x + e^y)$, the sum of two numbers that are given by their logarithms."""

    BROADCAST: ClassVar[bool] = True

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        apart = xp.where((x == y) & (abs(x) == math.inf), 0.0, x - y)
        return xp.where(apart > 0, x + xp.softplus(-apart), y + xp.softplus(apart))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        return xp.sigmoid(x - y), xp.sigmoid(y - x)
