"""From the losses of the items to the number that was seen: weighted, reduced, and changed after."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.recipe import Items

Array = Any


class Outer(NamedTuple):
    """Whether sample weights count, what the sum is divided by, and what is done to the result."""

    weighted: bool = False
    word: str = "mean_over_items"
    after: str = ""


# what is done to a result: its function, its cost as an explanation, what to say
AFTER: dict[str, tuple[Callable[[Array], Array], float, str]] = {
    "": (lambda v: v, 0.0, ""),
    "negated": (lambda v: -v, 2.0, "has the other sign"),
    "halved": (lambda v: v / 2, 2.5, "is half of it (a factor 1/2 in the definition)"),
    "doubled": (lambda v: 2 * v, 2.5, "is twice it (no factor 1/2 in the definition)"),
    "log2": (lambda v: v / math.log(2), 3.0, "is in bits: logarithms to base 2 instead of e"),
    "log10": (lambda v: v / math.log(10), 4.0, "has logarithms to base 10 instead of e"),
    "percent": (lambda v: 100 * v, 3.5, "is in percent"),
    "exp": (np.exp, 3.0, "is the perplexity: exp of the loss"),
    "one_minus": (lambda v: 1 - v, 3.0, "is 1 minus it"),
    "one_plus": (lambda v: 1 + v, 3.0, "is 1 plus it (1 - cosine instead of -cosine)"),
    "minus_one": (lambda v: v - 1, 3.0, "is it minus 1 (-cosine instead of 1 - cosine)"),
    "root": (np.sqrt, 3.0, "is the square root of it"),
}
# two of these, one after the other; their order makes no difference
BOTH = (
    *(("halved", "negated"), ("doubled", "negated"), ("log2", "negated")),
    *(("log2", "halved"), ("log2", "doubled")),
)


def _both(one: str, other: str) -> tuple[Callable[[Array], Array], float, str]:
    (f, cost, _), (g, more, _) = AFTER[one], AFTER[other]
    return lambda v: g(f(v)), cost + more, ""  # each of the two is told by itself


AFTER |= {f"{one}+{other}": _both(one, other) for one, other in BOTH}
# what a sum can be divided by: its cost, and what to say
WORDS = {
    "none": (0.0, "one number per item"),
    "sum": (0.0, "the sum"),
    "mean_over_items": (0.0, "the mean over all items"),
    "mean_over_valid": (0.0, "the mean over the items that are not ignored"),
    "mean_over_class_weight": (0.0, "the sum divided by the class weights of the labels"),
    "mean_over_sample_weight": (0.0, "the sum divided by the sum of the sample weights"),
    "mean_over_nonzero_weight": (0.5, "the mean over the items whose weight is not 0"),
    "mean_over_batch": (0.3, "the sum divided by the size of the first axis"),
    "mean_of_means": (1.0, "the mean of the means of the rows"),
    "mean_over_elements": (1.0, "the sum divided by the number of entries of the prediction"),
    "mean_over_classes": (1.5, "the sum divided by the number of classes"),
    "mean_over_positions": (1.0, "the sum divided by the number of positions of one sequence"),
    "mean_twice": (1.0, "the mean, divided by the batch size once more"),
    "mean_over_labels": (1.5, "the sum divided by the number of labels"),
}
REDUCED = 1.0  # the cost of another reduction


class Table(NamedTuple):
    """Everything that one set of items can be reduced to, as far as it differs."""

    plain: list[Outer]  # before anything is done to the result
    values: Array  # of these, and then of these after each entry of AFTER

    @property
    def words(self) -> set[str]:
        return {outer.word for outer in self.plain}

    def outer(self, at: int) -> Outer:
        """What a value is."""
        after, number = divmod(at, len(self.plain))
        return self.plain[number]._replace(after=_AFTER[after])


_AFTER = tuple(AFTER)


def table(items: Items, sizes: dict[str, float], weight: Array | None) -> Table:
    """All numbers that a scalar loss of these items can be."""
    outers: list[Outer] = []
    plain: list[float] = []
    for weighted in (False, True) if weight is not None else (False,):
        each = items.loss * weight if weighted else items.loss
        total = float(each.sum())
        for word, by in _distinct(denominators(items, sizes, weight)).items():
            outers.append(Outer(weighted, word))
            plain.append(total / by if by else math.nan)
        if items.loss.ndim > 1:
            outers.append(Outer(weighted, "mean_of_means"))
            plain.append(_mean_of_means(each, items.valid))
    values = np.array(plain)
    with np.errstate(all="ignore"):
        found = np.concatenate([function(values) for function, _, _ in AFTER.values()])
    return Table(outers, found)


def _mean_of_means(each: Array, valid: Array | None) -> float:
    flat = each.reshape(len(each) if each.ndim else 1, -1)
    counts = flat.shape[1] if valid is None else valid.reshape(flat.shape).sum(1)
    with np.errstate(all="ignore"):
        return float(np.mean(flat.sum(1) / counts))


def denominators(items: Items, sizes: dict[str, float], weight: Array | None) -> dict[str, float]:
    """What the sum of the items may be divided by, the plainest first."""
    n = float(items.loss.size)
    valid = n if items.valid is None else float(items.valid.sum())
    found = {"mean_over_items": n, "mean_over_valid": valid, "sum": 1.0}
    if items.weight is not None:
        found["mean_over_class_weight"] = float(items.weight.sum())
    if weight is not None:
        spread = np.broadcast_to(weight, items.loss.shape)
        counts = spread if items.valid is None else spread * items.valid
        found["mean_over_sample_weight"] = float(counts.sum())
        found["mean_over_nonzero_weight"] = float((spread != 0).sum())
    if "batch" in sizes:
        found["mean_over_batch"] = sizes["batch"]
        found["mean_twice"] = found.get("mean_over_class_weight", valid) * sizes["batch"]
    for word, name in _SIZES.items():
        if sizes.get(name, 1) > 1:
            found[word] = sizes[name]
    return found


def _distinct(found: dict[str, float]) -> dict[str, float]:
    """The plainest word of equal numbers only."""
    distinct: dict[float, str] = {}
    for word, by in found.items():
        distinct.setdefault(by, word)
    return {word: by for by, word in distinct.items()}


# what a denominator becomes where its weights are not there, or where it is no number of its own
FALLBACK = ("mean_over_valid", "mean_over_items", "sum")


def reduced(items: Items, outer: Outer, sizes: dict[str, float], weight: Array | None) -> Any:
    """The result of one way of reducing these items."""
    each = items.loss * weight if outer.weighted and weight is not None else items.loss
    along = dict(_along(each))
    if outer.word == "none" or outer.word in along:
        value = along.get(outer.word, each)
    elif outer.word == "mean_of_means":
        value = _mean_of_means(each, items.valid)
    else:
        known = denominators(items, sizes, weight)
        value = each.sum() / next(known[w] for w in (outer.word, *FALLBACK) if w in known)
    with np.errstate(all="ignore"):
        return AFTER[outer.after][0](np.asarray(value))


_SIZES = {
    "mean_over_elements": "elements",
    "mean_over_classes": "classes",
    "mean_over_positions": "positions",
    "mean_over_labels": "labels",
}


def spread(weight: Array | None, items: Items) -> Array | None:
    """Sample weights in the shape of the items; None where they do not fit."""
    if weight is None:
        return None
    given, wanted = np.shape(weight), items.loss.shape
    if len(given) == len(wanted) + 1 and given[-1] == 1:
        weight = weight[..., 0]
    if 0 < len(given) < len(wanted) and given == wanted[: len(given)]:
        weight = np.reshape(weight, given + (1,) * (len(wanted) - len(given)))
    try:
        return np.broadcast_to(weight, wanted)
    except ValueError:
        return None


def arrays(items: Items, weight: Array | None) -> list[tuple[Outer, Array]]:
    """All arrays that the items can be without a reduction over the batch."""
    found = []
    for weighted in (False, True) if weight is not None else (False,):
        each = items.loss * weight if weighted else items.loss
        for word, values in (("none", each), *_along(each)):
            with np.errstate(all="ignore"):
                found += [
                    (Outer(weighted, word, after), function(values))
                    for after, (function, _, _) in AFTER.items()
                ]
    return found


def _along(each: Array) -> list[tuple[str, Array]]:
    if each.ndim < 2:
        return []
    return [("mean_along_axis", each.mean(-1)), ("sum_along_axis", each.sum(-1))]


WORDS["mean_along_axis"] = (0.0, "the mean along the last axis")
WORDS["sum_along_axis"] = (0.0, "the sum along the last axis")


def distance(old: Outer, new: Outer) -> tuple[int, float]:
    """How many choices differ, and what that costs as an explanation."""
    count, cost = 0, 0.0
    if old.weighted != new.weighted:
        count, cost = count + 1, cost + 1.0
    if old.word != new.word:
        count, cost = count + 1, cost + REDUCED + WORDS[new.word][0]
    if old.after != new.after:
        count += len((new.after or old.after).split("+"))
        cost += AFTER[new.after][1] + AFTER[old.after][1]
    return count, cost
