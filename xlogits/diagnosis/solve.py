"""Amounts that are not guessed but solved for: label smoothing, temperature, margins and the like."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.changes import Change
from xlogits.diagnosis.costs import AMOUNT, ORDINARY, RARE, SELDOM
from xlogits.diagnosis.observed import Observed
from xlogits.diagnosis.recipe import Recipe, Step

Array = Any
MOST = 0.999


def usual(change: Change) -> bool:
    """Whether people write its amount without a thought: one figure, or a 5 behind it."""
    if change.amount is None:
        return False
    figures = f"{change.amount:.1e}"
    return float(figures) == change.amount and figures.partition("e")[0][-1] in "05"


def solved(
    recipe: Recipe, value: Callable[[Recipe], Any], seen: Observed, classes: int
) -> Iterator[Change]:
    """Changes by an amount with which the value comes out; `value` gives that of a recipe.

    One free amount explains any one number, so only round amounts count, or those that explain the
    losses of all items.
    """
    yield from _smoothing(recipe, value, seen, classes)
    for amount in _amounts(recipe):
        yield from _roots(amount, value, seen)


def _smoothing(
    recipe: Recipe, value: Callable[[Recipe], Any], seen: Observed, classes: int
) -> Iterator[Change]:
    loss: Any = recipe.loss
    if getattr(loss, "label_smoothing", None) != 0:
        return

    def smoothed(amount: float) -> Recipe:
        return recipe._replace(loss=replace(loss, label_smoothing=amount))

    hard, soft = value(recipe), value(smoothed(1.0))
    if hard is None or soft is None or np.shape(hard) != np.shape(seen.values):
        return
    slope, off = np.ravel(soft - hard), np.ravel(seen.values - hard)
    if not np.isfinite(slope).all() or not (slope @ slope):
        return
    amount = float(slope @ off / (slope @ slope))
    if not 0 < amount < MOST:
        return
    error = float(np.abs(seen.atol + seen.rtol * seen.values).mean() / np.abs(slope).mean())
    shares = classes / (classes - 1) if classes > 1 else 1.0
    over = {share: _round(amount / share, error) for share in (1.0, shares)}
    round_ones = [(len(f"{a:g}"), share, a) for share, a in over.items() if a is not None]
    if round_ones:
        _, share, found = min(round_ones)  # of amounts as round as each other that over all classes
        where = "" if share == 1 else f" spread over the other {classes - 1} classes"
        words = f"label smoothing of {found:.6g}{where} instead of none"
        yield Change("label_smoothing", words, ORDINARY, smoothed(found * share), found)
        return
    if not seen.scalar:
        words = f"label smoothing of {amount:.6g} instead of none"
        yield Change("label_smoothing", words, SELDOM, smoothed(float(f"{amount:.6g}")), amount)


def _round(amount: float, error: float) -> float | None:
    """The amount in as few figures as fit the value; None where so many would fit any value."""
    for figures in (1, 2, 3):
        short = float(f"{amount:.{figures}g}")
        size = math.floor(math.log10(abs(amount))) if amount else 0
        step = 10.0 ** (size - figures + 1)
        if abs(short - amount) <= 2 * error and 20 * error < step:
            return short
    return None


class _Amount(NamedTuple):
    """A number that a recipe depends on: how it is set, where to look for it, what to say."""

    code: str
    at: Callable[[float], Recipe]
    places: tuple[float, ...]
    words: str
    cost: float


POSITIVE = (0.02, 0.1, 0.3, 0.7, 1.5, 4.0, 15.0, 60.0)
PLACES = {
    "margin": (-1.0, -0.15, 0.03, 0.15, 0.4, 0.8, 1.6, 5.0),
    "alpha": (0.02, 0.15, 0.4, 0.6, 0.85, 0.99),
    "quantile": (0.02, 0.15, 0.4, 0.6, 0.85, 0.98),
    "gamma": (0.05, 0.7, 1.4, 2.4, 4.0, 8.0),
    "exponent": (0.05, 0.3, 0.6, 0.95),
    "first_term": (-3.0, -0.5, 0.5, 1.5, 4.0),
    **dict.fromkeys(("delta", "p", "smooth", "missed", "extra", "beta"), POSITIVE),
}


def _amounts(recipe: Recipe) -> Iterator[_Amount]:
    loss: Any = recipe.loss
    form = getattr(loss, "form", None)
    if (
        form is not None
        and form.kind == "logits"
        and all(s.name != "temperature" for s in recipe.steps)
    ):
        words = "the logits are divided by a temperature of {:.6g}"

        def scaled(amount: float) -> Recipe:
            return recipe._replace(steps=(Step("temperature", -1, amount), *recipe.steps))

        yield _Amount("temperature", scaled, POSITIVE, words, RARE)
    for name, places in PLACES.items():
        old = getattr(loss, name, ...)
        if old is ... or not isinstance(old, int | float | None):
            continue

        def changed(amount: float, name: str = name) -> Recipe:
            return recipe._replace(loss=replace(loss, **{name: amount}))

        words = f"{name.replace('_', ' ')} is {{:.6g}} instead of {old}"
        yield _Amount(name, changed, places, words, AMOUNT)


def _roots(amount: _Amount, value: Callable[[Recipe], Any], seen: Observed) -> Iterator[Change]:
    target = float(np.mean(seen.values))

    def miss(place: float) -> float:
        got = value(amount.at(place))
        return float(np.mean(got)) - target if got is not None else math.nan

    heights = [miss(place) for place in amount.places]
    ends = zip(amount.places, amount.places[1:], heights, heights[1:], strict=False)
    for low, high, left, right in ends:
        if not left * right < 0:
            continue
        root = _root(miss, low, high, left, right)
        if not math.isfinite(root):  # between the places the loss is not defined everywhere
            continue
        slope = abs(right - left) / (high - low)
        error = float(np.mean(seen.atol + seen.rtol * np.abs(seen.values))) / slope
        short = _round(root, error)
        if short is not None or not seen.scalar:
            found = float(f"{root:.6g}") if short is None else short
            words = amount.words.format(found)
            yield Change(amount.code, words, amount.cost, amount.at(found), found)


def _root(f: Callable[[float], float], a: float, b: float, fa: float, fb: float) -> float:
    """Where f is 0 between a and b: the Illinois variant of false position."""
    for _ in range(40):
        c = b - fb * (b - a) / (fb - fa)
        fc = f(c)
        if abs(fc) < 1e-12 or abs(b - a) < 1e-12:
            return c
        if fb * fc < 0:
            a, fa = b, fb
        else:
            fa /= 2
        b, fb = c, fc
    return b
