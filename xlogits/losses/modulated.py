"""Relatives of cross-entropy that change what a probability costs: focal, polynomial, generalised."""

import math
from dataclasses import field
from typing import Any, ClassVar

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError
from xlogits.losses.parts.form import LOGITS, Form
from xlogits.losses.parts.formula import Elementwise, Rowwise
from xlogits.losses.parts.labels import INDEX, Labels, require_fraction
from xlogits.losses.parts.loss import counted, times
from xlogits.losses.parts.value import frozen
from xlogits.losses.softmax import SoftmaxCrossEntropy

Array = Any


@frozen
class SoftmaxFocal(SoftmaxCrossEntropy):
    r"""Softmax cross-entropy in which a class costs less the surer the prediction is of it.

    $$ \ell = -\sum_j \alpha\, q_j\, (1 - p_j)^\gamma \log p_j $$

    with the labels, weights and forms of `SoftmaxCrossEntropy`. For an $\alpha_j$ of each class pass
    them as `class_weight`.
    """

    gamma: float = 2.0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.alpha, (int, float)):
            raise OptionError(
                f"alpha is {self.alpha}; expected a number: for one of each class pass an array of "
                f"them as class_weight"
            )

    def cost(self, xp: Namespace, log_p: Array) -> Array:
        never = log_p == -math.inf  # costs what it does in cross-entropy: (1 - p)^gamma is 1
        some = xp.where(never, 0.0, log_p)
        cost = -_power(xp, -xp.expm1(some), self.gamma) * some
        return self.alpha * xp.where(never, -log_p, cost)

    def cost_slope(self, xp: Namespace, log_p: Array) -> Array:
        off = -xp.expm1(log_p)
        by_power = times(xp, xp.exp(log_p) * _power_slope(xp, off, self.gamma), log_p)
        return self.alpha * (by_power - _power(xp, off, self.gamma))


@frozen
class SoftmaxPoly(SoftmaxCrossEntropy):
    r"""Softmax cross-entropy with another first coefficient of its series in $1 - p$ (PolyLoss).

    $$ \ell = \sum_j q_j \big(-\log p_j + \varepsilon\, (1 - p_j)\big) $$

    with the labels, weights and forms of `SoftmaxCrossEntropy`; `first_term` is $\varepsilon$.
    """

    first_term: float = 2.0

    def cost(self, xp: Namespace, log_p: Array) -> Array:
        return -log_p - self.first_term * xp.expm1(log_p)

    def cost_slope(self, xp: Namespace, log_p: Array) -> Array:
        return -1 - self.first_term * xp.exp(log_p)


