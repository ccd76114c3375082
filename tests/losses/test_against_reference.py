"""Every loss agrees with the reference on every framework, in value and in closed-form gradient."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import FRAMEWORKS, Framework
from tests.data.losses import LOSSES
from tests.losses.agreement import autograd_agrees
from xlogits.cases import cases
from xlogits.losses import (
    CTC,
    BinarySparsemax,
    CategoricalHinge,
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    Hinge,
    Huber,
    HuberPenalty,
    KLDivergence,
    MarginRanking,
    MultiMargin,
    PseudoHuberPenalty,
    QuantileError,
    RelativeError,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    Sparsemax,
    SquaredLogError,
)
from xlogits.parity import engines
from xlogits.parity.engines import Call
from xlogits.parity.verdict import LIMIT, error
from xlogits.reduction import Reduction
from xlogits.reference import evaluate

# JAX compiles every operation for every shape, so it gets the cases that differ most, and most of
# these in the long run
FOR_JAX = frozenset(
    {
        *("ordinary", "K-dimensional", "all ignored", "ignored row that holds NaN"),
        *("at the kink", "zeros and kinks", "variance of 0"),
    }
)


def rows() -> Iterator[Any]:
    for name, (loss, wanted) in LOSSES.items():
        for case in cases(loss, wanted):
            kind = case.operands["target"].dtype.kind if "target" in case.operands else "i"
            if getattr(loss, "ignore_index", None) is not None and kind != "i":
                continue
            for framework in FRAMEWORKS:
                slow = case.name != "ordinary" or isinstance(loss, CTC)
                if framework != "jax" or case.name in FOR_JAX:
                    long = [pytest.mark.long] if framework == "jax" and slow else []
                    which = f"{framework}-{name}: {case.name}"
                    yield pytest.param(framework, loss, case, id=which, marks=long)


ROWS = list(rows())


@pytest.mark.parametrize(("fw", "loss", "case"), ROWS, indirect=["fw"])
def test_value_and_closed_form_gradient(loss: Any, case: Any, fw: Framework) -> None:
    expected = evaluate(loss, case.operands)
    if not np.all(np.isfinite(np.asarray(expected.value[1], float))):
        raise AssertionError("a scale that is not finite would let anything pass")
    arrays = fw.arrays(case.operands)
    with np.errstate(all="ignore"):
        value = fw.numbers(loss(**arrays))
        gradients = loss.gradient(**arrays)
    assert error(value, *expected.value, "float64") <= LIMIT
    slopes = getattr(loss, "SLOPES", loss.ARRAYS)
    for name, found in zip(slopes, gradients, strict=True):
        if found is not None:
            assert error(fw.numbers(found), *expected.gradients[name], "float64") <= LIMIT
    if fw.name == "torch":
        autograd_agrees(fw, loss, case.operands, expected, np.ones(value.shape))


def test_the_rows_cover_what_they_claim() -> None:
    names = {row.values[2].name for row in ROWS}
    assert {"all ignored", "empty batch", "one class", "ignored row that holds NaN"} <= names
    assert len(ROWS) > 800


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
        "mean_over_batch": total / 3,
    }.items():
        loss = xl.softmax_cross_entropy(
            fw.array(x), fw.array(y), sample_weight=fw.array(s), reduction=word
        )
        np.testing.assert_allclose(fw.numbers(loss), wanted, rtol=1e-14)


# rows of numbers on a kink: prediction, target, and a third array
KINKS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "relative": (RelativeError(floor=0.25), ([0.0, 0.0], [0.25, -0.25])),
    "cosine": (CosineSimilarity(eps=0.5), ([[0.5, 0], [1, 2]], [[1.0, 2], [0, 0.5]])),
    "cosine, square": (CosineSimilarity(eps=0.5, guard="square"), ([[0.5, 0.5]], [[1.0, 2]])),
    "cosine embedding": (CosineEmbedding(), ([[0.0, 1]], [[1.0, 0]], [-1.0])),
    "Huber": (Huber(), ([1.0, -1, 2], [0.0, 0, 1])),
    "Huber penalty": (HuberPenalty(), ([1.0, -1, 2, 0], [1.0, 1, 2, 0])),
    "pseudo-Huber penalty": (PseudoHuberPenalty(), ([1.0, -1, 2], [1.0, 1, 2])),
    "binary sparsemax": (BinarySparsemax(), ([1.0, -1, 0, 1, -1], [1.0, 0, 1, 0, 1])),
    "sparsemax": (Sparsemax(), ([[1.0, 0, 0], [1, 1, 0], [0.5, -0.5, 0]], [0, 1, 1])),
    "hinge": (Hinge(), ([1.0, -1, 1], [1.0, -1, -1])),
    "categorical hinge": (CategoricalHinge(), ([[1.0, 0, 0], [1, 1, 0]], [[1.0, 0, 0], [0, 1, 0]])),
    "margins": (MultiMargin(), ([[1.0, 0, 0], [1, 1, 0]], [0, 1])),
    "logarithms": (SquaredLogError(floor=0.5), ([0.5, 1.0], [2.0, 0.5])),
    "quantile": (QuantileError(quantile=0.125), ([0.5, 1.0], [0.5, 0.5])),
    "ranking": (MarginRanking(margin=1.0), ([1.0, 1], [0.0, 2], [1.0, 1])),
    "distance": (Distance(p=1.0), ([[1.0, 1]], [[1.0, 2]])),
    "clipped": (KLDivergence(clip=(0.125, 0.875)), ([0.125, 0.875, 0.5], [0.5, 0.125, 0.875])),
}


@pytest.mark.parametrize("name", KINKS)
def test_every_framework_takes_the_same_side_of_a_kink(fw: Framework, name: str) -> None:
    loss, given = KINKS[name]
    operands = dict(zip(loss.ARRAYS, map(np.array, given), strict=True))
    expected = evaluate(loss, operands).gradients
    one = np.ones(np.shape(loss(**operands)))
    call = Call(
        *(lambda **arrays: loss(**arrays), operands, tuple(expected), one, False, (name,)),
        *(loss.gradient, loss.ARRAYS),  # for those that cannot differentiate the call
    )
    (outcome,) = engines.load(fw.name).run([call], "float64", "cpu", "eager")
    for operand, slope in expected.items():
        assert error(outcome.gradients[operand], *slope, "float64") <= LIMIT, operand


def test_a_mean_over_nothing_is_selected(fw: Framework) -> None:
    """The sum need not be 0: smoothing charges classes that weigh something."""
    mean = Reduction("mean_over_class_weight", "zero")
    loss = SoftmaxCrossEntropy(reduction=mean, label_smoothing=0.1)
    weight = {"class_weight": fw.array(np.array([0.0, 0.5]))}
    x, y = fw.array(np.zeros((1, 2))), fw.array(np.array([0]))
    value, slope = xl.value_and_grad(loss)(x, y, **weight)
    assert fw.numbers(value) == 0
    assert np.all(fw.numbers(slope) == 0)
    assert np.all(fw.numbers(loss.gradient(x, y, **weight)[0]) == 0)
    undivided = replace(loss, reduction=Reduction("sum"))
    assert fw.numbers(undivided(x, y, **weight)) > 0.01


@pytest.mark.parametrize("kind", [SoftmaxCrossEntropy, SoftmaxFocal])
def test_a_mask_leaves_labels_the_weights_of_their_classes(fw: Framework, kind: Any) -> None:
    """The mean over class weight divides by the same whether or not a mask is given."""
    loss = kind(reduction=Reduction("mean_over_class_weight"), ignore_index=1)
    x, y = np.array([[0.0, 1, 2], [3, 1, 0], [2, 2, 1]]), np.array([0, 2, 1])
    w = np.array([0.5, 1, 2])
    operands = fw.arrays({"pred": x, "target": y, "class_weight": w})
    whole = fw.numbers(loss(**operands))
    mask = np.ones((3, 3), bool)
    np.testing.assert_allclose(fw.numbers(loss(**operands, mask=fw.array(mask))), whole, rtol=1e-14)
    by_hand = fw.numbers(replace(loss, reduction=Reduction())(**operands)).sum() / (0.5 + 2)
    np.testing.assert_allclose(whole, by_hand, rtol=1e-14)
    mask[1] = False  # an item without a class left weighs nothing
    rest = fw.numbers(loss(**operands, mask=fw.array(mask)))
    first = {"pred": x[:1], "target": y[:1], "class_weight": w}
    np.testing.assert_allclose(rest, fw.numbers(loss(**fw.arrays(first))), rtol=1e-14)


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
