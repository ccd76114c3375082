"""What the errors may be at most."""

from collections import defaultdict
from collections.abc import Iterable

from xlogits.frameworks import FRAMEWORKS
from xlogits.parity.accuracy.measure import Errors, Row

# without gradients of its own, a backend has our formulas: the value, the gradient by the label's
# class, by the others
SINGLE_AND_DOUBLE = Errors(4, 4, 16)
HALF = Errors(0.501, 0.501, 0.502)  # computed in float32 and rounded once: half a unit, no more
# two orders of rounding of one formula differ by this much by chance
FACTOR, SLACK = 1.25, 0.5


def broken(rows: Iterable[Row]) -> list[str]:
    """A sentence for every error that is larger than it may be."""
    rows = list(rows)
    best: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in rows:
        if row.native is not None and FRAMEWORKS[row.backend].differentiable:
            for part, error in zip(Errors._fields, row.native, strict=True):
                if error is not None:
                    best[row.function, row.dtype, row.case, part].append(error)
    found = []
    for row in rows:
        for number, part in enumerate(Errors._fields):
            error = row.ours[number]
            if error is None:
                continue
            rivals = {"the native": row.native[number]} if row.native else {}
            if not FRAMEWORKS[row.backend].differentiable:
                most = (HALF if "16" in row.dtype else SINGLE_AND_DOUBLE)[number]
                if most is not None and not error <= most:
                    found.append(_sentence(row, part, f"at most {most}"))
                if "16" in row.dtype:
                    continue
                frameworks = best.get((row.function, row.dtype, row.case, part))
                rivals = {"the best framework": min(frameworks)} if frameworks else {}
            found += [
                _sentence(row, part, f"{who}'s {rival:.3g}")
                for who, rival in rivals.items()
                if rival is not None and not error <= FACTOR * rival + SLACK
            ]
    return found


def _sentence(row: Row, part: str, expected: str) -> str:
    kind = {"value": "value", "target": "gradient", "others": "gradient by the other classes"}[part]
    error = row.ours[Errors._fields.index(part)]
    return (
        f"{row.function}, {row.backend}, {row.dtype}, {row.case}: the {kind} is {error:.3g} ULP off; "
        f"expected {expected}"
    )
