"""Bad input is one clear error, in the same words on every framework."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import INSTALLED, Framework, framework, need
from tests.data.small import Q, X, Y
from xlogits.errors import BackendError, DtypeError, LabelError, OptionError, ShapeError

# what is wrong: (logits, labels, options, the error, words that its message must hold)
BAD: dict[str, tuple[Any, Any, dict[str, Any], type[Exception], tuple[str, ...]]] = {
    "label too large": (X, np.array([0, 3]), {}, LabelError, ("label 3", "(1,)", "0 to 2")),
    "negative label": (X, np.array([-1, 0]), {}, LabelError, ("label -1", "ignore_index")),
    "labels cast from NaN": (
        X,
        np.array([-(2**63), 0]),
        {},
        LabelError,
        ("label -9223372036854775808",),
    ),
    "label too large, smoothed": (
        *(X, np.array([0, 3]), {"label_smoothing": 0.1}, LabelError),
        ("label 3", "(1,)", "0 to 2"),
    ),
    "label out of range beside an ignored one": (
        *(X, np.array([-100, 7]), {"ignore_index": -100}, LabelError),
        ("label 7", "(1,)"),
    ),
    "labels of the wrong length": (X, np.array([0, 1, 2]), {}, ShapeError, ("(3,)", "(2, 3)")),
    "labels with an axis too many": (X, Y[:, None], {}, ShapeError, ("(2, 1)", "(2,)", "(2, 3)")),
    "swapped, index labels": (Y, X, {}, DtypeError, ("int64", "swapped")),
    "swapped, shapes tell": (X[0], X, {}, ShapeError, ("(2, 3)", "(3,)")),
    "integer logits": (X.astype(int), Y, {}, DtypeError, ("int64", "float32")),
    "complex logits": (X.astype("complex64"), Y, {}, DtypeError, ("complex64", "expected")),
    "boolean logits": (X > 0, Y, {}, DtypeError, ("bool", "expected")),
    "float class indexes": (X, Y.astype(float), {}, DtypeError, ("float64", "integers")),
    "complex labels": (X, Q.astype("complex64"), {}, DtypeError, ("complex64",)),
    "no classes": (X[:, :0], Y, {}, ShapeError, ("(2, 0)", "no classes")),
    "axis out of range": (X, Y, {"axis": 2}, ShapeError, ("axis is 2", "2 axes")),
    "a single number": (X[0, 0], Y[0], {}, ShapeError, ("single number",)),
    "unknown reduction": (X, Y, {"reduction": "avg"}, OptionError, ("'avg'", "'sum'")),
    "ambiguous mean": (
        *(X, Y, {"reduction": "mean", "ignore_index": 2}, OptionError),
        ("ignore_index", "mean_over_valid"),
    ),
    "smoothing above 1": (X, Y, {"label_smoothing": 1.5}, OptionError, ("1.5", "0 to 1")),
    "smoothing below 0": (X, Y, {"label_smoothing": -0.1}, OptionError, ("-0.1", "0 to 1")),
    "smoothing NaN": (X, Y, {"label_smoothing": float("nan")}, OptionError, ("nan", "0 to 1")),
    "ignore_index with dense labels": (
        *(X, Q, {"ignore_index": -100}, OptionError),
        ("ignore_index", "class indexes"),
    ),
    "class weights of the wrong length": (
        *(X, Y, {"class_weight": np.ones(4)}, ShapeError),
        ("(4,)", "(3,)"),
    ),
    "integer class weights": (
        *(X, Y, {"class_weight": np.array([1, 2, 3])}, DtypeError),
        ("class_weight", "int64"),
    ),
    "sample weights of the wrong shape": (
        *(X, Y, {"sample_weight": np.ones((2, 1))}, ShapeError),
        ("(2, 1)", "(2,)"),
    ),
}


def _call(fw: Framework, logits: Any, labels: Any, options: dict[str, Any]) -> Any:
    converted = {k: fw.array(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    return xl.softmax_cross_entropy(fw.array(logits), fw.array(labels), **converted)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_error(fw: Framework, name: str) -> None:
    logits, labels, options, kind, words = BAD[name]
    with pytest.raises(kind) as caught:
        _call(fw, logits, labels, options)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_the_words_are_the_same_everywhere(name: str) -> None:
    logits, labels, options, kind, _ = BAD[name]
    said = {}
    for installed in INSTALLED:
        with pytest.raises(kind) as caught:
            _call(framework(installed), logits, labels, options)
        said[installed] = str(caught.value)
    assert len(set(said.values())) == 1, said


def test_the_good_call_beside_all_these_passes(fw: Framework) -> None:
    assert fw.numbers(_call(fw, X, Y, {})).shape == (2,)
    assert fw.numbers(_call(fw, X, Q, {})).shape == (2,)


@pytest.mark.parametrize("what", [{1.0: 2.0}, {1.0, 2.0}, range(3), None, "logits", object()])
def test_what_is_no_array_is_refused(what: Any) -> None:
    with pytest.raises(BackendError, match=r"logits is a .*numpy\.asarray"):
        xl.softmax_cross_entropy(what, Y)


def test_object_arrays_and_masked_arrays_are_refused() -> None:
    with pytest.raises(DtypeError, match="object"):
        xl.softmax_cross_entropy(X.astype(object), Y)
    with pytest.raises(BackendError, match="masked array"):
        xl.softmax_cross_entropy(np.ma.masked_array(X), Y)


def test_two_frameworks_in_one_call_are_named() -> None:
    need("torch")
    torch = framework("torch")
    with pytest.raises(BackendError, match="logits is a NumPy array and labels is a PyTorch array"):
        xl.softmax_cross_entropy(X, torch.array(Y))
    with pytest.raises(BackendError, match="class_weight is a NumPy array"):
        xl.softmax_cross_entropy(torch.array(X), torch.array(Y), class_weight=np.ones(3))


def test_errors_are_what_callers_already_catch() -> None:
    for built_in, error in (
        (ValueError, ShapeError),
        (TypeError, DtypeError),
        (IndexError, LabelError),
    ):
        assert issubclass(error, built_in)
    assert issubclass(LabelError, ValueError)


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0]])
def test_labels_out_of_range_are_nan_where_they_cannot_be_read(labels: list[int]) -> None:
    need("jax")
    import jax

    fw = framework("jax")
    for options in ({}, {"label_smoothing": 0.1}):
        loss = jax.jit(lambda x, y, o=options: xl.softmax_cross_entropy(x, y, **o))
        found = fw.numbers(loss(fw.array(X), fw.array(np.array(labels))))
        bad = np.array([not 0 <= y < 3 for y in labels])
        assert np.isnan(found[bad]).all()
        assert np.isfinite(found[~bad]).all()


def test_labels_out_of_range_are_nan_under_xla() -> None:
    need("tensorflow")
    import tensorflow as tf

    fw = framework("tensorflow")
    for options in ({}, {"label_smoothing": 0.1}):

        @tf.function(jit_compile=True)
        def loss(x: Any, y: Any, options: Any = options) -> Any:
            return xl.softmax_cross_entropy(x, y, **options)

        found = fw.numbers(loss(fw.array(X), fw.array(np.array([0, 3]))))
        assert np.isfinite(found[0])
        assert np.isnan(found[1])


def test_probabilities_outside_0_and_1(fw: Framework) -> None:
    from xlogits.dialects.torch.nn import functional as F
    from xlogits.errors import RangeError

    if fw.name == "torch":
        pytest.skip("PyTorch's own function raises its own error")
    with pytest.raises(RangeError, match=r"position \(0, 0\) is 2\.0"):
        F.binary_cross_entropy(fw.array(X), fw.array(Q))


def test_a_single_number_is_a_distribution_of_one(fw: Framework) -> None:
    x = fw.array(np.array(2.5))
    assert fw.numbers(xl.softmax(x)) == 1
    assert fw.numbers(xl.logsumexp(x)) == 2.5
    assert fw.numbers(xl.log_softmax(x)).shape == ()


def test_a_number_in_place_of_the_second_array(fw: Framework) -> None:
    from xlogits.dialects.scipy import special

    if fw.name != "numpy":
        found = fw.numbers(special.xlogy(fw.array(X), 2.0))
        np.testing.assert_allclose(found, X * np.log(2), rtol=1e-14)


def test_options_of_other_elementary_functions_are_refused(fw: Framework) -> None:
    from xlogits.losses import Transform

    x = fw.array(X)
    with pytest.raises(OptionError, match=r"beta is 2\.0, and sigmoid has none; softplus take it"):
        Transform(function="sigmoid", beta=2.0)
    with pytest.raises(OptionError, match="weight is given to softmax"):
        Transform(function="softmax")(x, weight=x)
    with pytest.raises(DtypeError, match="mask is bool; expected none for sigmoid"):
        Transform(function="sigmoid")(x, mask=fw.array(X > 0))
    with pytest.raises(DtypeError, match="mask is float64; expected bool"):
        Transform(function="softmax")(x, mask=x)
    with pytest.raises(ShapeError, match=r"weight has shape \(2,\) and the array \(2, 3\)"):
        Transform(function="logsumexp")(x, weight=fw.array(np.ones(2)))


def test_modules_that_must_not_be_imported() -> None:
    """`sys.modules[name] = None` keeps a framework out; arrays of the others are known all the same."""
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('torch', 'jax', 'tensorflow')))\n"
        "import numpy as np, xlogits as xl\n"
        "print(xl.softmax_cross_entropy(np.zeros((1, 3)), np.array([0])).round(6))\n"
        "try:\n"
        "    xl.softmax({1.0})\n"
        "except TypeError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "[1.098612]"
    assert "is a set; expected an array" in done.stdout
