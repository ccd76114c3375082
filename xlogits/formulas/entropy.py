"""Cross-entropies and their relatives, of classes that exclude each other and of events."""

from typing import Any

from xlogits.formulas.told import Lines, Told, Words, fixed, number
from xlogits.losses import (
    BrierScore,
    Form,
    GeneralizedCrossEntropy,
    LinearSoftmaxCrossEntropy,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SoftmaxPoly,
)

FORMS = {"logits": "logits", "log_probabilities": "log_probs", "probabilities": "probs"}


def _softmax(loss: Any, given: frozenset[str]) -> Lines:
    """Of class indexes y, or of one number q per class."""
    index = loss.labels.kind == "index"
    ignoring = index and loss.ignore_index is not None
    picked = index and not loss.label_smoothing and "mask" not in given
    at = "y" if picked else "j"
    weight = f"class_weight_{at} " if "class_weight" in given else ""
    sign = "" if isinstance(loss, SoftmaxPoly) else "-"
    seen = "[mask_j] " if "mask" in given else ""
    share = "" if picked else f"Σ_j {seen}"
    first = f"{sign}{share}{weight}{'' if picked else 'q_j '}{_cost(loss, at)}"
    first = f"{first} if y ≠ {loss.ignore_index}; 0 otherwise" if ignoring else first
    named = [*_distribution(loss, given), *_options(loss)]
    named += [f"q = {_smoothed(loss, index)}"] * (not picked)
    named += ["y = labels"] * (picked or ignoring)
    return (f"ℓ = {first}", *named)


def _cost(loss: Any, at: str) -> str:
    """What a class costs; but for `SoftmaxPoly`, its negative."""
    log_p = f"log_probs_{at}"
    if loss.form.kind != "log_probabilities":
        log_p = _log(loss.form, f"p_{at}")
    if isinstance(loss, SoftmaxFocal):
        scale = "α " if loss.alpha != 1 else ""
        return f"{scale}(1 - p_{at})^γ {log_p}"
    if isinstance(loss, SoftmaxPoly):
        return f"(ε (1 - p_{at}) - {log_p})"
    return log_p


def _options(loss: Any) -> list[str]:
    named = []
    if isinstance(loss, SoftmaxFocal):
        named += [f"γ = {number(loss.gamma)}"]
        named += [f"α = {number(loss.alpha)}"] * (loss.alpha != 1)
    if isinstance(loss, SoftmaxPoly):
        named += [f"ε = {number(loss.first_term)}"]
    return named


def _distribution(loss: Any, given: frozenset[str]) -> list[str]:
    """Where the probabilities come from."""
    form = loss.form
    if form.kind == "log_probabilities":
        of_p = isinstance(loss, SoftmaxFocal | SoftmaxPoly)
        return ["p = exp(log_probs)"] * of_p
    masked = ["x = logits if mask; -∞ otherwise"] * ("mask" in given)
    return [*probabilities(form, f"softmax({'x' if masked else form_word(form)})"), *masked]


def _interval(form: Form) -> tuple[float, float]:
    """What probabilities are clipped to, in float64."""
    clip = form.at("float64").clip
    assert isinstance(clip, tuple)
    return clip


def probabilities(form: Form, of_logits: str) -> list[str]:
    """The statements that make p: the function of logits, or what is done to probabilities."""
    base = of_logits if form.kind == "logits" else "probs"
    if form.renormalise == "before":
        base = f"{base} / Σ_j probs_j"
    if form.clip is not None:
        low, high = _interval(form)
        base = f"clip({base}, {number(low)}, {number(high)})"
    if form.renormalise == "after":
        return ["p = r / Σ_j r_j", f"r = {base}"]
    return [f"p = {base}"]


def form_word(form: Form) -> str:
    """What a prediction of this form is called."""
    return FORMS[form.kind]


def of_form(loss: Any) -> Words:
    """The words of a loss of labels, whose prediction has a form."""
    return {"pred": form_word(loss.form), "target": "labels"}


def _smoothed(loss: Any, index: bool) -> str:
    q = "one_hot(labels)" if index else "labels"
    if not loss.label_smoothing:
        return q
    e = number(loss.label_smoothing)
    return f"(1 - {e}) {q} + {e} / C"


def _log(form: Form, p: str) -> str:
    """The logarithm of a probability, as this form takes it."""
    p = f"{p} + {number(form.log_offset)}" if form.log_offset else p
    log = f"log({p})" if " " in p else f"log {p}"
    return log if form.log_floor is None else f"max({log}, {number(form.log_floor)})"


