"""Which losses give a number that was seen: as they are, with one choice changed, or with two."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from xlogits.diagnosis.changes import Change, changes, other_functions
from xlogits.diagnosis.costs import BESIDE, BESIDE_OTHERS, FAMOUS, LESS, NOTHING, ODD
from xlogits.diagnosis.denominators import FALLBACK, WORDS, Batch
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.observed import Observed
from xlogits.diagnosis.recipe import Recipe
from xlogits.diagnosis.results import AFTER, Result, Table, arrays, distance, reduced, table
from xlogits.diagnosis.solve import solved, usual
from xlogits.diagnosis.starts import Base
from xlogits.diagnosis.story import Story, batch_of, sizes_of, value_of

Array = Any
EVERY = 2.0  # seconds between two words of progress
USUAL_AFTER = ("negated", "halved", "doubled", "log2", "one_minus", "one_plus", "minus_one")


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
        self._tables: dict[Recipe, Table] = {}
        self._neighbours: dict[Recipe, list[Change]] = {}

    def plain(self, seen: Observed) -> list[Story]:
        """Stories of a value with nothing changed, in any reduction that frameworks have."""
        found = []
        for base in self.bases:
            for result, value in self._values(base.recipe, seen):
                weighted = result.weighted == ("sample_weight" in self.data.operands)
                if not result.after and WORDS[result.word].cost == 0 and weighted:
                    cost = base.cost + LESS * (result.word in ("sum", "sum_along_axis"))
                    found.append(Story(base.recipe, result, (), cost, value))
        return sorted(found, key=lambda story: story.cost)

    def single(self, start: Story, seen: Observed) -> list[Story]:
        """Stories with one choice changed."""
        found = list(self._reduced(start, start.recipe, (), seen, 1))
        for change in self._changed(start.recipe):
            found += self._reduced(start, change.recipe, (change,), seen, 0)
        for change in self._other_losses(start.recipe):
            found += self._reduced(start, change.recipe, (change,), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def pairs(self, start: Story, seen: Observed) -> list[Story]:
        """Stories with two choices changed."""
        found = list(self._reduced(start, start.recipe, (), seen, 2))
        done = {start.recipe}
        first = [
            change
            for change in self._changed(start.recipe)
            if change.cost <= BESIDE_OTHERS and self.data.items(change.recipe) is not None
        ]
        for change in first:
            found += self._reduced(start, change.recipe, (change,), seen, 1)
            done.add(change.recipe)
        for change in sorted(first, key=lambda c: c.cost):
            for second in self._changed(change.recipe):
                if (
                    second.recipe in done
                    or second.code == change.code
                    or second.cost > BESIDE_OTHERS
                ):
                    continue
                if self._late():
                    return sorted(found, key=lambda story: story.cost)
                done.add(second.recipe)
                found += self._reduced(start, second.recipe, (change, second), seen, 0)
            if self.data.size > 10**5:
                self.data.forget()
        return sorted(found, key=lambda story: story.cost)

    def solved(self, start: Story, seen: Observed) -> list[Story]:
        """Stories with an amount that was solved for."""
        found: list[Story] = []
        for change in self._solved(start.recipe, start.result, seen):
            found += self._reduced(start, change.recipe, (change,), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def solved_beside(self, start: Story, seen: Observed) -> list[Story]:
        """Stories with an amount that was solved for, and one other choice changed."""
        found: list[Story] = []
        batch = batch_of(start.recipe, self.data)
        if batch is None or self.data.size > 10**5:
            return found
        plain = self._table(start.recipe, batch).plain if seen.scalar else []
        near = [result for result in plain if distance(start.result, result)[0] == 1]
        near += [start.result._replace(after=after) for after in USUAL_AFTER]
        for result in near:
            for change in self._solved(start.recipe, result, seen):
                if not seen.scalar or usual(change):
                    found += self._reduced(start, change.recipe, (change,), seen, 1)
        for first in self._changed(start.recipe):
            if first.cost > BESIDE_OTHERS or self._late():
                continue
            for change in self._solved(first.recipe, start.result, seen):
                rare = seen.scalar and not usual(change)
                if change.code != first.code and not rare:
                    found += self._reduced(start, change.recipe, (first, change), seen, 0)
        return sorted(found, key=lambda story: story.cost)

    def _solved(self, recipe: Recipe, result: Result, seen: Observed) -> Iterator[Change]:
        if self.data.items(recipe) is None:
            return

        def value(recipe: Recipe) -> Any:
            if self.data.size > 10**5:
                self.data.forget()
            return value_of(recipe, result, self.data)

        classes = int(sizes_of(recipe, self.data).get("classes", 1))
        with np.errstate(all="ignore"):
            yield from solved(recipe, value, seen, classes)

    def _changed(self, recipe: Recipe) -> list[Change]:
        if recipe not in self._neighbours:
            distinct: dict[Recipe, Change] = {}
            for change in (*changes(recipe, self.data), *other_functions(recipe, self.data)):
                old = distinct.get(change.recipe)
                if change.recipe != recipe and (old is None or change.cost < old.cost):
                    distinct[change.recipe] = change
            self._neighbours[recipe] = list(distinct.values())
        return self._neighbours[recipe]

    def _other_losses(self, recipe: Recipe) -> Iterator[Change]:
        for base in self.bases:
            if type(base.recipe.loss) is not type(recipe.loss):
                name = type(base.recipe.loss).__name__
                words = f"another loss: {name} instead of {type(recipe.loss).__name__}"
                yield Change("another_loss", words, ODD + base.cost, base.recipe)

    def _reduced(
        self, start: Story, recipe: Recipe, made: tuple[Change, ...], seen: Observed, more: int
    ) -> Iterator[Story]:
        """The stories of one recipe, with at most `more` changes of the result.

        Of the start's own recipe only those with such a change.
        """
        for result, value in self._values(recipe, seen, start.result, more):
            count, cost = distance(start.result, result)
            if not made and count == 0:
                continue
            steps = made + tuple(_result_changes(start.result, result, recipe))
            total = start.cost + sum(c.cost for c in made) + cost + BESIDE * (len(steps) - 1)
            yield Story(recipe, result, steps, total, value)

    def _values(
        self, recipe: Recipe, seen: Observed, start: Result | None = None, more: int = 3
    ) -> Iterator[tuple[Result, Any]]:
        """The results of a recipe that are the value, at most `more` choices away from a start."""
        with np.errstate(all="ignore"):
            yield from self._found(recipe, seen, start, more)

    def _found(
        self, recipe: Recipe, seen: Observed, start: Result | None, more: int
    ) -> Iterator[tuple[Result, Any]]:
        batch = batch_of(recipe, self.data)
        if batch is None:
            return
        if not seen.scalar:
            for result, values in arrays(batch):
                self.tried += 1
                if seen.is_array(values) and (start is None or distance(start, result)[0] <= more):
                    yield result, values
            return
        if start is not None and more == 0:
            self.tried += 1
            value = reduced(batch, start)
            if seen.matches(value):
                yield start, float(value)
            return
        found = self._table(recipe, batch)
        self.tried += len(found.values)
        for at in np.flatnonzero(seen.matches(found.values)):
            result = self._same(start, found.result(int(at)), found)
            if start is None or distance(start, result)[0] <= more:
                yield result, float(found.values[at])

    def _same(self, start: Result | None, result: Result, found: Table) -> Result:
        """A result with the start's word for its denominator, where that falls back to the one found."""
        if start is None:
            return result
        meant = next((w for w in (start.word, *FALLBACK) if w in found.words), start.word)
        return result._replace(word=start.word) if result.word == meant else result

    def _table(self, recipe: Recipe, batch: Batch) -> Table:
        if recipe not in self._tables:
            self._tables[recipe] = table(batch)
        return self._tables[recipe]

    def _late(self) -> bool:
        now = time.monotonic()
        if now - self.spoken > EVERY:
            self.spoken = now
            self.say(f"{self.tried} ways of computing it tried, {now - self.started:.0f} s")
        self.cut = self.cut or time.process_time() > self.until
        return self.cut


def _result_changes(old: Result, new: Result, recipe: Recipe) -> Iterator[Change]:
    if old.weighted != new.weighted:
        words = "the sample weights are left out" if old.weighted else "sample weights are applied"
        yield Change("no_sample_weight", words, FAMOUS, recipe)
    if old.word != new.word:
        words = f"the result is {WORDS[new.word].words} instead of {WORDS[old.word].words}"
        yield Change("reduction", words, FAMOUS, recipe)
    if old.after != new.after:
        for after in (new.after or old.after).split("+"):
            words = f"the result {AFTER[after].words}"
            cost = AFTER[after].cost if new.after else NOTHING
            yield Change(f"result_{after}", words, cost, recipe)
