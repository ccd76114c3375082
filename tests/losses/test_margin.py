"""Hinge and margin losses agree with mpmath, at ties and for labels in special forms."""

from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.conftest import Framework, framework, label, need
from xlogits.errors import DtypeError, LabelError, OptionError, Refused, ShapeError
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
    Reduction,
    SigmoidCrossEntropy,
    SoftMargin,
    Sparsemax,
)
from xlogits.reference import evaluate

RNG = np.random.default_rng(11)
X = RNG.normal(size=(6, 5)) * 2
Y = np.array([0, 3, 2, 4, 1, 0])
SIGN, SOFT = RNG.choice([-1.0, 1.0], (6, 5)), RNG.dirichlet(np.ones(5), 6)
LISTS = np.array(
    [[3, 0, -1, 2, 2], [-1] * 5, [4, 3, 2, 1, 0], [1, -1, 1, 1, 1], [2] * 5, [0, 4, 4, -1, 1]]
)
W = RNG.uniform(0.5, 2, 5)


# -- the definitions


def plus(z: Any) -> Any:
    return max(z, mpmath.mpf(0))


def best(x: list[Any], y: int, margin: float) -> Any:
    return max(v - x[y] + (margin if j != y else 0) for j, v in enumerate(x))


def projected(x: list[Any], y: int) -> Any:
    """Sparsemax by trying every support: the one whose scores are all above its threshold."""
    falling = sorted(x, reverse=True)
    for size in range(len(x), 0, -1):
        threshold = (mpmath.fsum(falling[:size]) - 1) / size
        if falling[size - 1] > threshold:
            break
    kept = falling[:size]
    return mpmath.fsum(v * v - threshold**2 for v in kept) / 2 + mpmath.mpf(1) / 2 - x[y]


ELEMENTS: list[tuple[Loss, Any, Any]] = [
    (Hinge(), SIGN, lambda x, y: plus(1 - x * y)),
    (Hinge(margin=0.3, power=2), SIGN, lambda x, y: plus(mpmath.mpf(0.3) - x * y) ** 2),
    (Hinge(signs="binary"), (SIGN + 1) / 2, lambda x, y: plus(1 - x * (2 * y - 1))),
    (Hinge(signs="inferred"), (SIGN + 1) / 2, lambda x, y: plus(1 - x * (2 * y - 1))),
    (Hinge(signs="inferred"), SIGN, lambda x, y: plus(1 - x * y)),
    (SoftMargin(), SIGN, lambda x, y: mpmath.log(1 + mpmath.exp(-x * y))),
    (HingeEmbedding(margin=0.7), SIGN, lambda x, y: x if y == 1 else plus(mpmath.mpf(0.7) - x)),
    (
        BinarySparsemax(),
        (SIGN + 1) / 2,
        lambda x, y: projected([mpmath.mpf(0), x], int(y)),
    ),
]


def close(found: Any, exact: Any, digits: float = 17) -> bool:
    return abs(mpmath.mpf(str(found)) - exact) <= mpmath.mpf(10) ** -digits * (1 + abs(exact))


@pytest.mark.parametrize(("loss", "target", "exact"), ELEMENTS, ids=label)
def test_definitions_of_elements(loss: Loss, target: Any, exact: Any) -> None:
    with mpmath.workdps(50):
        found = evaluate(loss, {"pred": X, "target": target})
        for place in np.ndindex(X.shape):
            x, y = mpmath.mpf(X[place]), mpmath.mpf(target[place])
            assert close(found.value[0][place], exact(x, y))
            slope = mpmath.diff(partial(lambda v, y, f: f(v, y), y=y, f=exact), x)
            assert close(found.gradients["pred"][0][place], slope, 15)


def test_definition_of_ranking() -> None:
    other = X[::-1].copy()
    found = evaluate(MarginRanking(margin=0.5), {"pred": X, "other": other, "target": SIGN})
    z = 0.5 - SIGN * (X - other)
    np.testing.assert_allclose(np.asarray(found.value[0], float), np.maximum(z, 0), rtol=1e-15)
    np.testing.assert_array_equal(found.gradients["other"][0], np.where(z > 0, SIGN, 0))
    np.testing.assert_array_equal(found.gradients["pred"][0], np.where(z > 0, -SIGN, 0))


def listed(x: list[Any], row: Any) -> Any:
    names = [int(t) for t in row[: list(row).index(-1)]] if -1 in row else [int(t) for t in row]
    rest = [j for j in range(len(x)) if j not in names]
    return mpmath.fsum(plus(1 - x[t] + x[j]) for t in names for j in rest) / len(x)


