"""Stories that fit become causes: put in order, checked, told apart and written as calls."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.diagnosis.answer import Cause, Diagnosis
from xlogits.diagnosis.costs import LIKELY
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.notes import remarks
from xlogits.diagnosis.observed import Observed, observed
from xlogits.diagnosis.operands import no_loss, operands
from xlogits.diagnosis.results import Result
from xlogits.diagnosis.search import Search
from xlogits.diagnosis.spelling import Calls
from xlogits.diagnosis.starts import Base, bases, from_call
from xlogits.diagnosis.story import Story, plainly, value_of
from xlogits.errors import ShapeError
from xlogits.frameworks import differentiable
from xlogits.translation.language import LANGUAGES, TARGETS, Language, language

Array = Any
SHOWN = 5
ANCHORS = 6

Pair = tuple[Story, Story, str]  # right, wrong, and which side is wrong


def by_arrays(
    first: Any,
    second: Any,
    given: dict[str, Any],
    call: str,
    to: str,
    ignore_index: int | None,
    seconds: float,
    say: Callable[[str], None],
) -> Diagnosis:
    """Why two values differ, or what one is, computed from the arrays that they come from.

    `given` are the arrays by the names that people pass them under; the rest is as in `diagnose`.
    """
    seen = observed(first, "first")
    other = None if second is None else observed(second, "second")
    target = language(to) if to else None
    data, framework = operands(given.pop("logits"), given.pop("labels"), given)
    found = bases(data, seen.scalar, ignore_index)
    if call:
        found = [from_call(call, data)]
    if not any(data.items(base.recipe) is not None for base in found):
        raise ShapeError(no_loss(data))
    search = Search(data, found, seconds, say)
    known = framework in LANGUAGES and differentiable(framework)
    spoken = target or language(framework if known else TARGETS[0])
    return replace(why(search, seen, other, spoken), notes=tuple(remarks(data, found[0].recipe)))


def why(search: Search, first: Observed, second: Observed | None, spoken: Language) -> Diagnosis:
    """Why two values differ, or what one is."""
    plain = search.plain(first)
    calls = Calls(search.data, spoken)
    if second is None:
        return _one(search, first, plain, calls)
    others = search.plain(second)
    agree = _equal(first, second)
    pairs = [] if agree else _pairs(search, first, second, plain, others)
    causes = _causes(pairs, search.data, calls)
    return Diagnosis(
        agree=agree,
        first=calls.of(plain),
        second=calls.of(others),
        causes=causes,
        ask="" if agree else _ask(first, second, causes),
        tried=search.tried,
        complete=not search.cut,
        seen=(_said(first), _said(second)),
    )


def _one(search: Search, seen: Observed, plain: list[Story], calls: Calls) -> Diagnosis:
    """What one value is: a loss as it stands, or else one with a choice changed."""
    pairs: list[Pair] = []
    if not plain:
        pairs = _from_bases(search, seen, "first")
    causes = _causes(pairs, search.data, calls)
    return Diagnosis(
        first=calls.of(plain),
        causes=causes,
        ask="" if plain else _ask(seen, None, causes),
        tried=search.tried,
        complete=not search.cut,
        seen=(_said(seen),),
    )


def _from_bases(search: Search, seen: Observed, which: str) -> list[Pair]:
    """Explanations of a value by a change of a loss whose own value nobody has seen."""
    starts = [start for base in search.bases[:ANCHORS] for start in _starts(base, search, seen)]
    found = [(s, story, which) for s in starts for story in search.single(s, seen)]
    if min((story.cost for _, story, _ in found), default=math.inf) > LIKELY:
        for start in starts[:2]:
            found += [(start, story, which) for story in search.solved(start, seen)]
    if not found:
        for start in starts[:2]:
            found += [(start, story, which) for story in search.pairs(start, seen)]
    return found


def _starts(base: Base, search: Search, seen: Observed) -> list[Story]:
    weighted = "sample_weight" in search.data.operands
    word = "mean_over_class_weight" if "class_weight" in search.data.operands else "mean_over_valid"
    result = Result(weighted, word if seen.scalar else "none")
    return [Story(base.recipe, result, (), base.cost)]


def _pairs(
    search: Search, first: Observed, second: Observed, plain: list[Story], others: list[Story]
) -> list[Pair]:
    """Explanations that start from a side that a loss gives as it stands.

    Where neither side is one, they start from a side that is one change away.
    """
    anchors = [(story, second, "second") for story in plain]
    anchors += [(story, first, "first") for story in others]
    found = _from_anchors(search, sorted(anchors, key=lambda a: a[0].cost)[:ANCHORS])
    if found:
        return found
    for seen, other, which in ((first, second, "second"), (second, first, "first")):
        nearly = sorted(_from_bases(search, seen, which), key=lambda pair: pair[1].cost)
        for _, start, _ in nearly[:ANCHORS]:
            found += [(start, story, which) for story in search.single(start, other)]
    return found


def _from_anchors(search: Search, anchors: list[tuple[Story, Observed, str]]) -> list[Pair]:
    """Explanations by one change of a side that is understood; where those are unlikely, by two."""
    found = [(s, story, which) for s, seen, which in anchors for story in search.single(s, seen)]
    for more in (search.solved, search.pairs, search.solved_beside):
        if min((story.cost for _, story, _ in found), default=math.inf) <= LIKELY:
            break
        for start, seen, which in anchors[:2]:
            found += [(start, story, which) for story in more(start, seen)]
    return found


def _equal(first: Observed, second: Observed) -> bool:
    if first.values.shape != second.values.shape:
        return False
    return first.is_array(second.values) or second.is_array(first.values)


def _causes(pairs: list[Pair], data: Data, calls: Calls) -> tuple[Cause, ...]:
    """One cause for each number; other explanations of the same number stand beside it."""
    probe = _probe(data)
    kept: dict[tuple[str, ...], Cause] = {}
    for group in _groups(pairs):
        true = [pair for pair in group if _is_true(pair[1], data)]
        if true:
            cause = _cause(true, probe, calls)
            kept.setdefault(cause.words, cause)
        if len(kept) == SHOWN:
            break
    return tuple(kept.values())


def _groups(pairs: list[Pair]) -> list[list[Pair]]:
    """Pairs by the number that the wrong side gives, the likeliest first."""
    groups: list[list[Pair]] = []
    known = set()
    for pair in sorted(pairs, key=lambda p: p[1].cost):
        both = frozenset((story.recipe, story.result) for story in pair[:2])
        if both in known:  # the same, told from the other side
            continue
        known.add(both)
        for group in groups:
            if group[0][2] == pair[2] and _alike(group[0][1].value, pair[1].value):
                group.append(pair)
                break
        else:
            groups.append([pair])
    return groups


def _is_true(story: Story, data: Data) -> bool:
    """Whether the loss alone, without what the search shares, gives the number that the search found."""
    value = plainly(story.recipe, story.result, data)
    if value is None or np.shape(value) != np.shape(story.value):
        return False
    return bool(np.allclose(value, story.value, rtol=1e-6, atol=1e-9, equal_nan=True))


def _alike(a: Any, b: Any) -> bool:
    if np.shape(a) != np.shape(b):
        return False
    return bool(np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True))


def _cause(group: list[Pair], probe: Data | None, calls: Calls) -> Cause:
    right, wrong, which = group[0]
    other = _different(group, probe)
    return Cause(
        words=tuple(change.words for change in wrong.changes),
        codes=tuple(change.code for change in wrong.changes),
        right=calls.one(right),
        wrong=calls.one(wrong),
        wrong_is=which,
        alike=tuple("; and ".join(c.words for c in story.changes) for story in other),
        apart="the same of another batch, with another number of items" if other else "",
        cost=wrong.cost,
        stories=(right, wrong) if which == "second" else (wrong, right),
    )


def _different(group: list[Pair], probe: Data | None) -> list[Story]:
    """Other stories of the same number, which would give another one on other data."""
    if probe is None:
        return []
    found: list[Story] = []
    values = [value_of(group[0][1].recipe, group[0][1].result, probe)]
    for _, story, _ in group[1:]:
        value = value_of(story.recipe, story.result, probe)
        if value is not None and not any(v is not None and _alike(v, value) for v in values):
            values.append(value)
            found.append(story)
    return found


def _probe(data: Data) -> Data | None:
    """The same data without the last item: stories that agree by chance differ there."""
    n = data.operands["pred"].shape[0] if data.operands["pred"].ndim else 0
    if n < 3 or "logit_length" in data.operands:
        return None
    kept = {
        name: x[:-1] if np.ndim(x) and len(x) == n and name != "class_weight" else x
        for name, x in data.operands.items()
    }
    return Data(kept, data.dtype)


def _ask(first: Observed, second: Observed | None, causes: tuple[Cause, ...]) -> str:
    """What to pass when several causes fit, or none."""
    numbers = first.scalar and (second is None or second.scalar)
    if len(causes) > 1 and numbers:
        return (
            "several causes fit; pass the losses of the items (reduction='none') in place of the "
            "number, or more of its digits"
        )
    if not causes:
        return (
            "pass the losses of the items (reduction='none'), the call of one side (call=...), "
            "and weights, masks or the ignored label if there are any"
        )
    return ""


def _said(seen: Observed) -> str:
    if seen.scalar:
        return f"{float(seen.values):.7g}"
    return f"{' x '.join(map(str, seen.values.shape))} numbers"
