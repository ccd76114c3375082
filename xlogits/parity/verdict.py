"""The verdict on one comparison: our loss and the native function, both against the reference."""

from typing import Any

import numpy as np

from xlogits.parity import excuses
from xlogits.parity.engines import Failure, Outcome, Result
from xlogits.parity.plan import Job, Place, Prepared, named
from xlogits.precision import EPS, FORMATS, HALF, rounded
from xlogits.report.results import AGREE, DIFFERS, KNOWN, LIMIT, REFUSED, UNAVAILABLE, Cell

Array = Any


def by(name: str) -> str:
    """What the derivative by an operand is called."""
    return "d/d" + {"pred": "logits", "target": "labels"}.get(name, name)


def error(got: Array, expected: Array, scale: Array, dtype: str) -> float:
    """The largest error in units of eps of the dtype, infinite where shapes or NaN differ."""
    got, exact = np.asarray(got, np.longdouble), np.asarray(expected, np.longdouble)
    if got.shape != exact.shape:
        return float("inf")
    with np.errstate(all="ignore"):
        same = (got == exact) | (np.isnan(got) & np.isnan(exact))
        same |= got == rounded(exact.astype(np.float64), dtype)
        off = abs(got - exact) / (
            EPS[dtype] * np.asarray(scale, np.longdouble) + FORMATS[dtype].smallest
        )
    off = np.where(same, 0, np.where(np.isnan(off), np.inf, off))
    return float(np.max(off, initial=0))


def judge(
    job: Job,
    place: Place,
    quantity: str,
    prepared: Prepared,
    ours: Result,
    theirs: Result,
) -> Cell:
    """One cell: what our loss and the native function gave, against the reference.

    The ledger excuses the native function alone: what is wrong with ours is no known divergence.
    """

    def cell(outcome: str, a: float | None = None, b: float | None = None, why: str = "") -> Cell:
        return Cell(*named(job), *place, quantity, outcome, a, b, why)

    def theirs_differs(b: float | None, why: str) -> Cell:
        made = cell(DIFFERS, mine, b, why)
        row = excuses.find(made)
        return made if row is None else made._replace(outcome=KNOWN, why=f"{row.name}: {why}")

    absent = isinstance(theirs, Failure) and theirs.kind == "NotInstalled"
    if isinstance(ours, Failure):
        if isinstance(theirs, Failure) and not absent:
            both = f"both refuse: {ours.message}"
            return cell(AGREE, why=both) if ours.ours else cell(UNAVAILABLE, why=theirs.message)
        if ours.ours:
            return cell(REFUSED, why=ours.message)
        return cell(DIFFERS, why=f"xlogits raised {ours.kind}: {ours.message}")
    mine, told = _error(quantity, ours, prepared)
    if ours.dtype != prepared.result_dtype:
        return cell(
            DIFFERS, mine, why=f"xlogits returned {ours.dtype}, not {prepared.result_dtype}"
        )
    if mine is None:
        return cell(DIFFERS, why="xlogits gave no gradient")
    if mine > LIMIT:
        return cell(DIFFERS, mine, why=f"xlogits gives {told}")
    if isinstance(theirs, Failure):
        why = f"the native function raised {theirs.kind}: {theirs.message}"
        # half precision is often not offered; an error anywhere else needs its row in the ledger
        excused = absent or place.dtype in HALF
        if not excused:
            return theirs_differs(None, why)
        return cell(UNAVAILABLE, mine, why=theirs.message if absent else why)
    native, said = _error(quantity, theirs, prepared)
    if native is None:
        return cell(UNAVAILABLE, mine, why=f"{job.native.name} has no gradient")
    if native > LIMIT:
        return theirs_differs(native, f"the native function gives {said}")
    return cell(AGREE, mine, native)


def _error(quantity: str, outcome: Outcome, prepared: Prepared) -> tuple[float | None, str]:
    """The error in units of eps, and what is wrong in words."""
    if quantity == "value":
        got, reference, dtype = outcome.value, prepared.reference.value, prepared.result_dtype
    else:
        name = next(k for k in prepared.wrt if by(k) == quantity)
        if name not in outcome.gradients:
            return None, ""
        got, reference = outcome.gradients[name], prepared.reference.gradients[name]
        # a gradient has the dtype of the operand, and passed through that of the result
        dtype = max(prepared.dtype, prepared.result_dtype, key=EPS.__getitem__)
    found = error(got, *reference, dtype)
    return found, described(got, reference[0]) if found > LIMIT else ""


def described(got: Array, exact: Array) -> str:
    """The worst entry, or the shapes where they differ."""
    got, exact = np.asarray(got, float), np.asarray(exact, float)
    if got.shape != exact.shape:
        return f"shape {got.shape} where the reference has {exact.shape}"
    with np.errstate(all="ignore"):
        off = abs(got - exact)
    off = np.where((got == exact) | (np.isnan(got) & np.isnan(exact)), -1, off)
    place = np.unravel_index(int(np.argmax(np.where(np.isnan(off), np.inf, off))), off.shape)
    return f"{got[place]:.6g} where the reference is {exact[place]:.6g}"
