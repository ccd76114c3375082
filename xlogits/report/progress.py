"""How far a run is, and about how long the rest of it takes: once for all of its parts together.

On a terminal this is one line that changes (with rich); elsewhere, as in the log of a build, a line
for every tenth of the run, of plain characters.
"""

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Protocol, TextIO

from xlogits.report.text import duration, printable

ENOUGH = 0.02  # the share of a run from which on its first part says something about the rest
ROOM = 60  # columns of a terminal that has room for a bar
PAUSE = 5.0  # seconds between two lines of a log, at least


class Said(Protocol):
    """What is told of a run: what comes next, and how much of its work is done."""

    def __call__(self, what: str, done: float, total: float) -> None: ...


class Progress:
    """Says how far a run is, all of its parts together.

    with Progress() as progress:
        progress("torch cpu float32 eager", 30, 120)  # a quarter is done

    `done` and `total` are amounts of work, in any unit; a `total` of 0 says that it is not known yet.
    Of a run in several `parts` each says its own, with its number: those that have not said anything
    are taken for as long as the others.
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.clock = clock
        self.parts = 1
        self.fraction = 0.0
        self._work: dict[int, tuple[float, float]] = {}
        self._began = self._since = clock()
        self._line: _Line | _Log = _Log(self.stream)

    def __enter__(self) -> "Progress":
        self._began = self._since = self.clock()
        if _changes(self.stream):
            self._line = _Line(self.stream)
        return self

    def __call__(self, what: str, done: float, total: float, part: int = 1) -> None:
        now = self.clock()
        if total:
            if not self._work:
                self._since = now  # loading frameworks says nothing about what follows
            self._work[part] = done, total
            self.fraction = max(self.fraction, self._share())
        self._line.show(printable(what, self.stream), self.fraction, now - self._began, self.left)

    def _share(self) -> float:
        done = sum(done for done, _ in self._work.values())
        total = sum(total for _, total in self._work.values())
        return done / (total / len(self._work) * max(self.parts, len(self._work)))

    @property
    def left(self) -> float | None:
        """Seconds until all of it is done; None where too little is done to say."""
        if self.fraction < ENOUGH:
            return None
        return (self.clock() - self._since) * (1 - self.fraction) / self.fraction

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.end(self.clock() - self._began, done=kind is None and bool(self._work))


def about(seconds: float | None) -> str:
    """An estimate in words, no more exact than it is.

    >>> [about(s) for s in (None, 0, 42, 400, 7000)]
    ['', '', 'under a minute left', 'about 7 min left', 'about 1 h 57 min left']
    """
    if not seconds:
        return ""
    if seconds < 60:
        return "under a minute left"
    return f"about {duration(60 * -(-seconds // 60)).removesuffix(' 0 s')} left"


class _Log:
    """A line at the start, for every tenth, and at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.tenth = -1
        self.at = 0.0

    def show(self, what: str, fraction: float, seconds: float, left: float | None) -> None:
        tenth = int(10 * fraction + 1e-9)
        if self.tenth < 0:
            self._say(seconds, what)
        elif not self.tenth < tenth < 10 or seconds - self.at < PAUSE:
            return
        else:
            self._say(seconds, ", ".join(filter(None, (f"{10 * tenth} %", about(left)))))
        self.tenth, self.at = tenth, seconds

    def end(self, seconds: float, done: bool) -> None:
        if done:
            self._say(seconds, "100 %")

    def _say(self, seconds: float, text: str) -> None:
        print(f"[{duration(seconds)}] {text}", file=self.stream, flush=True)


class _Line:
    """One line of a terminal: a bar, the share, what is left, and what is being done."""

    def __init__(self, stream: TextIO) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.table import Column

        console = _console(stream)
        rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)  # what the others leave over
        self.bar = Progress(
            *([BarColumn(bar_width=20)] if console.width >= ROOM else []),
            TextColumn("{task.percentage:3.0f} %", table_column=Column(no_wrap=True)),
            TimeElapsedColumn(Column(no_wrap=True)),
            TextColumn("{task.fields[left]}", table_column=Column(no_wrap=True)),
            TextColumn("{task.description}", markup=False, table_column=rest),
            console=console,
            transient=True,
            expand=True,
        )
        self.task = self.bar.add_task("", total=1.0, left="")
        self.bar.start()

    def show(self, what: str, fraction: float, seconds: float, left: float | None) -> None:
        self.bar.update(self.task, description=what, completed=fraction, left=about(left))

    def end(self, seconds: float, done: bool) -> None:
        self.bar.stop()


def _changes(stream: TextIO) -> bool:
    """Whether a line that was written can be written over."""
    if not stream.isatty() or find_spec("rich") is None:
        return False
    return bool(_console(stream).is_interactive)


def _console(stream: TextIO) -> Any:
    from rich.console import Console

    return Console(file=stream)
