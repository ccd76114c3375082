"""Cross-entropy of a linear layer in chunks is that of the whole layer, in value and gradient."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import INSTALLED, Framework, framework, need
from xlogits.backends import namespace
from xlogits.errors import DtypeError, LabelError, OptionError, Refused, ShapeError
from xlogits.losses import LinearSoftmaxCrossEntropy

RNG = np.random.default_rng(5)
N, D, C = 23, 5, 11  # no multiple of a chunk of 4
H, W, B = RNG.normal(size=(N, D)), RNG.normal(size=(C, D)), RNG.normal(size=C)
Y, Q = RNG.integers(0, C, N), RNG.dirichlet(np.ones(C), N) * 1.5
SAMPLE, CLASS = RNG.uniform(0.5, 2, N), RNG.uniform(0.5, 2, C)
ours = xl.linear_softmax_cross_entropy
both = xl.value_and_grad(ours, wrt=("hidden", "weight", "bias"))

CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "items": (Y, {}),
    "mean": (Y, {"reduction": "mean"}),
    "smoothed": (Y, {"label_smoothing": 0.2, "reduction": "sum"}),
    "weighted": (Y, {"class_weight": CLASS, "sample_weight": SAMPLE, "reduction": "sum"}),
    "by class weight": (
        Y,
        {"class_weight": CLASS, "ignore_index": 3, "reduction": "mean_over_class_weight"},
    ),
    "all at once": (
        Y,
        {
            "class_weight": CLASS,
            "sample_weight": SAMPLE,
            "label_smoothing": 0.1,
            "ignore_index": 3,
            "reduction": "mean_over_sample_weight",
        },
    ),
    "ignored": (Y, {"ignore_index": 3, "reduction": "mean_over_valid"}),
    "dense": (Q, {"reduction": "sum"}),
    "dense, all": (Q, {"class_weight": CLASS, "sample_weight": SAMPLE, "label_smoothing": 0.1}),
}


def definition(
    hidden: Any, weight: Any, bias: Any, labels: Any, options: dict[str, Any]
) -> tuple[Any, ...]:
    """Value, and gradients of its sum, in float64, by the formula and its derivative."""
    eps, ignored = options.get("label_smoothing", 0.0), options.get("ignore_index")
    w = options.get("class_weight", np.ones(C))
    logits = hidden @ weight.T + bias
    top = logits.max(1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True))
    q = np.eye(C)[labels] if labels.ndim == 1 else labels
    q = w * ((1 - eps) * q + eps / C)
    valid = np.ones(len(hidden)) if ignored is None else (labels != ignored).astype(float)
    each = valid * options.get("sample_weight", 1.0)
    by = {
        "mean": len(hidden),
        "mean_over_valid": valid.sum(),
        "mean_over_sample_weight": each.sum(),
        "mean_over_class_weight": (valid * w[labels]).sum() if labels.ndim == 1 else 0,
    }
    each = each / by.get(options.get("reduction", "none"), 1.0)
    losses = -(q * log_p).sum(1) * each
    slope = (np.exp(log_p) * q.sum(1, keepdims=True) - q) * each[:, None]
    value = losses if options.get("reduction", "none") == "none" else losses.sum()
    return value, slope @ weight, slope.T @ hidden, slope.sum(0)


def call(fw: Framework, labels: Any, options: dict[str, Any], dtype: str = "float64") -> Any:
    given = {k: fw.array(v, dtype) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    arrays = [fw.array(x, dtype) for x in (H, W, labels, B)]
    value, slopes = both(*arrays[:3], bias=arrays[3], chunk=4, **given)
    return [fw.numbers(x) for x in (value, *slopes)]


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradients_in_float64(fw: Framework, case: str) -> None:
    labels, options = CASES[case]
    for found, wanted in zip(
        call(fw, labels, options), definition(H, W, B, labels, options), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("dtype", "eps"), [("float32", 2**-23), ("float16", 2**-10)])
def test_other_dtypes(fw: Framework, dtype: str, eps: float) -> None:
    labels, options = CASES["all at once"]
    rounded = [np.asarray(x, dtype).astype(float) for x in (H, W, B)]
    given = {
        k: np.asarray(v, dtype).astype(float) if isinstance(v, np.ndarray) else v
        for k, v in options.items()
    }
    value, *slopes = call(fw, labels, options, dtype)
    result = ours(fw.array(H, dtype), fw.array(W, dtype), fw.array(Y))
    assert namespace(result).dtype(result) == dtype
    for found, wanted in zip((value, *slopes), definition(*rounded, labels, given), strict=True):
        assert abs(found - wanted).max() <= 8 * eps * abs(wanted).max()


def test_a_broken_chunk_is_caught(fw: Framework, monkeypatch: pytest.MonkeyPatch) -> None:
    xp = namespace(fw.array(H))
    whole = xp.fold

    def broken(step: Any, state: Any, xs: Any, rows: int, shapes: Any) -> Any:
        cut = {
            name: x[: N - 1] for name, x in xs.items()
        }  # without the last, incomplete chunk's end
        state, found = whole(step, state, cut, rows, shapes)
        return state, tuple(xp.concat([x, x[-1:]], 0) for x in found)

    monkeypatch.setattr(xp, "fold", broken)
    if fw.name == "jax":
        import jax

        jax.clear_caches()
    labels, options = CASES["mean"]
    wrong = [
        np.allclose(found, wanted, rtol=1e-6)
        for found, wanted in zip(
            call(fw, labels, options), definition(H, W, B, labels, options), strict=True
        )
    ]
    monkeypatch.undo()
    if fw.name == "jax":
        jax.clear_caches()
    assert wrong == [False] * 4


def test_gradient_by_sample_weights(fw: Framework) -> None:
    """The loss of each item; the mean divides by their sum."""
    xp = namespace(fw.array(H))
    if xp.value_and_grad is None:
        pytest.skip(f"value_and_grad on {xp.NAME} has no sample weights")
    arrays = fw.array(H), fw.array(W), fw.array(Y)

    def total(weight: Any) -> Any:
        value = ours(*arrays, sample_weight=weight, reduction="mean_over_sample_weight")
        return value, value

    mean, (found,) = xp.value_and_grad(total, (fw.array(SAMPLE),))
    losses = definition(H, W, 0, Y, {})[0]
    wanted = (losses - fw.numbers(mean)) / SAMPLE.sum()
    np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-10, atol=1e-13)


def test_shapes(fw: Framework) -> None:
    many = ours(fw.array(H[:12].reshape(3, 4, D)), fw.array(W), fw.array(Y[:12].reshape(3, 4)))
    wanted = definition(H[:12], W, 0, Y[:12], {})[0]
    np.testing.assert_allclose(fw.numbers(many), wanted.reshape(3, 4), rtol=1e-12)
    one = ours(fw.array(H[0]), fw.array(W), fw.array(Y[0]))
    np.testing.assert_allclose(fw.numbers(one), wanted[0], rtol=1e-12)


@pytest.mark.long_on("jax")
def test_a_weight_of_several_axes_is_a_layer_for_each_position(fw: Framework) -> None:
    weight, bias = RNG.normal(size=(C, 2, D)), RNG.normal(size=(C, 2))
    labels = RNG.integers(0, C, (N, 2))
    labels[3] = labels[5, 0] = 7
    hidden = H.copy()
    hidden[3] = np.nan  # ignored at every position
    options: dict[str, Any] = {"ignore_index": 7, "class_weight": CLASS, "label_smoothing": 0.1}
    given = options | {"class_weight": fw.array(CLASS)}
    arrays = [fw.array(x) for x in (hidden, weight, labels, bias)]
    value, slopes = both(*arrays[:3], bias=arrays[3], **given)
    each = [definition(H, weight[:, k], bias[:, k], labels[:, k], options) for k in range(2)]
    wanted = (
        np.stack([one[0] for one in each], 1),
        each[0][1] + each[1][1],
        np.stack([one[2] for one in each], 1),
        np.stack([one[3] for one in each], 1),
    )
    for found, exact in zip((value, *slopes), wanted, strict=True):
        np.testing.assert_allclose(fw.numbers(found), exact, rtol=1e-11, atol=1e-13)
    mean = ours(*arrays[:3], bias=arrays[3], reduction="mean_over_valid", **given)
    np.testing.assert_allclose(fw.numbers(mean), wanted[0].sum() / (labels != 7).sum(), rtol=1e-12)
    with pytest.raises(AssertionError):  # the positions exchanged
        np.testing.assert_allclose(fw.numbers(value)[:, ::-1], wanted[0], rtol=1e-3)


def test_a_single_item_at_several_positions(fw: Framework) -> None:
    weight, label = RNG.normal(size=(C, 2, D)), RNG.integers(0, C, 2)
    one = ours(fw.array(H[0]), fw.array(weight), fw.array(label))
    row = ours(fw.array(H[:1]), fw.array(weight), fw.array(label[None]))
    assert fw.numbers(one).shape == (2,)
    np.testing.assert_allclose(fw.numbers(one), fw.numbers(row)[0], rtol=1e-14)


def test_weights_of_positions_are_those_of_all_items(fw: Framework) -> None:
    """With `spread_weight` a sample weight of fewer axes belongs to the last ones."""
    weight, labels = RNG.normal(size=(C, 2, D)), RNG.integers(0, C, (N, 2))
    loss, some = LinearSoftmaxCrossEntropy(spread_weight=True), np.array([3.0, 0.5])
    arrays = [fw.array(x) for x in (H, labels, weight)]
    found = loss(*arrays, sample_weight=fw.array(some))
    np.testing.assert_allclose(fw.numbers(found), fw.numbers(loss(*arrays)) * some, rtol=1e-14)
    with pytest.raises(ShapeError, match=r"sample_weight has shape \(2,\)"):
        LinearSoftmaxCrossEntropy()(*arrays, sample_weight=fw.array(some))


def test_an_empty_batch(fw: Framework) -> None:
    none = fw.array(H[:0]), fw.array(W), fw.array(Y[:0])
    assert fw.numbers(ours(*none)).shape == (0,)
    assert fw.numbers(ours(*none, reduction="sum")) == 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(fw.numbers(ours(*none, reduction="mean")))


def test_an_ignored_row_hides_nan(fw: Framework) -> None:
    hidden = np.where((Y == 3)[:, None], np.nan, H)
    assert (Y == 3).any()
    _, slopes = both(
        fw.array(hidden), fw.array(W), fw.array(Y), bias=fw.array(B), ignore_index=3, chunk=4
    )
    for found, wanted in zip(slopes, definition(H, W, B, Y, {"ignore_index": 3})[1:], strict=True):
        np.testing.assert_allclose(fw.numbers(found), wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_infinite_logits(fw: Framework) -> None:
    """NaN where one is +inf or all are -inf, as without chunks; a class of -inf has no part."""
    arrays = fw.array(H), fw.array(W), fw.array(Y % (C - 1))
    for bias in (np.where(np.arange(C) == 1, np.inf, B), np.full(C, -np.inf)):
        assert np.isnan(fw.numbers(ours(*arrays, bias=fw.array(bias)))).all()
        value, _ = both(*arrays, bias=fw.array(bias), reduction="sum", chunk=4)
        assert np.isnan(fw.numbers(value))
    bias = np.where(np.arange(C) == C - 1, -np.inf, B)
    value, slopes = both(*arrays, bias=fw.array(bias), reduction="sum", chunk=4)
    low = np.where(np.arange(C) == C - 1, -1e4, B)
    wanted = definition(H, W, low, Y % (C - 1), {"reduction": "sum"})
    for found, known in zip((value, *slopes), wanted, strict=True):
        np.testing.assert_allclose(fw.numbers(found), known, rtol=1e-11, atol=1e-13)


BAD: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "label": ({"labels": np.where(Y[7] == Y, C, Y)}, LabelError, f"label {C} at position"),
    "features": ({"weight": W[:, :4]}, ShapeError, r"weight has shape \(11, 4\)"),
    "transposed": ({"weight": W.T}, ShapeError, "transpose it"),
    "bias": ({"bias": B[:3]}, ShapeError, r"bias has shape \(3,\); expected \(11,\)"),
    "bias of positions": (
        {"weight": W[:, None], "bias": B, "labels": Y[:, None]},
        ShapeError,
        r"bias has shape \(11,\); expected \(11, 1\)",
    ),
    "chunk of positions": (
        {"weight": W[:, None], "labels": Y[:, None], "chunk": 3},
        OptionError,
        r"chunk is 3 and weight has shape \(11, 1, 5\)",
    ),
    "no classes": ({"weight": W[:0]}, ShapeError, "no classes"),
    "labels": ({"labels": Y[:5]}, ShapeError, r"labels have shape \(5,\)"),
    "integers": ({"hidden": H.astype(int)}, DtypeError, "hidden states are int64"),
    "integer weight": ({"weight": W.astype(int)}, DtypeError, "weight are int64"),
    "class weights": ({"class_weight": CLASS[:3]}, ShapeError, r"class_weight has shape \(3,\)"),
    "sample weights": ({"sample_weight": SAMPLE[:3]}, ShapeError, "sample_weight has shape"),
    "chunk": ({"chunk": 0}, OptionError, "chunk is 0"),
    "mean": ({"reduction": "mean", "ignore_index": 1}, OptionError, "mean_over_valid"),
    "ignore": ({"labels": Q, "ignore_index": 1}, OptionError, "one number per class"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_the_same_everywhere(name: str) -> None:
    change, kind, words = BAD[name]
    said = set()
    for installed in INSTALLED:
        fw = framework(installed)
        given = {"hidden": H, "weight": W, "labels": Y} | change
        given = {k: fw.array(v) if isinstance(v, np.ndarray) else v for k, v in given.items()}
        with pytest.raises(kind, match=words) as caught:
            ours(**given)
        said.add(str(caught.value))
    assert len(said) == 1, said


def test_value_and_grad_asks_for_what_is_there(fw: Framework) -> None:
    arrays = fw.array(H), fw.array(W), fw.array(Y)
    with pytest.raises(OptionError, match="wrt asks for bias"):
        both(*arrays)
    with pytest.raises(OptionError, match="wrt asks for weight"):
        xl.value_and_grad(xl.softmax_cross_entropy, wrt="weight")(arrays[0], fw.array(Y % D))


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_torch(reduction: str) -> None:
    need("torch")
    import torch

    h, w, b = (torch.from_numpy(x) for x in (H, W, B))
    y = torch.from_numpy(Y)
    wanted = definition(H, W, B, Y, {})[1:]

    def loss(h: Any, w: Any, b: Any) -> Any:
        return ours(h, w, y, bias=b, reduction=reduction, chunk=4).sum()

    same = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-13)
    every = torch.func.grad(loss, (0, 1, 2))
    for found, expected in zip(every(h, w, b), wanted, strict=True):
        same(found, expected)
    mapped = torch.func.vmap(every, in_dims=(None, 0, None))(h, torch.stack([w, 2 * w]), b)
    for found, expected in zip(mapped, definition(H, 2 * W, B, Y, {})[1:], strict=True):
        same(found[1], expected)
    moving = [x.clone().requires_grad_() for x in (h, w, b)]
    value = 3 * loss(*moving)
    for again in (True, True, False):  # the second time nothing is ready
        found = torch.autograd.grad(value, moving, retain_graph=again)
        for one, expected in zip(found, wanted, strict=True):
            same(one, 3 * expected)
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")(*moving)
    for one, expected in zip(torch.autograd.grad(compiled, moving), wanted, strict=True):
        same(one, expected)
    first = torch.autograd.grad(loss(*moving), moving, create_graph=True)
    with pytest.raises(Refused, match="cannot be differentiated twice"):
        torch.autograd.grad(first[0].sum(), moving[0])


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_jax(reduction: str) -> None:
    need("jax")
    import jax
    import jax.numpy as jnp

    y, fw = jnp.asarray(Y), framework("jax")
    h, w, b = (fw.array(x) for x in (H, W, B))

    def loss(h: Any, w: Any, b: Any, y: Any = y) -> Any:
        return ours(h, w, y, bias=b, reduction=reduction, chunk=4).sum()

    every = jax.jit(jax.grad(loss, (0, 1, 2)))
    same = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-13)
    for found, expected in zip(every(h, w, b), definition(H, W, B, Y, {})[1:], strict=True):
        same(found, expected)
    mapped = jax.vmap(every, (None, 0, None))(h, jnp.stack([w, 2 * w]), b)
    for found, expected in zip(mapped, definition(H, 2 * W, B, Y, {})[1:], strict=True):
        same(found[1], expected)
    bad = jax.jit(loss)(h, w, b, jnp.full(N, C))
    assert np.isnan(bad)


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_tensorflow(reduction: str, xla: bool) -> None:
    need("tensorflow")
    import tensorflow as tf

    h, w, b = (tf.Variable(x) for x in (H, W, B))
    y = tf.constant(Y)

    @tf.function(jit_compile=xla)
    def run() -> Any:
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(ours(h, w, y, bias=b, reduction=reduction, chunk=4))
        return tape.gradient(value, (h, w, b))

    for found, expected in zip(run(), definition(H, W, B, Y, {})[1:], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        value = tf.reduce_sum(ours(h, w, y, reduction=reduction))
        first = inner.gradient(value, h)
    with pytest.raises(Refused, match="cannot be differentiated twice"):
        outer.gradient(first, h)


def test_tensorflow_with_open_sizes_and_a_tape_outside() -> None:
    need("tensorflow")
    import tensorflow as tf

    spec = [tf.TensorSpec([None, D], tf.float64), tf.TensorSpec([None], tf.int64)]
    run = tf.function(
        lambda h, y: ours(h, tf.constant(W), y, reduction="sum", chunk=4), input_signature=spec
    )
    for items in (N, 8, 3):
        h = tf.constant(H[:items])
        with tf.GradientTape() as tape:
            tape.watch(h)
            value = run(h, tf.constant(Y[:items]))
        wanted = definition(H[:items], W, 0, Y[:items], {"reduction": "sum"})
        np.testing.assert_allclose(value, wanted[0], rtol=1e-12)
        np.testing.assert_allclose(tape.gradient(value, h), wanted[1], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("labels", [Y, Q], ids=["index", "dense"])
def test_tensorflow_with_every_size_open(labels: Any) -> None:
    need("tensorflow")
    import tensorflow as tf

    kind = tf.int64 if labels.ndim == 1 else tf.float64
    spec = [tf.TensorSpec([None, None], tf.float64)] * 2
    spec.append(tf.TensorSpec([None] * labels.ndim, kind))
    run = tf.function(lambda h, w, y: ours(h, w, y, reduction="sum", chunk=4), input_signature=spec)
    for items in (N, 3):
        h, w = tf.constant(H[:items]), tf.constant(W)
        with tf.GradientTape() as tape:
            tape.watch((h, w))
            value = run(h, w, tf.constant(labels[:items], kind))
        wanted = definition(H[:items], W, 0, labels[:items], {"reduction": "sum"})
        np.testing.assert_allclose(value, wanted[0], rtol=1e-12)
        for found, expected in zip(tape.gradient(value, (h, w)), wanted[1:3], strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("items", [0, N])
def test_a_mean_over_nothing_has_no_derivative(items: int) -> None:
    need("torch")
    import torch

    h, w = (torch.tensor(x, requires_grad=True) for x in (H[:items], W))
    y = torch.full((items,), 3)
    value = ours(h, w, y, ignore_index=3, reduction="mean_over_valid")
    assert value.isnan()
    for found in torch.autograd.grad(value, (h, w)):
        assert not found.any()


def test_torch_compiles_a_single_item() -> None:
    need("torch")
    import torch

    run = torch.compile(lambda h, w, y: ours(h, w, y), fullgraph=True, backend="aot_eager")
    found = run(torch.tensor(H[0]), torch.tensor(W), torch.tensor(Y[0]))
    wanted = definition(H[:1], W, 0, Y[:1], {})[0][0]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


ITEMS, FEATURES, CLASSES = 512, 8, 4096  # 2 million logits
LARGE = (
    RNG.normal(size=(ITEMS, FEATURES)).astype("float32"),
    RNG.normal(size=(CLASSES, FEATURES)).astype("float32"),
    RNG.integers(0, CLASSES, ITEMS),
)


def plain(hidden: Any, weight: Any, labels: Any, reduction: str = "none") -> Any:
    return xl.softmax_cross_entropy(hidden @ weight.T, labels, reduction=reduction)


@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}], ids=["plain", "smoothed"])
def test_torch_makes_no_array_of_all_logits(options: dict[str, Any]) -> None:
    need("torch")
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Largest(TorchDispatchMode):
        numbers = 0

        def __torch_dispatch__(self, f: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = f(*args, **(kwargs or {}))
            for x in out if isinstance(out, (tuple, list)) else (out,):
                if isinstance(x, torch.Tensor):
                    self.numbers = max(self.numbers, x.numel())
            return out

    def largest(function: Any, **options: Any) -> int:
        h, w = (torch.from_numpy(x).requires_grad_() for x in LARGE[:2])
        with Largest() as mode:
            function(h, w, torch.from_numpy(LARGE[2]), reduction="mean", **options).backward()
        return mode.numbers

    assert largest(ours, **options) <= ITEMS * CLASSES // 8
    assert largest(plain) == ITEMS * CLASSES  # what would be caught


def test_jax_makes_no_array_of_all_logits() -> None:
    need("jax")
    import jax

    def sizes(jaxpr: Any) -> Iterator[int]:
        for equation in jaxpr.eqns:
            yield from (v.aval.size for v in equation.outvars if hasattr(v.aval, "size"))
            for inner in jax.tree.leaves(
                list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns")
            ):
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    yield from sizes(inner)

    def largest(function: Any) -> int:
        h, w, y = (jax.numpy.asarray(x) for x in LARGE)
        loss = partial(function, labels=y, reduction="mean")
        return max(sizes(jax.make_jaxpr(jax.grad(lambda h, w: loss(h, w), (0, 1)))(h, w).jaxpr))

    assert largest(ours) <= ITEMS * CLASSES // 8
    assert largest(plain) >= ITEMS * CLASSES


def test_numpy_holds_no_array_of_all_logits() -> None:
    import tracemalloc

    def peak(function: Any) -> int:
        tracemalloc.start()
        function()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    logits = 4 * ITEMS * CLASSES
    run = xl.value_and_grad(ours, wrt=("hidden", "weight"))
    assert peak(lambda: run(*LARGE, reduction="mean")) < logits // 3
    assert peak(lambda: plain(*LARGE)) > logits


def test_a_chunk_may_be_one_item() -> None:
    hidden, weight, labels = np.eye(3, 4) * 2, np.ones((5, 4)) + np.eye(5, 4), np.array([0, 4, 2])
    whole = xl.softmax_cross_entropy(hidden @ weight.T, labels)
    for chunk in (1, 2, 3, None):
        found = xl.linear_softmax_cross_entropy(hidden, weight, labels, chunk=chunk)
        np.testing.assert_allclose(found, whole, rtol=1e-14)
    for chunk in (0, -1, True, 1.0):
        with pytest.raises(OptionError, match="1 or more"):
            xl.linear_softmax_cross_entropy(hidden, weight, labels, chunk=chunk)  # type: ignore[arg-type]
