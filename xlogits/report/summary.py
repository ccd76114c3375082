"""What all four shapes of the report say: counts by function and backend, and the ledger."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from xlogits import ledger
from xlogits.catalogue import NATIVES
from xlogits.catalogue.families import family
from xlogits.report.results import (
    AGREE,
    DIFFERS,
    KNOWN,
    OUTCOMES,
    REFUSED,
    TRANSLATED,
    TRANSLATION_LIMIT,
    UNAVAILABLE,
    Cell,
    Results,
)
from xlogits.report.text import unnumbered

SERIOUS = (DIFFERS, KNOWN, REFUSED, AGREE, UNAVAILABLE)  # a tally looks like the first it holds
GONE = "no row of this name is in the ledger of the xlogits that wrote this report"

MEANING = {
    AGREE: "Both are within the limit of the reference, or both refuse the call.",
    KNOWN: "They differ, and the ledger below says why that is accepted.",
    DIFFERS: "One is further from the reference than the limit, and nothing explains it.",
    REFUSED: "xlogits raises an error that names what it cannot express.",
    UNAVAILABLE: "Nothing to compare: not installed, no such dtype, no gradient, an error.",
}


# the families in the order in which people look for them, and what their part of the table is called
FAMILIES = {
    "entropy": "Cross-entropy",
    "activation": "Softmax, sigmoid and other functions of one array",
    "divergence": "Divergences and the relatives of cross-entropy",
    "regression": "Measured values",
    "margin": "Hinge and margin",
    "similarity": "Similarity and distance",
    "overlap": "Overlap",
    "sequence": "Sequences",
    "": "Functions without a record",
}
_ORDER = {native: number for number, native in enumerate(NATIVES)}


@dataclass
class Tally:
    """Cells counted by outcome, and the largest of our errors among them."""

    counts: Counter[str] = field(default_factory=Counter)
    worst: float | None = None

    def add(self, cell: Cell) -> None:
        self.counts[cell.outcome] += 1
        if cell.ours is not None:
            self.worst = max(cell.ours, self.worst or 0.0)

    @property
    def look(self) -> str:
        """The outcome that a reader should know of first."""
        return next((outcome for outcome in SERIOUS if self.counts[outcome]), UNAVAILABLE)

    def __str__(self) -> str:
        counts = self.counts
        if counts[DIFFERS]:
            return f"{counts[DIFFERS]} DIFFER"
        parts = [str(counts[AGREE])] if counts[AGREE] else []
        parts += [f"+{counts[KNOWN]} known"] if counts[KNOWN] else []
        parts += [f"+{counts[REFUSED]} refused"] if counts[REFUSED] else []
        parts += [f"+{counts[UNAVAILABLE]} n/a"] if counts[UNAVAILABLE] else []
        return " ".join(parts).removeprefix("+") or "-"


class Covered(NamedTuple):
    """A row of the ledger, and how many cells it explains."""

    name: str
    natives: tuple[str, ...]
    reason: str
    source: str
    cells: int
    stale: tuple[str, ...]  # the functions in it that no longer differ

    @property
    def link(self) -> str:
        """The address that the source begins with, if it is one that is safe to follow."""
        address = self.source.partition(" ")[0]
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        safe = parts.scheme in ("http", "https") and parts.netloc and address.isascii()
        return address if safe and address.isprintable() else ""

    @property
    def remark(self) -> str:
        """What the source says apart from the address."""
        return self.source.removeprefix(self.link).strip()


def table(results: Results) -> dict[str, dict[str, Tally]]:
    """Tallies by native function, then backend; the functions of a family stand together."""
    found: dict[str, dict[str, Tally]] = {}
    for cell in results.cells:
        found.setdefault(cell.native, {}).setdefault(cell.backend, Tally()).add(cell)
    return {native: found[native] for native in sorted(found, key=_sought)}


def family_of(native: str) -> str:
    """The family of a function, as `FAMILIES` has it."""
    record = NATIVES.get(native)
    kind = family(record.loss) if record else ""
    return kind if kind in FAMILIES else ""


def _sought(native: str) -> tuple[int, int, str]:
    """Families in their order, their functions in the order of the catalogue."""
    place = list(FAMILIES).index(family_of(native))
    return place, _ORDER.get(native, len(_ORDER)), native


def backends(results: Results) -> list[str]:
    """The backends in the order they ran in."""
    return list(dict.fromkeys(cell.backend for cell in results.cells))


def ledger_rows(results: Results) -> list[Covered]:
    """Every row of the ledger, and every row that a cell names, with the cells it covers."""
    cells = [(c.why.partition(":")[0], c.native) for c in results.cells if c.outcome == KNOWN]
    counted = Counter(name for name, _ in cells)
    stale: dict[str, list[str]] = {}
    for entry in results.stale:
        name, _, native = entry.partition(": ")
        stale.setdefault(name, []).append(native)
    rows = [
        Covered(
            r.name, r.natives, r.reason, r.source, counted[r.name], tuple(stale.pop(r.name, ()))
        )
        for r in ledger.ROWS
    ]
    listed = {row.name for row in rows}
    for name in sorted({*counted, *stale} - listed):
        natives = sorted({native for row, native in cells if row == name})
        rows.append(
            Covered(name, tuple(natives), GONE, "", counted[name], tuple(stale.get(name, ())))
        )
    return rows


def reason(cell: Cell) -> str:
    """What a cell has in common with others: the row of the ledger, or its message but for numbers.

    >>> reason(Cell(*"abcdefgh", KNOWN, why="a row: the native function is 20 eps off"))
    'a row'
    """
    return cell.why.partition(":")[0] if cell.outcome == KNOWN else unnumbered(cell.why)


def alike(results: Results, outcome: str) -> list[tuple[Cell, int]]:
    """The cells of an outcome, those that tell the same story as one: the first, and how many."""
    found: dict[tuple[str, ...], list[Cell]] = {}
    for cell in results.cells:
        if cell.outcome == outcome:
            story = cell.native, cell.case, cell.quantity, reason(cell)
            found.setdefault(story, []).append(cell)
    return [(cells[0], len(cells)) for cells in found.values()]


def not_run(results: Results) -> list[tuple[str, int]]:
    """Why cells are unavailable, and how many each, the most frequent first."""
    why = Counter(reason(c) for c in results.cells if c.outcome == UNAVAILABLE)
    return sorted(why.items(), key=lambda item: (-item[1], item[0]))


def never_ran(results: Results) -> list[str]:
    """What a reader may take for granted, and what no comparison of this run was made on."""
    ran = {cell.device for cell in results.cells if cell.outcome != UNAVAILABLE}
    return [] if "cuda" in ran or not ran else ["CUDA: never run"]


def translated(results: Results) -> str:
    """How many translations were executed, and how far off they were; '' where none was."""
    cells = [c for c in results.cells if c.mode.startswith(TRANSLATED)]
    ran = [c for c in cells if c.outcome in (AGREE, KNOWN, DIFFERS)]
    if not ran:
        return ""
    calls = {(c.native, c.variant, c.mode) for c in ran}
    worst = max((c.theirs or 0.0 for c in ran if c.outcome == AGREE), default=0.0)
    right = sum(c.outcome == AGREE for c in ran)
    return (
        f"{len(calls):,} translations executed in float64, {len(ran):,} values and gradients: "
        f"{right:,} within {TRANSLATION_LIMIT:g} eps (the worst {worst:.2g})"
    )


def verdict(results: Results) -> str:
    """The result in one sentence."""
    count, total = results.count(), f"{len(results.cells):,}"
    if not results.cells:
        return "Nothing was compared"
    if count[DIFFERS]:
        return f"{count[DIFFERS]:,} of {total} comparisons differ"
    if results.stale:
        return f"Stale in the ledger of known divergences: {len(results.stale)}"
    if count[UNAVAILABLE] == len(results.cells):
        return f"None of {total} comparisons could be run"
    explained = " or is explained" if count[KNOWN] or count[REFUSED] else ""
    return f"Everything that was compared agrees{explained}"


def totals(results: Results) -> list[tuple[str, int]]:
    """Every outcome with its number of cells, also those with none."""
    count = results.count()
    return [(outcome, count[outcome]) for outcome in OUTCOMES]


def warned(results: Results) -> list[tuple[str, int]]:
    """What the frameworks warned of, the most frequent first, and how often."""
    return sorted(results.warned.items(), key=lambda item: (-item[1], item[0]))
