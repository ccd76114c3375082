"""Softmax cross-entropy of a linear layer: features and weights instead of logits."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import Case, rng_of, weights
from xlogits.losses import LinearSoftmaxCrossEntropy

Array = Any
FEATURES = 3


def linear(loss: LinearSoftmaxCrossEntropy, wanted: frozenset[str]) -> Iterator[Case]:
    for name, batch, classes in (
        ("ordinary", (6,), 5),
        ("layer of one class", (6,), 1),
        ("one row of features", (1,), 5),
        ("no rows of features", (0,), 5),
        ("features, unbatched", (), 5),
    ):
        yield Case(name, _operands(name, batch, classes, wanted), strided=name == "ordinary")
    for name, positions in (("one position", (1,)), ("several positions", (2, 2))):
        operands = _operands(name, (6,), 5, wanted, positions)
        yield Case(f"layer of {name}", operands)
        q = rng_of(name).dirichlet(np.ones(5), (6, *positions))
        yield Case(f"{name}, dense labels", operands | {"target": np.moveaxis(q, -1, 1)})
        if loss.ignore_index is not None:
            ignored = operands["target"].copy()
            ignored[[1, 4], 0] = ignored[2] = loss.ignore_index
            yield Case(f"{name}, ignored labels", operands | {"target": ignored})
    operands = _operands("large", (6,), 5, wanted)
    yield Case("large features", operands | {"pred": operands["pred"] * 30})
    operands = _operands("dense", (6,), 5, wanted)
    q = rng_of("labels").dirichlet(np.ones(5), 6)
    yield Case("features, dense labels", operands | {"target": q})
    yield Case("label rows summing to 3, features", operands | {"target": 3 * q})
    if loss.ignore_index is not None:
        for name, ignored in (
            ("features, ignored labels", [1, 4]),
            ("features, all ignored", [*range(6)]),
        ):
            operands = _operands(name, (6,), 5, wanted)
            operands["target"][ignored] = loss.ignore_index
            yield Case(name, operands)


def _operands(
    name: str,
    batch: tuple[int, ...],
    classes: int,
    wanted: frozenset[str],
    positions: tuple[int, ...] = (),
) -> dict[str, Array]:
    rng = rng_of(name)
    every = {
        "pred": rng.normal(size=(*batch, FEATURES)),
        "target": np.asarray(rng.integers(0, classes, (*batch, *positions))),
        "linear_weight": rng.normal(size=(classes, *positions, FEATURES)),
        "linear_bias": rng.normal(size=(classes, *positions)),
        "class_weight": rng.uniform(0.5, 2, classes),
        "sample_weight": weights(rng, (*batch, *positions)),
    }
    needed = {*LinearSoftmaxCrossEntropy.ARRAYS, *wanted}
    return {key: value for key, value in every.items() if key in needed}