@frozen
class SigmoidFocal(Elementwise):
    r"""Sigmoid cross-entropy in which an event costs less the surer the prediction is of it.

    With labels $z$, smoothed to $z' = (1 - \varepsilon)\, z + \varepsilon / 2$, and $p = \sigma(x)$

    $$ \ell = \big(\alpha z' + (1 - \alpha)(1 - z')\big)\,
       \big(z' (1 - p) + (1 - z')\, p\big)^\gamma\, \big(-z' \log p - (1 - z') \log(1 - p)\big) $$

    where the first factor is there if `alpha` is not None and `balanced`. `form` says what the
    prediction is when it is not logits; a clip is applied under the logarithm.
    """

    form: Form = field(default_factory=lambda: LOGITS)
    gamma: float = 2.0
    alpha: float | None = None
    balanced: bool = True
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        self.form.require_of_events()

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        x, z = arrays[0], self._smoothed(arrays[1])
        if self.form.exact:
            loss = xp.sigmoid_cross_entropy(x, z)
        else:
            log_p, log_not = self.form.log_probability_pair(xp, x)
            loss = -times(xp, z, log_p) - times(xp, 1 - z, log_not)
        return self._balance(z) * _power(xp, self._off(xp, x, z), self.gamma) * loss

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        x, z = arrays[0], self._smoothed(arrays[1])
        off, balance, (p, not_p) = self._off(xp, x, z), self._balance(z), self._pair(xp, x)
        power, steep = _power(xp, off, self.gamma), _power_slope(xp, off, self.gamma)
        log_p, log_not = self.form.log_probability_pair(xp, x)
        loss = -times(xp, z, log_p) - times(xp, 1 - z, log_not)
        off_by_x = (1 - 2 * z) * (p * not_p if self.form.kind == "logits" else 1.0)
        by_x = self.form.pair_gradient(xp, x, -z * power, -(1 - z) * power)
        by_x = by_x + times(xp, steep * off_by_x, loss)
        by_z = counted(xp, 1 - z, log_not) - counted(xp, z, log_p)
        by_z = balance * (times(xp, power, by_z) + times(xp, steep * (not_p - p), loss))
        if self.balanced and self.alpha is not None:
            by_z = by_z + (2 * self.alpha - 1) * power * loss
        return balance * by_x, (1 - self.label_smoothing) * by_z

    def _smoothed(self, z: Array) -> Array:
        require_fraction(self.label_smoothing, "label_smoothing")
        e = self.label_smoothing
        return (1 - e) * z + e / 2 if e else z

    def _balance(self, z: Array) -> Array | float:
        """What positive and negative labels weigh."""
        if self.alpha is None or not self.balanced:
            return 1.0
        return self.alpha * z + (1 - self.alpha) * (1 - z)

    def _pair(self, xp: Namespace, x: Array) -> tuple[Array, Array]:
        """p and 1 - p, not clipped."""
        return (xp.sigmoid(x), xp.sigmoid(-x)) if self.form.kind == "logits" else (x, 1 - x)

    def _off(self, xp: Namespace, x: Array, z: Array) -> Array:
        """How far the prediction is from the label: 1 - p of what happened."""
        p, not_p = self._pair(xp, x)
        return z * not_p + (1 - z) * p


@frozen
class GeneralizedCrossEntropy(Rowwise):
    r"""Between cross-entropy (the limit of $k = 0$) and absolute error ($k = 1$), for noisy labels.

    $$ \frac{1 - p_y^k}{k} $$

    for probabilities $p$ and a class index $y$; `exponent` is $k$.
    """

    labels: Labels = field(default_factory=lambda: INDEX)
    exponent: float = 0.5

    CONSTANT: ClassVar[frozenset[str]] = frozenset({"target"})

    def __post_init__(self) -> None:
        if not self.exponent > 0:
            raise OptionError(f"exponent is {self.exponent}; expected a number above 0, up to 1")

    def term(self, xp: Namespace, *arrays: Array) -> Array:
        return (1 - xp.power(_hit(xp, *arrays), self.exponent)) / self.exponent

    def slopes(self, xp: Namespace, *arrays: Array) -> tuple[Array, ...]:
        p, y = arrays
        slope = -xp.power(_hit(xp, p, y, keepdims=True), self.exponent - 1) * y
        return xp.where(y == 0, 0.0, slope), y


def _hit(xp: Namespace, p: Array, y: Array, keepdims: bool = False) -> Array:
    """The probability of the label. The other classes are selected away rather than multiplied by 0,
    so that the infinite derivative of the power at 0 is theirs not."""
    return xp.sum(xp.where(y == 0, 0.0, p * y), -1, keepdims)


def _power(xp: Namespace, x: Array, exponent: float) -> Array:
    """x to the power, with the derivative `_power_slope` under automatic differentiation."""
    if exponent >= 1:
        return xp.power(x, exponent)
    if exponent == 0:
        return xp.full_like(x, 1.0)
    return xp.where(x == 0, 0.0, xp.power(xp.where(x == 0, 1.0, x), exponent))


def _power_slope(xp: Namespace, x: Array, exponent: float) -> Array:
    """Its derivative; 0 where that is infinite, at 0: what it multiplies here is 0 there, of order x."""
    if exponent >= 1:
        return exponent * xp.power(x, exponent - 1)
    slope = exponent * xp.power(xp.where(x == 0, 1.0, x), exponent - 1)
    return xp.where(x == 0, 0.0, slope)
