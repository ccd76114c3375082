"""The parity matrix: every native function against our loss, on every backend, dtype and mode.

For each call the native function runs in its own framework and our formula on every backend's own
arrays, never one through the other, and both are held against the reference. What cannot be run is
a cell too.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from xlogits.catalogue import NATIVES, Native
from xlogits.losses import Loss, Transform
from xlogits.losses.form import EPS
from xlogits.parity import engines, ledger
from xlogits.parity.cases import CORE, Case, cases
from xlogits.parity.engines import Call, Failure, Outcome, Result
from xlogits.parity.reference import Reference, evaluate
from xlogits.parity.results import AGREE, DIFFERS, KNOWN, REFUSED, UNAVAILABLE, Cell, Results
from xlogits.parity.variants import Variant, reading, variants

Array = Any

HOME = {
    "torch": "torch",
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "optax": "jax",
    "scipy": "numpy",
    "sklearn": "numpy",
}
DIFFERENTIABLE = frozenset({"torch", "tensorflow", "keras", "optax"})
DTYPES = ("float16", "bfloat16", "float32", "float64")
SMALLEST = {"float16": 2.0**-14, "bfloat16": 2.0**-126, "float32": 2.0**-126, "float64": 2.0**-1022}
QUANTITIES = {"pred": "d/dlogits", "target": "d/dlabels"}

# The error that still counts as agreement, in units of eps times the scale of the reference. A sum
# of C terms rounds about log2(C) times, forwards and again backwards; no cell needs more than this.
LIMIT = 8.0


@dataclass(frozen=True)
class Selection:
    """Which part of the matrix to run. Empty means all."""

    only: tuple[str, ...] = ()  # patterns of native names
    backends: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    quick: bool = False  # float32, one mode, no options
    exhaustive: bool = False  # every case in every mode and dtype, not just every pair
    shard: tuple[int, int] = (1, 1)

    @property
    def complete(self) -> bool:
        return self in (Selection(), Selection(exhaustive=True))


class Job(NamedTuple):
    """One row of the matrix: a way of calling a function, on one case."""

    native: Native
    variant: Variant
    case: Case
    loss: Loss | Transform

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for jobs that compute the same loss of the same numbers."""
        return self.loss, self.variant.wanted, self.case.name


