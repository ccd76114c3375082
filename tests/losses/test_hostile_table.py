"""No hostile call gets a silent wrong answer, and the judging finds losses that give one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from compare.hostile import table
from compare.hostile.arrays import load
from compare.hostile.case import SOFTMAX, Case, refused, value
from compare.hostile.cases import CASES, GROUPS
from compare.hostile.cases.arrays import Q, X, Y
from compare.hostile.running import find
from tests.conftest import INSTALLED, need
from xlogits.errors import LabelError, OptionError, XlogitsError

COMPILED = [name for name in INSTALLED if name != "numpy"]
BAD = np.array([0, 3])
OUT = refused("controls", "label 3", LabelError, ("label 3",), X, BAD)
GOOD = value("controls", "a good call", X, Y)
DENSE = value("controls", "a good dense call", X, Q)


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    for name in INSTALLED:
        load(name)


def _wrong(cases: list[Case], frameworks: list[str], **more: Any) -> list[str]:
    rows = [table.row(case, tuple(frameworks), **more) for case in cases]
    return [f"{row.case.label}: {wrong}" for row in rows for wrong in row.wrong]


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 250
    assert len({case.label for case in CASES}) == len(CASES)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("group", GROUPS)
def test_no_silent_answer(group: str) -> None:
    """Errors everywhere; values where an array's operations need not be compiled one by one."""
    refusals = [case for case in GROUPS[group] if case.error is not None]
    values = [case for case in GROUPS[group] if case.error is None]
    assert not _wrong(refusals, list(INSTALLED))
    assert not _wrong(values, [name for name in INSTALLED if name != "jax"])


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("framework", COMPILED)
def test_no_silent_answer_compiled(framework: str) -> None:
    traced = [case for case in CASES if case.traced]
    assert len(traced) >= 50
    assert not _wrong(traced, [framework], eager=False, compiled=True)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_no_silent_answer_of_jax() -> None:
    need("jax")
    assert not _wrong([case for case in CASES if case.error is None], ["jax"])


# -- broken losses: each must be caught


def _zero_for_a_bad_label(logits: Any, labels: Any, **options: Any) -> Any:
    bad = (labels < 0) | (labels >= logits.shape[-1])
    loss = np.array(xl.softmax_cross_entropy(logits, np.where(bad, 0, labels), **options))
    loss[bad] = 0
    return loss


def _clipped_labels(logits: Any, labels: Any, **options: Any) -> Any:
    return xl.softmax_cross_entropy(logits, np.clip(labels, 0, logits.shape[-1] - 1), **options)


def _nan_for_a_bad_label(logits: Any, labels: Any, **options: Any) -> Any:
    return _zero_for_a_bad_label(logits, labels, **options) + np.where(labels > 2, np.nan, 0)


def _errors_of_the_framework(logits: Any, labels: Any, **options: Any) -> Any:
    return -np.take_along_axis(xl.log_softmax(logits), labels[:, None], 1)[:, 0]


def _another_sentence(logits: Any, labels: Any, **options: Any) -> Any:
    raise LabelError("something is wrong with a label")


def _wide_result(logits: Any, labels: Any, **options: Any) -> Any:
    return xl.softmax_cross_entropy(logits, labels, **options).astype("longdouble")


def _kept_axis(logits: Any, labels: Any, **options: Any) -> Any:
    return xl.softmax_cross_entropy(logits, labels, **options)[:, None]


def _slightly_off(logits: Any, labels: Any, **options: Any) -> Any:
    return xl.softmax_cross_entropy(logits, labels, **options) * (1 + 1e-9)


def _a_list(logits: Any, labels: Any, **options: Any) -> Any:
    return xl.softmax_cross_entropy(logits, labels, **options).tolist()


def _nan_for_everything(logits: Any, labels: Any, **options: Any) -> Any:
    return np.full(len(logits), np.nan)


@pytest.mark.parametrize(
    ("broken", "case", "complaint"),
    [
        (_zero_for_a_bad_label, OUT, "answered"),
        (_clipped_labels, OUT, "answered"),
        (_nan_for_a_bad_label, OUT, "answered"),
        (_errors_of_the_framework, OUT, "raised IndexError"),
        (_another_sentence, OUT, "does not say"),
        (_another_sentence, GOOD, "expected a value"),
        (_wide_result, GOOD, "dtype"),
        (_kept_axis, GOOD, "shape"),
        (_slightly_off, GOOD, "expected ["),
        (_a_list, GOOD, "no array"),
        (_nan_for_everything, GOOD, "expected ["),
        (_nan_for_everything, DENSE, "expected ["),
    ],
)
def test_a_broken_loss_is_caught(broken: Callable[..., Any], case: Case, complaint: str) -> None:
    assert not _wrong([case], ["numpy"])
    (wrong,) = _wrong([case], ["numpy"], look_up=lambda name: broken)
    assert complaint in wrong


def test_what_is_known_to_be_wrong_has_to_be() -> None:
    known = replace(OUT, known=("numpy", "it is an example"))
    (wrong,) = _wrong([known], ["numpy"])
    assert "take it off" in wrong
    assert not _wrong([known], ["numpy"], look_up=lambda name: _clipped_labels)


