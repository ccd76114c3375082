"""NumPy's short way, its threads and `out=` give the bits of the plain formula."""

import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from xlogits.backends import numpy as xp
from xlogits.backends.numpy import tiles
from xlogits.errors import OptionError
from xlogits.losses import Reduction, SigmoidCrossEntropy, SoftmaxCrossEntropy

both = xl.value_and_grad(xl.softmax_cross_entropy)


def _drawn(shape: tuple[int, ...], dtype: str = "f4") -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.normal(size=shape).astype(dtype), rng.integers(0, shape[-1], shape[:-1])


def _large(x: Any, y: Any) -> Any:
    """The textbook formula in extended precision."""
    x = x.astype(np.longdouble)
    return np.log(np.exp(x).sum(-1)) - x[np.arange(len(y)), y]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "mean_over_items"])
def test_the_short_way_gives_every_bit_of_the_long_one(dtype: str, reduction: str) -> None:
    x, y = _drawn((8, 10), dtype)
    long = SoftmaxCrossEntropy(reduction=Reduction(reduction))(x, y)
    short = xp.quick_softmax_cross_entropy(x, y, -1, reduction)
    assert short.dtype == long.dtype == dtype
    assert type(short) is type(long)
    assert np.array_equal(short, long)
    if reduction == "none":
        assert np.allclose(short, _large(x, y), rtol=1e-6 if dtype == "f4" else 1e-14)
    z = np.random.default_rng(1).random(x.shape)
    for labels in (z, z.astype(dtype), z > 0.5, y[:, None] + np.zeros((8, 10), np.int8)):
        long = SigmoidCrossEntropy(reduction=Reduction(reduction))(x, labels)
        short = xp.quick_sigmoid_cross_entropy(x, labels, reduction)
        assert short.dtype == long.dtype
        assert np.array_equal(short, long)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_the_short_way_takes_dense_labels(dtype: str, reduction: str) -> None:
    """Right to the last digits, also where a prediction is confident, and the same with long rows."""
    x, y = _drawn((64, 5), dtype)
    x[0] = [30, 0, 0, 0, 0]
    q = np.eye(5, dtype=dtype)[y]
    q[0] = [1, 0, 0, 0, 0]
    q[1] = [0.25, 0.5, -1.0, 0.0, 2.0]
    wide = x.astype(np.longdouble) - x.max(1, keepdims=True)
    lead = wide.argmax(1)
    rest = np.exp(wide)
    rest[np.arange(64), lead] = 0
    each = q.sum(1) * np.log1p(rest.sum(1)) - (q * wide).sum(1)
    true = {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]
    short = xp.quick_softmax_cross_entropy(x, q, -1, reduction)
    assert short.dtype == dtype
    assert np.all(np.abs(short - true) <= 4 * np.spacing(np.abs(true).astype(dtype)))
    general = xl.softmax_cross_entropy(x.T, q.T, axis=0, reduction=reduction)
    assert np.array_equal(short, general)
    naive = np.log(np.exp(x).sum(1)) * q.sum(1) - (q * x).sum(1)  # has no digit of the first
    assert abs(naive[0] - each[0]) > 1000 * np.spacing(np.asarray(each[0], dtype))


X, Y = _drawn((8, 10))
UNUSUAL: dict[str, tuple[Any, Any, Any, Any]] = {
    "a label too large": (X, Y + 10, -1, "none"),
    "a label below 0": (X, Y - 10, -1, "none"),
    "labels of another length": (X, Y[:1], -1, "none"),
    "dense labels of another dtype": (X, X.astype("f8"), -1, "none"),
    "dense labels of another shape": (X, X[:, :9], -1, "none"),
    "dense labels and NaN": (X, np.where(X > 1, np.nan, X), -1, "none"),
    "infinite dense labels": (X, np.where(X > 1, np.inf, X), -1, "none"),
    "dense labels, no classes": (X[:, :0], X[:, :0], -1, "none"),
    "dense labels, far from 0": (X + 1000, X, -1, "none"),
    "dense labels, masked": (np.where(X > 1, -np.inf, X), X, -1, "none"),
    "dense labels, an unknown reduction": (X, X, -1, "avg"),
    "labels as floats": (X, Y.astype("f4"), -1, "none"),
    "a list": (X, Y.tolist(), -1, "none"),
    "another axis": (X, Y, 0, "none"),
    "True as an axis": (X, Y, True, "none"),
    "half precision": (X.astype("f2"), Y, -1, "none"),
    "integers": (X.astype("i4"), Y, -1, "none"),
    "an unknown reduction": (X, Y, -1, "avg"),
    "an array as a reduction": (X, Y, -1, np.array(["none"])),
    "no items": (X[:0], Y[:0], -1, "none"),
    "no classes": (X[:, :0], Y, -1, "none"),
    "one axis": (X[0], Y[0], -1, "none"),
    "far from 0": (X + 1000, Y, -1, "none"),
    "infinite": (np.where(X > 1, -np.inf, X), Y, -1, "none"),
    "NaN": (np.where(X > 1, np.nan, X), Y, -1, "none"),
    "the largest": (np.full_like(X, 3.4e38), Y, -1, "none"),
    "the largest of float64": (np.full(X.shape, 1.7e308), Y, -1, "none"),
    "big": (np.zeros((500, 10), "f4"), np.zeros(500, int), -1, "none"),
    "a subclass": (X.view(np.recarray), Y, -1, "none"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("what", UNUSUAL)
def test_the_short_way_leaves_the_unusual_alone(what: str) -> None:
    assert xp.quick_softmax_cross_entropy(*UNUSUAL[what]) is None
    assert xp.quick_softmax_cross_entropy(X, Y, -1, "none") is not None


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["i4", "i8"])
def test_the_short_way_takes_any_strides(order: Any, dtype: str) -> None:
    x, y = np.asarray(X, order=order)[::2, ::-1], Y.astype(dtype)[::2]
    found = xp.quick_softmax_cross_entropy(x, y, -1, "none")
    assert np.allclose(found, _large(x, y), rtol=1e-6)


def _all(x: Any, y: Any, q: Any) -> list[Any]:
    loss, slope = xp.index_cross_entropy_gradient(x, y, 1, np.ones(len(x)))
    dense, each = xp.dense_cross_entropy(x, q, 1), xp.index_cross_entropy(x, y, 1)
    functions = [getattr(xp, name)(x, 1) for name in ("softmax", "log_softmax", "logsumexp")]
    return [loss, slope, dense, each, *functions, *xp.shares(x, 1)]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch, dtype: str) -> None:
    x, y = _drawn((300, 3000), dtype)
    x[50:60] += 2000  # blocks that are shifted, and some that are not
    q = np.random.default_rng(1).random(x.shape).astype(dtype)
    started = []
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda t: (started.append(t), start(t)))
    one = _all(x, y, q)
    assert not started  # too small for two
    monkeypatch.setattr(tiles, "_THREADED", 1)
    monkeypatch.setenv("XLOGITS_THREADS", "3")
    three = _all(x, y, q)
    assert len(started) == 2 * 7
    assert all(np.array_equal(a, b) for a, b in zip(one, three, strict=True))
    monkeypatch.setenv("XLOGITS_THREADS", "1")
    _all(x, y, q)
    monkeypatch.delenv("XLOGITS_THREADS")
    monkeypatch.setattr(tiles, "_processors", lambda: 8)
    xp.logsumexp(x, 1)
    assert len(started) == 2 * 7 + 1  # two of its own accord


