"""The cells as the page carries them: tables of texts, and columns of indexes into them.

A run has up to 100,000 cells but few different calls, places and verdicts, so a cell is five small
integers: about 15 bytes instead of 200.
"""

import math
from collections.abc import Sequence
from typing import Any

from xlogits.parity.results import OUTCOMES, Results
from xlogits.report.text import number, odd, reason

CALL = ("native", "variant", "case", "quantity")
PLACE = ("backend", "device", "dtype", "mode")
VERDICT = ("outcome", "why", "reason")


class Index(dict[Any, int]):
    """Numbers things in the order in which they are asked for."""

    def __missing__(self, thing: Any) -> int:
        self[thing] = len(self)
        return self[thing]


def payload(results: Results, natives: Sequence[str] = ()) -> dict[str, Any]:
    """Everything the script of the page works on. `natives` come first, in this order."""
    texts: dict[str, Index] = {name: Index() for name in (*CALL, *PLACE, *VERDICT)}
    calls, places, verdicts = Index(), Index(), Index()
    for table, known in ((texts["native"], natives), (texts["outcome"], OUTCOMES)):
        for text in known:
            table[text]
    columns: dict[str, list[int]] = {"call": [], "place": [], "verdict": []}
    for c in results.cells:
        call = (c.native, c.variant, c.case, c.quantity)
        place = (c.backend, c.device, c.dtype, c.mode)
        verdict = (c.outcome, c.why, reason(c.why))
        columns["call"].append(calls[_indexes(texts, CALL, call)])
        columns["place"].append(places[_indexes(texts, PLACE, place)])
        columns["verdict"].append(verdicts[_indexes(texts, VERDICT, verdict)])
    errors = _errors(results)
    columns = {name: _steps(column) for name, column in columns.items()}
    columns["ours"] = [errors[number(c.ours)] for c in results.cells]
    columns["theirs"] = [errors[number(c.theirs)] for c in results.cells]
    return {
        "texts": {name: list(table) for name, table in texts.items()},
        "odd": "".join(
            sorted(
                {char for table in texts.values() for text in table for char in text if odd(char)}
            )
        ),
        "call": list(calls),
        "place": list(places),
        "verdict": list(verdicts),
        "errors": list(errors),
        "cells": columns,
    }


def _indexes(texts: dict[str, Index], names: Sequence[str], row: Sequence[str]) -> tuple[int, ...]:
    return tuple(texts[name][text] for name, text in zip(names, row, strict=True))


def _errors(results: Results) -> Index:
    """Errors as they are shown, the smallest first, so that their indexes sort like they do."""
    values = {e for c in results.cells for e in (c.ours, c.theirs) if e is not None}
    index = Index({"": 0})
    for value in sorted(values, key=lambda e: (math.isnan(e), e)):
        index[number(value)]
    return index


def _steps(column: Sequence[int]) -> list[int]:
    """Differences from one cell to the next; most are one digit long."""
    return [b - a for a, b in zip((0, *column), column, strict=False)]
