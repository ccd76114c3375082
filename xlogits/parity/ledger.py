"""Where a framework is known to differ from the definition: one row for each divergence."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from xlogits.parity.results import KNOWN, Cell


class Divergence(NamedTuple):
    """A divergence that is accepted, where it occurs (patterns), why, and how we know."""

    name: str
    natives: tuple[str, ...]
    reason: str
    source: str
    case: str = "*"
    variant: str = "*"
    quantity: str = "*"
    dtype: str = "*"
    mode: str = "*"
    backend: str = "*"


ROWS: tuple[Divergence, ...] = ()


def find(cell: Cell) -> Divergence | None:
    return next((row for row in ROWS if covers(row, cell)), None)


def covers(row: Divergence, cell: Cell) -> bool:
    patterns = (row.case, row.variant, row.quantity, row.dtype, row.mode, row.backend)
    values = (cell.case, cell.variant, cell.quantity, cell.dtype, cell.mode, cell.backend)
    return cell.native in row.natives and all(map(fnmatchcase, values, patterns))


def stale(cells: Iterable[Cell]) -> list[str]:
    """Rows, or functions in them, that no cell needs any more."""
    needed = {(cell.why.partition(":")[0], cell.native) for cell in cells if cell.outcome == KNOWN}
    return [
        f"{row.name}: {native}"
        for row in ROWS
        for native in row.natives
        if (row.name, native) not in needed
    ]
