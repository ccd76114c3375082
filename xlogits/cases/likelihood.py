"""Likelihoods and deviances of measured values: their domains."""

from typing import Any

import numpy as np

from xlogits.cases.formula import Domain, positive
from xlogits.losses import BrierScore, GaussianNLL, PoissonNLL, TweedieDeviance

Array = Any


def counts(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.poisson(2.0, shape).astype(float)


def shares(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Probabilities that sum to 1 along the last axis."""
    p = rng.uniform(0.125, 1, shape)
    return p / p.sum(-1, keepdims=True)


def two_classes(a: dict[str, Array]) -> dict[str, Array]:
    p = a["pred"][:, :1]
    return {"pred": np.concatenate([1 - p, p], 1), "target": a["target"] % 2}


def one_score(loss: BrierScore) -> Any:
    if not loss.one_score:
        return {}
    return {"positive column": lambda a: {"pred": a["pred"][:, 0], "target": a["target"] % 2}}


DOMAINS: dict[type, Domain] = {
    PoissonNLL: Domain(
        {"pred": positive, "target": counts},
        {"fractions of counts": lambda a: {"target": a["pred"] / 2}},
    ),
    GaussianNLL: Domain(
        {"variance": positive},
        {
            "prediction equal to target": lambda a: {"target": a["pred"]},
            "variance of each row": lambda a: {"variance": a["variance"][:, :1]},
            "variance of 0": lambda a: {"variance": a["variance"] * (np.arange(5) % 2)},
        },
    ),
    BrierScore: Domain({"pred": shares}, {"two classes": two_classes}, one_score),
    TweedieDeviance: Domain(
        {"pred": positive, "target": positive},
        shapes={"ordinary": (6,), "one class": (6, 1), "one row": (1,), "not contiguous": (6,)},
    ),
}
