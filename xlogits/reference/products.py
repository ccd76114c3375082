"""Arithmetic with logarithms, by definition."""

from typing import Any

import numpy as np

from xlogits.losses import LogAddExp, XLogY
from xlogits.reference.formula import Definition


def _xlogy(loss: XLogY, x: Any, y: Any) -> Any:
    inside = 1 + y if loss.plus_one else y
    if x.real == 0 and not 0 < inside.real < np.inf:
        return 0 * x
    return x * np.log(inside)


def _logaddexp(loss: LogAddExp, x: Any, y: Any) -> Any:
    top, other = (x, y) if x.real >= y.real else (y, x)
    return top if other.real == -np.inf else top + np.log(1 + np.exp(other - top))


DEFINITIONS: dict[type, Definition] = {
    LogAddExp: Definition(_logaddexp),
    XLogY: Definition(_xlogy),
}
