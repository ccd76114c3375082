"""Losses of embeddings as people write them: with the frameworks' own norms."""

from collections.abc import Callable
from typing import Any

from xlogits.losses import CosineEmbedding, CosineSimilarity, Distance, InnerProduct, TripletMargin
from xlogits.translation.language import Namespace


def _apart(xp: Namespace, loss: Any, x: Any, y: Any) -> Any:
    if loss.guard == "difference":
        return xp.norm(xp.added(x - y, loss.eps), loss.p)
    power = (x - y) ** 2 if loss.p == 2 else xp.abs(x - y) ** loss.p
    total = xp.sum(power, -1) + loss.eps
    return xp.sqrt(total) if loss.p == 2 else total ** (1 / loss.p)


def _triplet(xp: Namespace, loss: TripletMargin, a: Any, p: Any, n: Any) -> Any:
    far = _apart(xp, loss, a, n)
    if loss.swap:
        far = xp.minimum(far, _apart(xp, loss, p, n))
    return xp.maximum(loss.margin + _apart(xp, loss, a, p) - far, 0.0)


def _length(xp: Namespace, loss: Any, x: Any) -> Any:
    if xp.differentiates_norms_at_zero:
        return xp.maximum(xp.norm(x, 2), loss.eps)
    return xp.sqrt(xp.maximum(xp.sum(x**2, -1), loss.eps**2))


def _cosine(xp: Namespace, loss: Any, x: Any, y: Any) -> Any:
    if loss.guard == "length":
        x_long, y_long = (_length(xp, loss, v) for v in (x, y))
    elif loss.guard == "square":
        squares = (xp.sum(v**2, -1) for v in (x, y))
        x_long, y_long = (xp.sqrt(xp.maximum(v, loss.eps) if loss.eps else v) for v in squares)
    else:
        x_long, y_long = (xp.sqrt(xp.sum(v**2, -1) + loss.eps) for v in (x, y))
    return xp.sum(x * y, -1) / (x_long * y_long)


def _scaled(loss: Any, value: Any) -> Any:
    if abs(loss.factor) != 1:
        return loss.offset + loss.factor * value
    if not loss.offset:
        return value if loss.factor == 1 else -value
    return loss.offset + value if loss.factor == 1 else loss.offset - value


def _product(xp: Namespace, loss: InnerProduct, x: Any, y: Any) -> Any:
    return _scaled(loss, xp.sum(x * y, -1))


def _similarity(xp: Namespace, loss: CosineSimilarity, x: Any, y: Any) -> Any:
    return _scaled(loss, _cosine(xp, loss, x, y))


def _embedding(xp: Namespace, loss: CosineEmbedding, x: Any, z: Any, y: Any) -> Any:
    cosine = _cosine(xp, loss, x, z)
    over = xp.clamped(cosine - loss.margin if loss.margin else cosine)
    return xp.where(y == 1, 1 - cosine, xp.where(y == -1, over, xp.full_like(over, 0.0)))


COMPOSED: dict[type, Callable[..., Any]] = {
    Distance: _apart,
    InnerProduct: _product,
    TripletMargin: _triplet,
    CosineSimilarity: _similarity,
    CosineEmbedding: _embedding,
}
