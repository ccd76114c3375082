"""Where a framework is known to differ from the definition: one row for each divergence."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from xlogits.ledger import (
    activation,
    entropy,
    keras,
    margin,
    overlap,
    regression,
    sequence,
    similarity,
)
from xlogits.ledger import divergence as relatives
from xlogits.ledger.row import Divergence
from xlogits.report.results import AGREE, DIFFERS, KNOWN, Cell

ROWS: tuple[Divergence, ...] = (
    *keras.ROWS,
    *entropy.ROWS,
    *margin.ROWS,
    *relatives.ROWS,
    *activation.ROWS,
    *overlap.ROWS,
    *sequence.ROWS,
    *similarity.ROWS,
    *regression.ROWS,
)
_BY_NATIVE: dict[str, list[Divergence]] = {}
for _row in ROWS:
    for _native in _row.natives:
        _BY_NATIVE.setdefault(_native, []).append(_row)


def find(cell: Cell) -> Divergence | None:
    return next((row for row in ROWS if covers(row, cell)), None)


def covers(row: Divergence, cell: Cell) -> bool:
    patterns = (row.case, row.variant, row.quantity, row.dtype, row.mode, row.backend)
    values = (cell.case, cell.variant, cell.quantity, cell.dtype, cell.mode, cell.backend)
    return cell.native in row.natives and all(map(_matches, values, patterns))


def speaks_of(native: str, variant: str, case: str, dtype: str, mode: str = "") -> bool:
    """Whether a row is about just this, so that it has to be tried: else nobody knows if it holds.

    Without a dtype of its own a row is tried in float32. With a `mode`: whether a row is about that.
    """
    return any(
        row.case + row.variant != "**"
        and (not mode or row.mode == mode)
        and all(map(_matches, (variant, case), (row.variant, row.case)))
        and _matches(dtype, row.dtype if row.dtype != "*" else "float32")
        for row in _BY_NATIVE.get(native, ())
    )


def _matches(value: str, patterns: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns.split("|"))


def stale(cells: Iterable[Cell]) -> list[str]:
    """Rows, or functions in them, that no cell needs any more; what did not run is not judged."""
    cells = list(cells)
    ran = {cell.native for cell in cells if cell.outcome in (AGREE, KNOWN, DIFFERS)}
    needed = {(cell.why.partition(":")[0], cell.native) for cell in cells if cell.outcome == KNOWN}
    return [
        f"{row.name}: {native}"
        for row in ROWS
        for native in row.natives
        if native in ran and (row.name, native) not in needed
    ]


__all__ = ["ROWS", "Divergence", "find", "speaks_of", "stale"]
