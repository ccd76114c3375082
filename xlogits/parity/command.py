"""The parity matrix as a command: `xlogits parity` and, with the digits, `python compare`."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xlogits.frameworks import BACKENDS, FRAMEWORKS
from xlogits.parity import excuses
from xlogits.parity.warned import counted
from xlogits.report.progress import Progress
from xlogits.report.results import Results, merge

DEVICES = tuple(dict.fromkeys(device for f in FRAMEWORKS.values() for device in f.devices))


class Drawn(NamedTuple):
    """What a report has besides the matrix: figures, what is to be said of them, what is wrong."""

    figures: Sequence[Any] = ()
    words: str = ""
    wrong: bool = False


Draw = Callable[[argparse.Namespace, Progress], Drawn]


def add_arguments(parser: argparse.ArgumentParser, output: str) -> None:
    """The options that choose a part of the matrix and where its report goes."""
    parser.add_argument("--only", type=_words, default=(), metavar="NAMES", help=_ONLY)
    parser.add_argument(
        "--backends", type=_backends, default=(), help=f"from {', '.join(BACKENDS)}"
    )
    parser.add_argument(
        "--device", type=_devices, default=(), help=f"from {', '.join(DEVICES)}; default: all found"
    )
    parser.add_argument("--quick", action="store_true", help="float32, one mode, no options")
    parser.add_argument("--exhaustive", action="store_true", help=_EXHAUSTIVE)
    parser.add_argument("--ulp", action="store_true", help=_ULP)
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help=_SHARD)
    parser.add_argument("--jobs", type=int, default=0, help=_JOBS)
    parser.add_argument("--output", type=Path, default=Path(output), help="folder of the report")


_ONLY = (
    "patterns of native functions, such as 'torch*' or 'binary_crossentropy', with commas between"
)
_EXHAUSTIVE = "every case in every mode and dtype, where the default covers every pair of them"
_ULP = (
    "instead of the matrix: errors in units in the last place, native beside ours, into accuracy.md; "
    "--only then takes words of our names, such as log_softmax; --quick: float32, fewer classes"
)
_JOBS = "processes to share the work; default: one for each processor, at most 4"
_SHARD = "the I-th of N parts of the functions; put together with `merge`"


def run(options: argparse.Namespace, draw: Draw = lambda options, progress: Drawn()) -> int:
    """Run the selected part of the matrix, write the report, and say whether it failed.

    `draw` is run before it, for what else belongs into the report.
    """
    if options.ulp:
        from xlogits.parity.accuracy.command import run as measure_ulp

        return measure_ulp(options)
    from xlogits.parity.plan import Selection

    selection = Selection(
        only=options.only,
        backends=options.backends,
        devices=options.device,
        quick=options.quick,
        exhaustive=options.exhaustive,
        shard=options.shard,
    )
    with Progress() as progress, counted() as warned:
        drawn = draw(options, progress)
        results = measure(selection, options.jobs, progress)
    results.warned = dict(warned + Counter(results.warned))
    if not results.cells:
        print(f"xlogits: no native function is called {', '.join(options.only)}", file=sys.stderr)
        return 2
    if drawn.words:
        print(drawn.words)
    return max(report(results, options.output, drawn.figures), int(drawn.wrong))


def measure(selection: Any, jobs: int, progress: Progress) -> Results:
    """The matrix, in this process or shared among several."""
    from xlogits.parity import sharing
    from xlogits.parity.matrix import Matrix

    jobs = jobs or min(4, os.cpu_count() or 1)
    if jobs == 1 or selection.quick or selection.only or selection.shard != (1, 1):
        return Matrix(selection, progress=progress).run()
    return sharing.among(jobs, selection, progress)


def merge_files(paths: Sequence[Path], output: Path) -> int:
    """Put the results of shards together; the ledger is judged over all of them."""
    results = merge([Results.load(path) for path in paths])
    results.stale = excuses.stale(results.cells)
    return report(results, output)


def report(results: Results, output: Path, figures: Sequence[Any] = ()) -> int:
    """Write report.json, .md, .xml and .html, show the summary; 1 if a cell differs, else 0."""
    from xlogits.report import junit, markdown, terminal

    output.mkdir(parents=True, exist_ok=True)
    results.save(output / "report.json")
    (output / "report.md").write_text(markdown.render(results), encoding="utf-8")
    (output / "report.xml").write_text(junit.render(results), encoding="utf-8")
    terminal.show(results)
    try:
        from xlogits.report import html

        page = html.render(results, figures=figures)
    except ImportError as error:
        print(f"report.html was not written: {error}", file=sys.stderr)
    else:
        (output / "report.html").write_text(page, encoding="utf-8")
        print(f"Report: {output / 'report.html'}")
    return 1 if results.failed else 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _backends(text: str) -> tuple[str, ...]:
    return _known(text, BACKENDS, "backend")


def _devices(text: str) -> tuple[str, ...]:
    return _known(text, DEVICES, "device")


def _known(text: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    words = _words(text)
    for word in words or ("",):
        if word not in known:
            raise argparse.ArgumentTypeError(
                f"no {what} is called {word!r}; expected {', '.join(known)}"
            )
    return words


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard; expected for example 1/4")
    return int(part), int(parts)
