"""What was compared, kept for the report of a test run where somebody asked for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from xlogits.testing.arrays import Gap


class Side(NamedTuple):
    """What a comparison says of one of its arrays."""

    framework: str
    dtype: str
    shape: tuple[int, ...]


class Comparison(NamedTuple):
    """Two arrays held against each other: how far they are apart, and what is wrong with that."""

    name: str
    sides: tuple[Side, ...] = ()
    gap: "Gap | None" = None  # none where shapes, kinds of dtype or places of NaN differ
    allowed: str = ""
    message: str = ""  # empty where both are the same
    assertion: str = "assert_parity"

    @property
    def error(self) -> float:
        """The largest error in parts of what is allowed, for finding the worst of several."""
        if self.gap is None:
            return float("inf") if self.message else 0.0
        return self.gap.error

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it; an error that is no finite number is None."""
        gap = self.gap
        return {
            "assertion": self.assertion,
            "name": self.name,
            "same": not self.message,
            "frameworks": [side.framework for side in self.sides],
            "dtypes": [side.dtype for side in self.sides],
            "shapes": [list(side.shape) for side in self.sides],
            "error": _finite(gap and gap.error),
            "absolute": _finite(gap and gap.absolute),
            "relative": _finite(gap and gap.relative),
            "ulp": _finite(gap and gap.ulp),
            "position": list(gap.position) if gap else None,
            "wrong": gap.wrong if gap else None,
            "numbers": gap.size if gap else None,
            "allowed": self.allowed,
            "message": self.message,
        }


def _finite(x: float | None) -> float | None:
    return x if x is not None and isfinite(x) else None


_listeners: list[list[Comparison]] = []  # a test run inside a test run has its own


@contextmanager
def listening() -> Iterator[list[Comparison]]:
    """Comparisons made meanwhile, in any thread, are put into the list."""
    kept: list[Comparison] = []
    _listeners.append(kept)
    try:
        yield kept
    finally:
        _listeners.pop()


def remember(made: Comparison) -> None:
    """Keep a comparison, if somebody listens."""
    if _listeners:
        _listeners[-1].append(made)


def remember_failure(error: Exception, name: str, assertion: str = "assert_parity") -> None:
    """Keep that a comparison could not be made at all."""
    text = f"not compared: {type(error).__name__}: {error}"
    remember(Comparison(name, message=text, assertion=assertion))
