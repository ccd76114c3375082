"""A compiler is given what the native call would give it: the same graphs, compilations and guards."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import INSTALLED, need

Array = Any
RNG = np.random.default_rng(2)
X = RNG.normal(size=(8, 10)).astype(np.float32)
Y, Z = RNG.integers(0, 10, 8), RNG.uniform(size=(8, 10)).astype(np.float32)


def our_softmax(x: Array, y: Array) -> Array:
    return xl.softmax_cross_entropy(x, y)


def our_sigmoid(x: Array, z: Array) -> Array:
    return xl.sigmoid_cross_entropy(x, z)


# -- PyTorch


def torch_calls(reduction: str) -> dict[str, tuple[Any, Any, Any]]:
    """Ours, the native call (leaving out no label, as ours does), and the labels."""
    import torch
    import torch.nn.functional as F

    xl.softmax_cross_entropy(
        torch.tensor(X), torch.tensor(Y)
    )  # PyTorch may have come after xlogits
    from xlogits.backends.torch.quick import IGNORE_NOTHING

    def cross_entropy(x: Array, y: Array) -> Array:
        return F.cross_entropy(x, y, reduction=reduction, ignore_index=IGNORE_NOTHING)

    def softmax(x: Array, y: Array) -> Array:
        return xl.softmax_cross_entropy(x, y, reduction=reduction)

    def binary(x: Array, z: Array) -> Array:
        return F.binary_cross_entropy_with_logits(x, z, reduction=reduction)

    def sigmoid(x: Array, z: Array) -> Array:
        return xl.sigmoid_cross_entropy(x, z, reduction=reduction)

    return {
        "softmax": (softmax, cross_entropy, torch.tensor(Y)),
        "sigmoid": (sigmoid, binary, torch.tensor(Z)),
    }


def aot_graphs(function: Callable[..., Array], labels: Array) -> list[list[tuple[str, str, str]]]:
    """The graphs that reach the compiler, forward and backward, as operations on numbered values."""
    import torch
    from functorch.compile import make_boxed_func
    from torch._dynamo.backends.common import aot_autograd

    kept = []

    def keep(module: Any, inputs: Any) -> Any:
        number = {node.name: f"%{i}" for i, node in enumerate(module.graph.nodes)}
        named = re.compile("|".join(sorted(map(re.escape, number), key=len, reverse=True)))
        kept.append(
            [
                (node.op, str(node.target) if node.op == "call_function" else "", text)
                for node in module.graph.nodes
                for text in [named.sub(lambda found: number[found[0]], str(node.args))]
            ]
        )
        return make_boxed_func(module.forward)

    torch._dynamo.reset()
    run = torch.compile(function, backend=aot_autograd(fw_compiler=keep), fullgraph=True)
    run(torch.tensor(X, requires_grad=True), labels).sum().backward()
    return kept


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_torch_graphs_are_the_native_ones(name: str, reduction: str) -> None:
    need("torch")
    ours, native, labels = torch_calls(reduction)[name]
    graphs = aot_graphs(ours, labels)
    assert len(graphs) == 2
    assert graphs == aot_graphs(native, labels)


def test_a_graph_with_more_in_it_is_another() -> None:
    need("torch")
    import torch

    ours, native, labels = torch_calls("none")["softmax"]
    assert aot_graphs(lambda x, y: ours(x, y) * 2, labels) != aot_graphs(native, labels)
    _, dense = torch.tensor(Y), torch.tensor(Z)
    # 0 times infinity is 0: this costs a dense label three operations, which a compiler fuses
    assert aot_graphs(ours, dense) != aot_graphs(native, dense)


@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_torch_export(name: str) -> None:
    need("torch")
    import torch

    ours, native, labels = torch_calls("none")[name]

    def exported(function: Callable[..., Array]) -> list[str]:
        class Module(torch.nn.Module):
            def forward(self, x: Array, y: Array) -> Array:
                return function(x, y)

        program = torch.export.export(Module(), (torch.tensor(X), labels))
        return [f"{node.target} {node.args}" for node in program.graph.nodes]

    assert exported(ours) == exported(native)


def guards(function: Any) -> int:
    """How many conditions a compiled call looks at."""
    from torch._dynamo.eval_frame import _debug_get_cache_entry_list

    (entry,) = _debug_get_cache_entry_list(function.__code__)
    lines = [line.lstrip("| ") for line in str(entry.guard_manager).splitlines()]
    inner = ("+- GuardManager", "+- DictGuardManager", "+- RootGuardManager", "+- KeyValueManager")
    return sum(line.startswith("+- ") and not line.startswith(inner) for line in lines)


@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_torch_compiles_once_and_looks_at_little(name: str) -> None:
    need("torch")
    import torch
    import torch.nn.functional as F

    found = {}
    calls = {
        "softmax": (our_softmax, lambda x, y: F.cross_entropy(x, y, reduction="none"), Y),
        "sigmoid": (our_sigmoid, lambda x, z: F.binary_cross_entropy_with_logits(x, z), Z),
    }[name]
    x, labels = torch.tensor(X), torch.tensor(calls[2])
    xl.softmax_cross_entropy(x, torch.tensor(Y))  # PyTorch may have come after xlogits
    for which, function in zip(("ours", "native"), calls, strict=False):
        torch._dynamo.reset()
        compiled = []

        def count(module: Any, inputs: Any, compiled: list[Any] = compiled) -> Any:
            compiled.append(module)
            return module.forward

        run = torch.compile(function, backend=count, fullgraph=True)
        run(x, labels)
        other_frameworks_are_used()
        xl.softmax_cross_entropy(torch.nn.Parameter(x), torch.tensor(Y))
        run(x, labels)
        assert len(compiled) == 1
        found[which] = guards(function)
    assert found["ours"] <= found["native"] + 4
    assert found["native"] > 10  # they were counted


def other_frameworks_are_used() -> None:
    xl.softmax_cross_entropy(X, Y)
    if "tensorflow" in INSTALLED:
        import tensorflow as tf

        xl.softmax_cross_entropy(tf.constant(X), tf.constant(Y))
        xl.softmax_cross_entropy(tf.Variable(X), tf.constant(Y))
    if "jax" in INSTALLED:
        import jax.numpy as jnp

        xl.softmax_cross_entropy(jnp.asarray(X), jnp.asarray(Y))


# -- TensorFlow


@pytest.mark.parametrize("gradient", [False, True], ids=["value", "gradient"])
@pytest.mark.parametrize("name", ["softmax", "sigmoid"])
def test_tensorflow_graphs_are_the_native_ones(name: str, gradient: bool) -> None:
    need("tensorflow")
    import tensorflow as tf

    ours, native, labels = {
        "softmax": (our_softmax, tf.nn.sparse_softmax_cross_entropy_with_logits, Y),
        "sigmoid": (our_sigmoid, tf.nn.sigmoid_cross_entropy_with_logits, Z),
    }[name]
    x, y = tf.constant(X), tf.constant(labels)

    def whole(function: Callable[..., Array]) -> Callable[..., Array]:
        def run(x: Array, y: Array) -> Array:
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = function(x, y)
            return tape.gradient(loss, x) if gradient else loss

        return run

    one, other = whole(ours), whole(lambda x, y: native(labels=y, logits=x))
    assert tf_operations(one, x, y) == tf_operations(other, x, y)
    assert hlo(one, x, y) == hlo(other, x, y)
    assert hlo(lambda x, y: one(x, y) * 2, x, y) != hlo(other, x, y)


def tf_operations(function: Any, x: Array, y: Array) -> list[str]:
    """The operations of the graph in order; constants aside, of which many are left over."""
    import tensorflow as tf

    graph = tf.function(function).get_concrete_function(x, y).graph
    return [op.type for op in graph.get_operations() if op.type != "Const"]


def hlo(function: Any, x: Array, y: Array) -> str:
    """XLA's program, without the names of functions in it."""
    import tensorflow as tf

    run = tf.function(function, jit_compile=True)
    text = run.experimental_get_compiler_ir(x, y)(stage="optimized_hlo")
    return re.sub(r"metadata=\{[^}]*\}|%?[\w.-]+\.\d+|HloModule.*", "", text)


