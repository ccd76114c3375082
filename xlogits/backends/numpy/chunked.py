"""Rows in chunks, on NumPy arrays: what is overwritten are arrays made here."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.backends.numpy.rows import index_gradient
from xlogits.backends.protocol import Namespace

Array = Any

_COLUMNS = 2048  # of a product that is added to a sum, so that there is no second array of its size


def project(x: Array, weight: Array, bias: Array | None) -> Array:
    logits = x @ weight.T
    if bias is not None:
        logits += bias
    return logits


def accumulate(total: Array, slope: Array, x: Array) -> Array:
    # one array for all products, which stays in the processor's cache
    product = np.empty((min(_COLUMNS, len(total)), total.shape[1]), total.dtype)
    for start in range(0, len(total), _COLUMNS):
        part = total[start : start + _COLUMNS]
        part += np.matmul(slope[:, start : start + _COLUMNS].T, x, out=product[: len(part)])
    return total


def index_slope(logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
    return index_gradient(logits, labels, out, logits).astype(logits.dtype), logits


def fold(step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any) -> Any:
    parts = []
    count = len(xs["hidden"])
    for start in range(0, max(count, 1), rows):
        state, part = step(state, {name: x[start : start + rows] for name, x in xs.items()})
        parts.append(part)
    return state, tuple(np.concatenate(some) for some in zip(*parts, strict=True))


def differentiable(plan: Any, xp: Namespace, batch: Any) -> Array:
    losses = plan.losses(xp, batch)
    return np.sum(batch.each * losses) if plan.summed else losses
