"""`value_and_grad` gives the derivatives of a loss on every framework."""

from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework
from xlogits.backends import namespace
from xlogits.dialects.keras.losses import CategoricalCrossentropy
from xlogits.dialects.torch.nn import functional as F
from xlogits.errors import OptionError, Refused
from xlogits.losses import SoftmaxCrossEntropy
from xlogits.reference import evaluate

RNG = np.random.default_rng(3)
X, Q, Y = RNG.normal(size=(4, 5)), RNG.dirichlet(np.ones(5), 4) * 2, np.array([0, 4, 1, 2])


def test_gradient_of_the_sum(fw: Framework) -> None:
    wanted = evaluate(SoftmaxCrossEntropy(), {"pred": X, "target": Q})
    run = xl.value_and_grad(xl.softmax_cross_entropy, wrt=("logits", "labels"))
    value, (by_x, by_q) = run(fw.array(X), fw.array(Q))
    np.testing.assert_allclose(fw.numbers(value), wanted.value[0].astype(float), rtol=1e-13)
    np.testing.assert_allclose(
        fw.numbers(by_x), wanted.gradients["pred"][0].astype(float), rtol=1e-12
    )
    np.testing.assert_allclose(
        fw.numbers(by_q), wanted.gradients["target"][0].astype(float), rtol=1e-12
    )


def test_gradient_with_a_cotangent(fw: Framework) -> None:
    ct = np.array([1.0, 0.0, -2.0, 0.5])
    wanted = evaluate(SoftmaxCrossEntropy(), {"pred": X, "target": Y}, ct)
    _, grad = xl.value_and_grad(xl.softmax_cross_entropy)(
        fw.array(X), labels=fw.array(Y), cotangent=fw.array(ct)
    )
    np.testing.assert_allclose(
        fw.numbers(grad), wanted.gradients["pred"][0].astype(float), rtol=1e-12, atol=1e-15
    )
    _, plain = xl.value_and_grad(xl.softmax_cross_entropy)(fw.array(X), fw.array(Y))
    assert abs(fw.numbers(plain) - fw.numbers(grad)).max() > 0.1


@pytest.mark.parametrize(
    "call",
    [
        lambda fw: (F.cross_entropy, (fw.array(X), fw.array(Y)), {}),
        lambda fw: (F.cross_entropy, (), {"target": fw.array(Y), "input": fw.array(X)}),
        lambda fw: (
            CategoricalCrossentropy(from_logits=True, dtype="float64"),
            (fw.array(np.eye(5)[Y]), fw.array(X)),
            {},
        ),
        lambda fw: (xl.softmax_cross_entropy, (fw.array(X), fw.array(Y)), {"reduction": "mean"}),
    ],
)
def test_dialects_and_options(fw: Framework, call: Any) -> None:
    fn, args, kwargs = call(fw)
    value, grad = xl.value_and_grad(fn)(*args, **kwargs)
    p = np.exp(X) / np.exp(X).sum(1, keepdims=True)
    np.testing.assert_allclose(fw.numbers(grad), (p - np.eye(5)[Y]) / 4, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fw.numbers(value), -np.log(p[np.arange(4), Y]).mean(), rtol=1e-6)


def test_functions_that_are_not_ours(fw: Framework) -> None:
    def loss(logits: Any, labels: Any, *, scale: float) -> Any:
        return xl.softmax_cross_entropy(logits, labels) * scale

    run = xl.value_and_grad(loss)
    xp = namespace(fw.array(X))
    if xp.value_and_grad is None:
        with pytest.raises(Refused, match=f"'loss' is not known on {xp.NAME}"):
            run(fw.array(X), fw.array(Y), scale=2.0)
        return
    _, grad = run(fw.array(X), fw.array(Y), scale=2.0)
    _, once = xl.value_and_grad(xl.softmax_cross_entropy)(fw.array(X), fw.array(Y))
    np.testing.assert_allclose(fw.numbers(grad), 2 * fw.numbers(once), rtol=1e-12)


def test_what_cannot_be_differentiated(fw: Framework) -> None:
    with pytest.raises(OptionError, match="expected 'logits', 'labels'"):
        xl.value_and_grad(xl.softmax_cross_entropy, wrt="weights")
    with pytest.raises(OptionError, match="int64"):
        xl.value_and_grad(xl.softmax_cross_entropy, wrt="labels")(fw.array(X), fw.array(Y))


def test_elementary_functions(fw: Framework) -> None:
    x = np.array([-1.0, 0.0, 2.0])
    _, grad = xl.value_and_grad(xl.sigmoid)(fw.array(x))
    s = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(fw.numbers(grad), s * (1 - s), rtol=1e-14)
