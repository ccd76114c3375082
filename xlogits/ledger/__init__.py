"""Where a framework is known to differ from the definition: one row for each divergence."""

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


def speaks_of(native: str, variant: str, case: str, dtype: str, mode: str = "") -> bool:
    """Whether a row is about just this, so that it has to be tried: else nobody knows if it holds.

    Without a dtype of its own a row is tried in float32. With a `mode`: whether a row is about that.
    """
    return any(
        row.case + row.variant != "**"
        and (not mode or row.mode == mode)
        and all(map(matches, (variant, case), (row.variant, row.case)))
        and matches(dtype, row.dtype if row.dtype != "*" else "float32")
        for row in _BY_NATIVE.get(native, ())
    )


def rows_of(native: str) -> list[Divergence]:
    """The rows that name this function, whatever the mode, dtype or option they are about."""
    return [row for row in ROWS if native in row.natives and row.case != "*"]


def matches(value: str, patterns: str) -> bool:
    """Whether a word fits one of the patterns of a row, which stand with "|" between them."""
    return any(fnmatchcase(value, pattern) for pattern in patterns.split("|"))


__all__ = ["ROWS", "Divergence", "matches", "rows_of", "speaks_of"]
