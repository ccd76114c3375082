"""NaN, infinity, empty and very large inputs give what was worked out by hand."""

import math
import warnings

import mpmath
import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework
from tests.data.options import P, Q, W, X
from xlogits.errors import OptionError, ShapeError
from xlogits.losses import (
    CTC,
    Distance,
    Form,
    GaussianNLL,
    GeneralizedCrossEntropy,
    HuberPenalty,
    KLDivergence,
    Labels,
    LinearSoftmaxCrossEntropy,
    LogAddExp,
    LogCosh,
    MultiLabelMargin,
    MultiMargin,
    PoissonNLL,
    PseudoHuberPenalty,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SquaredError,
    Transform,
    TripletMargin,
    TweedieDeviance,
    XLogY,
)
from xlogits.losses.linear.layer import TILE, rows_at_a_time
from xlogits.losses.parts.labels import holds
from xlogits.reduction import Reduction

RNG = np.random.default_rng(29)
INF = math.inf


@pytest.mark.long_on("jax")
def test_nan_stays(fw: Framework) -> None:
    nan, one = fw.array(np.array([math.nan, 0.5])), fw.array(np.array([0.5, 0.5]))
    zero = fw.array(np.array([0.0, 0.0]))
    for loss, pred, target in (
        (KLDivergence(), one, nan),
        (KLDivergence(), nan, zero),
        (KLDivergence(log_pred=True), nan, zero),
        (KLDivergence(generalized=True, clip=(0.1, 0.9)), one, nan),
        (TripletMargin(axis=0), nan, one),
        (MultiMargin(axis=0), nan, fw.array(np.array(1))),
        (TweedieDeviance(power=1), one, fw.array(np.array([-1.0, 0.5]))),
        (GaussianNLL(), nan, one),
        (PoissonNLL(), nan, one),
    ):
        more = {"other": one} if isinstance(loss, TripletMargin) else {}
        more = {"variance": one} if isinstance(loss, GaussianNLL) else more
        with np.errstate(invalid="ignore"):
            assert np.isnan(fw.numbers(loss(pred, target, **more))).any()


@pytest.mark.long_on("jax")
def test_outside_its_domain_a_divergence_is_infinite(fw: Framework) -> None:
    """Below 0 on either side; the closed form has no derivative there."""
    p, q = np.array([0.5, -0.5, 0.5, 0.0, -0.5]), np.array([0.5, 0.5, -0.5, 0.0, 0.0])
    wanted = np.array([0.0, INF, INF, 0.0, INF])
    found = fw.numbers(KLDivergence()(fw.array(p), fw.array(q)))
    assert found.tolist() == wanted.tolist()
    by_p, by_q = KLDivergence().gradient(fw.array(p), fw.array(q))
    assert fw.numbers(by_p).tolist() == [-1.0, 0.0, 0.0, 0.0, 0.0]
    assert fw.numbers(by_q).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    logs = np.array([0.0, -1.0, 1.0, 0.5, 0.0])
    told = KLDivergence(log_pred=True)
    assert fw.numbers(told(fw.array(logs), fw.array(q)))[2] == INF
    assert np.isfinite(fw.numbers(told(fw.array(logs), fw.array(q)))[[0, 1, 3, 4]]).all()
    assert fw.numbers(told.gradient(fw.array(logs), fw.array(q))[0]).tolist() == [
        *(-0.5, -0.5, 0.0, 0.0, 0.0),
    ]
    other = KLDivergence(log_target=True)
    assert fw.numbers(other(fw.array(p), fw.array(logs)))[[1, 4]].tolist() == [INF, INF]
    clipped = KLDivergence(clip=(0.25, 0.75))
    assert np.isfinite(fw.numbers(clipped(fw.array(p), fw.array(q)))).all()


@pytest.mark.long_on("jax")
def test_an_infinite_score_that_is_not_listed(fw: Framework) -> None:
    x = np.array([[1.0, INF, 0.0], [1.0, -INF, 0.0]])
    found = MultiLabelMargin()(fw.array(x), fw.array(np.array([[0, 2, -1], [0, -1, 1]])))
    np.testing.assert_allclose(fw.numbers(found), [INF, 0.0])


