"""Sizes and values that are not known while a graph is made change no number.

TensorFlow's graphs have such arrays, and are slow to make. Here NumPy stands in for one: a backend
that shows no size and no value before the computation, and is NumPy's in everything else.
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xlogits.losses as L
from tests.data.options import Q, W, X, Y
from tests.data.turns import EVERY
from xlogits.backends import MODULES
from xlogits.backends import numpy as plain
from xlogits.errors import ShapeError
from xlogits.reduction import Reduction


class Open(np.ndarray):
    """An array of which only the number of axes is known."""


def _fitted(x: Any, sizes: Any, role: str) -> Any:
    """What a graph checks when it runs."""
    if list(x.shape) != list(sizes):
        raise ShapeError(f"{role} have shape {x.shape}; expected {tuple(sizes)}")
    return x


def _checked(labels: Any, classes: Any) -> Any:
    return labels.astype(np.intp)


def _pick(x: Any, labels: Any, axis: int) -> Any:
    """NaN for a label out of range, as on the backends that cannot raise."""
    inside = (labels >= 0) & (labels < x.shape[axis])
    return np.where(inside, plain.pick(x, np.where(inside, labels, 0), axis), np.nan)


def _cast(x: Any, dtype: str) -> Any:
    return plain.cast(
        x if isinstance(x, np.ndarray) else np.asarray(x), dtype
    )  # sizes are numbers here, and arrays in a graph


def _one_hot(labels: Any, classes: Any, axis: int, dtype: str) -> Any:
    """Nothing for a label out of range."""
    inside = (labels >= 0) & (labels < classes)
    hot = plain.one_hot(np.where(inside, labels, 0), classes, axis, dtype)
    return hot * np.expand_dims(inside, axis)


def backend(known: str) -> Any:
    """NumPy's functions, without values, and of sizes with "all", "classes" (but the first) or "no"."""
    hidden = {"known": lambda x: None, "check_labels": _checked, "pick": _pick}
    hidden |= {"fitted": _fitted, "cast": _cast, "one_hot": _one_hot}
    if known == "no":
        hidden["shape"] = lambda x: (None,) * x.ndim
    if known == "classes":
        hidden["shape"] = lambda x: (None, *x.shape[1:]) if x.ndim else ()
    return SimpleNamespace(**{**vars(plain), **hidden})


@pytest.fixture(params=["no", "classes", "all"])
def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an array open; arrays of NumPy's own are looked at as such."""
    monkeypatch.setitem(MODULES, Open, backend(request.param))

    def hide(x: Any) -> Any:
        return np.asarray(x).view(Open) if hasattr(x, "shape") else x

    return hide


ALL = dict(EVERY)
del ALL["variances of columns"]  # without sizes one for each row looks the same
ALL["a layer, all of it"] = (
    L.LinearSoftmaxCrossEntropy(ignore_index=4, label_smoothing=0.25),
    {"pred": X, "target": Y, "linear_weight": X + 1, "linear_bias": W[:4], "class_weight": W[:4]},
)
ALL["a layer, dense"] = (
    L.LinearSoftmaxCrossEntropy(reduction=Reduction("sum")),
    {"pred": X, "target": Q, "linear_weight": np.eye(5)},
)
COLUMN = L.SoftmaxCrossEntropy(form=L.Form("probabilities", positive_column=True), labels=L.INDEX)
for width in (1, 2, 3):
    ALL[f"deep column of {width}"] = (
        COLUMN,
        {"pred": abs(X.reshape(2, 2, 5)[..., :width]) / 9, "target": Y.reshape(2, 2) % 2},
    )
# how many numbers an array was spread to, or a column stood for, only its sizes tell
VALUE_ALONE = {
    **dict.fromkeys(("products of one", "targets of columns"), ("no", "classes")),
    **dict.fromkeys(("column of one", "column, clipped of one", "column, eps of one"), ("no",)),
    "deep column of 1": ("no",),
}


