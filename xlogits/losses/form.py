"""The first choice a loss makes: what the prediction is, and how it becomes log-probabilities.

What is done to probabilities differs from framework to framework, and always in this order:
renormalise (before), clip, renormalise (after), logarithm, floor.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from xlogits.errors import OptionError, RangeError

Array = Any
Kind = Literal["logits", "log_probabilities", "probabilities"]

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}


@dataclass(frozen=True)
class Form:
    """What the prediction is.

    `renormalise` divides probabilities by their sum over the classes, before or after they are
    clipped. `clip` is the interval they are clipped to; "eps" means [eps, 1 - eps] of their dtype.
    `log_floor` is the smallest logarithm. `validated`: a probability outside [0, 1] is an error
    where values can be read, and NaN where they cannot. `positive_column`: a prediction without a
    class axis, or with a single class, is the probability p of the second of two: [1 - p, p].
    """

    kind: Kind = "logits"
    renormalise: Literal["before", "after"] | None = None
    clip: tuple[float, float] | Literal["eps"] | None = None
    log_floor: float | None = None
    validated: bool = False
    positive_column: bool = False

    def at(self, dtype: str) -> "Form":
        """The same form with the clip written out for predictions of this dtype."""
        if self.clip != "eps":
            return self
        return replace(self, clip=(EPS[dtype], 1 - EPS[dtype]))

    def columns(self, xp: Any, x: Array, labels: Array) -> tuple[Array, bool]:
        """The prediction with all its classes, and whether one column stood for two."""
        shape = xp.shape(x)
        bare = len(shape) == len(xp.shape(labels))
        if not self.positive_column or not (bare or shape[-1] == 1):
            return x, False
        x = xp.expand(x, len(shape)) if bare else x
        return xp.concat([1 - x, x], len(xp.shape(x)) - 1), True

    def log_probabilities(self, xp: Any, x: Array, axis: int) -> Array:
        """The logarithm of the probability of every class along `axis`."""
        if self.kind == "logits":
            return xp.log_softmax(x, axis)
        if self.kind == "log_probabilities":
            return x
        return self._log(xp, self._probabilities(xp, x, axis)[-1])

    def log_probability_pair(self, xp: Any, x: Array) -> tuple[Array, Array]:
        """log p and log(1 - p) of independent events."""
        if self.kind == "logits":
            return xp.log_sigmoid(x), xp.log_sigmoid(-x)
        p = self._probabilities(xp, x, 0)[-1]
        return self._log(xp, p), self._log(xp, 1 - p)

    def gradient(self, xp: Any, x: Array, axis: int, out: Array) -> Array:
        """The derivative by `x` from the derivative `out` by `log_probabilities`."""
        if self.kind == "log_probabilities":
            return out
        if self.kind == "logits":
            return out - xp.softmax(x, axis) * xp.sum(out, axis, keepdims=True)
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

    def pair_gradient(self, xp: Any, x: Array, out: Array, out_not: Array) -> Array:
        """The derivative by `x` from the derivatives by `log_probability_pair`."""
        if self.kind == "logits":
            return out * xp.sigmoid(-x) - out_not * xp.sigmoid(x)
        p = self._probabilities(xp, x, 0)[-1]
        inner = self._log_gradient(xp, p, out) - self._log_gradient(xp, 1 - p, out_not)
        return inner if self.clip is None else self._clip_gradient(xp, x, inner)

    def _probabilities(self, xp: Any, p: Array, axis: int) -> list[Array]:
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

    def _clip_gradient(self, xp: Any, p: Array, out: Array) -> Array:
        low, high = self._bounds()
        return xp.where((p >= low) & (p <= high), out, 0.0)

    def _log(self, xp: Any, p: Array) -> Array:
        if self.log_floor is None:
            return xp.log(p)
        low = p <= math.exp(self.log_floor)
        return xp.where(low, self.log_floor, xp.log(xp.where(low, 1.0, p)))

    def _log_gradient(self, xp: Any, p: Array, out: Array) -> Array:
        if self.log_floor is None:
            return out / p
        low = p <= math.exp(self.log_floor)
        return xp.where(low, 0.0, out / xp.where(low, 1.0, p))


def require_probabilities(xp: Any, x: Array) -> None:
    """Raise for a value outside [0, 1] where values can be read."""
    values = xp.known(x)
    if values is None or bool(((values >= 0) & (values <= 1)).all()):
        return
    inside = (values >= 0) & (values <= 1)
    position = tuple(int(i[0]) for i in (~inside).nonzero())
    raise RangeError(
        f"the probability at position {position} is {values[position]}; expected 0 to 1: "
        f"for logits use a loss of logits, or apply softmax or sigmoid first"
    )


def _share_gradient(xp: Any, share: Array, whole: Array, axis: int, out: Array) -> Array:
    """Backwards through share = whole / sum(whole)."""
    inner = out - xp.sum(out * share, axis, keepdims=True)
    return inner / xp.sum(whole, axis, keepdims=True)


LOGITS = Form("logits")
LOG_PROBABILITIES = Form("log_probabilities")
PROBABILITIES = Form("probabilities")
