"""Likelihoods and deviances of measured values: their domains."""

from typing import Any

import numpy as np

from xlogits.losses import GaussianNLL, PoissonNLL, TweedieDeviance
from xlogits.parity.cases.formula import Domain, positive

Array = Any


def counts(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.poisson(2.0, shape).astype(float)


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
    TweedieDeviance: Domain(
        {"pred": positive, "target": positive},
        shapes={"ordinary": (6,), "one class": (6, 1), "one row": (1,), "not contiguous": (6,)},
    ),
}
