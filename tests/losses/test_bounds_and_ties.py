"""Where formulas turn: bounds, ties, empty and infinite inputs, what is refused and what just is not."""

import math
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from tests.conftest import Framework
from tests.losses.test_against_reference import LOSSES
from tests.losses.test_options import BOTH, EDGE, ROWS, P, Q, W, X, Y, agrees, ordinary
from xlogits.errors import ShapeError
from xlogits.losses import (
    DENSE,
    LOG_PROBABILITIES,
    LOGITS,
    BrierScore,
    ClassOverlap,
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    GaussianNLL,
    GeneralizedCrossEntropy,
    Hinge,
    HingeEmbedding,
    KLDivergence,
    Labels,
    LinearSoftmaxCrossEntropy,
    LogAddExp,
    LogCosh,
    MultiMargin,
    PseudoHuberPenalty,
    RelativeEntropy,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SquaredError,
    SquaredLogError,
    Transform,
    TripletMargin,
    Tversky,
    XLogY,
)
from xlogits.reduction import Reduction

RNG = np.random.default_rng(23)
SIGNS = np.array([[1.0, -1.0, 0.0, 2.0, -2.0], [0.5, 1.0, -1.0, -0.5, 3.0]])
CUBE = RNG.normal(size=(2, 3, 5))
HARD = np.array([[900.0, 0.0, 0.0, -900.0, 1.0], [0.0, 900.0, 0.0, 0.0, 0.0]])  # p of exactly 0, 1
INF = math.inf

