"""The map at the head of the page: a column for each function, a row for each backend.

A column is filled with the shares of its outcomes. Each outcome of the whole map is one path, so that
two hundred functions on four backends take some ten kilobytes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from xlogits.report.results import AGREE, DIFFERS, KNOWN, OUTCOMES, REFUSED, UNAVAILABLE
from xlogits.report.summary import FAMILIES, Tally, family_of

COLUMN, GAP = 4, 10  # widths of a function, and of the space between two families
ROW, SPACE = 22, 4  # heights of a backend, and of the space between two
LETTER = 7  # at most, the width of one in the words below the map
STACK = (AGREE, KNOWN, REFUSED, UNAVAILABLE, DIFFERS)  # from the bottom to the top


class Label(NamedTuple):
    """A word beside the map: where it stands and what it says."""

    x: float
    y: float
    text: str


class Map(NamedTuple):
    """What the template draws."""

    width: int
    height: int
    paths: dict[str, str]  # outcome -> the data of its path
    columns: tuple[int, ...]  # where each function begins
    rows: tuple[Label, ...]
    families: tuple[Label, ...]
    row: int = ROW + SPACE


def drawn_map(table: dict[str, dict[str, Tally]], backends: Sequence[str]) -> Map:
    """The map of a table of tallies."""
    columns: list[int] = []
    families: list[Label] = []
    x, last = 0, ""
    for native in table:
        kind = family_of(native)
        if not families or kind != last:
            x = _after(families, x) if families else 0
            families.append(Label(x, 0, FAMILIES[kind].partition(",")[0].partition(" and ")[0]))
            last = kind
        columns.append(x)
        x += COLUMN
    paths = dict.fromkeys(OUTCOMES, "")
    for left, tallies in zip(columns, table.values(), strict=True):
        for number, backend in enumerate(backends):
            if backend in tallies:
                _stacked(paths, tallies[backend], left, number * (ROW + SPACE))
    height = len(backends) * (ROW + SPACE)
    rows = [Label(0, number * (ROW + SPACE), name) for number, name in enumerate(backends)]
    x = _after(families, x) if families else 1
    return Map(x, max(height, 1), paths, tuple(columns), tuple(rows), tuple(families))


def _after(families: Sequence[Label], x: int) -> int:
    """Where the next family begins: behind the columns of the last one, and behind its word."""
    return max(x + GAP, int(families[-1].x) + LETTER * len(families[-1].text))


def _stacked(paths: dict[str, str], tally: Tally, left: int, top: int) -> None:
    """A column of shares; what differs takes a fifth of it at least, so that it is seen."""
    total = sum(tally.counts.values())
    shares = {outcome: tally.counts[outcome] / total for outcome in STACK}
    if shares[DIFFERS]:
        shares[DIFFERS] = max(shares[DIFFERS], 0.2)
    whole, bottom = sum(shares.values()), float(top + ROW)
    for outcome in STACK:
        high = round(ROW * shares[outcome] / whole, 1)
        if high:
            bottom -= high
            paths[outcome] += f"M{left} {bottom:g}h{COLUMN - 1}v{high:g}h-{COLUMN - 1}z"
