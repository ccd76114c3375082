"""The short cuts for usual calls are taken, and answer as the general path does, errors included."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework, need
from xlogits import api
from xlogits.backends import MODULES
from xlogits.losses import Reduction, SigmoidCrossEntropy, SoftmaxCrossEntropy

Array = Any
INF, NAN = np.inf, np.nan
RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(6, 4)), np.array([0, 3, 1, 2, 0, 3])
Q, Z = RNG.dirichlet(np.ones(4), 6), RNG.uniform(size=(6, 4))
MASKED = np.where(Q.min(1, keepdims=True) == Q, -INF, X)

SOFTMAX: dict[str, tuple[Array, Array]] = {
    "labels": (X, Y),
    "a row": (X[:1], Y[:1]),
    "one class": (X[:, :1], Y * 0),
    "confident": (X * 60, X.argmax(1)),
    "far": (X + 1e5, Y),
    "masked": (np.where(np.arange(4) == 2, -INF, X), Y),
    "NaN in a row": (np.where(np.arange(6)[:, None] == 2, NAN, X), Y),
    "a row of -inf": (np.where(np.arange(6)[:, None] == 2, -INF, X), Y),
    "+inf": (np.where(X.max() == X, INF, X), Y),
    "many labels": (RNG.normal(size=(100, 3)), RNG.integers(0, 3, 100)),
    "a single item": (X[0], Y[0]),
    "three axes": (RNG.normal(size=(2, 3, 3)), RNG.integers(0, 3, (2, 3))),
    "three axes, any could be classes": (RNG.normal(size=(3, 3, 3)), RNG.integers(0, 3, (3, 3))),
    "no items": (X[:0], Y[:0]),
    "no classes": (X[:, :0], Y),
    "nothing": (X[:0, :0], Y[:0]),
    "a label too large": (X, np.array([0, 3, 4, 2, 0, 3])),
    "a label below 0": (X, np.array([0, 3, -1, 2, 0, 3])),
    "a label that PyTorch ignores": (X, np.array([0, 3, -100, 2, 0, 3])),
    "many labels, one too large": (np.zeros((100, 3)), np.append(np.zeros(99, int), 3)),
    "too few labels": (X, Y[:5]),
    "labels in a column": (X, Y[:, None]),
    "swapped": (Y, X),
    "integers for logits": (Y[:, None] * np.arange(4), Y),
    "probabilities": (X, Q),
    "probabilities with impossible classes": (MASKED, np.where(MASKED == -INF, 0.0, Q)),
    "probabilities of impossible classes": (MASKED, Q),
    "many probabilities": (np.tile(X, (6000, 1)), np.tile(Q, (6000, 1))),
    "many, with impossible classes": (
        np.tile(MASKED, (6000, 1)),
        np.tile(np.where(MASKED == -INF, 0.0, Q), (6000, 1)),
    ),
    "rows of any sum": (X, Q * 3),
    "rows of zeros": (X, Q * (np.arange(6) > 1)[:, None]),
    "labels of NaN": (X, np.where(Q.max() == Q, NAN, Q)),
    "probabilities of one item": (X[0], Q[0]),
    "probabilities of no item": (X[:0], Q[:0]),
    "too few probabilities": (X, Q[:, :3]),
    "numbers for labels": (X, Y.astype(float)),
}
SIGMOID: dict[str, tuple[Array, Array]] = {
    "usual": (X, Z),
    "large": (X * 200, np.round(Z)),
    "one axis": (X[0], Z[0]),
    "a number": (X[0, 0], Z[0, 0]),
    "none": (X[:0], Z[:0]),
    "NaN": (np.where(X.max() == X, NAN, X), Z),
    "outside of [0, 1]": (X, 3 * Z - 1),
    "integers": (X, np.round(Z).astype(int)),
    "bool": (X, Z > 0.5),
    "other shape": (X, Z[:, :1]),
    "fewer axes": (X, Z[0]),
}


def outcome(fw: Framework, call: Callable[[], Array]) -> tuple[str, str, np.ndarray]:
    """The error a call ends with, or the dtype and the numbers of its result."""
    try:
        found = call()
    except xl.errors.XlogitsError as error:
        return type(error).__name__, str(error), np.zeros(0)
    return "value", str(found.dtype), fw.numbers(found)


def compare(
    fw: Framework, short: Callable[[], Array], whole: Callable[[], Array], dtype: str
) -> None:
    one, other = outcome(fw, short), outcome(fw, whole)
    assert one[:2] == other[:2]
    assert one[2].shape == other[2].shape
    eps = float(np.finfo("float32" if dtype in ("float16", "bfloat16") else dtype).eps)
    np.testing.assert_allclose(one[2], other[2], rtol=8 * eps, atol=8 * eps * abs(X).max())


def options(function: Any, **given: Any) -> dict[str, Any]:
    """All options of the function without the short cut, the defaults among them."""
    return dict(function.__kwdefaults__) | given


FEW = ("labels", "masked", "a label too large", "probabilities", "rows of any sum")
WAYS = [(name, "float32", "none") for name in SOFTMAX]
WAYS += [(name, dtype, "mean") for name in FEW for dtype in ("float32", "float64", "float16")]


@pytest.mark.parametrize(("name", "dtype", "reduction"), WAYS)
def test_softmax_cross_entropy(fw: Framework, name: str, dtype: str, reduction: str) -> None:
    x, y = (fw.array(a, dtype if a.dtype.kind == "f" else "int64") for a in SOFTMAX[name])
    given = options(xl.softmax_cross_entropy, reduction=reduction)
    short = lambda: xl.softmax_cross_entropy(x, y, reduction=reduction)  # noqa: E731
    compare(fw, short, lambda: api._softmax_cross_entropy(x, y, **given), dtype)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean_over_items"])
@pytest.mark.parametrize("name", SIGMOID)
def test_sigmoid_cross_entropy(fw: Framework, name: str, reduction: str) -> None:
    x, z = SIGMOID[name]
    arrays = (
        fw.array(x, "float32"),
        fw.array(z, {"f": "float32", "i": "int64"}.get(z.dtype.kind, "bool")),
    )
    given = options(xl.sigmoid_cross_entropy, reduction=reduction)
    short = lambda: xl.sigmoid_cross_entropy(*arrays, reduction=reduction)  # noqa: E731
    compare(fw, short, lambda: api._sigmoid_cross_entropy(*arrays, **given), "float32")


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", ["labels", "masked", "probabilities", "rows of any sum"])
def test_gradients(fw: Framework, name: str, reduction: str) -> None:
    x, y = (fw.array(a, "float64" if a.dtype.kind == "f" else "int64") for a in SOFTMAX[name])
    loss = SoftmaxCrossEntropy(reduction=Reduction(reduction))
    wrt = ("logits", "labels") if SOFTMAX[name][1].dtype.kind == "f" else ("logits",)
    _, one = xl.value_and_grad(xl.softmax_cross_entropy, wrt=wrt)(x, y, reduction=reduction)
    _, other = xl.value_and_grad(loss, wrt=wrt)(x, y)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(fw.numbers(a), fw.numbers(b), rtol=1e-13, atol=1e-15)
    z = fw.array(Z)
    _, one = xl.value_and_grad(xl.sigmoid_cross_entropy)(fw.array(X), z)
    _, other = xl.value_and_grad(SigmoidCrossEntropy())(fw.array(X), z)
    np.testing.assert_allclose(fw.numbers(one), fw.numbers(other), rtol=1e-13, atol=1e-15)


def quick_ones(x: Array, labels: Array) -> list[Callable[..., Array]]:
    """The short cuts that an array's backend has, after a first call."""
    api.softmax_cross_entropy(x, labels)
    backend = MODULES[type(x)]
    found = [backend.quick_softmax_cross_entropy, backend.quick_sigmoid_cross_entropy]
    if None in found:
        pytest.skip(f"{backend.NAME} has no short cuts")
    return found


