"""Every loss as it is told: what its arrays are called in a call, and its formula as text.

The words follow the form of the prediction: `logits`, `probs` or `log_probs`, whatever a function calls
its parameter. The formula is that of one call, with the options and operands that it has: what a call
does not have is not in it. Its language is that of `xlogits.formulas.told`.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from xlogits.formulas import (
    activation,
    divergence,
    entropy,
    margin,
    overlap,
    regression,
    sequence,
    similarity,
)
from xlogits.formulas.reduced import result
from xlogits.formulas.told import Told, Words

TOLD: dict[type, Told] = {
    **entropy.TOLD,
    **divergence.TOLD,
    **regression.TOLD,
    **margin.TOLD,
    **similarity.TOLD,
    **overlap.TOLD,
    **sequence.TOLD,
    **activation.TOLD,
}
WHEN = {"index": "labels are class indexes:", "dense": "labels are one number per class:"}


def words(loss: Any) -> Words:
    """What the arrays of a loss are called, by operand."""
    return TOLD[type(loss)].words(loss)


def called(loss: Any, operand: str) -> str:
    """The word for an operand: what it is to this loss, whatever a function calls it."""
    return words(loss).get(operand, operand)


def about(loss: Any) -> str:
    """What a loss computes, in one sentence."""
    function = getattr(loss, "function", "")
    return activation.ABOUT[function] if function else TOLD[type(loss)].about


def formula(loss: Any, given: Collection[str] = ()) -> str:
    """The formula of a loss in a call with these operands, in lines.

    One with labels of both kinds has a formula of each, under a line that ends with a colon.
    """
    labels = getattr(loss, "labels", None)
    if labels is None or labels.kind != "inferred":
        return _block(loss, frozenset(given))
    blocks = []
    for kind, when in WHEN.items():
        one = replace(loss, labels=replace(labels, kind=kind))
        if kind == "dense" and loss.ignore_index is not None:
            one = replace(one, ignore_index=None)
        blocks.append(f"{when}\n{_block(one, frozenset(given))}")
    return "\n".join(blocks)


def _block(loss: Any, given: frozenset[str]) -> str:
    first, *named = TOLD[type(loss)].lines(loss, given)
    last = result(loss, given)
    if "_y" in last and "y = labels" not in named:
        named.append("y = labels")
    lines = [first, f"    {',  '.join(named)}"] if named else [first]
    return "\n".join([*lines, last] if last else lines)
