"""TensorFlow: eager, tf.function and XLA, on every device it finds.

A tf.function is traced once for each computation, dtype and number of axes, with the sizes left open.
XLA needs the sizes, so every call is compiled, several of them as one program.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import numpy as np

from xlogits.parity.engines.run import Call, Outcome, Result, each

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with suppress(ImportError):  # loaded after TensorFlow, Triton's library crashes the interpreter
    import_module("triton.knobs")

import tensorflow as tf

tf.get_logger().setLevel("ERROR")  # it warns of every shape and of every old name that is tried

MODES = ("eager", "tf.function", "tf.function(jit_compile=True)")
QUICK, COSTLY = "eager", dict.fromkeys(MODES[1:], 35)


@contextmanager
def keras_in(dtype: str) -> Iterator[None]:
    """Keras' classes computing in another dtype than float32 for a while."""
    before = tf.keras.config.floatx()
    tf.keras.config.set_floatx(dtype)
    try:
        yield
    finally:
        tf.keras.config.set_floatx(before)


def devices() -> list[str]:
    kinds = {"CPU": "cpu", "GPU": "cuda", "TPU": "tpu"}
    return [kinds[kind] for kind in kinds if tf.config.list_physical_devices(kind)]


def dtypes(device: str) -> list[str]:
    return ["float16", "bfloat16", "float32", "float64"]


def array(x: Any, dtype: str, device: str, strided: bool = False) -> tf.Tensor:
    x = np.asarray(x)
    with tf.device("GPU:0" if device == "cuda" else device):
        return tf.constant(x, dtype=dtype if x.dtype.kind == "f" else None)


def numbers(x: tf.Tensor) -> Any:
    return tf.cast(x, tf.float64).numpy()


def run(calls: list[Call], dtype: str, device: str, mode: str) -> list[Result]:
    def arrays(call: Call) -> tuple[dict[str, Any], Any]:
        made = {k: array(v, dtype, device) for k, v in call.operands.items()}
        return made, array(call.cotangent, dtype, device)

    if mode == "eager":
        return each(lambda call: _outcome(_evaluate(call, *arrays(call))), calls)
    if mode == "tf.function":
        return _traced(calls, arrays)
    results: list[Result] = []
    for start in range(0, len(calls), 16):
        some = calls[start : start + 16]
        try:
            results += _xla(some, arrays)
        except Exception:  # one of them does not compile: find out which, one by one
            results += each(lambda call: _xla([call], arrays)[0], some)
    return results


def _traced(calls: list[Call], arrays: Any) -> list[Result]:
    functions: dict[Any, Any] = {}

    def one(call: Call) -> Outcome:
        inputs = arrays(call)
        key = call.identity, call.wrt, tuple((k, x.shape.rank) for k, x in inputs[0].items())
        if key not in functions:
            functions[key] = tf.function(
                lambda operands, cotangent: _evaluate(call, operands, cotangent),
                input_signature=_open_sizes(*inputs),
                autograph=False,
            )
        return _outcome(functions[key](*inputs))

    return each(one, calls)


def _xla(calls: list[Call], arrays: Any) -> list[Outcome]:
    """Several calls compiled as one program: most of what XLA costs, it costs per program."""

    def program(inputs: Any) -> Any:
        return [_evaluate(call, *given) for call, given in zip(calls, inputs, strict=True)]

    compiled = tf.function(program, jit_compile=True, autograph=False)
    return [_outcome(found) for found in compiled([arrays(call) for call in calls])]


def _open_sizes(operands: dict[str, Any], cotangent: Any) -> list[Any]:
    def spec(x: Any) -> Any:
        return tf.TensorSpec([None] * x.shape.rank, x.dtype)

    return [{k: spec(x) for k, x in operands.items()}, spec(cotangent)]


def _evaluate(call: Call, arrays: dict[str, Any], cotangent: Any) -> tuple[Any, dict[str, Any]]:
    leaves = {name: arrays[name] for name in call.wrt}
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        value = call.fn(**arrays)
    if not leaves:
        return value, {}
    cotangent = tf.broadcast_to(tf.cast(cotangent, value.dtype), tf.shape(value))
    grads = tape.gradient(value, leaves, output_gradients=cotangent, unconnected_gradients="zero")
    return value, grads


def _outcome(found: tuple[Any, dict[str, Any]]) -> Outcome:
    value, grads = found
    return Outcome(numbers(value), {k: numbers(g) for k, g in grads.items()}, value.dtype.name)
