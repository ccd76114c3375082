"""Likelihoods and deviances of measured values, by definition."""

from typing import Any

import numpy as np

from xlogits.losses import BrierScore, GaussianNLL, PoissonNLL, SquaredError, TweedieDeviance
from xlogits.reference.formula import Definition
from xlogits.reference.vector import REAL, product

TWO_PI = 8 * np.arctan(REAL(1))


def _poisson(loss: PoissonNLL, x: Any, y: Any) -> Any:
    rate, log_rate = (np.exp(x), x) if loss.log_rate else (x, np.log(x + REAL(loss.eps)))
    nll = rate - product(y, log_rate)
    if loss.stirling and y.real > 1:
        nll = nll + y * np.log(y) - y + np.log(TWO_PI * y) / 2
    return nll


def _poisson_size(loss: PoissonNLL, x: Any, y: Any) -> Any:
    rate, log_rate = (np.exp(x), x) if loss.log_rate else (x, np.log(x + REAL(loss.eps)))
    return 1 + rate + abs(product(y, log_rate)) + (y * (1 + np.log(y)) if y > 1 else 0)


def _gaussian(loss: GaussianNLL, x: Any, y: Any, v: Any) -> Any:
    if v.real < loss.eps:
        v = v + (REAL(loss.eps) - v.real)
    nll = (np.log(v) + (x - y) ** 2 / v) / 2
    return nll + np.log(TWO_PI) / 2 if loss.full else nll


def _gaussian_size(loss: GaussianNLL, x: Any, y: Any, v: Any) -> Any:
    v = max(v, REAL(loss.eps))
    return 1 + abs(np.log(v)) + (x - y) ** 2 / v


def _gaussian_slope_size(loss: GaussianNLL, x: Any, y: Any, v: Any) -> Any:
    v = max(v, REAL(loss.eps))
    return 1 + 1 / v + ((x - y) / v) ** 2


def _tweedie(loss: TweedieDeviance, x: Any, y: Any) -> Any:
    p = REAL(loss.power)
    if p == 0:
        return (x - y) ** 2
    if p == 1:
        return 2 * ((y * np.log(y / x) if y.real else 0 * y) - y + x)
    if p == 2:
        return 2 * (np.log(x) - np.log(y) + y / x - 1)
    best = 0 if p < 0 and y.real <= 0 else y ** (2 - p)
    return 2 * (best / ((1 - p) * (2 - p)) - y * x ** (1 - p) / (1 - p) + x ** (2 - p) / (2 - p))


def _tweedie_size(loss: TweedieDeviance, x: Any, y: Any) -> Any:
    p = REAL(loss.power)
    if p in (1, 2):
        return 1 + x + y + abs(y / x) + abs(np.log(x)) * (1 + y)
    if p == 0:
        return 1 + (x - y) ** 2
    # a power x^a is exp(a log x), which loses as many digits as its exponent has
    lost = 1 + abs(2 - p) * (abs(np.log(x)) + (abs(np.log(abs(y))) if y else 0))
    best = abs(y) ** (2 - p) if y else REAL(0)
    return 1 + lost * (best + abs(y) * x ** (1 - p) + x ** (2 - p)) / min(1, abs((1 - p) * (2 - p)))


def _tweedie_slope_size(loss: TweedieDeviance, x: Any, y: Any) -> Any:
    p = REAL(loss.power)
    return 1 + (x + abs(y)) * x**-p * (1 + abs(p * np.log(x))) if p else REAL(1)


def _brier(loss: BrierScore, p: Any, hot: Any) -> Any:
    total = sum((a - b) ** 2 for a, b in zip(p, hot, strict=True))
    half = loss.halved == "always" or (loss.halved == "two" and len(p) < 3)
    return total / REAL(2) if half else total


def _brier_of_one(loss: BrierScore, operands: Any) -> tuple[Any, Any]:
    """Of the probability of one of two classes the score is (p - y)^2, twice."""
    if np.ndim(operands["pred"]) > np.ndim(operands["target"]):
        return loss, operands
    factor = 2.0 if loss.halved == "never" else 1.0
    return SquaredError(factor=factor, reduction=loss.reduction), operands


DEFINITIONS: dict[type, Definition] = {
    PoissonNLL: Definition(_poisson, _poisson_size),
    GaussianNLL: Definition(_gaussian, _gaussian_size, _gaussian_slope_size),
    BrierScore: Definition(_brier, means=_brier_of_one),
    TweedieDeviance: Definition(_tweedie, _tweedie_size, _tweedie_slope_size),
}
