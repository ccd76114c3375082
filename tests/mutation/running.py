"""Mutants tried one after the other, each in a fork of a process that has collected the tests once.

What a mutant changes inside a function is put into the functions that are there; what it changes in a
module or in the body of a class asks for a fork that has not imported the package yet. A test that
never enters a function cannot notice that it is another: one run of all tests says who enters what.
"""

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from tests.mutation.mutants import FILES, ROOT, Mutant

KILLED, SURVIVED, STUCK = "killed", "survived", "stuck"
LATER = ("tensorflow", "jax", "xla", "keras", "optax", "words_are_the_same", "cannot_be_read")
# seconds, four times what all the tests take, before a mutant gets a fork of its own
PATIENCE = 100
FOR_EVER = 600  # seconds after which that is taken to run for ever
SHARED = (
    "xlogits/losses/parts/axes.py",
    "xlogits/losses/parts/form.py",
    "xlogits/losses/parts/labels.py",
)  # by the reference
WATCHED = {str(path): str(path.relative_to(ROOT)) for path in FILES}


class Outcome(NamedTuple):
    """What became of a mutant: by which test it was killed, out of how many that were run."""

    verdict: str
    by: str = ""
    tests: int = 0


def forked(work: Callable[[], Any], patience: float) -> Any:
    """What `work` returns in a fork, as JSON can say it; None if it takes longer or dies."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.setpgid(0, 0)
        try:
            text = json.dumps(work())
            with os.fdopen(writing, "w") as pipe:
                pipe.write(text)
        finally:
            os._exit(0)
    os.close(writing)
    return _answer(pid, reading, patience)


def _answer(pid: int, reading: int, patience: float) -> Any:
    from select import select

    text, end = b"", time.monotonic() + patience
    while True:
        ready, _, _ = select([reading], [], [], max(0.0, end - time.monotonic()))
        chunk = os.read(reading, 1 << 16) if ready else b""
        text += chunk
        if not chunk:
            break
    os.close(reading)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return json.loads(text) if text else None


class Session:
    """A plugin of pytest which, in place of running the tests, runs them once for every mutant."""

    def __init__(self, mutants: Sequence[Mutant], tell: Callable[[Mutant, Outcome], None]) -> None:
        self.mutants, self.tell = mutants, tell
        self.entered: dict[str, set[tuple[str, str]]] = {}
        self.seconds: dict[str, float] = {}
        self.killers: dict[tuple[str, str], list[str]] = {}
        self.imported: set[tuple[str, str]] = set()  # entered before any test
        sys.settrace(_watching(self.imported))

    def pytest_runtestloop(self, session: Any) -> bool:
        sys.settrace(None)
        items = [item for item in session.items if not _skipped(item) and not _later(item)]
        _remember()
        found = [_watched(item, number, items) for number, item in enumerate(items)]
        for item, (seconds, entered, failed) in zip(items, found, strict=True):
            if failed:
                raise SystemExit(f"{item.nodeid} fails without a mutant")
            self.seconds[item.nodeid] = seconds
            self.entered[item.nodeid] = {tuple(one) for one in entered}
        gc.collect()
        gc.freeze()  # a collection in a fork would copy all pages
        print(f"{len(items)} tests, {sum(self.seconds.values()):.0f} s", file=sys.stderr)
        for mutant in self.mutants:
            self.tell(mutant, self._tried(mutant, items))
        return True

    def _tried(self, mutant: Mutant, items: list[Any]) -> Outcome:
        where = mutant.place.file, mutant.function
        first = {name: number for number, name in enumerate(self.killers.get(where, ()))}
        chosen = [item for item in items if where in self.entered[item.nodeid]]
        chosen.sort(key=lambda i: (first.get(i.nodeid, len(first)), self.seconds[i.nodeid]))

        def run() -> list[Any]:
            patched(mutant)
            if mutant.place.file in SHARED:
                KNOWN.clear()
            return _first_failing(chosen)

        if not chosen and where not in self.imported:
            return Outcome(SURVIVED)
        answer = forked(run, PATIENCE) if chosen else None
        if answer is None:
            return Outcome(STUCK, "", len(chosen))  # JAX cannot compile in a fork of one that has
        if answer[0]:
            names = self.killers.setdefault(where, [])
            if answer[0] in names:
                names.remove(answer[0])
            names.insert(0, answer[0])
            return Outcome(KILLED, answer[0], answer[1])
        return Outcome(SURVIVED, "", len(chosen))


def _later(item: Any) -> bool:
    """Whether a test needs a framework that takes its time to start."""
    return any(word in item.nodeid for word in LATER)


def _skipped(item: Any) -> bool:
    return any(mark.name == "skip" for mark in item.iter_markers())


def _run(item: Any, following: Any) -> bool:
    """Whether a test fails."""
    from _pytest.runner import runtestprotocol

    reports = runtestprotocol(item, nextitem=following, log=False)
    return any(report.failed for report in reports)


def _first_failing(items: list[Any]) -> list[Any]:
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else None
        if _run(item, following):
            return [item.nodeid, number + 1]
    return ["", len(items)]


KNOWN: dict[Any, Any] = {}


def _remember() -> None:
    """Let the tests compute every value of the reference once, not once for each mutant."""
    from xlogits.reference import evaluate

    def remembered(loss: Any, operands: Any, *cotangent: Any) -> Any:
        arrays = [*operands.values(), *cotangent]
        key = (
            repr(loss),
            tuple(operands),
            *((x.dtype, x.shape, x.tobytes()) for x in map(np.asarray, arrays)),
        )
        if key not in KNOWN:
            KNOWN[key] = evaluate(loss, operands, *cotangent)
        return KNOWN[key]

    for name, module in list(sys.modules.items()):
        if name.startswith("tests.") and getattr(module, "evaluate", None) is evaluate:
            module.evaluate = remembered  # type: ignore[attr-defined]


def _watched(item: Any, number: int, items: list[Any]) -> list[Any]:
    """How long a test takes, which functions of the watched files it enters, and whether it fails."""
    seen: set[tuple[str, str]] = set()
    started = time.perf_counter()
    sys.settrace(_watching(seen))
    try:
        failed = _run(item, items[number + 1] if number + 1 < len(items) else None)
    finally:
        sys.settrace(None)
    return [time.perf_counter() - started, sorted(seen), failed]


def _watching(seen: set[tuple[str, str]]) -> Callable[[FrameType, str, Any], None]:
    """Notes the functions of the watched files that are entered; for `sys.settrace`."""

    # it asks for no lines, so hears of none
    def watch(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call":
            file = WATCHED.get(frame.f_code.co_filename)
            if file is not None:
                seen.add((file, frame.f_code.co_qualname.partition(".<locals>")[0]))

    return watch


def patched(mutant: Mutant) -> None:
    """Give the functions that are there the code of the mutant's."""
    path = str(ROOT / mutant.place.file)
    code = next(_named(compile(mutant.source, path, "exec"), mutant.function))
    found: Any = sys.modules[mutant.module]
    for name in mutant.function.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    functions = [found] if isinstance(found, FunctionType) else []
    if not functions:
        raise SystemExit(f"{mutant.function} of {path} is not there")
    for function in functions:
        function.__code__ = code


