"""A linear layer and softmax cross-entropy in chunks of rows: the part that a backend drives."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from xlogits.backends.protocol import Namespace
from xlogits.losses.parts.labels import DENSE, INDEX
from xlogits.losses.parts.loss import times
from xlogits.losses.softmax import SoftmaxCrossEntropy
from xlogits.reduction import Reduction

Array = Any

NONE = Reduction()


class Batch(NamedTuple):
    """The arrays of one call, in one dtype, with the items on one axis."""

    hidden: Array  # (items, features)
    weight: Array  # (classes, features)
    bias: Array | None  # (classes,)
    target: Array  # (items,) or (items, classes)
    each: Array | None  # (items,): what a loss is multiplied by on its way into the sum
    valid: Array | None  # (items,): which items count; None: all
    class_weight: Array | None  # (classes,)


class Slopes(NamedTuple):
    """Derivatives by what is differentiated by."""

    hidden: Array | None
    weight: Array | None
    bias: Array | None
    each: Array | None = None


@dataclass(frozen=True)
class Plan:
    """What is computed of a batch; equal for calls that need the same code."""

    label_smoothing: float
    indexed: bool
    rows: int
    summed: bool  # the sum of the losses times `each`, or the losses

    MOVING: ClassVar[tuple[str, ...]] = Slopes._fields
    FIELDS: ClassVar[tuple[str, ...]] = Batch._fields

    def batch(self, *arrays: Array) -> Batch:
        return Batch(*arrays)

    def losses(self, xp: Namespace, batch: Batch) -> Array:
        """The loss of every item."""

        def step(state: Any, run: dict[str, Array]) -> Any:
            return state, (self._chunk(xp, batch, run)[0],)

        return xp.fold(step, (), self._runs(batch, None), self.rows, ([],))[1][0]

    def slopes(
        self, xp: Namespace, batch: Batch, out: Array, wanted: tuple[str, ...] = MOVING
    ) -> tuple[Array, Slopes]:
        """The losses, and the derivatives from that by each of them."""
        kept = [n for n in ("weight", "bias") if n in wanted and getattr(batch, n) is not None]
        by_hidden = "hidden" in wanted

        def step(state: Any, run: dict[str, Array]) -> Any:
            loss, slope = self._chunk(xp, batch, run)
            state = tuple(
                xp.accumulate(total, slope, run["hidden"])
                if name == "weight"
                else total + xp.sum(slope, 0)
                for name, total in zip(kept, state, strict=True)
            )
            return state, (loss, slope @ batch.weight) if by_hidden else (loss,)

        start = tuple(xp.full_like(getattr(batch, name), 0.0) for name in kept)
        shapes: tuple[list[Any], ...] = ([], xp.sizes(batch.hidden)[1:])[: 1 + by_hidden]
        state, found = xp.fold(step, start, self._runs(batch, out), self.rows, shapes)
        totals = dict(zip(kept, state, strict=True))
        hidden = found[1] if by_hidden else None
        return found[0], Slopes(hidden, totals.get("weight"), totals.get("bias"))

    def _runs(self, batch: Batch, out: Array | None) -> dict[str, Array]:
        """What is cut into runs of rows."""
        runs = {"hidden": batch.hidden, "target": batch.target, "valid": batch.valid, "out": out}
        return {name: x for name, x in runs.items() if x is not None}

    def _chunk(
        self, xp: Namespace, batch: Batch, run: dict[str, Array]
    ) -> tuple[Array, Array | None]:
        """The losses of one run, and the derivatives by its logits if there is an `out`."""
        x = xp.project(run["hidden"], batch.weight, batch.bias)
        target, out, valid = run["target"], run.get("out"), run.get("valid")
        inside = None
        if self.indexed:
            inside = within(xp, target, batch.weight)
            target = xp.where(inside, target, 0)
            out = None if out is None else xp.where(inside, out, math.nan)
        if valid is not None:
            out = None if out is None else xp.where(valid, out, 0.0)
        loss, slope = self._formula(xp, x, target, batch.class_weight, out)
        if inside is not None:
            loss = xp.where(inside, loss, math.nan)
        return loss if valid is None else xp.where(valid, loss, 0.0), slope

    def _formula(
        self, xp: Namespace, x: Array, target: Array, class_weight: Array | None, out: Array | None
    ) -> tuple[Array, Array | None]:
        if self.indexed and not self.label_smoothing:
            own = None if class_weight is None else xp.take(class_weight, target)
            if out is None:
                loss, slope = xp.index_cross_entropy(x, target, 1), None
            else:
                loss, slope = xp.index_slope(x, target, out if own is None else out * own)
            return loss if own is None else times(xp, own, loss), slope
        whole = SoftmaxCrossEntropy(
            labels=INDEX if self.indexed else DENSE,
            label_smoothing=self.label_smoothing,
            reduction=NONE,
        )
        terms = whole.terms(xp, xp.dtype(x), x, target, class_weight)
        slope = None if out is None else terms.gradient(out)[0]
        return terms.items().loss, slope


def within(xp: Namespace, labels: Array, rows: Array) -> Array:
    """Which labels are the number of a row."""
    count = xp.shape(rows)[0]
    if count is None:  # known only when it runs, and then of a dtype of its own
        count = xp.cast(xp.sizes(rows)[0], xp.dtype(labels))
    return (labels >= 0) & (labels < count)
