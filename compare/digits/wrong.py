"""Runs that are wrong on purpose, each by a mistake that people make. The comparison must notice all.

Two are far off in any plot. Three are not: their loss looks right, and so does what they learn.
"""

from typing import Any

import numpy as np

import xlogits as xl
from compare.digits.data import Digits
from compare.digits.frameworks import Objective
from xlogits.dialects import keras

Array = Any
PADDING = 3  # images in excess of 1797 that fill a batch of 1800
IGNORED = -100


def mistakes(digits: Digits) -> dict[str, Objective]:
    """Wrong losses for the NumPy adapter, by what is wrong with them."""
    return {
        "probabilities where logits belong": _softmax_twice(digits),
        "from_logits=True forgotten": _from_logits_forgotten(digits),
        f"{PADDING} ignored images counted in the mean": padded(digits, "mean_over_items"),
        "label smoothing of 0.001 left on": _smoothed(digits),
        "right loss, gradient divided by n - 1": _gradient_by_one_less(digits),
    }


def padded(digits: Digits, reduction: str) -> Objective:
    """A batch filled up with ignored images: right only if the mean leaves them out too."""
    labels = np.pad(digits.labels, (0, PADDING), constant_values=IGNORED)

    def objective(logits: Array) -> tuple[Array, Array]:
        loss, gradient = xl.value_and_grad(xl.softmax_cross_entropy)(
            np.pad(logits, ((0, PADDING), (0, 0))),
            labels,
            ignore_index=IGNORED,
            reduction=reduction,
        )
        return loss, gradient[: len(logits)]

    return objective


def _softmax_twice(digits: Digits) -> Objective:
    def objective(logits: Array) -> tuple[Array, Array]:
        loss, by_probabilities = xl.value_and_grad(xl.softmax_cross_entropy)(
            xl.softmax(logits), digits.labels, reduction="mean"
        )
        _, gradient = xl.value_and_grad(xl.softmax)(logits, cotangent=by_probabilities)
        return loss, gradient

    return objective


def _from_logits_forgotten(digits: Digits) -> Objective:
    loss = xl.value_and_grad(keras.losses.SparseCategoricalCrossentropy())
    return lambda logits: loss(digits.labels, logits)


def _smoothed(digits: Digits) -> Objective:
    loss = xl.value_and_grad(xl.softmax_cross_entropy)
    return lambda logits: loss(logits, digits.labels, label_smoothing=0.001, reduction="mean")


def _gradient_by_one_less(digits: Digits) -> Objective:
    def objective(logits: Array) -> tuple[Array, Array]:
        loss, gradient = xl.value_and_grad(xl.softmax_cross_entropy)(
            logits, digits.labels, reduction="mean"
        )
        return loss, gradient * (len(logits) / (len(logits) - 1))

    return objective
