"""What holds the numbers: lists, views, masks, variables, other frameworks, nothing at all."""

import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from compare.hostile.case import SIGMOID, SOFTMAX, As, Case, refused, value
from compare.hostile.cases.arrays import Q, V, W, X, Y, Z
from xlogits.errors import BackendError, DtypeError, RangeError, ShapeError, XlogitsError

G = "containers"
NO_ARRAYS: dict[str, Any] = {
    "None": None,
    "a complex number": 1j,
    "a string": "logits",
    "bytes": b"logits",
    "a dictionary": {"logits": 1.0},
    "a set": {1.0},
    "a range": range(3),
    "a generator": iter([1.0]),
    "array.array": array.array("d", [1.0]),
    "a memoryview": memoryview(b"abc"),
    "an object": object(),
    "a class": np.ndarray,
    "a function": np.asarray,
}
# lists and numbers that cannot be an array: the error, words of the message
BAD_LISTS: dict[str, tuple[Any, type[XlogitsError], str]] = {
    "an empty list": ([], ShapeError, "empty list"),
    "rows of two lengths": ([[1.0, 2.0], [3.0]], ShapeError, "rows of 1 and of 2"),
    "a row beside a number": ([[1.0], 2.0], ShapeError, "side by side"),
    "a list of None": ([[1.0, None]], DtypeError, "is None; expected a number"),
    "a list of texts": (["a"], DtypeError, "is 'a'; expected a number"),
    "a list of objects": ([object()], DtypeError, "is a object; expected a number"),
    "a list of complex numbers": ([1j], DtypeError, "is a complex; expected a number"),
    "a list of huge integers": ([10**400], RangeError, "of 1329 bits; expected"),
    "a list of arrays": ([X[0], X[1]], BackendError, "is a list of NumPy arrays"),
}
FUNCTIONS = ("softmax", "sigmoid", "logsumexp", "logit")

# views and kinds of arrays with the same numbers: the value is the same too
SAME = (
    *(
        "read-only",
        "Fortran order",
        "negative strides",
        "gaps",
        "big-endian",
        "broadcast",
        "memmap",
    ),
    *("subclass", "requires_grad", "Parameter", "transposed", "expanded", "imaginary view"),
    *("inference", "Variable", "Variable of open sizes", "sharded"),
)
# kinds that must be refused: the form, words of the message
OTHER = {
    "masked array": ("masked array", "filled"),
    "numpy.matrix": ("numpy.matrix", "numpy.asarray"),
    "sparse COO": ("sparse_coo", "to_dense"),
    "sparse CSR": ("sparse_csr", "to_dense"),
    "nested": ("nested", "to_padded_tensor"),
    "jagged": ("nested", "to_padded_tensor"),
    "quantized": ("quantized", "dequantize"),
    "MaskedTensor": ("MaskedTensor", "get_data"),
    "RaggedTensor": ("RaggedTensor", "to_tensor"),
    "SparseTensor": ("SparseTensor", "tf.sparse.to_dense"),
    "IndexedSlices": ("IndexedSlices", "tf.convert_to_tensor"),
    "KerasTensor": ("KerasTensor", "expected an array"),
    "Keras variable": ("Variable", ".value"),
    "TensorArray": ("TensorArray", "expected an array"),
    "Dataset": ("Dataset", "expected an array"),
    "random keys": ("key<", "no numbers"),
    "ShapeDtypeStruct": ("ShapeDtypeStruct", "expected an array"),
    "deleted": ("deleted", "donated"),
    "pandas.Series": ("Series", "to_numpy"),
    "pandas.DataFrame": ("DataFrame", "to_numpy"),
}
FLAT_HAS_NONE = (
    *("sparse CSR", "IndexedSlices", "numpy.matrix", "pandas.DataFrame", "nested", "jagged"),
    "RaggedTensor",
)


def cases() -> Iterator[Case]:
    for name, given in NO_ARRAYS.items():
        says = ("expected an array", "numpy.asarray")
        yield refused(G, f"logits: {name}", BackendError, ("logits is", *says), given, Y)
        yield refused(G, f"labels: {name}", BackendError, ("labels is", *says), X, given)
        more = {"function": SIGMOID}
        yield refused(
            G, f"labels of events: {name}", BackendError, ("labels is", *says), X, given, **more
        )
        for function in FUNCTIONS:
            yield refused(
                G, f"{function} of {name}", BackendError, ("x is", *says), given, function=function
            )
    yield from _lists()
    yield from _same()
    yield from _other()
    yield from _mixed()


