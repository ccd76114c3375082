"""A number that somebody saw, as precise as it was written down."""

import math
from typing import Any, NamedTuple

from xlogits.errors import RangeError
from xlogits.precision import EPS

ROUNDING = EPS["float32"] / 2  # what a number in float32 may be off by


class Number(NamedTuple):
    """A number that somebody saw, and how far off another one may be and still be meant."""

    value: float
    rtol: float
    atol: float

    @property
    def slack(self) -> float:
        """How far off it may be in all."""
        return self.atol + self.rtol * abs(self.value)

    def matches(self, other: float) -> bool:
        return abs(other - self.value) <= self.slack

    def __str__(self) -> str:
        return f"{self.value:.7g}"


def written(x: Any) -> Number | None:
    """A number as precise as it was written down; None for what is no single number in decimal.

    It may have been rounded or cut off at its last digit.
    """
    text = repr(x) if type(x) in (float, int) else x if isinstance(x, str) else ""
    try:
        value = float(text)
    except ValueError:  # the name of a file, or an array
        return None
    if math.isnan(value):
        raise RangeError("the observed value is NaN, which says nothing about where it comes from")
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    last = 10.0 ** (int(exponent or "0") - decimals)
    shown = len(mantissa.replace(".", "").lstrip("-0"))
    return Number(value, 40 * ROUNDING, last if shown < 9 else 8 * ROUNDING)
