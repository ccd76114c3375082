"""NumPy's softmax and what belongs to it, along one axis: few passes, little memory, all digits.

Rows are taken in tiles that stay in the cache, so that nothing but the result takes memory worth
mentioning. What usually costs time or digits, and is not done here:

- A shift by the largest logit, where e^x neither overflows nor vanishes: a pass over the numbers, and
  x - max(x) rounded, which exp makes a relative error. Tiles that need the shift get it, and what
  the subtraction rounded off is put back.
- 1 - p, and log p, where p is near 1. The sum over the classes leaves out the label, or the largest,
  so that the loss of a confident prediction is log1p of what is left, however small that is.
- Sums along rows, four times slower than a product with a row of ones.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.backends.numpy import quick as small
from xlogits.backends.numpy.tiles import items_of, over_tiles, rows_of, whole_of

Array = Any

_LARGEST = {4: 88.0, 8: 709.0}  # e^x is finite, by bytes of x
_BLOCK = 512  # numbers added by one product
_FEW = 8  # blocks
_ONES: dict[int, Array] = {4: np.ones(_BLOCK, np.float32), 8: np.ones(_BLOCK)}
_ENOUGH = 0.5  # sums of e^x below this need the shift
_LEAST = math.log(_ENOUGH)
_NOTHING = np.zeros(())


def wide(x: Array) -> Array:
    """In float64; a longer sum is rounded to it."""
    return x.astype(np.float64, copy=False)


# -- the losses, one number for each row


def index_cross_entropy(logits: Array, labels: Array, axis: int) -> Array:
    rows, labels = rows_of(logits, axis), labels.reshape(-1)
    loss = small.quick_softmax_cross_entropy(rows, labels)
    if loss is None:
        sums = Sums(*(np.zeros(len(rows)) for _ in Sums._fields))
        over_tiles(
            rows, None, lambda some, exps: sums.keep(some, _apart(rows[some], labels[some], exps))
        )
        loss = _cost(sums, rows, labels)  # of all tiles at once
    return items_of(loss, logits, axis)


def index_cross_entropy_gradient(
    logits: Array, labels: Array, axis: int, out: Array, into: Array | None = None
) -> tuple[Array, Array]:
    """`into`, if it is like the logits and its rows are a view, may be the logits themselves."""
    rows, by_x = rows_of(logits, axis), None
    if into is not None and (into.dtype, into.shape) == (logits.dtype, logits.shape):
        by_x = rows_of(into, axis)
    if by_x is None or not np.may_share_memory(by_x, into):
        by_x = np.empty(rows.shape, logits.dtype)
    elif np.may_share_memory(by_x, rows):
        by_x = rows
    loss = index_gradient(rows, labels.reshape(-1), out.reshape(-1), by_x)
    return items_of(loss, logits, axis), whole_of(by_x, logits, axis)


def index_gradient(rows: Array, labels: Array, out: Array, by_x: Array) -> Array:
    """The losses in float64; `by_x` gets the derivatives, and may be the rows themselves."""
    loss, out = np.empty(len(rows)), wide(out)

    def work(some: slice, exps: Array) -> None:
        tile, aside = rows[some], labels[some]
        sums = _apart(tile, aside, exps)
        loss[some] = _cost(sums, tile, aside)
        share = out[some] / sums.total
        if exps.itemsize == 8:  # one rounding less
            exps /= (sums.total / out[some])[:, None]
        else:
            exps *= share.astype(exps.dtype)[:, None]
        # p - 1 from the smaller of p and 1 - p
        exps[np.arange(len(exps)), aside] = np.where(
            sums.lead < sums.rest, sums.lead * share - out[some], -sums.rest * share
        )
        _spoil(sums, exps)
        if by_x is rows:
            rows[some] = exps

    over_tiles(rows, None if by_x is rows else by_x, work)
    return loss


def dense_cross_entropy(logits: Array, weights: Array, axis: int) -> Array:
    rows, weights = rows_of(logits, axis), rows_of(weights, axis)
    loss = small.quick_dense(rows, weights) if weights.dtype == logits.dtype else None
    if loss is None:
        loss = made = np.empty(len(rows))

        def work(some: slice, exps: Array) -> None:
            tile, q = rows[some], weights[some]
            top, log = _largest(tile, exps)
            below = np.subtract(top[:, None], tile, out=exps)
            if not np.isfinite(tile.min(initial=0)):
                below[(q == 0) & np.isinf(below)] = 0
            found = np.einsum("ij,ij->i", q, below) + q.sum(-1, dtype=np.float64) * log
            odd = np.flatnonzero(np.isnan(found))
            if len(odd):  # an infinite label times a difference of 0, perhaps
                found[odd] = (q[odd] * (below[odd] + log[odd, None])).sum(1)
            made[some] = found

        over_tiles(rows, None, work)
    return items_of(loss, logits, axis)


# -- the functions


def softmax(x: Array, axis: int) -> Array:
    return _mapped(x, axis, small.softmax, _softmax)


def _softmax(rows: Array, exps: Array) -> None:
    sums = _apart(rows, None, exps)
    exps /= sums.total.astype(exps.dtype)[:, None]
    _spoil(sums, exps)


def log_softmax(x: Array, axis: int) -> Array:
    return _mapped(x, axis, small.log_softmax, _log_softmax)


def _log_softmax(rows: Array, exps: Array) -> None:
    top, log = _largest(rows, exps)
    np.subtract(rows, top[:, None], out=exps)
    exps -= log.astype(exps.dtype)[:, None]


def _mapped(
    x: Array,
    axis: int,
    short: Callable[[Array], Array | None],
    work: Callable[[Array, Array], None],
) -> Array:
    """A function of rows, as large as they are: the short way, or made tile by tile."""
    rows = rows_of(x, axis)
    y = short(rows) if 0 < rows.size <= small.MOST else None
    if y is None:
        y = np.empty(rows.shape, x.dtype)
        over_tiles(rows, y, lambda some, exps: work(rows[some], exps))
    return whole_of(y, x, axis)


def shares(x: Array, axis: int) -> tuple[Array, Array]:
    rows = rows_of(x, axis)
    p, not_p = np.empty(rows.shape, x.dtype), np.empty(rows.shape, x.dtype)

    def work(some: slice, exps: Array) -> None:
        first, top = _first(rows[some])
        at = np.arange(len(exps)), first
        sums = _apart(rows[some], first, exps, top)
        exps /= sums.total.astype(exps.dtype)[:, None]
        exps[at] = sums.lead / sums.total
        _spoil(sums, exps)
        np.subtract(1, exps, out=not_p[some])
        not_p[some][at] = sums.rest / sums.total

    over_tiles(rows, p, work)
    return whole_of(p, x, axis), whole_of(not_p, x, axis)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    rows = rows_of(x, axis)
    total = small.logsumexp(rows) if 0 < rows.size <= small.MOST else None
    if total is None:
        total = made = np.full(len(rows), -np.inf)

        def work(some: slice, exps: Array) -> None:
            top, log = _largest(rows[some], exps)
            top = wide(top)
            made[some] = np.where(np.isfinite(top), top + log, top)

        over_tiles(rows, None, work)
    y = items_of(total, x, axis)
    return np.expand_dims(y, axis) if keepdims else y


# -- exponentials, one of each row set aside


class Sums(NamedTuple):
    """e^(x - shift) of what is set aside in each row, the sum of the others, and of all; float64.

    Where nothing is set aside `lead` is 0, and the rest is all. `top` is 0 where nothing was subtracted,
    else the largest of the row; where that is infinite or NaN it was not subtracted either.
    """

    lead: Array
    rest: Array
    total: Array
    top: Array

    def keep(self, some: slice, part: "Sums") -> None:
        for whole, few in zip(self, part, strict=True):
            whole[some] = few


def _apart(rows: Array, aside: Array | None, exps: Array, top: Array | None = None) -> Sums:
    """The sums; `exps` is where the exponentials go, with 0 for the one `aside`, if there is one.

    `top` is the largest of each row, if that is known already.
    """
    if _fits(rows if top is None else top, rows):
        np.exp(rows, out=exps)
        sums = _summed(exps, aside, rows, _NOTHING)
        if sums.total.min() >= _ENOUGH:
            return sums
    top = rows.max(1) if top is None else top
    _shifted(rows, top, exps)
    return _summed(exps, aside, rows, wide(top))


def _largest(rows: Array, exps: Array) -> tuple[Array, Array]:
    """The largest number of each row, and minus the logarithm of its share."""
    first, top = _first(rows)
    return top, _cost(_apart(rows, first, exps, top), rows, first)


def _first(rows: Array) -> tuple[Array, Array]:
    """Where the largest of each row is, and which number it is."""
    first = np.argmax(rows, 1)
    return first, rows[np.arange(len(rows)), first]


def _fits(largest: Array, rows: Array) -> bool:
    """Whether e^x and its sums are finite, and perhaps not too small."""
    peak = float(largest.max())  # reading a tile once makes exp of it twice as fast
    classes = math.log(rows.shape[1])
    return _LEAST - classes <= peak <= _LARGEST[rows.itemsize] - classes


def _summed(exps: Array, aside: Array | None, rows: Array, top: Array) -> Sums:
    if aside is None:
        total = wide(_sum(exps))
        return Sums(_NOTHING, total, total, top)
    at = np.arange(len(exps)), aside
    # one exponential among many sums, whose rounding nothing averages out
    lead = np.exp(wide(rows[at]) - top) if exps.itemsize < 8 else exps[at]
    exps[at] = 0
    rest = _sum(exps)
    return Sums(lead, wide(rest), wide(lead + rest), top)


def _sum(exps: Array) -> Array:
    """Of each row. Each addition that is rounded is seen in the result, so blocks of them are few."""
    count, classes = exps.shape
    more = np.float64 if exps.itemsize < 8 else np.longdouble
    if classes <= _BLOCK:
        if exps.itemsize < 8:
            return np.einsum("ij->i", exps, dtype=more)
        return exps.sum(1, dtype=more)
    # blocks are added by a product with ones, four times faster than sums along rows
    ones, many = _ONES[exps.itemsize], classes // _BLOCK
    start, total = 0, 0.0
    if many > _FEW:
        start = many * _BLOCK
        total = (exps[:, :start].reshape(count, many, _BLOCK) @ ones).sum(1, dtype=more)
    for first in range(start, classes, _BLOCK):
        block = exps[:, first : first + _BLOCK]
        total = (block @ ones[: block.shape[1]]).astype(more) + total
    return total


def _shifted(rows: Array, top: Array, exps: Array) -> None:
    """e^(x - max(x)), with what the subtraction rounds off put back."""
    if not np.isfinite(top.sum()):
        top = np.where(np.isfinite(top), top, 0)
    exact = np.where(top > 0, -top / 2, top)  # from here on the difference is exact
    top = top[:, None]
    np.subtract(rows, top, out=exps)
    if exps.min() >= exact.max() or np.all(exps.min(1) >= exact):
        np.exp(exps, out=exps)
        return
    back = exps + top
    lost = (rows - back) - (top - (back - exps))  # Knuth's two-sum
    lost[~np.isfinite(lost)] = 0
    np.exp(exps, out=exps)
    exps *= 1 + lost


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _cost(sums: Sums, rows: Array, aside: Array) -> Array:
    """-log p of what is set aside, in float64."""
    lead, rest, _, top = sums
    cost = np.log1p(rest / lead)
    odd = np.flatnonzero(lead < 1e-30)  # where e^x is too small to have digits
    if len(odd):
        cost[odd] = (
            np.broadcast_to(top, lead.shape)[odd] - rows[odd, aside[odd]] + np.log(rest[odd])
        )
    # as on the other backends; the limit beside one +inf is infinite, but beside two not known
    cost[~np.isfinite(top)] = np.nan
    return cost


def _spoil(sums: Sums, exps: Array) -> None:
    """NaN in rows whose largest number is infinite or NaN."""
    wrong = ~np.isfinite(sums.top)
    if np.any(wrong):
        exps[wrong] = np.nan
