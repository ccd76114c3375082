"""The table as Markdown and as JSON."""

import json
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare.hostile.arrays import FRAMEWORKS, NAMES
from compare.hostile.case import Case
from compare.hostile.natives import OWNERS
from xlogits import frameworks
from xlogits.frameworks import OURS, version

# what a native function did where xlogits answers, and where it refuses
NATIVE = {
    "same": "the same value",
    "other": "another number, without a word",
    "NaN": "NaN where there is a value",
    "raises": "an error where there is a value",
    "silent": "a number, without a word",
    "silent NaN": "NaN, without a word",
    "refuses": "an error too",
}


class Row(NamedTuple):
    """A case with what came of it: by framework and mode, and under the native names."""

    case: Case
    cells: dict[str, tuple[str, str]]  # shown, and what is wrong with it
    natives: dict[str, tuple[str, str]]  # the kind (a key of NATIVE), and what it gave
    words: str = ""  # what is wrong with the sentences together

    @property
    def wrong(self) -> list[str]:
        found = [f"{where}: {wrong}" for where, (_, wrong) in self.cells.items() if wrong]
        return [*found, self.words] if self.words else found

    @property
    def expected(self) -> str:
        if self.case.error is not None:
            return self.case.error.__name__
        return "no values" if self.case.shape_only else "the value"


def write(rows: Sequence[Row], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hostile.md").write_text("\n".join(markdown(rows)) + "\n", encoding="utf-8")
    content = {"versions": versions(), "rows": [_json(row) for row in rows]}
    text = json.dumps(content, indent=None, separators=(",", ":"))
    (folder / "hostile.json").write_text(
        text.replace('{"case"', '\n{"case"') + "\n", encoding="utf-8"
    )


def versions() -> dict[str, str]:
    found = {f.id: version(f.id) for f in frameworks.FRAMEWORKS.values() if f.id != OURS}
    return {"python": platform.python_version()} | {k: v for k, v in found.items() if v}


def summary(rows: Sequence[Row]) -> Iterator[str]:
    cells = Counter(where for row in rows for where in row.cells)
    total, wrong = sum(cells.values()), sum(len(row.wrong) for row in rows)
    known = sum(text.startswith("known: ") for row in rows for text, _ in row.cells.values())
    yield f"{len(rows)} calls, {total} cells, {wrong} wrong, {known} known to be wrong."
    yield ", ".join(f"{where} {count}" for where, count in cells.items()) + "."


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    yield "# Hostile calls"
    yield ""
    yield "Made by `python compare hostile`: calls with wrong shapes, dtypes, labels, values, options"
    yield "and containers. Every cell has to be the reference's value, one of our errors in the same"
    yield "words on every backend, or the documented NaN of compiled code. Beside them stands what the"
    yield "framework's own function did with the same arguments (Keras beside NumPy)."
    yield ""
    yield ", ".join(f"{name} {number}" for name, number in versions().items()) + "."
    yield ""
    yield from summary(rows)
    yield ""
    yield from _natives(rows)
    for group in dict.fromkeys(row.case.group for row in rows):
        yield from _group(group, [row for row in rows if row.case.group == group])


def _natives(rows: Sequence[Row]) -> Iterator[str]:
    yield "## What the frameworks' own functions do in the same places"
    yield ""
    yield f"| | {' | '.join(OWNERS.values())} |"
    yield f"|---|{'---:|' * len(OWNERS)}"
    for title, kinds in (
        ("where xlogits gives the value", ("same", "other", "NaN", "raises")),
        ("where xlogits raises its error", ("silent", "silent NaN", "refuses")),
    ):
        yield f"| **{title}** | {' | '.join(' ' for _ in OWNERS)} |"
        for kind in kinds:
            count = [sum(row.natives.get(f, ("", ""))[0] == kind for row in rows) for f in OWNERS]
            yield f"| {NATIVE[kind]} | {' | '.join(map(str, count))} |"
    yield ""


def _group(group: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"## {group.capitalize()}"
    yield ""
    columns = [NAMES[f] for f in FRAMEWORKS] + [OWNERS[f] for f in FRAMEWORKS]
    yield f"| call | expected | {' | '.join(columns)} |"
    yield f"|---|---|{'---|' * len(columns)}"
    for row in rows:
        ours = [_cells(row, f) for f in FRAMEWORKS]
        theirs = [row.natives.get(f, ("", ""))[1] for f in FRAMEWORKS]
        texts = [row.case.name, row.expected, *ours, *theirs]
        yield f"| {' | '.join(_plain(text) for text in texts)} |"
    yield ""


def _cells(row: Row, framework: str) -> str:
    """What a framework's cells show: once, if all modes show the same."""
    mine = {where: cell for where, cell in row.cells.items() if where.split(" ")[0] == framework}
    shown = {
        where: f"WRONG {wrong}" if wrong else _right(text) for where, (text, wrong) in mine.items()
    }
    nan = [where.partition(" ")[2] for where, (text, _) in mine.items() if text == "NaN"]
    kernel = [w.partition(" ")[2] for w, (text, _) in mine.items() if text == "error of the kernel"]
    text = ", ".join(dict.fromkeys(shown.values()))
    text += f"; NaN in {', '.join(nan)}" if nan else ""
    return text + (f"; the kernel's error in {', '.join(kernel)}" if kernel else "")


def _right(shown: str) -> str:
    return shown if shown.startswith("known: ") else "ok"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _json(row: Row) -> dict[str, Any]:
    return {
        "case": row.case.label,
        "function": row.case.function,
        "expected": row.expected,
        "cells": {
            k: shown if not wrong else [shown, wrong] for k, (shown, wrong) in row.cells.items()
        },
        "natives": {k: list(v) for k, v in row.natives.items()},
        "wrong": row.wrong,
    }
