"""Divergences of two distributions."""

from typing import Any

from xlogits.formulas.told import Lines, Told, Words, fixed, number
from xlogits.losses import Entropy, KLDivergence, RelativeEntropy


def _kl(loss: Any, given: frozenset[str]) -> Lines:
    j = "" if loss.inner == "none" else "_j"
    log_p = f"log_probs{j}" if loss.log_pred else f"log p{j}"
    log_q = f"target_log_probs{j}" if loss.log_target else f"log q{j}"
    term = f"q{j} ({log_q} - {log_p})"
    if loss.generalized:
        term = f"{term} - q{j} + p{j}"
    if "mask" in given:
        term = f"[mask{j}] ({term})" if loss.generalized else f"[mask{j}] {term}"
    elif j and loss.generalized:
        term = f"({term})"
    around = {"none": "", "sum": "Σ_j ", "mean": "mean_j "}[loss.inner]
    named = [f"q = {_probabilities(loss, 'target', loss.log_target)}"]
    if not loss.log_pred or loss.generalized:
        named.append(f"p = {_probabilities(loss, 'pred', loss.log_pred)}")
    return (f"ℓ = {around}{term}", *named)


def _probabilities(loss: Any, operand: str, is_log: bool) -> str:
    word = _words(loss)[operand]
    if is_log:
        return f"exp({word})"
    if loss.clip is None:
        return word
    low, high = loss.clip
    return f"clip({word}, {number(low)}, {number(high)})"


def _words(loss: Any) -> Words:
    return {
        "pred": "log_probs" if loss.log_pred else "probs",
        "target": "target_log_probs" if loss.log_target else "target_probs",
    }


def _entropy(loss: Any, given: frozenset[str]) -> Lines:
    over = f" / log {number(loss.base)}" if loss.base is not None else ""
    return (f"ℓ = -Σ_j p_j log p_j{over}", "p = probs / Σ_j probs_j")


def _relative(loss: Any, given: frozenset[str]) -> Lines:
    over = f" / log {number(loss.base)}" if loss.base is not None else ""
    return (
        f"ℓ = Σ_j q_j log(q_j / p_j){over}",
        "q = target_probs / Σ_j target_probs_j",
        "p = probs / Σ_j probs_j",
    )


TOLD: dict[type, Told] = {
    KLDivergence: Told(
        "The Kullback-Leibler divergence of a prediction from a target distribution.", _words, _kl
    ),
    Entropy: Told(
        "Shannon's entropy of rows that are divided by their sums first.",
        fixed(pred="probs"),
        _entropy,
    ),
    RelativeEntropy: Told(
        "The Kullback-Leibler divergence of rows that are divided by their sums first.",
        fixed(pred="probs", target="target_probs"),
        _relative,
    ),
}