@pytest.mark.parametrize("name", ["numpy", "torch", "tensorflow", "jax"])
def test_these_frameworks_have_short_cuts(name: str) -> None:
    need(name)
    backend = importlib.import_module(f"xlogits.backends.{name}")
    assert backend.quick_softmax_cross_entropy is not None
    assert backend.quick_sigmoid_cross_entropy is not None


def test_the_short_cut_is_taken(fw: Framework) -> None:
    for dtype in ("float32", "float64"):
        x, y, q = fw.array(X, dtype), fw.array(Y, "int64"), fw.array(Q, dtype)
        softmax, sigmoid = quick_ones(x, y)
        for reduction in ("none", "mean", "sum", "mean_over_items"):
            assert softmax(x, y, -1, reduction) is not None
            assert sigmoid(x, q, reduction) is not None


def test_an_option_leaves_it(fw: Framework) -> None:
    x, y = fw.array(X), fw.array(Y, "int64")
    quick, _ = quick_ones(x, y)
    assert quick(x, y, 0, "none") is None
    assert quick(x, y, -1, "mean_over_batch") is None
    assert quick(x, y, -1, "elementwise_mean") is None
    plain = fw.numbers(xl.softmax_cross_entropy(x, y))
    for given in ({"label_smoothing": 0.3}, {"ignore_index": 3}, {"sample_weight": 2.0}):
        assert abs(fw.numbers(xl.softmax_cross_entropy(x, y, **given)) - plain).max() > 0.1
    assert fw.numbers(xl.softmax_cross_entropy(x, y, label_smoothing=0)).tolist() == pytest.approx(
        plain
    )


