"""Divergences and the relatives of cross-entropy agree with mpmath, at their edges too."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework, need
from xlogits.dialects import keras, optax, torchvision
from xlogits.dialects.torch.nn import functional as F
from xlogits.errors import OptionError, Refused, ShapeError
from xlogits.losses import (
    Entropy,
    Form,
    GeneralizedCrossEntropy,
    KLDivergence,
    Labels,
    RelativeEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SoftmaxPoly,
)
from xlogits.parity.verdict import error
from xlogits.reference import evaluate
from xlogits.report.results import LIMIT

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 5)) * 2
P, Q = RNG.uniform(0.05, 1, (3, 5)), RNG.dirichlet(np.ones(5), 3)
Z, Y = RNG.uniform(size=(3, 5)), np.array([0, 3, 2])
log, exp, fsum, mpf = mpmath.log, mpmath.exp, mpmath.fsum, mpmath.mpf
Row = Callable[[list[Any], list[Any]], Any]


# -- the definitions


def softmax(x: list[Any]) -> list[Any]:
    total = fsum(exp(v) for v in x)
    return [exp(v) / total for v in x]


def focal_event(x: Any, z: Any) -> Any:
    p, z = 1 / (1 + exp(-x)), mpf("0.9") * z + mpf("0.05")
    cost = -z * log(p) - (1 - z) * log(1 - p)
    balance = mpf("0.25") * z + mpf("0.75") * (1 - z)
    return balance * (z * (1 - p) + (1 - z) * p) ** mpf("1.5") * cost


def shares(row: list[Any]) -> list[Any]:
    return [v / fsum(row) for v in row]


def pairs(x: list[Any], y: list[Any]) -> Any:
    return zip(x, y, strict=True)


EXACT: dict[str, tuple[Any, dict[str, np.ndarray], Row]] = {
    "divergence": (
        KLDivergence(inner="sum"),
        {"pred": P, "target": Q},
        lambda x, y: fsum(q * log(q / p) for p, q in pairs(x, y)),
    ),
    "divergence of logarithms": (
        KLDivergence(log_pred=True, log_target=True, inner="sum"),
        {"pred": X, "target": np.log(Q)},
        lambda x, y: fsum(exp(q) * (q - p) for p, q in pairs(x, y)),
    ),
    "generalised divergence": (
        KLDivergence(log_pred=True, generalized=True, inner="sum"),
        {"pred": X, "target": Q},
        lambda x, y: fsum(q * (log(q) - p) - q + exp(p) for p, q in pairs(x, y)),
    ),
    "divergence of shares": (
        RelativeEntropy(base=2.0),
        {"pred": P, "target": Z},
        lambda x, y: fsum(q * log(q / p) for p, q in pairs(shares(x), shares(y))) / log(2),
    ),
    "focal, of events": (
        SigmoidFocal(gamma=1.5, alpha=0.25, label_smoothing=0.1, inner="sum"),
        {"pred": X, "target": Z},
        lambda x, y: fsum(focal_event(a, b) for a, b in pairs(x, y)),
    ),
    "focal, of classes": (
        SoftmaxFocal(gamma=1.5, alpha=0.25),
        {"pred": X, "target": Q},
        lambda x, y: -fsum(q * (1 - p) ** mpf("1.5") * log(p) for p, q in pairs(softmax(x), y)) / 4,
    ),
    "poly": (
        SoftmaxPoly(first_term=-1.0),
        {"pred": X, "target": Q},
        lambda x, y: fsum(q * (-log(p) - (1 - p)) for p, q in pairs(softmax(x), y)),
    ),
}


def close(found: Any, exact: Any, digits: int = 15) -> bool:
    return abs(mpf(str(found)) - exact) <= mpf(10) ** -digits * (1 + abs(exact))


def moved(formula: Row, rows: tuple[list[Any], list[Any]], number: int, j: int, v: Any) -> Any:
    """The loss with one entry of the prediction (number 0) or the target (number 1) replaced."""
    changed = [list(row) for row in rows]
    changed[number][j] = v
    return formula(*changed)


@pytest.mark.parametrize("name", EXACT)
def test_the_definition(name: str) -> None:
    loss, operands, formula = EXACT[name]
    with mpmath.workdps(40):
        # mpmath takes 0.1 for the double, the definition for the decimal: both are within 1e-17
        found = evaluate(loss, operands)
        for row in range(3):
            x, y = ([mpf(v) for v in operands[k][row]] for k in ("pred", "target"))
            assert close(found.value[0][row], formula(x, y))
            for j in range(5):
                by_x = mpmath.diff(partial(moved, formula, (x, y), 0, j), x[j])
                by_y = mpmath.diff(partial(moved, formula, (x, y), 1, j), y[j])
                assert close(found.gradients["pred"][0][row, j], by_x, 13)
                assert close(found.gradients["target"][0][row, j], by_y, 13)


@pytest.mark.parametrize("base", [None, 2.0])
def test_derivatives_of_shares_are_as_large_as_what_cancels_in_them(
    fw: Framework, base: float | None
) -> None:
    """Of equal rows they are 0, a difference of numbers of the size of 1 / the sum of the row."""
    loss = RelativeEntropy(base=base)
    for share in (1 / 64, 0.3, 64.0):
        x = np.full((1, 3), share)
        expected = evaluate(loss, {"pred": x, "target": x})
        slopes = xl.value_and_grad(loss, wrt=("logits", "labels"))(fw.array(x), fw.array(x))[1]
        for name, found in zip(("pred", "target"), slopes, strict=True):
            assert error(fw.numbers(found), *expected.gradients[name], "float64") <= LIMIT
        unit = 3 * share * (1.0 if base is None else math.log(base))
        assert expected.gradients["pred"][1] == pytest.approx(2 / unit, rel=1e-14)
        logs = 2 * (1 + 2 * math.log(3))  # of an entry, and their mean
        assert expected.gradients["target"][1] == pytest.approx(logs / unit, rel=1e-14)


def test_the_definition_of_entropy() -> None:
    found = evaluate(Entropy(base=2.0), {"pred": P})

    def entropy(x: list[Any]) -> Any:
        return -fsum(p * log(p) for p in shares(x)) / log(2)

    with mpmath.workdps(40):
        for row in range(3):
            x = [mpf(v) for v in P[row]]
            assert close(found.value[0][row], entropy(x))
            for j in range(5):
                by_x = mpmath.diff(lambda v, x=x, j=j: entropy([*x[:j], v, *x[j + 1 :]]), x[j])
                assert close(found.gradients["pred"][0][row, j], by_x)


def test_entropy_where_shares_are_0(fw: Framework) -> None:
    """The term is 0, its slope infinite, and the other slopes are as if it were not there."""
    x = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]])
    value, slope = xl.value_and_grad(Entropy())(fw.array(x))
    wanted = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    np.testing.assert_allclose(fw.numbers(value), [wanted, 0], rtol=1e-14, atol=1e-15)
    by_x = [(-math.log(0.25) - wanted) / 4, math.inf, (-math.log(0.75) - wanted) / 4]
    np.testing.assert_allclose(fw.numbers(slope), [by_x, [math.inf, 0, math.inf]], rtol=1e-13)


def test_the_definition_of_generalised_cross_entropy() -> None:
    found = evaluate(GeneralizedCrossEntropy(exponent=0.3), {"pred": P, "target": Y})
    with mpmath.workdps(40):
        for row, label in enumerate(Y):
            p, k = mpf(P[row, label]), mpf(0.3)
            assert close(found.value[0][row], (1 - p**k) / k)
            assert close(found.gradients["pred"][0][row, label], -(p ** (k - 1)))
    assert np.count_nonzero(found.gradients["pred"][0]) == 3


# -- what they have in common with cross-entropy


def test_limits_are_cross_entropy(fw: Framework) -> None:
    x, y = fw.array(X), fw.array(Y)
    plain = fw.numbers(SoftmaxCrossEntropy()(x, y))
    for loss in (SoftmaxFocal(gamma=0.0), SoftmaxPoly(first_term=0.0)):
        np.testing.assert_allclose(fw.numbers(loss(x, y)), plain, rtol=1e-13)
    p = fw.array(np.exp(X) / np.exp(X).sum(1, keepdims=True))
    near = GeneralizedCrossEntropy(exponent=1e-6)(p, y)
    np.testing.assert_allclose(fw.numbers(near), plain, rtol=1e-5)
    events = fw.numbers(xl.sigmoid_cross_entropy(x, fw.array(Z)))
    np.testing.assert_allclose(
        fw.numbers(SigmoidFocal(gamma=0.0)(x, fw.array(Z))), events, rtol=1e-13
    )


def test_the_focal_loss_of_torchvision(fw: Framework) -> None:
    """Its own lines by hand: an alpha of -1 is none, and its default is a quarter."""
    focal, (x, z) = torchvision.ops.sigmoid_focal_loss, (fw.array(X), fw.array(Z))
    p = 1 / (1 + np.exp(-X))
    cost = np.logaddexp(0, X) - X * Z
    off = 1 - (p * Z + (1 - p) * (1 - Z))
    np.testing.assert_allclose(fw.numbers(focal(x, z, alpha=-1)), cost * off**2, rtol=1e-12)
    weighted = (0.25 * Z + 0.75 * (1 - Z)) * cost * off**2
    np.testing.assert_allclose(fw.numbers(focal(x, z)), weighted, rtol=1e-12)
    weighted = (0.3 * Z + 0.7 * (1 - Z)) * cost * off**1.5
    mean = fw.numbers(focal(x, z, 0.3, 1.5, "mean"))
    np.testing.assert_allclose(mean, weighted.mean(), rtol=1e-12)
    assert abs(mean - weighted.sum()) > 1  # and not the sum


@pytest.mark.parametrize("alpha", [-0.5, 1.5, None, "none"])
def test_an_alpha_that_torchvision_does_not_know(alpha: Any) -> None:
    with pytest.raises(OptionError, match=r"alpha is .*; expected a number from 0 to 1, or -1"):
        torchvision.ops.sigmoid_focal_loss(X, Z, alpha=alpha)


def test_relatives_take_what_cross_entropy_takes(fw: Framework) -> None:
    """Index labels, class weights, smoothing, ignored rows: the weighted sum of what classes cost."""
    log_p = X - np.log(np.exp(X).sum(1, keepdims=True))
    costs = (1 - np.exp(log_p)) ** 2 * -log_p
    w, y = np.array([1.0, 2.0, 0.5, 3.0, 1.0]), np.array([0, 3, -1])
    expected = 0.9 * (w * costs)[[0, 1], y[:2]] + 0.1 / 5 * (w * costs)[:2].sum(1)
    loss = SoftmaxFocal(label_smoothing=0.1, ignore_index=-1)
    found = fw.numbers(loss(fw.array(X), fw.array(y), class_weight=fw.array(w)))
    np.testing.assert_allclose(found, [*expected, 0], rtol=1e-13)


def test_an_alpha_for_each_class_is_a_class_weight() -> None:
    need("keras", "tensorflow")
    import keras as original

    alphas = [0.1, 0.5, 0.25, 1.0, 0.7]
    expected = original.losses.categorical_focal_crossentropy(Q, P, alpha=alphas)
    form = Form("probabilities", renormalise="before", clip=(1e-7, 1 - 1e-7))
    loss = SoftmaxFocal(form=form, labels=Labels("dense"))
    found = loss(P, Q, class_weight=np.array(alphas))
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-6)
    with pytest.raises(OptionError, match=r"alpha is \[0.1, .*class_weight"):
        SoftmaxFocal(alpha=alphas)  # type: ignore[arg-type]


# -- edges


def test_zero_labels_cost_nothing_and_have_no_derivative(fw: Framework) -> None:
    log_p, q = np.array([[-np.inf, np.log(0.5), -1.0]]), np.array([[0.0, 0.5, 0.0]])
    loss = KLDivergence(log_pred=True)
    value, (by_x, by_q) = xl.value_and_grad(loss, wrt=("logits", "labels"))(
        fw.array(log_p), fw.array(q)
    )
    np.testing.assert_allclose(fw.numbers(value), [[0, 0, 0]], atol=1e-16)
    np.testing.assert_allclose(fw.numbers(by_x), -q)
    np.testing.assert_allclose(fw.numbers(by_q), [[0, 1, 0]])


def test_a_nan_is_not_hidden_by_a_label_of_zero(fw: Framework) -> None:
    p, q = fw.array(np.array([[np.nan, 0.5]])), fw.array(np.array([[0.0, 0.5]]))
    for loss in (KLDivergence(), KLDivergence(log_pred=True)):
        assert np.isnan(fw.numbers(loss(p, q))[0, 0])
    masked = KLDivergence()(p, q, mask=fw.array(np.array([[False, True]])))
    assert fw.numbers(masked).tolist() == [[0, 0]]


def test_gradients_at_certainty_are_numbers(fw: Framework) -> None:
    """p = 0 and p = 1, where powers and logarithms are infinitely steep."""
    p, y = fw.array(np.array([[0.0, 1.0, 0.0]])), fw.array(np.array([1]))
    _, grad = xl.value_and_grad(GeneralizedCrossEntropy())(p, y)
    np.testing.assert_allclose(fw.numbers(grad), [[0, -1, 0]])
    x = fw.array(np.array([[800.0, -800.0, 0.0]]))
    for gamma in (0.0, 0.5, 1.0, 2.0):
        _, grad = xl.value_and_grad(SoftmaxFocal(gamma=gamma))(x, fw.array(np.array([0])))
        np.testing.assert_allclose(fw.numbers(grad), 0, atol=1e-300)
        hard = fw.array(np.array([[1.0, 0.0, 0.0]]))
        _, grad = xl.value_and_grad(SigmoidFocal(gamma=gamma))(x, hard)
        assert np.isfinite(fw.numbers(grad)).all()


def test_masked_out_classes_leave_the_gradient_finite(fw: Framework) -> None:
    x, q = np.array([[1.0, -np.inf, 0.0]]), np.array([[0.25, 0.0, 0.75]])
    for loss in (SoftmaxFocal(), SoftmaxPoly()):
        _, grad = xl.value_and_grad(loss)(fw.array(x), fw.array(q))
        assert np.isfinite(fw.numbers(grad)).all()


def test_clipped_logits_are_a_softmax_before_the_loss(fw: Framework) -> None:
    p = np.exp(X) / np.exp(X).sum(1, keepdims=True)
    clip = (0.05, 0.95)
    logits = SoftmaxCrossEntropy(form=Form("logits", clip=clip))
    probabilities = SoftmaxCrossEntropy(form=Form("probabilities", clip=clip))
    found, y = logits(fw.array(X), fw.array(Y)), fw.array(Y)
    np.testing.assert_allclose(fw.numbers(found), fw.numbers(probabilities(fw.array(p), y)))


def test_errors(fw: Framework) -> None:
    p, q = fw.array(P), fw.array(Q)
    with pytest.raises(ShapeError, match=r"mask is float64 of shape \(3, 5\)"):
        KLDivergence()(p, q, mask=p)
    with pytest.raises(ShapeError, match="expected bool that broadcasts"):
        KLDivergence()(p, q, mask=fw.array(np.ones((2, 5), bool)))
    with pytest.raises(OptionError, match="exponent is 0"):
        GeneralizedCrossEntropy(exponent=0)


# -- the native names


def test_batchmean_divides_by_rows_and_mean_by_numbers(fw: Framework) -> None:
    if fw.name == "torch":
        return
    log_p, q = fw.array(np.log(P)), fw.array(Q)
    total = (Q * np.log(Q / P)).sum()
    for word, count in (("sum", 1), ("batchmean", 3), ("mean", 15)):
        found = F.kl_div(log_p, q, reduction=word)
        np.testing.assert_allclose(fw.numbers(found), total / count, rtol=1e-13)
    one = F.kl_div(log_p[0][0], q[0][0], reduction="batchmean")
    np.testing.assert_allclose(fw.numbers(one), Q[0, 0] * np.log(Q[0, 0] / P[0, 0]))


def test_reduce_fn_is_read_by_its_name() -> None:
    x, q = X, Q * 3
    each = optax.losses.ranking_softmax_loss(x, q, reduce_fn=None)
    assert each.shape == (3,)
    for function in (np.mean, np.sum):
        found = optax.losses.ranking_softmax_loss(x, q, reduce_fn=function)
        assert found == pytest.approx(function(each))
    assert optax.losses.ranking_softmax_loss(x, q) == pytest.approx(each.mean())
    with pytest.raises(OptionError, match="reduce_fn"):
        optax.losses.ranking_softmax_loss(x, q, reduce_fn=np.max)
    with pytest.raises(Refused, match="multiply the labels"):
        optax.losses.ranking_softmax_loss(x, q, weights=q)


def test_reduce_fn_of_jax() -> None:
    need("jax")
    import jax.numpy as jnp

    found = optax.losses.ranking_softmax_loss(X, Q, reduce_fn=jnp.sum)
    assert found == pytest.approx(optax.losses.ranking_softmax_loss(X, Q, reduce_fn=np.sum))


def test_lists_without_a_member_are_left_out_of_the_mean() -> None:
    where = np.ones((3, 5), bool)
    where[1] = False
    each = optax.losses.ranking_softmax_loss(X, Q, where=where, reduce_fn=None)
    assert each[1] == 0
    found = optax.losses.ranking_softmax_loss(X, Q, where=where)
    assert found == pytest.approx(each.sum() / 2)
    assert optax.losses.ranking_softmax_loss(X, Q, where=np.zeros_like(where)) == 0


def test_entropy_of_one_distribution_is_shannons(fw: Framework) -> None:
    """With qk it is the divergence from it: another function, under one name."""
    need("scipy")
    import scipy.stats

    from xlogits.dialects.scipy import stats

    p, q = fw.array(P), fw.array(Q)
    for found, wanted in (
        (stats.entropy(p, axis=1), scipy.stats.entropy(P, axis=1)),
        (stats.entropy(p, None, 2.0, 1), scipy.stats.entropy(P, None, 2.0, 1)),
        (stats.entropy(p, q, axis=1), scipy.stats.entropy(P, Q, axis=1)),
        (stats.entropy(p, q, base=2, axis=1), scipy.stats.entropy(P, Q, 2, axis=1)),
    ):
        np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-13)
    assert not np.allclose(scipy.stats.entropy(P, axis=1), scipy.stats.entropy(P, Q, axis=1))


def test_targets_that_are_left_out(fw: Framework) -> None:
    """They are 0 everywhere in optax; where no loss of one array says that, they are asked for."""
    need("optax")
    from xlogits.dialects import optax

    x = fw.array(X)
    np.testing.assert_allclose(fw.numbers(optax.l2_loss(x)), X**2 / 2, rtol=1e-15)
    np.testing.assert_allclose(fw.numbers(optax.squared_error(x)), X**2, rtol=1e-15)
    if fw.name != "jax":  # on whose arrays optax itself is called
        with pytest.raises(OptionError, match=r"needs 'targets'.*left out it is 0 everywhere"):
            optax.huber_loss(x)


def test_alpha_without_balancing_changes_nothing_as_in_keras() -> None:
    plain = keras.losses.binary_focal_crossentropy(Q, P)
    assert np.array_equal(plain, keras.losses.binary_focal_crossentropy(Q, P, alpha=0.9))
    balanced = keras.losses.binary_focal_crossentropy(Q, P, True, 0.9)
    assert not np.allclose(plain, balanced)
