"""Losses of measured values, by definition."""

import math
from typing import Any

import numpy as np

from xlogits.losses import (
    AbsoluteError,
    Huber,
    HuberPenalty,
    LogCosh,
    PseudoHuberPenalty,
    QuantileError,
    RelativeError,
    Square,
    SquaredError,
    SquaredLogError,
)
from xlogits.reference.formula import Definition
from xlogits.reference.vector import REAL


def _size(d: Any) -> Any:
    """|d|, flat at 0."""
    return d if d.real > 0 else -d if d.real < 0 else 0 * d


def _squared(loss: SquaredError, x: Any, y: Any) -> Any:
    return loss.factor * (x - y) ** 2


def _huber(loss: Huber, x: Any, y: Any) -> Any:
    delta = REAL(loss.delta)
    if loss.per_delta and delta == 0:
        return _size(x - y)
    value = _huber_penalty(loss, x - y, delta)
    return value / delta if loss.per_delta else value


def _huber_penalty(loss: Any, r: Any, delta: Any) -> Any:
    if delta.real < 0:
        return REAL(math.inf)
    return r**2 / 2 if abs(r.real) <= delta.real else delta * (_size(r) - delta / 2)


def _pseudo_huber(loss: PseudoHuberPenalty, r: Any, delta: Any) -> Any:
    if delta.real < 0:
        return REAL(math.inf)
    if r.real == 0 and delta.real == 0:
        return REAL(0)
    return delta * r**2 / (np.sqrt(r**2 + delta**2) + delta)


def _log_cosh(loss: LogCosh, x: Any, y: Any) -> Any:
    d = x - y if (x - y).real > 0 else y - x
    return d + np.log((1 + np.exp(-2 * d)) / 2)


def _quantile(loss: QuantileError, x: Any, y: Any) -> Any:
    """Where both are equal the slope is the mean of those on both sides."""
    q = REAL(loss.quantile)
    above, below = (1 - q) * (x - y), q * (y - x)
    return above if x.real > y.real else below if x.real < y.real else (above + below) / 2


def _relative(loss: RelativeError, x: Any, y: Any) -> Any:
    whole = _size(y) if abs(y.real) > loss.floor else REAL(loss.floor)
    return loss.factor * _size(x - y) / whole


def _relative_size(loss: RelativeError, x: Any, y: Any) -> Any:
    return 1 + abs(loss.factor) * (abs(x) + abs(y)) / max(abs(y), REAL(loss.floor))


def _relative_slope_size(loss: RelativeError, x: Any, y: Any) -> Any:
    return 1 + _relative_size(loss, x, y) / max(abs(y), REAL(loss.floor))


def _squared_log(loss: SquaredLogError, x: Any, y: Any) -> Any:
    if loss.floor is not None:
        x, y = (v if v.real > loss.floor else REAL(loss.floor) for v in (x, y))
    return (np.log(1 + x) - np.log(1 + y)) ** 2


DEFINITIONS: dict[type, Definition] = {
    SquaredError: Definition(_squared),
    Square: Definition(lambda loss, x: loss.factor * x**2),
    AbsoluteError: Definition(lambda loss, x, y: _size(x - y)),
    Huber: Definition(_huber),
    HuberPenalty: Definition(_huber_penalty),
    PseudoHuberPenalty: Definition(_pseudo_huber),
    LogCosh: Definition(_log_cosh),
    QuantileError: Definition(_quantile),
    RelativeError: Definition(_relative, _relative_size, _relative_slope_size),
    SquaredLogError: Definition(_squared_log),
}
