"""The same arrays under every name, with nothing but default arguments: which numbers come out."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from xlogits.catalogue import Native, find
from xlogits.errors import XlogitsError
from xlogits.frameworks import OURS
from xlogits.losses import INDEX, SoftmaxCrossEntropy
from xlogits.naming.names import Row, rows

Array = Any

X = np.array([[2.0, 0.5, -1.0], [0.25, 1.5, 0.5], [-0.5, 0.0, 1.0], [1.0, -2.0, 0.75]])
Y = np.array([0, 2, 1, 2])
Q = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.0, 1.0, 0.0], [0.3, 0.3, 0.4]])


class Result(NamedTuple):
    """What one function gives, called with the arrays alone; or why it gives nothing."""

    name: str
    framework: str
    value: Array | None
    why: str = ""


def results(row: Row) -> list[Result]:
    """Every function of a row, on the same arrays."""
    return [
        _result(find(name), "class indexes" in row.loss)
        for names in row.names.values()
        for name in names
    ]


def _result(native: Native, index: bool) -> Result:
    from xlogits.naming.names import spelled

    name = spelled(native)
    arrays: dict[str, Array] = {"pred": X, "target": Q if not index else Y}
    if isinstance(native.loss, SoftmaxCrossEntropy) and native.loss.labels == INDEX:
        arrays["target"] = Y
    given: dict[str, Array] = {}
    for parameter in native.parameters:  # an operand with two names goes under the first
        if parameter.to in arrays:
            given[parameter.key] = arrays.pop(parameter.to)
    try:
        with np.errstate(all="ignore"):
            loss, operands = native.read(given)
            return Result(name, native.framework, np.asarray(loss(**operands), np.float64))
    except (XlogitsError, TypeError, KeyError) as error:
        return Result(name, native.framework, None, str(error).split(";")[0])


def equal(a: Result, b: Result) -> bool:
    """Whether both give the same numbers, to the digits of float32."""
    if a.value is None or b.value is None or a.value.shape != b.value.shape:
        return False
    return bool(np.allclose(a.value, b.value, rtol=1e-5, atol=1e-6, equal_nan=True))


def pairs(found: list[Result]) -> tuple[int, int]:
    """How many pairs of functions of different frameworks agree, and how many there are."""
    natural = [
        (a, b)
        for a, b in combinations(found, 2)
        if a.framework != b.framework and a.value is not None and b.value is not None
    ]
    return sum(equal(a, b) for a, b in natural), len(natural)


def shown(value: Array) -> str:
    """A result in six digits: a number, a row of numbers, or the shape of more."""
    if value.ndim == 0:
        return f"{float(value):.6g}"
    if value.ndim == 1:
        return "[" + ", ".join(f"{v:.4g}" for v in value) + "]"
    return f"{' x '.join(map(str, value.shape))} numbers"


def markdown(wanted: str = "") -> Iterator[str]:
    """A table for each loss that several frameworks have, and in how many pairs they agree."""
    agreeing = total = 0
    lines: list[str] = []
    for row in rows(wanted):
        found = results(row)
        ran = [r for r in found if r.value is not None]
        foreign = [r for r in ran if r.framework != OURS]
        if len({r.framework for r in foreign}) < 2:
            continue
        some, all_ = pairs(foreign)
        agreeing, total = agreeing + some, total + all_
        lines += ["", f"### {row.loss}", "", f"{some} of {all_} pairs agree.", ""]
        lines += ["| call | gives |", "|---|---|"]
        for result in found:
            text = shown(result.value) if result.value is not None else result.why
            lines.append(f"| `{result.name}` | {text} |")
    yield (
        f"Called with the same arrays and nothing else, {agreeing} of {total} pairs of functions of "
        "different frameworks that compute the same kind of loss give the same numbers."
    )
    yield from lines
