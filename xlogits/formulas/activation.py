"""The elementary functions, and arithmetic with logarithms."""

from typing import Any

from xlogits.formulas.told import Lines, Told, each, fixed, number, times
from xlogits.losses import LogAddExp, Transform, XLogY

# what each function is of, and its value; x stands for the array
WORDS = {"logit": "probs", "entr": "probs", "softplus": "x", "softmin": "x", "log1mexp": "x"}
ABOUT = {
    "softmax": "Probabilities from logits: positive numbers that sum to 1 along the axis.",
    "softmin": "The softmax of the negative: the smallest number gets the largest share.",
    "log_softmax": "The logarithms of the softmax, never by way of it.",
    "logsumexp": "The logarithm of the sum of exponentials: the normaliser of a softmax.",
    "logmeanexp": "The logarithm of the mean of exponentials.",
    "sigmoid": "The probability of an event from its logit (logistic function, expit).",
    "log_sigmoid": "The log-probability of an event from its logit.",
    "softplus": "A smooth positive part: what the logit x costs for the label 0.",
    "logit": "The logit (log-odds) of a probability: the inverse of the sigmoid.",
    "entr": "A probability's part of the entropy.",
    "log1mexp": "The logarithm of 1 - e^-x: of what is left to 1 of a log-probability -x.",
}
VALUES = {
    "softmax": "y_j = exp(x_j) / Σ_k exp(x_k)",
    "softmin": "y_j = exp(-x_j) / Σ_k exp(-x_k)",
    "log_softmax": "y_j = x_j - log(Σ_k exp(x_k))",
    "logsumexp": "y = log(Σ_j exp(x_j))",
    "logmeanexp": "y = log(mean_j exp(x_j))",
    "sigmoid": "y = 1 / (1 + exp(-x))",
    "log_sigmoid": "y = -log(1 + exp(-x))",
    "logit": "y = log(p / (1 - p))",
    "entr": "y = -p log p",
    "log1mexp": "y = log(1 - exp(-x))",
}


def word(loss: Transform) -> str:
    """What the array of an elementary function is called."""
    return WORDS.get(loss.function, "logits")


def _value(loss: Any, given: frozenset[str]) -> Lines:
    if loss.function == "softplus":
        return _softplus(loss)
    value, of = VALUES[loss.function], word(loss)
    if "weight" in given:
        value = value.replace("Σ_j ", "Σ_j weight_j ")
    if "mask" in given and loss.function == "logmeanexp":
        value = "y = log(Σ_j exp(x_j) / Σ_j [mask_j])"
    if loss.clamp is not None:
        of = f"clip({of}, {number(loss.clamp)}, {number(1 - loss.clamp)})"
    if "mask" in given:
        outside = "∞" if loss.function == "softmin" else "-∞"
        of = f"{of} if mask; {outside} otherwise"
    name = "p" if loss.function in ("logit", "entr") else "x"
    return (value,) if of == name else (value, f"{name} = {of}")


def _softplus(loss: Any) -> Lines:
    scaled = f"{times(loss.beta)}x"
    value = f"log(1 + exp({scaled}))"
    value = value if loss.beta == 1 else f"{value} / {number(loss.beta)}"
    if loss.linear_above is None:
        return (f"y = {value}",)
    return (f"y = x if {scaled} > {number(loss.linear_above)}; {value} otherwise",)


def _xlogy(loss: Any, j: str) -> Lines:
    return (f"x{j} log(1 + y{j})" if loss.plus_one else f"x{j} log y{j}",)


XY = fixed(pred="x", target="y")
TOLD: dict[type, Told] = {
    Transform: Told("", lambda loss: {"pred": word(loss)}, _value),
    XLogY: each(
        "A number times the logarithm of another, and 0 where it is 0, whatever the other.",
        _xlogy,
        XY,
    ),
    LogAddExp: each(
        "The sum of two numbers that are given by their logarithms.",
        lambda loss, j: (f"log(exp(x{j}) + exp(y{j}))",),
        XY,
    ),
}
