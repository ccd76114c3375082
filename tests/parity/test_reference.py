"""The reference agrees with mpmath at 50 digits and with numbers written out by hand."""

import math
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.conftest import label
from xlogits.losses import (
    LOG_PROBABILITIES,
    LOGITS,
    AbsoluteError,
    BrierScore,
    ClassOverlap,
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    Form,
    GaussianNLL,
    Huber,
    HuberPenalty,
    InnerProduct,
    LogAddExp,
    LogCosh,
    PoissonNLL,
    PseudoHuberPenalty,
    QuantileError,
    Reduction,
    RelativeError,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Square,
    SquaredError,
    SquaredLogError,
    Transform,
    TripletMargin,
    Tversky,
    TweedieDeviance,
    XLogY,
)
from xlogits.reference import evaluate

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


@pytest.mark.parametrize(
    "function", ["softmax", "softmin", "log_softmax", "logsumexp", "logmeanexp"]
)
def test_transforms_along_an_axis(function: str) -> None:
    found = evaluate(Transform(function=function), {"pred": X})
    for row in range(4):
        x = [mpmath.mpf(v) for v in X[row]]
        total = mpmath.fsum(mpmath.exp(v) for v in x)
        exact = {
            "softmax": [mpmath.exp(v) / total for v in x],
            "softmin": [mpmath.exp(-v) / mpmath.fsum(mpmath.exp(-u) for u in x) for v in x],
            "log_softmax": [v - mpmath.log(total) for v in x],
            "logsumexp": [mpmath.log(total)],
            "logmeanexp": [mpmath.log(total / 5)],
        }[function]
        for value, wanted in zip(np.atleast_1d(found.value[0][row]), exact, strict=True):
            assert close(value, wanted)


@pytest.mark.parametrize("function", ["logsumexp", "logmeanexp", "softmax", "log_softmax"])
def test_transforms_of_what_a_mask_leaves(function: str) -> None:
    mask, w = RNG.random(5) > 0.4, RNG.uniform(0.5, 2, 5)
    given = {"pred": X, "mask": mask} | ({"weight": w} if function == "logsumexp" else {})
    found = evaluate(Transform(function=function), given).value[0]
    for row in range(4):
        x, u = X[row][mask], w[mask] if function == "logsumexp" else np.ones(mask.sum())
        total = mpmath.fsum(b * mpmath.exp(v) for v, b in zip(x, u, strict=True))
        if function.startswith("log") and function.endswith("exp"):
            mean = function == "logmeanexp"
            assert close(found[row], mpmath.log(total / len(x) if mean else total))
            continue
        logs = [mpmath.mpf(v) - mpmath.log(total) for v in x]
        exact = logs if function == "log_softmax" else [mpmath.exp(v) for v in logs]
        assert all(close(a, b) for a, b in zip(found[row][mask], exact, strict=True))
        assert set(found[row][~mask]) == {0 if function == "softmax" else -math.inf}


@pytest.mark.parametrize(
    "function", ["sigmoid", "log_sigmoid", "softplus", "logit", "entr", "log1mexp"]
)
def test_elementwise_transforms(function: str) -> None:
    inside = {"logit": (0.01, 0.99), "entr": (1e-3, 3), "log1mexp": (1e-3, 30)}
    points = RNG.uniform(*inside[function], 20) if function in inside else X.reshape(-1)
    found = evaluate(Transform(function=function), {"pred": points})
    exact = {
        "sigmoid": lambda v: 1 / (1 + mpmath.exp(-v)),
        "log_sigmoid": lambda v: -mpmath.log(1 + mpmath.exp(-v)),
        "softplus": lambda v: mpmath.log(1 + mpmath.exp(v)),
        "logit": lambda v: mpmath.log(v / (1 - v)),
        "entr": lambda v: -v * mpmath.log(v),
        "log1mexp": lambda v: mpmath.log(1 - mpmath.exp(-v)),
    }[function]
    for value, slope, point in zip(found.value[0], found.gradients["pred"][0], points, strict=True):
        assert close(value, exact(mpmath.mpf(point)))
        assert close(slope, mpmath.diff(exact, mpmath.mpf(point)), 15)


@pytest.mark.parametrize("plus_one", [False, True])
def test_products_with_a_logarithm(plus_one: bool) -> None:
    found = evaluate(XLogY(plus_one=plus_one), {"pred": X, "target": Z})
    for place in np.ndindex(X.shape):
        x, y = mpmath.mpf(X[place]), mpmath.mpf(Z[place])
        log = mpmath.log(y + plus_one)
        assert close(found.value[0][place], x * log)
        assert close(found.gradients["pred"][0][place], log, 16)
        assert close(found.gradients["target"][0][place], x / (y + plus_one), 15)


