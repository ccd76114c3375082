"""Losses of measured values, by definition."""

from typing import Any

from xlogits.losses import SquaredError
from xlogits.parity.reference.formula import Definition


def _squared(loss: SquaredError, x: Any, y: Any) -> Any:
    return loss.factor * (x - y) ** 2


DEFINITIONS: dict[type, Definition] = {
    SquaredError: Definition(_squared),
}
