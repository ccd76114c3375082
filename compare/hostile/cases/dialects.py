"""Other frameworks' names: on foreign arrays they refuse what their original answers in silence.

On its own framework's arrays a dialect is the original, whatever that does; those cells are left out.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from compare.hostile.case import As, Case, refused, value
from compare.hostile.cases.arrays import WIDE, Q, V, W, X, Y, Z
from xlogits.errors import BackendError, DtypeError, LabelError, OptionError, ShapeError

G = "dialects"
TORCH = "dialects.torch.nn.functional.cross_entropy"
BINARY = "dialects.torch.nn.functional.binary_cross_entropy_with_logits"
SPARSE = "dialects.tensorflow.nn.sparse_softmax_cross_entropy_with_logits"
DENSE = "dialects.tensorflow.nn.softmax_cross_entropy_with_logits"
EVENTS = "dialects.tensorflow.nn.sigmoid_cross_entropy_with_logits"
OPTAX = "dialects.optax.softmax_cross_entropy_with_integer_labels"
OPTAX_DENSE = "dialects.optax.softmax_cross_entropy"
OPTAX_EVENTS = "dialects.optax.sigmoid_binary_cross_entropy"
KERAS = "dialects.keras.losses.sparse_categorical_crossentropy"
LIST = [[1.0, 2.0, 3.0]]


def cases() -> Iterator[Case]:
    for function, order in (
        (TORCH, lambda x, y: {"input": x, "target": y}),
        (SPARSE, lambda x, y: {"logits": x, "labels": y}),
        (OPTAX, lambda x, y: {"logits": x, "labels": y}),
        (KERAS, lambda x, y: {"y_true": y, "y_pred": x, "from_logits": True}),
    ):
        yield from _index(function, order)
    for function in (DENSE, OPTAX_DENSE, EVENTS, OPTAX_EVENTS):
        yield from _broadcast(function)
    yield from _torch_options()


def _index(function: str, order: Any) -> Iterator[Case]:
    last = function.rpartition(".")[2]
    for label in (-1, 3, 2**40):
        y = np.array([0, label])
        says = (f"label {label} ", "0 to 2")
        options = {"options": order(X, y), "function": function}
        yield refused(G, f"{last}, label {label}", LabelError, says, **options)
    y = np.array([-1, 3], np.int8)
    options = {"options": order(WIDE, y), "function": function}
    yield refused(
        G, f"{last}, int8 label -1 of 300", LabelError, ("label -1 ", "0 to 299"), **options
    )
    for name, error, says, x, labels in (
        ("labels (3,)", ShapeError, ("(3,)", "(2,)"), X, np.zeros(3, int)),
        ("no classes", ShapeError, ("no classes",), X[:, :0], Y),
        ("a list", BackendError, ("logits is a list",), LIST, Y),
        ("labels None", OptionError, ("needs", "it is None"), X, None),
        ("integer logits", DtypeError, ("logits are int64",), Y[:, None] * np.ones(3, int), Y),
    ):
        options = {"options": order(x, labels), "function": function}
        yield refused(G, f"{last}, {name}", error, says, **options)


def _broadcast(function: str) -> Iterator[Case]:
    last = function.rpartition(".")[2]
    for shape in ((1, 3), (3,), (2, 1)):
        options = {"options": {"logits": X, "labels": np.full(shape, 0.5)}, "function": function}
        says = (str(shape), "(2, 3)")
        yield refused(G, f"{last}, labels {shape} broadcast", ShapeError, says, **options)
    options = {"options": {"logits": X, "labels": As(Q, "dtype complex64")}, "function": function}
    yield refused(G, f"{last}, complex labels", DtypeError, ("complex64",), **options)


def _torch_options() -> Iterator[Case]:
    for smoothing in (-0.1, 1.5, np.nan):
        says = ("label_smoothing is", "0 to 1")
        options = {"options": {"label_smoothing": smoothing}, "function": TORCH}
        yield refused(
            G, f"cross_entropy, label_smoothing {smoothing}", OptionError, says, X, Y, **options
        )
    y = np.array([-100, 2])
    yield value(
        *(G, "cross_entropy, -100 is left out", X, y),
        options={"reduction": "none"},
        function=TORCH,
        meant=("softmax_cross_entropy", (X, y), {"ignore_index": -100}),
    )
    byte = np.array([156, 3], np.uint8)
    yield value(
        *(G, "cross_entropy, uint8 label 156, which wraps to -100", WIDE, byte),
        options={"reduction": "none"},
        function=TORCH,
        meant=("softmax_cross_entropy", (WIDE, byte), {}),
    )
    options = {"options": {"weight": np.ones(4)}, "function": TORCH}
    yield refused(G, "cross_entropy, weight (4,)", ShapeError, ("(4,)", "(3,)"), X, Y, **options)
    options = {"options": {"weight": As(W, "dtype int64")}, "function": TORCH}
    yield refused(G, "cross_entropy, integer weight", DtypeError, ("int64",), X, Y, **options)
    options = {"function": BINARY}
    yield refused(
        G,
        "with logits, (2, 1) against (2,)",
        ShapeError,
        ("(2, 1)", "(2,)"),
        V[:, None],
        V,
        **options,
    )
    options = {"options": {"pos_weight": np.ones(2)}, "function": BINARY}
    yield refused(
        G, "with logits, pos_weight (2,)", ShapeError, ("(2,)", "(2, 3)"), X, Z, **options
    )