@pytest.mark.long_on("jax")
def test_labels_of_all_items_in_one_row_may_be_few(fw: Framework) -> None:
    """Of 0, 3 and 1 labels, class 0 among them; and of no item at all."""
    x, row, loss = RNG.normal(size=(3, 7, 4)), np.array([0, 2, 0, 1]), CTC(blank=3)
    apart = np.array([[3, 3, 3], [0, 2, 0], [1, 3, 3]])
    for lengths in ([0, 3, 1], fw.array(np.array([0, 3, 1]))):
        found = loss(fw.array(x), fw.array(row), label_length=lengths)
        wanted = loss(fw.array(x), fw.array(apart), label_length=lengths)
        assert np.array_equal(fw.numbers(found), fw.numbers(wanted))
    for bad in ([-1, 4, 1], [0, 3, 2]):
        with pytest.raises(OptionError, match="lengths of 0 or more"):
            loss(fw.array(x), fw.array(row), label_length=bad)
    none = fw.array(np.zeros(0, int))
    assert fw.numbers(loss(fw.array(x[:0]), none, label_length=none)).shape == (0,)
    whole = loss(fw.array(x), none, label_length=[0, 0, 0])
    p = np.exp(x[..., 3]) / np.exp(x).sum(-1)
    np.testing.assert_allclose(fw.numbers(whole), -np.log(p).sum(1), rtol=1e-13)


def test_steps_of_infinity() -> None:
    """What NumPy warns of does not happen on the way, though it would be selected away."""
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        root = SquaredError(inner="root_mean")
        np.testing.assert_allclose(root.gradient(x, 0 * x)[0][1], 0)
        np.testing.assert_allclose(Distance(p=3.0).gradient(x, 0 * x)[0][1], 0)
        huber = PseudoHuberPenalty().gradient(0 * x, delta=0 * x)
        assert not np.any(huber)
        LogCosh()(x * 1e3, 0 * x)
        Transform(function="entr")(x)
        Transform(function="log1mexp")(x + 1e3)
        PoissonNLL(stirling=True).gradient(x, 0 * x)
        HuberPenalty().gradient(x, delta=0 * x + 1)
        zero = Reduction("mean_over_sample_weight", "zero")
        q = SoftmaxCrossEntropy(reduction=zero)
        assert q(x, np.array([0, 1]), sample_weight=np.zeros(2)) == 0
        p = np.array([[0.0, 1.0], [1.0, 0.0]])
        floor = SoftmaxCrossEntropy(form=Form("probabilities", log_floor=-2.0))
        assert floor(p, np.array([0, 0])).tolist() == [2.0, 0.0]
        assert floor.gradient(p, np.array([0, 0]))[0].tolist() == [[0.0, 0.0], [-1.0, 0.0]]


@pytest.mark.parametrize("classes", [1, 3, 2**12, 2**18, 2**30])
def test_chunks_of_a_layer(classes: int) -> None:
    """Eight chunks hold all items, and fewer rows would not do, unless tiles are too small."""
    for items in (1, 8, 9, 17, 100, 801, 2048, 4096):
        rows = rows_at_a_time(items, classes)
        assert 1 <= rows <= 256
        assert rows == 256 or rows * 8 >= items
        assert rows == 1 or (rows - 1) * 8 < items or rows * classes <= TILE
        assert rows == 256 or (rows + 1) * classes > TILE
    assert rows_at_a_time(None, None) == 256
    assert rows_at_a_time(None, 2**30) == 256
    assert rows_at_a_time(1, None) == 1


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("int8", -(2**7), 2**7 - 1),
        ("uint8", 0, 2**8 - 1),
        ("int16", -(2**15), 2**15 - 1),
        ("uint16", 0, 2**16 - 1),
        ("int32", -(2**31), 2**31 - 1),
        ("uint64", 0, 2**64 - 1),
        ("int64", -(2**63), 2**63 - 1),
        ("int4", -8, 7),
        ("uint4", 0, 15),
    ],
)
def test_what_an_integer_holds(dtype: str, low: int, high: int) -> None:
    assert holds(dtype, low)
    assert holds(dtype, high)
    assert not holds(dtype, low - 1)
    assert not holds(dtype, high + 1)


