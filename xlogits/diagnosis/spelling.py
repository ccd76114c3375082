"""A way of computing a loss as source code of one framework."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.diagnosis.denominators import WORDS, Source
from xlogits.diagnosis.evaluation import holds
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.recipe import Exprs, Operands, Recipe
from xlogits.diagnosis.results import AFTER, Result
from xlogits.diagnosis.steps import write
from xlogits.diagnosis.story import Story, batch_of, plainly
from xlogits.errors import Refused
from xlogits.losses import Reduction
from xlogits.translation.call import NAMES
from xlogits.translation.compose import Composition
from xlogits.translation.expression import TIMES, Expr, wrap
from xlogits.translation.language import Language
from xlogits.translation.single import candidates, written


def sources(recipe: Recipe, result: Result, language: Language, data: Data) -> Iterator[str]:
    """The whole computation as one expression, in one way and another; none where there is none.

    A single call says the same only under conditions that may not hold for these arrays.
    """
    with suppress(Refused):  # the language has no short way to write a step
        for exprs in _operands(recipe, result, language, data):
            for write_loss in (_called, _composed):
                with suppress(Refused):  # nor the loss
                    yield str(_written(recipe, result, language, data, write_loss, exprs))


def _operands(recipe: Recipe, result: Result, language: Language, data: Data) -> Iterator[Exprs]:
    """What the loss is called with: as it stands, then as no framework reads it differently.

    Keras looks behind an activation for the logits that went in, unless something else was done to the
    result. A weight for each row is not spread over the items of the row everywhere.
    """
    exprs = {
        name: Expr(NAMES.get(name, name))
        for name in recipe.loss.OPERANDS
        if name in recipe.loss.ARRAYS or name in _wanted(recipe, result, data)
    }
    for number, step in enumerate(recipe.steps):
        exprs = write(step, exprs, language, data.prepared(recipe.steps[:number]))
    yield exprs
    if recipe.steps:
        yield exprs | {"pred": Expr(f"1 * {exprs['pred'].at(TIMES)}", TIMES)}
    batch, weight = batch_of(recipe, data), exprs.get("sample_weight")
    if weight is not None and batch is not None and batch.weight is not None:
        given, wanted = data.operands["sample_weight"].shape, batch.items.loss.shape
        if given == wanted[: len(given)]:
            for _ in range(len(wanted) - len(given)):
                weight = language.write("expand", (weight, -1))
        yield exprs | {"sample_weight": language.write("broadcast", (weight, wanted))}


def _written(
    recipe: Recipe,
    result: Result,
    language: Language,
    data: Data,
    write_loss: Callable[[Reading, Language, Data, int], Expr],
    exprs: Exprs,
) -> Any:
    arrays = data.prepared(recipe.steps)
    loss = _with_labels(recipe.loss, arrays)

    def reduced(word: Any, given: Exprs = exprs) -> Expr:
        read = Reading(replace(loss, reduction=Reduction(word)), given)
        return write_loss(read, language, data, arrays["pred"].ndim)

    row = WORDS[result.word]
    whole = Source(reduced, loss, exprs, arrays, language, recipe.axis, recipe.batch_axis)
    text = row.write(whole) if row.write else reduced(result.word)
    return AFTER[result.after].write(text, language)


def _with_labels(loss: Any, arrays: Operands) -> Any:
    """A loss of index or of dense labels, as these are, in place of one that takes both."""
    kind = getattr(loss, "labels", None)
    if kind is None or kind.kind != "inferred":
        return loss
    chosen: Any = "index" if arrays["target"].ndim < arrays["pred"].ndim else "dense"
    return replace(loss, labels=replace(kind, kind=chosen))


def _wanted(recipe: Recipe, result: Result, data: Data) -> frozenset[str]:
    """The optional operands that take part."""
    weight = {"sample_weight"} if result.weighted else set()
    return (frozenset(data.operands) - recipe.without - {"sample_weight"}) | weight


def _called(reading: Reading, language: Language, data: Data, ndim: int) -> Expr:
    """The plainest call, or a short composition."""
    found = [c for c in candidates(reading, language, ndim) if not c.real]
    if found and ".v1." not in found[0].native.name:
        return Expr(written(found[0], language))
    try:
        return _composed(reading, language, data, ndim)
    except Refused:
        if found:
            return Expr(written(found[0], language))
        raise


def _composed(reading: Reading, language: Language, data: Data, ndim: int) -> Expr:
    """A short composition, which writes down everything that is done."""
    if not language.words:
        raise Refused(f"no single call of {language.name} says it")
    read = reading._replace(loss=data.at_hand(reading.loss))
    return wrap(Composition(read, language, ndim).write())


class Calls:
    """Stories as source code of one framework; only what was evaluated and gives their number."""

    def __init__(self, data: Data, language: Language) -> None:
        self.data, self.language = data, language
        self.named = {NAMES.get(name, name): array for name, array in data.operands.items()}
        self.made: dict[Any, str] = {}

    def one(self, story: Story) -> str:
        """The code of a story; '' where there is no short way to say it."""
        key = story.recipe, story.result
        if key not in self.made:
            wanted = plainly(*key, self.data)
            texts = sources(*key, self.language, self.data) if wanted is not None else ()
            self.made[key] = next(
                (text for text in texts if holds(text, self.language, self.named, wanted)), ""
            )
        return self.made[key]

    def of(self, stories: list[Story]) -> tuple[str, ...]:
        """The calls of the likeliest, each once."""
        found = dict.fromkeys(self.one(story) for story in stories[:3])
        return tuple(text or type(stories[0].recipe.loss).__name__ for text in found)
