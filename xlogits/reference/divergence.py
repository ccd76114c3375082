"""Divergences and the relatives of cross-entropy, by definition."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.losses import (
    Entropy,
    GeneralizedCrossEntropy,
    KLDivergence,
    RelativeEntropy,
    SigmoidFocal,
    SoftmaxFocal,
    SoftmaxPoly,
)
from xlogits.reference.formula import Definition
from xlogits.reference.vector import COMPLEX, REAL, clipped, log_pair, product

Array = Any


def _pair(loss: KLDivergence, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """p, q and their logarithms."""
    if loss.clip is not None:
        x = x if loss.log_pred else clipped(x, *loss.clip)
        y = y if loss.log_target else clipped(y, *loss.clip)
    p, log_p = (np.exp(x), x) if loss.log_pred else (x, np.log(x))
    q, log_q = (np.exp(y), y) if loss.log_target else (y, np.log(y))
    return p, q, log_p, log_q


def _kl(loss: KLDivergence, x: Any, y: Any) -> Any:
    p, q, log_p, log_q = _pair(loss, x, y)
    if p.real < 0 or q.real < 0:
        return REAL(np.inf)
    term = REAL(0) if q.real == 0 else product(q, log_q - log_p)
    return term - q + p if loss.generalized else term


def _kl_size(loss: KLDivergence, x: Any, y: Any) -> Any:
    p, q, log_p, log_q = _pair(loss, x, y)
    size = 1 + (q * (abs(log_p) + abs(log_q)) if q > 0 else 0)
    return size + abs(p) + abs(q) if loss.generalized else size


def _kl_slope_size(loss: KLDivergence, x: Any, y: Any) -> Any:
    p, _, log_p, log_q = _pair(loss, x, y)
    size = 1 + abs(log_p) + abs(log_q) + (p if loss.generalized else 0)
    return size if np.isfinite(size) else REAL(1)


def _relative_entropy(loss: RelativeEntropy, x: Array, y: Array) -> Any:
    plain, p, q = KLDivergence(), x / np.sum(x), y / np.sum(y)
    # a label of 0 is told before the division, whose complex step leaves a trace in the real part
    total = sum(_kl(plain, a, b) for a, b, c in zip(p, q, y, strict=True) if c.real != 0)
    return total if loss.base is None else total / np.log(REAL(loss.base))


def _entropy(loss: Entropy, x: Array) -> Any:
    # an entry of 0 is told before the division, whose complex step leaves a trace in the real part
    total = sum(
        -product(a, np.log(a)) for a, b in zip(x / np.sum(x), x, strict=True) if b.real != 0
    )
    return total if loss.base is None else total / np.log(REAL(loss.base))


def _entropy_slope_size(loss: Entropy, x: Array) -> Array:
    """The derivative is a difference of -log p and its mean, divided by the sum of the row and log b."""
    p = x / np.sum(x)
    unit = REAL(1) if loss.base is None else np.log(REAL(loss.base))
    logs = abs(np.log(p))
    return (1 + logs + np.sum(p * logs)) / (np.sum(x) * unit)


def _relative_slope_size(loss: RelativeEntropy, x: Array, y: Array) -> tuple[Array, Array]:
    """Both derivatives are differences, divided by the sum of the row and by log b.

    By x of 1 and q / p, by y of log(q / p) and its mean under q, with p and q rounded before.
    """
    p, q = x / np.sum(x), y / np.sum(y)
    unit = REAL(1) if loss.base is None else np.log(REAL(loss.base))
    by_x = 1 + np.where(q > 0, q / p, 0)
    logs = 1 + np.where(q > 0, abs(np.log(p)) + abs(np.log(q)), 0)
    by_y = logs + np.sum(np.where(q > 0, q * logs, 0))
    return by_x / (np.sum(x) * unit), by_y / (np.sum(y) * unit)


def _generalized(loss: GeneralizedCrossEntropy, p: Array, y: Array) -> Any:
    k, hit = REAL(loss.exponent), np.sum(y * p)
    if hit.real == 0:  # infinitely steep in the probability of the label, and in no other
        return 1 / k if hit.imag == 0 else COMPLEX(1 / k - 1j * hit.imag * REAL(1e40))
    return (1 - hit**k) / k


def _sigmoid_focal(loss: SigmoidFocal, x: Any, z: Any) -> Any:
    e, gamma = REAL(loss.label_smoothing), REAL(loss.gamma)
    z = (1 - e) * z + e / 2
    p, not_p, log_p, log_not = _event(loss, x)
    cost = -product(z, log_p) - product(1 - z, log_not)
    off = z * not_p + (1 - z) * p
    balance = REAL(1)
    if loss.balanced and loss.alpha is not None:
        balance = REAL(loss.alpha) * z + (1 - REAL(loss.alpha)) * (1 - z)
    return balance * off**gamma * cost


def _event(loss: SigmoidFocal, x: Any) -> tuple[Any, Any, Any, Any]:
    """p, 1 - p and their logarithms, of which only these are clipped."""
    p, not_p = (1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x)))
    p, not_p = (p, not_p) if loss.form.kind == "logits" else (x, 1 - x)
    return p, not_p, *log_pair(loss.form, x)


def _sigmoid_focal_size(loss: SigmoidFocal, x: Any, z: Any) -> Any:
    """The factor has an error of eps before it is raised to the power."""
    _, _, log_p, log_not = _event(loss, x)
    size = 1 + abs(product(z, log_p)) + abs(product(1 - z, log_not))
    return size * (1 + loss.gamma) if np.isfinite(size) else REAL(1)


def _softmax_focal(loss: SoftmaxFocal, log_p: Any) -> Any:
    off = 1 - np.exp(log_p)
    return -product(REAL(loss.alpha) * off ** REAL(loss.gamma), log_p)


def _softmax_poly(loss: SoftmaxPoly, log_p: Any) -> Any:
    return -log_p + REAL(loss.first_term) * (1 - np.exp(log_p))


# what a class of this log-probability costs, where that is not -log p
COSTS: dict[type, Callable[..., Any]] = {SoftmaxFocal: _softmax_focal, SoftmaxPoly: _softmax_poly}

DEFINITIONS: dict[type, Definition] = {
    KLDivergence: Definition(_kl, _kl_size, _kl_slope_size),
    Entropy: Definition(_entropy, slope_size=_entropy_slope_size),
    RelativeEntropy: Definition(_relative_entropy, slope_size=_relative_slope_size),
    GeneralizedCrossEntropy: Definition(_generalized),
    SigmoidFocal: Definition(_sigmoid_focal, _sigmoid_focal_size, _sigmoid_focal_size),
}
