"""Losses of measured values: what a prediction costs that is off by so much."""

from dataclasses import dataclass
from typing import Any

from xlogits.losses.formula import Elementwise

Array = Any


@dataclass(frozen=True, kw_only=True)
class SquaredError(Elementwise):
    r"""The square of the difference, $c\,(x - y)^2$; `factor` is $c$."""

    factor: float = 1.0

    def term(self, xp: Any, *arrays: Array) -> Array:
        x, y = arrays
        return self.factor * (x - y) * (x - y)

    def slopes(self, xp: Any, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        slope = 2 * self.factor * (x - y)
        return slope, -slope
