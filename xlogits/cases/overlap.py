"""Losses of overlap: regions given by probabilities or logits."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import Case, rng_of, weights
from xlogits.cases.formula import Domain, Shape
from xlogits.losses import ClassOverlap, Tversky

Array = Any
Operands = dict[str, Array]


def probabilities(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(0.02, 0.98, shape)


def regions(rng: np.random.Generator, shape: Shape) -> Array:
    return (rng.random(shape) < 0.4).astype(float)


DOMAINS: dict[type, Domain] = {
    Tversky: Domain(
        draw={"pred": probabilities, "target": regions},
        special={
            "nothing predicted and nothing there": lambda a: {
                "pred": 0 * a["pred"],
                "target": 0 * a["target"],
            },
            "nothing there": lambda a: {"target": 0 * a["target"]},
            "exactly right": lambda a: {"pred": a["target"]},
            "soft targets": lambda a: {"target": 1 - a["pred"] / 2},
        },
    )
}

SHAPES: dict[str, Shape] = {
    "ordinary": (3, 4, 3),
    "K-dimensional": (2, 2, 3, 2),
    "one class": (3, 4, 1),
    "no pixel axes": (4, 3),
    "empty batch": (0, 4, 3),
}


def classes(loss: ClassOverlap, wanted: frozenset[str]) -> Iterator[Case]:
    for name, shape in SHAPES.items():
        rng = rng_of(name)
        x = rng.normal(size=shape) * 2
        if loss.activation == "none":
            x = np.exp(x) / np.sum(np.exp(x), -1, keepdims=True)
        several = max(shape[-1], 2)
        hot = np.eye(several)[rng.integers(0, several, shape[:-1])]
        operands = {"pred": x, "target": hot[..., : shape[-1]]}
        if "class_weight" in wanted:
            operands["class_weight"] = weights(rng, shape[-1:])
        if "sample_weight" in wanted and loss.axis is None and loss.over_classes != "none":
            operands["sample_weight"] = weights(rng, shape[:1])  # one loss per image
        yield Case(name, operands)
        if name == "ordinary":
            yield Case(
                "a class without targets", operands | {"target": operands["target"] * [1, 0, 1]}
            )
            yield Case("soft targets", operands | {"target": rng.uniform(size=shape)})
            yield Case("large logits", operands | {"pred": 30 * x})
