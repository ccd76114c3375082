"""The report on a terminal. Looks better with rich."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from shutil import get_terminal_size
from typing import NamedTuple, TextIO

from xlogits.report.results import AGREE, DIFFERS, KNOWN, REFUSED, UNAVAILABLE, Cell, Results
from xlogits.report.summary import (
    alike,
    backends,
    ledger_rows,
    table,
    totals,
    translated,
    verdict,
    warned,
)
from xlogits.report.text import duration, number, plain, printable

LISTED = 20
COLOURS = {
    AGREE: "green",
    KNOWN: "yellow",
    DIFFERS: "bold red",
    REFUSED: "magenta",
    UNAVAILABLE: "bright_black",
}


class Line(NamedTuple):
    """A line of the report and what it is about; an outcome gives it that outcome's colour."""

    text: str = ""
    look: str = ""


def show(results: Results, *, width: int | None = None, stream: TextIO | None = None) -> None:
    """Print counts by function and backend, then what differs and why."""
    stream = sys.stdout if stream is None else stream
    if find_spec("rich") is not None:
        _show_rich(results, width, stream)
    else:
        _show_plain(results, width or get_terminal_size().columns, stream)


def _show_rich(results: Results, width: int | None, stream: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, width=width, highlight=False)
    columns = backends(results)
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("function", overflow="fold")
    for name in columns:
        grid.add_column(printable(name, stream), justify="right", no_wrap=True)
    for native, row in table(results).items():
        tallies = [(row[b].look, str(row[b])) if b in row else ("", "-") for b in columns]
        cells = (Text(text, COLOURS.get(look, "")) for look, text in tallies)
        grid.add_row(Text(printable(native, stream)), *cells)
    if columns:
        console.print(grid)
    for line in _lines(results):
        console.print(
            Text(printable(line.text, stream), COLOURS.get(line.look, "")), soft_wrap=True
        )


def _show_plain(results: Results, width: int, stream: TextIO) -> None:
    columns = backends(results)
    rows = [["function", *(printable(name, stream) for name in columns)]]
    for native, row in table(results).items():
        tallies = [str(row[b]) if b in row else "-" for b in columns]
        rows.append([printable(native, stream), *tallies])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = max(20, min(widths[0], width - sum(w + 2 for w in widths[1:])))
    for name, *rest in rows if columns else []:
        numbers = "".join(f"  {text:>{w}}" for text, w in zip(rest, widths[1:], strict=True))
        first = name if len(name) <= room else f"{name}\n{'':{room}}"
        print(f"{first:<{room}}{numbers}", file=stream)
    for line in _lines(results):
        print(printable(line.text, stream), file=stream)


def _lines(results: Results) -> Iterator[Line]:
    """Everything but the table."""
    yield Line()
    names = (f"{plain(name)} {plain(v)}" for name, v in sorted(results.versions.items()))
    yield Line(", ".join(names))
    for name, why in sorted(results.missing.items()):
        yield Line(f"not run: {plain(name)}: {plain(why)}", UNAVAILABLE)
    for row in ledger_rows(results):
        if row.cells:
            yield Line(f"known: {plain(row.name)}: {row.cells:,} cells", KNOWN)
    for entry in results.stale:
        yield Line(f"STALE in the ledger: {plain(entry)}", DIFFERS)
    for text, count in warned(results)[:LISTED]:
        yield Line(f"warned {count:,} times: {plain(text)}", UNAVAILABLE)
    if len(results.warned) > LISTED:
        yield Line(
            f"and of {len(results.warned) - LISTED} other things: see the report", UNAVAILABLE
        )
    yield from _differing(results)
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in totals(results) if count)
    if translated(results):
        yield Line(translated(results))
    part = "" if results.complete else " (a part of the matrix)"
    yield Line(f"{counts or 'no cells'} in {duration(results.seconds)}{part}")
    yield Line(verdict(results), DIFFERS if results.failed else AGREE)


def _differing(results: Results) -> Iterator[Line]:
    stories = alike(results, DIFFERS)
    for cell, count in stories[:LISTED]:
        yield Line(f"DIFFERS {_where(cell)}", DIFFERS)
        also = f" (and {count - 1:,} like it)" if count > 1 else ""
        errors = f"ours {number(cell.ours) or '-'} eps, native {number(cell.theirs) or '-'} eps"
        yield Line(f"        {plain(cell.why)}; {errors}{also}")
    if len(stories) > LISTED:
        yield Line(f"and {sum(count for _, count in stories[LISTED:]):,} more", DIFFERS)


def _where(cell: Cell) -> str:
    what = f"{cell.native}({cell.variant}), {cell.case}, {cell.quantity}"
    return plain(f"{what}, on {cell.backend} {cell.device} {cell.dtype} {cell.mode}")
