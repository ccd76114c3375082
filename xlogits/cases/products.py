"""Arithmetic with logarithms: factors of 0, logarithms of 0, and numbers that are equal or infinite."""

from typing import Any

import numpy as np

from xlogits.cases.formula import Domain, positive
from xlogits.losses import LogAddExp, XLogY

Array = Any


def _zeros(operands: dict[str, Array]) -> dict[str, Array]:
    """Every pair of 0 or not with one that is 0, below 0 or above 0, and 1."""
    x, y = operands["pred"].copy(), operands["target"].copy()
    x[:, :3] = 0
    y[:, 0], y[:, 1], y[:, 3] = 0, -1, 0
    return {"pred": x, "target": y}


def _equal(operands: dict[str, Array]) -> dict[str, Array]:
    x, y = operands["pred"].copy(), operands["target"].copy()
    y[:, 0] = x[:, 0]
    x[:, 1], y[:, 2], x[:, 3] = -np.inf, -np.inf, y[:, 3] + 1000
    return {"pred": x, "target": y}


def _column(operands: dict[str, Array]) -> dict[str, Array]:
    return {"target": operands["target"][:, :1]}


DOMAINS: dict[type, Domain] = {
    LogAddExp: Domain({"target": positive}, {"equal, infinite and far apart": _equal}),
    XLogY: Domain({"target": positive}, {"zeros": _zeros, "a column": _column}),
}
