"""Hinge and margin losses, by definition. What ties in a maximum counts evenly."""

from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.losses import (
    BinarySparsemax,
    CategoricalHinge,
    Hinge,
    HingeEmbedding,
    Loss,
    MarginRanking,
    MulticlassHinge,
    MultiLabelMargin,
    MultiMargin,
    SoftMargin,
    Sparsemax,
)
from xlogits.reference.formula import Definition
from xlogits.reference.vector import REAL, softplus

Array = Any
Operands = dict[str, Array]


def largest(values: list[Any]) -> Any:
    """The maximum, as the mean of what attains it."""
    top = max(v.real for v in values)
    tied = [v for v in values if v.real == top]
    return sum(tied) / REAL(len(tied)) if tied else sum(values)  # nothing equals NaN


def _excess(z: Any) -> Any:
    return largest([REAL(0), z])


def _hinge(loss: Hinge, x: Any, y: Any) -> Any:
    s = 2 * y - 1 if loss.signs == "binary" else y
    part = _excess(REAL(loss.margin) - s * x)
    return part if loss.power == 1 else part * part


def _hinge_of_batch(loss: Hinge, operands: Operands) -> tuple[Hinge, Operands]:
    """Inferred signs depend on all labels."""
    if loss.signs != "inferred":
        return loss, operands
    binary = np.isin(operands["target"], (0, 1)).all()
    return replace(loss, signs="binary" if binary else "given"), operands


def _hinge_embedding(loss: HingeEmbedding, x: Any, y: Any) -> Any:
    like = REAL(0) if y.real == -1 else x
    return like + (REAL(0) if y.real == 1 else _excess(REAL(loss.margin) - x))


def _margin_ranking(loss: MarginRanking, x: Any, other: Any, y: Any) -> Any:
    return _excess(REAL(loss.margin) - y * (x - other))


def _binary_sparsemax(loss: BinarySparsemax, x: Any, y: Any) -> Any:
    p = type(x)(min(max((x.real + 1) / 2, 0), 1))  # the optimum, so its derivative does not count
    return p * x - p * p + p - (x if y.real else REAL(0))


def _categorical_hinge(loss: CategoricalHinge, x: Array, y: Array) -> Any:
    wrong = largest([(1 - b) * a for a, b in zip(x, y, strict=True)])
    return _excess(1 + wrong - sum(a * b for a, b in zip(x, y, strict=True)))


def _split(x: Array, hot: Array) -> tuple[Any, list[Any]]:
    """The score of the label, and those of the other classes."""
    y = int(np.argmax(hot.real))
    return x[y], [v for j, v in enumerate(x) if j != y]


def _multiclass_hinge(loss: MulticlassHinge, x: Array, hot: Array) -> Any:
    right, wrong = _split(x, hot)
    return largest([REAL(0), *(v - right + REAL(loss.margin) for v in wrong)])


def _hinge_of_one_score(loss: MulticlassHinge, operands: Operands) -> tuple[Loss, Operands]:
    """The multi-class hinge of scores x and 0 is the hinge of x."""
    if np.ndim(operands["pred"]) > np.ndim(operands["target"]):
        return loss, operands
    return Hinge(margin=loss.margin, signs="binary", reduction=loss.reduction), operands


def _multi_margin(loss: MultiMargin, x: Array, hot: Array) -> Any:
    right, wrong = _split(x, hot)
    parts = [_excess(REAL(loss.margin) - right + v) for v in wrong]
    total = sum((part if loss.power == 1 else part * part for part in parts), REAL(0))
    return total / REAL(len(x))


def _class_to_item_weight(loss: MultiMargin, operands: Operands) -> tuple[Loss, Operands]:
    """The weight of its label's class is one more factor of an item."""
    operands = dict(operands)
    weight = operands.pop("class_weight", None)
    if weight is not None:
        given = operands.get("sample_weight", 1.0)
        operands["sample_weight"] = given * np.asarray(weight)[operands["target"]]
    return loss, operands


def _multi_label_margin(loss: MultiLabelMargin, x: Array, target: Array) -> Any:
    listed = [int(v.real) for v in target]
    listed = listed[: next((i for i, v in enumerate(listed) if v < 0), len(listed))]
    others = [j for j in range(len(x)) if j not in listed]
    return sum((_excess(1 - x[t] + x[j]) for t in listed for j in others), REAL(0)) / REAL(len(x))


def _sparsemax(loss: Sparsemax, x: Array, hot: Array) -> Any:
    """The support by Michelot's method: project on the plane, drop what is negative, repeat."""
    right, _ = _split(x, hot)
    kept = [v for v in x if v.real > -np.inf]
    while True:
        threshold = (sum(kept) - 1) / REAL(len(kept))
        fewer = [v for v in kept if v.real > threshold.real]
        if len(fewer) == len(kept):
            break
        kept = fewer
    p = [v - threshold for v in kept]
    scores = [v - right for v in kept]
    return sum(a * b - a * a / 2 for a, b in zip(p, scores, strict=True)) + REAL(1) / 2


DEFINITIONS: dict[type, Definition] = {
    Hinge: Definition(_hinge, means=_hinge_of_batch),
    SoftMargin: Definition(lambda loss, x, y: softplus(-x * y)),
    HingeEmbedding: Definition(_hinge_embedding),
    MarginRanking: Definition(
        _margin_ranking, size=lambda loss, x, other, y: 1 + abs(x) + abs(other)
    ),
    BinarySparsemax: Definition(_binary_sparsemax),
    CategoricalHinge: Definition(_categorical_hinge),
    MulticlassHinge: Definition(_multiclass_hinge, means=_hinge_of_one_score),
    MultiMargin: Definition(_multi_margin, means=_class_to_item_weight),
    MultiLabelMargin: Definition(_multi_label_margin),
    Sparsemax: Definition(_sparsemax),
}