def _linear(loss: Any, given: frozenset[str]) -> Lines:
    lines = _softmax(loss.of_logits(), given)
    x = "Σ_k hidden_k linear_weight_jk" + " + linear_bias" * ("linear_bias" in given)
    return (*(line.replace("softmax(logits)", "softmax(x)") for line in lines), f"x = {x}")


def _events(loss: Any, given: frozenset[str]) -> Lines:
    j = "_j" if loss.inner == "mean" else ""
    weight = "pos_weight " if "pos_weight" in given else ""
    yes, no = _log(loss.form, f"p{j}"), _log(loss.form, f"1 - p{j}")
    first = f"-{weight}z{j} {yes} - (1 - z{j}) {no}"
    if loss.inner == "mean":
        factor = "class_weight_j " if "class_weight" in given else ""
        first = f"mean_j {factor}({first})"
    elif "class_weight" in given:
        first = f"class_weight ({first})"
    return (f"ℓ = {first}", *probabilities(loss.form, "σ(logits)"), *_event_labels(loss))


def _event_labels(loss: Any) -> list[str]:
    if not loss.label_smoothing:
        return ["z = labels"]
    e = number(loss.label_smoothing)
    return [f"z = (1 - {e}) labels + {e} / 2"]


def _focal_events(loss: Any, given: frozenset[str]) -> Lines:
    j = "_j" if loss.inner != "none" else ""
    clipped = loss.form.clip is not None
    r = "r" if clipped else "p"
    balanced = loss.balanced and loss.alpha is not None
    first = f"d{j}^γ (z{j} log {r}{j} + (1 - z{j}) log(1 - {r}{j}))"
    first = f"a{j} {first}" if balanced else first
    around = {"none": "-", "sum": "-Σ_j ", "mean": "-mean_j "}[loss.inner]
    p = "σ(logits)" if loss.form.kind == "logits" else "probs"
    named = ["d = z (1 - p) + (1 - z) p", f"p = {p}"]
    if clipped:
        low, high = loss.form.at("float64").clip
        named += [f"r = clip(p, {number(low)}, {number(high)})"]
    named += [*_event_labels(loss), f"γ = {number(loss.gamma)}"]
    if balanced:
        named += ["a = α z + (1 - α) (1 - z)", f"α = {number(loss.alpha)}"]
    return (f"ℓ = {around}{first}", *named)


def _generalized(loss: Any, given: frozenset[str]) -> Lines:
    return ("ℓ = (1 - p_y^k) / k", "p = probs", "y = labels", f"k = {number(loss.exponent)}")


def _brier(loss: Any, given: frozenset[str]) -> Lines:
    first, named = "ℓ = Σ_j (p_j - [j = y])^2", ["p = probs", "y = labels"]
    if loss.halved == "always":
        first = "ℓ = Σ_j (p_j - [j = y])^2 / 2"
    if loss.halved == "two":
        first = "ℓ = c Σ_j (p_j - [j = y])^2"
        named = ["c = 1 / 2 if C < 3; 1 otherwise", *named]
    return (first, *named)


TOLD: dict[type, Told] = {
    SoftmaxCrossEntropy: Told(
        "Cross-entropy of classes that exclude each other: minus the log-probability of the label.",
        of_form,
        _softmax,
    ),
    SoftmaxFocal: Told(
        "Softmax cross-entropy in which a class costs less the surer the prediction is of it.",
        of_form,
        _softmax,
    ),
    SoftmaxPoly: Told(
        "Softmax cross-entropy with another first coefficient of its series in 1 - p (PolyLoss).",
        of_form,
        _softmax,
    ),
    LinearSoftmaxCrossEntropy: Told(
        "Softmax cross-entropy of a linear layer, which never holds all its logits.",
        fixed(pred="hidden", target="labels"),
        _linear,
    ),
    SigmoidCrossEntropy: Told(
        "Cross-entropy of events that happen or not, each on its own (binary cross-entropy).",
        of_form,
        _events,
    ),
    SigmoidFocal: Told(
        "Sigmoid cross-entropy in which an event costs less the surer the prediction is of it.",
        of_form,
        _focal_events,
    ),
    GeneralizedCrossEntropy: Told(
        "Between cross-entropy and absolute error of the label's probability, for noisy labels.",
        fixed(pred="probs", target="labels"),
        _generalized,
    ),
    BrierScore: Told(
        "The squared distance of the probabilities from what happened.",
        fixed(pred="probs", target="labels"),
        _brier,
    ),
}