def test_an_ignored_label_that_labels_cannot_hold(fw: Framework) -> None:
    """-100 wraps to 156 in uint8, which is a label like others; 255 is ignored in it."""
    x = RNG.normal(size=(3, 256))
    y = np.array([156, 255, 3], "uint8")
    plain = fw.numbers(xl.softmax_cross_entropy(fw.array(x), fw.array(y)))
    found = xl.softmax_cross_entropy(fw.array(x), fw.array(y), ignore_index=-100)
    np.testing.assert_array_equal(fw.numbers(found), plain)
    found = xl.softmax_cross_entropy(fw.array(x), fw.array(y), ignore_index=255)
    np.testing.assert_array_equal(fw.numbers(found), plain * [1, 0, 1])


def test_a_number_for_the_variance(fw: Framework) -> None:
    for variance in (0.25, 2.0, 2):
        found = GaussianNLL()(fw.array(X), fw.array(P), variance=variance)
        wanted = (np.log(variance) + (X - P) ** 2 / variance) / 2
        np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-13)


def test_a_sum_of_nothing_is_minus_infinity(fw: Framework) -> None:
    x = fw.array(np.array([[0.0, 1.0], [-INF, -INF], [INF, 0.0]]))
    for w, wanted in (
        ([0.0, 0.0], [-INF, -INF, -INF]),
        ([1.0, 2.0], [math.log(1 + 2 * math.e), -INF, INF]),
        ([0.0, 2.0], [1 + math.log(2), -INF, math.log(2)]),
    ):
        found = Transform(function="logsumexp")(x, weight=fw.array(np.array(w)))
        np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-14)


@pytest.mark.long_on("jax")
def test_whole_smoothing_is_the_mean_over_the_classes(fw: Framework) -> None:
    """Nothing is left of the label, also where its logarithm is infinite."""
    p = np.array([[0.0, 0.5, 0.5], [0.25, 0.25, 0.5]])
    form = Form("probabilities", log_floor=-8.0)
    for loss, x, log_p in (
        (SoftmaxCrossEntropy(label_smoothing=1.0), X, X - np.log(np.exp(X).sum(1))[:, None]),
        (SoftmaxCrossEntropy(label_smoothing=1.0, form=form), p, np.log(np.maximum(p, np.exp(-8)))),
    ):
        y = fw.array(np.zeros(len(x), int))
        found = fw.numbers(loss(fw.array(x), y))
        np.testing.assert_allclose(found, -log_p.mean(1), rtol=1e-13)
    weighed = fw.numbers(
        SoftmaxCrossEntropy(label_smoothing=1.0)(
            fw.array(np.array([[-INF, 0.0, 0.0]])),
            fw.array(np.array([0])),
            class_weight=fw.array(np.array([0.0, 1.0, 1.0])),
        )
    )
    np.testing.assert_allclose(weighed, 2 * np.log(2) / 3, rtol=1e-14)


def test_events_of_which_one_is_certain(fw: Framework) -> None:
    """The derivative by the label: infinite where it would make an infinite cost count."""
    loss = SigmoidCrossEntropy(form=Form("probabilities"))
    p, z = np.array([1.0, 1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.5, 0.0, 0.25, 0.0])
    with np.errstate(all="ignore"):
        by_z = fw.numbers(loss.gradient(fw.array(p), fw.array(z))[1])
    assert by_z.tolist() == [0.0, -INF, -INF, INF, 0.0]


def test_ignoring_a_class_that_dense_labels_let_pass(fw: Framework) -> None:
    x, q = fw.array(X), fw.array(Q)
    plain = fw.numbers(SoftmaxCrossEntropy()(x, q))
    lenient = Labels(lenient_ignore=True)
    for ignored in (-1, -100, None):
        found = SoftmaxCrossEntropy(labels=lenient, ignore_index=ignored)(x, q)
        np.testing.assert_array_equal(fw.numbers(found), plain)
    for ignored, labels in ((0, lenient), (3, lenient), (-1, Labels())):
        with pytest.raises(OptionError, match="labels hold one number per class"):
            SoftmaxCrossEntropy(labels=labels, ignore_index=ignored)(x, q)


