"""Keras looks for the logits behind a softmax of its own: such calls are left, in either direction."""

import pytest

from tests.port.porting import choices, port_of
from xlogits.port.document import ported

KERAS = "import keras\nloss = keras.losses.{}(from_logits=True)\n"
TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
SPARSE = "SparseCategoricalCrossentropy"

LEFT = [
    ("keras", "torch", KERAS.format(SPARSE) + "a = loss(y, keras.ops.softmax(x))\n"),
    ("keras", "jax", KERAS.format(SPARSE) + "p = keras.activations.softmax(x)\na = loss(y, p)\n"),
    (
        "keras",
        "torch",
        KERAS.format(SPARSE) + "b = loss(y, x)\na = loss(y, keras.ops.softmax(x))\n",
    ),
    ("keras", "torch", KERAS.format("BinaryCrossentropy") + "a = loss(y, keras.ops.sigmoid(x))\n"),
    (
        *("keras", "torch"),
        (
            "import keras\na = keras.losses.sparse_categorical_crossentropy(\n"
            "    y, keras.ops.softmax(x), from_logits=True)\n"
        ),
    ),
    ("torch", "keras", TORCH + "a = F.cross_entropy(F.softmax(x, dim=1), y)\n"),
    ("torch", "keras", TORCH + "p = torch.softmax(x, 1)\na = nn.CrossEntropyLoss()(p, y)\n"),
    ("torch", "keras", TORCH + "c = nn.CrossEntropyLoss()\na = c(F.softmax(x, dim=1), y)\n"),
    (
        *("tensorflow", "keras"),
        (
            "import tensorflow as tf\n"
            "a = tf.nn.softmax_cross_entropy_with_logits(y, tf.nn.softmax(x))\n"
        ),
    ),
]


@pytest.mark.parametrize(("source", "target", "text"), LEFT)
def test_a_loss_behind_an_activation_is_left(source: str, target: str, text: str) -> None:
    done = port_of(text, source, target)
    assert any("Keras looks for the logits behind it" in change.why for change in done.left)
    assert not ported("x.py", done.after, choices(source, target)).changed


CARRIED = [
    ("keras", "torch", KERAS.format(SPARSE) + "a = loss(y, x)\n"),
    ("keras", "torch", KERAS.format(SPARSE) + "a = loss(y, keras.ops.log_softmax(x))\n"),
    ("keras", "torch", KERAS.format(SPARSE) + "a = loss(y, keras.ops.sigmoid(x))\n"),
    ("keras", "torch", KERAS.format(SPARSE) + "a = loss(y, softmax(x))\n"),
    (
        "keras",
        "torch",
        KERAS.format(SPARSE).replace("True", "False") + "a = loss(y, keras.ops.softmax(x))\n",
    ),
    ("torch", "jax", TORCH + "a = F.cross_entropy(F.softmax(x, dim=1), y)\n"),
    ("torch", "keras", TORCH + "a = F.nll_loss(F.log_softmax(x, dim=1), y)\n"),
    ("torch", "keras", TORCH + "a = F.mse_loss(F.softmax(x, dim=1), y)\n"),
]


@pytest.mark.parametrize(("source", "target", "text"), CARRIED)
def test_what_nobody_looks_behind_is_carried(source: str, target: str, text: str) -> None:
    done = port_of(text, source, target)
    assert done.changes
    assert not done.left
