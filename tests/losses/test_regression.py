"""Losses of measured values take what their natives take, and are right for extreme numbers."""

import math
from typing import Any

import numpy as np
import pytest

from tests.conftest import Framework, need
from xlogits import dialects, value_and_grad
from xlogits.errors import OptionError, RangeError, ShapeError
from xlogits.losses import (
    GaussianNLL,
    Huber,
    HuberPenalty,
    LogCosh,
    QuantileError,
    SquaredError,
    TweedieDeviance,
)

X, Y = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 6.0]]), np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 2.0]])


def test_a_variance_for_each_row(fw: Framework) -> None:
    """Also where the array is square, and NumPy would align it with the columns."""
    x, y, v = X[:, :2], Y[:, :2], np.array([1.0, 4.0])
    wide = GaussianNLL()(fw.array(x), fw.array(y), variance=fw.array(np.stack([v, v], 1)))
    short = GaussianNLL()(fw.array(x), fw.array(y), variance=fw.array(v))
    assert np.array_equal(fw.numbers(short), fw.numbers(wide))
    slope = GaussianNLL().gradient(fw.array(x), fw.array(y), variance=fw.array(v))[2]
    both = 0.5 * (1 / v[:, None] - ((x - y) / v[:, None]) ** 2)
    np.testing.assert_allclose(fw.numbers(slope), both.sum(1), rtol=1e-14)


def test_a_target_that_broadcasts(fw: Framework) -> None:
    x, v = fw.array(X), fw.array(np.full(X.shape, 4.0))
    wide = np.repeat(Y[:1], len(Y), 0)
    short = GaussianNLL()(x, fw.array(Y[:1]), variance=v)
    assert np.array_equal(
        fw.numbers(short), fw.numbers(GaussianNLL()(x, fw.array(wide), variance=v))
    )
    slope = GaussianNLL().gradient(x, fw.array(Y[:1]), variance=v)[1]
    np.testing.assert_allclose(
        fw.numbers(slope), ((wide - X) / 4).sum(0, keepdims=True), rtol=1e-14
    )
    with pytest.raises(ShapeError, match="expected labels of shape"):  # not the other way round
        GaussianNLL()(fw.array(X[:1]), fw.array(Y), variance=4.0)


def test_a_variance_that_is_a_number(fw: Framework) -> None:
    loss = GaussianNLL()
    by_number = loss(fw.array(X), fw.array(Y), variance=4.0)
    by_array = loss(fw.array(X), fw.array(Y), variance=fw.array(np.full(X.shape, 4.0)))
    assert np.array_equal(fw.numbers(by_number), fw.numbers(by_array))
    assert loss.gradient(fw.array(X), fw.array(Y), variance=4.0)[2] is None


def test_a_negative_variance_is_an_error(fw: Framework) -> None:
    with pytest.raises(RangeError, match="variance has negative entries"):
        GaussianNLL()(fw.array(X), fw.array(Y), variance=fw.array(Y - 2))
    with pytest.raises(RangeError):
        GaussianNLL()(fw.array(X), fw.array(Y), variance=-1.0)


def test_a_negative_variance_is_nan_where_it_cannot_be_read() -> None:
    need("jax")
    import jax
    import jax.numpy as jnp

    loss = jax.jit(lambda x, v: GaussianNLL()(x, x, variance=v))
    assert np.isnan(loss(jnp.ones(2), jnp.array([1.0, -1.0]))).tolist() == [False, True]


def test_missing_arrays() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'target'"):
        SquaredError()(X)
    with pytest.raises(TypeError, match="missing a required argument: 'variance'"):
        GaussianNLL()(X, Y)


def test_scipy_takes_delta_as_a_number(fw: Framework) -> None:
    value = dialects.scipy.special.huber(2.0, fw.array(np.array([0.7, -3.0])))
    np.testing.assert_allclose(fw.numbers(value), [0.245, 4.0], rtol=1e-15)


def test_an_option_and_an_array_of_one_name(fw: Framework) -> None:
    """`log_input` is an option of PyTorch's class and the prediction of its instances."""
    rates = dialects.torch.nn.PoissonNLLLoss(log_input=False, eps=0.0, reduction="none")
    x, y = fw.array(X + 1), fw.array(Y)
    np.testing.assert_allclose(fw.numbers(rates(x, y)), X + 1 - Y * np.log(X + 1), rtol=1e-14)
    by_name = rates(log_input=x, target=y)
    assert np.array_equal(fw.numbers(by_name), fw.numbers(rates(x, y)))
    _, grad = value_and_grad(rates)(x, y)
    np.testing.assert_allclose(fw.numbers(grad), 1 - Y / (X + 1), rtol=1e-14)


def test_weights_inside_the_root(fw: Framework) -> None:
    metrics = dialects.sklearn.metrics
    w = fw.array(np.array([3.0, 1.0]))
    x, y = fw.array(X), fw.array(Y)
    each = metrics.root_mean_squared_error(y, x, sample_weight=w, multioutput="raw_values")
    expected = np.sqrt(np.average((X - Y) ** 2, axis=0, weights=[3.0, 1.0]))
    np.testing.assert_allclose(fw.numbers(each), expected, rtol=1e-14)
    both = metrics.root_mean_squared_error(y, x, sample_weight=w)
    both = both if isinstance(both, float) else fw.numbers(both)
    np.testing.assert_allclose(both, expected.mean(), rtol=1e-14)


def test_inner_weights_that_do_not_fit() -> None:
    with pytest.raises(OptionError, match="goes with an inner mean along one axis"):
        SquaredError()(X, Y, inner_weight=np.ones(2))
    with pytest.raises(ShapeError, match=r"inner_weight has shape \(3,\); expected \(2,\)"):
        SquaredError(axis=0, inner="mean")(X, Y, inner_weight=np.ones(3))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Huber(delta=-1.0), "delta is -1.0"),
        (lambda: QuantileError(quantile=1.5), "quantile is 1.5"),
        (lambda: TweedieDeviance(power=0.5), "power is 0.5"),
    ],
)
def test_options_out_of_range(made: Any, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        made()


def test_small_differences_keep_their_digits(fw: Framework) -> None:
    """log cosh d is d^2 / 2 for small d, where |d| - log 2 + ... has none left."""
    d = np.array([1e-3, 1e-8, 0.0, 0.5, 800.0])
    value = fw.numbers(LogCosh()(fw.array(d), fw.array(0 * d)))
    exact = [4.999999166666889e-07, 5e-17, 0.0, 0.12011450695827751, 800 - math.log(2)]
    np.testing.assert_allclose(value, exact, rtol=2e-15)


def test_large_differences_do_not_overflow(fw: Framework) -> None:
    far = fw.array(np.array([1e30]), "float32")
    for loss in (Huber(), Huber(delta=0.5, per_delta=True), LogCosh()):
        assert np.isfinite(fw.numbers(loss(far, -far)))
    assert np.isfinite(fw.numbers(HuberPenalty()(far, delta=2.0)))


def test_without_targets_the_reason_is_given() -> None:
    with pytest.raises(OptionError, match="needs 'targets'; it is None"):
        dialects.optax.huber_loss(X)
    with pytest.raises(OptionError, match="multioutput"):
        dialects.sklearn.metrics.mean_squared_error.native.read(
            {"y_true": object(), "y_pred": object(), "multioutput": object()}
        )
