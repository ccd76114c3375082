"""The assertions and comparisons of `xlogits.testing` pass and fail where they should, and say why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework, need
from xlogits.diagnosis.trace import recorded
from xlogits.errors import DtypeError, OptionError, RangeError, ShapeError
from xlogits.testing import assert_losses_match, assert_parity

Array = Any
RNG = np.random.default_rng(2)
X = (RNG.normal(size=(7, 5)) * 2).astype(np.float32)
Y = RNG.integers(0, 5, 7)


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- assert_parity ---------------------------------------------------------------------------------


def test_arrays_of_every_framework_against_numpy(fw: Framework) -> None:
    assert_parity(fw.array(X, "float32"), X)
    assert_parity(X.tolist(), fw.array(X, "float32"), rtol=1e-6)
    bad = X.copy()
    bad[2, 3] += 1e-3
    with pytest.raises(AssertionError, match=r"1 of 35 numbers differ; the furthest at \(2, 3\)"):
        assert_parity(fw.array(X, "float32"), bad)


def test_half_precision_has_its_own_tolerance(fw: Framework) -> None:
    half = fw.array(X, "bfloat16")
    assert_parity(half, X)
    with pytest.raises(AssertionError):
        assert_parity(half, X, rtol=1e-6)
    with pytest.raises(AssertionError):
        assert_parity(half, X * np.float32(1.1))


def test_pytorch_tensors_that_need_a_gradient_or_are_not_contiguous() -> None:
    need("torch")
    import torch

    x = torch.tensor(X, requires_grad=True)
    assert_parity(x, X)
    assert_parity(x.T, X.T)
    assert_parity(torch.tensor(X)[::2, ::2], X[::2, ::2])


def test_tensorflow_variables_and_sparse_gradients() -> None:
    need("tensorflow")
    import tensorflow as tf

    assert_parity(tf.Variable(X), X)
    sparse = tf.IndexedSlices(tf.constant(X[:2]), tf.constant([1, 1]), tf.constant([3, 5]))
    dense = np.zeros((3, 5), np.float32)
    dense[1] = X[0] + X[1]
    assert_parity(sparse, dense)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (X, X.T, r"shape \(7, 5\) and the second \(5, 7\)"),
        (X, np.ones((7, 5), int), "floating point .* integers"),
        ([1.0, np.nan], [1.0, 2.0], r"1 numbers are NaN on one side only, at \(1,\) in the first"),
        ([1.0, np.inf], [1.0, -np.inf], "1 of 2 numbers differ"),
        ([1, 2], [1, 3], "1 of 2 numbers differ"),
    ],
)
def test_what_differs_is_said(a: Any, b: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_parity(a, b)


def test_equal_infinities_and_nan_are_equal() -> None:
    assert_parity([np.nan, np.inf, -np.inf, 0.0], [np.nan, np.inf, -np.inf, -0.0])
    assert_parity(np.zeros((0, 3)), np.zeros((0, 3)))


def test_units_in_the_last_place() -> None:
    one = np.float32(1.0)
    above = np.nextafter(one, np.float32(2), dtype=np.float32)
    assert_parity(one, above, ulp=1)
    with pytest.raises(AssertionError, match="1 ULP"):
        assert_parity(one, above, ulp=0)
    with pytest.raises(AssertionError, match="2 ULP"):
        assert_parity(one, np.nextafter(above, np.float32(2), dtype=np.float32), ulp=1)


def test_a_mismatch_of_losses_is_diagnosed() -> None:
    good = xl.softmax_cross_entropy(X, Y)
    with pytest.raises(AssertionError, match="softmax is applied twice"):
        assert_parity(good, xl.softmax_cross_entropy(softmax(X), Y), logits=X, labels=Y)
    with pytest.raises(AssertionError, match="sign"):
        assert_parity(1.25, -1.25)


def test_gradients_are_compared_too() -> None:
    assert_parity(1.0, 1.0, grad=(X, X.copy()))
    with pytest.raises(AssertionError, match="gradient: 35 of 35 numbers differ"):
        assert_parity(1.0, 1.0, grad=(X, 2 * X))


def test_wrong_tolerances() -> None:
    with pytest.raises(OptionError, match="ulp is given together"):
        assert_parity(1.0, 1.0, ulp=1, rtol=1e-3)
    with pytest.raises(OptionError, match="rtol is -1"):
        assert_parity(1.0, 1.0, rtol=-1)
    with pytest.raises(DtypeError, match="no real numbers"):
        assert_parity(["a"], ["a"])


# --- assert_losses_match ---------------------------------------------------------------------------


def test_the_same_loss_on_two_frameworks(fw: Framework) -> None:
    loss = xl.softmax_cross_entropy
    assert_losses_match(loss, loss, frameworks=("numpy", fw.name), cases=5)


def test_a_difference_is_shrunk_and_diagnosed() -> None:
    def wrong(logits: Array, labels: Array) -> Array:
        return xl.softmax_cross_entropy(xl.softmax(logits), labels)

    names = ("numpy", "numpy")
    with pytest.raises(AssertionError, match="softmax is applied twice") as caught:
        assert_losses_match(xl.softmax_cross_entropy, wrong, frameworks=names, grad=False)
    small = str(caught.value).splitlines()[1]
    assert small.count("[") == 2  # one item is left


def test_a_wrong_gradient_is_seen() -> None:
    need("torch")
    import torch

    def detached(logits: Any, labels: Any) -> Any:
        right = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        return 0.5 * right + 0.5 * right.detach()

    names = ("numpy", "torch")
    loss = xl.softmax_cross_entropy
    assert_losses_match(loss, detached, frameworks=names, cases=3, grad=False)
    with pytest.raises(AssertionError, match="gradient by the logits"):
        assert_losses_match(loss, detached, frameworks=names, cases=3)


def test_unknown_names_of_frameworks_and_labels() -> None:
    loss = xl.softmax_cross_entropy
    with pytest.raises(OptionError, match="frameworks names 'theano'"):
        assert_losses_match(loss, loss, frameworks=("numpy", "theano"))
    with pytest.raises(OptionError, match="labels is 'soft'"):
        assert_losses_match(loss, loss, frameworks=("numpy", "numpy"), labels="soft")


# --- compare_logits --------------------------------------------------------------------------------

ORDER = np.array([3, 0, 4, 1, 2])
CHANGED: dict[str, tuple[Callable[[Array], Array], str]] = {
    "constant": (lambda x: x + x[:, :1] + 3, "a constant is added to every row"),
    "temperature": (lambda x: x / 2, "a temperature of 2"),
    "both": (lambda x: x / 4 + 1, "a temperature of 4, and a constant"),
    "sign": (lambda x: -x, "the sign is turned"),
    "softmax": (softmax, "the second is softmax of the first"),
    "log_softmax": (lambda x: np.log(softmax(x)), "log_softmax of the first"),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), "the second is sigmoid of the first"),
    "classes": (lambda x: x[:, ORDER], "class i of the second is [3, 0, 4, 1, 2][i] of the first"),
    "items": (lambda x: x[::-1], "item i of the second is [6, 5, 4, 3, 2, 1, 0][i]"),
    "axes": (lambda x: x.T, "transpose the second by (1, 0)"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_turns_one_into_the_other(name: str) -> None:
    change, words = CHANGED[name]
    found = xl.compare_logits(X, change(X.astype(float)))
    assert any(words in cause for cause in found.causes), found.causes
    assert not found.same


P = softmax(X.astype(float))
E = np.exp(X.astype(float))
UNLIKE = {
    "the sum forgotten": (E / E, "is 1 everywhere"),
    "no sum": (E, "not divided by their sums"),
    "the sum of the batch": (E / E.sum(), "not divided by their sums"),
    "softmax for the sigmoid": (softmax(np.log(P / (1 - P))), "is the softmax of the logit"),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_what_was_taken_for_softmax(name: str) -> None:
    wrong, words = UNLIKE[name]
    for one, other, side in ((wrong, P, "first"), (P, wrong, "second")):
        (cause,) = xl.compare_logits(one, other).causes
        assert side in cause
        assert words in cause
    for unlike in (wrong + 0.1, np.abs(np.sin(wrong * 7))):
        assert not any(words in cause for cause in xl.compare_logits(unlike, P).causes)
    assert xl.compare_logits(P, P).same


def test_two_sides_without_a_cause() -> None:
    other = X.copy()
    other[4, 2] += 0.5
    found = xl.compare_logits(X, other)
    assert not found.causes
    assert "unknown" in str(found)
    assert found.first_row == (4,)
    assert found.absolute == pytest.approx(0.5, abs=1e-6)
    same = xl.compare_logits(X, X + 1e-8)
    assert same.same
    assert same.first_row is None
    assert same.argmax == same.top_k == 1


def test_divergences_are_those_of_the_distributions() -> None:
    found = xl.compare_logits([[0.0, 0.0]], [[np.log(3.0), 0.0]])
    assert found.kl == pytest.approx(0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25))
    assert found.total_variation == pytest.approx(0.25)


def test_logits_that_cannot_be_compared() -> None:
    with pytest.raises(ShapeError, match="no order of axes"):
        xl.compare_logits(X, X[:3])
    with pytest.raises(RangeError, match="NaN everywhere"):
        xl.compare_logits(X, np.full_like(X, np.nan))


def test_the_picture(tmp_path: Path) -> None:
    need("matplotlib")
    found = xl.compare_logits(X, X / 2)
    found.save(tmp_path / "x.svg")
    found.save(tmp_path / "x.png")
    assert "<svg" in (tmp_path / "x.svg").read_text()
    assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(OptionError, match=r"\.svg or \.png"):
        found.save(tmp_path / "x.jpg")


# --- trace_divergence ------------------------------------------------------------------------------


def test_the_first_array_that_differs_is_found_and_explained() -> None:
    one = [("embedding", X), ("logits", X), ("loss", X.sum())]
    two = [("embedding", X), ("logits", X / 2), ("loss", X.sum() / 2)]
    found = xl.trace_divergence(lambda: one, lambda: two)
    assert (found.name, found.before) == ("logits", "embedding")
    assert "a temperature of 2" in str(found)
    same = xl.trace_divergence(lambda: one, lambda: one)
    assert not same.name
    assert "the same in all of 3 arrays" in str(same)


def test_names_that_do_not_match() -> None:
    with pytest.raises(OptionError, match="no name is given by both"):
        xl.trace_divergence(lambda: [("a", X)], lambda: [("b", X)])
    with pytest.raises(OptionError, match="'a' twice"):
        xl.trace_divergence(lambda: [("a", X), ("a", X)], lambda: [("a", X)])
    found = xl.trace_divergence(lambda: [("a", X), ("c", X)], lambda: [("a", X)])
    assert found.unmatched == ("c",)


def test_modules_of_pytorch_are_recorded() -> None:
    need("torch")
    import torch

    def model() -> Any:
        torch.manual_seed(0)
        layers = {"hidden": torch.nn.Linear(5, 4), "act": torch.nn.ReLU()}
        return torch.nn.Sequential(
            *(layers["hidden"], layers["act"], torch.nn.Linear(4, 3), torch.nn.LogSoftmax(-1))
        )

    def run(made: Any) -> Any:
        with recorded(made) as kept:
            made(torch.tensor(X))
        return kept

    one, two = model(), model()
    two[2].weight.data *= 2
    found = xl.trace_divergence(lambda: run(one), lambda: run(two))
    assert (found.name, found.before) == ("2", "1")
    assert len(run(one)) == 4
    assert not one[0]._forward_hooks


def test_layers_of_keras_are_recorded() -> None:
    need("tensorflow", "keras")
    import keras

    model = keras.Sequential(
        [keras.layers.Dense(4, name="hidden"), keras.layers.Dense(3, name="out")]
    )
    model(X)
    with recorded(model) as kept:
        model(X)
    assert [name for name, _ in kept] == ["hidden", "out"]
    with recorded(model) as again:
        pass
    assert not again


def test_what_is_no_model() -> None:
    with pytest.raises(OptionError, match="expected a torch"), recorded(object()):
        pass
