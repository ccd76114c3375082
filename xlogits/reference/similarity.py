"""Losses of embeddings, by definition."""

import math
from typing import Any

import numpy as np

from xlogits.losses import CosineEmbedding, CosineSimilarity, Distance, InnerProduct, TripletMargin
from xlogits.reference.formula import Definition
from xlogits.reference.vector import COMPLEX, REAL

Array = Any
ONE, HALF = REAL(1), REAL(0.5)


def _dot(x: Array, y: Array) -> Any:
    return np.sum(x * y)


def _guarded(loss: Any, x: Array) -> Any:
    """The length of a row, kept from 0 in one of three ways."""
    square, eps = _dot(x, x), REAL(loss.eps)
    if loss.guard == "sum":
        return np.sqrt(square + eps)
    if loss.guard == "square":
        return np.sqrt(square) if square.real >= eps else np.sqrt(eps)
    return np.sqrt(square) if square.real >= eps * eps else eps


def _cosine(loss: Any, x: Array, y: Array) -> Any:
    if not loss.eps and 0 in (np.sum(x.real**2), np.sum(y.real**2)):
        return COMPLEX(complex(math.nan, math.nan)) if np.iscomplexobj(x) else REAL(math.nan)
    return _dot(x, y) / (_guarded(loss, x) * _guarded(loss, y))


def _product(loss: InnerProduct, x: Array, y: Array) -> Any:
    return REAL(loss.offset) + REAL(loss.factor) * _dot(x, y)


def _similarity(loss: CosineSimilarity, x: Array, y: Array) -> Any:
    return REAL(loss.offset) + REAL(loss.factor) * _cosine(loss, x, y)


def _embedding(loss: CosineEmbedding, x: Array, z: Array, y: Array) -> Any:
    cosine = _cosine(loss, x, z)
    if y[0].real == 1:
        return ONE - cosine
    # the side of the kink by real rows: a complex step leaves a trace in a cosine of 0
    reached = _cosine(loss, x.real, z.real) >= REAL(loss.margin)
    return cosine - REAL(loss.margin) if y[0].real == -1 and reached else 0 * cosine


def _steepness(loss: Any, x: Array, y: Array, *_: Array) -> Any:
    """Derivatives by a row are differences of numbers as large as 1 / its length."""
    lengths = _guarded(loss, x), _guarded(loss, y)
    return 1 + sum((ONE / n for n in lengths if n), REAL(0))


def _size(v: Any) -> Any:
    """|v|, whose derivative is that of v, of -v, or 0 at 0."""
    return v if v.real > 0 else -v if v.real < 0 else v * 0


def _length(loss: Any, x: Array, y: Array) -> Any:
    eps = REAL(loss.eps)
    d = np.array([_size(v) for v in (x - y + eps if loss.guard == "difference" else x - y)])
    added = eps if loss.guard == "power" else REAL(0)
    if loss.p == math.inf:
        return np.mean(d[d.real == max(d.real)])
    p = REAL(loss.p)
    powers = [v**p if v.real else v * 0 for v in d]
    total = sum(powers, REAL(0)) + added
    return total ** (ONE / p) if total.real else total * 0


def _triplet(loss: TripletMargin, a: Array, p: Array, n: Array) -> Any:
    far = _length(loss, a, n)
    if loss.swap:
        other = _length(loss, p, n)
        far = (
            far
            if far.real < other.real
            else other
            if other.real < far.real
            else HALF * (far + other)
        )
    value = REAL(loss.margin) + _length(loss, a, p) - far
    return value if value.real >= 0 else value * 0


DEFINITIONS: dict[type, Definition] = {
    InnerProduct: Definition(
        _product, size=lambda loss, x, y: 1 + abs(loss.factor) * np.sum(abs(x * y))
    ),
    CosineSimilarity: Definition(_similarity, slope_size=_steepness),
    CosineEmbedding: Definition(_embedding, slope_size=_steepness),
    Distance: Definition(_length, size=lambda loss, x, y: 1 + np.max(abs(x) + abs(y))),
    TripletMargin: Definition(
        _triplet,
        size=lambda loss, a, p, n: 1 + loss.margin + _length(loss, a, p) + _length(loss, a, n),
    ),
}
