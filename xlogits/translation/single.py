"""One native call that says what is wanted: found by trying every record of a framework."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.catalogue.record import REQUIRED, Reading
from xlogits.errors import XlogitsError
from xlogits.frameworks import manners
from xlogits.ledger import ROWS, matches, rows_of
from xlogits.losses import CTC, Elementwise
from xlogits.translation.difference import Difference, axis_at, differ
from xlogits.translation.expression import ATOM, Expr, floating, wrap
from xlogits.translation.language import Language


class Candidate(NamedTuple):
    """A native call, and in what it differs from what is wanted."""

    native: Native
    given: dict[str, Any]
    differences: list[Difference]

    @property
    def real(self) -> list[Difference]:
        return [d for d in self.differences if not d.assumed]

    @property
    def assumed(self) -> list[str]:
        return list(dict.fromkeys(d.assumed for d in self.differences if d.assumed))


def candidates(wanted: Reading, language: Language, ndim: int | None) -> list[Candidate]:
    """The calls of a framework that compute the same kind of loss, the best first."""
    found = [
        candidate
        for native in NATIVES.values()
        if native.framework in language.frameworks and type(native.loss) is type(wanted.loss)
        for candidate in _tries(native, wanted, ndim)
    ]
    return sorted(found, key=lambda c: _rank(c, language))


def multiplies_zeros(native: Native) -> bool:
    """Whether it multiplies labels of 0 by log-probabilities of -inf, of which the ledger has a row."""
    return any(
        row.quantity == "*" and row.dtype == "*" and matches("-inf masked classes", row.case)
        for row in rows_of(native.name)
    )


def miscounts(native: Native, loss: Any, ndim: int | None) -> str:
    """Why smoothed labels of this class axis are another loss in a function; '' where they are not."""
    axis = axis_at(getattr(loss, "axis", -1), ndim)
    if not getattr(loss, "label_smoothing", 0) or axis == -1:
        return ""
    mine = (row for row in ROWS if native.name in row.natives)
    row = next((row for row in mine if "*axis=*" in row.variant), None)
    return f"smoothed labels whose classes are not on the last axis: {row.reason}" if row else ""


def _rank(candidate: Candidate, language: Language) -> tuple[Any, ...]:
    return (
        len(candidate.real),
        language.frameworks.index(candidate.native.framework),
        "float32" in candidate.assumed,
        ".v1." in candidate.native.name,
        len(candidate.assumed),
        bool(candidate.native.then),
        len(candidate.given),
    )


def _tries(native: Native, wanted: Reading, ndim: int | None) -> Iterator[Candidate]:
    given: dict[str, Any] = {}
    missing = dict(wanted.operands)
    for arg in native.parameters:
        if arg.to in native.loss.OPERANDS:
            if arg.to in missing:
                given[arg.key] = missing.pop(arg.to)
        elif arg.to and hasattr(wanted.loss, arg.to):
            _set(given, arg, native, wanted, ndim)
    lacks = [Difference(name, text=f"{native.name} has no {name}") for name in missing]
    try:
        reading = native.read(given)
    except (XlogitsError, TypeError):
        return
    operands = frozenset(wanted.operands)
    yield Candidate(native, given, lacks + differ(wanted.loss, reading.loss, operands, ndim))


def _set(
    given: dict[str, Any], arg: Arg, native: Native, wanted: Reading, ndim: int | None
) -> None:
    """Pass a parameter if the call then says more of what is wanted than it does without."""
    value = getattr(wanted.loss, arg.to)
    operands = frozenset(wanted.operands)

    def off(chosen: Any) -> list[Difference]:
        loss = native.loss
        trial = {a.key: Expr("x") for a in native.parameters if a.to in loss.ARRAYS}
        trial |= given if chosen is REQUIRED else given | {arg.key: chosen}
        trial = {k: v for k, v in trial.items() if k != arg.key or chosen is not REQUIRED}
        try:
            got = native.read({**trial, arg.key: trial.get(arg.key, arg.default)}).loss
        except (XlogitsError, TypeError):
            return [Difference(arg.to, text="refused")] * 2
        return [d for d in differ(wanted.loss, got, operands, ndim) if d.field == arg.to]

    def cost(found: list[Difference]) -> tuple[int, int]:
        return sum(not d.assumed for d in found), len(found)

    best, price = REQUIRED, cost(off(REQUIRED))
    options = [*(arg.values or ()), *(_plain(arg, value, ndim) if arg.takes_any else ())]
    for option in options:
        if cost(off(option)) < price:
            best, price = option, cost(off(option))
    if best is not REQUIRED:
        given[arg.key] = best


def _plain(arg: Arg, value: Any, ndim: int | None) -> list[Any]:
    if arg.to == "axis":
        value = axis_at(value, ndim)
    simple = value is None or isinstance(value, (bool, int, float, str, tuple, Expr))
    return [value] if simple else []


def wide(candidate: Candidate, loss: Any, narrow: bool) -> Candidate:
    """The call with class indexes of 64 bits, where narrower ones may come and would be refused."""
    kind: Any = getattr(loss, "labels", None)
    strict = manners(candidate.native.framework).wide_labels and not isinstance(loss, CTC)
    key = candidate.native.parameter("target").key if kind is not None else ""
    labels = candidate.given.get(key)
    if not (narrow and strict and isinstance(labels, Expr) and kind.kind == "index"):
        return candidate
    if re.search(r"\.long\(\)$|int64\)$", labels.text):
        return candidate
    return candidate._replace(given=candidate.given | {key: Expr(f"{labels.at(ATOM)}.long()")})


def spread(candidate: Candidate, language: Language) -> Candidate:
    """The call with weights of the shape of the losses, where others may come and would be refused."""
    native, given = candidate.native, candidate.given
    names = {arg.to: arg.key for arg in native.parameters if arg.key in given}
    if not manners(native.framework).full_weight or "sample_weight" not in names:
        return candidate
    if not isinstance(native.loss, Elementwise):
        return candidate
    shape = language.write("shape", (given[names["pred"]],))
    weight = language.write("spread", (given[names["sample_weight"]], shape))
    return candidate._replace(given=given | {names["sample_weight"]: weight})


def written(candidate: Candidate, language: Language) -> str:
    """The call as source code."""
    native, given = candidate.native, candidate.given
    name = language.spelled(native.name)
    if not native.then:
        return f"{name}({_arguments(native, native.args, given, language)})"
    first = _arguments(native, native.args, given, language)
    return f"{name}({first})({_arguments(native, native.then, given, language)})"


def _arguments(
    native: Native, args: tuple[Arg | str, ...], given: dict[str, Any], language: Language
) -> str:
    """Positional as far as people write them so, then by name."""
    parts = []
    named = manners(native.framework).by_name and len(native.loss.ARRAYS) > 1
    positional_only = "/" in args
    gap = False
    for arg in args:
        if arg == "*":
            gap = True
        if not isinstance(arg, Arg):
            continue
        if arg.key not in given:
            gap = gap or not positional_only
            continue
        text = _text(arg, given, native, language)
        gap = gap or named or arg.to not in native.loss.ARRAYS  # after a name there are only names
        parts.append(f"{arg.name}={text}" if gap else text)
    return ", ".join(parts)


def _text(arg: Arg, given: dict[str, Any], native: Native, language: Language) -> str:
    value = floating(given[arg.key]) if arg.to == "pred" else given[arg.key]
    text, minded = str(wrap(value)), manners(native.framework)
    if minded.dtypes and arg.to == "dtype":
        return text if isinstance(value, Expr) else f"{minded.dtypes}.{value}"
    if isinstance(value, Expr) or arg.to not in native.loss.OPERANDS or value is None:
        return text
    listed = isinstance(value, (list, tuple))
    if (
        minded.one_shape
        and arg.to == "target"
        and not listed
        and not hasattr(native.loss, "labels")
    ):
        pred = given[native.parameter("pred").key]
        if isinstance(pred, Expr):  # a target of another shape would be refused
            return str(language.write("full_like", (pred, value)))
    if not minded.numbers or (listed and not minded.lists):
        return str(language.write("array", (value,)))
    return text
