"""Losses of embeddings: their domains."""

from typing import Any

import numpy as np

from xlogits.cases.formula import Domain, Draw, Shape, signs
from xlogits.losses import CosineEmbedding, CosineSimilarity, Distance, InnerProduct, TripletMargin

Array = Any
Operands = dict[str, Array]


def _with_zeros(a: Operands) -> Operands:
    """Rows of zeros: one on the left, one on the right, one on both sides."""
    other = "other" if "other" in a else "target"
    x, y = a["pred"].copy(), a[other].copy()
    x[:2], y[1:3] = 0, 0
    return {"pred": x, other: y}


def _small(a: Operands) -> Operands:
    return {"pred": a["pred"] * 1e-3}


def _tiny(a: Operands) -> Operands:
    """Shorter than every eps in use."""
    return {"pred": a["pred"] * 1e-12}


def _same(a: Operands) -> Operands:
    other = "other" if "other" in a else "target"
    return {other: a["pred"]}


def _opposite(a: Operands) -> Operands:
    other = "other" if "other" in a else "target"
    return {other: -a["pred"]}


def _none_of_both(a: Operands) -> Operands:
    target = a["target"].copy()
    target.reshape(-1)[::2] = 0
    return {"target": target}


def _around(*centers: float) -> Draw:
    """Rows around these, in turn: triplets far from where the loss has its kinks.

    A distance rounded in half precision would fall on the other side of one too easily.
    """

    def draw(rng: np.random.Generator, shape: Shape) -> Array:
        number = np.arange(np.prod(shape[:-1], dtype=int)).reshape(*shape[:-1], 1) % len(centers)
        return np.asarray(centers, float)[number] + rng.uniform(-0.4, 0.4, shape)

    return draw


ANGLES: dict[str, Any] = {"rows of zeros": _with_zeros, "short rows": _small, "equal rows": _same}
DOMAINS: dict[type, Domain] = {
    InnerProduct: Domain(special={"rows of zeros": _with_zeros}),
    CosineSimilarity: Domain(special=ANGLES | {"rows shorter than eps": _tiny}),
    CosineEmbedding: Domain(
        draw={"target": signs},
        special=ANGLES | {"opposite rows": _opposite, "targets of 0": _none_of_both},
    ),
    Distance: Domain(
        special={
            "equal rows": _same,
            "one entry differs": lambda a: {"target": _one_apart(a["pred"])},
            "far apart": lambda a: {"pred": a["pred"] * 20},
        }
    ),
    TripletMargin: Domain(
        draw={
            "pred": _around(0, 0, 0),
            "target": _around(1, -3, 3),
            "other": _around(5, 1, 2),
        },
        special={
            "anchor equal to positive": lambda a: {
                "target": a["pred"],
                "other": a["pred"] + a["other"] / 20,
            },
            "anchor equal to negative": lambda a: {"other": a["pred"]},
            "negative far away": lambda a: {"other": a["other"] * 20},
        },
    ),
}


def _one_apart(x: Array) -> Array:
    x = np.array(x)
    x[..., 0] += 1
    return x