ROWS: list[tuple[Loss, Any, Any]] = [
    (MulticlassHinge(), Y, lambda x, y: best(x, y, 1)),
    (MulticlassHinge(margin=0.0), Y, lambda x, y: best(x, y, 0)),
    (MulticlassHinge(one_score=True), Y, lambda x, y: best(x, y, 1)),
    (
        MultiMargin(margin=0.4, power=2),
        Y,
        lambda x, y: (
            (mpmath.fsum(plus(mpmath.mpf(0.4) - x[y] + v) ** 2 for v in x) - mpmath.mpf(0.4) ** 2)
            / len(x)
        ),
    ),
    (MultiLabelMargin(), LISTS, listed),
    (Sparsemax(), Y, projected),
    (
        CategoricalHinge(),
        SOFT,
        lambda x, y: plus(
            1
            + max((1 - mpmath.mpf(b)) * a for a, b in zip(x, y, strict=True))
            - mpmath.fsum(mpmath.mpf(b) * a for a, b in zip(x, y, strict=True))
        ),
    ),
]


@pytest.mark.parametrize(("loss", "target", "exact"), ROWS, ids=label)
def test_definitions_of_rows(loss: Loss, target: Any, exact: Any) -> None:
    def moved(v: Any, x: list[Any], j: int, label: Any) -> Any:
        return exact([*x[:j], v, *x[j + 1 :]], label)

    with mpmath.workdps(50):
        found = evaluate(loss, {"pred": X, "target": target})
        for row, label in enumerate(target):
            x = [mpmath.mpf(v) for v in X[row]]
            assert close(found.value[0][row], exact(x, label))
            for j in range(5):
                slope = mpmath.diff(partial(moved, x=x, j=j, label=label), x[j])
                assert close(found.gradients["pred"][0][row, j], slope, 15)


# -- what ties shares the derivative evenly, whoever differentiates


def slope_of(fw: Framework, loss: Any, **operands: Any) -> Any:
    """By the framework itself where it can, which on NumPy is the closed form."""
    from xlogits.backends import namespace

    arrays = fw.arrays(operands)
    pred = arrays.pop("pred")
    own = namespace(pred).value_and_grad
    if own is None:
        return fw.numbers(loss.gradient(pred, **arrays)[0])

    def summed(x: Any) -> tuple[Any, Any]:
        value = namespace(x).sum(loss(x, **arrays))
        return value, value

    return fw.numbers(own(summed, (pred,))[1][0])


ONES = np.array([1.0, -1.0])
TIES: list[tuple[Loss, dict[str, Any], Any]] = [
    (Hinge(), {"pred": ONES, "target": ONES}, -ONES / 2),
    (Hinge(margin=0.0), {"pred": 0 * ONES, "target": ONES}, -ONES / 2),
    (HingeEmbedding(), {"pred": [1.0], "target": [-1.0]}, [-0.5]),
    (MarginRanking(), {"pred": ONES, "other": ONES, "target": ONES}, -ONES / 2),
    (
        MulticlassHinge(margin=0.0),
        {"pred": [[0.0] * 4], "target": [1]},
        [[0.25, -0.75, 0.25, 0.25]],
    ),
    (MultiMargin(), {"pred": [[1.0, 0.0]], "target": [0]}, [[-0.25, 0.25]]),
    (CategoricalHinge(), {"pred": [[0.0, 0.0, -1]], "target": [[0.0, 1, 0]]}, [[0.5, -1, 0]]),
    (Sparsemax(), {"pred": [[1.0, 0.0]], "target": [1]}, [[1.0, -1.0]]),
]


@pytest.mark.parametrize(
    ("loss", "operands", "slope"),
    TIES,
    ids=lambda v: type(v).__name__,
)
def test_ties(fw: Framework, loss: Any, operands: dict[str, Any], slope: Any) -> None:
    given = {name: np.array(array) for name, array in operands.items()}
    np.testing.assert_array_equal(slope_of(fw, loss, **given), slope)


# -- labels in special forms


def test_inferred_signs_look_at_the_whole_array(fw: Framework) -> None:
    x, loss = fw.array(np.array([2.0, 0.5, -3.0])), Hinge(signs="inferred")
    binary = loss(x, fw.array(np.array([0.0, 1.0, 1.0])))
    np.testing.assert_array_equal(fw.numbers(binary), [3, 0.5, 4])
    mixed = loss(x, fw.array(np.array([0.0, 1.0, -1.0])))
    np.testing.assert_array_equal(fw.numbers(mixed), [1, 0.5, 0])


def test_lists_of_labels(fw: Framework) -> None:
    """The example in PyTorch's documentation, with integers of several sizes."""
    x, loss = fw.array(np.array([[0.1, 0.2, 0.4, 0.8]])), MultiLabelMargin()
    for dtype in (np.int32, np.int64):
        found = fw.numbers(loss(x, fw.array(np.array([[3, 0, -1, 1]], dtype))))
        np.testing.assert_allclose(found, [0.85], rtol=1e-15)
    with pytest.raises(LabelError, match="label 4 at position"):
        loss(fw.array(np.zeros((1, 4))), fw.array(np.array([[3, 4, -1, 0]])))
    ended = loss(x, fw.array(np.array([[3, 0, -1, 99]])))
    np.testing.assert_allclose(fw.numbers(ended), [0.85], rtol=1e-15)
    with pytest.raises(DtypeError, match="expected integers"):
        loss(x, x)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [(loss, [1, 5]) for loss in (MulticlassHinge(), MultiMargin(), Sparsemax())]
    + [(MultiLabelMargin(), [[1, -1, 9, 9, 9], [1, 5, -1, 0, 0]])],
    ids=lambda v: type(v).__name__,
)
def test_labels_out_of_range_are_nan_where_they_cannot_be_read(loss: Any, labels: Any) -> None:
    need("jax")
    import jax

    fw = framework("jax")
    found = fw.numbers(jax.jit(loss)(fw.array(X[:2]), fw.array(np.array(labels))))
    assert np.isfinite(found[0])
    assert np.isnan(found[1])


