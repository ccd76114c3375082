"""Losses of embeddings."""

import math
from typing import Any

from xlogits.formulas.told import Lines, Told, fixed, number, plus, times
from xlogits.losses import CosineEmbedding, CosineSimilarity, Distance, InnerProduct, TripletMargin

VECTORS = fixed(pred="vectors", target="other_vectors")


def _inner(loss: Any, given: frozenset[str]) -> Lines:
    first = _from(loss, "Σ_j x_j y_j")
    return (f"ℓ = {first}", *_pair(given))


def _cosine(loss: Any, given: frozenset[str]) -> Lines:
    first = _from(loss, _quotient(loss, "x", "y"))
    return (f"ℓ = {first}", *_pair(given))


def _from(loss: Any, term: str) -> str:
    """offset + factor * term."""
    if not loss.offset:
        return f"{times(loss.factor)}{term}"
    sign = "-" if loss.factor < 0 else "+"
    return f"{number(loss.offset)} {sign} {times(abs(loss.factor))}{term}"


def _quotient(loss: Any, x: str, y: str) -> str:
    return f"Σ_j {x}_j {y}_j / ({_length(loss, x)} {_length(loss, y)})"


def _length(loss: Any, x: str) -> str:
    """The length of a vector, kept from 0."""
    if not loss.eps:
        return f"‖{x}‖"
    if loss.guard == "length":
        return f"max(‖{x}‖, {number(loss.eps)})"
    if loss.guard == "square":
        return f"√(max(Σ_j {x}_j^2, {number(loss.eps)}))"
    return f"√(Σ_j {x}_j^2 + {number(loss.eps)})"


def _pair(given: frozenset[str]) -> Lines:
    if "mask" not in given:
        return ("x = vectors", "y = other_vectors")
    return ("x = vectors if mask; 0 otherwise", "y = other_vectors if mask; 0 otherwise")


def _cosine_embedding(loss: Any, given: frozenset[str]) -> Lines:
    above = f"c - {number(loss.margin)}" if loss.margin else "c"
    first = f"1 - c if y = 1; max(0, {above}) if y = -1; 0 otherwise"
    named = "x = vectors", "z = other_vectors", "y = labels"
    return (f"ℓ = {first}", f"c = {_quotient(loss, 'x', 'z')}", *named)


def _apart(loss: Any, x: str, y: str) -> str:
    """The distance of two vectors."""
    of = f"{x}_j - {y}_j"
    added = 0.0 if loss.guard == "power" else loss.eps
    outside = loss.eps if loss.guard == "power" else 0.0
    of = plus(of, added)
    if loss.p == math.inf:
        return f"max_j |{of}|"
    if loss.p == 1:
        return plus(f"Σ_j |{of}|", outside)
    if loss.p == 2:
        return f"√({plus(f'Σ_j ({of})^2', outside)})"
    p = number(loss.p)
    return f"({plus(f'Σ_j |{of}|^{p}', outside)})^(1 / {p})"


def _distance(loss: Any, given: frozenset[str]) -> Lines:
    return (f"ℓ = {_apart(loss, 'x', 'y')}", "x = vectors", "y = other_vectors")


def _triplet(loss: Any, given: frozenset[str]) -> Lines:
    far = "min(f, g)" if loss.swap else "f"
    named = [f"n = {_apart(loss, 'anchor', 'positive')}"]
    named += [f"f = {_apart(loss, 'anchor', 'negative')}"]
    named += [f"g = {_apart(loss, 'positive', 'negative')}"] * loss.swap
    return (f"ℓ = max(0, {number(loss.margin)} + n - {far})", *named)


TOLD: dict[type, Told] = {
    InnerProduct: Told(
        "The inner product of two vectors, which are not scaled to length 1.", VECTORS, _inner
    ),
    CosineSimilarity: Told("The cosine of the angle between two vectors.", VECTORS, _cosine),
    CosineEmbedding: Told(
        "What the cosine of like vectors lacks to 1, and that of unlike ones has above a margin.",
        fixed(pred="vectors", other="other_vectors", target="labels"),
        _cosine_embedding,
    ),
    Distance: Told("The distance of two vectors.", VECTORS, _distance),
    TripletMargin: Told(
        "How much nearer than the negative, and a margin, the positive is to the anchor.",
        fixed(pred="anchor", target="positive", other="negative"),
        _triplet,
    ),
}
