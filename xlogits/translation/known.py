"""What the ledger knows of a native function."""

from xlogits.ledger import ROWS, Divergence


def rows_of(name: str) -> list[Divergence]:
    """The rows that name this function, whatever the mode, dtype or option they are about."""
    return [row for row in ROWS if name in row.natives and row.case != "*"]