def test_the_logarithm_of_a_sum() -> None:
    found = evaluate(LogAddExp(), {"pred": X, "target": Z})
    for place in np.ndindex(X.shape):
        x, y = mpmath.mpf(X[place]), mpmath.mpf(Z[place])
        assert close(found.value[0][place], mpmath.log(mpmath.exp(x) + mpmath.exp(y)))
        assert close(found.gradients["pred"][0][place], 1 / (1 + mpmath.exp(y - x)), 16)
        assert close(found.gradients["target"][0][place], 1 / (1 + mpmath.exp(x - y)), 16)


def test_a_softplus_that_turns_linear_and_a_clamped_logit() -> None:
    given = {"pred": np.array([0.25, 1.5])}
    value = evaluate(Transform(function="softplus", beta=2.0, linear_above=2.0), given).value[0]
    assert [float(v) for v in value] == [pytest.approx(math.log1p(math.exp(0.5)) / 2), 1.5]
    clamped = evaluate(Transform(function="logit", clamp=0.25), given).value[0]
    assert [float(v) for v in clamped] == [pytest.approx(-math.log(3)), pytest.approx(math.log(3))]


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


# -- losses of rows: one row of each array, in mpmath's words

mpf = mpmath.mpf


def dot(x: list[Any], y: list[Any]) -> Any:
    return mpmath.fsum(a * b for a, b in zip(x, y, strict=True))


def cosine(x: list[Any], y: list[Any]) -> Any:
    return dot(x, y) / mpmath.sqrt(dot(x, x) * dot(y, y))


def apart(x: list[Any], y: list[Any], p: Any, eps: Any) -> Any:
    return mpmath.fsum(abs(a - b + eps) ** p for a, b in zip(x, y, strict=True)) ** (1 / mpf(p))


def index(p: list[Any], y: list[Any], missed: Any, extra: Any, smooth: Any, eps: Any) -> Any:
    shared = dot(p, y) + smooth
    not_seen, not_there = (dot([1 - v for v in a], b) for a, b in ((p, y), (y, p)))
    return shared / (shared + missed * not_seen + extra * not_there + eps)


def balanced(*columns: list[Any]) -> Any:
    """Three classes, of which the columns are logits and targets, as `ClassOverlap` weighs them."""
    x, y = columns[0], columns[1]
    logits, targets = ([v[c::3] for c in range(3)] for v in (x, y))
    total = [mpmath.fsum(mpmath.exp(c[i]) for c in logits) for i in range(len(logits[0]))]
    p = [[mpmath.exp(v) / t for v, t in zip(c, total, strict=True)] for c in logits]
    weight = [1 / (mpmath.fsum(c) ** 2 + mpf(1e-7)) for c in targets]
    losses = [1 - index(a, b, mpf(0.5), mpf(0.5), 1, 0) for a, b in zip(p, targets, strict=True)]
    return dot(weight, losses) / mpmath.fsum(weight)


EPS = mpf(1e-6)
ROWWISE: dict[str, tuple[Any, Any]] = {
    "cosine": (CosineSimilarity(), cosine),
    "cosine, added": (
        CosineSimilarity(eps=1e-6, guard="sum"),
        lambda x, y: dot(x, y) / mpmath.sqrt((dot(x, x) + EPS) * (dot(y, y) + EPS)),
    ),
    "inner product": (InnerProduct(factor=-1.0, offset=1.0), lambda x, y: 1 - dot(x, y)),
    "distance": (Distance(eps=1e-6), lambda x, y: apart(x, y, 2, EPS)),
    "distance, cubes": (Distance(p=3.0), lambda x, y: apart(x, y, 3, 0)),
    "distance, eps inside": (
        Distance(p=4.0, guard="power", eps=1e-6),
        lambda x, y: (apart(x, y, 4, 0) ** 4 + EPS) ** (mpf(1) / 4),
    ),
    "triplet": (
        TripletMargin(eps=1e-6, margin=20.0),
        lambda x, y, z: 20 + apart(x, y, 2, EPS) - apart(x, z, 2, EPS),
    ),
    "triplet, swapped": (
        TripletMargin(margin=20.0, swap=True),
        lambda x, y, z: 20 + apart(x, y, 2, 0) - min(apart(x, z, 2, 0), apart(y, z, 2, 0)),
    ),
    "overlap": (
        Tversky(missed=0.9, extra=0.3, smooth=0.5, eps=1e-6),
        lambda x, y: 1 - index(x, y, mpf(0.9), mpf(0.3), mpf(0.5), EPS),
    ),
    "overlap of logits": (
        Tversky(activation="sigmoid", smooth=1.0),
        lambda x, y: 1 - index([1 / (1 + mpmath.exp(-v)) for v in x], y, mpf(0.5), mpf(0.5), 1, 0),
    ),
}