def test_predictions_that_are_cast(fw: Framework) -> None:
    for given in (X > 0, (X > 0).astype(int)):
        found = SquaredError(dtype="float64")(fw.array(given), fw.array(P))
        np.testing.assert_allclose(fw.numbers(found), ((X > 0) - P) ** 2, rtol=1e-14)


def test_a_single_number_has_a_derivative(fw: Framework) -> None:
    x = fw.array(np.array(2.5))
    for function, wanted in (("softmax", 0.0), ("logsumexp", 1.0), ("log_softmax", 0.0)):
        slope = Transform(function=function).gradient(x)[0]
        assert fw.numbers(slope).shape == ()
        assert fw.numbers(slope) == wanted


@pytest.mark.long_on("jax")
def test_eps_is_that_of_the_dtype(fw: Framework) -> None:
    """Probabilities of 0 and 1 clipped to [eps, 1 - eps]."""
    loss = SoftmaxCrossEntropy(form=Form("probabilities", clip="eps"))
    for dtype, eps in (("float32", 2.0**-23), ("float64", 2.0**-52)):
        p = fw.array(np.array([[0.0, 1.0], [1.0, 0.0]]), dtype)
        found = fw.numbers(loss(p, fw.array(np.array([0, 0]))))
        np.testing.assert_allclose(found, [-math.log(eps), -math.log1p(-eps)], rtol=1e-6)


@pytest.mark.long_on("jax")
def test_another_class_that_is_nan(fw: Framework) -> None:
    p, y = fw.array(np.array([[0.25, math.nan], [INF, 0.25]])), fw.array(np.array([0, 1]))
    loss = GeneralizedCrossEntropy(exponent=0.5)
    np.testing.assert_allclose(fw.numbers(loss(p, y)), [1.0, 1.0], rtol=1e-14)
    np.testing.assert_allclose(fw.numbers(loss.gradient(p, y)[0]), [[-2.0, 0.0], [0.0, -2.0]])


@pytest.mark.long_on("jax")
def test_a_clipped_focal_event_that_is_certain(fw: Framework) -> None:
    """The power has an infinite slope there, which counts 0."""
    loss = SigmoidFocal(gamma=0.5, form=Form("probabilities", clip=(0.01, 0.99)))
    by_p = loss.gradient(fw.array(np.array([1.0, 0.0])), fw.array(np.array([1.0, 0.0])))[0]
    assert fw.numbers(by_p).tolist() == [0.0, 0.0]


def test_products_with_infinity(fw: Framework) -> None:
    x, y = np.array([0.0, 0.0, 0.0, 2.0]), np.array([INF, 0.0, -1.0, INF])
    found = fw.numbers(XLogY()(fw.array(x), fw.array(y)))
    assert found.tolist() == [0.0, 0.0, 0.0, INF]
    equal = fw.numbers(
        LogAddExp()(fw.array(np.array([INF, -INF])), fw.array(np.array([INF, -INF])))
    )
    assert equal.tolist() == [INF, -INF]


@pytest.mark.long_on("jax")
def test_an_alignment_far_from_all_others(fw: Framework) -> None:
    """Four frames in which the label costs 800 each and the blank 5800: only the label is said."""
    x = fw.array(np.tile([-5000.0, 0.0, 800.0], (1, 4, 1)))
    y = fw.array(np.array([[1]]))
    assert fw.numbers(CTC()(x, y)).tolist() == [3200.0]
    by_x = fw.numbers(CTC().gradient(x, y)[0])
    np.testing.assert_allclose(by_x, np.tile([0.0, -1.0, 1.0], (1, 4, 1)), atol=1e-300)


@pytest.mark.long_on("jax")
def test_an_alignment_that_there_is_not(fw: Framework) -> None:
    """Two labels do not fit one frame: an infinite loss, and a derivative of 0."""
    x, y = fw.array(X[None, :1]), fw.array(np.array([[1, 2]]))
    assert fw.numbers(CTC()(x, y)).tolist() == [INF]
    for loss in (CTC(), CTC(zero_infinity=True)):
        by_x = fw.numbers(loss.gradient(x, y, cotangent=fw.array(np.array([3.0])))[0])
        assert not by_x.any()


