"""Divergences and focal losses as a person writes them; what a label of 0 multiplies is left out."""

from dataclasses import replace
from typing import Any

from xlogits.losses import (
    Entropy,
    KLDivergence,
    Reduction,
    RelativeEntropy,
    SoftmaxFocal,
    Transform,
)

POSITIVE = "positive"


def divergence(whole: Any, loss: KLDivergence, x: Any, y: Any) -> Any:
    """Its terms, or what they come to along the axis."""
    plain = replace(loss, inner="none", reduction=Reduction(), dtype=None, spread_weight=False)
    terms = whole.core(plain, {"pred": x, "target": y})
    terms = _terms(whole, loss, x, y) if terms is None else terms
    if "mask" in whole.operands:
        terms = whole.xp.where(whole.operands["mask"], terms, 0.0)
    if loss.inner == "none":
        return terms
    word = "mean_along" if loss.inner == "mean" else "sum_along"
    return whole.language.write(word, (terms, loss.axis))


def _terms(whole: Any, loss: KLDivergence, x: Any, y: Any) -> Any:
    xp = whole.xp
    if loss.clip is not None:
        x = x if loss.log_pred else xp.clip(x, *loss.clip)
        y = y if loss.log_target else xp.clip(y, *loss.clip)
        log_p, log_q = x if loss.log_pred else xp.log(x), y if loss.log_target else xp.log(y)
        terms = (xp.exp(y) if loss.log_target else y) * (log_q - log_p)
    elif loss.log_target:
        whole.assume(POSITIVE)
        terms = xp.exp(y) * (y - x)
    elif loss.log_pred:
        terms = xp.x_log_x(y) - y * x
    else:
        whole.assume("no negative probability")
        there = y != 0  # selected before the logarithm, or a derivative of log 0 comes back
        q, p = xp.where(there, y, 1.0), xp.where(there, x, 1.0)
        terms = y * (xp.log(q) - xp.log(p))
    q = xp.exp(y) if loss.log_target else y
    return terms - q + (xp.exp(x) if loss.log_pred else x) if loss.generalized else terms


def relative_entropy(whole: Any, loss: RelativeEntropy, x: Any, y: Any) -> Any:
    """Rows divided by their sums, and the sum of the terms."""
    xp = whole.xp
    p, q = (array / xp.sum(array, -1, keepdims=True) for array in (x, y))
    total = xp.sum(divergence(whole, KLDivergence(), p, q), -1)
    return total if loss.base is None else total / loss._unit()


def entropy(whole: Any, loss: Entropy, x: Any) -> Any:
    """The parts of rows divided by their sums, added up."""
    xp = whole.xp
    p = x / xp.sum(x, -1, keepdims=True)
    parts = whole.core(Transform(function="entr"), {"pred": p})
    if parts is None:
        whole.assume("slope at 0")
        parts = -p * xp.log(xp.where(p != 0, p, 1.0))
    total = xp.sum(parts, -1)
    return total if loss.base is None else total / loss._unit()


def cost(whole: Any, loss: Any, log_p: Any) -> Any:
    """What a class of this log-probability costs."""
    xp = whole.xp
    if not isinstance(loss, SoftmaxFocal):
        return loss.cost(xp, log_p)
    whole.assume("no zero")
    return -loss.alpha * xp.power(-xp.expm1(log_p), loss.gamma) * log_p
