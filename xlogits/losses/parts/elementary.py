"""The formulas of the elementary functions, each with its derivative."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from xlogits.backends.protocol import Namespace
from xlogits.losses.parts.form import log_softmax_gradient

Array = Any


class Along(NamedTuple):
    """A function of the numbers along one axis; `weight` multiplies what is summed.

    `value(xp, x, weight, axis)` keeps the axis, `slope(xp, x, weight, y, out, axis)` is the derivative
    by x given the value y and the derivative `out` by it. `masked` is the value outside a mask.
    """

    value: Callable[..., Array]
    slope: Callable[..., Array]
    masked: float | None = None  # None: the axis is summed over


class Each(NamedTuple):
    """A function of one number: `value(f, xp, x)` and its derivative, where `f` holds the options."""

    value: Callable[..., Array]
    slope: Callable[..., Array]


def _softmax_slope(xp: Namespace, x: Array, weight: None, y: Array, out: Array, axis: int) -> Array:
    # y (out - sum(out y)), without the cancellation where y is near 1
    _, not_y = xp.shares(x, axis)
    return y * (out * not_y - (xp.sum(out * y, axis, keepdims=True) - out * y))


def _log_softmax_slope(
    xp: Namespace, x: Array, weight: None, y: Array, out: Array, axis: int
) -> Array:
    return log_softmax_gradient(xp, x, axis, out)


def _logsumexp(xp: Namespace, x: Array, weight: Array | None, axis: int) -> Array:
    if weight is None:
        return xp.logsumexp(x, axis, keepdims=True)
    top = xp.stop_gradient(xp.max(x, axis, keepdims=True))
    shift = xp.where(abs(top) < math.inf, top, 0.0)
    return xp.log(xp.sum(weight * xp.exp(x - shift), axis, keepdims=True)) + shift


def _logsumexp_slope(
    xp: Namespace, x: Array, weight: Array | None, y: Array, out: Array, axis: int
) -> Array:
    return out * (xp.softmax(x, axis) if weight is None else weight * xp.exp(x - y))


def _logmeanexp(xp: Namespace, x: Array, weight: Array, axis: int) -> Array:
    return xp.logsumexp(x, axis, keepdims=True) - xp.log(xp.sum(weight, axis, keepdims=True))


ALONG: dict[str, Along] = {
    "softmax": Along(lambda xp, x, weight, axis: xp.softmax(x, axis), _softmax_slope, 0.0),
    "softmin": Along(lambda xp, x, weight, axis: xp.softmax(x, axis), _softmax_slope, 0.0),
    "log_softmax": Along(
        lambda xp, x, weight, axis: xp.log_softmax(x, axis), _log_softmax_slope, -math.inf
    ),
    "logsumexp": Along(_logsumexp, _logsumexp_slope),
    "logmeanexp": Along(_logmeanexp, lambda xp, x, weight, y, out, axis: out * xp.softmax(x, axis)),
}


def _softplus(f: Any, xp: Namespace, x: Array) -> Array:
    scaled = x if f.beta == 1 else x * f.beta
    y = xp.softplus(scaled) if f.beta == 1 else xp.softplus(scaled) / f.beta
    return y if f.linear_above is None else xp.where(scaled > f.linear_above, x, y)


def _softplus_slope(f: Any, xp: Namespace, x: Array) -> Array:
    scaled = x * f.beta
    slope = xp.sigmoid(scaled)
    return slope if f.linear_above is None else xp.where(scaled > f.linear_above, 1.0, slope)


def _clamped(f: Any, xp: Namespace, x: Array) -> Array:
    if f.clamp is None:
        return x
    return xp.where(x < f.clamp, f.clamp, xp.where(x > 1 - f.clamp, 1 - f.clamp, x))


def _logit_slope(f: Any, xp: Namespace, x: Array) -> Array:
    slope = 1 / (x * (1 - x))
    return slope if f.clamp is None else xp.where((x < f.clamp) | (x > 1 - f.clamp), 0.0, slope)


def entropy_of(xp: Namespace, x: Array) -> Array:
    """-x log x: the parts of an entropy."""
    zero = x == 0
    # the square root has the value and the slope of -x log x at 0: 0 and infinity
    at_zero = xp.sqrt(xp.where(zero, x, 1.0))
    inside = xp.where(zero, at_zero, -x * xp.log(xp.where(zero, 1.0, x)))
    return xp.where(x < 0, -math.inf, inside)


def _log1mexp(f: Any, xp: Namespace, x: Array) -> Array:
    small = x < math.log(2)
    near = xp.log(-xp.expm1(-xp.where(small, x, 1.0)))
    return xp.where(small, near, xp.log1p(-xp.exp(-xp.where(small, 1.0, x))))


EACH: dict[str, Each] = {
    "sigmoid": Each(
        lambda f, xp, x: xp.sigmoid(x), lambda f, xp, x: xp.sigmoid(x) * xp.sigmoid(-x)
    ),
    "log_sigmoid": Each(lambda f, xp, x: xp.log_sigmoid(x), lambda f, xp, x: xp.sigmoid(-x)),
    "softplus": Each(_softplus, _softplus_slope),
    "logit": Each(lambda f, xp, x: xp.logit(_clamped(f, xp, x)), _logit_slope),
    "entr": Each(lambda f, xp, x: entropy_of(xp, x), lambda f, xp, x: -1 - xp.log(x)),
    "log1mexp": Each(_log1mexp, lambda f, xp, x: 1 / xp.expm1(x)),
}

# the fields that belong to some functions only
TAKEN_BY: dict[str, tuple[str, ...]] = {
    "axis": tuple(ALONG),
    "keepdims": ("logsumexp", "logmeanexp"),
    "beta": ("softplus",),
    "linear_above": ("softplus",),
    "clamp": ("logit",),
}
