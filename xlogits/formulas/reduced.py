"""The last line of a formula: how the losses of the items become the result."""

from typing import Any

from xlogits.losses import ClassOverlap, LinearSoftmaxCrossEntropy, SoftmaxCrossEntropy, Transform

WEIGHT = "sample_weight"


def result(loss: Any, given: frozenset[str]) -> str:
    """The statement that defines the result, `L`; nothing where that is the loss of every item."""
    if isinstance(loss, Transform):
        return ""
    word, weighted = loss.reduction.word, WEIGHT in given
    each = f"{WEIGHT} ℓ" if weighted else "ℓ"
    if word == "none":
        return f"L = {each}" if weighted else ""
    if word == "sum":
        return f"L = Σ {each}"
    if isinstance(loss, ClassOverlap) and loss.over_classes == "none" and not loss.background:
        return "L = mean_i (Σ_j ℓ_j / (C - 1))" if word != "sum" else "L = Σ ℓ"
    if word == "mean_over_batch":
        return f"L = Σ {each} / B,  B = the size of the first axis"
    by = _divisor(loss, given, word)
    if not by:
        return f"L = mean {each}"
    return f"L = Σ {each} / {by}"


def _divisor(loss: Any, given: frozenset[str], word: str) -> str:
    """What a mean divides by; nothing where that is the number of items."""
    valid = _valid(loss, given)
    if word in ("mean_over_sample_weight", "mean_over_weight_as_given") and WEIGHT in given:
        return f"Σ {valid}{WEIGHT}"
    if word == "mean_over_nonzero_weight" and WEIGHT in given:
        return f"Σ [{WEIGHT} ≠ 0]"
    index = isinstance(loss, SoftmaxCrossEntropy | LinearSoftmaxCrossEntropy)
    index = index and loss.labels.kind == "index"
    if word == "mean_over_class_weight" and "class_weight" in given and index:
        return f"Σ {valid}class_weight_y"
    return f"Σ {valid.strip()}" if valid and word not in ("mean_over_items", "mean") else ""


def _valid(loss: Any, given: frozenset[str]) -> str:
    """The items that count, as a factor; nothing where all do."""
    if not isinstance(loss, SoftmaxCrossEntropy | LinearSoftmaxCrossEntropy):
        return ""
    if "mask" in given:
        return "[Σ_j [mask_j] > 0] "
    index = loss.labels.kind == "index" and loss.ignore_index is not None
    return f"[y ≠ {loss.ignore_index}] " if index else ""