# a loss, and operands on which its formula turns
TURNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "hinge, binary": (Hinge(signs="binary"), {"pred": X, "target": (X > 0) * 1.0}),
    "hinge, binary and soft": (Hinge(signs="binary", power=2), {"pred": X, "target": P}),
    "hinge, given": (Hinge(signs="inferred", margin=0.0), {"pred": X[:2], "target": SIGNS}),
    "embedding, other labels": (HingeEmbedding(), {"pred": P[:2], "target": SIGNS}),
    "cosine, other labels": (
        CosineEmbedding(margin=-0.5, eps=1e-12),
        {"pred": X, "other": P, "target": np.array([1.0, -1.0, 0.0, 2.0])},
    ),
    "cosine, labels below": (
        CosineEmbedding(margin=-0.5, eps=1e-12),
        {"pred": X, "other": P, "target": np.array([-2.0, -1.0, 1.0, 0.5])},
    ),
    **{
        f"distance {p}, {guard}": (
            Distance(p=p, guard=guard, eps=0.5),  # type: ignore[arg-type]
            {"pred": X, "target": P},
        )
        for p in (1.0, 1.5, 2.0, 2.5)
        for guard in ("difference", "power")
    },
    "distance of an image": (Distance(p=1.0, eps=0.25), {"pred": CUBE, "target": CUBE * 0}),
    "distance, ties": (
        Distance(p=math.inf),
        {"pred": np.array([[1.0, -2.0, 2.0], [0.0, 0.0, 0.0]]), "target": np.zeros((2, 3))},
    ),
    "cosine, short rows": (
        CosineSimilarity(guard="sum", eps=0.5),
        {"pred": P / 8, "target": P / 16},
    ),
    "cosine, too short rows": (
        CosineSimilarity(guard="square", eps=0.5),
        {"pred": P / 8, "target": X},
    ),
    "a mask of two axes": (
        SoftmaxCrossEntropy(axis=(1, 2)),
        {"pred": CUBE, "target": np.array([0, 14]), "mask": abs(CUBE) < 1.5},
    ),
    "distance of nothing": (Distance(p=3.0), {"pred": X, "target": X}),
    "Brier, halved": (BrierScore(halved="always"), {"pred": P, "target": Y}),
    "Brier, two of three": (BrierScore(halved="two"), {"pred": P[:, :3], "target": Y % 3}),
    "Brier, two": (BrierScore(halved="two"), {"pred": P[:, :2], "target": Y % 2}),
    "logarithms at the floor": (
        SquaredLogError(floor=0.5),
        {"pred": np.array([0.5, 0.25, 2.0, 0.5]), "target": np.array([1.0, 2.0, 0.5, 0.5])},
    ),
    "softplus, flat": (Transform(function="softplus", beta=0.5), {"pred": X}),
    "weights of a sum": (
        Transform(function="logsumexp"),
        {"pred": np.array([[-INF, -INF, 1.0, 2.0, 3.0]]), "weight": W},
    ),
    "weights of a large sum": (
        Transform(function="logsumexp"),
        {"pred": np.array([[1000.0, 1001.0], [-1000.0, -999.0]]), "weight": np.array([2.0, 0.5])},
    ),
    "focal, sure": (SoftmaxFocal(gamma=0.5), {"pred": HARD, "target": Y[:2] * 0 + [0, 1]}),
    "focal, cubes": (SoftmaxFocal(gamma=3.0), {"pred": X, "target": Y}),
    "focal, linear": (SoftmaxFocal(gamma=1.0), {"pred": X, "target": Y}),
    "focal, events": (SigmoidFocal(gamma=1.0), {"pred": X, "target": P}),
    "focal, sure events": (SigmoidFocal(gamma=0.5), {"pred": HARD, "target": (HARD > 0) * 1.0}),
    "focal, dense": (SoftmaxFocal(gamma=2.0, alpha=0.5), {"pred": X, "target": Q}),
    "focal, unbalanced": (
        SigmoidFocal(alpha=0.25, balanced=False),
        {"pred": X, "target": P},
    ),
    "focal, sure of another": (SoftmaxFocal(gamma=0.5), {"pred": HARD, "target": Y[:2] * 0 + 2}),
    "focal, classes ignored": (
        SoftmaxFocal(gamma=1.5, ignore_index=4),
        {"pred": X, "target": Y, "class_weight": W},
    ),
    "generalised, certain": (
        GeneralizedCrossEntropy(exponent=0.5),
        {"pred": np.array([[0.0, 1.0, 0.0], [0.25, 0.0, 0.75]]), "target": np.array([1, 2])},
    ),
    "variance, a number": (GaussianNLL(), {"pred": X, "target": P, "variance": np.array(0.5)}),
    "hinge of cubes": (MultiMargin(power=1, margin=0.5), {"pred": X, "target": Y}),
    "positions of a column": (
        MultiMargin(labels=Labels("index", column=True)),
        {"pred": X, "target": Y[:, None]},
    ),
    "overlap, one class": (ClassOverlap(), {"pred": CUBE[..., :1], "target": CUBE[..., :1] > 0}),
    "overlap, nothing missed": (
        ClassOverlap(activation="none", background=False),
        {"pred": np.eye(3)[[[0, 1, 1], [2, 0, 0]]], "target": np.eye(3)[[[0, 1, 2], [2, 0, 0]]]},
    ),
    "overlap, one place": (ClassOverlap(), {"pred": CUBE[:, :1], "target": abs(CUBE[:, :1])}),
    "overlap, over the batch": (
        ClassOverlap(axis=(0, 1), background=False),
        {"pred": CUBE, "target": abs(CUBE)},
    ),
    "overlap, balanced": (ClassOverlap(balanced=True), {"pred": CUBE, "target": abs(CUBE)}),
    "overlap of an image": (Tversky(axis=(1, 2), smooth=0.5), {"pred": CUBE, "target": abs(CUBE)}),
    "sums of logarithms, deep": (LogAddExp(), {"pred": CUBE, "target": P[0]}),
    "products of one": (XLogY(inner="sum", axis=1), {"pred": CUBE, "target": abs(CUBE[0, :1])}),
    **{
        f"products of nothing, {plus_one}": (
            XLogY(plus_one=plus_one),
            {"pred": np.array([0.0, 0.0, 1.5, 0.0]), "target": np.array([0.5, 2.0, 0.75, low])},
        )
        for plus_one, low in ((False, 0.25), (True, -0.5))
    },
    "variances of rows": (GaussianNLL(), {"pred": X, "target": P, "variance": P[:, 0]}),
    "variances of columns": (GaussianNLL(), {"pred": X, "target": P, "variance": P[0]}),
    "targets of columns": (
        GaussianNLL(inner="mean"),
        {"pred": CUBE, "target": P[:3, 0][:, None], "variance": abs(CUBE)},
    ),
    "log cosh, far": (LogCosh(), {"pred": X * 400, "target": P}),
    "log cosh, at 1": (LogCosh(), {"pred": P * 0 + 1, "target": P * 0}),
    "pseudo-Huber, nothing": (
        PseudoHuberPenalty(),
        {"pred": np.array([0.0, 0.0, 3.0, -2.0]), "delta": np.array([0.0, 2.0, 0.0, 1.0])},
    ),
    "triplet, ties": (
        TripletMargin(swap=True, margin=3.0),
        {"pred": X, "target": -X, "other": X * 0},
    ),
    "root of nothing": (
        SquaredError(inner="root_mean"),
        {"pred": np.vstack([X[:2], P[:1]]), "target": np.vstack([P[:2], P[:1]])},
    ),
    "several axes": (
        CosineEmbedding(axis=(1, 2), eps=1e-6),
        {"pred": CUBE, "other": CUBE + 1, "target": np.array([1.0, -1.0])},
    ),
    "events, weights of each": (
        SigmoidCrossEntropy(),
        {"pred": X, "target": P, "pos_weight": abs(X), "class_weight": P[:, :1]},
    ),
    "half ignored by mask": (
        SoftmaxCrossEntropy(label_smoothing=0.5),
        {"pred": X, "target": Q, "mask": np.array([[1, 0, 1, 1, 0]] * 4, bool)},
    ),
    "divergence, bounds": (KLDivergence(), {"pred": EDGE + 0.5, "target": EDGE}),
    "divergence, generalised": (
        KLDivergence(generalized=True, inner="sum"),
        {"pred": P, "target": EDGE[[0, 1, 0, 1]]},
    ),
    "divergence of shares": (RelativeEntropy(), {"pred": P, "target": EDGE[[0, 1, 0, 1]]}),
}


@BOTH
@pytest.mark.parametrize("name", TURNS)
def test_where_formulas_turn(fw: Framework, name: str) -> None:
    agrees(fw, *TURNS[name])


EVERY = {**{name: ordinary(name) for name in LOSSES}, **ROWS, **TURNS}


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
