"""Divergences: how far the distribution that is predicted is from the one that is wanted."""

import math
from typing import Any, ClassVar

from xlogits.backends.protocol import Namespace
from xlogits.errors import ShapeError
from xlogits.losses.parts.elementary import entropy_of
from xlogits.losses.parts.formula import Elementwise, Rowwise
from xlogits.losses.parts.loss import spreads
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class KLDivergence(Elementwise):
    r"""The terms of the Kullback-Leibler divergence of a prediction $p$ from a target $q$.

    $$ q \log \frac{q}{p} \qquad \text{or, generalised,} \qquad q \log \frac{q}{p} - q + p $$

    Prediction and target are probabilities, or logarithms of them where `log_pred` and `log_target`
    say so; `clip` is the interval that the probabilities of both are clipped to. The logarithm counts
    0 where $q = 0$, whatever $p$ is, and so does its derivative; below 0 a term is infinite. Operands
    of the call: `pred`, `target`, and optionally `sample_weight` and `mask` (booleans that broadcast
    to the prediction: terms outside it are 0).
    """

    log_pred: bool = False
    log_target: bool = False
    generalized: bool = False
    clip: tuple[float, float] | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "mask")

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        mask = others.get("mask")
        others = {name: array for name, array in others.items() if name != "mask"}
        x, y, *rest = super()._arrays(xp, work, pred, target, others)
        if mask is None:
            return (x, y, *rest)
        if xp.dtype(mask) != "bool" or not spreads(xp.shape(mask), xp.shape(x)):
            raise ShapeError(
                f"mask is {xp.dtype(mask)} of shape {xp.shape(mask)} and the prediction has shape "
                f"{xp.shape(x)}; expected bool that broadcasts to it: True where a term counts"
            )
        # at p = q = 1 everything is finite; what comes of it is selected away
        x = xp.where(mask, x, 0.0 if self.log_pred else 1.0)
        y = xp.where(mask, y, 0.0 if self.log_target else 1.0)
        return (x, y, (xp.full_like(x, 1.0) == 1) & mask, *rest)

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        p, q, log_ratio, plain, outside = self._parts(xp, *arrays[:2])
        term = xp.where(plain, q * log_ratio, 0.0)
        term = term - q + p if self.generalized else term
        term = term if outside is None else xp.where(outside, math.inf, term)
        return xp.where(arrays[2], term, 0.0) if len(arrays) > 2 else term

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        p, q, log_ratio, plain, outside = self._parts(xp, *arrays[:2])
        by_x = xp.where(plain, -q if self.log_pred else -q / p, 0.0)
        by_y = xp.where(plain, (q if self.log_target else 1.0) * (log_ratio + 1), 0.0)
        if self.generalized:
            by_x = by_x + (p if self.log_pred else 1.0)
            by_y = by_y - (q if self.log_target else 1.0)
        slopes = [by_x, by_y]
        for i, is_log in enumerate((self.log_pred, self.log_target)):
            if outside is not None:
                slopes[i] = xp.where(outside, 0.0, slopes[i])
            if self.clip is not None and not is_log:
                low, high = self.clip
                slopes[i] = xp.where((arrays[i] >= low) & (arrays[i] <= high), slopes[i], 0.0)
            if len(arrays) > 2:
                slopes[i] = xp.where(arrays[2], slopes[i], 0.0)
        return tuple(slopes)

    def _parts(self, xp: Namespace, x: Array, y: Array) -> tuple[Array, ...]:
        """p, q, log(q / p), where that counts, and where one of them is negative (None: nowhere)."""
        if self.clip is not None:
            x = x if self.log_pred else xp.clip(x, *self.clip)
            y = y if self.log_target else xp.clip(y, *self.clip)
        p, q = xp.exp(x) if self.log_pred else x, xp.exp(y) if self.log_target else y
        outside, plain = None, (q != 0) | ~(p >= 0)  # p >= 0 but for NaN, which is to stay
        if not self.log_target:
            outside = q < 0 if self.log_pred else (p < 0) | (q < 0)
        elif not self.log_pred:
            outside = p < 0
        if outside is not None and self.clip is None:
            plain = ~outside & plain
        # selected before the logarithm, not only after it: no derivative of log 0 goes anywhere
        log_p, log_q = (
            xp.where(plain, a, 0.0) if is_log else xp.log(xp.where(plain, a, 1.0))
            for a, is_log in ((x, self.log_pred), (y, self.log_target))
        )
        return p, q, log_q - log_p, plain, outside if self.clip is None else None


@frozen
class RelativeEntropy(Rowwise):
    r"""The Kullback-Leibler divergence of rows that are divided by their sums first.

    $$ \frac{1}{\log b} \sum_j q_j \log \frac{q_j}{p_j} ,
       \qquad p = \frac{x}{\sum_k x_k} , \quad q = \frac{y}{\sum_k y_k} $$

    `base` is $b$; None stands for the natural logarithm. Terms are those of `KLDivergence`.
    """

    base: float | None = None

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return xp.sum(_PLAIN.term(xp, *_shares(xp, arrays)), -1) / self._unit()

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        shares = _shares(xp, arrays)
        slopes = _PLAIN.slopes(xp, *shares)
        return tuple(
            (slope - xp.sum(slope * share, -1, keepdims=True))
            / (xp.sum(array, -1, keepdims=True) * self._unit())
            for slope, share, array in zip(slopes, shares, arrays, strict=True)
        )

    def _unit(self) -> float:
        return 1.0 if self.base is None else math.log(self.base)


@frozen
class Entropy(Rowwise):
    r"""Shannon's entropy of rows that are divided by their sums first.

    $$ -\frac{1}{\log b} \sum_j p_j \log p_j , \qquad p = \frac{x}{\sum_k x_k} $$

    `base` is $b$; None stands for the natural logarithm. A term is 0 where $x = 0$, and its derivative
    is infinite there; below 0 the entropy is $-\infty$.
    """

    base: float | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred",)

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return xp.sum(entropy_of(xp, self._shares(xp, arrays[0])), -1) / self._unit()

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        p = self._shares(xp, arrays[0])
        whole = xp.sum(entropy_of(xp, p), -1, keepdims=True)
        return ((-xp.log(p) - whole) / (xp.sum(arrays[0], -1, keepdims=True) * self._unit()),)

    def _shares(self, xp: Namespace, x: Array) -> Array:
        # a share of 0 does not depend on the sum: the infinite slope of its term is its own alone
        return xp.where(x == 0, x, x / xp.sum(x, -1, keepdims=True))

    def _unit(self) -> float:
        return 1.0 if self.base is None else math.log(self.base)


_PLAIN = KLDivergence()


def _shares(xp: Namespace, arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    return tuple(array / xp.sum(array, -1, keepdims=True) for array in arrays)
