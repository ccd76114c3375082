"""Losses compile into one graph, cold in a fresh process and under the frameworks' transformations."""

import subprocess
import sys

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import ROOT, need
from xlogits.dialects.keras.losses import SparseCategoricalCrossentropy
from xlogits.dialects.optax import softmax_cross_entropy_with_integer_labels
from xlogits.dialects.tensorflow import nn as tfnn
from xlogits.dialects.torch import nn as tnn

TORCH = """
import torch
{imports}
graphs = 0
def count(graph, inputs):
    global graphs
    graphs += 1
    return graph.forward
x, y = torch.randn(8, 5, requires_grad=True), torch.arange(8) % 5
compiled = torch.compile(lambda x, y: {call}, fullgraph=True, backend=count)
value = compiled(x, y)
value.sum().backward()
assert graphs == 1, graphs
assert torch.allclose(value, {call})
print("one graph")
"""
XL = "import xlogits as xl"
CALLS = [
    (XL, "xl.softmax_cross_entropy(x, y)"),
    (XL, "xl.softmax_cross_entropy(x, y, ignore_index=2, label_smoothing=0.1, reduction='sum')"),
    (XL, "xl.softmax_cross_entropy(x, x.detach().softmax(1), reduction='mean')"),
    (XL, "xl.sigmoid_cross_entropy(x, x.detach().sigmoid(), pos_weight=2.0)"),
    (XL, "xl.log_softmax(x)"),
    ("from xlogits.dialects.torch.nn import functional as F", "F.cross_entropy(x, y)"),
    ("from xlogits.dialects.torch import nn", "nn.CrossEntropyLoss(label_smoothing=0.1)(x, y)"),
    (
        "from xlogits.dialects import tensorflow as tf",
        "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
    ),
    (
        "from xlogits.dialects.keras.losses import SparseCategoricalCrossentropy as L",
        "L(from_logits=True, ignore_class=1)(y, x)",
    ),
    (
        "from xlogits.dialects.keras.losses import CategoricalFocalCrossentropy as L",
        "L(from_logits=True)(x.detach().softmax(1), x)",
    ),
    ("from xlogits.dialects import optax", "optax.losses.kl_divergence(x, x.detach() ** 2)"),
    ("from xlogits.dialects import optax", "optax.sigmoid_binary_cross_entropy(x, x.detach())"),
    ("from xlogits.dialects import optax", "optax.losses.multiclass_sparsemax_loss(x, y)"),
    ("from xlogits.dialects.keras.losses import hinge", "hinge(x.detach().sign(), x)"),
    (
        "from xlogits.losses import MultiLabelMargin; loss = MultiLabelMargin()",
        "loss(x, torch.tensor([3, 1, -1, 0, 0]).expand(8, 5))",
    ),
]


QUICK = "xl.softmax_cross_entropy(x, y)"


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        pytest.param(*pair, id=pair[1], marks=[] if pair[1].startswith(QUICK) else pytest.mark.long)
        for pair in CALLS
    ],
)
def test_torch_compile_cold_in_a_fresh_process(imports: str, call: str) -> None:
    need("torch")
    code = TORCH.format(imports=imports, call=call)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "one graph", done.stderr[-3000:]


def test_a_graph_break_would_be_caught() -> None:
    need("torch")
    code = TORCH.format(imports="import torch._dynamo as d", call="(d.graph_break(), x)[1]")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode != 0
    assert "graph_break" in done.stderr


