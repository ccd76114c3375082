"""Connectionist temporal classification."""

from typing import Any

from xlogits.formulas.entropy import of_form
from xlogits.formulas.told import Lines, Told
from xlogits.losses import CTC


def _ctc(loss: Any, given: frozenset[str]) -> Lines:
    first = "-log P / max(n, 1)" if loss.per_label else "-log P"
    named = ["P = Σ_π Π_t p_t(π_t) over all alignments π of the labels with the frames t"]
    named += ["p = softmax(logits)" if loss.form.kind == "logits" else "p = exp(log_probs)"]
    named += ["n = the number of labels"] * loss.per_label
    return (f"ℓ = {first}", *named)


TOLD: dict[type, Told] = {
    CTC: Told(
        "How unlikely the labels are, whatever their alignment with the frames.", of_form, _ctc
    ),
}
