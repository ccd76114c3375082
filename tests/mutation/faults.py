"""Twelve kinds of wrongness in every public name, and whether what it is held against notices."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tests.mutation.rows import Fields, Function, Name, Row, differentiable, flagged
from xlogits.errors import XlogitsError

Array = Any
CAUGHT, MISSED, NONE = "caught", "MISSED", "does not apply"


class Verdict(NamedTuple):
    """What came of one kind in one name: the row that noticed it, or why there is nothing to notice."""

    outcome: str
    why: str


def _after(change: Callable[[Array], Array]) -> Callable[[Function], Function]:
    """A function whose result is changed, in the dtype that it had."""

    def wrap(function: Function) -> Function:
        def faulty(**operands: Array) -> Array:
            value = function(**operands)
            return np.asarray(change(value)).astype(value.dtype)

        return faulty

    return wrap


def _other_dtype(function: Function) -> Function:
    def faulty(**operands: Array) -> Array:
        value = function(**operands)
        return value.astype("float32" if value.dtype == "float64" else "float64")

    return faulty


def _half(function: Function) -> Function:
    def faulty(**operands: Array) -> Array:
        return function(**{name: _rounded(x) for name, x in operands.items()})

    return faulty


def _rounded(x: Array) -> Array:
    return x.astype("float16").astype(x.dtype) if np.asarray(x).dtype.kind == "f" else x


def _cut(function: Function) -> Function:
    """As if every array had been detached on the way."""

    def faulty(**operands: Array) -> Array:
        return function(**{name: x.detach() for name, x in operands.items()})

    return faulty


def _swallowed(function: Function) -> Function:
    def faulty(**operands: Array) -> Array:
        try:
            return function(**operands)
        except XlogitsError:
            return np.zeros(())

    return faulty


VALUE: dict[str, Callable[[Function], Function]] = {
    "value x 1.001": _after(lambda v: v * 1.001),
    "value + 0.001": _after(lambda v: v + 0.001),
    "NaN replaced by 0": _after(lambda v: np.where(np.isnan(v), 0, v)),
    "wrong dtype": _other_dtype,
    "inputs in half precision": _half,
}
# what an option sets: operands by the ends of their names, and fields
OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "weight ignored": (
        ("sample_weight", "class_weight", "pos_weight", "inner_weight", "weight"),
        (),
    ),
    "smoothing ignored": ((), ("label_smoothing",)),
    "ignore ignored": (("mask", "logit_padding", "label_padding"), ("ignore_index",)),
    "axis ignored": ((), ("axis",)),
    "reduction ignored": ((), ("reduction",)),
}
KINDS = (
    *("value x 1.001", "value + 0.001", "gradient cut", "NaN replaced by 0", "wrong dtype"),
    *("inputs in half precision", "errors swallowed", *OPTIONS),
)


def verdicts(name: Name) -> dict[str, Verdict]:
    """Every kind in one name."""
    return {kind: _verdict(name, kind) for kind in KINDS}


def _verdict(name: Name, kind: str) -> Verdict:
    if kind in VALUE:
        found = _first(name.rows, VALUE[kind])
        return _hidden(name) if kind == "NaN replaced by 0" and found.outcome == MISSED else found
    if kind == "gradient cut":
        return _gradient(name)
    if kind == "errors swallowed":
        return _errors(name)
    return _options(name, *OPTIONS[kind])


def hides_nan(row: Row, function: Function) -> bool:
    """Whether a prediction of NaN leaves no NaN in the result."""
    pred = np.full_like(np.asarray(row.operands["pred"], "float32"), np.nan)
    try:
        with np.errstate(all="ignore"):
            return not np.isnan(function(**row.operands | {"pred": pred})).any()
    except XlogitsError:
        return False


def _hidden(name: Name) -> Verdict:
    row = name.rows[0]
    right = row.made({})
    if hides_nan(row, right):
        return Verdict(MISSED, "the right function hides it")
    faulty = hides_nan(row, VALUE["NaN replaced by 0"](right))
    if not faulty:
        return Verdict(NONE, "NaN is refused, and nothing else gives one")
    return Verdict(CAUGHT, "a prediction of NaN")


def _first(rows: Any, wrap: Callable[[Function], Function]) -> Verdict:
    """The first row that notices, among those that pass without the fault."""
    for row in rows:
        if flagged(row, wrap(row.made({}))) and not flagged(row, row.made({})):
            return Verdict(CAUGHT, _text(row))
    return Verdict(MISSED, "")


def _text(row: Row) -> str:
    return f"{row.job.variant.label}, {row.job.case.name}"


def _gradient(name: Name) -> Verdict:
    some = [row for row in name.rows[:6] if differentiable(row)]
    if not some:
        return Verdict(NONE, "its derivative is 0 or there is none")
    for row in some:
        right, wrong = row.made({}), _cut(row.made({}))
        if flagged(row, wrong, "torch") and not flagged(row, right, "torch"):
            return Verdict(CAUGHT, _text(row))
    return Verdict(MISSED, "")


def refusals(function: Function, operands: dict[str, Array]) -> Iterator[str]:
    """What a function lets pass of the bad input that every one of them has to refuse."""
    bad = {
        "a prediction of complex numbers": np.asarray(operands["pred"]).astype("complex64"),
        "a prediction of texts": np.asarray(operands["pred"]).astype("U8"),
        "a dictionary as prediction": {"prediction": np.asarray(operands["pred"])},
    }
    for what, pred in bad.items():
        try:
            function(**operands | {"pred": pred})
        except XlogitsError:
            continue
        yield what


def _errors(name: Name) -> Verdict:
    row = name.rows[0]
    if list(refusals(row.made({}), row.operands)):
        return Verdict(MISSED, "the right function lets it pass")
    through = list(refusals(_swallowed(row.made({})), row.operands))
    return Verdict(CAUGHT, through[0]) if through else Verdict(MISSED, "")


def _options(name: Name, operands: tuple[str, ...], fields: tuple[str, ...]) -> Verdict:
    """Every option of the kind has to be noticed by itself."""
    here = [o for o in operands if o in name.operands]
    set_ = [f for f in fields if f in name.fields]
    if not here + set_:
        return Verdict(NONE, "no such option")
    found = [_operand(name, operand) for operand in here]
    found += [_field(name, {field: name.fields[field]}) for field in set_]
    missed = [v for v in found if v.outcome == MISSED]
    return missed[0] if missed else found[0]


def _operand(name: Name, operand: str) -> Verdict:
    def forgetting(function: Function) -> Function:
        def faulty(**given: Array) -> Array:
            return function(**{k: v for k, v in given.items() if k != operand})

        return faulty

    rows = [row for row in name.rows if operand in row.operands]
    found = _first(rows, forgetting)
    return found if found.outcome == CAUGHT else Verdict(MISSED, operand)


def _field(name: Name, default: Fields) -> Verdict:
    ((field, value),) = default.items()
    for row in name.rows:
        if getattr(row.job.loss, field) == value:
            continue
        if flagged(row, row.made(default)) and not flagged(row, row.made({})):
            return Verdict(CAUGHT, _text(row))
    return Verdict(MISSED, field)
