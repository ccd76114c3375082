"""Losses of sequences whose alignment with their labels is not known."""

import math
from dataclasses import field
from typing import Any, ClassVar, NamedTuple

from xlogits.backends import require_same
from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, ShapeError
from xlogits.losses.parts.form import LOG_PROBABILITIES, LOGITS, Form
from xlogits.losses.parts.labels import INDEX, Labels, require_index
from xlogits.losses.parts.lengths import (
    apart,
    as_array,
    require_at_most,
    require_counts,
    require_of_items,
    require_one,
)
from xlogits.losses.parts.loss import Loss, Weight
from xlogits.losses.parts.value import frozen
from xlogits.reduction import Items
from xlogits.types import Result, Rows

Array = Any


@frozen
class CTC(Loss):
    r"""$-\log \sum_\pi \prod_t p_t(\pi_t)$ over all alignments $\pi$ of the labels with the frames.

    An alignment has one class for each frame, and becomes the labels when repetitions are merged and
    blanks dropped: connectionist temporal classification (Graves et al. 2006). `blank` is the number
    of that class, from the end if negative. The prediction is (batch, frames, classes), with
    `time_major` (frames, batch, classes), or has no batch axis; the target is (batch, labels), or the
    labels of all items in one row, if their `label_length` can be read.

    How many frames and labels count is said by `logit_length` and `label_length`, one for each item
    (an array, or a list or tuple of numbers), or by `logit_padding` and `label_padding`, 1 for every
    frame or label that does not count, or by nothing: then all frames count, and labels up to the
    number of those that are not the blank.

    Labels that no alignment fits cost infinity, and 0 with `zero_infinity`; either way their
    derivative is 0. With `per_label` a loss is divided by its number of labels, or 1.
    """

    form: Form = field(default_factory=lambda: LOGITS)
    labels: Labels = field(default_factory=lambda: INDEX)
    blank: int = 0
    time_major: bool = False
    zero_infinity: bool = False
    per_label: bool = False

    OPERANDS: ClassVar[tuple[str, ...]] = (
        *("pred", "target", "sample_weight", "logit_length", "label_length"),
        *("logit_padding", "label_padding"),
    )

    def __post_init__(self) -> None:
        if self.form not in (LOGITS, LOG_PROBABILITIES):
            raise OptionError(f"form is {self.form}; expected LOGITS or LOG_PROBABILITIES")

    def __call__(
        self, pred: Rows[Result], target: Array, *, sample_weight: Weight = None, **sizes: Array
    ) -> Result:
        xp, work, result = self._open(pred, target, sample_weight=sample_weight)
        self._require_unambiguous(sample_weight=sample_weight)
        parts = self._parts(xp, work, pred, target, sizes)
        items = self._items(xp, parts, _forward(xp, parts)[0], len(xp.shape(pred)))
        return self._close(xp, items, self._weight(xp, sample_weight, items.loss), result)

    def gradient(
        self,
        pred: Array,
        target: Array,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        **sizes: Array,
    ) -> tuple[Array | None, ...]:
        """Derivatives by the prediction and by the labels, which have none, in closed form."""
        xp, work, _ = self._open(pred, target, sample_weight=sample_weight, cotangent=cotangent)
        parts = self._parts(xp, work, pred, target, sizes)
        total, *states = _forward(xp, parts)
        items = self._items(xp, parts, total, len(xp.shape(pred)))
        weight = self._weight(xp, sample_weight, items.loss)
        out = self.reduction.gradient(xp, items, weight, 1.0 if cotangent is None else cotangent)
        if self.per_label:
            out = out / xp.maximum(parts.labels, 1.0)
        out = xp.where(total == -math.inf, 0.0, out)
        by = _occupied(xp, parts, *states) * xp.expand(xp.expand(out, 0), 2)
        if self.form.kind == "logits":
            by = by - xp.exp(parts.log_p) * xp.sum(by, 2, keepdims=True)
        by = xp.sum(by, 1) if len(xp.shape(pred)) == 2 else self._turned(xp, by)
        return xp.cast(-by, xp.dtype(pred)), None

    def _turned(self, xp: Namespace, x: Array) -> Array:
        """Between the layout of the prediction and frames first."""
        return x if self.time_major else xp.transpose(x, (1, 0, 2))

    def _items(self, xp: Namespace, parts: "_Parts", total: Array, ndim: int) -> Items:
        none = total == -math.inf
        loss = xp.where(none, 0.0 if self.zero_infinity else math.inf, -total)
        if self.per_label:
            loss = loss / xp.maximum(parts.labels, 1.0)
        return Items(loss if ndim == 3 else xp.sum(loss, 0))

    def _parts(
        self, xp: Namespace, work: str, pred: Array, target: Array, sizes: dict[str, Array]
    ) -> "_Parts":
        """The operands checked, in one dtype and one layout, without what does not count."""
        shape = xp.shape(pred)
        if len(shape) == 3 and len(xp.shape(target)) == 1 and "label_length" in sizes:
            target = apart(xp, target, sizes["label_length"])
        sizes = {name: as_array(xp, size, target) for name, size in sizes.items()}
        require_same(xp, pred, "logits", **sizes)
        require_counts(xp, sizes)
        if len(shape) not in (2, 3) or len(xp.shape(target)) != len(shape) - 1:
            order = "(frames, batch" if self.time_major else "(batch, frames"
            raise ShapeError(
                f"labels have shape {xp.shape(target)} and logits {shape}; expected (batch, labels), "
                f"padded, and {order}, classes), or both without the batch"
            )
        require_index(self.labels, xp.dtype(target))
        if len(shape) == 2:
            x, target = xp.expand(pred, 1), xp.expand(target, 0)
            sizes = {name: xp.expand(size, 0) for name, size in sizes.items()}
        else:
            x = self._turned(xp, pred)
        require_of_items(xp, x, target, sizes)
        x, target = xp.cast(x, work), xp.cast(target, "int64")
        classes = xp.sizes(x)[2]
        blank = self.blank if self.blank >= 0 else self.blank + classes
        labels, seen = self._counted(xp, x, target, blank, sizes)
        counts = xp.expand(self._frames(xp, x, sizes), 2)
        target = xp.check_labels(xp.where(seen, target, 0), xp.shape(x)[2])
        x = xp.where(counts, x, 0.0)
        log_p = xp.log_softmax(x, 2) if self.form.kind == "logits" else x
        emit = xp.transpose(xp.choose(xp.transpose(log_p, (1, 2, 0)), target), (2, 0, 1))
        before = xp.concat([target[:, :1] * 0 - 1, target[:, :-1]], 1)
        rest = log_p[:, :, blank : blank + 1]
        return _Parts(log_p, emit, rest, counts, target, target != before, labels, blank)

    def _frames(self, xp: Namespace, x: Array, sizes: dict[str, Array]) -> Array:
        """Which frames count: (frames, batch)."""
        one = xp.full_like(xp.sum(x, 2), 1.0)
        if "logit_padding" in sizes:
            require_one("logit", sizes)
            return (xp.transpose(sizes["logit_padding"], (1, 0)) == 0) & (one == 1)
        if "logit_length" not in sizes:
            return one == 1
        length = xp.cast(sizes["logit_length"], xp.dtype(x))
        require_at_most(xp, sizes["logit_length"], xp.shape(x)[0], "logit_length", "frames")
        return xp.cumsum(one, 0) <= length

    def _counted(
        self, xp: Namespace, x: Array, target: Array, blank: Any, sizes: dict[str, Array]
    ) -> tuple[Array, Array]:
        """How many labels there are, and which."""
        one = xp.full_like(xp.cast(target, xp.dtype(x)), 1.0)
        if "label_padding" in sizes:
            require_one("label", sizes)
            labels = xp.sum(xp.where(sizes["label_padding"] == 0, one, 0.0), 1)
        elif "label_length" in sizes:
            labels = xp.cast(sizes["label_length"], xp.dtype(x))
            require_at_most(
                xp, sizes["label_length"], xp.shape(target)[1], "label_length", "labels"
            )
        else:
            labels = xp.sum(xp.where(target == blank, 0.0, one), 1)
        return labels, xp.cumsum(one, 1) <= xp.expand(labels, 1)


