"""What a call gives beside what its rewritten form gives: the original is the judge.

A difference is a failure, and so is an answer to what the original refuses, unless a row of the ledger
names one of the functions, as it is called, this quantity and this kind of input. A row about a function
in one dtype, whatever its input, excuses nothing: it says how precisely the function computes.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from xlogits import ledger
from xlogits.cases import Case
from xlogits.cases.callers import OF_INDEXES
from xlogits.errors import XlogitsError
from xlogits.ledger import Divergence, matches
from xlogits.parity.engines import Failure, Outcome, Result
from xlogits.parity.plan import Prepared
from xlogits.parity.variants import lacking, spelled_out
from xlogits.parity.verdict import by, described, error
from xlogits.report.results import TRANSLATION_LIMIT

Array = Any

PRECISE, COARSE = "float64", "float32"
# what an original refuses, and the condition that this makes
CHECKED = {OF_INDEXES: "dense labels"}


class Named(NamedTuple):
    """A native function, and how it is called, as the ledger says it."""

    native: str
    variant: str


def named(call: Any) -> Named:
    """A call, by its function and by its options and weights."""
    native, given = call.native, call.given
    options = {
        arg.name: given[arg.key]
        for arg in native.parameters
        if arg.key in given
        and arg.to not in native.loss.OPERANDS
        and not (type(given[arg.key]) is type(arg.default) and given[arg.key] == arg.default)
    }
    extra = frozenset(call.reading.operands) - set(native.loss.ARRAYS)
    return Named(native.name, lacking(native, spelled_out(options, extra)))


@cache
def called(source: str) -> tuple[Named, ...]:
    """The native functions that an expression calls."""
    from xlogits.translation import parse

    found = []
    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.Call):
            try:
                call = parse(ast.unparse(node))
            except XlogitsError:
                continue  # a function that no record describes, such as a mean
            except TypeError:
                continue  # a class that is made here is called further out
            found.append(named(call))
    return tuple(dict.fromkeys(found))


def row_about(
    calls: tuple[Named, ...], case: str, quantity: str, dtype: str, mode: str = "eager"
) -> tuple[Divergence, str] | None:
    """The row that names one of the calls, this quantity and this kind of input, and the function."""
    if quantity.startswith("d/dlinear_"):  # what is handed on to a layer comes back from its logits
        quantity = "d/dlogits"
    for row in ledger.ROWS:
        if row.of_precision or row.case == row.variant == "*" or not matches(case, row.case):
            continue
        given = (quantity, row.quantity), (dtype, row.dtype), (mode, row.mode)
        if all(matches(value, patterns) for value, patterns in given):
            for call in calls:
                if call.native in row.natives and matches(call.variant, row.variant):
                    return row, call.native
    return None


def precision(calls: tuple[Named, ...], dtype: str) -> str:
    """The dtype that the coarsest of these functions computes in, given arrays of another."""
    return COARSE if dtype == PRECISE and any(_coarse(call.native) for call in calls) else dtype


def row_of_precision(calls: tuple[Named, ...], dtype: str) -> tuple[Divergence, str] | None:
    """The row that says of one of the calls that it is one of float32 alone, and the function."""
    for row in ledger.ROWS:
        for call in calls:
            if dtype == PRECISE and row.of_precision and call.native in row.natives:
                return row, call.native
    return None


@cache
def _coarse(native: str) -> bool:
    """Whether a function computes in float32 whatever it is given: so its record or the ledger says.

    Keras' classes compute in the dtype that Keras is told to, which here is that of the arrays.
    """
    from xlogits.catalogue import NATIVES

    record = NATIVES[native]
    if record.loss.dtype == COARSE and not any(arg.to == "dtype" for arg in record.parameters):
        return True
    return row_of_precision((Named(native, ""),), PRECISE) is not None


@dataclass
class Verdict:
    """What came of one rewrite; `skipped` says why it could not be run, `wrong` where it is off.

    `value` and `gradient` are the largest differences in eps. `ran` are the words for what was brought
    to it, such as ranks and dtypes of labels, by kind; `left_out` counts the inputs that a condition
    excludes; `refused` counts those that the original refuses and the rewrite takes, for a reason that a
    row of the ledger or the name of the input gives; `checked` are words for what the original checks
    and the rewrite takes for granted; `raises` counts those of what callers may bring that the original
    takes and the rewrite refuses.
    """

    inputs: int = 0
    value: float = 0.0
    gradient: float = 0.0
    slopes: bool = True  # whether both have gradients to compare
    wrong: list[str] = field(default_factory=list)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)  # by row of the ledger
    ran: dict[str, list[str]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)
    raises: dict[str, int] = field(default_factory=dict)
    skipped: str = ""
    missing: str = ""  # the framework that is not installed

    def explain(self, row: Divergence, native: str, quantity: str, told: str) -> None:
        """Count what a row of the ledger is about."""
        known = self.known.setdefault(
            row.name,
            {"inputs": 0, "told": told, "unless": row.unless, "native": native, "quantities": []},
        )
        known["inputs"] += 1
        kind = "value" if quantity == "value" else "gradient"
        known["quantities"] += [] if kind in known["quantities"] else [kind]

    def tell(self, kind: str, word: str) -> None:
        """One more thing that was brought."""
        words = self.ran.setdefault(kind, [])
        if word not in words:
            words.append(word)


class Judge:
    """The comparison of one rewrite with its original, input by input."""

    def __init__(self, original: str, translated: str, assumed: list[str], slopes: bool) -> None:
        self.verdict = Verdict(slopes=slopes)
        self.source, self.target = called(original), called(translated)
        self.calls = (*self.source, *self.target)
        self.assumed = assumed

    def compare(self, case: Case, prepared: Prepared, first: Result, second: Result) -> None:
        """What the original gives, `first`, beside what its rewritten form gives."""
        where = f"{case.name!r} in {prepared.dtype}"
        if isinstance(first, Failure):
            if not isinstance(second, Failure):
                self._refused(case, prepared, first)
            return
        if isinstance(second, Failure):
            if case.brought:
                self._count(self.verdict.raises, case.name)
            elif precision(self.target, prepared.dtype) != prepared.dtype:
                self._count(self.verdict.raises, f"{prepared.dtype} arrays")
            else:
                told = f"raised {second.kind} on {where}: {second.message[:120]}"
                self._off(case, prepared.dtype, "value", told)
            return
        self.verdict.inputs += 1
        self._brought(case)
        for quantity, a, b, scale in _quantities(prepared, first, second, self.assumed):
            if quantity != "value" and not self.verdict.slopes:
                continue
            if b is None:
                told = f"{quantity}: there is none, where the original has one, on {where}"
                self._off(case, prepared.dtype, quantity, told)
                continue
            off = error(b, a, scale, self._rounding(case, prepared.dtype))
            if off <= TRANSLATION_LIMIT:
                worst = "value" if quantity == "value" else "gradient"
                setattr(self.verdict, worst, max(getattr(self.verdict, worst), off))
                continue
            found = described(b, a).replace("the reference", "the original")
            size = "" if off == float("inf") else f" ({off:.3g} eps)"
            self._off(case, prepared.dtype, quantity, f"{quantity}: {found}{size} on {where}")

    def _off(self, case: Case, dtype: str, quantity: str, told: str) -> None:
        """A difference, which a row of the ledger explains or which is a failure."""
        found = row_about(self.calls, case.name, quantity, dtype)
        if found is None:
            self.verdict.wrong.append(told)
        else:
            self.verdict.explain(*found, quantity, told)

    def _rounding(self, case: Case, dtype: str) -> str:
        """The dtype to which they are to agree: whole numbers times a constant are float32 in some."""
        target = case.operands.get("target")
        whole = case.brought and target is not None and np.asarray(target).dtype.kind != "f"
        return COARSE if whole else precision(self.calls, dtype)

    def _refused(self, case: Case, prepared: Prepared, first: Failure) -> None:
        """The original refuses what the rewrite takes: for a reason that is stated, or a failure.

        What callers may bring and the original refuses is named, so that it is a condition.
        """
        found = row_about(self.source, case.name, "value", prepared.dtype)
        if found is None and precision(self.source, prepared.dtype) != prepared.dtype:
            self._count(self.verdict.refused, f"{prepared.dtype} arrays")
        elif found is None and not case.brought:
            told = f"{first.kind}: {first.message[:120]}"
            where = f"{case.name!r} in {prepared.dtype}"
            self.verdict.wrong.append(f"the original refuses what this takes, {where}: {told}")
        elif case.name in CHECKED:
            self.verdict.checked = [CHECKED[case.name]]
        else:
            self._count(self.verdict.refused, case.name)

    @staticmethod
    def _count(counts: dict[str, int], word: str) -> None:
        counts[word] = counts.get(word, 0) + 1

    def _brought(self, case: Case) -> None:
        pred, target = case.operands["pred"], case.operands.get("target")
        self.verdict.tell("ranks", str(np.ndim(pred)))
        if target is not None:
            self.verdict.tell("labels", np.asarray(target).dtype.name)
        if case.brought and not case.name.endswith(" labels"):
            self.verdict.tell("shapes", case.name)


def _quantities(
    prepared: Prepared, first: Outcome, second: Outcome, assumed: list[str]
) -> Iterator[tuple[str, Array, Array, Array]]:
    """Quantity, the original's, the other's, and the scale of its entries."""
    reference = prepared.reference
    yield "value", first.value, second.value, _scale(reference.value, first.value)
    for name in prepared.wrt:
        constant = name == "target" and "constant labels" in assumed
        if name in first.gradients and not constant:
            exact = reference.gradients.get(name)
            got = second.gradients.get(name)
            yield by(name), first.gradients[name], got, _scale(exact, first.gradients[name])


def _scale(reference: tuple[Array, Array] | None, found: Array) -> Array:
    """How large the numbers are that cancel, as the reference says it, if there is one."""
    if reference is not None and np.shape(reference[0]) == np.shape(found):
        return reference[1]
    finite = np.where(np.isfinite(found), np.abs(found), 0)
    return 1 + np.max(finite, initial=0)