@pytest.mark.parametrize("name", ROWWISE)
def test_losses_of_rows(name: str) -> None:
    loss, exact = ROWWISE[name]
    operands = dict(zip(loss.ARRAYS, (X, X[::-1] + Z, 2 * Q - X), strict=False))
    found = evaluate(loss, operands)
    for row in range(4):
        check_row(exact, operands, found, row)


def check_row(exact: Any, operands: dict[str, Any], found: Any, row: int) -> None:
    parts = [[mpf(v) for v in array[row]] for array in operands.values()]
    assert close(found.value[0][row], exact(*parts))
    for number, name in enumerate(operands):
        for j in range(len(parts[number])):

            def moved(v: Any, number: int = number, j: int = j) -> Any:
                changed = [list(part) for part in parts]
                changed[number][j] = v
                return exact(*changed)

            slope = mpmath.diff(moved, parts[number][j])
            assert close(found.gradients[name][0][row, j], slope, 15)


def test_cosine_embedding() -> None:
    y = np.array([1.0, -1.0, 0.0, -1.0])
    found = evaluate(CosineEmbedding(margin=-1.0), {"pred": X, "other": X[::-1] + Z, "target": y})
    for row in range(4):
        angle = cosine([mpf(v) for v in X[row]], [mpf(v) for v in X[3 - row] + Z[row]])
        wanted = {1: 1 - angle, -1: angle + 1, 0: mpf(0)}[int(y[row])]
        assert close(found.value[0][row], wanted)


def test_cosine_embedding_at_a_right_angle() -> None:
    """A cosine that is the margin has the derivative of one above it, as in PyTorch."""
    x, z = np.array([[0.125, 0.125, 0.125]]), np.array([[3.375, -3.875, 0.5]])
    found = evaluate(CosineEmbedding(), {"pred": x, "other": z, "target": np.array([-1.0])})
    assert found.value[0][0] == 0
    lengths = math.sqrt(3 / 64 * (z @ z.T).item())
    np.testing.assert_allclose(found.gradients["pred"][0].astype(float), z / lengths, rtol=1e-14)
    np.testing.assert_allclose(found.gradients["other"][0].astype(float), x / lengths, rtol=1e-14)


def test_largest_difference_is_shared_out() -> None:
    found = evaluate(
        Distance(p=math.inf), {"pred": np.array([[1.0, -3.0, 3.0]]), "target": np.zeros((1, 3))}
    )
    assert found.value[0][0] == 3
    assert found.gradients["pred"][0].tolist() == [[0, -0.5, 0.5]]


def test_overlap_of_balanced_classes() -> None:
    x, y = X[:, :3].reshape(1, 4, 3), Z[:, :3].reshape(1, 4, 3)
    found = evaluate(ClassOverlap(balanced=True), {"pred": x, "target": y})
    flat = {"pred": x.reshape(1, -1), "target": y.reshape(1, -1)}
    rows = found._replace(
        gradients={k: (g[0].reshape(1, -1), g[1]) for k, g in found.gradients.items()}
    )
    check_row(balanced, flat, rows, 0)


def mp_huber(d: Any, delta: float = 0.7) -> Any:
    return d * d / 2 if abs(d) <= delta else delta * (abs(d) - mpmath.mpf(delta) / 2)


def mp_poisson(x: Any, y: Any) -> Any:
    """With Stirling's formula, which counts from 1 on."""
    factorial = y * mpmath.log(y) - y + mpmath.log(2 * mpmath.pi * y) / 2 if y > 1 else 0
    return mpmath.exp(x) - y * x + factorial


def mp_gauss(x: Any, y: Any, v: Any) -> Any:
    return -mpmath.log(mpmath.npdf(x, y, mpmath.sqrt(v)))


def mp_tweedie(p: float, x: Any, y: Any) -> Any:
    """By the integral that defines a deviance: twice that of (y - t) / t^p from x to y."""
    return 2 * mpmath.quad(lambda t: (y - t) / t ** mpmath.mpf(p), [x, y])


