"""The floating-point formats: how finely each tells numbers apart, and rounding to them."""

from typing import Any, NamedTuple

Array = Any


class Format(NamedTuple):
    """A binary floating-point format of IEEE 754, and bfloat16, which has float32's exponents."""

    bits: int  # of the significand, with the leading one that is not stored
    low: int  # exponent of the smallest normal number
    largest: float

    @property
    def eps(self) -> float:
        """The distance from 1 to the next larger number."""
        return 2.0 ** (1 - self.bits)

    @property
    def smallest(self) -> float:
        """The smallest normal number."""
        return 2.0**self.low


FORMATS = {
    "float16": Format(11, -14, 65504.0),
    "bfloat16": Format(8, -126, 3.3895313892515355e38),
    "float32": Format(24, -126, 3.4028234663852886e38),
    "float64": Format(53, -1022, 1.7976931348623157e308),
}
EPS = {name: made.eps for name, made in FORMATS.items()}
HALF = frozenset({"float16", "bfloat16"})


def rounded(x: Array, dtype: str) -> Array:
    """Floating-point numbers as they are after a cast to `dtype`, as a NumPy array of float64.

    What is not floating point stays as it is.
    """
    import numpy as np

    if np.asarray(x).dtype.kind != "f":
        return x
    if dtype == "bfloat16":  # the upper half of a float32, to nearest even
        bits = np.asarray(x, np.float32).view(np.uint32)
        bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
        return np.where(np.isnan(x), np.nan, bits.view(np.float32).astype(np.float64))
    return np.asarray(x, dtype).astype(np.float64)
