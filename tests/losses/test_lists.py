"""Lists, tuples and Python numbers in the canonical functions: arrays of what stands beside them."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import INSTALLED, ROOT, Framework, need
from xlogits.errors import (
    BackendError,
    DtypeError,
    LabelError,
    OptionError,
    RangeError,
    ShapeError,
    XlogitsError,
)
from xlogits.losses import SoftmaxCrossEntropy

Array = Any

# by hand: the softmax of [2, 1, 0.1] and of [0, 3, 0]
ROWS = [[2.0, 1.0, 0.1], [0, 3, 0]]
E = np.exp(np.array(ROWS))
P = E / E.sum(1, keepdims=True)
X = np.array(ROWS)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.asarray(x, float)))


# a call of lists, and what it gives
ELEMENTARY: dict[str, tuple[Callable[..., Any], Any, Any]] = {
    "softmax": (xl.softmax, [2.0, 1.0, 0.1], P[0]),
    "softmax of a tuple": (xl.softmax, (2.0, 1.0, 0.1), P[0]),
    "softmax of integers": (xl.softmax, [0, 3, 0], P[1]),
    "softmax of rows": (xl.softmax, ROWS, P),
    "softmax of tuples in a list": (xl.softmax, [tuple(row) for row in ROWS], P),
    "softmax of a number": (xl.softmax, 2.5, 1.0),
    "log_softmax": (xl.log_softmax, ROWS, np.log(P)),
    "logsumexp": (xl.logsumexp, ROWS, np.log(E.sum(1))),
    "sigmoid": (xl.sigmoid, [2, -1.0], sigmoid([2, -1])),
    "sigmoid of a number": (xl.sigmoid, 2, sigmoid(2)),
    "log_sigmoid": (xl.log_sigmoid, [2, -1.0], np.log(sigmoid([2, -1]))),
    "logit": (xl.logit, [0.25, 0.5], [np.log(1 / 3), 0]),
    "softplus": (xl.softplus, (0, 1), np.log1p(np.exp([0, 1]))),
    "numbers of NumPy in a list": (xl.softmax, list(X[0]), P[0]),
    "half precision and integers of NumPy in a list": (
        xl.softmax,
        [np.float16(2), np.int8(2)],
        [0.5, 0.5],
    ),
}


@pytest.mark.parametrize("name", ELEMENTARY)
def test_lists_alone_are_numpy_in_float64(name: str) -> None:
    function, given, expected = ELEMENTARY[name]
    found = function(given)
    assert isinstance(found, np.ndarray | np.generic)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert np.shape(found) == np.shape(expected)


def test_losses_of_lists_alone() -> None:
    cost = -np.log(P)
    np.testing.assert_allclose(xl.softmax_cross_entropy(ROWS[0], 0), cost[0, 0], rtol=1e-14)
    found = xl.softmax_cross_entropy(ROWS, [0, 2], class_weight=[1, 2, 3], sample_weight=[1, 5])
    np.testing.assert_allclose(found, [cost[0, 0], 15 * cost[1, 2]], rtol=1e-14)
    dense = xl.softmax_cross_entropy(ROWS, [[0, 0, 1], [0.5, 0.5, 0]])
    np.testing.assert_allclose(dense, [cost[0, 2], cost[1, :2].mean()], rtol=1e-14)
    hot = xl.softmax_cross_entropy(ROWS, [[False, False, True], [True, False, False]])
    np.testing.assert_allclose(hot, [cost[0, 2], cost[1, 0]], rtol=1e-14)
    np.testing.assert_allclose(xl.sigmoid_cross_entropy(2.0, 1), -np.log(sigmoid(2)), rtol=1e-14)
    events = xl.sigmoid_cross_entropy([2.0, -1], (1, False), pos_weight=[3, 1])
    np.testing.assert_allclose(events, -np.log(sigmoid([2, 1])) * [3, 1], rtol=1e-14)
    layer = xl.linear_softmax_cross_entropy(
        [[1, 2]], [[2, 0], [0, 0.5], [0.1, 0]], [0], bias=[0, 0, 0]
    )
    np.testing.assert_allclose(layer, [cost[0, 0]], rtol=1e-14)


def test_a_list_takes_framework_and_dtype_of_what_is_beside_it(fw: Framework) -> None:
    for dtype in ("float32", "float64"):
        x, ints = fw.array(X, dtype), fw.array(np.array([0, 2]), "int64")
        q = fw.array(np.eye(3)[[0, 2]], dtype)
        found_by: dict[str, Any] = {
            "labels": xl.softmax_cross_entropy(x, [0, 2]),
            "class weights": xl.softmax_cross_entropy(x, ints, class_weight=[1, 1, 1]),
            "two": xl.softmax_cross_entropy(x, [[1, 0, 0], [0, 0, 1.0]], sample_weight=(1, 1)),
            "logits": xl.softmax_cross_entropy(ROWS, q),
        }
        for found in found_by.values():
            assert type(found).__module__ == type(x).__module__
            assert str(found.dtype) == str(x.dtype)
            np.testing.assert_allclose(fw.numbers(found), -np.log(P[[0, 1], [0, 2]]), rtol=2e-6)
    both = xl.sigmoid_cross_entropy(fw.array(X, "float32"), [[1, 0, 1], [True, 0, 0.5]])
    assert "float32" in str(both.dtype)
    one = xl.sigmoid_cross_entropy(fw.array(X[0], "float32")[0], 1)
    np.testing.assert_allclose(fw.numbers(one), -np.log(sigmoid(2)), rtol=1e-6)


def test_logits_in_a_list_beside_indexes_have_the_digits_of_python(fw: Framework) -> None:
    found = xl.softmax_cross_entropy(ROWS, fw.array(np.array([0, 2]), "int64"))
    assert "float64" in str(found.dtype)
    np.testing.assert_allclose(fw.numbers(found), -np.log(P[[0, 1], [0, 2]]), rtol=1e-14)


def test_value_and_gradient(fw: Framework) -> None:
    x = fw.array(X)
    slope = (P - np.eye(3)[[0, 2]]) * [[1], [5]]
    run = xl.value_and_grad(xl.softmax_cross_entropy)
    for logits, labels in ((x, [0, 2]), (ROWS, fw.array(np.array([0, 2]), "int64"))):
        value, grad = run(logits, labels, sample_weight=[1, 5])
        assert type(grad).__module__ == type(x).__module__
        np.testing.assert_allclose(
            fw.numbers(value), -np.log(P[[0, 1], [0, 2]]) * [1, 5], rtol=1e-13
        )
        np.testing.assert_allclose(fw.numbers(grad), slope, rtol=1e-13, atol=1e-15)
    both = xl.value_and_grad(xl.sigmoid_cross_entropy, wrt=("logits", "labels"))
    _, (by_x, by_z) = both(x, [[1, 0, 0.5], [1, 1, 1]])
    np.testing.assert_allclose(fw.numbers(by_x), sigmoid(X) - [[1, 0, 0.5], [1, 1, 1]], rtol=1e-13)
    np.testing.assert_allclose(fw.numbers(by_z), -X, rtol=1e-13)


def test_value_and_gradient_of_lists_alone() -> None:
    value, grad = xl.value_and_grad(xl.softmax_cross_entropy)(ROWS[0], 0)
    np.testing.assert_allclose([value, *grad], [-np.log(P[0, 0]), *(P[0] - [1, 0, 0])], rtol=1e-13)
    value, grads = xl.value_and_grad(xl.linear_softmax_cross_entropy, wrt=("hidden", "weight"))(
        [[1, 0]], [[2, 0], [1, 0], [0.1, 0]], (0,)
    )
    np.testing.assert_allclose(grads[1][:, 0], P[0] - [1, 0, 0], rtol=1e-13)
    with pytest.raises(OptionError, match="labels, which are int64"):
        xl.value_and_grad(xl.sigmoid_cross_entropy, wrt="labels")([1.0], [1])


def test_lists_inside_compiled_code() -> None:
    expected = -np.log(P[[0, 1], [0, 2]])

    def loss(x: Array) -> Array:
        return xl.softmax_cross_entropy(x, [0, 2])

    def weighted(x: Array) -> Array:
        return xl.softmax_cross_entropy(x, [0, 2], class_weight=[1, 1, 1])

    def events(x: Array) -> Array:
        return xl.sigmoid_cross_entropy(x, [[1, 0, 0], [0, 0, 1]])

    wanted = -np.log(np.where(np.eye(3)[[0, 2]] == 1, sigmoid(X), sigmoid(-X)))
    for function, numbers in ((loss, expected), (weighted, expected), (events, wanted)):
        for name, run in _compilers(function):
            found = np.asarray(run())
            np.testing.assert_allclose(found, numbers, rtol=1e-5, err_msg=name)


def _compilers(function: Callable[..., Any]) -> list[tuple[str, Callable[[], Any]]]:
    found: list[tuple[str, Callable[[], Any]]] = []
    if "torch" in INSTALLED:
        import torch

        torch._dynamo.reset()
        compiled = torch.compile(function, fullgraph=True, backend="eager")
        found.append(("torch.compile", lambda: compiled(torch.tensor(X))))
    if "tensorflow" in INSTALLED:
        import tensorflow as tf

        graph, xla = tf.function(function), tf.function(function, jit_compile=True)
        found += [("graph", lambda: graph(tf.constant(X))), ("XLA", lambda: xla(tf.constant(X)))]
    if "jax" in INSTALLED:
        import jax

        found.append(("jax.jit", lambda: jax.jit(function)(jax.numpy.asarray(X))))
        each = jax.grad(lambda x: function(x).sum())
        assert np.asarray(jax.jit(each)(jax.numpy.asarray(X))).shape == X.shape
    return found


def test_labels_of_a_list_are_looked_at_inside_jax_jit() -> None:
    """An array of labels is not, and its bad ones become NaN; a list stands in the program."""
    need("jax")
    import jax

    with pytest.raises(LabelError, match=r"label 3 at position \(1,\)"):
        jax.jit(lambda x: xl.softmax_cross_entropy(x, [0, 3]))(jax.numpy.asarray(X))


def test_a_list_of_arrays_is_refused(fw: Framework) -> None:
    cure = {
        "numpy": "numpy.stack",
        "torch": "torch.stack",
        "tensorflow": "tf.stack",
        "jax": "jax.numpy.stack",
    }[fw.name]
    rows = [fw.array(row) for row in X]
    for call, role in (
        (lambda: xl.softmax(rows), "logits"),
        (lambda: xl.softmax([[rows[0], 1.0]]), "logits"),
        (lambda: xl.softmax_cross_entropy(rows, [0, 2]), "logits"),
        (lambda: xl.sigmoid_cross_entropy(fw.array(X), rows), "labels"),
        (lambda: xl.value_and_grad(xl.softmax)(rows), "logits"),
    ):
        with pytest.raises(BackendError) as refusal:
            call()
        text = str(refusal.value)
        assert f"{role} is a list of" in text
        assert f"{cure}({role})" in text
        assert refusal.value.__context__ is None or refusal.value.__suppress_context__


NESTED: list[Any] = []
NESTED.append(NESTED)
BAD: dict[str, tuple[Any, type[XlogitsError], str]] = {
    "ragged": ([[1.0, 2.0], [3.0]], ShapeError, r"rows of 1 and of 2; expected rows of one length"),
    "a number beside a row": ([1.0, [2.0]], ShapeError, "rows and of single items side by side"),
    "empty": ([], ShapeError, r"logits is an empty list.*numpy\.zeros"),
    "empty rows": ([[], []], ShapeError, "logits is an empty list"),
    "a text": ([["a", 1.0]], DtypeError, r"logits\[0\]\[0\] is 'a'; expected a number"),
    "None": ([[1.0, None]], DtypeError, r"logits\[0\]\[1\] is None; expected a number"),
    "booleans": ([1.0, True], DtypeError, r"logits\[1\] is True; expected a number"),
    "a complex number": ([1j], DtypeError, r"logits\[0\] is a complex"),
    "a complex number of NumPy": ([np.complex64(1)], DtypeError, r"logits\[0\] is a complex64"),
    "a set": ([{1.0}], DtypeError, r"logits\[0\] is a set"),
    "beyond float64": ([10**400], RangeError, r"logits\[0\] is an integer of 1329 bits"),
    "a list that holds itself": (NESTED, ShapeError, "more than 32 lists deep"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_array_of_numbers_is_one_clear_error(name: str) -> None:
    logits, kind, words = BAD[name]
    for call in (
        lambda: xl.softmax(logits),
        lambda: xl.softmax_cross_entropy(logits, [0]),
        lambda: xl.value_and_grad(xl.softmax)(logits),
    ):
        with pytest.raises(kind, match=words) as refusal:
            call()
        assert refusal.value.__context__ is None  # no "during handling of" another


def test_labels_that_are_wrong(fw: Framework) -> None:
    x = fw.array(X)
    bad: tuple[tuple[Any, type[XlogitsError], str], ...] = (
        ([0, 3], LabelError, r"label 3 at position \(1,\)"),
        ([0, -1], LabelError, "label -1"),
        ([0], ShapeError, r"labels have shape \(1,\) and logits \(2, 3\)"),
        ([0.0, 2.0], DtypeError, "labels are float64"),
        ([0, None], DtypeError, r"labels\[1\] is None"),
        ([0, 2**70], RangeError, r"labels\[1\] is 1180591620717411303424.*int64"),
        (["a", "b"], DtypeError, r"labels\[0\] is 'a'"),
        ([[0, 1], [2]], ShapeError, "rows of 1 and of 2"),
    )
    for labels, kind, words in bad:
        with pytest.raises(kind, match=words):
            xl.softmax_cross_entropy(x, labels)
    assert fw.numbers(xl.softmax_cross_entropy(x, [0, 2])).shape == (2,)


def test_labels_that_jax_would_wrap_around() -> None:
    """Without x64 its integers have 32 bits, and 2**32 would be 0."""
    need("jax")
    code = (
        "import jax.numpy as jnp, xlogits as xl\n"
        "try:\n    xl.softmax_cross_entropy(jnp.zeros((1, 3)), [2**32])\n"
        "except ValueError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "labels[0] is 4294967296; expected an integer that fits int32"


def test_two_frameworks_in_one_call_are_still_named() -> None:
    need("torch")
    import torch

    with pytest.raises(BackendError, match="logits is a NumPy array and class_weight is a PyTorch"):
        xl.softmax_cross_entropy(X, [0, 2], class_weight=torch.ones(3))


def test_only_the_canonical_functions_take_lists() -> None:
    from xlogits.dialects import optax

    loss = SoftmaxCrossEntropy()
    for function in (
        loss,
        optax.softmax_cross_entropy_with_integer_labels,
        xl.value_and_grad(loss),
    ):
        with pytest.raises(BackendError, match="is a list; expected an array"):
            function([[1.0, 2.0]], [0])


def test_numpy_is_loaded_for_lists_alone_and_not_before() -> None:
    code = (
        "import sys, xlogits as xl\n"
        "xl.softmax\nprint('numpy' in sys.modules)\n"
        "print(xl.softmax([2.0, 1.0, 0.0]).round(4))\n"
        "print(sorted({'numpy', 'torch', 'tensorflow', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["False", "[0.6652 0.2447 0.09  ]", "['numpy']"], done.stderr


def test_arrays_never_come_here(fw: Framework, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlogits import api, gradient

    def seen(*given: Any) -> None:
        raise AssertionError("arrays were taken for lists")

    monkeypatch.setattr(api, "from_lists", seen)
    monkeypatch.setattr(gradient, "from_lists", seen)
    x, y = fw.array(X), fw.array(np.array([0, 2]), "int64")
    xl.softmax_cross_entropy(x, y, class_weight=fw.array(np.ones(3)), sample_weight=2.0)
    xl.softmax(x)
    xl.value_and_grad(xl.softmax_cross_entropy)(x, y, label_smoothing=0.1)
    with pytest.raises(AssertionError):
        xl.softmax([1.0])
