"""Every loss without options is its formula, written out here for the defaults."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xlogits.losses as L
from tests.conftest import Framework
from tests.losses.agreement import BOTH

RNG = np.random.default_rng(31)
X, Z, U = (RNG.normal(size=(3, 4)) for _ in range(3))
P, V = RNG.uniform(0.1, 0.9, (3, 4)), RNG.uniform(0.5, 2, (3, 4))
S = np.where(RNG.random((3, 4)) < 0.5, -1.0, 1.0)
Y = np.array([1, 3, 0])
HOT = np.eye(4)[Y]
SHARES = np.exp(X) / np.exp(X).sum(1, keepdims=True)
OWN, Q = X[np.arange(3), Y], P[np.arange(3), Y]


def events(x: Any, z: Any) -> Any:
    return np.log1p(np.exp(x)) - z * x


def length(x: Any) -> Any:
    return np.sqrt((x * x).sum(-1))


def cosine(x: Any, y: Any) -> Any:
    return (x * y).sum(-1) / length(x) / length(y)


def part(x: Any) -> Any:
    return np.maximum(x, 0)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def overlap(p: Any, y: Any, smooth: float = 0.0) -> Any:
    """Over the last axis but one."""
    shared = (p * y).sum(-2) + smooth
    return 1 - shared / (shared + ((1 - p) * y + p * (1 - y)).sum(-2) / 2)


LOSSES: dict[Any, tuple[dict[str, Any], Callable[[], Any]]] = {
    L.SoftmaxCrossEntropy: ({"pred": X, "target": Y}, lambda: -np.log((SHARES * HOT).sum(1))),
    L.SoftmaxFocal: (
        {"pred": X, "target": Y},
        lambda: -((HOT * (1 - SHARES) ** 2 * np.log(SHARES)).sum(1)),
    ),
    L.SoftmaxPoly: (
        {"pred": X, "target": Y},
        lambda: (HOT * (2 * (1 - SHARES) - np.log(SHARES))).sum(1),
    ),
    L.SigmoidCrossEntropy: ({"pred": X, "target": P}, lambda: events(X, P)),
    L.SigmoidFocal: (
        {"pred": X, "target": P},
        lambda: (P * (1 - sigmoid(X)) + (1 - P) * sigmoid(X)) ** 2 * events(X, P),
    ),
    L.GeneralizedCrossEntropy: ({"pred": P, "target": Y}, lambda: 2 - 2 * np.sqrt(Q)),
    L.KLDivergence: ({"pred": P, "target": V}, lambda: V * np.log(V / P)),
    L.Entropy: (
        {"pred": V},
        lambda: -(V / V.sum(1)[:, None] * np.log(V / V.sum(1)[:, None])).sum(1),
    ),
    L.RelativeEntropy: (
        {"pred": P, "target": V},
        lambda: (V / V.sum(1)[:, None] * np.log(V / P * (P.sum(1) / V.sum(1))[:, None])).sum(1),
    ),
    L.Hinge: ({"pred": X, "target": S}, lambda: part(1 - X * S)),
    L.SoftMargin: ({"pred": X, "target": S}, lambda: np.log1p(np.exp(-X * S))),
    L.HingeEmbedding: (
        {"pred": abs(X), "target": S},
        lambda: np.where(S == 1, abs(X), part(1 - abs(X))),
    ),
    L.MarginRanking: (
        {"pred": X, "other": U, "target": S},
        lambda: part(-S * (X - U)),
    ),
    L.MulticlassHinge: (
        {"pred": X, "target": Y},
        lambda: (X - OWN[:, None] + 1 - HOT).max(1),
    ),
    L.MultiMargin: (
        {"pred": X, "target": Y},
        lambda: (part(1 - OWN[:, None] + X) * (1 - HOT)).sum(1) / 4,
    ),
    L.SquaredError: ({"pred": X, "target": Z}, lambda: (X - Z) ** 2),
    L.Square: ({"pred": X}, lambda: X**2),
    L.AbsoluteError: ({"pred": X, "target": Z}, lambda: abs(X - Z)),
    L.Huber: (
        {"pred": 2 * X, "target": Z},
        lambda: np.where(abs(2 * X - Z) > 1, abs(2 * X - Z) - 0.5, (2 * X - Z) ** 2 / 2),
    ),
    L.LogCosh: ({"pred": X, "target": Z}, lambda: np.log(np.cosh(X - Z))),
    L.QuantileError: ({"pred": X, "target": Z}, lambda: abs(X - Z) / 2),
    L.RelativeError: ({"pred": X, "target": Z}, lambda: abs(X - Z) / abs(Z)),
    L.SquaredLogError: ({"pred": P, "target": V}, lambda: np.log((1 + P) / (1 + V)) ** 2),
    L.PoissonNLL: ({"pred": X, "target": V}, lambda: np.exp(X) - V * X),
    L.GaussianNLL: (
        {"pred": X, "target": Z, "variance": V},
        lambda: (np.log(V) + (X - Z) ** 2 / V) / 2,
    ),
    L.TweedieDeviance: ({"pred": X, "target": Z}, lambda: (X - Z) ** 2),
    L.BrierScore: ({"pred": P, "target": Y}, lambda: ((P - HOT) ** 2).sum(1)),
    L.InnerProduct: ({"pred": X, "target": Z}, lambda: (X * Z).sum(1)),
    L.CosineSimilarity: ({"pred": X, "target": Z}, lambda: cosine(X, Z)),
    L.CosineEmbedding: (
        {"pred": X, "other": Z, "target": S[:, 0]},
        lambda: np.where(S[:, 0] == 1, 1 - cosine(X, Z), part(cosine(X, Z))),
    ),
    L.Distance: ({"pred": X, "target": Z}, lambda: length(X - Z)),
    L.TripletMargin: (
        {"pred": X, "target": Z, "other": U},
        lambda: part(1 + length(X - Z) - length(X - U)),
    ),
    L.Tversky: ({"pred": P, "target": V}, lambda: overlap(P.T, V.T)),
    L.ClassOverlap: (
        {"pred": X[None], "target": HOT[None]},
        lambda: overlap(SHARES[None], HOT[None], 1.0).mean(1),
    ),
    L.XLogY: ({"pred": X, "target": V}, lambda: X * np.log(V)),
    L.LogAddExp: ({"pred": X, "target": Z}, lambda: np.log(np.exp(X) + np.exp(Z))),
    L.LinearSoftmaxCrossEntropy: (
        {"pred": X, "target": Y, "linear_weight": np.eye(4)},
        lambda: -np.log((SHARES * HOT).sum(1)),
    ),
}


@BOTH
@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_the_formula_of_the_defaults(fw: Framework, kind: Any) -> None:
    operands, formula = LOSSES[kind]
    found = fw.numbers(kind()(**fw.arrays(operands)))
    np.testing.assert_allclose(found, formula(), rtol=1e-12, atol=1e-14)


def test_the_defaults_of_elementary_functions() -> None:
    for function, wanted in (
        ("softmax", SHARES),
        ("softmin", np.exp(-X) / np.exp(-X).sum(1, keepdims=True)),
        ("log_softmax", np.log(SHARES)),
        ("logsumexp", np.log(np.exp(X).sum(1))),
        ("logmeanexp", np.log(np.exp(X).mean(1))),
        ("sigmoid", sigmoid(X)),
        ("log_sigmoid", np.log(sigmoid(X))),
        ("softplus", np.log1p(np.exp(X))),
    ):
        np.testing.assert_allclose(L.Transform(function=function)(X), wanted, rtol=1e-12)
    np.testing.assert_allclose(L.Transform(function="logit")(P), np.log(P / (1 - P)), rtol=1e-12)
    np.testing.assert_allclose(L.Transform(function="entr")(P), -P * np.log(P), rtol=1e-12)
    log1mexp = L.Transform(function="log1mexp")(V)
    np.testing.assert_allclose(log1mexp, np.log(1 - np.exp(-V)), rtol=1e-12)
    assert L.CTC()(np.zeros((1, 2, 2)), np.array([[1]])) == pytest.approx(math.log(4 / 3))
