"""Connectionist temporal classification is the sum over all alignments, at its edges too."""

import itertools
import math
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.conftest import Framework, need
from xlogits.errors import OptionError, ShapeError
from xlogits.losses import CTC, LOG_PROBABILITIES, PROBABILITIES, Reduction
from xlogits.reference import evaluate

mpmath.mp.dps = 50
RNG = np.random.default_rng(11)
X = RNG.normal(size=(2, 5, 3)) * 2
TARGET = np.array([[1, 1, 0], [2, 1, 0]])
SIZES = {"logit_length": np.array([5, 4]), "label_length": np.array([2, 2])}


def collapsed(path: tuple[int, ...], blank: int) -> list[int]:
    """Repetitions merged, then blanks dropped."""
    return [k for k, _ in itertools.groupby(path) if k != blank]


def by_hand(x: list[list[Any]], labels: list[int], blank: int) -> Any:
    """Minus the logarithm of the sum over every path of classes that becomes the labels."""
    p = []
    for row in x:
        total = mpmath.fsum(mpmath.exp(v) for v in row)
        p.append([mpmath.exp(v) / total for v in row])
    paths = itertools.product(range(len(x[0])), repeat=len(x))
    return -mpmath.log(
        mpmath.fsum(
            mpmath.fprod(p[t][k] for t, k in enumerate(path))
            for path in paths
            if collapsed(path, blank) == labels
        )
    )


@pytest.mark.parametrize("blank", [0, 2])
def test_the_definition_is_the_sum_over_all_paths(blank: int) -> None:
    target = np.array([[1, 1, 9], [2 - blank, 1, 9]])
    found = evaluate(CTC(blank=blank), {"pred": X, "target": target, **SIZES})
    for item in range(2):
        frames, labels = SIZES["logit_length"][item], target[item, :2].tolist()
        x = [[mpmath.mpf(v) for v in row] for row in X[item, :frames]]
        exact = by_hand(x, labels, blank)
        assert abs(mpmath.mpf(str(found.value[0][item])) - exact) < 1e-17
        for t, k in ((0, 0), (1, 2), (3, 1)):

            def moved(v: Any, x: Any = x, t: int = t, k: int = k, labels: Any = labels) -> Any:
                changed = [list(row) for row in x]
                changed[t][k] = v
                return by_hand(changed, labels, blank)

            slope = mpmath.diff(moved, x[t][k])
            assert abs(mpmath.mpf(str(found.gradients["pred"][0][item, t, k])) - slope) < 1e-14


@pytest.mark.long_on("jax")
def test_one_sequence_without_a_batch(fw: Framework) -> None:
    loss = CTC()
    all_of_it = {"pred": X, "target": TARGET, **SIZES}
    first = {name: fw.array(array[0]) for name, array in all_of_it.items()}
    whole = loss(**fw.arrays(all_of_it))
    assert fw.numbers(loss(**first)).shape == ()
    assert np.allclose(fw.numbers(loss(**first)), fw.numbers(whole)[0], rtol=1e-14)
    assert fw.numbers(loss.gradient(**first)[0]).shape == (5, 3)


@pytest.mark.long_on("jax")
@pytest.mark.parametrize("weight", [0.0, np.zeros(1)])
def test_impossible_labels_that_weigh_nothing(fw: Framework, weight: Any) -> None:
    """A mean over no weight is NaN, or 0 by selection: 0 times infinity is not 0."""
    arrays = fw.arrays({"pred": np.zeros((1, 1, 2)), "target": np.array([[1, 1]])})
    weight = weight if isinstance(weight, float) else fw.array(weight)
    for empty, wanted in (("nan", math.nan), ("zero", 0.0)):
        loss = CTC(reduction=Reduction("mean_over_sample_weight", empty))
        with np.errstate(all="ignore"):
            found = fw.numbers(loss(**arrays, sample_weight=weight))
        np.testing.assert_array_equal(found, wanted)
    assert np.all(fw.numbers(loss.gradient(**arrays, sample_weight=weight)[0]) == 0)
    assert np.isinf(fw.numbers(CTC()(**arrays))[0])


def test_lengths_may_be_lists(fw: Framework) -> None:
    arrays = fw.arrays({"pred": X, "target": TARGET, **SIZES})
    lists = {name: size.tolist() for name, size in SIZES.items()}
    told = CTC()(fw.array(X), fw.array(TARGET), **lists)
    assert np.array_equal(fw.numbers(told), fw.numbers(CTC()(**arrays)))
    with pytest.raises(Exception, match="logit_length is a list"):
        CTC()(fw.array(X), fw.array(TARGET), logit_length=[5.0, 4.0])


