"""The elementary functions by definition."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.losses import Transform
from xlogits.losses.parts.axes import class_axes
from xlogits.reference.items import Reference
from xlogits.reference.vector import (
    COMPLEX,
    REAL,
    STEP,
    clipped,
    log_softmax,
    real_slope,
    softplus,
)

Array = Any


def _softmax(x: Array, w: Array) -> Array:
    return np.exp(log_softmax(x))


def _logsumexp(x: Array, w: Array) -> Array:
    x = np.where(w == 0, -math.inf, x)
    top = max((v.real for v in x), default=REAL(0))
    top = top if np.isfinite(top) else REAL(0)
    return np.array([top + np.log(np.sum(w * np.exp(x - top)))])


_ALONG: dict[str, Callable[[Array, Array], Array]] = {
    "softmax": _softmax,
    "softmin": lambda x, w: _softmax(-x, w),
    "log_softmax": lambda x, w: log_softmax(x),
    "logsumexp": _logsumexp,
    "logmeanexp": lambda x, w: _logsumexp(x, w) - np.log(REAL(len(x))),
}
_MASKED = {"softmax": 0.0, "softmin": 0.0, "log_softmax": -math.inf}  # the others sum


def _along(function: str, mask: Array, x: Array, w: Array) -> Array:
    """The function of what the mask leaves, and what stands for the rest."""
    found = _ALONG[function](x[mask], w[mask])
    if function not in _MASKED:
        return found
    whole = np.full(x.shape, _MASKED[function], found.dtype)
    whole[mask] = found
    return whole


def _each(loss: Transform, x: Any) -> Any:
    beta = REAL(loss.beta)
    if loss.function == "sigmoid":
        return np.exp(-softplus(-x))
    if loss.function == "log_sigmoid":
        return -softplus(-x)
    if loss.function == "softplus":
        above = loss.linear_above is not None and (beta * x).real > loss.linear_above
        return x if above else softplus(beta * x) / beta
    if loss.function == "log1mexp":
        return np.log(-np.expm1(-x))
    if loss.function == "entr":
        return _entr(x)
    x = x if loss.clamp is None else clipped(x, loss.clamp, 1 - loss.clamp)
    return np.log(x / (1 - x)) if 0 <= x.real <= 1 else REAL(math.nan)


def _entr(x: Any) -> Any:
    """Its slope is infinite at 0, and below 0, where it is -inf, there is none."""
    real = isinstance(x, REAL)
    if x.real == 0:
        return x if real else COMPLEX(complex(0, math.inf))
    if x.real < 0:
        return REAL(-math.inf) if real else COMPLEX(complex(-math.inf, math.nan))
    return -x * np.log(x)


def transform(loss: Transform, operands: dict[str, Array], cotangent: Array | None) -> Reference:
    x = np.asarray(operands["pred"], REAL)
    axes = class_axes(loss.axis, x.ndim) if loss.function in _ALONG else ()
    batch = [i for i in range(x.ndim) if i not in axes]
    order = [*batch, *axes]
    shape = [*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in axes)]

    def rows_of(a: Any) -> Array:
        return np.transpose(np.broadcast_to(a, x.shape), order).reshape(shape)

    def back(a: Array) -> Array:
        return np.transpose(a.reshape([x.shape[i] for i in order]), np.argsort(order))

    rows, masks = rows_of(x), rows_of(operands.get("mask", True))
    weights = rows_of(np.asarray(operands.get("weight", 1), REAL))
    whole = loss.function in _MASKED
    out = np.zeros([*shape[:-1], shape[-1] if whole else 1], REAL)
    ct = np.ones(out.shape, REAL)
    if cotangent is not None:
        given = np.asarray(cotangent, REAL)
        ct = rows_of(given) if whole else given.reshape(out.shape)
    grad, size = np.zeros(rows.shape, REAL), np.zeros(rows.shape, REAL)
    for key in np.ndindex(rows.shape[:-1]):

        def function(v: Array, key: Any = key) -> Array:
            if not axes:
                return np.array([_each(loss, v[0])])
            return _along(loss.function, masks[key], v, weights[key])

        out[key] = function(rows[key])
        for j in np.flatnonzero(masks[key]):
            moved = np.asarray(rows[key], COMPLEX)
            moved[j] += 1j * STEP
            slopes = np.array([real_slope(v) for v in function(moved)])
            grad[key][j] = np.sum(ct[key] * slopes)
        size[key] = abs(grad[key]) + np.sum(abs(ct[key]))
    value = back(out) if whole else out.reshape(_left(loss, x.shape, axes))
    return Reference(_scaled(loss, value), {"pred": (back(grad), back(size))})


def _left(loss: Transform, shape: tuple[int, ...], axes: tuple[int, ...]) -> list[int]:
    """The shape of what is summed over axes."""
    if loss.keepdims:
        return [1 if i in axes else n for i, n in enumerate(shape)]
    return [n for i, n in enumerate(shape) if i not in axes]


def _scaled(loss: Transform, value: Array) -> tuple[Array, Array]:
    scale = 1 + abs(value)
    if loss.function in (
        "softmax",
        "softmin",
        "sigmoid",
    ):  # small probabilities have to be right too
        scale = value * (1 - np.log(np.where(value > 0, value, 1)))
    return value, np.where(np.isfinite(value), scale, 1)
