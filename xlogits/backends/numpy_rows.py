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

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

Array = Any

_TILE = 2**19  # bytes worked on at a time
_LARGEST = {np.float32: 88.0, np.float64: 709.0}  # e^x is finite
_FEW = 512  # classes
_PAIRWISE = 64  # from here on adding in pairs is better than adding one after the other
_ENOUGH = 0.5  # sums of e^x below this need the shift


def wide(x: Array) -> Array:
    """In float64."""
    return x.astype(np.float64, copy=False)


# -- the losses, one number for each row


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def index_cross_entropy(x: Array, labels: Array, axis: int) -> Array:
    rows, labels = _rows(x, axis), labels.reshape(-1)
    sums = _none(len(rows))
    for some, exps in _tiles(rows):
        sums.keep(some, _apart(rows[some], labels[some], exps))
    return _items(_cost(sums, rows, labels), x, axis)


def index_cross_entropy_gradient(
    x: Array, labels: Array, axis: int, out: Array
) -> tuple[Array, Array]:
    rows = _rows(x, axis)
    by_x = np.empty(rows.shape, x.dtype)
    loss = index_gradient(rows, labels.reshape(-1), out.reshape(-1), by_x)
    return _items(loss, x, axis), _whole(by_x, x, axis)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def index_gradient(rows: Array, labels: Array, out: Array, by_x: Array) -> Array:
    """The losses in float64; `by_x` gets the derivatives, and may be the rows themselves."""
    loss, out = np.empty(len(rows)), wide(out)
    for some, exps in _tiles(rows, None if by_x is rows else by_x):
        tile, aside = rows[some], labels[some]
        part = _apart(tile, aside, exps)
        loss[some] = _cost(part, tile, aside)
        share = out[some] / (part.lead + part.rest)
        exps *= share.astype(rows.dtype)[:, None]
        # p - 1 from the smaller of p and 1 - p
        exps[np.arange(len(exps)), aside] = np.where(
            part.lead < part.rest, part.lead * share - out[some], -part.rest * share
        )
        _spoil(part, exps)
        if by_x is rows:
            rows[some] = exps
    return loss


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def dense_cross_entropy(x: Array, weights: Array, axis: int) -> Array:
    rows, weights = _rows(x, axis), _rows(weights, axis)
    loss = np.empty(len(rows))
    for some, exps in _tiles(rows):
        tile, q = rows[some], weights[some]
        first, top = _first(tile)
        log = _cost(_apart(tile, first, exps, top), tile, first)
        below = np.subtract(top[:, None], tile, out=exps)
        if not np.isfinite(tile.min(initial=0)):
            below[(q == 0) & np.isinf(below)] = 0
        found = np.einsum("ij,ij->i", q, below) + q.sum(-1, dtype=np.float64) * log
        odd = np.flatnonzero(np.isnan(found))
        if len(odd):  # an infinite label times a difference of 0, perhaps
            found[odd] = (q[odd] * (below[odd] + log[odd, None])).sum(1)
        loss[some] = found
    return _items(loss, x, axis)


# -- the functions


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def softmax(x: Array, axis: int) -> Array:
    rows = _rows(x, axis)
    p = np.empty(rows.shape, x.dtype)
    for some, exps in _tiles(rows, p):
        first = np.zeros(len(exps), np.intp)
        part = _apart(rows[some], first, exps)
        exps[:, 0] = part.lead
        exps /= (part.lead + part.rest).astype(x.dtype)[:, None]
        _spoil(part, exps)
    return _whole(p, x, axis)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def shares(x: Array, axis: int) -> tuple[Array, Array]:
    rows = _rows(x, axis)
    p, not_p = np.empty(rows.shape, x.dtype), np.empty(rows.shape, x.dtype)
    for some, exps in _tiles(rows, p):
        first, top = _first(rows[some])
        at = np.arange(len(exps)), first
        part = _apart(rows[some], first, exps, top)
        total = part.lead + part.rest
        exps /= total.astype(x.dtype)[:, None]
        exps[at] = part.lead / total
        _spoil(part, exps)
        np.subtract(1, exps, out=not_p[some])
        not_p[some][at] = part.rest / total
    return _whole(p, x, axis), _whole(not_p, x, axis)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def log_softmax(x: Array, axis: int) -> Array:
    rows = _rows(x, axis)
    y = np.empty(rows.shape, x.dtype)
    for some, exps in _tiles(rows, y):
        first, top = _first(rows[some])
        log = _cost(_apart(rows[some], first, exps, top), rows[some], first)
        np.subtract(rows[some], top[:, None], out=exps)
        exps -= log.astype(x.dtype)[:, None]
    return _whole(y, x, axis)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    rows = _rows(x, axis)
    total = np.full(len(rows), -np.inf)
    for some, exps in _tiles(rows):
        first, top = _first(rows[some])
        log = _cost(_apart(rows[some], first, exps, top), rows[some], first)
        top = wide(top)
        total[some] = np.where(np.isfinite(top), top + log, top)
    y = _items(total, x, axis)
    return np.expand_dims(y, axis) if keepdims else y


