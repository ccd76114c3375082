"""Options with values that nobody expects."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from compare.hostile.case import SIGMOID, Case, refused, value
from compare.hostile.cases.arrays import Q, V, W, X, Y, Z
from xlogits.errors import BackendError, DtypeError, OptionError, ShapeError

G = "options"
WORDS = ("avg", "Mean", "", " mean", "batchmean", "NONE", None, True, 1, 0.5, b"mean", ["mean"])
SMOOTHINGS: tuple[Any, ...] = (
    *(-0.1, 1.5, np.nan, np.inf, -np.inf, "0.1", None, True, 1j, 10**5000, [0.1]),
    *(Fraction(1, 10), np.array([0.1]), np.float64("nan")),
)
AXES: tuple[Any, ...] = (1.0, "last", "1", True, False, (), [], (1, 1), (0, -2), (0, 1.0), {}, 1j)


def cases() -> Iterator[Case]:
    yield from _reduction()
    yield from _smoothing()
    yield from _axis()
    yield from _ignore_index()
    yield from _weights()


def _reduction() -> Iterator[Case]:
    says = ("reduction is", "expected one of", "'mean_over_items'")
    for word in (*WORDS, np.array(["sum", "mean"]), ("sum",), {"sum": 1}):
        name = f"reduction {_short(word)}"
        yield refused(
            G,
            name,
            OptionError,
            says,
            X,
            Y,
            options={"reduction": word},
            traced=name.endswith("'avg'"),
        )
        yield refused(
            *(G, f"{name} of events", OptionError, says, X, Z),
            options={"reduction": word},
            function=SIGMOID,
        )
    for role, given in {
        "sample_weight": V,
        "class_weight": W,
        "sample_weight, a number": 1.0,
    }.items():
        options = {role.partition(",")[0]: given, "reduction": "mean"}
        says = ("reduction is 'mean'", role.partition(",")[0], "mean_over_items")
        yield refused(G, f"plain mean with {role}", OptionError, says, X, Y, **options)


def _smoothing() -> Iterator[Case]:
    for given in SMOOTHINGS:
        says = ("label_smoothing is", "expected a number from 0 to 1")
        options = {"options": {"label_smoothing": given}}
        name = f"label_smoothing {_short(given)}"
        yield refused(G, name, OptionError, says, X, Y, **options, traced=name.endswith("-0.1"))
        yield refused(G, f"{name} of events", OptionError, says, X, Z, **options, function=SIGMOID)
    for given in (0, 1, 1.0, 0.5, np.float32(0.5), np.float64(0.25), np.int64(0)):
        name = f"label_smoothing {given!r}"
        yield value(G, name, X, Y, options={"label_smoothing": given})
        yield value(
            G, f"{name} of events", X, Z, options={"label_smoothing": given}, function=SIGMOID
        )


def _axis() -> Iterator[Case]:
    for axis in AXES:
        says = ("axis is", "expected")
        for function, labels in (
            ("softmax_cross_entropy", (Q,)),
            ("softmax", ()),
            ("logsumexp", ()),
        ):
            name = f"axis {_short(axis)}, {function}"
            options = {"options": {"axis": axis}, "function": function}
            yield refused(G, name, OptionError, says, X, *labels, **options)
        name = f"axis {_short(axis)} of events"
        options = {"options": {"axis": axis}, "function": SIGMOID}
        yield refused(G, name, OptionError, says, X, Z, **options)
    for axis in (2, -3, 99):
        says = (f"axis is {axis}", "2 axes")
        yield refused(G, f"axis {axis}", ShapeError, says, X, Y, axis=axis, traced=axis == 2)
        yield refused(
            G, f"axis {axis} of events", ShapeError, says, X, Z, axis=axis, function=SIGMOID
        )
    for axis in (np.int64(1), np.int32(-1), None, (0, 1), (1, 0), 0):
        name = f"axis {axis!r}"
        yield value(G, f"{name}, dense", X, Q, options={"axis": axis})
        yield value(G, f"{name}, softmax", X, options={"axis": axis}, function="softmax")
    for given in ("no", None, np.array([True, False]), 2.0, "False"):
        says = ("keepdims is", "True or False")
        options = {"options": {"keepdims": given}, "function": "logsumexp"}
        yield refused(G, f"keepdims {_short(given)}", OptionError, says, X, **options)
    yield value(G, "keepdims np.True_", X, keepdims=np.True_, function="logsumexp")


def _ignore_index() -> Iterator[Case]:
    for given in (1.0, 1.5, "1", True, np.nan, [1], np.array([1, 2]), np.float64(2)):
        says = ("ignore_index is", "expected an integer")
        options = {"options": {"ignore_index": given}}
        yield refused(G, f"ignore_index {_short(given)}", OptionError, says, X, Y, **options)
    for given in (np.int64(2), np.int8(-1), 10**5000, -(10**30)):
        name = f"ignore_index {_short(given)}"
        yield value(G, name, X, Y, options={"ignore_index": given}, native=False)
    says = ("ignore_index is -100", "class indexes")
    yield refused(G, "ignore_index with dense labels", OptionError, says, X, Q, ignore_index=-100)


def _weights() -> Iterator[Case]:
    for given in ("balanced", {0: 1.0}, True, 1j, object()):
        for role, labels, function in (
            ("class_weight", Y, "softmax_cross_entropy"),
            ("sample_weight", Y, "softmax_cross_entropy"),
            ("pos_weight", Z, SIGMOID),
        ):
            says = (f"{role} is a", "expected an array", "numpy.asarray")
            options = {"options": {role: given}, "function": function}
            name = f"{role} is a {type(given).__name__}"
            yield refused(G, name, BackendError, says, X, labels, **options)
    for role, labels, function, numbers in (
        ("class_weight", Y, "softmax_cross_entropy", [1.0, 2.0, 3.0]),
        ("sample_weight", Y, "softmax_cross_entropy", [0.5, 2.0]),
        ("pos_weight", Z, SIGMOID, [1.0, 2.0, 3.0]),
    ):
        for given in (numbers, tuple(numbers)):
            meant = (function, (X, labels), {role: np.array(numbers)})
            options = {"options": {role: given}, "function": function, "meant": meant}
            name = f"{role} is a {type(given).__name__}"
            yield value(G, name, X, labels, native=False, **options)
        says = (f"{role}[0] is 'a'", "expected a number")
        options = {"options": {role: ["a"]}, "function": function, "native": False}
        yield refused(G, f"{role} is a list of texts", DtypeError, says, X, labels, **options)
    for role, labels, function in (
        ("sample_weight", Y, "softmax_cross_entropy"),
        ("pos_weight", Z, SIGMOID),
    ):
        for given in (10**400, -(10**400), 10**5000):
            says = (role, "bits", "fits float64")
            options = {"options": {role: given}, "function": function}
            name = f"{role} is {_short(given)}"
            yield refused(G, name, OptionError, says, X, labels, **options)
        options = {"options": {role: 10**30}, "function": function}
        yield value(G, f"{role} is 10**30", X, labels, **options)
    options = {"class_weight": None, "sample_weight": None, "ignore_index": None}
    yield value(G, "None for what is not given", X, Y, options=options)


def _short(given: Any) -> str:
    """A name that holds no address and no five thousand digits."""
    if isinstance(given, int) and given.bit_length() > 64:
        return f"{'-' * (given < 0)}an integer of {given.bit_length()} bits"
    if isinstance(given, np.ndarray):
        return f"array of {given.size}"
    return repr(given)
