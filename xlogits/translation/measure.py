"""How far apart two losses are, on numbers."""

from typing import Any

from xlogits.catalogue.record import Reading


def measured(wanted: Reading, other: Reading) -> str:
    """Both losses of the same ordinary arrays, in words; '' where they do not take the same."""
    import numpy as np

    from xlogits.cases import cases
    from xlogits.reference import evaluate

    extra = frozenset(wanted.operands) - set(wanted.loss.ARRAYS)
    try:
        case = next(iter(cases(wanted.loss, extra)))
        first = evaluate(wanted.loss, case.operands).value[0]
        shared = {k: v for k, v in case.operands.items() if k in other.loss.OPERANDS}
        second = evaluate(other.loss, shared).value[0]
    except Exception:  # nothing to compare is an answer too
        return ""
    one, two = (float(np.mean(np.asarray(x, float))) for x in (first, second))
    return f"{two:.6g} instead of {one:.6g} on {_described(case.operands)}"


def _described(operands: dict[str, Any]) -> str:
    shape = " x ".join(str(n) for n in operands["pred"].shape)
    return f"random numbers of shape {shape}"