# written with positive numbers, so that every loss is defined for them
FORMULAS: list[tuple[Any, Any]] = [
    (SquaredError(factor=0.5), lambda x, y: (x - y) ** 2 / 2),
    (Square(factor=3.0), lambda x: 3 * x * x),
    (AbsoluteError(), lambda x, y: abs(x - y)),
    (Huber(delta=0.7), lambda x, y: mp_huber(x - y)),
    (Huber(delta=0.7, per_delta=True), lambda x, y: mp_huber(x - y) / mpmath.mpf(0.7)),
    (Huber(delta=0.0, per_delta=True), lambda x, y: abs(x - y)),
    (HuberPenalty(), lambda r, d: d * (r - d / 2) if r > d else r * r / 2),
    (PseudoHuberPenalty(), lambda r, d: d * d * (mpmath.sqrt(1 + (r / d) ** 2) - 1)),
    (LogCosh(), lambda x, y: mpmath.log(mpmath.cosh(x - y))),
    (QuantileError(quantile=0.9), lambda x, y: max(0.9 * (y - x), (1 - mpmath.mpf(0.9)) * (x - y))),
    (RelativeError(factor=100.0), lambda x, y: 100 * abs(x / y - 1)),
    (SquaredLogError(), lambda x, y: mpmath.log((1 + x) / (1 + y)) ** 2),
    (PoissonNLL(stirling=True), mp_poisson),
    (PoissonNLL(log_rate=False, eps=0.25), lambda x, y: x - y * mpmath.log(x + 0.25)),
    (GaussianNLL(full=True), mp_gauss),
    *((TweedieDeviance(power=p), partial(mp_tweedie, p)) for p in (-1.5, 0, 1, 1.5, 2, 3)),
]


@pytest.mark.parametrize(("loss", "exact"), FORMULAS, ids=label)
def test_formulas_of_numbers(loss: Any, exact: Any) -> None:
    operands = {name: RNG.uniform(0.3, 4, 12) for name in loss.ARRAYS}
    found = evaluate(loss, operands)
    for place in range(12):
        given = [mpmath.mpf(array[place]) for array in operands.values()]
        assert close(found.value[0][place], exact(*given))
        for number, name in enumerate(loss.ARRAYS):
            if name not in loss.CONSTANT:
                order = tuple(int(i == number) for i in range(len(given)))
                slope = mpmath.diff(exact, tuple(given), order)
                assert close(found.gradients[name][0][place], slope, 14)


def test_brier_score() -> None:
    labels = np.array([0, 3, 2, 4])
    found = evaluate(BrierScore(), {"pred": Q, "target": labels})
    for row, y in enumerate(labels):
        q = [mpmath.mpf(v) for v in Q[row]]
        exact = mpmath.fsum((v - (j == y)) ** 2 for j, v in enumerate(q))
        assert close(found.value[0][row], exact)
    one = {"pred": np.array([0.25]), "target": np.array([1])}
    for halved, wanted in (("never", 1.125), ("two", 0.5625), ("always", 0.5625)):
        loss = BrierScore(halved=halved, one_score=True)  # type: ignore[arg-type]
        assert float(evaluate(loss, one).value[0][0]) == wanted


def test_inner_means_written_out() -> None:
    """Columns of (1, 4, 4) and (0, 0, 0) with weights 2, 1, 0, by hand."""
    operands = {
        "pred": np.array([[1.0, 0.0], [4.0, 0.0], [4.0, 0.0]]),
        "target": np.zeros((3, 2)),
        "inner_weight": np.array([2.0, 1.0, 0.0]),
    }
    mean = evaluate(SquaredError(axis=0, inner="mean"), operands)
    assert [float(v) for v in mean.value[0]] == [6.0, 0.0]
    root = evaluate(SquaredError(axis=0, inner="root_mean"), operands)
    assert np.allclose(np.asarray(root.value[0], float), [6**0.5, 0.0], rtol=1e-15)
    slopes = np.asarray(root.gradients["pred"][0], float)
    assert np.allclose(slopes[:, 0], np.array([2 / 3, 4 / 3, 0]) / 6**0.5, rtol=1e-15)
    assert not slopes[:, 1].any()


def test_a_mask_of_items_is_one_of_all_their_classes() -> None:
    """Also where there are as many items as classes, and a row of it would fit the classes."""
    rng = np.random.default_rng(0)
    loss = SoftmaxCrossEntropy(reduction=Reduction("mean_over_class_weight"))
    operands = {"pred": rng.normal(size=(3, 3)), "target": np.array([0, 2, 1])}
    operands |= {"class_weight": np.array([2.0, 3.0, 5.0])}
    mask = np.array([True, False, True])
    whole = evaluate(loss, operands | {"mask": np.repeat(mask[:, None], 3, 1)})
    found = evaluate(loss, operands | {"mask": mask})
    assert found.value[0] == whole.value[0]
    two = {k: v[mask] if k != "class_weight" else v for k, v in operands.items()}
    assert found.value[0] == evaluate(loss, two).value[0]
    np.testing.assert_allclose(loss(**operands, mask=mask), float(found.value[0]), rtol=1e-14)