# -- exponentials, one of each row set aside


class Sums(NamedTuple):
    """e^(x - shift) of the number that is set aside in each row, and the sum of the others; float64.

    `top` is 0 where nothing was subtracted, else the largest of the row; where that is infinite or NaN
    it was not subtracted either.
    """

    lead: Array
    rest: Array
    top: Array

    def keep(self, some: slice, part: "Sums") -> None:
        for whole, few in zip(self, part, strict=True):
            whole[some] = few


def _none(count: int) -> Sums:
    return Sums(np.empty(count), np.empty(count), np.empty(count))


def _apart(rows: Array, aside: Array, exps: Array, top: Array | None = None) -> Sums:
    """The sums; `exps` is where the exponentials go, with 0 for the one `aside`.

    `top` is the largest of each row, if that is known already.
    """
    peak = (rows if top is None else top).max()  # reading a tile once makes exp of it twice as fast
    classes = np.log(rows.shape[1])
    if np.log(_ENOUGH) - classes <= peak <= _LARGEST[rows.dtype.type] - classes:
        np.exp(rows, out=exps)
        lead, rest = _summed(exps, aside)
        if np.min(lead + rest) >= _ENOUGH:
            return Sums(lead, rest, np.zeros(len(rows)))
    top = rows.max(1) if top is None else top
    _shifted(rows, top, exps)
    return Sums(*_summed(exps, aside), wide(top))


def _summed(exps: Array, aside: Array) -> tuple[Array, Array]:
    at = np.arange(len(exps)), aside
    lead = wide(exps[at])
    exps[at] = 0
    if exps.shape[1] <= _FEW:  # where the rounding of each addition is seen in the result
        return lead, _summed_with_care(exps)
    return lead, wide(exps @ np.ones(exps.shape[1], exps.dtype))


def _summed_with_care(exps: Array) -> Array:
    if exps.itemsize == 8 and exps.shape[1] > _PAIRWISE:
        return exps.sum(1)
    return np.einsum("ij->i", exps, dtype=np.float64)


def _shifted(rows: Array, top: Array, exps: Array) -> None:
    """e^(x - max(x)), with what the subtraction rounds off put back."""
    top = np.where(np.isfinite(top), top, 0)
    exact = np.where(top > 0, top / 2, 2 * top)  # from here on the difference is exact
    top = top[:, None]
    np.subtract(rows, top, out=exps)
    if np.all(rows.min(1) >= exact):
        np.exp(exps, out=exps)
        return
    back = exps + top
    lost = (rows - back) - (top - (back - exps))  # Knuth's two-sum
    lost[~np.isfinite(lost)] = 0
    np.exp(exps, out=exps)
    exps *= 1 + lost


def _cost(sums: Sums, rows: Array, aside: Array) -> Array:
    """-log p of what is set aside, in float64."""
    lead, rest, top = sums
    cost = np.log1p(rest / lead)
    odd = np.flatnonzero(lead < 1e-30)  # where e^x is too small to have digits
    if len(odd):
        cost[odd] = top[odd] - rows[odd, aside[odd]] + np.log(rest[odd])
    # as on the other backends; the limit beside one +inf is infinite, but beside two not known
    cost[~np.isfinite(top)] = np.nan
    return cost


def _spoil(sums: Sums, exps: Array) -> None:
    """NaN in rows whose largest number is infinite or NaN."""
    wrong = ~np.isfinite(sums.top)
    if np.any(wrong):
        exps[wrong] = np.nan


def _first(rows: Array) -> tuple[Array, Array]:
    """Where the largest of each row is, and which number it is."""
    first = np.argmax(rows, 1)
    return first, rows[np.arange(len(rows)), first]


# -- rows and tiles of them


def _rows(x: Array, axis: int) -> Array:
    """The array as rows of classes."""
    moved = np.moveaxis(x, axis, -1)
    items = int(np.prod(moved.shape[:-1]))
    return moved.reshape(items, moved.shape[-1])


def _tiles(rows: Array, made: Array | None = None) -> Iterator[tuple[slice, Array]]:
    """Slices of the rows, with a place to work in for each: in `made`, if that is given."""
    count, classes = rows.shape
    step = max(1, _TILE // (rows.itemsize * max(classes, 1)))
    place = np.empty((min(step, count), classes), rows.dtype) if made is None else made
    for start in range(0, count if classes else 0, step):
        some = slice(start, min(start + step, count))
        yield some, place[some] if made is not None else place[: some.stop - start]


def _items(each: Array, x: Array, axis: int) -> Array:
    """One number for each row, in the dtype and shape that belongs to x."""
    shape = x.shape[:axis] + x.shape[axis + 1 :] if axis >= 0 else x.shape[:axis]
    return each.astype(x.dtype).reshape(shape)[()]


def _whole(rows: Array, x: Array, axis: int) -> Array:
    moved = np.moveaxis(x, axis, -1)
    return np.moveaxis(rows.reshape(moved.shape), -1, axis)
