"""How a loss is told: what its arrays are called, and its formula as text.

The text is what is printed and what the tests evaluate, so it keeps to a small language. A statement
defines a name; the first one is the result, of one item where there are several. `ℓ` is the loss of an
item, `j` counts the classes (or the numbers along the axis) and `k` whatever else is summed over; a
subscript that is the name of class indexes picks, so `p_y` is the probability of the label. `Σ_j`,
`mean_j` and `max_j` reach over the product behind them, `log` over the number behind it. A bracket such
as `[j ≠ y]` is 1 where it is true, and 0 times anything is 0. `a if c; b otherwise` chooses.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

Lines = tuple[str, ...]
Words = dict[str, str]


class Told(NamedTuple):
    """Of one class of losses.

    `about` is what it computes, in one sentence. `words(loss)` are the arrays in a word, by operand.
    `lines(loss, given)` are the statements, the result first, for a call with these operands.
    """

    about: str
    words: Callable[[Any], Words]
    lines: Callable[[Any, frozenset[str]], Lines]


def fixed(**words: str) -> Callable[[Any], Words]:
    """Words that are the same whatever the options of a loss are."""
    return lambda loss: words


MEASURED = fixed(pred="predictions", target="targets")


def each(
    about: str, term: Callable[[Any, str], Lines], words: Callable[[Any], Words] = MEASURED
) -> Told:
    """A loss of single numbers: `term(loss, j)` is the term, with `j` behind every array, and names.

    What the numbers along the axis are brought together by, if anything, is written around it.
    """

    def lines(loss: Any, given: frozenset[str]) -> Lines:
        if loss.inner == "none":
            first, *rest = term(loss, "")
            return (f"ℓ = {first}", *rest)
        first, *rest = term(loss, "_j")
        if " if " in first:
            named = f"h = {term(loss, '')[0]}"
            first, rest = "h_j", [named, *rest]
        inner = _together(loss.inner, _factor(first), "inner_weight" in given)
        return (f"ℓ = {inner}", *rest)

    return Told(about, words, lines)


def _together(inner: str, term: str, weighted: bool) -> str:
    if inner == "sum":
        return f"Σ_j {term}"
    mean = f"mean_j {term}"
    if weighted:
        mean = f"Σ_j inner_weight_j {term} / Σ_j inner_weight_j"
    return f"√({mean})" if inner == "root_mean" else mean


def _factor(term: str) -> str:
    """A term in parentheses, if it is a sum or has a sign."""
    depth, bars, loose = 0, 0, term.startswith("-")
    for before, char in zip(" " + term, term, strict=False):
        bars += char == "|"
        depth += (char in "([") - (char in ")]")
        loose = loose or (depth == 0 == bars % 2 and char in "+-" and before == " ")
    return f"({term})" if loose else term


def number(x: float) -> str:
    """A number as people write it."""
    if 0 < 1 - x < 1e-3:
        return f"1 - {number(1 - x)}"
    if x in (float("inf"), -float("inf")):
        return "∞" if x > 0 else "-∞"
    return f"{x:.6g}"


def times(x: float) -> str:
    """A number as a factor: nothing for 1."""
    return "" if x == 1 else "-" if x == -1 else f"{number(x)} "


def plus(text: str, x: float) -> str:
    """A sum, without what is 0."""
    return f"{text} + {number(x)}" if x else text


def power(text: str, exponent: float) -> str:
    """A power; the first is the number itself."""
    return text if exponent == 1 else f"{text}^{number(exponent)}"
