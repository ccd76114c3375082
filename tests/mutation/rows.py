"""What every public name is held against: the rows of the matrix, and those of the tests."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, replace
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

import xlogits as xl
from xlogits import losses
from xlogits.cases import CORE, cases
from xlogits.catalogue import NATIVES, Native
from xlogits.errors import XlogitsError
from xlogits.losses import Elementwise, Formula, Loss, Reduction, Rowwise, Transform
from xlogits.parity import engines
from xlogits.parity.engines import Call, Failure
from xlogits.parity.natives import spoken
from xlogits.parity.plan import Job, Place, Prepared, prepare
from xlogits.parity.variants import Variant, reading, variants
from xlogits.parity.verdict import by, judge
from xlogits.report.results import DIFFERS, REFUSED

Array = Any
Function = Callable[..., Array]
Fields = dict[str, Any]
DTYPE = "float32"
NOTHING = Failure("NotInstalled", "the native function is not asked", False)


class Row(NamedTuple):
    """One call of a public name: `made` gives the function, with some fields of its loss replaced."""

    job: Job
    made: Callable[[Fields], Function]

    @property
    def operands(self) -> dict[str, Array]:
        return self.job.case.operands


class Name(NamedTuple):
    """A public name, its rows, and the options that it has: operands and fields, with defaults."""

    name: str
    rows: tuple[Row, ...]
    fields: Fields
    operands: frozenset[str]


def flagged(row: Row, function: Function, backend: str = "numpy") -> bool:
    """Whether the verdict of the matrix on this function, in place of the right one, is a failure.

    The gradients are those of autograd, so NumPy, which has none, is asked for values.
    """
    try:
        prepared = _prepared(row.job)
    except XlogitsError:  # an axis that goes with no such labels: the row tells nothing
        return False
    wrt = prepared.wrt if backend == "torch" else ()
    call = Call(function, prepared.operands, wrt, prepared.cotangent, False, ())
    (ours,) = engines.load(backend).run([call], DTYPE, "cpu", "eager")
    for quantity in ("value", *(by(name) for name in wrt)):
        place = Place(backend, dtype=DTYPE)
        cell = judge(row.job, place, quantity, prepared, ours, NOTHING)
        if cell.outcome in (DIFFERS, REFUSED):
            return True
    return False


def _prepared(job: Job) -> Prepared:
    key = job.native.name, job.variant.label, job.variant.wanted, job.case.name, job.loss
    if key not in _PREPARED:
        _PREPARED[key] = prepare(job, DTYPE)
    return _PREPARED[key]


_PREPARED: dict[Any, Prepared] = {}


def differentiable(row: Row) -> bool:
    found = _prepared(row.job).reference.gradients
    return any(np.any(np.asarray(g[0], float)) for g in found.values())


def names() -> Iterator[str]:
    """The functions of xlogits and of its dialects, and the classes of losses."""
    yield from NATIVES
    yield from (f"losses.{name}" for name in _classes())


@cache
def _classes() -> tuple[str, ...]:
    found = []
    for name in losses.__all__:
        one = getattr(losses, name)
        kinds = Loss | Transform
        if isinstance(one, type) and issubclass(one, kinds) and one not in _ABSTRACT:  # type: ignore[arg-type]
            found.append(name)
    return tuple(found)


_ABSTRACT = (Loss, Formula, Elementwise, Rowwise)


def named(name: str) -> Name:
    """A public name with everything that it is tried on."""
    if name.startswith("losses."):
        return _of_class(getattr(losses, name.removeprefix("losses.")))
    native = NATIVES[name]
    parameters = {a.to for a in native.parameters if a.values is None or len(a.values) > 1}
    fields = {
        k: getattr(native.loss, k) for k in native.loss.__dataclass_fields__ if k in parameters
    }
    rows = tuple(_of_native(native))
    return Name(name, rows, fields, frozenset(parameters & set(native.loss.OPERANDS)))


def _of_native(native: Native) -> Iterator[Row]:
    usual = tuple(variants(native))
    for variant in (*usual, *_along_another_axis(native)):
        loss = reading(native, variant)
        for case in islice(cases(loss, variant.wanted), None if variant in usual else 1):
            if variant.plain or case.name in CORE:
                made = partial(_changed, loss)
                if native.framework == "xlogits":
                    made = partial(_called, native, variant.options)
                yield from _padded(Row(Job(native, variant, case, loss), made))


def _along_another_axis(native: Native) -> Iterator[Variant]:
    """Unreduced and with every weight: a mean of means is the same along any axis."""
    weights = frozenset(a.to for a in native.parameters if a.to.endswith("weight"))
    axes = [a.name for a in native.parameters if a.to == "axis" and a.values is None]
    options: dict[str, Any] = dict.fromkeys(axes, 0)
    if not options or not isinstance(native.loss, Loss):
        return
    for arg in native.parameters:
        if arg.to == "reduction" and arg.values is not None:
            words = [word for word, meant in arg.values.items() if meant == Reduction()]
            options |= dict.fromkeys([arg.name], words[0]) if words else {}
    weights &= set(native.loss.OPERANDS) - set(native.loss.ARRAYS)
    first = next(iter(variants(native)))
    options = first.options | options
    yield Variant(f"{options}, {sorted(weights)}", options, first.wanted | weights, True)


def _padded(row: Row) -> Iterator[Row]:
    """The row, and where labels are padded the same with other classes behind their end."""
    yield row
    padding = row.operands.get("label_padding")
    if padding is not None and np.any(padding):
        target = np.where(padding > 0, 1, row.operands["target"])
        case = row.job.case._replace(
            name="classes behind the end", operands=row.operands | {"target": target}
        )
        yield row._replace(job=row.job._replace(case=case))


def _called(native: Native, options: dict[str, Any], fields: Fields) -> Function:
    """The function of xlogits itself; a field that is replaced is an option that is not given."""
    function = getattr(xl, native.short)
    ignored = {a.name for a in native.parameters if a.to in fields}
    kept = {name: value for name, value in options.items() if name not in ignored}
    return partial(spoken, function, native, kept)


def _changed(loss: Any, fields: Fields) -> Function:
    changed: Function = replace(loss, **fields) if fields else loss
    return changed


def _of_class(cls: Any) -> Name:
    """A class of losses: the rows of all native functions that compute it, and those of the tests."""
    rows = [
        row
        for native in NATIVES.values()
        if type(native.loss) is cls and native.framework != "xlogits"
        for row in _of_native(native)
    ]
    rows += _of_tests(cls)
    fields = {
        name: field.default if field.default is not MISSING else field.default_factory()
        for name, field in cls.__dataclass_fields__.items()
        if field.default is not MISSING or field.default_factory is not MISSING
    }
    return Name(f"losses.{cls.__name__}", tuple(rows), fields, frozenset(cls.OPERANDS))


def _of_tests(cls: Any) -> Iterator[Row]:
    """The rows of the tests, and of the first of them with every option that all losses have."""
    from tests.data.losses import LOSSES

    records = [n for native in NATIVES.values() for n in (native, native.without) if n is not None]
    native = next((n for n in records if type(n.loss) is cls), None)
    found = [pair for pair in LOSSES.values() if type(pair[0]) is cls]
    if native is None or not found:
        return
    rows = [(loss, wanted, case) for loss, wanted in found for case in cases(loss, wanted)]
    for loss, wanted in _widened(*found[0]):
        rows += [(loss, wanted, case) for case in islice(cases(loss, wanted), 1)]
    for loss, wanted, case in rows:
        variant = Variant(repr(loss), {}, frozenset(wanted), True)
        yield from _padded(Row(Job(native, variant, case, loss), partial(_changed, loss)))


def _widened(loss: Any, wanted: frozenset[str]) -> Iterator[tuple[Any, frozenset[str]]]:
    fields = loss.__dataclass_fields__
    weights = frozenset(o for o in loss.OPERANDS if o in ("sample_weight", "class_weight"))
    if "reduction" in fields:
        yield replace(loss, reduction=Reduction("sum")), wanted
    yield loss, wanted | weights
    if "axis" in fields:
        inner = {"inner": "mean"} if "inner" in fields else {}
        yield replace(loss, axis=0, **inner), wanted
    if "label_smoothing" in fields:
        yield replace(loss, label_smoothing=0.1), wanted
    if "ignore_index" in fields:
        yield replace(loss, ignore_index=1), wanted
