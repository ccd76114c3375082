"""What is worth saying about the arrays and the call, whatever the numbers are."""

from collections.abc import Iterator

import numpy as np

from xlogits.diagnosis.items import Data
from xlogits.diagnosis.recipe import Recipe
from xlogits.diagnosis.starts import form_of
from xlogits.losses import SigmoidCrossEntropy, SoftmaxCrossEntropy


def remarks(data: Data, recipe: Recipe) -> Iterator[str]:
    """Steps that are harmless, and arrays that are not what their name says."""
    yield from _harmless(data, recipe)
    yield from _kinds(data, recipe)
    for name, array in data.operands.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            count = int((~np.isfinite(array)).sum())
            title = {"pred": "logits", "target": "labels"}.get(name, name)
            yield f"{title}: {count} of {array.size} entries are NaN or infinite"


def _harmless(data: Data, recipe: Recipe) -> Iterator[str]:
    """Activations in the call that change nothing."""
    for at, step in enumerate(recipe.steps):
        without = recipe._replace(steps=recipe.steps[:at] + recipe.steps[at + 1 :])
        one, two = data.items(recipe), data.items(without)
        if one is not None and two is not None and np.allclose(one.loss, two.loss, 1e-9, 1e-9):
            yield (
                f"{step.name} before this loss is harmless: the loss takes the log-softmax of its "
                f"logits, and log-probabilities are their own log-softmax; it can be left out"
            )


def _kinds(data: Data, recipe: Recipe) -> Iterator[str]:
    loss, x = recipe.loss, data.operands["pred"]
    if (
        recipe.steps
        or not isinstance(loss, SoftmaxCrossEntropy | SigmoidCrossEntropy)
        or not x.ndim
    ):
        return
    if isinstance(loss, SigmoidCrossEntropy):
        if ((x > 0) & (x < 1)).all() and x.size > 8:
            yield "all logits lie between 0 and 1: they may be probabilities already"
        return
    axis = loss.axis if isinstance(loss.axis, int) else -1
    kind = form_of(x, axis).kind
    if kind == "probabilities":
        yield f"the logits are probabilities: they sum to 1 along axis {axis}"
    if kind == "log_probabilities":
        yield (
            "the logits are log-probabilities (their exp sums to 1); a loss of logits on top of them "
            "is harmless, the second log-softmax changes nothing"
        )
