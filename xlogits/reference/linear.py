"""Softmax cross-entropy of a linear layer by definition: of the logits, all of them."""

from typing import Any

import numpy as np

from xlogits.losses import LinearSoftmaxCrossEntropy
from xlogits.reference.items import Reference
from xlogits.reference.softmax import SoftmaxItems
from xlogits.reference.vector import REAL

Array = Any


def linear(
    loss: LinearSoftmaxCrossEntropy, operands: dict[str, Array], cotangent: Array | None
) -> Reference:
    """By hidden states, weight and bias; labels are constants."""
    hidden, weight = (np.asarray(operands[name], REAL) for name in ("pred", "linear_weight"))
    bias = operands.get("linear_bias")
    shape, weight = weight.shape, weight.reshape(-1, weight.shape[-1])
    logits = hidden @ weight.T + (0 if bias is None else np.asarray(bias, REAL).reshape(-1))
    logits = logits.reshape(*hidden.shape[:-1], *shape[:-1])
    plain = loss.of_logits(hidden.ndim - 1)
    others = {k: v for k, v in operands.items() if k in ("target", "sample_weight", "class_weight")}
    found = SoftmaxItems(plain, others | {"pred": logits}).reference(cotangent)
    # logits are sums, rounded in proportion to their largest terms
    moved = 1 + np.max(abs(hidden) @ abs(weight.T), initial=0)
    rows, sizes = (np.nan_to_num(x).reshape(-1, len(weight)) for x in found.gradients["pred"])
    sizes = moved * sizes
    items = hidden.reshape(len(rows), hidden.shape[-1])
    gradients = {
        "pred": (
            (rows @ weight).reshape(hidden.shape),
            (sizes @ abs(weight)).reshape(hidden.shape),
        ),
        "linear_weight": (
            (rows.T @ items).reshape(shape),
            (sizes.T @ abs(items)).reshape(shape),
        ),
    }
    if bias is not None:
        gradients["linear_bias"] = tuple(x.sum(0).reshape(shape[:-1]) for x in (rows, sizes))
    return Reference((found.value[0], moved * found.value[1]), gradients)