@dataclass
class Matrix:
    """A run in progress. `progress` is told what is done and how much of it."""

    selection: Selection = field(default_factory=Selection)
    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    loss_of: Callable[[Loss | Transform, str], Any] = lambda loss, backend: loss

    def run(self) -> Results:
        """All cells of the selection."""
        started = time.perf_counter()
        results = Results(complete=self.selection.complete)
        jobs = list(self.jobs())
        loaded = self._load(results, jobs)
        for dtype in ("float32",) if self.selection.quick else DTYPES:
            results.cells += self._of_dtype(dtype, jobs, loaded)
        results.stale = ledger.stale(results.cells) if results.complete else []
        results.seconds = time.perf_counter() - started
        return results

    def jobs(self) -> Iterator[Job]:
        """The rows, from the catalogue."""
        names = [n for n in NATIVES.values() if n.framework != "xlogits"]
        only = self.selection.only
        names = [n for n in names if not only or any(_named(n, pattern) for pattern in only)]
        part, parts = self.selection.shard
        for native in names[part - 1 :: parts]:
            for variant in variants(native):
                if self.selection.quick and not variant.plain:
                    continue
                loss = reading(native, variant)
                for case in cases(loss, variant.wanted):
                    if variant.plain or case.name in CORE:
                        yield Job(native, variant, case, loss)

    def _load(self, results: Results, jobs: list[Job]) -> dict[str, Any]:
        """The engines of the backends wanted and of the natives' own frameworks, where installed."""
        wanted = self.selection.backends or engines.NAMES
        needed = {HOME[job.native.framework] for job in jobs}
        loaded = {}
        for name in engines.NAMES:
            if name not in wanted and name not in needed:
                continue
            if engines.installed(name):
                loaded[name] = engines.load(name)
                results.versions[name] = engines.version(name)
            else:
                results.missing[name] = f"{name} is not installed"
        for framework in {job.native.framework for job in jobs}:
            results.versions[framework] = engines.version(
                {"sklearn": "scikit-learn"}.get(framework, framework)
            )
        return loaded

    def _of_dtype(self, dtype: str, jobs: list[Job], loaded: dict[str, Any]) -> Iterator[Cell]:
        references = self._references(dtype, jobs)
        natives = _Natives(dtype, references, loaded)
        for backend in self.selection.backends or engines.NAMES:
            engine = loaded.get(backend)
            if engine is None:
                yield from self._missing(jobs, backend, dtype, f"{backend} is not installed")
                continue
            for device in engine.devices():
                if self.selection.devices and device not in self.selection.devices:
                    continue
                if dtype not in engine.dtypes(device):
                    why = f"no {dtype} on {backend} {device}"
                    yield from self._missing(jobs, backend, dtype, why, device)
                    continue
                for mode in (engine.QUICK,) if self.selection.quick else engine.MODES:
                    chosen = [job for job in jobs if self._runs(job, dtype, mode, engine)]
                    self.progress(f"{backend} {device} {dtype} {mode}", 0, len(chosen))
                    yield from self._compared(
                        chosen, engine, backend, device, dtype, mode, references, natives
                    )

    def _runs(self, job: Job, dtype: str, mode: str, engine: Any) -> bool:
        """Where running means compiling, every pair is covered instead of every combination.

        The mode is paired with each case (without options, in float32), with each option (on the
        first case, and on ignored labels) and with each dtype (without options, on the first case).
        """
        if mode not in engine.COSTLY or self.selection.exhaustive:
            return True
        first = job.case.name == "ordinary"
        if dtype != "float32":
            return job.variant.plain and first
        return job.variant.plain or first or job.case.name == "ignored labels"

    def _references(self, dtype: str, jobs: list[Job]) -> dict[Any, "Prepared"]:
        self.progress(f"reference values, {dtype}", 0, len(jobs))
        found: dict[Any, Prepared] = {}
        for job in jobs:
            if job.key not in found:
                found[job.key] = prepare(job, dtype)
        return found

    def _compared(
        self,
        jobs: list[Job],
        engine: Any,
        backend: str,
        device: str,
        dtype: str,
        mode: str,
        references: dict[Any, "Prepared"],
        natives: "_Natives",
    ) -> Iterator[Cell]:
        unique = {job.key: job for job in jobs}
        calls = [self._our_call(job, backend, references[key]) for key, job in unique.items()]
        ours = dict(zip(unique, engine.run(calls, dtype, device, mode), strict=True))
        for job, native in zip(jobs, natives.of(jobs, backend, device, mode), strict=True):
            prepared = references[job.key]
            for quantity in ("value", *(QUANTITIES[name] for name in prepared.wrt)):
                yield judge(
                    job, backend, device, dtype, mode, quantity, prepared, ours[job.key], native
                )

    def _our_call(self, job: Job, backend: str, prepared: "Prepared") -> Call:
        loss = self.loss_of(job.loss, backend)
        return Call(
            loss,
            prepared.operands,
            prepared.wrt,
            prepared.cotangent,
            job.case.strided,
            (job.loss, job.variant.wanted),
            loss.gradient,
        )

    def _missing(
        self, jobs: list[Job], backend: str, dtype: str, why: str, device: str = "cpu"
    ) -> Iterator[Cell]:
        for job in jobs:
            yield Cell(
                *(job.native.name, job.variant.label, job.case.name, backend, device, dtype),
                *("eager", "value", UNAVAILABLE, None, None, why),
            )


def _named(native: Native, pattern: str) -> bool:
    names = (native.name, native.short, native.framework)
    return any(fnmatch(name, pattern) for name in names)


# -- what a row is compared with


class Prepared(NamedTuple):
    """A case in one dtype: rounded operands, what they should give, and what to differentiate by."""

    operands: dict[str, Array]
    reference: Reference
    cotangent: Array
    wrt: tuple[str, ...]
    result_dtype: str


