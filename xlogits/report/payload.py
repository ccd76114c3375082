"""The cells as the page carries them: tables of texts, and columns of indexes into them.

A run has up to 100,000 cells but few different calls, places and verdicts, so a cell is five small
integers: about 15 bytes instead of 200.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from xlogits.report.results import OUTCOMES, Results
from xlogits.report.summary import reason
from xlogits.report.text import number, odd

TABLES = {
    "call": ("native", "variant", "case", "quantity"),
    "place": ("backend", "device", "dtype", "mode"),
    "verdict": ("outcome", "why", "reason"),
}


class Index(dict[Any, int]):
    """Numbers things in the order in which they are asked for."""

    def __missing__(self, thing: Any) -> int:
        self[thing] = len(self)
        return self[thing]

    def number(self, things: Iterable[Any]) -> None:
        """Give these the next numbers, in this order."""
        for thing in things:
            self[thing]


def payload(
    results: Results, natives: Sequence[str] = (), ledger: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Everything the script of the page works on.

    `natives` come first and in this order; `ledger` has the name and the reason of each row.
    """
    texts = {part: Index() for parts in TABLES.values() for part in parts}
    texts["native"].number(natives)
    texts["outcome"].number(OUTCOMES)
    tables = {name: Index() for name in TABLES}
    columns: dict[str, list[int]] = {name: [] for name in TABLES}
    for cell in results.cells:
        fields = {**cell._asdict(), "reason": reason(cell)}
        for name, parts in TABLES.items():
            row = tuple(texts[part][fields[part]] for part in parts)
            columns[name].append(tables[name][row])
    errors = _errors(results)
    shown = {part: list(table) for part, table in texts.items()}
    return {
        "texts": shown,
        "ledger": list(ledger),
        "odd": _odd([*shown.values(), *ledger]),
        **{name: list(table) for name, table in tables.items()},
        "errors": list(errors),
        "cells": {name: _steps(column) for name, column in columns.items()}
        | {"ours": [errors[number(cell.ours)] for cell in results.cells]}
        | {"theirs": [errors[number(cell.theirs)] for cell in results.cells]},
    }


def _odd(texts: Sequence[Sequence[str]]) -> list[str]:
    """The characters that the page has to show by their code point."""
    return sorted({char for some in texts for text in some for char in text if odd(char)})


def _errors(results: Results) -> Index:
    """Errors as they are shown, the smallest first, so that their indexes sort like they do."""
    values = {e for c in results.cells for e in (c.ours, c.theirs) if e is not None}
    index = Index()
    index.number(["", *map(number, sorted(values, key=lambda e: (math.isnan(e), e)))])
    return index


def _steps(column: Sequence[int]) -> list[int]:
    """Differences from one cell to the next; most are one digit long."""
    return [b - a for a, b in zip((0, *column), column, strict=False)]
