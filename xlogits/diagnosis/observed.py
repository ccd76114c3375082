"""A value that somebody saw, as an array, and whether computed values match it."""

from typing import Any, NamedTuple

import numpy as np

from xlogits.arrays import given, require_some
from xlogits.diagnosis.seen import ROUNDING, written
from xlogits.errors import ShapeError
from xlogits.precision import EPS

Array = Any


class Observed(NamedTuple):
    """Numbers that were seen, and how far off a number may be and still be meant."""

    values: Array
    rtol: float
    atol: float

    @property
    def scalar(self) -> bool:
        return bool(self.values.size == 1)

    def matches(self, values: Array) -> Array:
        """Elementwise, for an observed scalar and candidates of any shape."""
        with np.errstate(invalid="ignore"):
            return abs(values - self.values) <= self.atol + self.rtol * abs(self.values)

    def is_array(self, values: Array) -> bool:
        """Whether candidates are the observed array."""
        if values.shape != self.values.shape:
            return False
        off = ~self.matches(values) & ~(np.isnan(values) & np.isnan(self.values))
        off &= ~(values == self.values)
        return not off.any()


def observed(x: Any, role: str) -> Observed:
    """A number as precise as it was written, or an array as precise as its dtype."""
    number = written(x)
    if number is not None:
        return Observed(np.array(number.value), number.rtol, number.atol)
    values, dtype, _ = given(x, role)
    values = np.asarray(values, np.float64)
    if not values.size:
        raise ShapeError(f"{role} is empty; expected the value of a loss")
    require_some(values, role)
    error = max(EPS.get(dtype, 0.0) / 2, ROUNDING)
    if values.size == 1:
        return Observed(values.reshape(()), 40 * error, 8 * error)
    return Observed(values, 400 * error, 40 * error)
