"""One accepted divergence."""

from typing import NamedTuple


class Divergence(NamedTuple):
    """A divergence that is accepted, where it occurs, why, and how we know.

    Where it occurs is said with patterns, several of them with "|" between. `unless` says in words
    where it does not occur, for verdicts: "rows sum to 1".
    """

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
    unless: str = ""
