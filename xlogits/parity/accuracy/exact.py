"""The functions by definition in 50 digits. Nothing here shares a formula with `xlogits.losses`.

What a float64 cannot hold of a number is kept in a second one: truth is the sum of the two.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from mpmath import mp, mpf

from xlogits.parity.accuracy.inputs import Case

Array = Any
DIGITS = 50


class Exact(NamedTuple):
    """Numbers as high + low, and the size of the terms whose difference they are (0: none)."""

    high: Array
    low: Array
    terms: Array

    @classmethod
    def of(cls, numbers: Array, terms: Array | float = 0.0) -> "Exact":
        high = np.array([float(v) for v in numbers.flat]).reshape(numbers.shape)
        low = [
            float(v - mpf(h)) if np.isfinite(h) else 0.0
            for v, h in zip(numbers.flat, high.flat, strict=True)
        ]
        return cls(high, np.reshape(low, high.shape), np.broadcast_to(terms, high.shape))


class Truth(NamedTuple):
    """Value and gradient of a function; `target` marks the gradient by the labelled class."""

    value: Exact
    gradient: Exact
    target: Array


def truths(functions: Sequence[str], case: Case) -> dict[str, Truth]:
    """What each function is of the logits of this case."""
    with mp.workdps(DIGITS):
        if case.indexes is None:
            return {name: _each(name, case) for name in functions}
        rows = [_Row(logits) for logits in case.logits]
        return {name: _rows(name, case, case.indexes, rows) for name in functions}


class _Row:
    """A softmax: e^x of every class, the sum of them, and of all but one."""

    def __init__(self, logits: Sequence[float]) -> None:
        self.x = [mpf(v) for v in logits]
        self.top = max(self.x)
        self.e = [mp.exp(v - self.top) for v in self.x]
        self.largest = self.x.index(self.top)
        self.rest = mp.fsum(e for i, e in enumerate(self.e) if i != self.largest)
        self.sum = 1 + self.rest
        self.shares = [e / self.sum for e in self.e]

    def others(self, j: int) -> Any:
        """The sum of all but one, to 50 digits of its own where it is small."""
        return self.rest if j == self.largest else self.sum - self.e[j]

    def log_sum(self) -> Any:
        return mp.log1p(self.rest)

    def cost(self, j: int) -> Any:
        """-log p of a class."""
        return self.top - self.x[j] + self.log_sum()

    def p(self, j: int) -> Any:
        return self.shares[j]

    def not_p(self, j: int) -> Any:
        return self.others(j) / self.sum


def _rows(function: str, case: Case, labels: Array, rows: Sequence[_Row]) -> Truth:
    values, slopes = [], []
    for row, q, y in zip(rows, case.dense, labels, strict=True):
        value, slope = _ROWS[function](row, q, int(y))
        values.append(value)
        slopes.append(slope)
    target = np.zeros(case.logits.shape, bool)
    np.put_along_axis(target, labels[:, None], True, 1)
    terms: Any = 0.0
    if function == "softmax_cross_entropy, dense labels":
        terms = np.where((case.dense > 0) & (case.dense < 1), case.dense, 0)
    if function == "logsumexp":
        target[:] = False
    return Truth(Exact.of(np.array(values)), Exact.of(np.array(slopes), terms), target)


def _index(row: _Row, q: Array, y: int) -> tuple[Any, list[Any]]:
    return row.cost(y), [-row.not_p(j) if j == y else row.p(j) for j in range(len(q))]


def _dense(row: _Row, q: Array, y: int) -> tuple[Any, list[Any]]:
    value = mp.fsum(mpf(v) * row.cost(j) for j, v in enumerate(q) if v)
    slope = [-row.not_p(j) if v == 1 else row.p(j) - mpf(v) for j, v in enumerate(q)]
    return value, slope


def _log_softmax(row: _Row, q: Array, y: int) -> tuple[Any, list[Any]]:
    """With the derivative of the entry y."""
    total = row.log_sum()
    value = [v - row.top - total for v in row.x]
    return value, [row.not_p(j) if j == y else -row.p(j) for j in range(len(q))]


def _softmax(row: _Row, q: Array, y: int) -> tuple[Any, list[Any]]:
    """With the derivative of the entry y."""
    p = [row.p(j) for j in range(len(q))]
    return p, [p[y] * row.not_p(y) if j == y else -p[y] * p[j] for j in range(len(q))]


def _logsumexp(row: _Row, q: Array, y: int) -> tuple[Any, list[Any]]:
    return row.top + row.log_sum(), [row.p(j) for j in range(len(q))]


_ROWS: dict[str, Callable[[_Row, Array, int], tuple[Any, list[Any]]]] = {
    "softmax_cross_entropy, class indexes": _index,
    "softmax_cross_entropy, dense labels": _dense,
    "log_softmax": _log_softmax,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
}


def _each(function: str, case: Case) -> Truth:
    pairs = [_EACH[function](mpf(x), mpf(z)) for x, z in zip(case.logits, case.dense, strict=True)]
    terms: Any = 0.0
    if function == "sigmoid_cross_entropy":
        terms = np.where((case.dense > 0) & (case.dense < 1), case.dense, 0)
    value, slope = np.array([v for v, _ in pairs]), np.array([g for _, g in pairs])
    return Truth(Exact.of(value), Exact.of(slope, terms), np.ones(slope.shape, bool))


def _p(x: Any) -> Any:
    return mp.exp(x) / (1 + mp.exp(x)) if x < 0 else 1 / (1 + mp.exp(-x))


def _softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def _cost(x: Any, z: Any) -> Any:
    happened = z * _softplus(-x) if z else mpf(0)
    return happened + ((1 - z) * _softplus(x) if z != 1 else 0)


_EACH: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "sigmoid_cross_entropy": lambda x, z: (_cost(x, z), (1 - z) * _p(x) - z * _p(-x)),
    "sigmoid": lambda x, z: (_p(x), _p(x) * _p(-x)),
    "log_sigmoid": lambda x, z: (-_softplus(-x), _p(-x)),
    "softplus": lambda x, z: (_softplus(x), _p(x)),
}
