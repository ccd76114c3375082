"""The losses on every framework against the reference, and the gradient in closed form."""

from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework
from xlogits.losses import Loss, SigmoidCrossEntropy, SoftmaxCrossEntropy, Transform
from xlogits.parity.cases import cases
from xlogits.parity.reference import evaluate
from xlogits.parity.verdict import LIMIT, error
from xlogits.reduction import WORDS, Reduction

WEIGHTED = frozenset({"class_weight", "sample_weight"})
LOSSES: dict[str, tuple[Loss | Transform, frozenset[str]]] = {
    "softmax": (SoftmaxCrossEntropy(), frozenset()),
    "softmax, axis 1": (SoftmaxCrossEntropy(axis=1, label_smoothing=0.2), frozenset()),
    "softmax, two axes": (SoftmaxCrossEntropy(axis=(1, 2)), frozenset()),
    "softmax, masked": (SoftmaxCrossEntropy(), frozenset({"mask"})),
    "softmax, ignoring": (SoftmaxCrossEntropy(ignore_index=-1), frozenset({"class_weight"})),
    "sigmoid": (SigmoidCrossEntropy(), frozenset()),
    "sigmoid, weighted": (
        SigmoidCrossEntropy(label_smoothing=0.1),
        frozenset({"pos_weight", "sample_weight"}),
    ),
    "sigmoid, inner mean": (SigmoidCrossEntropy(inner="mean", axis=1), frozenset({"pos_weight"})),
    **{
        f"softmax, {word}": (
            SoftmaxCrossEntropy(label_smoothing=0.1, ignore_index=2, reduction=Reduction(word)),
            WEIGHTED,
        )
        for word in WORDS
        if word != "mean"
    },
    **{
        name: (Transform(function=name), frozenset())
        for name in ("softmax", "log_softmax", "logsumexp", "sigmoid", "log_sigmoid")
        if name != "softmax"
    },
    "softplus, beta": (Transform(function="softplus", beta=3.0), frozenset()),
    "logit": (Transform(function="logit"), frozenset()),
    "softmax of all": (Transform(function="softmax", axis=None), frozenset()),
}
ROWS = [
    pytest.param(loss, case, id=f"{name}: {case.name}")
    for name, (loss, wanted) in LOSSES.items()
    for case in cases(loss, wanted)
    if getattr(loss, "ignore_index", None) is None or case.operands["target"].dtype.kind == "i"
]
# JAX compiles every operation for every shape, so it gets the cases that differ most
FOR_JAX = frozenset({"ordinary", "K-dimensional", "all ignored", "ignored row that holds NaN"})


@pytest.mark.parametrize(("loss", "case"), ROWS)
def test_value_and_closed_form_gradient(loss: Any, case: Any, fw: Framework) -> None:
    if fw.name == "jax" and case.name not in FOR_JAX:
        return
    expected = evaluate(loss, case.operands)
    arrays = fw.arrays(case.operands)
    with np.errstate(all="ignore"):
        value = fw.numbers(loss(**arrays))
        gradients = loss.gradient(**arrays)
    assert error(value, *expected.value, "float64") <= LIMIT
    for name, found in zip(("pred", "target"), gradients, strict=False):
        if found is not None:
            assert error(fw.numbers(found), *expected.gradients[name], "float64") <= LIMIT


def test_the_rows_cover_what_they_claim() -> None:
    names = {row.values[1].name for row in ROWS}
    assert {"all ignored", "empty batch", "one class", "ignored row that holds NaN"} <= names
    assert len(ROWS) > 200


def test_reductions_of_three_numbers(fw: Framework) -> None:
    """By hand: losses log 2, log 4, log 8 with sample weights 1, 0, 3."""
    x = np.log(np.array([[1.0, 1.0], [1.0, 3.0], [1.0, 7.0]]))
    y, s = np.array([0, 0, 0]), np.array([1.0, 0.0, 3.0])
    total = np.log(2) * (1 + 9)
    for word, wanted in {
        "none": np.log(2) * np.array([1, 0, 9]),
        "sum": total,
        "mean_over_items": total / 3,
        "mean_over_valid": total / 3,
        "mean_over_sample_weight": total / 4,
        "mean_over_nonzero_weight": total / 2,
    }.items():
        loss = xl.softmax_cross_entropy(
            fw.array(x), fw.array(y), sample_weight=fw.array(s), reduction=word
        )
        np.testing.assert_allclose(fw.numbers(loss), wanted, rtol=1e-14)


def test_a_plain_mean_is_one_number(fw: Framework) -> None:
    x, y = np.zeros((3, 4)), np.array([0, 1, 2])
    loss = xl.softmax_cross_entropy(fw.array(x), fw.array(y), reduction="mean")
    np.testing.assert_allclose(fw.numbers(loss), np.log(4), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_result_has_the_dtype_of_the_logits(fw: Framework, dtype: str) -> None:
    from xlogits.backends import namespace

    x = fw.array(np.ones((2, 3)), dtype)
    for reduction in ("none", "mean"):
        loss = xl.softmax_cross_entropy(x, fw.array(np.array([0, 1])), reduction=reduction)
        assert namespace(loss).dtype(loss) == dtype
    assert namespace(x).dtype(xl.log_softmax(x)) == dtype


def test_half_precision_means_do_not_overflow(fw: Framework) -> None:
    """A mean over 70,000 items, whose sum is beyond the largest float16."""
    x = fw.array(np.zeros((70_000, 3)), "float16")
    y = fw.array(np.zeros(70_000, int))
    loss = fw.numbers(xl.softmax_cross_entropy(x, y, reduction="mean"))
    np.testing.assert_allclose(loss, np.log(3), rtol=1e-3)


def test_weights_as_numbers(fw: Framework) -> None:
    x, z = fw.array(np.array([[0.3, -2.0]])), fw.array(np.array([[1.0, 0.25]]))
    by_number = xl.sigmoid_cross_entropy(x, z, pos_weight=2.5, sample_weight=0.5)
    by_array = xl.sigmoid_cross_entropy(
        x,
        z,
        pos_weight=fw.array(np.array([2.5, 2.5])),
        sample_weight=fw.array(np.full((1, 2), 0.5)),
    )
    np.testing.assert_allclose(fw.numbers(by_number), fw.numbers(by_array), rtol=1e-15)
