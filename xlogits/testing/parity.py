"""`assert_parity`: two arrays of any frameworks are the same, or an error that says where and why."""

from typing import Any

import numpy as np

from xlogits.arrays import Given
from xlogits.diagnosis import diagnose
from xlogits.errors import XlogitsError
from xlogits.testing import record
from xlogits.testing.arrays import KINDS, Gap, gap, numbers, tolerances
from xlogits.testing.record import Comparison, Side

Array = Any
Limits = tuple[float | None, float | None, float | None]  # rtol, atol, ulp


def assert_parity(
    a: Any,
    b: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    ulp: float | None = None,
    grad: tuple[Any, Any] | None = None,
    logits: Any = None,
    labels: Any = None,
    name: str = "",
    **operands: Any,
) -> None:
    """Raise unless two arrays, of the same framework or of two, hold the same numbers.

    Args:
        a: a NumPy, PyTorch (also with `requires_grad`, on a GPU, bfloat16, not contiguous),
            TensorFlow (eager tensor, Variable, IndexedSlices) or JAX array, a list or a number.
        b: another, of any of these; relative tolerances are relative to it.
        rtol, atol: what is allowed, `|a - b| <= atol + rtol * |b|`; by default some dozens of rounding
            errors of the less precise of the two dtypes (float32: 2e-6 and 1e-6).
        ulp: allowed instead, in units in the last place of the less precise dtype.
        grad: the gradients of both sides, held against each other in the same way.
        logits, labels, operands: what both were computed from; a mismatch is then diagnosed.
        name: what is compared, for the message.

    Raises:
        AssertionError: shapes, kinds of dtype (floating point against integers), places of NaN or
            values differ; it says where, by how much, and what would explain it.
        OptionError: tolerances that contradict each other.
        DtypeError, ShapeError: what is no array of numbers.

    Example:
        >>> assert_parity([0.5, 0.25], np.array([0.5, 0.25], np.float32))
        >>> try:
        ...     assert_parity(np.array([1.0, 2.0]), np.array([1.0, 2.1]))
        ... except AssertionError as error:
        ...     print(str(error).partition(" apart")[0])
        1 of 2 numbers differ; the furthest at (1,): 2.0 and 2.1, 0.1
    """
    __tracebackhide__ = True  # pytest then shows the line of the test
    limits = (rtol, atol, ulp)
    _hold(a, b, limits, name, {"logits": logits, "labels": labels, **operands})
    if grad is not None:
        _hold(*grad, limits, f"gradient of {name}" if name else "gradient", {})


def _hold(a: Any, b: Any, limits: Limits, name: str, operands: dict[str, Any]) -> None:
    """Raise unless both are the same; what was compared is kept for a report."""
    __tracebackhide__ = True
    try:
        found = compared(a, b, limits, name, operands)
    except Exception as error:
        record.remember_failure(error, name)
        raise
    record.remember(found)
    if found.message:
        raise AssertionError(found.message)


def compared(
    a: Any, b: Any, limits: Limits, name: str, operands: dict[str, Any] | None = None
) -> Comparison:
    """How far two arrays are apart; with operands (any, or none of them known), also why."""
    one, two = numbers(a, "the first"), numbers(b, "the second")
    allowed = tolerances(one, two, *limits)
    ulp = limits[2]
    said = f"rtol {allowed[0]:g}, atol {allowed[1]:g}" if ulp is None else f"{ulp:g} ULP"
    problem, found = _structure(one, two), None
    if not problem:
        found = gap(one, two, allowed, ulp)
        problem = _difference(one, two, found, said)
    message = f"{name}: {problem}" if name and problem else problem
    if problem and operands is not None:
        message = "\n".join([message, *_why(one, two, operands)])
    sides = tuple(Side(x.framework, x.dtype, x.values.shape) for x in (one, two))
    return Comparison(name, sides, found, said, message)


def _structure(a: Given, b: Given) -> str:
    """What is different before any number is looked at."""
    if a.values.shape != b.values.shape:
        return f"the first has shape {a.values.shape} and the second {b.values.shape}"
    kinds = [KINDS[x.values.dtype.kind] for x in (a, b)]
    if kinds[0] != kinds[1]:
        return f"the first holds {kinds[0]} ({a.dtype}) and the second {kinds[1]} ({b.dtype})"
    if kinds[0] != "floating point":
        return ""
    nan = np.isnan(a.values) != np.isnan(b.values)
    if not nan.any():
        return ""
    at = tuple(int(i[0]) for i in nan.nonzero())
    which = "first" if np.isnan(a.values[at]) else "second"
    return f"{int(nan.sum())} numbers are NaN on one side only, at {at} in the {which}"


def _difference(a: Given, b: Given, found: Gap, allowed: str) -> str:
    if not found.wrong:
        return ""
    one, two = a.values[found.position], b.values[found.position]
    return (
        f"{found.wrong} of {found.size} numbers differ; the furthest at {found.position}: "
        f"{one.item()!r} and {two.item()!r}, {_short(found.absolute)} apart "
        f"({_short(found.relative)} relative, {_short(found.ulp)} ULP); allowed: {allowed}"
    )


def _short(x: float) -> str:
    """A difference in three digits."""
    if x == 0 or 0.1 <= x < 1e4:
        return f"{x:.3g}"
    mantissa, _, exponent = f"{x:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _why(a: Given, b: Given, operands: dict[str, Any]) -> list[str]:
    """What a diagnosis makes of it; nothing where it has nothing to say."""
    known = {name: x for name, x in operands.items() if x is not None}
    if a.values.shape != b.values.shape or not a.values.size:
        return []
    if "logits" not in known and a.values.size > 1:
        return []
    try:
        found = diagnose(a.values, b.values, **known, seconds=5, say=_silent)
    except XlogitsError as error:
        return [f"not diagnosed: {error}"]
    return ["diagnosis:", *(f"  {line}" for line in str(found).splitlines())]


def _silent(text: str) -> None:
    pass