class _Parts(NamedTuple):
    """The operands in one layout: time first, one row of states for each item."""

    log_p: Array  # (frames, batch, classes)
    emit: Array  # (frames, batch, labels): of every label
    rest: Array  # (frames, batch, 1): of the blank
    counts: Array  # (frames, batch, 1): whether the frame does
    target: Array  # (batch, labels)
    fresh: Array  # (batch, labels): whether it differs from the label before
    labels: Array  # (batch,): how many
    blank: Any


# An item has two rows of states: after so many labels in a blank, (batch, labels + 1), and in one of
# the labels, (batch, labels).


def _forward(xp: Namespace, parts: _Parts) -> tuple[Array, Any, Any]:
    """The log-probability of all alignments, and the states after and before every frame."""
    never, first = _never(xp, parts)

    def step(state: Any, frame: Any) -> Any:
        rest, inside = state
        emitted, rested, counts = frame
        left = xp.concat([never[:, :1], inside], 1)
        skipped = xp.where(parts.fresh, left[:, :-1], -math.inf)
        to_inside = emitted + _log_sum(xp, inside, rest[:, :-1], skipped)
        to_rest = rested + _log_sum(xp, rest, left)
        return xp.where(counts, to_rest, rest), xp.where(counts, to_inside, inside)

    frames = parts.emit, parts.rest, parts.counts
    start = xp.concat([0 * first, never[:, 1:]], 1), never[:, 1:]
    end, before = xp.scan(step, start, frames)
    rest, inside = (xp.where(at, s, -math.inf) for at, s in zip(_last(xp, parts), end, strict=True))
    return _log_sum_along(xp, xp.concat([rest, inside], 1)), end, before


