"""Losses of scores that stop at a margin."""

from typing import Any

from xlogits.formulas.told import Lines, Told, each, fixed, number, power
from xlogits.losses import (
    BinarySparsemax,
    CategoricalHinge,
    Hinge,
    HingeEmbedding,
    MarginRanking,
    MulticlassHinge,
    MultiLabelMargin,
    MultiMargin,
    SoftMargin,
    Sparsemax,
)

SCORES = fixed(pred="scores", target="labels")
SIGNS = {
    "given": "s = labels",
    "binary": "s = 2 labels - 1",
    "inferred": "s = 2 labels - 1 if all labels are 0 or 1; labels otherwise",
}


def _hinge(loss: Any, j: str) -> Lines:
    lack = f"{number(loss.margin)} - s{j} scores{j}" if loss.margin else f"-s{j} scores{j}"
    return (power(f"max(0, {lack})", loss.power), SIGNS[loss.signs])


def _embedding(loss: Any, j: str) -> Lines:
    far = f"max(0, {number(loss.margin)} - x{j})"
    first = f"x{j} if y{j} = 1; {far} if y{j} = -1; x{j} + {far} otherwise"
    return (first, "x = distances", "y = labels")


def _ranking(loss: Any, j: str) -> Lines:
    lead = f"labels{j} (scores{j} - other_scores{j})"
    return (f"max(0, {number(loss.margin)} - {lead})" if loss.margin else f"max(0, -{lead})",)


def _binary_sparsemax(loss: Any, j: str) -> Lines:
    first = f"0 if t{j} ≤ -1; (t{j} + 1)^2 / 4 if t{j} < 1; t{j} otherwise"
    return (first, "t = scores if labels = 0; -scores otherwise")


def _categorical(loss: Any, given: frozenset[str]) -> Lines:
    first = "ℓ = max(0, 1 + max_j (1 - y_j) x_j - Σ_j y_j x_j)"
    return (first, "x = scores", "y = labels")


def _multiclass(loss: Any, given: frozenset[str]) -> Lines:
    margin = f" + {number(loss.margin)} [j ≠ y]" if loss.margin else ""
    return (f"ℓ = max_j (x_j - x_y{margin})", "x = scores", "y = labels")


def _multi(loss: Any, given: frozenset[str]) -> Lines:
    weight = "class_weight_y " if "class_weight" in given else ""
    part = power(f"max(0, {number(loss.margin)} - x_y + x_j)", loss.power)
    return (f"ℓ = {weight}Σ_j [j ≠ y] {part} / C", "x = scores", "y = labels")


def _multi_label(loss: Any, given: frozenset[str]) -> Lines:
    first = "ℓ = Σ_k n_k Σ_j [n_j = 0] max(0, 1 - x_k + x_j) / C"
    return (first, "x = scores", "n = how often the labels before the first -1 name each class")


def _sparsemax(loss: Any, given: frozenset[str]) -> Lines:
    first = "ℓ = Σ_j p_j x_j - Σ_j p_j^2 / 2 + 1 / 2 - x_y"
    named = "p = the distribution nearest to the scores", "x = scores", "y = labels"
    return (first, *named)


TOLD: dict[type, Told] = {
    Hinge: each("What a score lacks to the margin.", _hinge, SCORES),
    SoftMargin: each(
        "The logistic loss of scores, with labels of -1 and 1.",
        lambda loss, j: (f"log(1 + exp(-labels{j} scores{j}))",),
        SCORES,
    ),
    HingeEmbedding: each(
        "The distance of a like pair, and what that of an unlike one lacks to a margin.",
        _embedding,
        fixed(pred="distances", target="labels"),
    ),
    MarginRanking: each(
        "What the right order of two scores lacks to a margin.",
        _ranking,
        fixed(pred="scores", other="other_scores", target="labels"),
    ),
    BinarySparsemax: each(
        "Sparsemax loss of one score, with labels of 0 and 1.", _binary_sparsemax, SCORES
    ),
    CategoricalHinge: Told(
        "Keras' multi-class hinge: the label's score against the highest of the others, or 0.",
        SCORES,
        _categorical,
    ),
    MulticlassHinge: Told(
        "Crammer and Singer's hinge: what the label's score lacks to the highest of the others.",
        SCORES,
        _multiclass,
    ),
    MultiMargin: Told(
        "Weston and Watkins' hinge: what the label's score lacks to each of the others.",
        SCORES,
        _multi,
    ),
    MultiLabelMargin: Told(
        "The hinge of several labels: every one of them against every other class.",
        SCORES,
        _multi_label,
    ),
    Sparsemax: Told(
        "Sparsemax loss: like cross-entropy, with a softmax that can give exactly 0.",
        SCORES,
        _sparsemax,
    ),
}
