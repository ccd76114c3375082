"""Connectionist temporal classification: sequences and labels of several lengths."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import Case, rng_of, weights
from xlogits.losses import CTC

Array = Any
CLASSES = 4

# the labels of every item, as numbers among those that are not the blank, and how many frames count
SEQUENCES: dict[str, tuple[list[list[int]], list[int]]] = {
    "ordinary": ([[0, 1, 2], [1, 1], [2]], [6, 5, 4]),
    "no labels": ([[], [0], []], [4, 3, 1]),
    "only just enough frames": ([[0, 0, 0], [0, 1, 2], [2]], [5, 3, 1]),
    "too few frames": ([[0, 0, 0], [0, 1], [2, 2]], [4, 1, 2]),
    "one item": ([[0, 1]], [5]),
    "one frame": ([[0], [], [1, 2]], [1, 1, 1]),
    "empty batch": ([], []),
}


def ctc(loss: CTC, wanted: frozenset[str]) -> Iterator[Case]:
    for name, (labels, frames) in SEQUENCES.items():
        operands = _operands(loss, wanted, name, labels, frames)
        yield Case(name, operands, strided=name == "ordinary")
        if name == "ordinary":
            yield Case("large logits", operands | {"pred": operands["pred"] * 30})


def _operands(
    loss: CTC, wanted: frozenset[str], name: str, labels: list[list[int]], frames: list[int]
) -> dict[str, Array]:
    rng, batch = rng_of(name), len(labels)
    most, longest = max(map(len, labels), default=2), max(frames, default=4)
    blank = loss.blank % CLASSES
    classes = [k for k in range(CLASSES) if k != blank]
    target = np.full((batch, max(most, 1)), blank)
    for row, some in zip(target, labels, strict=True):
        row[: len(some)] = [classes[k] for k in some]
    x = rng.normal(size=(batch, longest, CLASSES)) * 2
    if loss.form.kind == "log_probabilities":
        x = x - np.log(np.sum(np.exp(x), -1, keepdims=True))
    every = {
        "logit_length": np.array(frames, int),
        "label_length": np.array([len(some) for some in labels], int),
        "logit_padding": np.array([np.arange(longest) >= n for n in frames], float),
        "label_padding": np.array([np.arange(target.shape[1]) >= len(s) for s in labels], float),
        "sample_weight": weights(rng, (batch,)),
    }
    shapes = {"logit_padding": (batch, longest), "label_padding": target.shape}
    given = {k: v.reshape(shapes.get(k, (batch,))) for k, v in every.items() if k in wanted}
    pred = np.moveaxis(x, 0, 1) if loss.time_major else x
    return {"pred": pred, "target": target, **given}
