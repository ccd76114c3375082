"""Which losses give a number that was seen: as they are, with one choice changed, or with two."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.arrays import Observed
from xlogits.diagnosis.changes import Change, changes, other_functions
from xlogits.diagnosis.recipe import Data, Items, Setup
from xlogits.diagnosis.results import (
    AFTER,
    FALLBACK,
    WORDS,
    Outer,
    Table,
    arrays,
    distance,
    reduced,
    spread,
    table,
)
from xlogits.diagnosis.solve import solved, usual
from xlogits.diagnosis.starts import Base

Array = Any
PAIR = 2.0  # what a second cause costs beyond its own cost
EVERY = 2.0  # seconds between two words of progress
ANOTHER_LOSS = 3.5
USUAL_AFTER = ("negated", "halved", "doubled", "log2", "one_minus", "one_plus", "minus_one")
UNUSUAL = 2.6  # a change that costs more is not looked for beside another one


class Story(NamedTuple):
    """How a number comes about: from a setup that is meant, by these changes."""

    setup: Setup
    outer: Outer
    changes: tuple[Change, ...] = ()
    cost: float = 0.0
    value: Any = None


class Search:
    """One diagnosis: the data, what was tried, and how long it may take."""

    def __init__(
        self, data: Data, found: list[Base], seconds: float, say: Callable[[str], None]
    ) -> None:
        self.data, self.bases, self.say = data, found, say
        self.started = self.spoken = time.monotonic()
        self.until = time.process_time() + seconds
        self.tried = 0
        self.cut = False
        self._tables: dict[Setup, Table] = {}
        self._neighbours: dict[Setup, list[Change]] = {}

    def plain(self, seen: Observed) -> list[Story]:
        """The losses that give a value with nothing changed, in any reduction that frameworks have."""
        found = []
        for base in self.bases:
            for outer, value in self._values(base.setup, seen):
                weighted = outer.weighted == ("sample_weight" in self.data.operands)
                if not outer.after and WORDS[outer.word][0] == 0 and weighted:
                    cost = base.cost + 0.5 * (outer.word in ("sum", "sum_along_axis"))
                    found.append(Story(base.setup, outer, (), cost, value))
        return sorted(found, key=lambda story: story.cost)

    def single(self, start: Story, seen: Observed) -> list[Story]:
        """One choice changed."""
        found = list(self._reduced(start, start.setup, (), seen, 1))
        for change in self._changed(start.setup):
            found += self._reduced(start, change.setup, (change,), seen, 0)
        for change in self._other_losses(start.setup):
            found += self._reduced(start, change.setup, (change,), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def pairs(self, start: Story, seen: Observed) -> list[Story]:
        """Two choices changed."""
        found = list(self._reduced(start, start.setup, (), seen, 2))
        done = {start.setup}
        first = [
            change
            for change in self._changed(start.setup)
            if change.cost <= UNUSUAL and self.data.items(change.setup) is not None
        ]
        for change in first:
            found += self._reduced(start, change.setup, (change,), seen, 1)
            done.add(change.setup)
        for change in sorted(first, key=lambda c: c.cost):
            for second in self._changed(change.setup):
                if second.setup in done or second.code == change.code or second.cost > UNUSUAL:
                    continue
                if self._late():
                    return sorted(found, key=lambda story: story.cost)
                done.add(second.setup)
                found += self._reduced(start, second.setup, (change, second), seen, 0)
            if self.data.size > 10**5:
                self.data.forget()
        return sorted(found, key=lambda story: story.cost)

    def solved(self, start: Story, seen: Observed) -> list[Story]:
        """One amount changed, by as much as it takes."""
        found: list[Story] = []
        for change in self._solved(start.setup, start.outer, seen):
            found += self._reduced(start, change.setup, (change,), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def solved_beside(self, start: Story, seen: Observed) -> list[Story]:
        """One amount changed by as much as it takes, and one other choice."""
        found: list[Story] = []
        items = self.data.items(start.setup)
        if items is None or self.data.size > 10**5:
            return found
        weight = spread(self.data.operands.get("sample_weight"), items)
        plain = self._table(start.setup, items, weight).plain if seen.scalar else []
        near = [outer for outer in plain if distance(start.outer, outer)[0] == 1]
        near += [start.outer._replace(after=after) for after in USUAL_AFTER]
        for outer in near:
            for change in self._solved(start.setup, outer, seen):
                if not seen.scalar or usual(change.amount or 0.0):
                    found += self._reduced(start, change.setup, (change,), seen, 1)
        for first in self._changed(start.setup):
            if first.cost > UNUSUAL or self._late():
                continue
            for change in self._solved(first.setup, start.outer, seen):
                rare = seen.scalar and not usual(change.amount or 0.0)
                if change.code != first.code and not rare:
                    found += self._reduced(start, change.setup, (first, change), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def _solved(self, setup: Setup, outer: Outer, seen: Observed) -> Iterator[Change]:
        if self.data.items(setup) is None:
            return

        def value(setup: Setup) -> Any:
            if self.data.size > 10**5:
                self.data.forget()
            return value_of(setup, outer, self.data)

        classes = int(sizes_of(setup, self.data).get("classes", 1))
        with np.errstate(all="ignore"):
            yield from solved(setup, value, seen, classes)

    def _changed(self, setup: Setup) -> list[Change]:
        if setup not in self._neighbours:
            distinct: dict[Setup, Change] = {}
            for change in (*changes(setup, self.data), *other_functions(setup, self.data)):
                old = distinct.get(change.setup)
                if change.setup != setup and (old is None or change.cost < old.cost):
                    distinct[change.setup] = change
            self._neighbours[setup] = list(distinct.values())
        return self._neighbours[setup]

    def _other_losses(self, setup: Setup) -> Iterator[Change]:
        for base in self.bases:
            if type(base.setup.loss) is not type(setup.loss):
                name = type(base.setup.loss).__name__
                words = f"another loss: {name} instead of {type(setup.loss).__name__}"
                yield Change("another_loss", words, ANOTHER_LOSS + base.cost, base.setup)

    def _reduced(
        self, start: Story, setup: Setup, made: tuple[Change, ...], seen: Observed, more: int
    ) -> Iterator[Story]:
        """The stories of one setup, with at most (at the base: at least one) change after it."""
        for outer, value in self._values(setup, seen, start.outer, more):
            count, cost = distance(start.outer, outer)
            if not made and count == 0:
                continue
            steps = made + tuple(_outer_changes(start.outer, outer, setup))
            total = start.cost + sum(c.cost for c in made) + cost + PAIR * (len(steps) - 1)
            yield Story(setup, outer, steps, total, value)

    def _values(
        self, setup: Setup, seen: Observed, start: Outer | None = None, more: int = 3
    ) -> Iterator[tuple[Outer, Any]]:
        """What the items can be reduced to, within some changes of a start, and is the value."""
        with np.errstate(all="ignore"):
            yield from self._found(setup, seen, start, more)

    def _found(
        self, setup: Setup, seen: Observed, start: Outer | None, more: int
    ) -> Iterator[tuple[Outer, Any]]:
        items = self.data.items(setup)
        if items is None:
            return
        weight = spread(self.data.operands.get("sample_weight"), items)
        if not seen.scalar:
            for outer, values in arrays(items, weight):
                self.tried += 1
                if seen.is_array(values) and (start is None or distance(start, outer)[0] <= more):
                    yield outer, values
            return
        if start is not None and more == 0:
            self.tried += 1
            value = reduced(items, start, sizes_of(setup, self.data), weight)
            if seen.matches(value):
                yield start, float(value)
            return
        found = self._table(setup, items, weight)
        self.tried += len(found.values)
        for at in np.flatnonzero(seen.matches(found.values)):
            outer = self._same(start, found.outer(int(at)), found)
            if start is None or distance(start, outer)[0] <= more:
                yield outer, float(found.values[at])

    def _same(self, start: Outer | None, outer: Outer, found: Table) -> Outer:
        """The start's own word for a denominator, where that falls back to the one at hand."""
        if start is None:
            return outer
        meant = next((w for w in (start.word, *FALLBACK) if w in found.words), start.word)
        return outer._replace(word=start.word) if outer.word == meant else outer

    def _table(self, setup: Setup, items: Items, weight: Array | None) -> Table:
        if setup not in self._tables:
            self._tables[setup] = table(items, sizes_of(setup, self.data), weight)
        return self._tables[setup]

    def _late(self) -> bool:
        now = time.monotonic()
        if now - self.spoken > EVERY:
            self.spoken = now
            self.say(f"{self.tried} ways of computing it tried, {now - self.started:.0f} s")
        self.cut = self.cut or time.process_time() > self.until
        return self.cut


