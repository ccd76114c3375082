"""The reference itself, against mpmath with 50 digits and against written-out numbers."""

import math
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

from xlogits.losses import (
    LOG_PROBABILITIES,
    LOGITS,
    Form,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.parity.reference import evaluate

mpmath.mp.dps = 50
RNG = np.random.default_rng(7)
X, Q = RNG.normal(size=(4, 5)) * 3, RNG.dirichlet(np.ones(5), 4)
Y, W = np.array([0, 3, 2, 4]), RNG.uniform(0.5, 2, 5)
Z = RNG.uniform(size=(4, 5))


def exact_row(
    x: list[mpmath.mpf], q: list[mpmath.mpf], w: list[mpmath.mpf], e: float
) -> mpmath.mpf:
    total = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
    return -mpmath.fsum(
        wj * ((1 - mpmath.mpf(e)) * qj + mpmath.mpf(e) / len(x)) * (xj - total)
        for xj, qj, wj in zip(x, q, w, strict=True)
    )


def close(found: float, exact: mpmath.mpf, digits: float = 17) -> bool:
    return abs(mpmath.mpf(str(found)) - exact) <= mpmath.mpf(10) ** -digits * (1 + abs(exact))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, W])
def test_softmax_cross_entropy(smoothing: float, weights: np.ndarray | None) -> None:
    operands = {"pred": X, "target": Q} | ({} if weights is None else {"class_weight": weights})
    found = evaluate(SoftmaxCrossEntropy(label_smoothing=smoothing), operands)
    w = [mpmath.mpf(v) for v in (np.ones(5) if weights is None else weights)]
    for row in range(4):
        x, q = [mpmath.mpf(v) for v in X[row]], [mpmath.mpf(v) for v in Q[row]]
        assert close(found.value[0][row], exact_row(x, q, w, smoothing))
        for j in range(5):
            for number, name in enumerate(("pred", "target")):
                slope = mpmath.diff(
                    partial(moved_row, x, q, w, smoothing, number, j), (x, q)[number][j]
                )
                assert close(found.gradients[name][0][row, j], slope, 15)


def moved_row(
    x: list[Any], q: list[Any], w: list[Any], smoothing: float, number: int, j: int, value: Any
) -> Any:
    """The loss of a row with one logit (number 0) or label (number 1) replaced."""
    moved = [list(x), list(q)]
    moved[number][j] = value
    return exact_row(moved[0], moved[1], w, smoothing)


def test_sigmoid_cross_entropy() -> None:
    found = evaluate(SigmoidCrossEntropy(), {"pred": X, "target": Z, "pos_weight": np.array(2.5)})
    for place in np.ndindex(X.shape):
        x, z = mpmath.mpf(X[place]), mpmath.mpf(Z[place])

        def f(x: mpmath.mpf, z: mpmath.mpf = z) -> mpmath.mpf:
            log_p = -mpmath.log(1 + mpmath.exp(-x))
            return -mpmath.mpf(2.5) * z * log_p - (1 - z) * (log_p - x)

        assert close(found.value[0][place], f(x))
        assert close(found.gradients["pred"][0][place], mpmath.diff(f, x), 15)


@pytest.mark.parametrize("function", ["softmax", "log_softmax", "logsumexp"])
def test_transforms_along_an_axis(function: str) -> None:
    found = evaluate(Transform(function=function), {"pred": X})
    for row in range(4):
        x = [mpmath.mpf(v) for v in X[row]]
        total = mpmath.fsum(mpmath.exp(v) for v in x)
        exact = {
            "softmax": [mpmath.exp(v) / total for v in x],
            "log_softmax": [v - mpmath.log(total) for v in x],
            "logsumexp": [mpmath.log(total)],
        }[function]
        for value, wanted in zip(np.atleast_1d(found.value[0][row]), exact, strict=True):
            assert close(value, wanted)


@pytest.mark.parametrize("function", ["sigmoid", "log_sigmoid", "softplus", "logit"])
def test_elementwise_transforms(function: str) -> None:
    points = RNG.uniform(0.01, 0.99, 20) if function == "logit" else X.reshape(-1)
    found = evaluate(Transform(function=function), {"pred": points})
    exact = {
        "sigmoid": lambda v: 1 / (1 + mpmath.exp(-v)),
        "log_sigmoid": lambda v: -mpmath.log(1 + mpmath.exp(-v)),
        "softplus": lambda v: mpmath.log(1 + mpmath.exp(v)),
        "logit": lambda v: mpmath.log(v / (1 - v)),
    }[function]
    for value, slope, point in zip(found.value[0], found.gradients["pred"][0], points, strict=True):
        assert close(value, exact(mpmath.mpf(point)))
        assert close(slope, mpmath.diff(exact, mpmath.mpf(point)), 15)


def test_denominators_written_out() -> None:
    losses = np.asarray(evaluate(SoftmaxCrossEntropy(), {"pred": X, "target": Y}).value[0], float)
    s = np.array([1.0, 0.0, 2.0, 0.5])
    valid = Y != 2
    for word, expected in {
        "sum": losses[valid] @ s[valid],
        "mean_over_items": losses[valid] @ s[valid] / 4,
        "mean_over_valid": losses[valid] @ s[valid] / 3,
        "mean_over_sample_weight": losses[valid] @ s[valid] / s[valid].sum(),
        "mean_over_nonzero_weight": losses[valid] @ s[valid] / 3,
    }.items():
        loss = SoftmaxCrossEntropy(reduction=Reduction(word), ignore_index=2)
        found = evaluate(loss, {"pred": X, "target": Y, "sample_weight": s})
        assert float(found.value[0]) == pytest.approx(expected, rel=1e-14), word


def test_class_weight_denominator() -> None:
    loss = SoftmaxCrossEntropy(reduction=Reduction("mean_over_class_weight"))
    found = evaluate(loss, {"pred": X, "target": Y, "class_weight": W})
    each = evaluate(SoftmaxCrossEntropy(), {"pred": X, "target": Y})
    assert float(found.value[0]) == pytest.approx(
        float(W[Y] @ each.value[0] / W[Y].sum()), rel=1e-14
    )


def test_probabilities_by_hand() -> None:
    p, y = np.array([[0.2, 0.2, 0.4]]), np.array([2])
    for form, expected in (
        (Form("probabilities"), -math.log(0.4)),
        (Form("probabilities", renormalise="before"), -math.log(0.5)),
        (Form("probabilities", clip=(0.3, 0.35)), -math.log(0.35)),
        (Form("probabilities", clip=(0.3, 0.35), renormalise="after"), -math.log(0.35 / 0.95)),
        (Form("probabilities", log_floor=-0.5), 0.5),
    ):
        found = evaluate(SoftmaxCrossEntropy(form=form), {"pred": p, "target": y})
        assert float(found.value[0][0]) == pytest.approx(expected, rel=1e-14)


def test_infinities() -> None:
    x = np.array([[0.0, -np.inf, 1.0]])
    dense = {"pred": x, "target": np.array([[0.5, 0.0, 0.5]])}
    assert float(evaluate(SoftmaxCrossEntropy(), dense).value[0][0]) == pytest.approx(0.8132616875)
    certain = {"pred": x, "target": np.array([1])}
    assert evaluate(SoftmaxCrossEntropy(), certain).value[0][0] == math.inf
    assert LOGITS != LOG_PROBABILITIES
