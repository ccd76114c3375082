"""From the losses of the items to the number that was seen: weighted, reduced, and changed after.

What is done to a result is one row of `AFTER`: to numbers, and to the source code of the loss.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.costs import FAMOUS, FARFETCHED, NOTHING, ODD, ORDINARY, RARE, SELDOM
from xlogits.diagnosis.denominators import FALLBACK, WORDS, Batch, denominators
from xlogits.diagnosis.items import Items
from xlogits.translation.expression import Expr
from xlogits.translation.language import Language

Array = Any


class Result(NamedTuple):
    """Whether sample weights count, what the sum is divided by, and what is done to the result."""

    weighted: bool = False
    word: str = "mean_over_items"
    after: str = ""


class After(NamedTuple):
    """Something done to a result: to numbers, to an expression; how unlikely it is; what to say."""

    do: Callable[[Array], Array]
    write: Callable[[Any, Language], Any]
    cost: float
    words: str


def _math(function: Callable[[Any], Any], cost: float, words: str) -> After:
    """Arithmetic, which is the same of a number and of an expression."""
    return After(function, lambda text, language: function(text), cost, words)


def _call(word: str, function: Callable[[Array], Array], cost: float, words: str) -> After:
    """A function that languages have under this word."""
    return After(function, lambda text, language: language.write(word, (text,)), cost, words)


def _logarithms(base: int, cost: float, words: str) -> After:
    """Divided by the logarithm of a base."""
    by = Expr(f"math.log({base})")
    return After(lambda v: v / math.log(base), lambda text, language: text / by, cost, words)


AFTER: dict[str, After] = {
    "": _math(lambda v: v, NOTHING, ""),
    "negated": _math(lambda v: -v, ORDINARY, "has the other sign"),
    "halved": _math(lambda v: v / 2, SELDOM, "is half of it (a factor 1/2 in the definition)"),
    "doubled": _math(lambda v: 2 * v, SELDOM, "is twice it (no factor 1/2 in the definition)"),
    "log2": _logarithms(2, RARE, "is in bits: logarithms to base 2 instead of e"),
    "log10": _logarithms(10, FARFETCHED, "has logarithms to base 10 instead of e"),
    "percent": _math(lambda v: 100 * v, ODD, "is in percent"),
    "exp": _call("exp", np.exp, RARE, "is the perplexity: exp of the loss"),
    "one_minus": _math(lambda v: 1 - v, RARE, "is 1 minus it"),
    "one_plus": _math(lambda v: 1 + v, RARE, "is 1 plus it (1 - cosine instead of -cosine)"),
    "minus_one": _math(lambda v: v - 1, RARE, "is it minus 1 (-cosine instead of 1 - cosine)"),
    "root": _call("sqrt", np.sqrt, RARE, "is the square root of it"),
}
# two of these, one after the other; their order makes no difference
BOTH = (
    *(("halved", "negated"), ("doubled", "negated"), ("log2", "negated")),
    *(("log2", "halved"), ("log2", "doubled")),
)


def _both(one: After, other: After) -> After:
    """One after the other. It has no words: each of the two is told by itself."""
    return After(
        lambda v: other.do(one.do(v)),
        lambda text, language: other.write(one.write(text, language), language),
        one.cost + other.cost,
        "",
    )


AFTER |= {f"{one}+{other}": _both(AFTER[one], AFTER[other]) for one, other in BOTH}
_AFTER = tuple(AFTER)


class Table(NamedTuple):
    """All numbers that one set of items can be reduced to, those with equal denominators once."""

    plain: list[Result]  # before anything is done to the result
    values: Array  # of these, and then of these after each entry of AFTER

    @property
    def words(self) -> set[str]:
        return {result.word for result in self.plain}

    def result(self, at: int) -> Result:
        """What a value is."""
        after, number = divmod(at, len(self.plain))
        return self.plain[number]._replace(after=_AFTER[after])


def table(batch: Batch) -> Table:
    """All numbers that a scalar loss of these items can be."""
    results: list[Result] = []
    plain: list[float] = []
    for weighted in (False, True) if batch.weight is not None else (False,):
        each = batch.each(weighted)
        total = float(each.sum())
        for word, by in _distinct(denominators(batch)).items():
            results.append(Result(weighted, word))
            plain.append(total / by if by else math.nan)
        for word, row in WORDS.items():
            value = row.of(each, batch) if row.of is not None else None
            if value is not None:
                results.append(Result(weighted, word))
                plain.append(value)
    values = np.array(plain)
    with np.errstate(all="ignore"):
        found = np.concatenate([after.do(values) for after in AFTER.values()])
    return Table(results, found)


def _distinct(found: dict[str, float]) -> dict[str, float]:
    """Of words with equal denominators only the first, which is the plainest."""
    distinct: dict[float, str] = {}
    for word, by in found.items():
        distinct.setdefault(by, word)
    return {word: by for by, word in distinct.items()}


def reduced(batch: Batch, result: Result) -> Any:
    """What the items become, as a result says."""
    row, each = WORDS[result.word], batch.each(result.weighted)
    value = None
    if row.along is not None:
        value = row.along(each)
        value = each if value is None else value
    elif row.of is not None:
        value = row.of(each, batch)
    if value is None:
        known = denominators(batch)
        value = each.sum() / next(known[w] for w in (result.word, *FALLBACK) if w in known)
    with np.errstate(all="ignore"):
        return AFTER[result.after].do(np.asarray(value))


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


def arrays(batch: Batch) -> list[tuple[Result, Array]]:
    """All arrays that the items can be without a reduction over the batch."""
    found = []
    for weighted in (False, True) if batch.weight is not None else (False,):
        each = batch.each(weighted)
        for word, row in WORDS.items():
            values = row.along(each) if row.along is not None else None
            if values is None:
                continue
            with np.errstate(all="ignore"):
                found += [
                    (Result(weighted, word, name), after.do(values))
                    for name, after in AFTER.items()
                ]
    return found


def distance(old: Result, new: Result) -> tuple[int, float]:
    """How many choices differ, and what that costs as an explanation."""
    count, cost = 0, 0.0
    if old.weighted != new.weighted:
        count, cost = count + 1, cost + FAMOUS
    if old.word != new.word:
        count, cost = count + 1, cost + FAMOUS + WORDS[new.word].cost
    if old.after != new.after:
        count += len((new.after or old.after).split("+"))
        cost += AFTER[new.after].cost + AFTER[old.after].cost
    return count, cost
