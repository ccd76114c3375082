"""What the matrix found: one cell per comparison, and what can be said of all of them together."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from xlogits.errors import OptionError

AGREE, KNOWN, DIFFERS, REFUSED, UNAVAILABLE = (
    "agree",
    "known divergence",
    "differs",
    "refused",
    "unavailable",
)
OUTCOMES = (AGREE, KNOWN, DIFFERS, REFUSED, UNAVAILABLE)

# The error that still counts as agreement, in units of eps times the scale of the reference. A sum
# of C terms rounds about log2(C) times, forwards and again backwards; no cell needs more than this.
LIMIT = 8.0

# Translations are executed in float64; their cells have this word and the target as their mode.
TRANSLATED, TRANSLATION_LIMIT = "translated to", 16.0


class Cell(NamedTuple):
    """One native function against our loss on one backend, both held against the reference.

    Errors are in units of eps of the result dtype; None where there is no number to compare.
    """

    native: str
    variant: str
    case: str
    backend: str
    device: str
    dtype: str
    mode: str
    quantity: str  # "value", "d/dlogits" or "d/dlabels"
    outcome: str
    ours: float | None = None
    theirs: float | None = None
    why: str = ""


@dataclass
class Results:
    """All cells of a run, with what is needed to read them later."""

    limit: float = field(default=LIMIT, kw_only=True)

    cells: list[Cell] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)  # what was not run, and why
    stale: list[str] = field(default_factory=list)  # ledger rows that no longer differ
    warned: dict[str, int] = field(default_factory=dict)  # what the frameworks warned of, how often
    seconds: float = 0.0
    complete: bool = True  # the whole matrix, not a selection or a shard

    def count(self) -> Counter[str]:
        return Counter(cell.outcome for cell in self.cells)

    @property
    def failed(self) -> bool:
        return bool(self.stale) or any(cell.outcome == DIFFERS for cell in self.cells)

    def save(self, path: Path) -> None:
        content = asdict(self) | {"fields": Cell._fields, "cells": [list(c) for c in self.cells]}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, allow_nan=True) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Results":
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("fields", None) != list(Cell._fields):
            raise OptionError(f"{path} holds no results of this version; run the matrix again")
        cells = [Cell(*row) for row in content.pop("cells")]
        strange = {cell.outcome for cell in cells} - set(OUTCOMES)
        if strange:
            raise OptionError(f"{path} holds unknown outcomes: {', '.join(sorted(strange))}")
        return cls(cells=cells, **content)


def merge(parts: Sequence[Results]) -> Results:
    """The shards of one matrix put together; what makes it whole is for the caller to judge."""
    merged = Results(complete=False)
    for part in parts:
        merged.cells += part.cells
        merged.versions |= part.versions
        merged.missing |= part.missing
        merged.warned = dict(Counter(merged.warned) + Counter(part.warned))
        merged.seconds += part.seconds
    return merged


def by_native(cells: Iterable[Cell]) -> dict[str, dict[str, Counter[str]]]:
    """Outcomes counted by native function and backend."""
    table: dict[str, dict[str, Counter[str]]] = {}
    for cell in cells:
        table.setdefault(cell.native, {}).setdefault(cell.backend, Counter())[cell.outcome] += 1
    return table


def worst(cells: Iterable[Cell]) -> float | None:
    """The largest of our errors, in units of eps."""
    return max((c.ours for c in cells if c.ours is not None), default=None)
