"""Losses of measured values: their domains."""

from typing import Any

import numpy as np

from xlogits.cases.formula import Domain, positive
from xlogits.losses import (
    AbsoluteError,
    Huber,
    HuberPenalty,
    LogCosh,
    PseudoHuberPenalty,
    QuantileError,
    RelativeError,
    Square,
    SquaredError,
    SquaredLogError,
)

Array = Any
EQUAL = {"prediction equal to target": lambda a: {"target": a["pred"]}}
FAR = {"far apart": lambda a: {"pred": a["pred"] * 1000}}


def _steps(like: Array, *values: float) -> Array:
    """An array of this shape with these values in turn."""
    return np.resize(np.array(values), like.shape)


def _kinks(*differences: float) -> Any:
    """Targets that are off by exactly so much."""
    return lambda a: {
        "pred": _steps(a["pred"], 2.0),
        "target": _steps(a["pred"], *(2.0 + d for d in differences)),
    }


def _penalties(a: dict[str, Array]) -> dict[str, Array]:
    """Every pair of a difference and a delta, with zeros and a negative delta among them."""
    r, delta = np.meshgrid((-3.0, -1.0, 0.0, 0.5, 3.0, 1.0), (0.0, 0.5, 1.0, 3.0, -1.0))
    return {"pred": r.T, "delta": delta.T}


DOMAINS: dict[type, Domain] = {
    SquaredError: Domain(
        special={**EQUAL, "far apart": lambda a: {"pred": a["pred"] * 20}},
    ),
    Square: Domain(),
    AbsoluteError: Domain(special=EQUAL | FAR),
    Huber: Domain(special={**EQUAL, **FAR, "at the kink": _kinks(1.0, -1.0, 0.5, -0.5, 0.25)}),
    HuberPenalty: Domain({"delta": positive}, {"zeros and kinks": _penalties}),
    PseudoHuberPenalty: Domain({"delta": positive}, {"zeros and kinks": _penalties}),
    LogCosh: Domain(special=EQUAL | FAR),
    QuantileError: Domain(special=EQUAL | FAR),
    RelativeError: Domain(
        {"target": positive},
        special={**EQUAL, "targets exactly 0": lambda a: {"target": a["target"] * 0}},
    ),
    SquaredLogError: Domain({"pred": positive, "target": positive}, special=EQUAL),
}