def test_one_score_stands_for_two_classes(fw: Framework) -> None:
    y, pair = np.array([0, 1, 1, 0, 1, 1]), np.stack([0 * X[:, 0], X[:, 0]], 1)
    loss = MulticlassHinge(one_score=True)
    one = fw.numbers(loss(fw.array(X[:, 0]), fw.array(y)))
    np.testing.assert_array_equal(one, np.maximum(0, 1 - (2 * y - 1) * X[:, 0]))
    np.testing.assert_array_equal(one, fw.numbers(loss(fw.array(pair), fw.array(y))))
    by_one = slope_of(fw, loss, pred=X[:, 0], target=y)
    np.testing.assert_array_equal(by_one, slope_of(fw, loss, pred=pair, target=y)[:, 1])
    with pytest.raises(LabelError, match="label 2"):
        loss(fw.array(X[:, 0]), fw.array(y + 1))


# -- weights


def test_class_weights_of_multi_margin(fw: Framework) -> None:
    loss = MultiMargin(reduction=Reduction("mean_over_items"))
    x, y, s = fw.array(X), fw.array(Y), np.arange(6.0)
    each = fw.numbers(MultiMargin()(x, y)) * W[Y]
    found = loss(x, y, class_weight=fw.array(W))
    np.testing.assert_allclose(fw.numbers(found), each.mean(), rtol=1e-14)
    both = loss(x, y, class_weight=fw.array(W), sample_weight=fw.array(s))
    np.testing.assert_allclose(fw.numbers(both), (each * s).mean(), rtol=1e-14)
    doubled = loss(x, y, class_weight=fw.array(W), sample_weight=2.0)
    np.testing.assert_allclose(fw.numbers(doubled), 2 * each.mean(), rtol=1e-14)
    with pytest.raises(ShapeError, match=r"class_weight has shape \(4,\); expected \(5,\)"):
        loss(x, y, class_weight=fw.array(W[:4]))


def test_class_weights_of_sigmoid_cross_entropy(fw: Framework) -> None:
    """They count before the average over the classes; sample weights after it."""
    loss = SigmoidCrossEntropy(inner="mean")
    plain = fw.numbers(SigmoidCrossEntropy()(fw.array(X), fw.array(SOFT)))
    found = fw.numbers(loss(fw.array(X), fw.array(SOFT), class_weight=fw.array(W)))
    np.testing.assert_allclose(found, (plain * W).mean(1), rtol=1e-14)
    with pytest.raises(ShapeError, match=r"class_weight has shape \(4,\)"):
        loss(fw.array(X), fw.array(SOFT), class_weight=fw.array(W[:4]))


# -- extremes


def test_sparsemax_keeps_its_digits_under_an_offset(fw: Framework) -> None:
    x = (X * 8).astype(np.float32).round(2)
    plain = fw.numbers(Sparsemax()(fw.array(x.astype(np.float64)), fw.array(Y)))
    far = Sparsemax()(fw.array(np.asarray(x + 4096, np.float32).astype(float)), fw.array(Y))
    np.testing.assert_allclose(fw.numbers(far), plain, atol=0.02)
    shifted = fw.numbers(Sparsemax()(fw.array(x.astype(float) + 2.0**40), fw.array(Y)))
    np.testing.assert_allclose(shifted, plain, atol=1e-3)


def test_nan_is_not_lost(fw: Framework) -> None:
    x = X.copy()
    x[0, 0] = np.nan
    for loss in (MulticlassHinge(), MultiMargin(), Sparsemax()):
        found = fw.numbers(loss(fw.array(x), fw.array(Y)))
        assert np.isnan(found[0]), loss
        assert np.isfinite(found[1:]).all()
    for loss in (Hinge(), SoftMargin(), HingeEmbedding(), BinarySparsemax()):
        found = fw.numbers(loss(fw.array(x), fw.array(SIGN)))
        assert np.isnan(found[0, 0]), loss
        assert np.isnan(found).sum() == 1


# -- the names


def test_what_cannot_be_expressed_is_refused(fw: Framework) -> None:
    from xlogits.dialects.sklearn import metrics
    from xlogits.dialects.torch.nn import functional as F

    x, y = fw.array(X), fw.array(Y)
    if fw.name != "torch":
        with pytest.raises(OptionError, match=r"multi_margin_loss\(p=3\): expected one of 1, 2"):
            F.multi_margin_loss(x, y, p=3)
    if fw.name != "numpy":
        with pytest.raises(Refused, match="encode the labels as 0, 1"):
            metrics.hinge_loss(y, x, labels=[0, 1, 2, 3, 4])
