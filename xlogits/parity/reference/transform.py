"""The elementary functions by definition."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.losses import Transform
from xlogits.losses.axes import class_axes
from xlogits.parity.reference.items import Reference
from xlogits.parity.reference.vector import COMPLEX, REAL, STEP, log_softmax, real_slope, softplus

Array = Any

_ALONG: dict[str, Callable[[Array], Array]] = {
    "softmax": lambda x: np.exp(log_softmax(x)),
    "log_softmax": log_softmax,
    "logsumexp": lambda x: x[:1] - log_softmax(x)[:1] if np.isfinite(x[0].real) else _logsumexp(x),
}


def _logsumexp(x: Array) -> Array:
    top = max(v.real for v in x)
    top = top if np.isfinite(top) else REAL(0)
    return np.array([top + np.log(np.sum(np.exp(x - top)))])


def _elementwise(function: str, x: Any, beta: Any) -> Any:
    if function == "sigmoid":
        return np.exp(-softplus(-x))
    if function == "log_sigmoid":
        return -softplus(-x)
    if function == "softplus":
        return softplus(beta * x) / beta
    return np.log(x / (1 - x)) if 0 <= x.real <= 1 else REAL(math.nan)


def transform(loss: Transform, pred: Array, cotangent: Array | None) -> Reference:
    x = np.asarray(pred, REAL)
    if loss.function in _ALONG:
        axes = class_axes(loss.axis, x.ndim)
        function: Callable[[Array], Array] = _ALONG[loss.function]
    else:
        axes = ()
        beta = REAL(loss.beta)

        def function(v: Array) -> Array:
            return np.array([_elementwise(loss.function, v[0], beta)])

    batch = [i for i in range(x.ndim) if i not in axes]
    order = [*batch, *axes]
    rows = np.transpose(x, order).reshape(
        [*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in axes)]
    )
    whole = loss.function in ("softmax", "log_softmax")
    out = np.zeros([*rows.shape[:-1], rows.shape[-1] if whole else 1], REAL)
    ct = np.ones(out.shape, REAL)
    if cotangent is not None:
        given = np.asarray(cotangent, REAL)
        ct = np.transpose(given, order).reshape(out.shape) if whole else given.reshape(out.shape)
    grad, size = np.zeros(rows.shape, REAL), np.zeros(rows.shape, REAL)
    for key in np.ndindex(rows.shape[:-1]):
        out[key] = function(rows[key])
        for j in range(rows.shape[-1]):
            moved = np.asarray(rows[key], COMPLEX)
            moved[j] += 1j * STEP
            slopes = np.array([real_slope(v) for v in function(moved)])
            grad[key][j] = np.sum(ct[key] * slopes)
        size[key] = abs(grad[key]) + np.sum(abs(ct[key]))

    def back(a: Array) -> Array:
        moved = a.reshape([x.shape[i] for i in order])
        return np.transpose(moved, np.argsort(order))

    if whole:
        value = back(out)
    else:
        kept = [1 if i in axes else n for i, n in enumerate(x.shape)]
        left = (
            kept
            if loss.keepdims or not axes
            else [n for i, n in enumerate(x.shape) if i not in axes]
        )
        value = out.reshape(left)
    scale = 1 + abs(value)
    if loss.function in ("softmax", "sigmoid"):  # probabilities: small ones have to be right too
        scale = value * (1 - np.log(np.where(value > 0, value, 1)))
    return Reference(
        (value, np.where(np.isfinite(value), scale, 1)), {"pred": (back(grad), back(size))}
    )
