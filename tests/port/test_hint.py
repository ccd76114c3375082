"""The hint beside what is left: a translation of the call with its own arguments, or nothing."""

from typing import Any

import numpy as np
import pytest

from tests.conftest import need
from tests.port.porting import port_of

HEAD = {
    "torch": "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n",
    "keras": "import keras\n",
}
HEAD = {name: f"from functools import partial\n{text}" for name, text in HEAD.items()}

# what is passed on, how that is called, and the hint
HINTS = [
    (
        *("keras", "torch", "keras.losses.BinaryCrossentropy(from_logits=True)", "{}(z, x)"),
        "F.binary_cross_entropy_with_logits(logits, torch.reshape(labels, logits.shape))",
    ),
    (
        *("keras", "torch", "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        *("{}(y, x)", "F.cross_entropy(logits, labels.long())"),
    ),
    ("torch", "jax", "nn.Softmax(dim=0)", "{}(x)", "jax.nn.softmax(logits, axis=0)"),
    (
        *("torch", "jax", "nn.BCEWithLogitsLoss(reduction='none')", "{}(x, z)"),
        "optax.sigmoid_binary_cross_entropy(logits, labels)",
    ),
    (
        *("torch", "jax", "partial(F.cross_entropy, reduction='sum')", "{}(x, y)"),
        "jnp.sum(optax.softmax_cross_entropy_with_integer_labels(logits, labels))",
    ),
    (
        *("torch", "jax", "partial(nn.MSELoss, reduction='sum')", "{}()(x, z)"),
        "jnp.sum(optax.squared_error(predictions, targets))",
    ),
    ("torch", "jax", "F.logsigmoid", "{}(x)", "jax.nn.log_sigmoid(logits)"),
]
NONE = [
    "nn.BCEWithLogitsLoss(weight=w.cuda())",  # an array of PyTorch
    "nn.CrossEntropyLoss(reduction=how)",
    "nn.Softmax(*how)",
    "partial(F.cross_entropy, x)",
    "partial(F.softmax, dim=1, **how)",
    "checkpoint(F.softmax, x, dim=1)",  # whose argument it is cannot be told
    "Step(loss=F.mse_loss, reduction='sum')",
]


def why(source: str, target: str, passed: str) -> str:
    (left,) = port_of(f"{HEAD[source]}step({passed})\n", source, target).left
    return left.why


@pytest.mark.parametrize(("source", "target", "passed", "call", "hint"), HINTS)
def test_a_hint_has_the_arguments_of_the_call(
    source: str, target: str, passed: str, call: str, hint: str
) -> None:
    assert why(source, target, passed).endswith(f"; called, it is {hint}")


@pytest.mark.parametrize("row", HINTS, ids=lambda row: row[2])
def test_a_hint_gives_the_same_numbers(row: tuple[str, str, str, str, str]) -> None:
    need("torch", "tensorflow", "jax", "optax")
    import jax
    import optax
    import torch

    source, _, passed, call, hint = row
    x = np.array([[2.0, 0.5, -1.0], [0.25, 1.5, 0.5]], np.float32)
    y, z = np.array([0, 2]), np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], np.float32)
    names: dict[str, Any] = {}
    exec(HEAD[source], names)  # our own text
    arrays: dict[str, Any] = {"x": x, "y": y, "z": z}
    if source == "torch":
        arrays = {name: torch.tensor(array) for name, array in arrays.items()}
    wanted = np.asarray(eval(call.format(f"({passed})"), names, arrays))
    given = {"logits": x, "predictions": x, "labels": y if "y" in call else z, "targets": z}
    if source == "torch":
        names = {"jax": jax, "jnp": jax.numpy, "optax": optax}
    else:
        exec(HEAD["torch"], names)
        given = {name: torch.tensor(a) for name, a in given.items()}
    assert np.asarray(eval(hint, names, given)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("passed", NONE)
def test_where_the_arguments_cannot_be_told_there_is_no_hint(passed: str) -> None:
    assert "called, it is" not in why("torch", "jax", passed)


def test_where_a_name_means_one_of_two_functions_there_is_no_hint() -> None:
    """Keras' function averages rows, that of TensorFlow 1 everything."""
    text = "import tensorflow as tf\na = tf.losses.mean_squared_error(x, y)\n"
    (left,) = port_of(text, "tensorflow", "torch").left
    assert "say which" in left.why
    assert "called, it is" not in left.why