def _never(xp: Namespace, parts: _Parts) -> tuple[Array, Array]:
    """Minus infinity for each number of labels, (batch, labels + 1), and ones, (batch, 1)."""
    one = xp.expand(xp.full_like(parts.labels, 1.0), 1)
    return xp.full_like(xp.concat([one, xp.cast(parts.target, xp.dtype(one))], 1), -math.inf), one


def _last(xp: Namespace, parts: _Parts) -> tuple[Array, Array]:
    """The states in which all labels are over."""
    never, _ = _never(xp, parts)
    number = xp.cumsum(xp.full_like(never, 1.0), 1) - 1
    labels = xp.expand(parts.labels, 1)
    return number == labels, number[:, 1:] == labels


def _occupied(xp: Namespace, parts: _Parts, end: Any, before: Any) -> Array:
    """How probable a class is at a frame in an alignment: (frames, batch, classes).

    Backwards from the last states, each shared out among those that it was reached from.
    """
    never, one = _never(xp, parts)
    nothing = 0 * one

    def back(state: Any, frame: Any) -> Any:
        to_rest, to_inside = state
        rest, inside, counts = frame
        left = xp.concat([never[:, :1], inside], 1)
        skipped = xp.where(parts.fresh, left[:, :-1], -math.inf)
        stayed, entered, jumped = _shares(xp, to_inside, inside, rest[:, :-1], skipped)
        rested, left_to = _shares(xp, to_rest, rest, left)
        from_inside = stayed + left_to[:, 1:] + xp.concat([jumped, nothing], 1)[:, 1:]
        from_rest = rested + xp.concat([entered, nothing], 1)
        return xp.where(counts, from_rest, to_rest), xp.where(counts, from_inside, to_inside)

    ends = [xp.where(at, s, -math.inf) for at, s in zip(_last(xp, parts), end, strict=True)]
    top = xp.max(xp.concat(ends, 1), 1, keepdims=True)
    top = xp.where(top == -math.inf, 0.0, top)
    ends = [xp.exp(s - top) for s in ends]
    whole = xp.sum(xp.concat(ends, 1), 1, keepdims=True)
    last = tuple(s / xp.where(whole == 0, 1.0, whole) for s in ends)
    _, after = xp.scan(back, last, (*before, parts.counts), reverse=True)
    rest, inside = (xp.where(parts.counts, share, 0.0) for share in after)
    hot = xp.one_hot(parts.target, xp.sizes(parts.log_p)[2], 2, xp.dtype(parts.log_p))
    by_label = xp.transpose(xp.transpose(inside, (1, 0, 2)) @ hot, (1, 0, 2))
    number = xp.cumsum(xp.full_like(parts.log_p, 1.0), 2) - 1
    return by_label + xp.where(number == parts.blank, xp.sum(rest, 2, keepdims=True), 0.0)


def _log_sum(xp: Namespace, *terms: Array) -> Array:
    """log of the sum of exp; its derivative is 0 where all terms are minus infinity."""
    top = terms[0]
    for term in terms[1:]:
        top = xp.maximum(top, term)
    top = xp.stop_gradient(xp.where(top == -math.inf, 0.0, top))
    total = xp.exp(terms[0] - top)
    for term in terms[1:]:
        total = total + xp.exp(term - top)
    none = total == 0
    return xp.where(none, -math.inf, xp.log(xp.where(none, 1.0, total)) + top)


def _shares(xp: Namespace, whole: Array, *terms: Array) -> list[Array]:
    """A number shared out in proportion to exp of the terms.

    As ratios: a logarithm of the sum would be rounded before its exponential is taken.
    """
    top = terms[0]
    for term in terms[1:]:
        top = xp.maximum(top, term)
    top = xp.where(top == -math.inf, 0.0, top)
    parts = [xp.exp(term - top) for term in terms]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    whole = whole / xp.where(total == 0, 1.0, total)
    return [part * whole for part in parts]


def _log_sum_along(xp: Namespace, x: Array) -> Array:
    """The same of a row."""
    top = xp.max(x, 1, keepdims=True)
    top = xp.stop_gradient(xp.where(top == -math.inf, 0.0, top))
    total = xp.sum(xp.exp(x - top), 1)
    none = total == 0
    return xp.where(none, -math.inf, xp.log(xp.where(none, 1.0, total)) + xp.sum(top, 1))
