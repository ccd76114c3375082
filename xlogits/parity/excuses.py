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
    """Rows, or functions in them, that no cell needs any more; what did not run is not judged.

    Some rows are about calls and inputs that only a rewrite is tried on.
    """
    cells = [cell for cell in cells if cell.outcome in (AGREE, KNOWN, DIFFERS)]
    ran = {(cell.native, cell.variant, cell.case) for cell in cells}
    needed = {(cell.why.partition(":")[0], cell.native) for cell in cells if cell.outcome == KNOWN}
    return [
        f"{row.name}: {native}"
        for row in ledger.ROWS
        for native in row.natives
        if (row.name, native) not in needed and any(_about(row, native, *one) for one in ran)
    ]


def _about(row: Divergence, native: str, ran: str, variant: str, case: str) -> bool:
    return native == ran and matches(variant, row.variant) and matches(case, row.case)
