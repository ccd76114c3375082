"""What the losses of the items become: each way is one row of `WORDS`.

It says how the number is computed, how it is written as source code, and what to say.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.costs import HAIR, LESS, LITTLE, MUCH, NOTHING, UNUSUAL
from xlogits.diagnosis.items import Items
from xlogits.errors import Refused
from xlogits.reduction import SAID
from xlogits.translation.call import NAMES
from xlogits.translation.expression import ATOM, TIMES, Expr
from xlogits.translation.language import Language

Array = Any
LOGITS = Expr(NAMES["pred"])
PER_CLASS = ("class_weight", "pos_weight")


class Batch(NamedTuple):
    """What is reduced: the items, sizes by name, and the sample weights in the shape of the items."""

    items: Items
    sizes: dict[str, float]
    weight: Array | None = None

    def each(self, weighted: bool) -> Array:
        """The losses of the items, with the sample weights or without."""
        loss = self.items.loss
        return loss * self.weight if weighted and self.weight is not None else loss


class Source(NamedTuple):
    """What a reduction is written with.

    `reduced` writes the loss in any of the reductions that losses have, of the operands or of others.
    The operands are those that the loss is called with, as expressions and as arrays. `batch_axis` is
    where the items are.
    """

    reduced: Callable[..., Expr]
    loss: Any
    exprs: dict[str, Expr]
    arrays: dict[str, Array]
    language: Language
    axis: int
    batch_axis: int

    def size(self, axis: int) -> Expr:
        """How many entries the prediction has along an axis, as it was passed."""
        return self.language.write("length", (LOGITS, axis))

    def rows(self, items: Expr) -> Expr:
        """The losses of the items with two axes: the batch, and everything else."""
        if self.arrays["pred"].ndim < 4:
            return items
        return self.language.write("per_item", (items,))


class Word(NamedTuple):
    """What a result is of the losses of the items; one of `by`, `of` and `along` says it.

    `by`: what their sum is divided by; `of`: the number that it is otherwise; `along`: the array that
    is left where nothing is reduced over the batch. Each gives None where these arrays have no such
    thing. `write` is missing where losses have this reduction themselves.
    """

    words: str
    cost: float = NOTHING
    by: Callable[[Batch], float | None] | None = None
    of: Callable[[Array, Batch], float | None] | None = None
    along: Callable[[Array], Array | None] | None = None
    write: Callable[[Source], Any] | None = None


def _valid(batch: Batch) -> float:
    valid = batch.items.valid
    return float(batch.items.loss.size if valid is None else valid.sum())


def _class_weight(batch: Batch) -> float | None:
    weight = batch.items.weight
    return None if weight is None else float(weight.sum())


def _sample_weight(batch: Batch) -> float | None:
    if batch.weight is None:
        return None
    spread = np.broadcast_to(batch.weight, batch.items.loss.shape)
    return float((spread if batch.items.valid is None else spread * batch.items.valid).sum())


def _nonzero_weight(batch: Batch) -> float | None:
    if batch.weight is None:
        return None
    return float((np.broadcast_to(batch.weight, batch.items.loss.shape) != 0).sum())


def _twice(batch: Batch) -> float | None:
    if "batch" not in batch.sizes:
        return None
    by = _class_weight(batch)
    return (_valid(batch) if by is None else by) * batch.sizes["batch"]


def _size(name: str) -> Callable[[Batch], float | None]:
    """A size of the arrays as a denominator; none where it is 1."""
    return lambda batch: batch.sizes[name] if batch.sizes.get(name, 1) > 1 else None


def _mean_of_means(each: Array, batch: Batch) -> float | None:
    if each.ndim < 2:
        return None
    flat, valid = each.reshape(len(each), -1), batch.items.valid
    counts = flat.shape[1] if valid is None else valid.reshape(flat.shape).sum(1)
    with np.errstate(all="ignore"):
        return float(np.mean(flat.sum(1) / counts))


def _write_twice(source: Source) -> Expr:
    word = "mean_over_class_weight" if "class_weight" in source.exprs else "mean_over_valid"
    return source.reduced(word) / source.size(source.batch_axis)


def _write_over(source: Source, axes: Iterable[int]) -> Expr:
    """The sum, divided by sizes: whole numbers, which go with any dtype."""
    first, *others = (source.size(axis) for axis in axes)
    return source.reduced("sum") / reduce(mul, others, first)


def _write_over_elements(source: Source) -> Expr:
    return _write_over(source, range(source.arrays["pred"].ndim))


def _write_over_classes(source: Source) -> Expr:
    return _write_over(source, [source.axis])


def _write_over_positions(source: Source) -> Expr:
    """Divided by the sizes of all axes but those of items and classes."""
    ndim = source.arrays["pred"].ndim
    return _write_over(source, sorted(set(range(ndim)) - {0, source.axis % ndim}))


def _write_over_labels(source: Source) -> Expr:
    count = source.language.write("sum", (Expr("label_length"),))
    return source.reduced("sum") / source.language.write("like", (count, LOGITS))


def _write_mean_of_means(source: Source) -> Expr:
    language, ignored = source.language, getattr(source.loss, "ignore_index", None)
    items = source.rows(source.reduced("none"))
    if ignored is None:
        return language.write("mean", (language.write("mean_along", (items, -1)),))
    x, y = source.exprs["pred"], source.exprs["target"]
    counted = source.rows(language.write("like", (y != ignored, x)))
    total, count = (language.write("sum_along", (each, -1)) for each in (items, counted))
    return language.write("mean", (total / count,))


def _part(items: int, parts: int) -> int | None:
    """The size of each of so many parts, of which the last may be smaller; None where there are none."""
    size = -(-items // parts)
    return size if 1 < size < items and -(-items // size) == parts else None


def _in_parts(parts: int, more: float) -> Word:
    """The average of the means of ranks, or of steps of accumulation."""

    def of(each: Array, batch: Batch) -> float | None:
        items = len(each) if each.ndim else 0
        size = _part(items, parts) if batch.sizes.get("batch") == items else None
        counts = batch.items.valid if batch.items.weight is None else batch.items.weight
        if size is None or (counts is None and items % parts == 0):
            return None
        counts = np.ones(each.shape) if counts is None else counts
        ends = range(0, items, size)
        total, count = (np.add.reduceat(x.reshape(items, -1).sum(1), ends) for x in (each, counts))
        with np.errstate(all="ignore"):
            return float(np.mean(total / count))

    def write(source: Source) -> Expr:
        items = len(source.arrays["pred"])
        size = _part(items, parts)
        if size is None:
            raise Refused(f"{items} items are not taken apart into {parts} parts")
        of_items = [
            name
            for name, x in source.arrays.items()
            if name in source.exprs and name not in PER_CLASS and np.shape(x)[:1] == (items,)
        ]
        some = {name: Expr(f"{source.exprs[name].at(ATOM)}[i:i + {size}]") for name in of_items}
        word = "mean_over_class_weight" if "class_weight" in source.exprs else "mean_over_valid"
        mean = source.reduced(word, source.exprs | some)
        return Expr(f"sum({mean} for i in range(0, {items}, {size})) / {parts}", TIMES)

    return Word(
        f"the mean of the means of {parts} parts of the batch (ranks, or steps of accumulation)",
        MUCH + more,
        of=of,
        write=write,
    )


def _said(word: str, by: Callable[[Batch], float | None], cost: float = NOTHING) -> Word:
    """A reduction that losses have themselves."""
    return Word(SAID[word].result, cost, by=by)


def _along_last(word: str, function: Callable[[Array], Array], words: str) -> Word:
    return Word(
        words,
        along=lambda each: function(each) if each.ndim > 1 else None,
        write=lambda source: source.language.write(word, (source.reduced("none"), -1)),
    )


# the plainest first: of equal denominators only the first is told
WORDS: dict[str, Word] = {
    "none": Word(SAID["none"].result, along=lambda each: each),
    "mean_over_items": _said("mean_over_items", lambda b: float(b.items.loss.size)),
    "mean_over_valid": _said("mean_over_valid", _valid),
    "sum": _said("sum", lambda b: 1.0),
    "mean_over_class_weight": _said("mean_over_class_weight", _class_weight),
    "mean_over_sample_weight": _said("mean_over_sample_weight", _sample_weight),
    "mean_over_nonzero_weight": _said("mean_over_nonzero_weight", _nonzero_weight, LESS),
    "mean_over_batch": _said("mean_over_batch", lambda b: b.sizes.get("batch"), LITTLE),
    "mean_twice": Word(
        "the mean, divided by the batch size once more",
        MUCH,
        by=_twice,
        write=_write_twice,
    ),
    "mean_over_elements": Word(
        "the sum divided by the number of entries of the prediction",
        MUCH,
        by=_size("elements"),
        write=_write_over_elements,
    ),
    "mean_over_classes": Word(
        "the sum divided by the number of classes",
        UNUSUAL,
        by=_size("classes"),
        write=_write_over_classes,
    ),
    "mean_over_positions": Word(
        "the sum divided by the number of positions of one sequence",
        MUCH,
        by=_size("positions"),
        write=_write_over_positions,
    ),
    "mean_over_labels": Word(
        "the sum divided by the number of labels",
        UNUSUAL,
        by=_size("labels"),
        write=_write_over_labels,
    ),
    "mean_of_means": Word(
        "the mean of the means of the rows",
        MUCH,
        of=_mean_of_means,
        write=_write_mean_of_means,
    ),
    "mean_of_2_parts": _in_parts(2, HAIR),
    "mean_of_4_parts": _in_parts(4, 2 * HAIR),
    "mean_of_8_parts": _in_parts(8, 3 * HAIR),
    "mean_along_axis": _along_last(
        "mean_along", lambda each: each.mean(-1), "the mean along the last axis"
    ),
    "sum_along_axis": _along_last(
        "sum_along", lambda each: each.sum(-1), "the sum along the last axis"
    ),
}


# what a denominator becomes where its weights are not there, or where it is no number of its own
FALLBACK = ("mean_over_valid", "mean_over_items", "sum")


def denominators(batch: Batch) -> dict[str, float]:
    """What the sum of the items may be divided by, the plainest first."""
    found = {word: row.by(batch) for word, row in WORDS.items() if row.by is not None}
    return {word: by for word, by in found.items() if by is not None}
