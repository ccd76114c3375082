"""Losses on arrays where their formulas turn: bounds, ties, nothing, one, and far out."""

import math
from typing import Any

import numpy as np

from tests.data.losses import LOSSES, ordinary
from tests.data.options import EDGE, ROWS, P, Q, W, X, Y
from xlogits.losses import (
    BrierScore,
    ClassOverlap,
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    GaussianNLL,
    GeneralizedCrossEntropy,
    Hinge,
    HingeEmbedding,
    KLDivergence,
    Labels,
    LogAddExp,
    LogCosh,
    MultiMargin,
    PseudoHuberPenalty,
    RelativeEntropy,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SquaredError,
    SquaredLogError,
    Transform,
    TripletMargin,
    Tversky,
    XLogY,
)

INF = math.inf
RNG = np.random.default_rng(23)
SIGNS = np.array([[1.0, -1.0, 0.0, 2.0, -2.0], [0.5, 1.0, -1.0, -0.5, 3.0]])
CUBE = RNG.normal(size=(2, 3, 5))
HARD = np.array([[900.0, 0.0, 0.0, -900.0, 1.0], [0.0, 900.0, 0.0, 0.0, 0.0]])  # p of exactly 0, 1

# a loss, and operands on which its formula turns
TURNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "hinge, binary": (Hinge(signs="binary"), {"pred": X, "target": (X > 0) * 1.0}),
    "hinge, binary and soft": (Hinge(signs="binary", power=2), {"pred": X, "target": P}),
    "hinge, given": (Hinge(signs="inferred", margin=0.0), {"pred": X[:2], "target": SIGNS}),
    "embedding, other labels": (HingeEmbedding(), {"pred": P[:2], "target": SIGNS}),
    "cosine, other labels": (
        CosineEmbedding(margin=-0.5, eps=1e-12),
        {"pred": X, "other": P, "target": np.array([1.0, -1.0, 0.0, 2.0])},
    ),
    "cosine, labels below": (
        CosineEmbedding(margin=-0.5, eps=1e-12),
        {"pred": X, "other": P, "target": np.array([-2.0, -1.0, 1.0, 0.5])},
    ),
    **{
        f"distance {p}, {guard}": (
            Distance(p=p, guard=guard, eps=0.5),  # type: ignore[arg-type]
            {"pred": X, "target": P},
        )
        for p in (1.0, 1.5, 2.0, 2.5)
        for guard in ("difference", "power")
    },
    "distance of an image": (Distance(p=1.0, eps=0.25), {"pred": CUBE, "target": CUBE * 0}),
    "distance, ties": (
        Distance(p=math.inf),
        {"pred": np.array([[1.0, -2.0, 2.0], [0.0, 0.0, 0.0]]), "target": np.zeros((2, 3))},
    ),
    "cosine, short rows": (
        CosineSimilarity(guard="sum", eps=0.5),
        {"pred": P / 8, "target": P / 16},
    ),
    "cosine, too short rows": (
        CosineSimilarity(guard="square", eps=0.5),
        {"pred": P / 8, "target": X},
    ),
    "a mask of two axes": (
        SoftmaxCrossEntropy(axis=(1, 2)),
        {"pred": CUBE, "target": np.array([0, 14]), "mask": abs(CUBE) < 1.5},
    ),
    "distance of nothing": (Distance(p=3.0), {"pred": X, "target": X}),
    "Brier, halved": (BrierScore(halved="always"), {"pred": P, "target": Y}),
    "Brier, two of three": (BrierScore(halved="two"), {"pred": P[:, :3], "target": Y % 3}),
    "Brier, two": (BrierScore(halved="two"), {"pred": P[:, :2], "target": Y % 2}),
    "logarithms at the floor": (
        SquaredLogError(floor=0.5),
        {"pred": np.array([0.5, 0.25, 2.0, 0.5]), "target": np.array([1.0, 2.0, 0.5, 0.5])},
    ),
    "softplus, flat": (Transform(function="softplus", beta=0.5), {"pred": X}),
    "weights of a sum": (
        Transform(function="logsumexp"),
        {"pred": np.array([[-INF, -INF, 1.0, 2.0, 3.0]]), "weight": W},
    ),
    "weights of a large sum": (
        Transform(function="logsumexp"),
        {"pred": np.array([[1000.0, 1001.0], [-1000.0, -999.0]]), "weight": np.array([2.0, 0.5])},
    ),
    "focal, sure": (SoftmaxFocal(gamma=0.5), {"pred": HARD, "target": Y[:2] * 0 + [0, 1]}),
    "focal, cubes": (SoftmaxFocal(gamma=3.0), {"pred": X, "target": Y}),
    "focal, linear": (SoftmaxFocal(gamma=1.0), {"pred": X, "target": Y}),
    "focal, events": (SigmoidFocal(gamma=1.0), {"pred": X, "target": P}),
    "focal, sure events": (SigmoidFocal(gamma=0.5), {"pred": HARD, "target": (HARD > 0) * 1.0}),
    "focal, dense": (SoftmaxFocal(gamma=2.0, alpha=0.5), {"pred": X, "target": Q}),
    "focal, unbalanced": (
        SigmoidFocal(alpha=0.25, balanced=False),
        {"pred": X, "target": P},
    ),
    "focal, sure of another": (SoftmaxFocal(gamma=0.5), {"pred": HARD, "target": Y[:2] * 0 + 2}),
    "focal, classes ignored": (
        SoftmaxFocal(gamma=1.5, ignore_index=4),
        {"pred": X, "target": Y, "class_weight": W},
    ),
    "generalised, certain": (
        GeneralizedCrossEntropy(exponent=0.5),
        {"pred": np.array([[0.0, 1.0, 0.0], [0.25, 0.0, 0.75]]), "target": np.array([1, 2])},
    ),
    "variance, a number": (GaussianNLL(), {"pred": X, "target": P, "variance": np.array(0.5)}),
    "hinge of cubes": (MultiMargin(power=1, margin=0.5), {"pred": X, "target": Y}),
    "positions of a column": (
        MultiMargin(labels=Labels("index", column=True)),
        {"pred": X, "target": Y[:, None]},
    ),
    "overlap, one class": (ClassOverlap(), {"pred": CUBE[..., :1], "target": CUBE[..., :1] > 0}),
    "overlap, nothing missed": (
        ClassOverlap(activation="none", background=False),
        {"pred": np.eye(3)[[[0, 1, 1], [2, 0, 0]]], "target": np.eye(3)[[[0, 1, 2], [2, 0, 0]]]},
    ),
    "overlap, one place": (ClassOverlap(), {"pred": CUBE[:, :1], "target": abs(CUBE[:, :1])}),
    "overlap, over the batch": (
        ClassOverlap(axis=(0, 1), background=False),
        {"pred": CUBE, "target": abs(CUBE)},
    ),
    "overlap, balanced": (ClassOverlap(balanced=True), {"pred": CUBE, "target": abs(CUBE)}),
    "overlap of an image": (Tversky(axis=(1, 2), smooth=0.5), {"pred": CUBE, "target": abs(CUBE)}),
    "sums of logarithms, deep": (LogAddExp(), {"pred": CUBE, "target": P[0]}),
    "products of one": (XLogY(inner="sum", axis=1), {"pred": CUBE, "target": abs(CUBE[0, :1])}),
    **{
        f"products of nothing, {plus_one}": (
            XLogY(plus_one=plus_one),
            {"pred": np.array([0.0, 0.0, 1.5, 0.0]), "target": np.array([0.5, 2.0, 0.75, low])},
        )
        for plus_one, low in ((False, 0.25), (True, -0.5))
    },
    "variances of rows": (GaussianNLL(), {"pred": X, "target": P, "variance": P[:, 0]}),
    "variances of columns": (GaussianNLL(), {"pred": X, "target": P, "variance": P[0]}),
    "targets of columns": (
        GaussianNLL(inner="mean"),
        {"pred": CUBE, "target": P[:3, 0][:, None], "variance": abs(CUBE)},
    ),
    "log cosh, far": (LogCosh(), {"pred": X * 400, "target": P}),
    "log cosh, at 1": (LogCosh(), {"pred": P * 0 + 1, "target": P * 0}),
    "pseudo-Huber, nothing": (
        PseudoHuberPenalty(),
        {"pred": np.array([0.0, 0.0, 3.0, -2.0]), "delta": np.array([0.0, 2.0, 0.0, 1.0])},
    ),
    "triplet, ties": (
        TripletMargin(swap=True, margin=3.0),
        {"pred": X, "target": -X, "other": X * 0},
    ),
    "root of nothing": (
        SquaredError(inner="root_mean"),
        {"pred": np.vstack([X[:2], P[:1]]), "target": np.vstack([P[:2], P[:1]])},
    ),
    "several axes": (
        CosineEmbedding(axis=(1, 2), eps=1e-6),
        {"pred": CUBE, "other": CUBE + 1, "target": np.array([1.0, -1.0])},
    ),
    "events, weights of each": (
        SigmoidCrossEntropy(),
        {"pred": X, "target": P, "pos_weight": abs(X), "class_weight": P[:, :1]},
    ),
    "half ignored by mask": (
        SoftmaxCrossEntropy(label_smoothing=0.5),
        {"pred": X, "target": Q, "mask": np.array([[1, 0, 1, 1, 0]] * 4, bool)},
    ),
    "divergence, bounds": (KLDivergence(), {"pred": EDGE + 0.5, "target": EDGE}),
    "divergence, generalised": (
        KLDivergence(generalized=True, inner="sum"),
        {"pred": P, "target": EDGE[[0, 1, 0, 1]]},
    ),
    "divergence of shares": (RelativeEntropy(), {"pred": P, "target": EDGE[[0, 1, 0, 1]]}),
}
EVERY = {**{name: ordinary(name) for name in LOSSES}, **ROWS, **TURNS}
