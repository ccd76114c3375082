"""The table: every case on every framework, judged."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from compare.hostile import judging, natives, running
from compare.hostile.arrays import MissingError, home
from compare.hostile.case import Case
from compare.hostile.running import Find, Outcome, find
from compare.hostile.writing import Row


def rows(
    cases: Iterable[Case],
    frameworks: Iterable[str],
    *,
    compiled: bool = False,
    beside: bool = False,
    look_up: Find = find,
) -> Iterator[Row]:
    """A row for each case; `beside` runs the native functions too."""
    wanted = tuple(frameworks)
    for case in cases:
        yield row(case, wanted, compiled=compiled, beside=beside, look_up=look_up)


def row(
    case: Case,
    frameworks: tuple[str, ...],
    *,
    eager: bool = True,
    compiled: bool = False,
    beside: bool = False,
    look_up: Find = find,
) -> Row:
    expected = judging.expected(case)
    cells: dict[str, tuple[str, str]] = {}
    said: dict[str, BaseException | None] = {}
    theirs: dict[str, tuple[str, str]] = {}
    for framework in frameworks:
        if framework == home(case.function):  # the dialect is the original there
            if beside and framework != "jax":
                _native(case, framework, expected, theirs, look_up)
            continue
        for mode in _modes(case, framework, eager, compiled):
            try:
                found = running.run(case, framework, mode, look_up)
            except MissingError:
                break
            verdict = judging.judge(case, framework, mode, found, expected)
            cells[f"{framework} {mode}"] = (verdict.shown, verdict.wrong)
            if mode == "eager":
                said[framework] = found.error
        if beside and f"{framework} eager" in cells:
            _native(case, framework, expected, theirs, None)
    return Row(case, cells, theirs, judging.same_words(case, said))


def _modes(case: Case, framework: str, eager: bool, compiled: bool) -> list[str]:
    modes = ["eager"] if eager else []
    return modes + list(running.MODES[framework]) if compiled and case.traced else modes


def _native(
    case: Case,
    framework: str,
    expected: Any,
    theirs: dict[str, tuple[str, str]],
    look_up: Find | None,
) -> None:
    """What the native function did, and how that stands to what is expected."""
    try:
        found = running.run(case, framework, "eager", look_up) if look_up else None
        found = found or natives.run(case, framework)
    except MissingError:
        return
    if found is not None:
        theirs[framework] = (kind(case, found, expected), _shown(found))


def kind(case: Case, found: Outcome, expected: Any) -> str:
    """A key of `writing.NATIVE`."""
    if found.error is not None:
        return "raises" if case.error is None else "refuses"
    hollow = found.numbers is None or bool(np.isnan(found.numbers).any())
    if case.error is not None:
        return "silent NaN" if hollow else "silent"
    if expected is not None and found.numbers is not None and found.shape == expected.shape:
        tolerance = 2e-2 if "16" in found.dtype else 1e-5
        close = np.isclose(
            found.numbers, expected.astype(float), tolerance, tolerance, equal_nan=True
        )
        if close.all():
            return "same"
    return "NaN" if hollow else "other"


def _shown(found: Outcome) -> str:
    if found.error is None:
        return judging.shown(found)
    text = re.sub(r" at 0x[0-9a-f]+", " at 0x...", judging.first(str(found.error)))
    return f"{type(found.error).__name__}: {text[:60]}"
