"""Losses refuse what they cannot compute, in these words, and nothing that only looks like it."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import xlogits as xl
import xlogits.losses as L
from tests.conftest import Framework, framework, need
from tests.data.small import Q, X, Y
from xlogits.errors import BackendError, DtypeError, OptionError, RangeError, ShapeError

Z = Q[:, :3]
ONES = np.ones((2, 3))
MASK = X > 0

# what is wrong with a call of a loss: (the loss, operands, the error, words that its message holds)
LOSSES: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    **{
        f"axis {axis!r}": (
            *(L.SoftmaxCrossEntropy(axis=axis), {"pred": X, "target": Y}, OptionError),
            "expected an integer, a tuple of integers",
        )
        for axis in (True, (True, 0), 1.0, (0, 1.5), "1", ())
    },
    **{
        f"axis {axis!r}": (
            *(L.SoftmaxCrossEntropy(axis=axis), {"pred": X, "target": Y}, OptionError),
            "expected each axis once",
        )
        for axis in ((1, 1), (0, -2), (1, 0, 1))
    },
    "axis below": (
        *(L.SoftmaxCrossEntropy(axis=-3), {"pred": X, "target": Y}, ShapeError),
        "expected -2 to 1",
    ),
    "events, no such axis": (
        *(L.SigmoidCrossEntropy(axis=2), {"pred": X, "target": Z}, ShapeError),
        "axis is 2",
    ),
    "events, mean of a number": (
        *(L.SigmoidCrossEntropy(inner="mean"), {"pred": X[0, 0], "target": Z[0, 0]}, ShapeError),
        "single number",
    ),
    "events, weights that do not fit": (
        L.SigmoidCrossEntropy(),
        {"pred": X, "target": Z, "pos_weight": np.ones((3, 2))},
        *(ShapeError, r"pos_weight has shape \(3, 2\)"),
    ),
    "labels that are none": (
        *(L.SoftmaxCrossEntropy(), {"pred": X, "target": None}, BackendError),
        "labels is a NoneType",
    ),
    "a number as labels": (
        *(L.SquaredError(), {"pred": X, "target": 1.0}, BackendError),
        "labels is a float",
    ),
    "complex predictions, cast": (
        *(L.SquaredError(dtype="float32"), {"pred": X * 1j, "target": X}, DtypeError),
        "logits are complex128",
    ),
    **{
        f"a weight {name} float64": (
            *(L.SoftmaxCrossEntropy(), {"pred": X, "target": Y, "sample_weight": w}, OptionError),
            "sample_weight is .* fits float64",
        )
        for name, w in (("below", -(10**400)), ("above", 10**400))
    },
    "a number for class weights": (
        *(L.SoftmaxCrossEntropy(), {"pred": X, "target": Y, "class_weight": 2.0}, ShapeError),
        r"class_weight has shape \(\)",
    ),
    "lengths of floating point": (
        L.CTC(),
        {"pred": X[None], "target": Y[None], "logit_length": np.array([2.0])},
        *(DtypeError, "logit_length is float64; expected integers"),
    ),
    "labels of another shape, rows": (
        *(L.CosineSimilarity(), {"pred": X, "target": X[:, :2]}, ShapeError),
        r"\(2, 2\).*classes on axis 1",
    ),
    "complex targets, rows": (
        *(L.CosineSimilarity(), {"pred": X, "target": X * 1j}, DtypeError),
        "complex128",
    ),
    "complex targets, numbers": (
        *(L.SquaredError(), {"pred": X, "target": X * 1j}, DtypeError),
        "complex128",
    ),
    "variances below 0": (
        *(L.GaussianNLL(), {"pred": X, "target": X, "variance": -ONES}, RangeError),
        "negative",
    ),
    "a variance below 0": (
        *(L.GaussianNLL(), {"pred": X, "target": X, "variance": -0.5}, RangeError),
        "negative",
    ),
    "variances that do not fit": (
        *(L.GaussianNLL(), {"pred": X, "target": X, "variance": np.ones(4)}, ShapeError),
        r"variance has shape \(4,\)",
    ),
    **{
        f"masks of {name}, {loss}": (
            *(loss, {"pred": abs(X), "target": Z, "mask": mask}, ShapeError),
            "expected bool that broadcasts",
        )
        for loss in (L.KLDivergence(), L.CosineSimilarity())
        for name, mask in (("numbers", ONES), ("integers", Y[:, None]), ("shape", MASK[:, :2]))
    },
    "a mask of numbers": (
        *(L.SoftmaxCrossEntropy(), {"pred": X, "target": Y, "mask": ONES}, DtypeError),
        "expected bool",
    ),
    **{
        f"a mask of {mask.shape}": (
            *(L.SoftmaxCrossEntropy(), {"pred": X, "target": Y, "mask": mask}, ShapeError),
            "mask has shape",
        )
        for mask in (MASK[:, :2], MASK[:1], MASK[0], MASK[None])
    },
    "a mask of probabilities": (
        L.SoftmaxCrossEntropy(form=L.PROBABILITIES),
        {"pred": Q, "target": Y, "mask": MASK},
        *(OptionError, "mask is given for probabilities"),
    ),
    **{
        f"class weights of {n}": (
            *(
                L.ClassOverlap(),
                {"pred": X[None], "target": Z[None], "class_weight": w},
                ShapeError,
            ),
            r"expected \(3,\)",
        )
        for n, w in (("2", np.ones(2)), ("4", np.ones(4)), ("3 and 1", np.ones((3, 1))))
    },
    "classes summed over": (
        *(L.ClassOverlap(axis=(0, 2)), {"pred": X[None], "target": Z[None]}, OptionError),
        "the last axis holds the classes",
    ),
    **{
        f"classes of {ndim} axes summed over": (
            L.ClassOverlap(axis=(0, ndim - 1)),
            {"pred": X.reshape(shape), "target": X.reshape(shape)},
            *(OptionError, "the last axis holds the classes"),
        )
        for ndim, shape in ((2, (2, 3)), (4, (2, 1, 1, 3)), (5, (1, 2, 1, 1, 3)))
    },
    **{
        f"labels that are {kind}": (
            L.SoftmaxCrossEntropy(labels=L.Labels(kind)),  # type: ignore[arg-type]
            {"pred": X, "target": Y[:1]},
            *(ShapeError, f"expected labels of shape {words}$"),
        )
        for kind, words in (
            ("index", r"\(2,\) for class indexes"),
            ("dense", r"\(2, 3\) for one number per class"),
            ("inferred", r"\(2,\) for class indexes or \(2, 3\) for one number per class"),
        )
    },
    "a number as labels, whole": (
        *(L.SquaredError(), {"pred": X, "target": 1}, BackendError),
        "labels is a int",
    ),
    "swapped, of three axes": (
        L.SoftmaxCrossEntropy(labels=L.INDEX),
        {"pred": X, "target": np.zeros((2, 3, 5), int)},
        *(ShapeError, "were logits and labels swapped"),
    ),
    "too many axes, not swapped": (
        L.SoftmaxCrossEntropy(labels=L.INDEX),
        {"pred": X, "target": np.zeros((2, 4, 5), int)},
        *(ShapeError, "for class indexes$"),
    ),
    "one number for each row": (
        L.CosineEmbedding(),
        {"pred": X, "other": X, "target": np.ones(3)},
        *(ShapeError, r"\(3,\) and logits \(2, 3\)"),
    ),
    "sequences": (
        *(L.CTC(), {"pred": X[None], "target": Y}, ShapeError),
        r"expected \(batch, labels\), padded, and \(batch, frames, classes\)",
    ),
    "sequences, time first": (
        *(L.CTC(time_major=True), {"pred": X[None], "target": Y}, ShapeError),
        r"and \(frames, batch, classes\)",
    ),
    "lengths that are too long": (
        L.CTC(),
        {"pred": X[None], "target": Y[None], "logit_length": np.array([3])},
        *(OptionError, r"logit_length\[0\] is 3; expected 0 to 2, the number of frames"),
    ),
    "lengths below 0": (
        L.CTC(),
        {"pred": X[None], "target": Y[None], "label_length": np.array([-1])},
        *(OptionError, r"label_length\[0\] is -1; expected 0 to 2, the number of labels"),
    ),
    "inner weights of no axis": (
        L.SquaredError(inner="mean"),
        {"pred": X, "target": X, "inner_weight": np.array(2.0)},
        *(ShapeError, r"inner_weight has shape \(\)"),
    ),
    "a layer of one axis": (
        L.LinearSoftmaxCrossEntropy(chunk=2),
        {"pred": X, "target": Y, "linear_weight": np.ones(3)},
        *(ShapeError, r"weight has shape \(3,\)"),
    ),
    "two kinds of weights": (
        L.ClassOverlap(balanced=True),
        {"pred": X[None], "target": Z[None], "class_weight": np.ones(3)},
        *(OptionError, "expected one of them"),
    ),
    "a layer of too many axes": (
        L.LinearSoftmaxCrossEntropy(),
        {"pred": X, "target": Y, "linear_weight": np.ones((3, 2, 2))},
        *(ShapeError, r"one row of features for each class$"),
    ),
    "a layer to transpose": (
        L.LinearSoftmaxCrossEntropy(),
        {"pred": X, "target": Y, "linear_weight": np.ones((3, 4))},
        *(ShapeError, r"hidden \(2, 3\); expected \(classes, 3\).*transpose it"),
    ),
    "labels of a layer at positions": (
        L.LinearSoftmaxCrossEntropy(ignore_index=0),
        {"pred": X, "target": np.array(0), "linear_weight": np.ones((4, 2, 3))},
        *(ShapeError, "labels have shape"),
    ),
    "inner weights without a mean": (
        L.SquaredError(inner="sum"),
        {"pred": X, "target": X, "inner_weight": np.ones(3)},
        *(OptionError, "inner mean along one axis"),
    ),
    "inner weights along two axes": (
        L.SquaredError(axis=(0, 1), inner="mean"),
        {"pred": X, "target": X, "inner_weight": np.ones(2)},
        *(OptionError, "inner mean along one axis"),
    ),
    "inner weights of another length": (
        L.SquaredError(inner="mean"),
        {"pred": X, "target": X, "inner_weight": np.ones(2)},
        *(ShapeError, r"inner_weight has shape \(2,\); expected \(3,\)"),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("fw", ["numpy", "torch"], indirect=True)
def test_a_loss_refuses(fw: Framework, name: str) -> None:
    loss, operands, kind, words = LOSSES[name]
    arrays = {k: fw.array(v) if hasattr(v, "shape") else v for k, v in operands.items()}
    for call in (loss, loss.gradient):
        with pytest.raises(kind, match=words):
            call(**arrays)


@pytest.mark.parametrize("p", [[1.5, 0.5], [0.5, -0.25], [math.nan, 0.5], [2.0, 2.0]])
def test_what_is_no_probability_is_named(fw: Framework, p: list[float]) -> None:
    """By its place, where values can be read; bounds are probabilities."""
    bad = next(i for i, v in enumerate(p) if not 0 <= v <= 1)
    good = fw.array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    rows = fw.array(np.array([[0.0, 1.0], p]))
    form = L.Form("probabilities", validated=True, clip=(0.1, 0.9))
    for loss, y in (
        (L.SoftmaxCrossEntropy(form=form), np.array([0, 1])),
        (L.SigmoidCrossEntropy(form=form), np.array([[0.0, 1.0], [1.0, 0.5]])),
    ):
        assert np.isfinite(fw.numbers(loss(good, fw.array(y)))).all()
        with pytest.raises(RangeError, match=rf"position \(1, {bad}\) is {p[bad]}"):
            loss(rows, fw.array(y))


def test_options_that_no_loss_has() -> None:
    for power in (-1.5, -0.5, 0, 1, 1.5, 2, 3):
        assert L.TweedieDeviance(power=power).power == power
    for events in (L.SigmoidCrossEntropy, L.SigmoidFocal):
        with pytest.raises(OptionError, match="form is log-probabilities"):
            events(form=L.LOG_PROBABILITIES)
        with pytest.raises(OptionError, match="renormalise is 'after'; expected None for events"):
            events(form=L.Form("probabilities", renormalise="after"))
    for power in (0.25, 0.75):
        with pytest.raises(OptionError, match="0 or less, or 1 or more"):
            L.TweedieDeviance(power=power)
    for p in (0.0, -1.0, math.nan):
        with pytest.raises(OptionError, match="above 0"):
            L.Distance(p=p)
    with pytest.raises(OptionError, match="p is infinite"):
        L.Distance(p=math.inf, guard="power")
    assert L.Distance(p=math.inf).p == math.inf
    assert L.Distance(p=3.0, guard="power").guard == "power"
    for options in ({"renormalise": "after"}, {"log_floor": -1.0}, {"log_floor": 0.0}):
        with pytest.raises(OptionError, match="the form is logits"):
            L.Form("logits", **options)
    with pytest.raises(TypeError):
        L.SoftmaxCrossEntropy(L.LOGITS)  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        L.SoftmaxCrossEntropy().axis = 0  # type: ignore[misc]


def test_losses_are_values() -> None:
    one, same = (
        L.SoftmaxCrossEntropy(label_smoothing=0.5),
        L.SoftmaxCrossEntropy(label_smoothing=0.5),
    )
    other = L.SoftmaxCrossEntropy(label_smoothing=0.25)
    assert one == same
    assert not one != same  # noqa: SIM202
    assert hash(one) == hash(same)
    assert one != other
    assert one != L.SoftmaxFocal(label_smoothing=0.5)
    assert L.SoftmaxCrossEntropy() != L.SoftmaxPoly()
    assert "label_smoothing=0.5" in repr(one)


def test_integers_of_numpy_are_integers(fw: Framework) -> None:
    x, y = fw.array(X), fw.array(Y)
    plain = fw.numbers(xl.softmax_cross_entropy(x, y))
    for axis in (np.int64(1), np.int8(-1), (np.int32(1),)):
        np.testing.assert_array_equal(fw.numbers(L.SoftmaxCrossEntropy(axis=axis)(x, y)), plain)
    found = L.SoftmaxCrossEntropy(ignore_index=np.int64(2))(x, y)
    np.testing.assert_array_equal(fw.numbers(found), plain * [1, 0])
    for bad in (True, 1.0, "2"):
        with pytest.raises(OptionError, match="ignore_index is"):
            L.SoftmaxCrossEntropy(ignore_index=bad)(x, y)


def test_other_frameworks_are_named_in_derivatives() -> None:
    need("torch")
    torch = framework("torch")
    for loss, more in (
        (L.SoftmaxCrossEntropy(), {}),
        (L.SigmoidCrossEntropy(), {}),
        (L.LinearSoftmaxCrossEntropy(), {"linear_weight": np.eye(3)}),
    ):
        y = Q if isinstance(loss, L.SigmoidCrossEntropy) else Y
        cotangent = torch.array(np.ones(np.shape(loss(X, y, **more))))
        with pytest.raises(BackendError, match="cotangent is a PyTorch array"):
            loss.gradient(X, y, **more, cotangent=cotangent)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_masks_of_numbers_are_refused(fw: Framework, dtype: str) -> None:
    mask = fw.array(ONES, dtype)
    for loss in (L.KLDivergence(), L.CosineSimilarity(), L.SoftmaxCrossEntropy()):
        with pytest.raises((ShapeError, DtypeError), match=f"mask is {dtype}.*expected bool"):
            loss(fw.array(Q), fw.array(Z), mask=mask)
