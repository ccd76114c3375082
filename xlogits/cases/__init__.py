"""The inputs that every function is tried on: ordinary ones, and the ones that tell functions apart."""

from collections.abc import Callable, Iterator
from typing import Any

from xlogits.cases import (
    callers,
    divergence,
    formula,
    likelihood,
    linear,
    margin,
    overlap,
    products,
    regression,
    sequence,
    sigmoid,
    similarity,
    softmax,
    transform,
)
from xlogits.cases.case import CORE, MORE_SIZES, Case
from xlogits.cases.formula import Domain
from xlogits.losses import (
    CTC,
    ClassOverlap,
    Elementwise,
    LinearSoftmaxCrossEntropy,
    Loss,
    Rowwise,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)

DOMAINS: dict[type, Domain | Callable[[Any], Domain]] = {
    **regression.DOMAINS,
    **margin.DOMAINS,
    **divergence.DOMAINS,
    **products.DOMAINS,
    **overlap.DOMAINS,
    **similarity.DOMAINS,
    **likelihood.DOMAINS,
}


def cases(loss: Loss | Transform, wanted: frozenset[str] = frozenset()) -> Iterator[Case]:
    """All cases that make sense for a loss, with the weights that are wanted."""
    return (case for case in _cases(loss, wanted) if case.name not in MORE_SIZES)


def brought(loss: Loss | Transform, wanted: frozenset[str] = frozenset()) -> Iterator[Case]:
    """What callers bring besides: further sizes, and operands of other shapes and dtypes."""
    yield from (case for case in _cases(loss, wanted) if case.name in MORE_SIZES)
    ordinary = next((case for case in _cases(loss, wanted) if case.name == "ordinary"), None)
    if ordinary is not None:
        yield from callers.brought(loss, ordinary.operands)


def _cases(loss: Loss | Transform, wanted: frozenset[str]) -> Iterator[Case]:
    if isinstance(loss, Transform):
        yield from transform.cases(loss, wanted)
    elif isinstance(loss, LinearSoftmaxCrossEntropy):
        yield from linear.linear(loss, wanted)
    elif isinstance(loss, SoftmaxCrossEntropy):
        yield from softmax.cases(loss, wanted)
    elif isinstance(loss, SigmoidCrossEntropy):
        yield from sigmoid.cases(loss, wanted)
    elif isinstance(loss, ClassOverlap):
        yield from overlap.classes(loss, wanted)
    elif isinstance(loss, CTC):
        yield from sequence.ctc(loss, wanted)
    elif isinstance(loss, Elementwise):
        yield from formula.elementwise(loss, wanted, _domain(loss))
    elif isinstance(loss, Rowwise):
        yield from formula.rowwise(loss, wanted, _domain(loss))
    else:
        raise NotImplementedError(f"no cases for {type(loss).__name__}")


def _domain(loss: Loss) -> Domain:
    """Where the arrays of a loss come from, which may depend on its fields."""
    domain = DOMAINS[type(loss)]
    return domain if isinstance(domain, Domain) else domain(loss)


__all__ = ["CORE", "Case", "brought", "cases"]