def test_another_answer_is_caught(fw: Framework) -> None:
    x, y = fw.array(X), fw.array(Y, "int64")
    given = options(xl.softmax_cross_entropy)
    whole = lambda: api._softmax_cross_entropy(x, y, **given)  # noqa: E731
    with pytest.raises(AssertionError):
        compare(fw, lambda: xl.softmax_cross_entropy(x, y) * 1.0001, whole, "float64")
    with pytest.raises(AssertionError):
        compare(fw, lambda: xl.softmax_cross_entropy(x, fw.array(Y + 9, "int64")), whole, "float64")


IN_A_TRACE = {
    "jax": (
        "import jax, jax.numpy as np, xlogits as xl\n"
        "x, y, q = np.zeros((2, 3)), np.array([0, 2]), np.ones((2, 3)) / 3\n"
        "jax.jit(xl.softmax_cross_entropy)(x, y)\n"
        "from xlogits.backends import jax as xp\n"
    ),
    "tensorflow": (
        "import tensorflow as tf, xlogits as xl\n"
        "x, y, q = tf.zeros((2, 3)), tf.constant([0, 2]), tf.ones((2, 3)) / 3\n"
        "tf.function(xl.softmax_cross_entropy)(x, y)\n"
        "from xlogits.backends import tensorflow as xp\n"
    ),
}


@pytest.mark.parametrize("name", IN_A_TRACE)
def test_the_short_cut_is_taken_after_a_first_call_in_a_trace(name: str) -> None:
    """What a backend's modules hold must not come from a trace that is over."""
    need(name)
    code = IN_A_TRACE[name] + (
        "for labels in (y, q):\n"
        "    print(float(xp.quick_softmax_cross_entropy(x, labels, -1, 'sum')))\n"
        "print(float(xp.quick_sigmoid_cross_entropy(x, q, 'sum')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = [float(word) for word in done.stdout.split()]
    assert found == pytest.approx([2 * np.log(3), 2 * np.log(3), 6 * np.log(2)], rel=1e-6)
