"""A way of computing a loss as source code of one framework."""

from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.diagnosis.denominators import WORDS, Source
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.recipe import Operands, Recipe
from xlogits.diagnosis.results import AFTER, Result
from xlogits.diagnosis.steps import write
from xlogits.errors import Refused
from xlogits.losses import Reduction
from xlogits.translation.call import NAMES
from xlogits.translation.compose import Composition
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language
from xlogits.translation.single import candidates, written


def source(recipe: Recipe, result: Result, language: Language, data: Data) -> str:
    """The whole computation, one expression; '' where the framework has no short way to say it."""
    try:
        return str(_written(recipe, result, language, data))
    except Refused:
        return ""


def _written(recipe: Recipe, result: Result, language: Language, data: Data) -> Any:
    exprs = {
        name: Expr(NAMES.get(name, name))
        for name in recipe.loss.OPERANDS
        if name in recipe.loss.ARRAYS or name in _wanted(recipe, result, data)
    }
    for number, step in enumerate(recipe.steps):
        exprs = write(step, exprs, language, data.prepared(recipe.steps[:number]))
    arrays = data.prepared(recipe.steps)
    loss: Any = _with_labels(recipe.loss, arrays)

    def reduced(word: str) -> Expr:
        read = Reading(replace(loss, reduction=Reduction(word)), exprs)
        return _loss(read, language, arrays["pred"].ndim)

    row = WORDS[result.word]
    whole = Source(reduced, loss, exprs, arrays, language)
    text = row.write(whole) if row.write else reduced(result.word)
    return AFTER[result.after].write(text, language)


def _with_labels(loss: Any, arrays: Operands) -> Any:
    """A loss that takes labels of either kind, for the kind that there is."""
    kind = getattr(loss, "labels", None)
    if kind is None or kind.kind != "inferred":
        return loss
    chosen: Any = "index" if arrays["target"].ndim < arrays["pred"].ndim else "dense"
    return replace(loss, labels=replace(kind, kind=chosen))


def _wanted(recipe: Recipe, result: Result, data: Data) -> frozenset[str]:
    """The optional operands that take part."""
    weight = {"sample_weight"} if result.weighted else set()
    return (frozenset(data.operands) - recipe.without - {"sample_weight"}) | weight


def _loss(reading: Reading, language: Language, ndim: int) -> Expr:
    """The plainest call, or a short composition."""
    found = [c for c in candidates(reading, language, ndim) if not c.real]
    if found and ".v1." not in found[0].native.name:
        return Expr(written(found[0], language))
    if not language.words:
        raise Refused(f"no single call of {language.name} says it")
    try:
        return wrap(Composition(reading, language, ndim).write())
    except Refused:
        if found:
            return Expr(written(found[0], language))
        raise
