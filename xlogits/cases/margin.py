"""Hinge and margin losses: their domains, and the scores that are exactly at the margin."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlogits.cases.case import EXTREME, rng_of
from xlogits.cases.formula import Domain, Draw, positive, signs
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

Array = Any
Operands = dict[str, Array]
Shape = tuple[int, ...]
Special = Callable[[Operands], Operands]


def bits(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, 2, shape)


def one_hot(rng: np.random.Generator, shape: Shape) -> Array:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def eighths(odd: int) -> Draw:
    """Multiples of 1/8, odd or even: one of each never tie, also after rounding to a dtype."""
    return lambda rng, shape: rng.integers(-32, 32, shape) / 4 + odd / 8


def lists(rng: np.random.Generator, shape: Shape) -> Array:
    """Rows of distinct classes, ended by -1; what follows that does not count."""
    found = np.zeros(shape, int)
    for row in np.ndindex(*shape[:-1]):
        found[row] = rng.permutation(shape[-1])
        found[row][rng.integers(0, shape[-1] + 1) :][:1] = -1
    return found


def at_margin(margin: float) -> Special:
    """Scores that meet the margin exactly, and miss it, for labels of -1, 1 or 0, 1."""
    return lambda a: {"pred": margin * np.where(a["target"] > 0, 1.0, -1.0) * _halves(a["pred"])}


def _halves(like: Array) -> Array:
    return np.resize([1.0, 0.0, -1.0, 0.5], like.shape)


def far(operands: Operands) -> Operands:
    return {"pred": operands["pred"] * 100}


def steps(operands: Operands) -> Operands:
    """Scores that tie with each other, and that are 1 apart."""
    return {"pred": rng_of("steps").integers(-1, 2, operands["pred"].shape).astype(float)}


def large(operands: Operands) -> Operands:
    return {"pred": EXTREME["large logits"](rng_of("large"), operands["pred"])}


def masked(operands: Operands) -> Operands:
    """A class of score -inf in every row, which the label does not name."""
    pred = operands["pred"].copy()
    for row, label in enumerate(operands["target"]):
        pred[row, (label + 1) % pred.shape[1]] = -np.inf
    return {"pred": pred}


def one_score(loss: MulticlassHinge) -> dict[str, Special]:
    if not loss.one_score:
        return {}
    return {"positive column": lambda a: {"pred": a["pred"][:, 0], "target": a["target"] % 2}}


BINARY: dict[str, Draw] = {"target": bits}
SIGNS: dict[str, Draw] = {"target": signs}
ROWS: dict[str, Special] = {"ties, and scores 1 apart": steps, "large scores": large}
INDEXED: dict[str, Special] = {**ROWS, "-inf masked classes": masked}

DOMAINS: dict[type, Domain] = {
    Hinge: Domain(
        SIGNS,
        {
            "scores at the margin": at_margin(1.0),
            "labels of 0 and 1": lambda a: {"target": (a["target"] > 0).astype(float)},
            "labels of 0 and 1 but for one": lambda a: {
                "target": np.where(np.arange(30).reshape(6, 5) == 7, -1.0, a["target"] > 0)
            },
            "large scores": far,
        },
    ),
    SoftMargin: Domain(
        SIGNS, {"large scores": far, "scores exactly 0": lambda a: {"pred": 0 * a["pred"]}}
    ),
    HingeEmbedding: Domain(
        {"pred": positive, "target": signs},
        {
            "distances at the margin": lambda a: {"pred": _halves(a["pred"])},
            "labels of 0": lambda a: {"target": np.where(a["target"] > 0, 0.0, -1.0)},
        },
    ),
    MarginRanking: Domain(
        {"pred": eighths(0), "other": eighths(1), "target": signs},
        {
            "equal scores": lambda a: {"other": a["pred"]},
            "scores of all digits": lambda a: {"pred": a["pred"] + 1 / 27},
            "scores a margin apart": lambda a: {
                "other": 0 * a["pred"],
                "pred": 0.25 * a["target"] * _halves(a["pred"]),
            },
        },
    ),
    BinarySparsemax: Domain(
        BINARY,
        {"logits at the ends": lambda a: {"pred": _halves(a["pred"])}, "large scores": far},
    ),
    CategoricalHinge: Domain(
        {"target": one_hot},
        {
            **ROWS,
            "soft labels": lambda a: {"target": rng_of("soft").dirichlet(np.ones(5), 6)},
            "all scores negative": lambda a: {"pred": -abs(a["pred"]) - 3},
        },
    ),
    MulticlassHinge: Domain({}, INDEXED, one_score),
    MultiMargin: Domain({}, ROWS),
    MultiLabelMargin: Domain(
        {"target": lists},
        {
            **ROWS,
            "no labels": lambda a: {"target": np.full((6, 5), -1)},
            "a label listed twice": lambda a: {"target": np.tile([3, 1, 3, -1, 0], (6, 1))},
        },
    ),
    Sparsemax: Domain({}, INDEXED),
}
