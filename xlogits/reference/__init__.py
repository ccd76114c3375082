"""What a loss is by definition, in extended precision, one item at a time.

Nothing here shares a formula with `xlogits.losses` or calls a framework: items are looped over, each
is the textbook sum, and derivatives come from the complex-step method (Squire and Trapp 1998): the
imaginary part of f(x + ih) divided by h, exact to rounding for any h as small as 1e-40. The tests
hold it against mpmath.

Every number comes with a scale: the size below which an error means nothing, because rounding the
logarithm of a sum of numbers near 1 already moves it by one unit. Errors are stated in units of
eps * scale.
"""

from typing import Any

import numpy as np

from xlogits.losses import (
    Elementwise,
    Formula,
    LinearSoftmaxCrossEntropy,
    Loss,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.reference import (
    divergence,
    likelihood,
    margin,
    overlap,
    products,
    regression,
    sequence,
    similarity,
)
from xlogits.reference.formula import Definition, ElementItems, RowItems
from xlogits.reference.items import Reference
from xlogits.reference.linear import linear
from xlogits.reference.sigmoid import SigmoidItems
from xlogits.reference.softmax import SoftmaxItems, one_column, two_columns
from xlogits.reference.transform import transform

Array = Any

DEFINITIONS: dict[type, Definition] = {
    **regression.DEFINITIONS,
    **margin.DEFINITIONS,
    **divergence.DEFINITIONS,
    **products.DEFINITIONS,
    **overlap.DEFINITIONS,
    **similarity.DEFINITIONS,
    **likelihood.DEFINITIONS,
}
# losses whose items are neither numbers nor rows
ITEMS: dict[type, Any] = {
    **overlap.ITEMS,
    **sequence.ITEMS,
}


def evaluate(
    loss: Loss | Transform, operands: dict[str, Array], cotangent: Array | None = None
) -> Reference:
    """The loss of these operands, and the gradient of its sum weighted by `cotangent`."""
    with np.errstate(all="ignore"):
        if isinstance(loss, LinearSoftmaxCrossEntropy):
            return linear(loss, operands, cotangent)
        if isinstance(loss, SoftmaxCrossEntropy) and one_column(loss, operands):
            return two_columns(loss, operands, cotangent, evaluate)
        if isinstance(loss, Transform):
            return transform(loss, operands, cotangent)
        if type(loss) in ITEMS:
            alone: Reference = ITEMS[type(loss)](loss, operands).reference(cotangent)
            return alone
        if isinstance(loss, Formula):
            return _formula(loss, operands, cotangent)
        if isinstance(loss, SoftmaxCrossEntropy):
            return SoftmaxItems(loss, operands).reference(cotangent)
        if isinstance(loss, SigmoidCrossEntropy):
            return SigmoidItems(loss, operands).reference(cotangent)
    raise NotImplementedError(f"no definition of {type(loss).__name__}")


def _formula(loss: Formula, operands: dict[str, Array], cotangent: Array | None) -> Reference:
    means = DEFINITIONS[type(loss)].means
    if means is not None:
        loss, operands = means(loss, operands)
    items: Any = ElementItems if isinstance(loss, Elementwise) else RowItems
    found: Reference = items(loss, DEFINITIONS[type(loss)], operands).reference(cotangent)
    return found


__all__ = ["Reference", "evaluate"]