@pytest.mark.parametrize(
    "loss",
    [
        lambda x, y: xl.softmax_cross_entropy(x, y, label_smoothing=0.1),
        lambda x, y: tnn.functional.cross_entropy(x, y),
        lambda x, y: tfnn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
    ],
)
def test_torch_func(loss: object) -> None:
    need("torch")
    import torch

    x, y = torch.randn(6, 5, dtype=torch.float64), torch.arange(6) % 5

    def one(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return loss(x[None], y[None]).sum()  # type: ignore[operator]

    by_hand = torch.stack([torch.func.grad(one)(a, b) for a, b in zip(x, y, strict=True)])
    assert torch.allclose(torch.func.vmap(torch.func.grad(one))(x, y), by_hand)
    values = torch.stack([one(a, b) for a, b in zip(x, y, strict=True)])
    assert torch.allclose(torch.func.vmap(one)(x, y), values)
    _, forward = torch.func.jvp(lambda x: one(x, y[0]), (x[0],), (torch.ones(5).double(),))
    assert torch.allclose(forward, by_hand[0].sum(), atol=1e-12)
    assert torch.autograd.gradgradcheck(lambda x: one(x, y[0]), (x[0].requires_grad_(),))


JAX_LOSSES = [
    lambda x, y: xl.softmax_cross_entropy(x, y, label_smoothing=0.1, ignore_index=3),
    lambda x, y: softmax_cross_entropy_with_integer_labels(x, y),
    lambda x, y: tnn.functional.cross_entropy(x, y, reduction="none"),
    lambda x, y: SparseCategoricalCrossentropy(from_logits=True, reduction="none")(y, x),
]


@pytest.mark.parametrize("loss", JAX_LOSSES)
def test_jax_transformations(loss: object) -> None:
    need("jax")
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(np.random.default_rng(0).normal(size=(6, 5))), jnp.arange(6) % 5
    value = loss(x, y)  # type: ignore[operator]
    assert jnp.allclose(jax.jit(loss)(x, y), value)

    def one(x: jax.Array, y: jax.Array) -> jax.Array:
        return loss(x[None], y[None])[0]  # type: ignore[operator,no-any-return]

    assert jnp.allclose(jax.vmap(one)(x, y), value)
    grads = jax.vmap(jax.grad(one))(x, y)
    whole = jax.grad(lambda x: loss(x, y).sum())(x)  # type: ignore[operator]
    assert jnp.allclose(grads, whole, atol=1e-7)
    assert jax.eval_shape(loss, x, y).shape == (6,)  # type: ignore[arg-type]


def test_jax_does_not_trace_again() -> None:
    need("jax")
    import jax
    import jax.numpy as jnp

    traces = []

    @jax.jit
    def loss(x: jax.Array, y: jax.Array) -> jax.Array:
        traces.append(1)
        return xl.softmax_cross_entropy(x, y)  # type: ignore[no-any-return]

    for seed in range(3):
        loss(jnp.full((2, 3), seed, jnp.float32), jnp.array([0, seed]))
    assert len(traces) == 1


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "xla"])
def test_tensorflow_functions(compiled: bool) -> None:
    need("tensorflow")
    import tensorflow as tf

    x = tf.constant(np.random.default_rng(0).normal(size=(6, 5)), tf.float32)
    y = tf.range(6) % 5
    for loss in (
        lambda x, y: xl.softmax_cross_entropy(x, y, label_smoothing=0.1, reduction="mean"),
        lambda x, y: tnn.functional.cross_entropy(x, y),
        lambda x, y: SparseCategoricalCrossentropy(from_logits=True)(y, x),
    ):

        def with_gradient(x: tf.Tensor, y: tf.Tensor, loss: object = loss) -> tuple:
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = loss(x, y)  # type: ignore[operator]
            return value, tape.gradient(value, x)

        run = tf.function(with_gradient, jit_compile=compiled)
        run(x, y)
        value, grad = run(x, y)
        assert run.experimental_get_tracing_count() == 1
        np.testing.assert_allclose(value, loss(x, y), rtol=1e-5)
        assert grad.shape == x.shape


def test_tensorflow_sizes_may_be_open() -> None:
    need("tensorflow")
    import tensorflow as tf

    spec = [tf.TensorSpec([None, None], tf.float64), tf.TensorSpec([None], tf.int64)]
    run = tf.function(
        lambda x, y: xl.softmax_cross_entropy(x, y, label_smoothing=0.2, reduction="mean"),
        input_signature=spec,
    )
    for shape in ((3, 4), (5, 2)):
        x, y = np.zeros(shape), np.zeros(shape[0], int)
        np.testing.assert_allclose(run(tf.constant(x), tf.constant(y)), np.log(shape[1]))


def test_tensorflow_vectorized_map_and_variables() -> None:
    need("tensorflow")
    import tensorflow as tf

    x, y = tf.Variable(tf.ones((3, 4))), tf.constant([0, 1, 2])
    value = xl.softmax_cross_entropy(x, y)
    mapped = tf.vectorized_map(
        lambda pair: xl.softmax_cross_entropy(pair[0][None], pair[1][None])[0],
        (tf.convert_to_tensor(x), y),
    )
    np.testing.assert_allclose(value, mapped)
