"""Textbook functions of a vector, for real and complex numbers in extended precision."""

import math
from typing import Any

import numpy as np

Array = Any
REAL, COMPLEX, STEP = np.longdouble, np.clongdouble, np.longdouble(1e-40)


def log_softmax(x: Array) -> Array:
    top = max((v.real for v in x), default=REAL(0))
    if not np.isfinite(top):
        top = REAL(0)
    return x - (top + np.log(np.sum(np.exp(x - top))))


def softplus(x: Any) -> Any:
    # log1p is exact for tiny real arguments; the imaginary part of log is exact for complex ones
    log1p = np.log1p if isinstance(x, REAL) else lambda v: np.log(1 + v)
    return x + log1p(np.exp(-x)) if x.real > 0 else log1p(np.exp(x))


def clipped(p: Any, low: float, high: float) -> Any:
    return type(p)(low) if p.real < low else type(p)(high) if p.real > high else p


def log(p: Any, floor: float | None) -> Any:
    if floor is not None and (p.real == 0 or np.log(p).real < floor):
        return type(p)(floor)
    return np.log(p)


def log_pair(form: Any, x: Any) -> tuple[Any, Any]:
    """log p and log(1 - p) of an event."""
    if form.kind == "logits" and form.clip is None:
        return -softplus(-x), -softplus(x)
    if form.kind == "logits":
        low, high = form.clip
        p, not_p = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x))
        return np.log(clipped(p, low, high)), np.log(clipped(not_p, 1 - high, 1 - low))
    p = x if form.clip is None else clipped(x, *form.clip)
    offset = REAL(form.log_offset)
    return log(p + offset, form.log_floor), log(1 - p + offset, form.log_floor)


def product(weight: Any, log_p: Any) -> Any:
    """weight * log_p, and nothing where the weight is 0 and the logarithm infinite."""
    if weight.real == 0 and np.isinf(log_p.real):
        return weight * 0
    if np.isinf(log_p.real) and np.iscomplexobj(log_p):  # part by part: 0j times infinity is NaN
        made = np.zeros((), COMPLEX)
        made.real, made.imag = weight.real * log_p.real, weight.real * log_p.imag
        if weight.imag:
            made.imag += weight.imag * log_p.real
        return made[()]
    return weight * log_p


def real_slope(value: Any) -> Any:
    """The derivative that a complex step left in the imaginary part; infinite at log 0."""
    slope = COMPLEX(value).imag / STEP
    return np.copysign(REAL(math.inf), slope) if abs(slope) > 1e30 else slope
