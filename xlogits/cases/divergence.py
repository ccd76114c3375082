"""Divergences and the relatives of cross-entropy: their domains."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.cases.case import EXTREME, rng_of
from xlogits.cases.formula import Domain, Draw, Shape, normal
from xlogits.losses import (
    Entropy,
    GeneralizedCrossEntropy,
    KLDivergence,
    RelativeEntropy,
    SigmoidFocal,
)

Array = Any
Operands = dict[str, Array]


def uniform(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(0.02, 0.98, shape)  # none that is 1 in half precision


def log_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    return np.log(uniform(rng, shape))


def cycle(x: Array, period: int) -> Array:
    """0, 1, 2, ..., 0, 1, 2, ... in the shape of an array."""
    return np.arange(x.size).reshape(x.shape) % period


def _with_zeros(name: str, is_log: bool) -> Callable[[Operands], Operands]:
    """A quarter of the probabilities of one array are 0."""
    return lambda a: {name: np.where(cycle(a[name], 4) == 0, -np.inf if is_log else 0, a[name])}


def _partly_negative(name: str) -> Callable[[Operands], Operands]:
    return lambda a: {name: np.where(cycle(a[name], 4) == 1, -a[name], a[name])}


def _kl(loss: KLDivergence) -> Domain:
    target = _with_zeros("target", loss.log_target)
    pred = _with_zeros("pred", loss.log_pred)
    special = {
        "prediction equal to target": lambda a: {
            "target": a["pred"] if loss.log_pred == loss.log_target else np.exp(a["pred"])
        },
        "labels exactly 0": target,
        "labels exactly 0, predictions too": lambda a: target(a) | pred(a),
        "predictions exactly 0": pred,
    }
    if not (loss.log_pred or loss.log_target):
        for name in ("pred", "target"):
            special[f"{name} below 0"] = _partly_negative(name)
    draw: dict[str, Draw] = {
        "pred": log_uniform if loss.log_pred else uniform,
        "target": log_uniform if loss.log_target else uniform,
    }
    return Domain(draw, special)


def _sigmoid_focal(loss: SigmoidFocal) -> Domain:
    def hard(a: Operands) -> Operands:
        return {"target": np.round(a["target"])}

    special: dict[str, Callable[[Operands], Operands]] = {"labels of 0 and 1": hard}
    if loss.form.kind != "logits":
        special["probabilities exactly 0 and 1"] = lambda a: (
            hard(a) | {"pred": cycle(a["pred"], 3) / 2}
        )
        return Domain({"pred": uniform, "target": uniform}, special)
    special |= {name: _both_signs(name) for name in EXTREME}
    return Domain({"pred": normal, "target": uniform}, special)


def _both_signs(name: str) -> Callable[[Operands], Operands]:
    """Extreme logits, every other row of them negative."""

    def change(a: Operands) -> Operands:
        x = EXTREME[name](rng_of(name), a["pred"])
        return {"pred": x * np.where(np.arange(6) % 2, 1, -1)[:, None]}

    return change


def _certain(a: Operands) -> Operands:
    """Half of the rows are certain of one class, right or wrong."""
    rows = np.eye(5)[np.arange(6) % 5]
    return {"pred": np.where((np.arange(6) % 2)[:, None] == 1, rows, 0.2)}


DOMAINS: dict[type, Domain | Callable[[Any], Domain]] = {
    KLDivergence: _kl,
    Entropy: Domain(
        {"pred": uniform},
        {
            "equal shares": lambda a: {"pred": 0 * a["pred"] + 0.3},
            "nearly certain": lambda a: {"pred": np.where(cycle(a["pred"], 5) == 2, 1.0, 1e-3)},
        },
    ),
    RelativeEntropy: Domain(
        {"pred": uniform, "target": uniform},
        {
            "prediction equal to target": lambda a: {"target": a["pred"]},
            "labels exactly 0": _with_zeros("target", False),
            "labels exactly 0, predictions too": lambda a: (
                _with_zeros("target", False)(a) | _with_zeros("pred", False)(a)
            ),
        },
    ),
    GeneralizedCrossEntropy: Domain({"pred": uniform}, {"probabilities exactly 0 and 1": _certain}),
    SigmoidFocal: _sigmoid_focal,
}