@pytest.mark.long_on("jax")
@pytest.mark.parametrize("how", ["list", "array"])
def test_labels_of_all_items_in_one_row(fw: Framework, how: str) -> None:
    labels = [1, 2]
    lengths = {"label_length": labels if how == "list" else fw.array(np.array(labels))}
    row, apart = np.array([1, 2, 1]), np.array([[1, 0], [2, 1]])
    whole = CTC()(fw.array(X), fw.array(apart), **lengths)
    assert np.array_equal(
        fw.numbers(CTC()(fw.array(X), fw.array(row), **lengths)), fw.numbers(whole)
    )
    by = CTC().gradient(fw.array(X), fw.array(row), **lengths)[0]
    expected = CTC().gradient(fw.array(X), fw.array(apart), **lengths)[0]
    assert np.array_equal(fw.numbers(by), fw.numbers(expected))
    with pytest.raises(OptionError, match=r"label_length is \[1, 1\].*together 3"):
        CTC()(fw.array(X), fw.array(row), label_length=[1, 1])


def test_lengths_that_cannot_be_read_do_not_part_labels() -> None:
    need("jax")
    import jax

    x, row = jax.numpy.asarray(X), jax.numpy.asarray([1, 2, 1])
    with pytest.raises(ShapeError, match="cannot be read here"):
        jax.jit(lambda n: CTC()(x, row, label_length=n))(jax.numpy.asarray([1, 2]))


def test_without_lengths_the_blank_is_the_padding(fw: Framework) -> None:
    short = {"label_length": np.array([2, 2])}
    told = CTC()(**fw.arrays({"pred": X, "target": TARGET, **short}))
    assert np.array_equal(fw.numbers(CTC()(fw.array(X), fw.array(TARGET))), fw.numbers(told))


@pytest.mark.long_on("jax")
def test_what_does_not_count_does_not_matter(fw: Framework) -> None:
    noisy = X.copy()
    noisy[1, 4] = math.nan
    wrong = np.array([[1, 1, -7], [2, 1, 99]])
    loss = CTC(reduction=CTC().reduction)
    clean = fw.arrays({"pred": X, "target": TARGET, **SIZES})
    dirty = fw.arrays({"pred": noisy, "target": wrong, **SIZES})
    assert np.array_equal(fw.numbers(loss(**clean)), fw.numbers(loss(**dirty)))
    assert np.array_equal(
        fw.numbers(loss.gradient(**clean)[0])[0], fw.numbers(loss.gradient(**dirty)[0])[0]
    )
    assert np.all(fw.numbers(loss.gradient(**dirty)[0])[1, 4] == 0)


def test_pytorchs_gradient_is_ours_behind_log_softmax() -> None:
    need("torch")
    import torch

    x = torch.tensor(X, requires_grad=True)
    log_p = torch.log_softmax(x, -1).transpose(0, 1)
    sizes = {name: torch.tensor(size) for name, size in SIZES.items()}
    target = torch.tensor(TARGET)
    theirs = torch.nn.functional.ctc_loss(
        log_p, target, sizes["logit_length"], sizes["label_length"], reduction="sum"
    )
    ours = CTC(form=LOG_PROBABILITIES, time_major=True)(log_p, target, **sizes).sum()
    (by_theirs,) = torch.autograd.grad(theirs, x, retain_graph=True)
    (by_ours,) = torch.autograd.grad(ours, x)
    assert torch.allclose(by_ours, by_theirs, atol=1e-14)


@pytest.mark.long_on("jax")
def test_long_sequences_keep_their_digits(fw: Framework) -> None:
    x = RNG.normal(size=(1, 60, 6)) * 20
    target = RNG.integers(1, 6, (1, 12))
    exact = evaluate(CTC(), {"pred": x, "target": target})
    loss = fw.numbers(CTC()(fw.array(x), fw.array(target)))
    assert np.allclose(loss, np.asarray(exact.value[0], float), rtol=1e-13)
    by = fw.numbers(CTC().gradient(fw.array(x), fw.array(target))[0])
    assert np.allclose(by, np.asarray(exact.gradients["pred"][0], float), atol=1e-11)


def test_what_is_wrong_is_said(fw: Framework) -> None:
    x, y = fw.array(X), fw.array(TARGET)
    with pytest.raises(OptionError, match=r"label_length\[1\] is 4; expected 0 to 3"):
        CTC()(x, y, label_length=fw.array(np.array([1, 4])))
    with pytest.raises(OptionError, match="expected one of them"):
        CTC()(x, y, label_length=fw.array(np.array([1, 1])), label_padding=fw.array(1.0 * TARGET))
    with pytest.raises(ShapeError, match=r"expected \(batch, labels\), padded"):
        CTC()(x, fw.array(TARGET[0]))
    with pytest.raises(ShapeError, match=r"labels of shape \(1, 3\); expected \(2, 3\)"):
        CTC()(x, fw.array(TARGET[:1]))
    with pytest.raises(ShapeError, match=r"label_length of shape \(3,\); expected \(2,\)"):
        CTC()(x, y, label_length=fw.array(np.array([1, 1, 1])))
    with pytest.raises(ShapeError, match=r"logit_padding of shape \(2, 2\); expected \(2, 5\)"):
        CTC()(x, y, logit_padding=fw.array(np.zeros((2, 2))))
    with pytest.raises(OptionError, match="expected LOGITS or LOG_PROBABILITIES"):
        CTC(form=PROBABILITIES)