def _lists() -> Iterator[Case]:
    """Of a framework's array beside them, in float64; the reference is that of the arrays."""
    soft, meant = {"dtype": "float64", "native": False}, (SOFTMAX, (X, Y), {})
    for name, make in (("a list", np.ndarray.tolist), ("a tuple", lambda x: tuple(x.tolist()))):
        yield value(G, f"logits: {name}", make(X), Y, meant=meant, **soft)
        yield value(G, f"labels: {name}", X, make(Y), meant=meant, **soft)
        dense = (SOFTMAX, (X, Q), {})
        yield value(G, f"dense labels: {name}", X, make(Q), meant=dense, **soft)
        events = (SIGMOID, (X, Z), {})
        more = {"function": SIGMOID, "meant": events, **soft}
        yield value(G, f"labels of events: {name}", X, make(Z), **more)
    says = ("logits is a bool", "expected an array")
    yield refused(G, "logits: a bool", BackendError, says, True, Y, native=False)
    for name, number in (("a number", 3.0), ("an integer", 3), ("a bool", True)):
        if number is not True:
            says = ("logits are a single number", "at least one axis")
            yield refused(G, f"logits: {name}", ShapeError, says, number, Y, native=False)
        says = ("labels have shape ()", "(2, 3)")
        more = {"function": SIGMOID, "native": False}
        yield refused(G, f"labels of events: {name}", ShapeError, says, X, number, **more)
    for name, (given, error, words) in BAD_LISTS.items():
        yield refused(G, f"logits: {name}", error, ("logits", words), given, Y, native=False)
        yield refused(G, f"labels: {name}", error, ("labels", words), X, given, native=False)


def _same() -> Iterator[Case]:
    for form in SAME:
        yield value(G, f"logits: {form}", As(X, form), Y)
        yield value(G, f"dense labels: {form}", X, As(Q, form))
        weights = {"pos_weight": As(W, form), "sample_weight": As(Q, form)}
        name = f"labels and weights of events: {form}"
        yield value(G, name, As(X, form), As(Z, form), **weights, function=SIGMOID)
        yield value(
            G, f"weights: {form}", X, Y, class_weight=As(W, form), sample_weight=As(V, form)
        )
        if form not in ("requires_grad", "Parameter", "imaginary view"):
            yield value(G, f"class indexes: {form}", X, As(Y, form), ignore_index=2)
        for function in ("softmax", "logsumexp", "sigmoid"):
            yield value(G, f"{function} of: {form}", As(X, form), function=function)
    for form in ("meta", "fake"):
        more = {"shape_only": True, "native": False}
        yield value(G, f"logits and labels: {form}", As(X, form), As(Y, form), **more)
        yield value(G, f"softmax of: {form}", As(X, form), function="softmax", **more)


def _other() -> Iterator[Case]:
    for form, says in OTHER.items():
        more = {"native": form not in ("KerasTensor", "Dataset", "TensorArray")}
        error = BackendError
        yield refused(G, f"logits: {form}", error, ("logits is", *says), As(X, form), Y, **more)
        yield refused(G, f"labels: {form}", error, ("labels is", *says), X, As(Q, form), **more)
        weight = {"sample_weight": As(V, form), **more}
        if form not in FLAT_HAS_NONE:
            yield refused(G, f"weights: {form}", error, ("sample_weight is", *says), X, Y, **weight)
        yield refused(
            G,
            f"softmax of: {form}",
            error,
            ("x is", *says),
            As(X, form),
            function="softmax",
            **more,
        )


def _mixed() -> Iterator[Case]:
    more = {"same": False}
    says = ("is a", "array and", "one framework", "convert")
    for form in ("NumPy", "PyTorch", "TensorFlow", "JAX"):
        for role, args, options in (
            ("labels", (X, As(Y, f"of {form}")), {}),
            ("dense labels", (X, As(Q, f"of {form}")), {}),
            ("logits", (As(X, f"of {form}"), Y), {}),
            ("class_weight", (X, Y), {"class_weight": As(W, f"of {form}")}),
            ("sample_weight", (X, Y), {"sample_weight": As(V, f"of {form}")}),
        ):
            yield refused(
                G, f"{role} of {form}", BackendError, says, *args, options=options, **more
            )
    says = ("logits is on cpu", "labels is on meta", "one device")
    yield refused(G, "labels on another device", BackendError, says, X, As(Y, "meta"), native=False)
