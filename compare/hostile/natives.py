"""The framework's own function in the same place: of PyTorch, TensorFlow, optax, and Keras for NumPy.

None where it has no such option, or no such function: there is nothing to compare.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from compare.hostile.arrays import make, options_of
from compare.hostile.case import SIGMOID, SOFTMAX, Case
from compare.hostile.running import Outcome, outcome

OWNERS = {"numpy": "Keras", "torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "optax, JAX"}
Call = Callable[[], Any]
TORCH_WORDS = {"mean_over_items": "mean", "mean_over_class_weight": "mean"}


def run(case: Case, framework: str) -> Outcome | None:
    """What the native function does with the same arguments."""
    if not case.native:
        return None
    args = [make(framework, given) for given in case.args]
    options = options_of(framework, case.options)
    try:
        found = _call(case.function, framework, args, options)
    except (TypeError, ValueError):  # an option that cannot even be compared with the ones it has
        return None
    return None if found is None else outcome(framework, found)


def _call(function: str, framework: str, args: list[Any], options: dict[str, Any]) -> Call | None:
    if function in (SOFTMAX, SIGMOID):
        kind = {"numpy": _keras, "torch": _torch, "tensorflow": _tensorflow, "jax": _optax}
        return kind[framework](function, *args, **options)
    if "." in function:
        return None
    return _elementary(function, framework, args, options)


def _dense(x: Any, y: Any) -> bool:
    try:
        return np.ndim(y) == np.ndim(x) and np.ndim(x) > 0
    except Exception:  # it is no array at all
        return getattr(getattr(y, "shape", None), "__len__", lambda: 1)() > 1


def _torch(function: str, x: Any, y: Any, **options: Any) -> Call | None:
    functional = importlib.import_module("torch.nn.functional")
    axis, words = options.pop("axis", -1), options.pop("reduction", "none")
    words = TORCH_WORDS.get(words, words) if isinstance(words, str) else words
    if axis != -1 or (isinstance(words, str) and words.startswith("mean_over")):
        return None
    if function == SIGMOID:
        names = {"pos_weight": "pos_weight", "sample_weight": "weight"}
        native = functional.binary_cross_entropy_with_logits
    else:
        names = {k: k for k in ("ignore_index", "label_smoothing")} | {"class_weight": "weight"}
        native = functional.cross_entropy
    named = {names.get(k): v for k, v in options.items() if v is not None}
    return None if None in named else lambda: native(x, y, reduction=words, **named)


def _tensorflow(function: str, x: Any, y: Any, **options: Any) -> Call | None:
    nn = importlib.import_module("tensorflow").nn
    if options.pop("reduction", "none") != "none":
        return None
    options = {k: v for k, v in options.items() if v is not None}
    if function == SIGMOID:
        weight = options.pop("pos_weight", None)
        if options:
            return None
        if weight is None:
            return lambda: nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)
        return lambda: nn.weighted_cross_entropy_with_logits(y, x, weight)
    if _dense(x, y) and set(options) <= {"axis"}:
        return lambda: nn.softmax_cross_entropy_with_logits(y, x, **options)
    if options:
        return None
    return lambda: nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)


def _optax(function: str, x: Any, y: Any, **options: Any) -> Call | None:
    try:
        optax = importlib.import_module("optax")
    except ImportError:
        return None
    if options.pop("reduction", "none") != "none":
        return None
    options = {k: v for k, v in options.items() if v is not None}
    if function == SIGMOID:
        return None if options else lambda: optax.sigmoid_binary_cross_entropy(x, y)
    if not set(options) <= {"axis"}:
        return None
    if _dense(x, y):
        return lambda: optax.softmax_cross_entropy(x, y, **options)
    return lambda: optax.softmax_cross_entropy_with_integer_labels(x, y, **options)


def _keras(function: str, x: Any, y: Any, **options: Any) -> Call | None:
    try:
        keras = importlib.import_module("keras")
    except ImportError:
        return None
    if options.pop("reduction", "none") != "none":
        return None
    names = {"axis": "axis", "ignore_index": "ignore_class"}
    dense = {"axis": "axis", "label_smoothing": "label_smoothing"}
    if function == SIGMOID:
        ops = keras.ops
        return None if options else lambda: ops.binary_crossentropy(y, x, from_logits=True)
    allowed = dense if _dense(x, y) else names
    named = {allowed.get(k): v for k, v in options.items() if v is not None}
    if None in named:
        return None
    losses = keras.losses
    native = (
        losses.categorical_crossentropy if _dense(x, y) else losses.sparse_categorical_crossentropy
    )
    return lambda: native(y, x, from_logits=True, **named)


def _elementary(
    function: str, framework: str, args: list[Any], options: dict[str, Any]
) -> Call | None:
    homes = {
        "numpy": "keras.ops",
        "torch": "torch.nn.functional",
        "tensorflow": "tensorflow.math",
        "jax": "jax.nn",
    }
    renamed = {
        ("torch", "log_sigmoid"): "torch.nn.functional.logsigmoid",
        ("torch", "logsumexp"): "torch.logsumexp",
        ("torch", "logit"): "torch.logit",
        ("tensorflow", "logsumexp"): "tensorflow.reduce_logsumexp",
        ("tensorflow", "softmax"): "tensorflow.nn.softmax",
        ("tensorflow", "log_softmax"): "tensorflow.nn.log_softmax",
        ("jax", "logit"): "jax.scipy.special.logit",
    }
    home, _, name = renamed.get((framework, function), f"{homes[framework]}.{function}").rpartition(
        "."
    )
    try:
        native = getattr(importlib.import_module(home), name, None)
    except ImportError:
        native = getattr(importlib.import_module("tensorflow").math, name, None)
    if native is None:
        return None
    if framework == "torch" and function in ("softmax", "log_softmax", "logsumexp"):
        options = {"dim": options.get("axis", -1)} | {
            k: v for k, v in options.items() if k != "axis"
        }
        options = {"keepdim" if k == "keepdims" else k: v for k, v in options.items()}
    if framework != "torch" and function == "logsumexp":
        options = {"axis": -1} | options
    return lambda: native(*args, **options)