def sizes_of(setup: Setup, data: Data) -> dict[str, float]:
    x, y = data.operands["pred"], data.operands.get("target")
    sizes: dict[str, float] = {"elements": float(x.size)}
    if x.ndim > 1:
        axis = getattr(setup.loss, "axis", -1)
        axis = axis if isinstance(axis, int) else -1
        batch = 1 if getattr(setup.loss, "time_major", False) else 0
        sizes |= {"batch": float(x.shape[batch]), "classes": float(x.shape[axis])}
    if x.ndim > 2:
        classes = sizes["classes"] or 1.0
        sizes["positions"] = x.size / x.shape[0] / classes
    lengths = data.operands.get("label_length")
    if lengths is not None:
        sizes["labels"] = float(np.sum(lengths))
    elif y is not None:
        sizes["labels"] = float(y.size)
    return sizes


def value_of(setup: Setup, outer: Outer, data: Data) -> Any:
    """What a setup gives on these data, reduced in one way; None where it does not go with them."""
    items = data.items(setup)
    if items is None:
        return None
    weight = spread(data.operands.get("sample_weight"), items)
    return reduced(items, outer, sizes_of(setup, data), weight)


def _outer_changes(old: Outer, new: Outer, setup: Setup) -> Iterator[Change]:
    if old.weighted != new.weighted:
        words = "the sample weights are left out" if old.weighted else "sample weights are applied"
        yield Change("no_sample_weight", words, 1.0, setup)
    if old.word != new.word:
        words = f"the result is {WORDS[new.word][1]} instead of {WORDS[old.word][1]}"
        yield Change("reduction", words, 1.0, setup)
    if old.after != new.after:
        for after in (new.after or old.after).split("+"):
            words, cost = f"the result {AFTER[after][2]}", AFTER[after][1] if new.after else 0.0
            yield Change(f"result_{after}", words, cost, setup)