def test_threads_that_fail_and_that_nobody_can_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "_THREADED", 1)
    monkeypatch.setenv("XLOGITS_THREADS", "2")
    rows = np.zeros((2000, 1000))

    def work(some: slice, place: Any) -> None:
        if some.stop == len(rows):
            raise MemoryError("in the other thread")

    with pytest.raises(MemoryError, match="other thread"):
        tiles.over_tiles(rows, None, work)
    monkeypatch.setenv("XLOGITS_THREADS", "two")
    with pytest.raises(OptionError, match="XLOGITS_THREADS is 'two'; expected how many"):
        xp.logsumexp(rows, 1)


@pytest.mark.filterwarnings("error")
def test_no_thread_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "_THREADED", 1)
    monkeypatch.setenv("XLOGITS_THREADS", "2")
    x = np.full((3000, 1000), -np.inf)
    assert np.isnan(xp.softmax(x, 1)).all()


OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"reduction": "mean"},
    {"ignore_index": 3},
    {"label_smoothing": 0.1},
    {"sample_weight": 2.0},
)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("shape", "axis"), [((300, 40), -1), ((40, 40), 0), ((6, 5, 6), 1)])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_the_gradient_is_written_to_out(
    options: dict[str, Any], shape: tuple[int, ...], axis: int, dtype: str
) -> None:
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    y = np.random.default_rng(1).integers(0, x.shape[axis], np.delete(shape, axis))
    value, grad = both(x, y, axis=axis, **options)
    for out in (np.full_like(x, np.nan), x):  # at last over the logits themselves
        found, same = both(x, y, axis=axis, out=out, **options)
        assert same is out
        assert np.array_equal(found, value)
        assert np.array_equal(out, grad)


def test_out_saves_an_array_of_that_size() -> None:
    x, y = _drawn((2000, 1000))
    out = np.empty_like(x)
    peaks = []
    for given in (None, out):
        tracemalloc.start()
        both(x, y, reduction="mean", out=given)
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    assert peaks[0] > 1
    assert peaks[1] < 0.1


def test_out_of_several_gradients_and_other_losses() -> None:
    x, q = _drawn((4, 5))[0], np.full((4, 5), 0.2, "f4")
    for function in (xl.softmax_cross_entropy, xl.sigmoid_cross_entropy):
        run = xl.value_and_grad(function, wrt=("logits", "labels"))
        outs = np.empty_like(x), np.empty_like(q)
        _, grads = run(x, q)
        _, found = run(x, q, out=outs)
        assert all(
            a is b and np.array_equal(a, c) for a, b, c in zip(found, outs, grads, strict=True)
        )


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.zeros(3), r"out is float64 \(3,\); expected a numpy.ndarray, float32 \(8, 10\)"),
        (np.zeros(X.shape), "out is float64"),
        ([0.0], "out is list"),
        (X[:], "out shares memory"),
        (np.broadcast_to(np.float32(0), X.shape), "out is read-only"),
    ],
)
def test_an_out_that_does_not_fit(out: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        both(X, Y, out=out)


def test_out_is_for_numpy() -> None:
    need("torch")
    import torch

    with pytest.raises(OptionError, match="out is given, and the logits are a PyTorch array"):
        both(torch.tensor(X), torch.tensor(Y), out=torch.zeros(8, 10))
