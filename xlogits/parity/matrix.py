"""The parity matrix: every native function against our loss, on every backend, dtype and mode.

For each call the native function runs in its own framework and our formula on every backend's own
arrays, never one through the other, and both are held against the reference. What cannot be run is
a cell too.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlogits import ledger
from xlogits.frameworks import BACKENDS, FRAMEWORKS, installed, version
from xlogits.losses import Loss, Transform
from xlogits.parity import engines, excuses, translations
from xlogits.parity.engines import Call
from xlogits.parity.natives import Natives
from xlogits.parity.plan import Job, Place, Prepared, Rank, Selection, leaders, named, prepare, rows
from xlogits.parity.verdict import by, judge
from xlogits.report.progress import Said
from xlogits.report.results import TRANSLATED, UNAVAILABLE, Cell, Results

OTHERS = ("float16", "bfloat16", "float64")
DTYPES = ("float32", *OTHERS)


# What a step takes, in calls that run at once: the cost of a call is in its engine's COSTLY, or 1.
REFERENCE = 2.0  # a reference value
PIECE = 2000.0  # a step that takes longer is run in pieces, so that it can be said how far it is


class Step(NamedTuple):
    """What is run in one place, or why nothing can be."""

    place: Place
    jobs: list[Job]
    engine: Any = None
    why: str = ""

    @property
    def cost(self) -> float:
        return 0.0 if self.why else len(self.jobs) * self.engine.COSTLY.get(self.place.mode, 1)

    def pieces(self) -> Iterator["Step"]:
        number = max(1, round(self.cost / PIECE))
        for i in range(number):
            first, last = (len(self.jobs) * k // number for k in (i, i + 1))
            yield self._replace(jobs=self.jobs[first:last])


@dataclass
class Matrix:
    """A run in progress. `progress` is told what comes next, how much is done, and of how much."""

    selection: Selection = field(default_factory=Selection)
    progress: Said = lambda what, done, total: None
    loss_of: Callable[[Loss | Transform, str], Any] = lambda loss, backend: loss
    done: float = field(default=0.0, init=False)
    total: float = field(default=0.0, init=False)

    def run(self) -> Results:
        """All cells of the selection."""
        started = time.perf_counter()
        results = Results(complete=self.selection.complete)
        jobs = rows(self.selection)
        self.progress("loading the frameworks", 0, 0)
        loaded = self._load(results, jobs)
        dtypes = ("float32",) if self.selection.quick else DTYPES
        tried = {dtype: [job for job in jobs if self._tried(job, dtype)] for dtype in dtypes}
        steps = {dtype: list(self._steps(dtype, tried[dtype], loaded)) for dtype in dtypes}
        wanted = self._wanted(loaded)
        targets = () if self.selection.quick else translations.targets(wanted)
        self.total = REFERENCE * sum(map(len, tried.values())) + len(jobs) * len(targets)
        self.total += sum(step.cost for some in steps.values() for step in some)
        for dtype in dtypes:
            with self._doing(f"reference values, {dtype}", REFERENCE * len(tried[dtype])):
                references = _references(dtype, tried[dtype])
            natives = Natives(dtype, references, loaded)
            for step in steps[dtype]:
                results.cells += self._of_step(step, references, natives)
        originals = translations.Originals(loaded)
        for target in targets:
            with self._doing(f"{TRANSLATED} {target}", len(jobs)):
                results.cells += translations.cells(jobs, target, loaded, originals)
        results.stale = excuses.stale(results.cells) if results.complete else []
        results.seconds = time.perf_counter() - started
        return results

    @contextmanager
    def _doing(self, what: str, cost: float) -> Iterator[None]:
        """A part of the run, told of before it and after it."""
        self.progress(what, self.done, self.total)
        yield
        self.done += cost
        self.progress(what, self.done, self.total)

    def _load(self, results: Results, jobs: list[Job]) -> dict[str, Any]:
        """The engines of the backends wanted and of the natives' own frameworks, where installed."""
        wanted = self.selection.backends or BACKENDS
        needed = {FRAMEWORKS[job.native.framework].home for job in jobs}
        loaded = {}
        for name in BACKENDS:
            if name not in wanted and name not in needed:
                continue
            if installed(name):
                loaded[name] = engines.load(name)
                results.versions[name] = version(name)
            else:
                results.missing[name] = f"{name} is not installed"
        for framework in filter(installed, {job.native.framework for job in jobs}):
            results.versions[framework] = version(framework)
        return loaded

    def _wanted(self, loaded: dict[str, Any]) -> dict[str, Any]:
        wanted = self.selection.backends or BACKENDS
        return {name: engine for name, engine in loaded.items() if name in wanted}

    def _steps(self, dtype: str, jobs: list[Job], loaded: dict[str, Any]) -> Iterator[Step]:
        for backend in self.selection.backends or BACKENDS:
            engine = loaded.get(backend)
            if engine is None:
                why = f"{backend} is not installed"
                yield Step(Place(backend, dtype=dtype), jobs, why=why)
                continue
            for device in engine.devices():
                if self.selection.devices and device not in self.selection.devices:
                    continue
                if dtype not in engine.dtypes(device):
                    why = f"no {dtype} on {backend} {device}"
                    yield Step(Place(backend, device, dtype), jobs, why=why)
                    continue
                for mode in (engine.QUICK,) if self.selection.quick else engine.MODES:
                    chosen = [job for job in jobs if self._runs(job, dtype, mode, engine)]
                    yield Step(Place(backend, device, dtype, mode), chosen, engine)

    def _of_step(
        self, step: Step, references: dict[Any, Prepared], natives: Natives
    ) -> Iterator[Cell]:
        if step.why:
            yield from _missing(step.jobs, step.place, step.why)
            return
        for piece in step.pieces():
            with self._doing(" ".join(piece.place), piece.cost):
                yield from self._compared(
                    piece.jobs, piece.engine, piece.place, references, natives
                )

    def _runs(self, job: Job, dtype: str, mode: str, engine: Any) -> bool:
        """Where that costs much, every pair is covered instead of every combination.

        A mode that compiles is paired with every case, without options and in float32, of every
        twelfth of the leaders that have it, the first functions of each kind of loss; with each of
        their options on the first case; and on that with one more dtype, which changes from leader
        to leader. The others of its kind are compiled on the first case, without options and with
        all of them; a class that does what a function of its framework does, without. What is
        compiled piece by piece is treated as the others are.
        """
        if self.selection.exhaustive or ledger.speaks_of(*named(job), dtype, mode):
            return True
        if mode not in engine.COSTLY:
            return self._tried(job, dtype)
        plain, first = job.variant.plain, job.case.name == "ordinary"
        if job.rank is Rank.LEADER and mode != getattr(engine, "PIECEMEAL", None):
            if dtype == "float32":
                return first or (plain and job.turn % 12 == 0)
            return plain and first and dtype == OTHERS[leaders().index(job.native.name) % 3]
        several = len(job.variant.options) + len(job.variant.wanted) > 1
        whole = several and job.rank is not Rank.TWIN
        return first and dtype == "float32" and (plain or whole)

    def _tried(self, job: Job, dtype: str) -> bool:
        """Whether a row is tried in this dtype at all.

        Everything is in float32. In the other dtypes options meet the first case only, and in
        half precision only the leaders meet the others. What the ledger speaks of is tried in any
        case.
        """
        plain, first = job.variant.plain, job.case.name == "ordinary"
        if self.selection.exhaustive or first or ledger.speaks_of(*named(job), dtype):
            return True
        if dtype == "float32":
            return plain or job.rank is not Rank.TWIN
        return plain and (dtype == "float64" or job.rank is Rank.LEADER)

    def _compared(
        self,
        jobs: list[Job],
        engine: Any,
        place: Place,
        references: dict[Any, Prepared],
        natives: Natives,
    ) -> Iterator[Cell]:
        unique = {job.key: job for job in jobs}
        calls = [self._our_call(job, place.backend, references[key]) for key, job in unique.items()]
        ran = engine.run(calls, place.dtype, place.device, place.mode)
        ours = dict(zip(unique, ran, strict=True))
        for job, native in zip(jobs, natives.of(jobs, place), strict=True):
            prepared = references[job.key]
            for quantity in ("value", *(by(name) for name in prepared.wrt)):
                yield judge(job, place, quantity, prepared, ours[job.key], native)

    def _our_call(self, job: Job, backend: str, prepared: Prepared) -> Call:
        loss = self.loss_of(job.loss, backend)
        return Call(
            loss,
            prepared.operands,
            prepared.wrt,
            prepared.cotangent,
            job.case.strided,
            (job.loss, job.variant.wanted),
            loss.gradient,
            getattr(job.loss, "SLOPES", job.loss.ARRAYS),
        )


def _references(dtype: str, jobs: list[Job]) -> dict[Any, Prepared]:
    found: dict[Any, Prepared] = {}
    for job in jobs:
        if job.key not in found:
            found[job.key] = prepare(job, dtype)
    return found


def _missing(jobs: list[Job], place: Place, why: str) -> Iterator[Cell]:
    for job in jobs:
        yield Cell(*named(job), *place, "value", UNAVAILABLE, None, None, why)
