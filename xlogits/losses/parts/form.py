"""The first choice a loss makes: what the prediction is, and how it becomes log-probabilities.

What is done to probabilities differs from framework to framework, and always in this order:
renormalise (before), clip, renormalise (after), add, logarithm, floor.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, RangeError
from xlogits.precision import EPS

Array = Any
Kind = Literal["logits", "log_probabilities", "probabilities"]


@dataclass(frozen=True)
class Form:
    """What the prediction is.

    `renormalise` divides probabilities by their sum over the classes, before or after they are
    clipped. `clip` is the interval they are clipped to; "eps" means [eps, 1 - eps] of their dtype.
    Logits may have a clip too, of the probabilities that they stand for.
    `log_offset` is added before the logarithm.
    `log_floor` is the smallest logarithm. `validated`: a probability outside [0, 1] is an error
    where values can be read, and NaN where they cannot. `positive_column`: a prediction without a
    class axis, or with a single class, is the probability p of the second of two: [1 - p, p].
    """

    kind: Kind = "logits"
    renormalise: Literal["before", "after"] | None = None
    clip: tuple[float, float] | Literal["eps"] | None = None
    log_offset: float = 0.0
    log_floor: float | None = None
    validated: bool = False
    positive_column: bool = False

    def __post_init__(self) -> None:
        if self.kind == "logits" and (self.renormalise or self.log_floor is not None):
            raise OptionError("renormalise and log_floor are for probabilities; the form is logits")

    def require_of_events(self) -> None:
        """Raise unless events that do not exclude each other can be predicted in this form."""
        if self.kind == "log_probabilities":
            raise OptionError("form is log-probabilities; expected logits or probabilities")
        if self.renormalise:
            raise OptionError(f"renormalise is {self.renormalise!r}; expected None for events")

    @property
    def exact(self) -> bool:
        """Whether the prediction is logits, and nothing is done to the probabilities."""
        return self.kind == "logits" and self.clip is None

    def at(self, dtype: str) -> "Form":
        """The same form with the clip written out for predictions of this dtype."""
        if self.clip != "eps":
            return self
        return replace(self, clip=(EPS[dtype], 1 - EPS[dtype]))

    def columns(self, xp: Namespace, x: Array, labels: Array) -> tuple[Array, bool]:
        """The prediction with all its classes, and whether one column stood for two."""
        shape = xp.shape(x)
        bare = len(shape) == len(xp.shape(labels)) == 1
        if self.positive_column and not bare and shape[-1] is None:
            classes = xp.sizes(x)[-1]  # of both columns the last two, or of more classes all
            both = xp.concat([1 - x, x], len(shape) - 1)
            return both[..., xp.where(classes == 1, 0, classes) :], False
        if not self.positive_column or not (bare or shape[-1] == 1):
            return x, False
        x = xp.expand(x, len(shape)) if bare else x
        return xp.concat([1 - x, x], len(xp.shape(x)) - 1), True

    def log_probabilities(self, xp: Namespace, x: Array, axis: int) -> Array:
        """The logarithm of the probability of every class along `axis`."""
        if self.kind == "logits":
            return self._clip_log(xp, xp.log_softmax(x, axis))
        if self.kind == "log_probabilities":
            return x
        return self._log(xp, self._probabilities(xp, x, axis)[-1])

    def log_probability_pair(self, xp: Namespace, x: Array) -> tuple[Array, Array]:
        """log p and log(1 - p) of independent events."""
        if self.kind == "logits":
            pair = xp.log_sigmoid(x), xp.log_sigmoid(-x)
            return self._clip_log(xp, pair[0]), self._clip_log(xp, pair[1], negated=True)
        p = self._probabilities(xp, x, 0)[-1]
        return self._log(xp, p), self._log(xp, 1 - p)

    def gradient(self, xp: Namespace, x: Array, axis: int, out: Array) -> Array:
        """The derivative by `x` from the derivative `out` by `log_probabilities`."""
        if self.kind == "log_probabilities":
            return out
        if self.kind == "logits":
            if self.clip is not None:
                out = self._clip_gradient(xp, xp.softmax(x, axis), out)
            return log_softmax_gradient(xp, x, axis, out)
        steps = self._probabilities(xp, x, axis)
        out = self._log_gradient(xp, steps[-1], out)
        if self.renormalise == "after":
            out = _share_gradient(xp, steps.pop(), steps[-1], axis, out)
        if self.clip is not None:
            steps.pop()
            out = self._clip_gradient(xp, steps[-1], out)
        if self.renormalise == "before":
            out = _share_gradient(xp, steps.pop(), steps[-1], axis, out)
        return out

    def pair_gradient(self, xp: Namespace, x: Array, out: Array, out_not: Array) -> Array:
        """The derivative by `x` from the derivatives by `log_probability_pair`."""
        if self.kind == "logits":
            # out sigmoid(-x) - out_not sigmoid(x), from the smaller of the two probabilities
            both = (out + out_not) * xp.sigmoid(-abs(x))
            inner = xp.where(x >= 0, both - out_not, out - both)
            return inner if self.clip is None else self._clip_gradient(xp, xp.sigmoid(x), inner)
        p = self._probabilities(xp, x, 0)[-1]
        inner = self._log_gradient(xp, p, out) - self._log_gradient(xp, 1 - p, out_not)
        return inner if self.clip is None else self._clip_gradient(xp, x, inner)

    def _probabilities(self, xp: Namespace, p: Array, axis: int) -> list[Array]:
        """The probabilities at the start and after each step that is taken."""
        steps = [xp.where((p >= 0) & (p <= 1), p, math.nan) if self.validated else p]
        if self.renormalise == "before":
            steps.append(steps[-1] / xp.sum(steps[-1], axis, keepdims=True))
        if self.clip is not None:
            steps.append(xp.clip(steps[-1], *self._bounds()))
        if self.renormalise == "after":
            steps.append(steps[-1] / xp.sum(steps[-1], axis, keepdims=True))
        return steps

    def _bounds(self) -> tuple[float, float]:
        if not isinstance(self.clip, tuple):
            raise OptionError("clip='eps' needs a dtype: call Form.at(dtype) first")
        return self.clip

    def _clip_log(self, xp: Namespace, log_p: Array, negated: bool = False) -> Array:
        """Logarithms of clipped probabilities, or of 1 - p, from those of probabilities."""
        if self.clip is None:
            return log_p
        low, high = self._bounds()
        low, high = (1 - high, 1 - low) if negated else (low, high)
        return xp.clip(log_p, math.log(low) if low > 0 else -math.inf, math.log(high))

    def _clip_gradient(self, xp: Namespace, p: Array, out: Array) -> Array:
        low, high = self._bounds()
        return xp.where((p >= low) & (p <= high), out, 0.0)

    def _offset(self, xp: Namespace, p: Array) -> Array:
        # without the maximum XLA makes (1 + offset) - p of (1 - p) + offset, which rounds off
        return xp.maximum(p, -1.0) + self.log_offset if self.log_offset else p

    def _log(self, xp: Namespace, p: Array) -> Array:
        p = self._offset(xp, p)
        if self.log_floor is None:
            return xp.log(p)
        low = p <= math.exp(self.log_floor)
        return xp.where(low, self.log_floor, xp.log(xp.where(low, 1.0, p)))

    def _log_gradient(self, xp: Namespace, p: Array, out: Array) -> Array:
        p = self._offset(xp, p)
        if self.log_floor is None:
            return out / p
        low = p <= math.exp(self.log_floor)
        return xp.where(low, 0.0, out / xp.where(low, 1.0, p))


def log_softmax_gradient(xp: Namespace, x: Array, axis: int, out: Array) -> Array:
    """Backwards through log_softmax, without the cancellation of out - p sum(out) where p is near 1."""
    p, not_p = xp.shares(x, axis)
    return out * not_p - p * (xp.sum(out, axis, keepdims=True) - out)


def require_probabilities(xp: Namespace, x: Array) -> None:
    """Raise for a value outside [0, 1] where values can be read."""
    values = xp.known(x)
    if values is None or bool(((values >= 0) & (values <= 1)).all()):
        return
    inside = (values >= 0) & (values <= 1)
    position = tuple(int(i[0]) for i in (~inside).nonzero()) if inside.ndim else ()
    raise RangeError(
        f"the probability at position {position} is {values[position]}; expected 0 to 1: "
        f"for logits use a loss of logits, or apply softmax or sigmoid first"
    )


def _share_gradient(xp: Namespace, share: Array, whole: Array, axis: int, out: Array) -> Array:
    """Backwards through share = whole / sum(whole)."""
    inner = out - xp.sum(out * share, axis, keepdims=True)
    return inner / xp.sum(whole, axis, keepdims=True)


LOGITS = Form("logits")
LOG_PROBABILITIES = Form("log_probabilities")
PROBABILITIES = Form("probabilities")
