"""The table as Markdown: one part for each function, native beside ours."""

import math
from collections.abc import Iterable, Sequence

from xlogits.frameworks import BACKENDS, FRAMEWORKS, version
from xlogits.parity.accuracy.measure import Errors, Row
from xlogits.precision import FORMATS

WHAT = {"value": "value", "target": "gradient", "others": "gradient, other classes"}
TITLES = {name: FRAMEWORKS[name].title for name in BACKENDS}


def render(rows: Iterable[Row], broken: Sequence[str]) -> str:
    rows = list(rows)
    functions = list(dict.fromkeys(row.function for row in rows))
    lines = [*_ABOUT, f"Measured on the CPU with {_versions(rows)}.", ""]
    errors = "error" if len(broken) == 1 else "errors"
    lines += [f"**{len(broken)} {errors} larger than allowed:**", ""] if broken else []
    lines += [*(f"- {sentence}" for sentence in broken), ""] if broken else []
    for function in functions:
        lines += _function(function, [row for row in rows if row.function == function])
    return "\n".join(lines)


_ABOUT = (
    "# Accuracy",
    "",
    "Largest error in ULP (units in the last place of the true number), **native → ours**, against",
    "50-digit arithmetic. 0.5 is the best that rounding allows; 1.7e+07 in float32 means that no digit",
    "is right; *inf* stands for a NaN or an infinity where the true number is finite. The gradient is",
    "that by the label's class (of a log-probability or probability: by its own class), then that by",
    "the others. Where a soft label q makes it a difference p - q, the unit is that of the larger",
    "of the two. *Confident* predictions have a loss of 1e-13 to 1e-5. The native functions of half",
    "precision on NumPy are SciPy's, and some of them return float32. Made by `python compare --ulp`.",
    "",
)


def _versions(rows: Sequence[Row]) -> str:
    backends = dict.fromkeys(row.backend for row in rows)
    return ", ".join(f"{TITLES[name]} {version(name)}" for name in backends)


def _function(function: str, rows: Sequence[Row]) -> list[str]:
    cases = list(dict.fromkeys(row.case for row in rows))
    order = {name: number for number, name in enumerate((*TITLES, *FORMATS))}
    lines = [f"## {function}", "", f"| | dtype | | {' | '.join(cases)} |"]
    lines.append(f"|---|---|---|{'---:|' * len(cases)}")
    groups = sorted({(row.backend, row.dtype) for row in rows}, key=lambda g: [order[n] for n in g])
    for backend, dtype in groups:
        found = {row.case: row for row in rows if (row.backend, row.dtype) == (backend, dtype)}
        for number, part in enumerate(Errors._fields):
            cells = [_cell(found.get(case), number) for case in cases]
            if any(cells):
                start = f"{TITLES[backend]} | {dtype}" if number == 0 else " |"
                lines.append(f"| {start} | {WHAT[part]} | {' | '.join(cells)} |")
    names = [
        f"{TITLES[row.backend]} `{row.name}`"
        for row in {row.backend: row for row in rows if row.name}.values()
    ]
    return [*lines, "", f"Natives: {', '.join(names)}.", ""]


def _cell(row: Row | None, number: int) -> str:
    if row is None or row.ours[number] is None:
        return ""
    native = row.native[number] if row.native else None
    return f"{'' if native is None else _text(native) + ' → '}{_text(row.ours[number])}"


def _text(error: float | None) -> str:
    if error is None or math.isinf(error):
        return "inf"
    return f"{error:.2g}" if error >= 1000 else f"{error:.0f}" if error >= 100 else f"{error:.1f}"