def prepare(job: Job, dtype: str) -> Prepared:
    operands = {k: rounded(v, dtype) for k, v in job.case.operands.items()}
    result = getattr(job.loss, "dtype", None) or dtype
    exact = {k: rounded(v, result) for k, v in operands.items()}
    loss = _in_dtype(job.loss, dtype)
    shape = np.shape(evaluate(loss, exact).value[0])
    cotangent = (
        np.ones(shape) if not shape else 0.5 + (np.arange(np.prod(shape)) % 4).reshape(shape) / 4
    )
    reference = evaluate(loss, exact, cotangent)
    wrt = tuple(reference.gradients)
    return Prepared(operands, reference, cotangent, wrt, result)


def rounded(x: Array, dtype: str) -> Array:
    """Floating point numbers as they are after a cast to `dtype`, still in float64."""
    if np.asarray(x).dtype.kind != "f":
        return x
    if dtype == "bfloat16":  # the upper half of a float32, to nearest even
        bits = np.asarray(x, np.float32).view(np.uint32)
        bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
        return np.where(np.isnan(x), np.nan, bits.view(np.float32).astype(np.float64))
    return np.asarray(x, dtype).astype(np.float64)


def _in_dtype(loss: Any, dtype: str) -> Any:
    """The loss with its clip as it is in the dtype it is computed in."""
    from dataclasses import replace

    form = getattr(loss, "form", None)
    if form is None or form.clip is None:
        return loss
    clip = form.at(dtype).clip
    work = getattr(loss, "dtype", None) or dtype
    work = "float32" if work in ("float16", "bfloat16") else work
    return replace(
        loss, form=replace(form, clip=tuple(float(np.dtype(work).type(c)) for c in clip))
    )


class _Natives:
    """What the native functions give in one dtype, each run once for every place it runs in."""

    def __init__(self, dtype: str, prepared: dict[Any, Prepared], loaded: dict[str, Any]) -> None:
        self.dtype, self.prepared, self.loaded = dtype, prepared, loaded
        self.found: dict[tuple[Any, ...], Result] = {}

    def of(self, jobs: list[Job], backend: str, device: str, mode: str) -> list[Result]:
        """One result per job: in the same place and mode where the native is at home there, else in
        its own framework, on the CPU, eager."""
        keys = []
        for job in jobs:
            home = HOME[job.native.framework]
            place = (device, mode) if home == backend else ("cpu", "eager")
            keys.append((home, *place, job.native.name, job.variant.label, job.case.name))
        todo: dict[tuple[str, str, str], dict[tuple[Any, ...], Job]] = {}
        for key, job in zip(keys, jobs, strict=True):
            if key not in self.found:
                todo.setdefault(key[:3], {})[key] = job
        for (home, where, how), some in todo.items():
            ran = self._run(home, where, how, list(some.values()))
            self.found |= zip(some, ran, strict=True)
        return [self.found[key] for key in keys]

    def _run(self, home: str, device: str, mode: str, jobs: list[Job]) -> list[Result]:
        if home not in self.loaded:
            return [Failure("NotInstalled", f"{home} is not installed", False)] * len(jobs)
        calls = [self._call(job) for job in jobs]
        return list(self.loaded[home].run(calls, self.dtype, device, mode))

    def _call(self, job: Job) -> Call:
        prepared = self.prepared[job.key]
        can = job.native.framework in DIFFERENTIABLE
        identity = job.native.name, job.variant.label
        fn = partial(call_native, job.native, job.variant.options)
        return Call(
            fn,
            prepared.operands,
            prepared.wrt if can else (),
            prepared.cotangent,
            job.case.strided,
            identity,
        )


def call_native(native: Native, options: dict[str, Any], **operands: Array) -> Array:
    """Call the function of the framework itself, with operands by neutral name."""
    module, _, short = native.name.rpartition(".")
    return spoken(getattr(_resolve(module), short), native, options, operands)


def _resolve(path: str) -> Any:
    """A module or namespace by its dotted path; `tensorflow.nn` is an attribute, not a module."""
    parts = path.split(".")
    found = import_module(parts[0])
    for number, part in enumerate(parts[1:], 2):
        if not hasattr(found, part):
            import_module(".".join(parts[:number]))
        found = getattr(found, part)
    return found


