"""TensorFlow: eager, tf.function and XLA, on every device it finds.

A tf.function is traced once for each computation, dtype and number of axes, with the sizes left open.
XLA needs the sizes, so a group of computations is compiled as one program for each set of shapes.
"""

import os
from typing import Any

import numpy as np

from xlogits.parity.engines.run import Call, Outcome, Result, each

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import tensorflow as tf

MODES = ("eager", "tf.function", "tf.function(jit_compile=True)")
QUICK, COSTLY = "eager", frozenset(MODES[1:])


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
    functions: dict[Any, Any] = {}

    def one(call: Call) -> Outcome:
        arrays = {k: array(v, dtype, device) for k, v in call.operands.items()}
        cotangent = array(call.cotangent, dtype, device)
        if mode == "eager":
            return _outcome(_evaluate(call, arrays, cotangent))
        key: tuple[Any, ...] = (
            call.identity,
            tuple((k, x.shape.rank) for k, x in arrays.items()),
            call.wrt,
        )
        if mode != "tf.function":
            key = *key, tuple(tuple(x.shape) for x in arrays.values())
        if key not in functions:
            functions[key] = tf.function(
                lambda arrays, cotangent: _evaluate(call, arrays, cotangent),
                input_signature=_signature(arrays, cotangent, mode == "tf.function"),
                jit_compile=mode != "tf.function",
                autograph=False,
            )
        return _outcome(functions[key](arrays, cotangent))

    return each(one, calls)


def _signature(arrays: dict[str, Any], cotangent: Any, open_sizes: bool) -> list[Any]:
    def spec(x: Any) -> Any:
        return tf.TensorSpec([None] * x.shape.rank if open_sizes else x.shape, x.dtype)

    return [{k: spec(x) for k, x in arrays.items()}, spec(cotangent)]


def _evaluate(call: Call, arrays: dict[str, Any], cotangent: Any) -> tuple[Any, dict[str, Any]]:
    leaves = {name: arrays[name] for name in call.wrt}
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        value = call.fn(**arrays)
    if not leaves:
        return value, {}
    grads = tape.gradient(
        value,
        leaves,
        output_gradients=tf.cast(cotangent, value.dtype),
        unconnected_gradients="zero",
    )
    return value, grads


def _outcome(found: tuple[Any, dict[str, Any]]) -> Outcome:
    value, grads = found
    return Outcome(numbers(value), {k: numbers(g) for k, g in grads.items()}, value.dtype.name)