def test_nan_of_a_kernel_is_allowed_only_where_it_is_said() -> None:
    where = np.array([True, False])
    said = replace(GOOD, nan_in_kernels=where)
    if "torch" in INSTALLED:
        one = [1.0, float("nan")]

        def first(logits: Any, labels: Any) -> Any:
            return xl.softmax_cross_entropy(logits, labels) * logits.new_tensor(one[::-1])

        def second(logits: Any, labels: Any) -> Any:
            return xl.softmax_cross_entropy(logits, labels) * logits.new_tensor(one)

        assert not _wrong([said], ["torch"], look_up=lambda name: first)
        assert _wrong([said], ["torch"], look_up=lambda name: second)
    assert _wrong([said], ["numpy"], look_up=lambda name: _nan_for_everything)


def test_different_words_are_caught() -> None:
    need("torch")

    def loss(logits: Any, labels: Any, **options: Any) -> Any:
        try:
            return xl.softmax_cross_entropy(logits, labels, **options)
        except XlogitsError as error:
            raise LabelError(f"{error}, says {type(logits).__module__}") from error

    found = _wrong([OUT], ["numpy", "torch"], look_up=lambda name: loss)
    assert len(found) == 1
    assert "the words differ" in found[0]


def test_compiled_silence_is_caught() -> None:
    """Under jit a clipped label gives a number where NaN is documented."""
    need("jax")
    import jax.numpy as jnp

    def clipped(logits: Any, labels: Any, **options: Any) -> Any:
        return xl.softmax_cross_entropy(logits, jnp.clip(labels, 0, 2), **options)

    traced = refused("controls", "traced", LabelError, ("label 3",), X, BAD, traced=True)
    assert not _wrong([traced], ["jax"], eager=False, compiled=True)
    (wrong,) = _wrong([traced], ["jax"], eager=False, compiled=True, look_up=lambda name: clipped)
    assert "expected [0.3715, nan]" in wrong


def test_an_error_that_is_not_ours_is_caught() -> None:
    case = refused("controls", "axis", OptionError, ("axis is",), X, axis=1.0, function="softmax")
    assert not _wrong([case], ["numpy"])

    def plain(x: Any, axis: Any) -> Any:
        return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)

    (wrong,) = _wrong([case], ["numpy"], look_up=lambda name: plain)
    assert "raised TypeError" in wrong


def test_the_reference_is_the_framework_own_number() -> None:
    """The definitions of the table against SciPy, which shares nothing with them."""
    special = pytest.importorskip("scipy.special")
    from compare.hostile import reference

    np.testing.assert_allclose(
        np.asarray(reference.FUNCTIONS[SOFTMAX](X, Y), float),
        special.logsumexp(X, axis=1) - X[[0, 1], Y],
    )
    x = np.array([-30.0, -1.0, 0.0, 2.0, 40.0])
    for name, known in (("sigmoid", special.expit), ("log_sigmoid", special.log_expit)):
        np.testing.assert_allclose(np.asarray(reference.FUNCTIONS[name](x), float), known(x))
    np.testing.assert_allclose(
        np.asarray(reference.FUNCTIONS["log_softmax"](X), float), special.log_softmax(X, axis=1)
    )
    p = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(np.asarray(reference.FUNCTIONS["logit"](p), float), special.logit(p))


def test_labels_of_open_sizes_are_not_broadcast() -> None:
    """One row of labels for two of logits, in a graph that knows the sizes only while it runs."""
    need("tensorflow")
    import tensorflow as tf

    x, q = tf.zeros((2, 3), tf.float64), tf.ones((1, 3), tf.float64)
    for function, labels in ((find(SOFTMAX), q), (find("sigmoid_cross_entropy"), q)):
        spec = [tf.TensorSpec([None, 3], tf.float64), tf.TensorSpec([None, 3], tf.float64)]
        graph = tf.function(lambda x, q, f=function: f(x, q), input_signature=spec)
        np.testing.assert_allclose(graph(x, tf.zeros_like(x)), function(x, tf.zeros_like(x)))
        with pytest.raises(tf.errors.InvalidArgumentError, match="do not fit together"):
            graph(x, labels)
        compiled = tf.function(
            lambda x, q, f=function: f(x, q), input_signature=spec, jit_compile=True
        )
        assert np.isnan(compiled(x, labels)).all()
    spec = [tf.TensorSpec([None, 3], tf.float64), tf.TensorSpec([None], tf.int64)]
    graph = tf.function(lambda x, y: xl.softmax_cross_entropy(x, y), input_signature=spec)
    with pytest.raises(tf.errors.InvalidArgumentError, match="do not fit together"):
        graph(x, tf.zeros(1, tf.int64))
    spec = [tf.TensorSpec([None], tf.float64), tf.TensorSpec([], tf.int64)]
    graph = tf.function(lambda x, y: xl.softmax_cross_entropy(x, y), input_signature=spec)
    np.testing.assert_allclose(graph(x[0], tf.constant(1, tf.int64)), np.log(3))


def test_the_closed_gradient_of_narrow_labels() -> None:
    """jax.nn.one_hot wraps around in int8, so that label 44 would be hot at class 300 too."""
    need("jax")
    import jax.numpy as jnp

    from xlogits.losses import SoftmaxCrossEntropy

    x, y = np.zeros((1, 400)), np.array([44])
    known, _ = SoftmaxCrossEntropy().gradient(x, y)
    for dtype in ("int8", "uint8", "int16"):
        found, _ = SoftmaxCrossEntropy().gradient(jnp.asarray(x), jnp.asarray(y.astype(dtype)))
        np.testing.assert_allclose(found, known, rtol=1e-12)