# -- JAX


def equations(jaxpr: Any) -> Iterator[Any]:
    """Those of a jaxpr and of the functions called in it."""
    for equation in jaxpr.eqns:
        inner = [v for v in equation.params.values() if hasattr(v, "jaxpr") or hasattr(v, "eqns")]
        if not inner:
            yield equation
        for one in inner:
            yield from equations(getattr(one, "jaxpr", one))


def large(function: Any, *arrays: Array) -> list[str]:
    """The operations whose result has the size of the logits."""
    import jax

    both = jax.make_jaxpr(jax.value_and_grad(lambda *a: function(*a).sum()))(*arrays)
    return [
        equation.primitive.name
        for equation in equations(both.jaxpr)
        if any(getattr(v.aval, "size", 0) >= X.size for v in equation.outvars)
    ]


def test_jax_graphs_have_no_more_in_them() -> None:
    """A label out of range is NaN, which optax does not look at; so the small operations differ."""
    need("jax")
    import jax.numpy as jnp
    import optax

    x, y, z = jnp.asarray(X), jnp.asarray(Y), jnp.asarray(Z)
    native = optax.softmax_cross_entropy_with_integer_labels
    assert sorted(large(our_softmax, x, y)) == sorted(large(native, x, y))
    assert large(our_sigmoid, x, z) == large(optax.sigmoid_binary_cross_entropy, x, z)
    assert len(large(lambda x, y: our_softmax(x * 2, y), x, y)) > len(large(native, x, y))
