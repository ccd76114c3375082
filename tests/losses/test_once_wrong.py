"""Answers that were wrong once, found by fuzzing and the table of claims, stay right."""

import math
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework, need
from xlogits import dialects
from xlogits.errors import DtypeError, LabelError
from xlogits.losses import (
    CTC,
    CosineEmbedding,
    GaussianNLL,
    KLDivergence,
    LinearSoftmaxCrossEntropy,
    MultiLabelMargin,
    MultiMargin,
    Reduction,
    SoftmaxCrossEntropy,
    Transform,
    TweedieDeviance,
)

X, MASK = np.zeros((1, 3)), np.array([[True, True, False]])


def test_smoothing_does_not_reach_what_a_mask_leaves_out(fw: Framework) -> None:
    """Of three classes, one masked: (1 - e) + 2 e / 3 of log 2; it was infinite."""
    loss = SoftmaxCrossEntropy(label_smoothing=0.3)
    found = fw.numbers(loss(fw.array(X), fw.array(np.array([0])), mask=fw.array(MASK)))
    np.testing.assert_allclose(found, (0.7 + 0.2) * math.log(2), rtol=1e-14)


def test_a_bad_label_beside_a_mask(fw: Framework) -> None:
    """On PyTorch it cost 0, without a word."""
    with pytest.raises(LabelError, match="label 99"):
        SoftmaxCrossEntropy()(fw.array(X), fw.array(np.array([99])), mask=fw.array(MASK))


@pytest.mark.parametrize("logs", [(True, False), (False, True)])
def test_masked_terms_of_a_clipped_divergence_are_0(fw: Framework, logs: tuple[bool, bool]) -> None:
    """They were infinite where one side is given by its logarithm."""
    loss = KLDivergence(log_pred=logs[0], log_target=logs[1], clip=(0.125, 0.875))
    p, q = (np.array([-0.5 if is_log else 0.5, -1.0 if is_log else 0.0]) for is_log in logs)
    mask = np.array([True, False])
    found = fw.numbers(loss(fw.array(p), fw.array(q), mask=fw.array(mask)))
    assert found[1] == 0
    assert np.isfinite(found[0])


def test_a_variance_of_a_single_number(fw: Framework) -> None:
    """It was taken for that of a row, and refused."""
    one = fw.array(np.array(1.0))
    found = fw.numbers(
        GaussianNLL()(fw.array(np.array(3.0)), one, variance=fw.array(np.array(4.0)))
    )
    np.testing.assert_allclose(found, 0.5 * (math.log(4) + 1), rtol=1e-14)


def test_one_target_for_several_axes(fw: Framework) -> None:
    x = np.arange(12.0).reshape(2, 2, 3)
    loss = CosineEmbedding(axis=(1, 2))
    y = np.array([1.0, -1.0])
    found = fw.numbers(loss(fw.array(x), other=fw.array(x), target=fw.array(y)))
    np.testing.assert_allclose(found, [0, 1], atol=1e-14)


def test_a_mean_over_nothing_has_no_derivative_in_closed_form() -> None:
    """As where a framework differentiates; it was NaN on NumPy."""
    loss = LinearSoftmaxCrossEntropy(reduction=Reduction("mean_over_sample_weight"))
    weights = {"linear_weight": np.eye(3), "sample_weight": np.zeros(1)}
    by_hidden, _, by_weight, _ = loss.gradient(X, np.array([0]), **weights)
    assert not np.any(by_hidden)
    assert not np.any(by_weight)


def test_a_weight_that_is_a_number_counts_once_in_keras_mean() -> None:
    """(1 + 4) / 2 and (9 + 25) / 2, times 1/2, over 1/2."""
    x, y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.zeros((2, 2))
    made: Any = dialects.keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert made(y, x, sample_weight=0.5) == pytest.approx(19.5)


def test_lengths_and_weights_of_other_dtypes_are_refused(fw: Framework) -> None:
    x, y = fw.array(np.zeros((1, 2, 3))), fw.array(np.array([[1]]))
    with pytest.raises(DtypeError, match="label_length is float64; expected integers"):
        CTC()(x, y, label_length=fw.array(np.array([1.0])))
    with pytest.raises(DtypeError, match="weight are complex"):
        Transform(function="logsumexp")(fw.array(X), weight=fw.array(np.ones(3) * 1j))
    with pytest.raises(DtypeError, match="sample_weight are int64"):
        MultiMargin()(
            fw.array(X),
            fw.array(np.array([0])),
            class_weight=fw.array(np.ones(3)),
            sample_weight=fw.array(np.array([2])),
        )


def test_unsigned_lists_of_labels(fw: Framework) -> None:
    """PyTorch compares no uint16. Scores of 0: one label and two others, 2 / 3."""
    target = fw.array(np.zeros((1, 3), np.uint16))
    found = fw.numbers(MultiLabelMargin()(fw.array(X), target))
    np.testing.assert_allclose(found, 3 * 2 / 3, rtol=1e-14)


def test_a_tweedie_deviance_has_no_derivative_by_its_target() -> None:
    need("torch")
    import torch

    target = torch.ones(2, requires_grad=True)
    pred = torch.full((2,), 2.0, requires_grad=True)
    found = torch.autograd.grad(
        TweedieDeviance(power=1.5)(pred, target).sum(), [pred, target], allow_unused=True
    )
    assert found[0].any()
    assert found[1] is None


@pytest.mark.long_on("jax")
def test_positions_without_items_or_features(fw: Framework) -> None:
    for items, features in ((0, 1), (2, 0), (0, 0)):
        x, w = fw.array(np.zeros((items, features))), fw.array(np.zeros((3, 2, features)))
        y = fw.array(np.zeros((items, 2), int), "int64")
        loss = xl.linear_softmax_cross_entropy(x, w, y, ignore_index=2)
        np.testing.assert_allclose(fw.numbers(loss), np.full((items, 2), np.log(3)))
        run = xl.value_and_grad(xl.linear_softmax_cross_entropy, wrt=("hidden", "weight"))
        _, (by_x, by_w) = run(x, w, y, ignore_index=2)
        assert fw.numbers(by_x).shape == (items, features)
        assert not fw.numbers(by_w).any()
