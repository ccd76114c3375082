"""The calls of a native function that are compared: its defaults, every option, and all at once.

They come from the record alone, so a new record brings its own rows.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlogits.catalogue import Arg, Native
from xlogits.catalogue.record import REQUIRED
from xlogits.losses import Loss, Transform

# values tried for fields that take any number; booleans and words come from the record itself
TRIED: dict[str, tuple[Any, ...]] = {
    "label_smoothing": (0.1,),
    "ignore_index": (1, -1),
    "axis": (0, 1),
    "beta": (2.0,),
    "margin": (0.25,),
    "keepdims": (True,),
    "gamma": (1.5,),
    "alpha": (0.3,),
    "exponent": (0.7,),
    "first_term": (-1.0,),
    "base": (2.0,),
    "linear_above": (2.0,),
    "clamp": (0.125,),
    "p": (1.0, 3.0, math.inf),
    "eps": (1e-3,),
    "blank": (2,),
    "missed": (0.9,),
    "extra": (0.7,),
    "smooth": (0.5,),
    "delta": (0.5, 2.0),
    "quantile": (0.9,),
    "power": (-1.5, 1, 1.5, 2, 3),
}


DEFAULTS = "defaults"


class Variant(NamedTuple):
    """One way to call a function: options by parameter name, and the weights it is given."""

    label: str
    options: dict[str, Any]
    wanted: frozenset[str]
    plain: bool  # nothing but the form of the prediction differs from the defaults


def variants(native: Native) -> Iterator[Variant]:
    """The defaults first, then one option at a time, then every option together.

    Forms of the prediction other than the default are tried plain and with every option together.
    """
    for variant in _variants(native):
        yield variant._replace(label=lacking(native, variant.label))


def lacking(native: Native, label: str) -> str:
    """The label of a call, with the array that it leaves out, if it does."""
    if not native.lacks:
        return label
    lacks = f"without {native.lacks}"
    return lacks if label == DEFAULTS else f"{lacks}, {label}"


def _variants(native: Native) -> Iterator[Variant]:
    weights = _weights(native)
    required = frozenset(a.to for a in native.parameters if a.to in weights and _required(a))
    for number, form in enumerate([{}, *_forms(native)]):
        plain = _needed(native, form) | form
        yield Variant(spelled_out(plain), plain, required, plain=True)
        for some, wanted in [*([] if number else _single(native)), *_together(native)]:
            options = _needed(native, form | some) | form | some
            if wanted or options != plain:
                yield Variant(spelled_out(options, wanted), options, required | wanted, False)


def _needed(native: Native, options: dict[str, Any]) -> dict[str, Any]:
    """A value for every field that a call must set and these options do not."""
    given = {a.to for a in native.parameters if a.name in options}
    fields = set(native.loss.__dataclass_fields__) - given
    return {a.name: TRIED[a.to][0] for a in native.parameters if _required(a) and a.to in fields}


def reading(native: Native, variant: Variant) -> Loss | Transform:
    """The loss that this way of calling the function computes."""
    names = {*native.loss.ARRAYS, *variant.wanted}
    operands = {a.key: object() for a in native.parameters if a.to in names}
    return native.read(operands | variant.options).loss


def _weights(native: Native) -> set[str]:
    """The operands that a call may have besides the arrays the loss is made of."""
    return set(native.loss.OPERANDS) - set(native.loss.ARRAYS)


def _required(arg: Arg) -> bool:
    return arg.needed or arg.default is REQUIRED


def spelled_out(options: dict[str, Any], wanted: frozenset[str] = frozenset()) -> str:
    """What a way of calling is called: its options and weights, in the words of the ledger."""
    words = [f"{name}={value!r}" for name, value in options.items()]
    return ", ".join([*words, *sorted(wanted)]) or DEFAULTS


def _words(arg: Arg) -> list[Any]:
    """The values of a parameter that are worth a row of their own."""
    if arg.values is not None and arg.to == "dtype":
        return ["float64"]
    words = (*(arg.values or ()), *(TRIED.get(arg.to, ()) if arg.takes_any else ()))
    return [word for word in words if word != arg.default]


def _forms(native: Native) -> Iterator[dict[str, Any]]:
    for arg in native.parameters:
        if arg.to == "form":
            for word in _words(arg):
                yield {arg.name: word}


def _single(native: Native) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """One option at a time."""
    for arg in native.parameters:
        if arg.to in _weights(native) and not _required(arg):
            yield {}, frozenset({arg.to})
        elif arg.to and arg.to != "form" and arg.to not in native.loss.OPERANDS:
            for word in _words(arg):
                yield {arg.name: word}, frozenset()
    for group in native.together:
        for values in list(group.values)[::3]:
            yield dict(zip(group.names, values, strict=True)), frozenset()


def _together(native: Native) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every option at once, under each reduction, and smoothing along another axis."""
    weights = frozenset(a.to for a in native.parameters if a.to in _weights(native))
    options = {
        a.name: TRIED[a.to][0]
        for a in native.parameters
        if a.to in ("label_smoothing", "ignore_index")
    }
    reductions: list[dict[str, Any]] = [{}]
    for arg in native.parameters:
        if arg.to == "reduction" and arg.values is not None:
            reductions = [{arg.name: word} for word in arg.values]
        if arg.to == "axis" and "label_smoothing" in options:
            yield {arg.name: 1, "label_smoothing": 0.1}, frozenset()
    if len(weights) + len(options) + (len(reductions) > 1) < 2:
        return
    for reduction in reductions:
        yield options | reduction, weights
