"""The inputs that every function is tried on: ordinary ones, and the ones that tell functions apart."""

from collections.abc import Iterator

from xlogits.losses import (
    Elementwise,
    Loss,
    Rowwise,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.parity.cases import formula, margin, regression, sigmoid, softmax, transform
from xlogits.parity.cases.case import CORE, Case

DOMAINS = {**regression.DOMAINS, **margin.DOMAINS}


def cases(loss: Loss | Transform, wanted: frozenset[str] = frozenset()) -> Iterator[Case]:
    """All cases that make sense for a loss, with the weights that are wanted."""
    if isinstance(loss, Transform):
        yield from transform.cases(loss, wanted)
    elif isinstance(loss, SoftmaxCrossEntropy):
        yield from softmax.cases(loss, wanted)
    elif isinstance(loss, SigmoidCrossEntropy):
        yield from sigmoid.cases(loss, wanted)
    elif isinstance(loss, Elementwise):
        yield from formula.elementwise(loss, wanted, DOMAINS[type(loss)])
    elif isinstance(loss, Rowwise):
        yield from formula.rowwise(loss, wanted, DOMAINS[type(loss)])
    else:
        raise NotImplementedError(f"no cases for {type(loss).__name__}")


__all__ = ["CORE", "Case", "cases"]
