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

    @property
    def of_precision(self) -> bool:
        """Whether it is about every input in float64: how precisely a function computes, no more."""
        in_float64 = "*dtype='float64'*"
        alone = self.variant == "*" and self.dtype == "float64"
        return self.case == "*" and (alone or self.variant == in_float64)
