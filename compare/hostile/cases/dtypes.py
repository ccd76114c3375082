"""Numbers of every kind, where they belong and where they do not."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from compare.hostile.case import SIGMOID, SOFTMAX, As, Case, refused, value
from compare.hostile.cases.arrays import Q, V, W, X, Y, Z
from xlogits.errors import DtypeError

G = "dtypes"
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
HALF = ("float16", "bfloat16")
ODD = ("complex64", "complex128", "float8_e4m3fn", "float8_e5m2")
WORDLESS = ("object", "str", "bytes", "datetime64[s]", "timedelta64[s]", "longdouble", "void")
ELEMENTARY = ("softmax", "log_softmax", "logsumexp", "sigmoid", "log_sigmoid", "softplus", "logit")


def cases() -> Iterator[Case]:
    yield from _logits()
    yield from _labels()
    yield from _weights()
    yield from _precision()


def _of(x: Any, dtype: str) -> As:
    """An array of this dtype in each framework that has it."""
    return As(x, f"dtype {dtype}")


def _logits() -> Iterator[Case]:
    for dtype in (*INTEGERS, "bool", *ODD, *WORDLESS, "int4", "uint4"):
        x = _of(np.abs(Y)[:, None] * np.ones(3, int), dtype)
        yield refused(
            *(G, f"{dtype} logits", DtypeError, ("logits are", "expected", "float32")),
            *(x, Y),
            traced=dtype in ("int64", "bool", "complex64"),
            same=dtype not in WORDLESS,
        )
        yield refused(
            *(G, f"{dtype} logits of events", DtypeError, ("logits are", "expected"), x, Z),
            function=SIGMOID,
            same=dtype not in WORDLESS,
        )
    says = ("packed uint4", "expected", "cast")
    yield refused(
        G, "packed uint4 logits", DtypeError, says, As(X, "packed uint4"), Y, native=False
    )
    yield refused(
        G, "packed uint4 labels", DtypeError, says, X, As(Y, "packed uint4"), native=False
    )
    for dtype in ("int64", "uint8", "bool", "complex64", "float8_e4m3fn", "object", "str"):
        for function in ELEMENTARY:
            x = _of(np.abs(Y)[:, None] * np.ones(3, int), dtype)
            says = ("x are", "expected", "cast it")
            more = {"function": function, "same": dtype != "str"}
            yield refused(G, f"{function} of {dtype}", DtypeError, says, x, **more)


def _labels() -> Iterator[Case]:
    for dtype in (*INTEGERS, "int4", "uint4"):
        has_arithmetic = dtype in INTEGERS
        more = {"traced": has_arithmetic, "native": has_arithmetic}
        yield value(G, f"{dtype} class indexes", X, _of(Y, dtype), **more)
    for dtype in ("bool", "float16", "float32", "float64", "complex64", *WORDLESS[:5]):
        says = ("labels are", "class indexes", "integers")
        same = dtype not in WORDLESS
        yield refused(G, f"{dtype} class indexes", DtypeError, says, X, _of(Y, dtype), same=same)
    whole = np.array([[1, 0, 0], [0, 0, 1]])
    for function in (SOFTMAX, SIGMOID):
        for dtype in ("int8", "uint8", "int64", "bool"):
            name = f"dense {dtype} labels, {function}"
            yield value(G, name, X, _of(whole, dtype), function=function, native=dtype != "bool")
        for dtype in (*HALF, "float32"):
            yield value(G, f"dense {dtype} labels, {function}", X, _of(Q, dtype), function=function)
        for dtype in (*ODD, *WORDLESS[:4], "longdouble"):
            says = ("labels are", "expected")
            name = f"dense {dtype} labels, {function}"
            q = _of(whole, dtype)
            same = dtype not in WORDLESS
            yield refused(G, name, DtypeError, says, X, q, function=function, same=same)


def _weights() -> Iterator[Case]:
    for dtype in ("int64", "uint8", "bool", "complex64", "float8_e4m3fn", "object", "str"):
        for role, function, weight in (
            ("class_weight", SOFTMAX, np.ones(3, int)),
            ("sample_weight", SOFTMAX, np.ones(2, int)),
            ("pos_weight", SIGMOID, np.ones(3, int)),
        ):
            yield refused(
                *(G, f"{dtype} {role}", DtypeError, (role, "expected", "cast")),
                *(X, Y if function == SOFTMAX else Z),
                **{role: _of(weight, dtype), "function": function, "same": dtype != "str"},
            )
    for dtype in (*HALF, "float32"):
        weights = {"class_weight": _of(W, dtype), "sample_weight": _of(V, dtype)}
        yield value(G, f"{dtype} weights of float64 logits", X, Y, **weights)


def _precision() -> Iterator[Case]:
    """The result has the dtype of the logits, whatever else is wider."""
    for dtype in (*HALF, "float32"):
        x = _of(X, dtype)
        yield value(G, f"{dtype} logits", x, Y, traced=True)
        more = {"label_smoothing": 0.1, "reduction": "sum"}
        yield value(G, f"{dtype} logits, float64 weights", x, Y, class_weight=W, **more)
        yield value(G, f"{dtype} logits, float64 labels", x, Q)
        yield value(
            G, f"{dtype} logits of events", x, Z, pos_weight=W, sample_weight=Q, function=SIGMOID
        )
        for function in ("softmax", "logsumexp", "sigmoid", "softplus"):
            yield value(G, f"{function} of {dtype}", x, function=function)