def _named(code: CodeType, name: str) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if const.co_qualname == name:
                yield const
            yield from _named(const, name)


class Changed(MetaPathFinder):
    """Imports one module from the source of a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.module, self.path = mutant.module, str(ROOT / mutant.place.file)
        self.code = compile(mutant.source, self.path, "exec")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        loader = SourceFileLoader(name, self.path)
        loader.get_code = lambda name: self.code  # type: ignore[method-assign]
        return spec_from_loader(name, loader)


def anew(mutant: Mutant, arguments: list[str]) -> Outcome:
    """A mutant tried by a fork that imports the package and collects the tests for it alone."""

    def run() -> list[Any]:
        for name in [name for name in sys.modules if name.startswith(("xlogits", "tests"))]:
            if not name.startswith("tests.mutation"):  # what is running
                del sys.modules[name]
        sys.meta_path.insert(0, Changed(mutant))
        try:  # before pytest, which imports its plugins, and all that is beside them, its own way
            import_module(mutant.module)
        except Exception as error:
            return [f"importing: {type(error).__name__}", 0]
        first = First()
        _pytest(arguments, first)
        return [first.failed or first.broken, first.ran]

    answer = forked(run, FOR_EVER)
    if answer is None:
        return Outcome(KILLED, "it did not end, or took the process with it")
    return Outcome(KILLED, answer[0], answer[1]) if answer[0] else Outcome(SURVIVED, "", answer[1])


class First:
    """A plugin of pytest that stops at the first test that fails."""

    failed, broken, ran = "", "", 0

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.broken = f"collecting {report.nodeid}"

    def pytest_runtestloop(self, session: Any) -> bool:
        if self.broken:
            return True
        items = [item for item in session.items if not _skipped(item) and not _later(item)]
        self.failed, self.ran = _first_failing(items)
        return True


def _pytest(arguments: Sequence[str], plugin: Any) -> None:
    import pytest

    with Path(os.devnull).open("w") as nowhere:
        kept, sys.stdout = sys.stdout, nowhere
        try:
            pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments], [plugin])
        except BaseException as error:  # a mutant may break pytest's own plugin
            plugin.broken = f"{type(error).__name__} while collecting"
        finally:
            sys.stdout = kept


def session(
    mutants: Sequence[Mutant], arguments: Sequence[str], tell: Callable[[Mutant, Outcome], None]
) -> None:
    """All mutants of functions, in forks of one process that has collected the tests."""
    _pytest(arguments, Session(mutants, tell))
