"""Sigmoid cross-entropy: ordinary arrays, and the ones that tell functions apart."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import EVERY_SIZE, EXTREME, Case, rng_of, weights
from xlogits.losses import SigmoidCrossEntropy
from xlogits.losses.parts.axes import class_axes

Array = Any
Shape = tuple[int, ...]


def cases(loss: SigmoidCrossEntropy, wanted: frozenset[str]) -> Iterator[Case]:
    for name, size in EVERY_SIZE.items():
        if name != "unbatched":
            operands = _sigmoid_operands(loss, size.shape, name, wanted)
            yield Case(name, operands, strided=name == "not contiguous")
    if loss.form.kind == "logits":
        for name, change in EXTREME.items():
            operands = _sigmoid_operands(loss, (6, 5), name, wanted)
            x = change(rng_of(name), operands["pred"]) * np.where(np.arange(6) % 2, 1, -1)[:, None]
            yield Case(name, operands | {"pred": x})
    hard = _sigmoid_operands(loss, (6, 5), "labels of 0 and 1", wanted)
    hard["target"] = (hard["target"] > 0.5).astype(float)
    yield Case("labels of 0 and 1", hard)
    if loss.form.kind == "probabilities":
        certain = (np.arange(30).reshape(6, 5) % 3) / 2
        yield Case("probabilities exactly 0 and 1", hard | {"pred": certain})


def _sigmoid_operands(
    loss: SigmoidCrossEntropy, shape: Shape, name: str, wanted: frozenset[str]
) -> dict[str, Array]:
    rng = rng_of(name)
    x = rng.normal(size=shape) * 2
    if loss.form.kind == "probabilities":
        x = 1 / (1 + np.exp(-x))
    operands = {"pred": x, "target": rng.uniform(size=shape)}
    axis = class_axes(loss.axis, len(shape))[0]
    if "pos_weight" in wanted:
        operands["pos_weight"] = rng.uniform(0.5, 3, shape[axis])
    if "class_weight" in wanted:
        operands["class_weight"] = rng.uniform(0.5, 2, shape[axis])
    if "sample_weight" in wanted:
        items = shape if loss.inner == "none" else shape[:axis] + shape[axis + 1 :]
        operands["sample_weight"] = weights(rng, items)
    return operands
