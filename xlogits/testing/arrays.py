"""How far two arrays of any frameworks are apart, and how far they may be."""

from typing import Any, NamedTuple

import numpy as np

from xlogits.arrays import Given, given, spacing
from xlogits.errors import OptionError

Array = Any

# (rtol, atol) by the less precise dtype: some dozens of its rounding errors
TOLERANCES = {
    "bfloat16": (1.6e-2, 1e-2),
    "float16": (2e-3, 1e-3),
    "float32": (2e-6, 1e-6),
    "float64": (1e-12, 1e-12),
}
ORDER = tuple(TOLERANCES)
KINDS = {"f": "floating point", "i": "integers", "u": "integers", "b": "booleans"}


class Gap(NamedTuple):
    """What is between two arrays: the largest error, where it is, and what is wrong besides.

    `error` is relative to what is allowed: up to 1 the arrays are equal.
    """

    error: float
    absolute: float
    relative: float
    ulp: float
    position: tuple[int, ...]
    wrong: int  # how many numbers are further apart than allowed
    size: int


def numbers(x: Any, role: str) -> Given:
    """An array of any framework with its dtype; Python's floats count as float64."""
    found = given(x, role)
    kind = found.dtype if found.dtype in ORDER else "float64"
    return Given(
        found.values, kind if found.values.dtype.kind == "f" else found.dtype, found.framework
    )


def tolerances(
    a: Given, b: Given, rtol: float | None, atol: float | None, ulp: float | None
) -> tuple[float, float]:
    """What is allowed: as given, else by the less precise dtype; nothing for integers."""
    for name, value in (("rtol", rtol), ("atol", atol), ("ulp", ulp)):
        if value is not None and not value >= 0:
            raise OptionError(f"{name} is {value}; expected a number of 0 or more")
    if ulp is not None and (rtol is not None or atol is not None):
        raise OptionError("ulp is given together with rtol or atol; pass either")
    floats = [x.dtype for x in (a, b) if x.dtype in ORDER]
    given = tuple(0.0 if value is None else value for value in (rtol, atol))
    if not floats:
        return given[0], given[1]
    coarse = min(floats, key=ORDER.index)
    if ulp is not None:
        return 0.0, 0.0
    usual = TOLERANCES[coarse]
    if rtol is None and atol is None:
        return usual
    return given[0], given[1]


def gap(a: Given, b: Given, allowed: tuple[float, float], ulp: float | None) -> Gap:
    """The largest difference of two arrays of the same shape, in parts of what is allowed."""
    x, y = (np.asarray(v.values, np.float64) for v in (a, b))
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    with np.errstate(all="ignore"):
        off = np.where(same, 0.0, np.abs(x - y))
        size = np.maximum(np.abs(x), np.abs(y))
        relative = np.where(same, 0.0, off / np.where(size == 0, 1.0, size))
        ulps = np.where(same, 0.0, off / spacing((a.dtype, b.dtype), size))
        room = allowed[1] + allowed[0] * np.abs(y)
        error = ulps / ulp if ulp else ulps if ulp is not None else off / room
    error = np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))
    if not error.size:
        return Gap(0.0, 0.0, 0.0, 0.0, (), 0, 0)
    at = np.unravel_index(int(error.argmax()), error.shape)
    limit = 0.0 if ulp == 0 else 1.0
    return Gap(
        *(float(error[at]), float(off[at]), float(relative[at]), float(ulps[at])),
        *(tuple(int(i) for i in at), int((error > limit).sum()), int(error.size)),
    )
