"""Losses are right where their formulas turn: at bounds and ties, and for empty and infinite inputs."""

import math
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from tests.conftest import Framework
from tests.data.losses import LOSSES
from tests.data.options import ROWS, P, X, Y
from tests.data.turns import EVERY, TURNS
from tests.losses.agreement import BOTH, agrees
from xlogits.errors import ShapeError
from xlogits.losses import (
    DENSE,
    LOG_PROBABILITIES,
    LOGITS,
    LinearSoftmaxCrossEntropy,
    LogAddExp,
    SoftmaxCrossEntropy,
)
from xlogits.reduction import Reduction

INF = math.inf


@BOTH
@pytest.mark.parametrize("name", TURNS)
def test_where_formulas_turn(fw: Framework, name: str) -> None:
    agrees(fw, *TURNS[name])


def retold(value: Any) -> Any:
    """The same words and numbers as other objects, as they come out of a file of settings."""
    if isinstance(value, str):
        return "".join(list(value))
    if type(value) is float:
        return float(repr(value))
    if is_dataclass(value) and not isinstance(value, type):
        given = {f.name: retold(getattr(value, f.name)) for f in fields(value) if f.init}
        return replace(value, **given)
    return value


@pytest.mark.parametrize("name", [*ROWS, *LOSSES, *TURNS])
def test_words_from_elsewhere_mean_the_same(name: str) -> None:
    loss, operands = EVERY[name]
    other = retold(loss)
    assert other == loss
    assert other is not loss
    with np.errstate(all="ignore"):
        value, slopes = loss.value_and_gradient(**operands)
        found, others = other.value_and_gradient(**{retold(k): v for k, v in operands.items()})
        np.testing.assert_array_equal(other(**operands), loss(**operands))
    np.testing.assert_array_equal(found, value)
    for one, two in zip(slopes, others, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.long_on("jax")
def test_a_mask_of_items_and_ignored_labels(fw: Framework) -> None:
    """An item counts if its label does and the mask leaves it a class; both at once."""
    seen = np.array([True, True, False, True])
    arrays = fw.array(X), fw.array(Y)
    for loss, kept in (
        (SoftmaxCrossEntropy(), seen),
        (SoftmaxCrossEntropy(ignore_index=4), seen & (Y != 4)),
        (SoftmaxCrossEntropy(ignore_index=1), seen & (Y != 1)),
    ):
        each = fw.numbers(SoftmaxCrossEntropy()(*arrays)) * kept
        found = loss(*arrays, mask=fw.array(seen))
        np.testing.assert_allclose(fw.numbers(found), each, rtol=1e-14)
        mean = SoftmaxCrossEntropy(
            ignore_index=loss.ignore_index, reduction=Reduction("mean_over_valid")
        )
        total = mean(*arrays, mask=fw.array(seen))  # of the items alone
        np.testing.assert_allclose(fw.numbers(total), each.sum() / kept.sum(), rtol=1e-14)


@pytest.mark.long_on("jax")
def test_either_side_may_be_spread(fw: Framework) -> None:
    """A column and a row make a table; each gets the sum of the derivatives of its numbers."""
    x, y = X[:, :1], P[0]
    arrays = fw.array(x), fw.array(y)
    table = np.logaddexp(x, y)
    share = 1 / (1 + np.exp(y - x))
    np.testing.assert_allclose(fw.numbers(LogAddExp()(*arrays)), table, rtol=1e-14)
    by_x, by_y = LogAddExp().gradient(*arrays)
    np.testing.assert_allclose(fw.numbers(by_x), share.sum(1, keepdims=True), rtol=1e-14)
    np.testing.assert_allclose(fw.numbers(by_y), (1 - share).sum(0), rtol=1e-14)
    mean = LogAddExp(inner="mean")
    np.testing.assert_allclose(fw.numbers(mean(*arrays)), table.mean(1), rtol=1e-14)
    for bad in ((X[:, :3], P), (X, P[:, :3]), (X, P[:3]), (X[:2], P)):
        with pytest.raises(ShapeError, match="do not broadcast"):
            LogAddExp()(*map(fw.array, bad))


@pytest.mark.long_on("jax")
def test_spread_weights_may_keep_an_axis_of_one(fw: Framework) -> None:
    loss = SoftmaxCrossEntropy(spread_weight=True)
    y = Y.reshape(2, 2)
    x = X.reshape(2, 2, 5)
    plain = fw.numbers(SoftmaxCrossEntropy()(fw.array(x), fw.array(y)))
    for weight, same in (
        (P[:2, :2], P[:2, :2]),
        (P[:2, :2, None], P[:2, :2]),
        (P[:1, :2, None], P[:1, :2]),
        (P[:2, :1], P[:2, :1]),
        (P[0, :1], P[0, :1]),
        (P[0, 0], P[0, 0]),
    ):
        found = loss(fw.array(x), fw.array(y), sample_weight=fw.array(np.asarray(weight)))
        np.testing.assert_allclose(fw.numbers(found), plain * same, rtol=1e-14)
    for bad in (P[:2, :2, None, None], P[:2, :3], P[:2, None, :2], P[:3, :2, None]):
        with pytest.raises(ShapeError, match="broadcasts"):
            loss(fw.array(x), fw.array(y), sample_weight=fw.array(bad))
    with pytest.raises(ShapeError, match="or a number"):
        SoftmaxCrossEntropy()(fw.array(x), fw.array(y), sample_weight=fw.array(P[:2, :2, None]))


@pytest.mark.long_on("jax")
def test_a_weight_of_0_silences_infinity_and_no_other_does(fw: Framework) -> None:
    x = np.array([[0.0, -INF], [0.0, -INF], [0.0, -INF]])
    q = np.array([[1.0, 0.0], [1.0, -1.0], [1.0, 1.0]])
    for form in (LOGITS, LOG_PROBABILITIES):
        found = SoftmaxCrossEntropy(labels=DENSE, form=form)(fw.array(x), fw.array(q))
        assert fw.numbers(found).tolist() == [0.0, -INF, INF]
    whole = SoftmaxCrossEntropy(label_smoothing=1.0)(
        fw.array(x[:, ::-1].copy()), fw.array(Y[:3] * 0)
    )
    assert fw.numbers(whole).tolist() == [INF] * 3


@pytest.mark.long_on("jax")
@pytest.mark.parametrize("empty", ["nan", "zero"])
def test_a_mean_over_nothing(fw: Framework, empty: str) -> None:
    for word, weight in (
        ("mean_over_valid", None),
        ("mean_over_class_weight", None),
        ("mean_over_sample_weight", np.zeros(4)),
        ("mean_over_nonzero_weight", np.zeros(4)),
        ("mean_over_weight_as_given", np.zeros(4)),
    ):
        reduction = Reduction(word, empty=empty)
        given = {} if weight is None else {"sample_weight": fw.array(weight)}
        ignore = 7 if weight is None else None
        y = fw.array(Y * 0 + 7 if weight is None else Y)
        for loss, more in (
            (SoftmaxCrossEntropy(ignore_index=ignore, reduction=reduction), ()),
            (
                LinearSoftmaxCrossEntropy(ignore_index=ignore, reduction=reduction),
                (fw.array(np.eye(5)),),
            ),
        ):
            with np.errstate(invalid="ignore"):
                found = float(fw.numbers(loss(fw.array(X), y, *more, **given)))
            assert found == 0.0 if empty == "zero" else math.isnan(found)


@pytest.mark.long_on("jax")
def test_weights_that_sum_to_1_divide_by_1(fw: Framework) -> None:
    x, y, w = fw.array(X), fw.array(Y), np.array([0.5, 0.25, 0.125, 0.125])
    each = fw.numbers(SoftmaxCrossEntropy()(x, y))
    for empty in ("nan", "zero"):
        reduction = Reduction("mean_over_sample_weight", empty=empty)
        for loss, more in (
            (SoftmaxCrossEntropy(reduction=reduction), ()),
            (LinearSoftmaxCrossEntropy(reduction=reduction), (fw.array(np.eye(5)),)),
        ):
            found = loss(x, y, *more, sample_weight=fw.array(w))
            np.testing.assert_allclose(fw.numbers(found), (each * w).sum(), rtol=1e-14)
