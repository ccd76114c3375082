"""Losses of measured values: their domains."""

from xlogits.losses import SquaredError
from xlogits.parity.cases.formula import Domain

DOMAINS: dict[type, Domain] = {
    SquaredError: Domain(
        special={
            "prediction equal to target": lambda a: {"target": a["pred"]},
            "far apart": lambda a: {"pred": a["pred"] * 20},
        }
    ),
}
