"""Records of the catalogue, broken in one field: what a slip of the pen makes of each."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from xlogits.cases import cases
from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.record import REQUIRED, Arg
from xlogits.errors import OptionError
from xlogits.losses import Form, Reduction
from xlogits.parity.variants import TRIED
from xlogits.reference import evaluate


class Broken(NamedTuple):
    """A record with one wrong field, and what was done to it."""

    kind: str
    native: Native  # as it is right
    record: Native
    what: str
    positional: bool = False  # whether calls that pass by position are the ones that go wrong


def symmetric(loss: Any, one: str, other: str) -> bool:
    """Whether two arrays can be exchanged, so that it is no mistake to do so."""
    ordinary = next(iter(cases(loss))).operands
    if np.shape(ordinary[one]) != np.shape(ordinary[other]):
        return False
    swapped = ordinary | {one: ordinary[other], other: ordinary[one]}
    first, second = (evaluate(loss, operands).value[0] for operands in (ordinary, swapped))
    return np.allclose(first, second)


def order(native: Native) -> Iterator[Broken]:
    """Two arrays next to each other, the second first."""
    for field in ("args", "then"):
        args = list(getattr(native, field))
        end = args.index("*") if "*" in args else len(args)
        for i in range(end - 1):
            pair = args[i : i + 2]
            arrays = all(isinstance(a, Arg) and a.to in native.loss.ARRAYS for a in pair)
            if arrays and not symmetric(native.loss, *(a.to for a in pair)):
                swapped = (*args[:i], pair[1], pair[0], *args[i + 2 :])
                what = f"{pair[1].name} before {pair[0].name}"
                record = replace(native, **{field: swapped})
                yield Broken("order", native, record, what, positional=True)


def default(native: Native) -> Iterator[Broken]:
    """Another default than the framework's."""
    for arg in native.parameters:
        if arg.to in ("", "form", "axis", "reduction", *native.loss.OPERANDS):
            continue
        if arg.default is not REQUIRED and arg.default != arg.absent:
            words = (*(arg.values or ()), *(TRIED.get(arg.to, ()) if arg.takes_any else ()))
            for word in words:
                if word != arg.default:
                    record = _with(native, arg, replace(arg, default=word))
                    yield Broken("default", native, record, f"{arg.name}={word!r} by default")
                    break


def values(native: Native) -> Iterator[Broken]:
    """Two words of a parameter that mean each other's thing."""
    for arg in native.parameters:
        words = list(arg.values or ())
        for a, b in pairwise(words):
            first, second = arg.values[a], arg.values[b]  # type: ignore[index]
            if first != second and arg.to != "dtype":
                new = dict(arg.values or {}) | {a: second, b: first}
                record = _with(native, arg, replace(arg, values=new))
                yield Broken("values", native, record, f"{arg.name}: {a!r} for {b!r}")


def reduction(native: Native) -> Iterator[Broken]:
    """What is reduced otherwise by default."""
    loss: Any = native.loss
    if getattr(loss, "reduction", None) is None:
        return
    other = {"none": "sum", "sum": "mean_over_items"}
    for arg in native.parameters:
        if arg.to == "reduction" and arg.values is not None and arg.default is not REQUIRED:
            right = arg.values[arg.default]
            wrong = replace(right, word=other.get(right.word, "sum"))
            new = dict(arg.values) | {arg.default: wrong}
            record = _with(native, arg, replace(arg, values=new))
            yield Broken("reduction", native, record, f"{wrong.word} for {right.word}")
            return
    wrong = Reduction(other.get(loss.reduction.word, "sum"))
    record = replace(native, loss=replace(loss, reduction=wrong))
    yield Broken("reduction", native, record, f"{wrong.word} for {loss.reduction.word}")


def clip(native: Native) -> Iterator[Broken]:
    """Probabilities clipped elsewhere, or clipped where they are not."""

    def wrong(form: Any) -> Any:
        if not isinstance(form, Form) or form.kind != "probabilities":
            return form
        return replace(form, clip=(1e-2, 1 - 1e-2))

    loss: Any = native.loss
    changed = native
    if wrong(getattr(loss, "form", None)) != getattr(loss, "form", None):
        changed = replace(changed, loss=replace(loss, form=wrong(loss.form)))
    for arg in native.parameters:
        if arg.to == "form" and arg.values is not None:
            new = {word: wrong(form) for word, form in arg.values.items()}
            changed = _with(changed, arg, replace(arg, values=new))
    if changed != native:
        yield Broken("clip", native, changed, "clipped to 0.01 and 0.99")


def axis(native: Native) -> Iterator[Broken]:
    """Classes on another axis by default."""
    loss: Any = native.loss
    arg = next((a for a in native.parameters if a.to == "axis"), None)
    if arg is not None and arg.values is None and isinstance(arg.default, int):
        wrong = 0 if arg.default == -1 else -1
        record = _with(native, arg, replace(arg, default=wrong))
        yield Broken("axis", native, record, f"{arg.name}={wrong} by default")
    elif arg is None and getattr(loss, "axis", None) is not None:
        wrong = 0 if loss.axis == -1 else -1
        with suppress(
            OptionError, IndexError
        ):  # there is no axis, or no arrays are made for that one
            moved = replace(loss, axis=wrong)
            if list(cases(moved)):
                yield Broken("axis", native, replace(native, loss=moved), f"axis {wrong}")


def operand(native: Native) -> Iterator[Broken]:
    """Two parameters that stand for each other's array, or a weight for another."""
    arrays = [a for a in native.parameters if a.to in native.loss.ARRAYS]
    for a, b in pairwise(arrays):
        if symmetric(native.loss, a.to, b.to):
            continue
        record = _with(_with(native, a, replace(a, to=b.to)), b, replace(b, to=a.to))
        yield Broken("operand", native, record, f"{a.name} and {b.name} exchanged")
    weights = [w for w in ("sample_weight", "class_weight") if w in native.loss.OPERANDS]
    for arg in native.parameters:
        if arg.to in weights and len(weights) == 2:
            other = weights[1 - weights.index(arg.to)]
            if not any(a.to == other for a in native.parameters):
                record = _with(native, arg, replace(arg, to=other))
                yield Broken("operand", native, record, f"{arg.name} as {other}")


def _with(native: Native, arg: Arg, changed: Arg) -> Native:
    """The record with another parameter in the place of one."""
    args = tuple(changed if a is arg else a for a in native.args)
    then = tuple(changed if a is arg else a for a in native.then)
    return replace(native, args=args, then=then)


KINDS: dict[str, Callable[[Native], Iterator[Broken]]] = {
    f.__name__: f for f in (order, default, values, reduction, clip, axis, operand)
}


def every(kind: str) -> list[Broken]:
    """All records broken in one kind of field."""
    return [
        broken
        for native in NATIVES.values()
        if not native.ours and native.without is None
        for broken in KINDS[kind](native)
    ]
