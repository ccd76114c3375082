"""Losses of measured values that are the likelihood, or the deviance, of a distribution."""

import math
from dataclasses import field
from typing import Any, ClassVar, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, RangeError
from xlogits.losses.parts.formula import Elementwise, Rowwise
from xlogits.losses.parts.labels import INDEX, Labels
from xlogits.losses.parts.loss import is_number
from xlogits.losses.parts.value import frozen

Array = Any


@frozen
class PoissonNLL(Elementwise):
    r"""How unlikely a count $y$ is at a rate: $\lambda - y \log(\lambda + \varepsilon)$.

    With `log_rate` the prediction is $x = \log \lambda$ and the loss $e^x - y x$; `eps` is for rates.
    `stirling` adds an approximation of $\log y!$, which is $y \log y - y + \log(2 \pi y) / 2$ for
    $y > 1$ and 0 below.
    """

    log_rate: bool = True
    eps: float = 0.0
    stirling: bool = False

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays
        loss = xp.exp(x) - y * x if self.log_rate else x - y * xp.log(x + self.eps)
        if not self.stirling:
            return loss
        many = xp.where(y > 1, y, 1.0)
        factorial = many * xp.log(many) - many + 0.5 * xp.log(2 * math.pi * many)
        return loss + xp.where(y > 1, factorial, 0.0)

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        by_x = xp.exp(x) - y if self.log_rate else 1 - y / (x + self.eps)
        by_y = -x if self.log_rate else -xp.log(x + self.eps)
        if self.stirling:
            many = xp.where(y > 1, y, 1.0)
            by_y = by_y + xp.where(y > 1, xp.log(many) + 0.5 / many, 0.0)
        return by_x, by_y


@frozen
class GaussianNLL(Elementwise):
    r"""How unlikely $y$ is at mean $x$ and variance $v$: $(\log v + (x - y)^2 / v) / 2$.

    `full` adds $\log(2 \pi) / 2$. A variance below `eps` counts as `eps`, also in the derivative, which
    is that at `eps` and not 0. Negative ones are an error where they can be read, else NaN.
    `variance` is a number, an array that broadcasts to the prediction, or one number for each row
    along the last axis. The target broadcasts to the prediction, too.
    """

    SPREAD: ClassVar[bool] = True

    full: bool = False
    eps: float = 1e-6

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "variance", "sample_weight")
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "target", "variance")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y, v = arrays
        v = self._at_least_eps(xp, v)
        loss = 0.5 * (xp.log(v) + (x - y) * ((x - y) / v))
        return loss + 0.5 * math.log(2 * math.pi) if self.full else loss

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y, v = arrays
        v = self._at_least_eps(xp, v)
        slope = (x - y) / v
        return slope, -slope, 0.5 * (1 / v - slope * slope)

    def _at_least_eps(self, xp: Namespace, v: Array) -> Array:
        v = xp.where(v < 0, math.nan, v)
        return xp.where(v < self.eps, v + xp.stop_gradient(self.eps - v), v)

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        given = others["variance"]
        known = given if is_number(given) else xp.known(given)
        if known is not None and (known < 0 if is_number(known) else (known < 0).any()):
            raise RangeError("variance has negative entries; expected variances of 0 or more")
        if self._of_rows(xp, pred, given):
            given = xp.expand(given, len(xp.shape(given)))
        return super()._arrays(xp, work, pred, target, others | {"variance": given})

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        if not self._of_rows(xp, pred, given):
            return super()._back(xp, slope, pred, given)
        return xp.sum(slope, len(xp.shape(pred)) - 1)

    def _of_rows(self, xp: Namespace, pred: Array, variance: Array) -> bool:
        shape = xp.shape(pred)
        return not is_number(variance) and bool(shape and xp.shape(variance) == shape[:-1])


@frozen
class TweedieDeviance(Elementwise):
    r"""Twice what a prediction $x$ loses in likelihood against the best one, which is $y$ itself.

    `power` $p$ says how the variance grows with the mean: 0 is the squared error, 1 Poisson's
    $2\,(y \log(y / x) - y + x)$, 2 Gamma's $2\,(\log(x / y) + y / x - 1)$, and elsewhere

    $$ 2 \left( \frac{\max(y, 0)^{2-p}}{(1-p)(2-p)} - \frac{y\,x^{1-p}}{1-p}
                + \frac{x^{2-p}}{2-p} \right) $$

    Predictions are positive unless $p = 0$; targets not negative for $p \ge 1$ and positive for
    $p \ge 2$. There is no derivative by the target, which at 0 would be infinite.
    """

    power: float = 0.0

    OPERANDS: ClassVar[tuple[str, ...]] = ("pred", "target", "sample_weight", "inner_weight")
    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def __post_init__(self) -> None:
        if 0 < self.power < 1:
            raise OptionError(f"power is {self.power}; expected 0 or less, or 1 or more")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, y = arrays[0], xp.stop_gradient(arrays[1])
        p = self.power
        if p == 0:
            return (x - y) * (x - y)
        if p == 1:
            return 2 * (y * xp.log(xp.where(y == 0, x, y) / x) - y + x)
        if p == 2:
            return 2 * (xp.log(x / y) + y / x - 1)
        best = xp.exp((2 - p) * xp.log(xp.where(y < 0, 0.0, y) if p < 0 else y))
        near = y * xp.exp((1 - p) * xp.log(x)) / (1 - p)
        return 2 * (best / ((1 - p) * (2 - p)) - near + xp.exp((2 - p) * xp.log(x)) / (2 - p))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, y = arrays
        by_x = 2 * (x - y)
        if self.power:
            by_x = by_x * xp.exp(-self.power * xp.log(x))
        return by_x, y


@frozen
class BrierScore(Rowwise):
    r"""The squared distance of probabilities $p$ from what happened, the label $y$:

    $$ \ell = c \sum_j (p_j - [j = y])^2 $$

    `halved` says when $c$ is 1/2 instead of 1: never, always, or for "two" classes. With `one_score`, a
    prediction without class axis is the probability of class 1 of two.
    """

    halved: Literal["never", "two", "always"] = "never"
    one_score: bool = False
    labels: Labels = field(default_factory=lambda: INDEX)

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        p, hot = arrays
        return self._halved(xp, p, xp.sum((p - hot) * (p - hot), -1))

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        p, hot = arrays
        return self._halved(xp, p, 2 * (p - hot), keepdims=True), hot

    def _halved(self, xp: Namespace, p: Array, x: Array, keepdims: bool = False) -> Array:
        if self.halved != "two":
            return x / 2 if self.halved == "always" else x
        classes = xp.sum(xp.full_like(p, 1.0), -1, keepdims=keepdims)
        return xp.where(classes < 3, x / 2, x)

    def _arrays(
        self, xp: Namespace, work: str, pred: Array, target: Array, others: dict[str, Array]
    ) -> tuple[Array, ...]:
        if self.one_score and len(xp.shape(pred)) == len(xp.shape(target)):
            p = xp.expand(pred, len(xp.shape(pred)))
            pred = xp.concat([1 - p, p], len(xp.shape(pred)))
        return super()._arrays(xp, work, pred, target, others)

    def _back(self, xp: Namespace, slope: Array, pred: Array, given: Array) -> Array:
        if len(xp.shape(slope)) == len(xp.shape(pred)):
            return super()._back(xp, slope, pred, given)
        ones = xp.cast(xp.full_like(pred, 1.0), "int64")
        axis = len(xp.shape(pred))
        return xp.pick(slope, ones, axis) - xp.pick(slope, ones - 1, axis)