@pytest.mark.long_on("jax")
def test_unsigned_lists_of_labels(fw: Framework) -> None:
    y = np.array([[0, 3, 1, 4, 2], [2, 1, 0, 4, 3], [1, 1, 0, 4, 3], [0, 1, 2, 3, 4]])
    wanted = fw.numbers(MultiLabelMargin()(fw.array(X), fw.array(y)))
    for dtype in ("uint8", "uint16", "uint32", "uint64"):
        found = MultiLabelMargin()(fw.array(X), fw.array(y.astype(dtype)))
        np.testing.assert_array_equal(fw.numbers(found), wanted)


@pytest.mark.long_on("jax")
def test_a_weight_that_is_a_number(fw: Framework) -> None:
    x = fw.array(X)
    found = Transform(function="logsumexp")(x, weight=2.0)
    wanted = fw.numbers(Transform(function="logsumexp")(x)) + math.log(2)
    np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-14)
    single = Transform(function="logsumexp")(fw.array(X, "float32"), weight=fw.array(W))
    np.testing.assert_allclose(fw.numbers(single), np.log((W * np.exp(X)).sum(1)), rtol=1e-6)


def test_events_without_an_axis(fw: Framework) -> None:
    """A single number is an event; an axis that it does not have is refused."""
    x, z = fw.array(np.array(0.5)), fw.array(np.array(1.0))
    found = fw.numbers(SigmoidCrossEntropy()(x, z))
    np.testing.assert_allclose(found, math.log1p(math.exp(-0.5)), rtol=1e-14)
    doubled = SigmoidCrossEntropy()(x, z, pos_weight=fw.array(np.array(2.0)))
    np.testing.assert_allclose(fw.numbers(doubled), 2 * found, rtol=1e-14)
    row = fw.array(X[0]), fw.array(P[0])
    assert fw.numbers(SigmoidCrossEntropy(axis=-1)(*row)).shape == (5,)
    for axis in (-2, 1):
        with pytest.raises(ShapeError, match=f"axis is {axis}"):
            SigmoidCrossEntropy(axis=axis)(*row)


def test_a_mask_of_items_with_two_axes_of_classes(fw: Framework) -> None:
    x, y, seen = X.reshape(2, 2, 5), np.array([3, 9]), np.array([True, False])
    loss = SoftmaxCrossEntropy(axis=(1, 2))
    plain = fw.numbers(loss(fw.array(x), fw.array(y)))
    found = loss(fw.array(x), fw.array(y), mask=fw.array(seen))
    np.testing.assert_allclose(fw.numbers(found), plain * seen, rtol=1e-14)


@pytest.mark.long_on("jax")
def test_a_sequence_of_blanks_alone(fw: Framework) -> None:
    """With the blank as the only class, no label is said for certain."""
    x, y = fw.array(X[:, :, None]), fw.array(np.zeros((4, 2), int))
    none = fw.array(np.zeros(4, int))
    assert fw.numbers(CTC()(x, y, label_length=none)).tolist() == [0.0] * 4


@pytest.mark.long_on("jax")
def test_an_item_ignored_at_every_position_may_be_nan(fw: Framework) -> None:
    """Items on two axes, and positions on two."""
    hidden, weight = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(5, 2, 3, 4))
    y = RNG.integers(1, 5, (2, 3, 2, 3))
    y[0, 1], y[1, 2, 0, 0] = 0, 0
    loss = LinearSoftmaxCrossEntropy(ignore_index=0)
    whole = fw.numbers(loss(fw.array(hidden), fw.array(y), fw.array(weight)))
    hidden[0, 1] = math.nan
    arrays = fw.array(hidden), fw.array(y), fw.array(weight)
    np.testing.assert_allclose(fw.numbers(loss(*arrays)), whole, rtol=1e-13)
    assert not whole[y == 0].any()
    assert whole[y > 0].all()
    for slope in loss.gradient(*arrays):
        assert slope is None or np.isfinite(fw.numbers(slope)).all()


def test_both_sides_of_log_1_minus_exp_keep_their_digits(fw: Framework) -> None:
    x = np.array([1e-12, 0.5, 0.6931, 0.6932, 1.0, 40.0, 80.0])
    found = fw.numbers(Transform(function="log1mexp")(fw.array(x)))
    with mpmath.workdps(60):
        wanted = [float(mpmath.log(-mpmath.expm1(-mpmath.mpf(v)))) for v in x]
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
