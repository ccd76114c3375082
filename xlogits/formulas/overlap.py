"""Losses of overlap."""

from typing import Any

from xlogits.formulas.told import Lines, Told, Words, plus, times
from xlogits.losses import ClassOverlap, Tversky


def _index(loss: Any, over: str, eps: float) -> tuple[str, Lines]:
    """1 minus the Tversky index, and what it is made of: sums over this subscript."""
    j = "_j" if over == "k" else ""
    of = f"_{over}"
    shared = plus(f"I{j}", loss.smooth)
    missed, extra = f"{times(loss.missed)}N{j}", f"{times(loss.extra)}P{j}"
    whole = plus(f"I{j} + {missed} + {extra}", loss.smooth + eps)
    text = f"1 - {f'({shared})' if ' ' in shared else shared} / ({whole})"
    return text, (
        f"I = Σ_{over} p{of} y{of}",
        f"N = Σ_{over} (1 - p{of}) y{of}",
        f"P = Σ_{over} p{of} (1 - y{of})",
    )


def _tversky(loss: Any, given: frozenset[str]) -> Lines:
    text, sums = _index(loss, "j", loss.eps)
    p = "probs" if loss.activation == "none" else "σ(logits)"
    return (f"ℓ = {text}", *sums, f"p = {p}", "y = targets")


def _classes(loss: Any, given: frozenset[str]) -> Lines:
    text, sums = _index(loss, "k", 0.0)
    weight = "class_weight_j " if "class_weight" in given else "w_j " if loss.balanced else ""
    first = f"{weight}({text})"
    if not loss.background:
        first = f"[j > 0] {first}"
    classes = "C" if loss.background else "(C - 1)"
    around = {"none": "", "sum": "Σ_j ", "mean": f"1 / {classes} Σ_j "}[loss.over_classes]
    around = "mean_j " if loss.over_classes == "mean" and loss.background else around
    left = "ℓ_j" if loss.over_classes == "none" else "ℓ"
    p = "probs" if loss.activation == "none" else "softmax(logits)"
    named = [*sums, f"p = {p}", "y = targets"]
    if loss.balanced:
        named += ["w = v / mean_j v_j", "v = 1 / (n^2 + 1e-07)", "n = Σ_ik y"]
    return (f"{left} = {around}{first}", *named)


def _words(loss: Any) -> Words:
    return {"pred": "probs" if loss.activation == "none" else "logits", "target": "targets"}


TOLD: dict[type, Told] = {
    Tversky: Told(
        "What a predicted region and the region that is there do not share (Dice, Tversky).",
        _words,
        _tversky,
    ),
    ClassOverlap: Told(
        "What the regions of each class do not share with their predictions (Dice, Tversky).",
        _words,
        _classes,
    ),
}