@pytest.mark.parametrize("name", ALL)
def test_what_is_not_known_makes_no_difference(
    name: str, opened: Any, request: pytest.FixtureRequest
) -> None:
    loss, operands = ALL[name]
    hidden = {role: opened(array) for role, array in operands.items()}
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(loss(**hidden), loss(**operands), rtol=1e-13)
        if request.node.callspec.params["opened"] in VALUE_ALONE.get(name, ()):
            return
        slopes, wanted = loss.gradient(**hidden), loss.gradient(**operands)
    for found, slope in zip(slopes, wanted, strict=True):
        assert (found is None) == (slope is None)
        if slope is not None:
            np.testing.assert_allclose(found, slope, rtol=1e-12, atol=1e-14)


INDEXED: dict[str, tuple[Any, dict[str, Any]]] = {
    "smoothed": (L.SoftmaxCrossEntropy(label_smoothing=0.1), {}),
    "focal": (L.SoftmaxFocal(), {}),
    "masked": (L.SoftmaxCrossEntropy(), {"mask": X < 9}),
    "a layer": (L.LinearSoftmaxCrossEntropy(), {"linear_weight": np.eye(5)}),
    "a layer, smoothed": (
        L.LinearSoftmaxCrossEntropy(label_smoothing=0.1, chunk=2),
        {"linear_weight": np.eye(5)},
    ),
    "a layer, ignoring": (
        L.LinearSoftmaxCrossEntropy(ignore_index=-9),
        {"linear_weight": np.eye(5), "class_weight": W},
    ),
    "hinge": (L.MultiMargin(), {}),
    "Brier": (L.BrierScore(), {}),
    "sparsemax": (L.Sparsemax(), {}),
}


@pytest.mark.parametrize("name", INDEXED)
def test_labels_out_of_range_that_are_not_read_are_nan(name: str, opened: Any) -> None:
    loss, more = INDEXED[name]
    arrays = {role: opened(array) for role, array in {"pred": X, **more}.items()}
    plainly = loss(X, np.array([0, 1, 1, 4]), **more)
    for wrong in (5, 7, -1):
        labels = np.array([0, wrong, 1, 4])
        with np.errstate(all="ignore"):
            found = np.asarray(loss(**arrays, target=opened(labels)))
        assert np.isnan(found).tolist() == [False, True, False, False]
        np.testing.assert_allclose(found[[0, 2, 3]], plainly[[0, 2, 3]], rtol=1e-13)


def test_what_does_not_fit_is_said_when_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODULES, Open, backend("no"))
    x, wide = X.view(Open), X[:, :3].view(Open)
    for loss, operands in (
        (L.SquaredError(), {"target": wide}),
        (L.SquaredError(), {"target": X[:, :1].view(Open)}),
        (L.MarginRanking(), {"target": X[:, :1].view(Open), "other": x}),
        (L.SoftmaxCrossEntropy(), {"target": Y[:3].view(Open)}),
        (L.SoftmaxCrossEntropy(), {"target": wide}),
        (L.SigmoidCrossEntropy(), {"target": X[:1].view(Open)}),
        (
            L.LinearSoftmaxCrossEntropy(),
            {"target": Y[:3].view(Open), "linear_weight": np.eye(5).view(Open)},
        ),
        (
            L.LinearSoftmaxCrossEntropy(labels=L.DENSE),
            {"target": Q[:, :1].view(Open), "linear_weight": np.eye(5).view(Open)},
        ),
    ):
        with pytest.raises(ShapeError, match=r"expected \("):
            loss(x, **operands)
    column = abs(X[:, :1]).view(Open)
    for spread in (L.GaussianNLL(), L.XLogY()):
        more = {"variance": column} if isinstance(spread, L.GaussianNLL) else {}
        assert spread(abs(X).view(Open), column, **more).shape == (4, 5)


def test_probabilities_that_are_not_read_are_nan_outside(opened: Any) -> None:
    form = L.Form("probabilities", validated=True)
    p = opened(np.array([[0.5, 1.5], [0.25, -0.5], [0.0, 1.0]]))
    with np.errstate(all="ignore"):
        found = L.SoftmaxCrossEntropy(form=form)(p, opened(np.array([1, 1, 1])))
        assert np.isnan(found).tolist() == [True, True, False]
        np.testing.assert_allclose(found[2], 0.0)
        found = L.SoftmaxCrossEntropy(form=form)(p, opened(np.array([0, 0, 0])))
    np.testing.assert_allclose(found, [math.log(2), math.log(4), math.inf])
