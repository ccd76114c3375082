"""The ledger held against the cells of the matrix: which row excuses which, and which none needs."""

from collections.abc import Iterable

from xlogits import ledger
from xlogits.ledger import Divergence, matches
from xlogits.report.results import AGREE, DIFFERS, KNOWN, Cell


def find(cell: Cell) -> Divergence | None:
    return next((row for row in ledger.ROWS if covers(row, cell)), None)


def covers(row: Divergence, cell: Cell) -> bool:
    patterns = (row.case, row.variant, row.quantity, row.dtype, row.mode, row.backend)
    values = (cell.case, cell.variant, cell.quantity, cell.dtype, cell.mode, cell.backend)
    return cell.native in row.natives and all(map(matches, values, patterns))


def stale(cells: Iterable[Cell]) -> list[str]:
    """Rows, or functions in them, that no cell needs any more; what did not run is not judged."""
    cells = list(cells)
    ran = {cell.native for cell in cells if cell.outcome in (AGREE, KNOWN, DIFFERS)}
    needed = {(cell.why.partition(":")[0], cell.native) for cell in cells if cell.outcome == KNOWN}
    return [
        f"{row.name}: {native}"
        for row in ledger.ROWS
        for native in row.natives
        if native in ran and (row.name, native) not in needed
    ]