def spoken(
    function: Any, native: Native, options: dict[str, Any], operands: dict[str, Array]
) -> Any:
    """Call a function or class by its own parameter names."""
    given = dict(options)
    for parameter in native.parameters:
        if parameter.to in operands and parameter.name not in given and parameter.name != "targets":
            given[parameter.name] = operands[parameter.to]
    first = {getattr(a, "name", "") for a in native.args}
    now = {k: v for k, v in given.items() if k in first}
    if native.then:
        return function(**now)(**{k: v for k, v in given.items() if k not in first})
    if "/" in native.args:
        return function(*now.values())
    return function(**now)


# -- the verdict


def error(got: Array, expected: Array, scale: Array, dtype: str) -> float:
    """The largest error in units of eps of the dtype, infinite where shapes or NaN differ."""
    got, exact = np.asarray(got, np.longdouble), np.asarray(expected, np.longdouble)
    if got.shape != exact.shape:
        return float("inf")
    with np.errstate(all="ignore"):
        same = (got == exact) | (np.isnan(got) & np.isnan(exact))
        same |= got == rounded(exact.astype(np.float64), dtype)
        off = abs(got - exact) / (EPS[dtype] * np.asarray(scale, np.longdouble) + SMALLEST[dtype])
    off = np.where(same, 0, np.where(np.isnan(off), np.inf, off))
    return float(np.max(off, initial=0))


def judge(
    job: Job,
    backend: str,
    device: str,
    dtype: str,
    mode: str,
    quantity: str,
    prepared: Prepared,
    ours: Result,
    theirs: Result,
) -> Cell:
    """One cell: what our loss and the native function gave, against the reference."""

    def cell(outcome: str, a: float | None = None, b: float | None = None, why: str = "") -> Cell:
        made = Cell(
            *(job.native.name, job.variant.label, job.case.name, backend, device, dtype, mode),
            *(quantity, outcome, a, b, why),
        )
        row = ledger.find(made) if outcome == DIFFERS else None
        return made if row is None else made._replace(outcome=KNOWN, why=f"{row.name}: {why}")

    if isinstance(ours, Failure) and isinstance(theirs, Failure):
        if ours.ours and theirs.kind not in ("Missing", "NotInstalled"):
            return cell(AGREE, why=f"both refuse: {ours.message}")
        return cell(UNAVAILABLE, why=f"{theirs.kind}: {theirs.message}")
    if isinstance(theirs, Failure) and theirs.kind == "NotInstalled":
        return cell(UNAVAILABLE, why=theirs.message)
    if isinstance(ours, Failure):
        if ours.ours:
            return cell(REFUSED, why=ours.message)
        return cell(DIFFERS, why=f"xlogits raised {ours.kind}: {ours.message}")
    mine = _error(quantity, ours, prepared)
    if ours.dtype != prepared.result_dtype:
        return cell(
            DIFFERS, mine, why=f"xlogits returned {ours.dtype}, not {prepared.result_dtype}"
        )
    if isinstance(theirs, Failure):
        return cell(
            UNAVAILABLE, mine, why=f"the native function raised {theirs.kind}: {theirs.message}"
        )
    native = _error(quantity, theirs, prepared)
    if mine is None:
        return cell(DIFFERS, why="xlogits gave no gradient")
    if mine > LIMIT:
        return cell(DIFFERS, mine, native, f"xlogits is {mine:.3g} eps from the reference")
    if native is None:
        return cell(UNAVAILABLE, mine, why=f"{job.native.name} has no gradient")
    if native > LIMIT:
        return cell(
            DIFFERS, mine, native, f"the native function is {native:.3g} eps from the reference"
        )
    return cell(AGREE, mine, native)


def _error(quantity: str, outcome: Outcome, prepared: Prepared) -> float | None:
    if quantity == "value":
        return error(outcome.value, *prepared.reference.value, prepared.result_dtype)
    name = next(k for k, v in QUANTITIES.items() if v == quantity)
    if name not in outcome.gradients:
        return None
    return error(
        outcome.gradients[name], *prepared.reference.gradients[name], prepared.result_dtype
    )
