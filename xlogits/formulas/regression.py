"""Losses of measured values, and likelihoods of them."""

from typing import Any

from xlogits.formulas.told import Lines, Told, Words, each, fixed, number, plus, times
from xlogits.losses import (
    AbsoluteError,
    GaussianNLL,
    Huber,
    HuberPenalty,
    LogCosh,
    PoissonNLL,
    PseudoHuberPenalty,
    QuantileError,
    RelativeError,
    Square,
    SquaredError,
    SquaredLogError,
    TweedieDeviance,
)

DIFFERENCE = "d = predictions - targets"
RESIDUALS = fixed(pred="residuals", delta="delta")


def _squared(loss: Any, j: str) -> Lines:
    return (f"{times(loss.factor)}(predictions{j} - targets{j})^2",)


def _huber(loss: Any, j: str) -> Lines:
    delta = f"δ = {number(loss.delta)}"
    if loss.per_delta and loss.delta == 0:
        return (f"|predictions{j} - targets{j}|",)
    near, far = (f"d{j}^2 / (2 δ)", f"|d{j}| - δ / 2")
    if not loss.per_delta:
        near, far = f"d{j}^2 / 2", f"δ (|d{j}| - δ / 2)"
    return (f"{near} if |d{j}| ≤ δ; {far} otherwise", DIFFERENCE, delta)


def _huber_penalty(loss: Any, j: str) -> Lines:
    far = f"δ{j} (|r{j}| - δ{j} / 2)"
    near = f"r{j}^2 / 2 if |r{j}| ≤ δ{j}"
    return (f"∞ if δ{j} < 0; {near}; {far} otherwise", "r = residuals", "δ = delta")


def _pseudo_huber(loss: Any, j: str) -> Lines:
    return (f"δ{j}^2 (√(1 + (r{j} / δ{j})^2) - 1)", "r = residuals", "δ = delta")


def _quantile(loss: Any, j: str) -> Lines:
    low, high = f"α (y{j} - x{j})", f"(1 - α) (x{j} - y{j})"
    names = "x = predictions", "y = targets", f"α = {number(loss.quantile)}"
    return (f"{low} if y{j} ≥ x{j}; {high} otherwise", *names)


def _relative(loss: Any, j: str) -> Lines:
    whole = f"|targets{j}|"
    whole = f"max({whole}, {number(loss.floor)})" if loss.floor else whole
    return (f"{times(loss.factor)}|predictions{j} - targets{j}| / {whole}",)


def _squared_log(loss: Any, j: str) -> Lines:
    first = f"(log(1 + x{j}) - log(1 + y{j}))^2"
    if loss.floor is None:
        return (first, "x = predictions", "y = targets")
    floor = number(loss.floor)
    return (first, f"x = max(predictions, {floor})", f"y = max(targets, {floor})")


def _poisson(loss: Any, j: str) -> Lines:
    first = f"exp(log_rates{j}) - counts{j} log_rates{j}"
    if not loss.log_rate:
        log = f"log({plus(f'rates{j}', loss.eps)})" if loss.eps else f"log rates{j}"
        first = f"rates{j} - counts{j} {log}"
    if loss.stirling:
        n = f"counts{j}"
        first += f" + [{n} > 1] ({n} log {n} - {n} + log(2 π {n}) / 2)"
    return (first,)


def _rates(loss: Any) -> Words:
    return {"pred": "log_rates" if loss.log_rate else "rates", "target": "counts"}


def _gaussian(loss: Any, j: str) -> Lines:
    first = f"(log v{j} + (means{j} - targets{j})^2 / v{j}) / 2"
    first = f"{first} + log(2 π) / 2" if loss.full else first
    return (first, f"v = max(variances, {number(loss.eps)})")


def _tweedie(loss: Any, j: str) -> Lines:
    p, x, y = loss.power, f"x{j}", f"y{j}"
    names = "x = predictions", "y = targets"
    if p == 0:
        return (f"({x} - {y})^2", *names)
    if p == 1:
        return (f"2 ({y} log({y} / {x}) - {y} + {x})", *names)
    if p == 2:
        return (f"2 (log({x} / {y}) + {y} / {x} - 1)", *names)
    one, two = "(1 - p)", "(2 - p)"
    first = f"2 (max({y}, 0)^{two} / ({one} {two}) - {y} {x}^{one} / {one} + {x}^{two} / {two})"
    return (first, *names, f"p = {number(p)}")


def _log_cosh(loss: Any, j: str) -> Lines:
    return (f"log(cosh(predictions{j} - targets{j}))",)


TOLD: dict[type, Told] = {
    SquaredError: each("The square of the difference.", _squared),
    Square: each(
        "The square of a number.",
        lambda loss, j: (f"{times(loss.factor)}values{j}^2",),
        fixed(pred="values"),
    ),
    AbsoluteError: each(
        "The size of the difference.", lambda loss, j: (f"|predictions{j} - targets{j}|",)
    ),
    Huber: each("Squared for small differences, straight for large ones.", _huber),
    HuberPenalty: each(
        "The Huber loss of a difference, with its threshold an array.", _huber_penalty, RESIDUALS
    ),
    PseudoHuberPenalty: each(
        "A smooth Huber loss of a difference, with its threshold an array.",
        _pseudo_huber,
        RESIDUALS,
    ),
    LogCosh: each(
        "Nearly squared for small differences, nearly absolute for large ones.", _log_cosh
    ),
    QuantileError: each("The pinball loss, least at a quantile of the targets.", _quantile),
    RelativeError: each("The size of the difference in parts of the target.", _relative),
    SquaredLogError: each("The square of the difference of logarithms.", _squared_log),
    PoissonNLL: each(
        "How unlikely a count is at a rate (Poisson), up to a constant.", _poisson, _rates
    ),
    GaussianNLL: each(
        "How unlikely a target is at a mean and a variance (Gaussian).",
        _gaussian,
        fixed(pred="means", target="targets", variance="variances"),
    ),
    TweedieDeviance: each(
        "Twice what a prediction loses in likelihood against the best one, the target itself.",
        _tweedie,
    ),
}
