"""A call and what is written for it, both run on the same arrays in the real frameworks."""

import importlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

import xlogits as xl
from tests.conftest import framework, need
from xlogits.frameworks import FRAMEWORKS
from xlogits.translation import Translation, imports_of
from xlogits.translation.call import parse

Array = Any
TARGETS = ("torch", "tensorflow", "keras", "jax", "numpy")


@dataclass(frozen=True, eq=False)
class Row:
    """A call, and arrays that somebody brings.

    `breaks` are words of `ASSUMED` that do not hold for these arrays: a translation that says so need
    not give what the original gives. `right` is the value of the original, where it is known from
    elsewhere. `refused` are targets for which there may be no translation. `closed` says that Keras'
    own function does not run where sizes are open.
    """

    source: str
    arrays: dict[str, Any] = field(repr=False)
    right: Any = None
    breaks: frozenset[str] = frozenset()
    refused: tuple[str, ...] = ()
    ndim: int | None = None
    labels: str | None = None
    targets: tuple[str, ...] = TARGETS
    note: str = ""
    closed: bool = False

    def __str__(self) -> str:
        return f"{self.source} {self.note}".strip()


def home(name: str) -> str:
    return FRAMEWORKS[name].home


def arrays_of(name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    """Arrays of a framework: floats are float32, integers int64 only where nothing else is taken."""
    made = framework(home(name))
    found = {}
    for key, value in arrays.items():
        if not isinstance(value, np.ndarray):
            found[key] = value
        elif value.dtype.kind == "f":
            found[key] = made.array(value, "float32")
        else:
            wide = value.dtype == np.int64 and home(name) not in ("torch", "numpy")
            found[key] = made.array(value.astype(np.int32) if wide else value)
    return found


def evaluated(text: str, name: str, arrays: dict[str, Any]) -> Array:
    """What an expression gives on arrays of a framework."""
    need(*{home(name), name})
    names: dict[str, Any] = {}
    for line in imports_of(text):
        exec(line, names)  # the lines that xlogits writes itself
    return framework(home(name)).numbers(eval(text, names, arrays_of(name, arrays)))


@cache
def original(row: Row) -> Array:
    native = parse(row.source).native
    need(native.framework)
    importlib.import_module(native.framework)
    return np.asarray(evaluated(row.source, native.framework, row.arrays))


def translation(row: Row, target: str) -> Translation:
    return xl.translate(row.source, target, ndim=row.ndim, labels=row.labels)


def agrees(row: Row, target: str, text: str) -> bool:
    """Whether a text gives what the original gives, in value and shape."""
    found, wanted = np.asarray(evaluated(text, target, row.arrays)), original(row)
    return found.shape == wanted.shape and bool(
        np.allclose(found, wanted, rtol=2e-5, atol=2e-6, equal_nan=True)
    )


def hold(row: Row, target: str) -> None:
    """Raise unless the written form gives what the original gives, or says what does not hold."""
    written = translation(row, target)
    if not written.source:
        assert target in row.refused, written.why_not
        return
    assert target not in row.refused
    if row.breaks & set(written.assumptions):
        return
    assert agrees(row, target, written.source), written.source


def agrees_where_open(row: Row, target: str, text: str) -> bool:
    """Whether a text gives the same in a `tf.function` that knows no size of any array."""
    need("tensorflow")
    import tensorflow as tf

    arrays = arrays_of(target, row.arrays)
    names: dict[str, Any] = {}
    for line in imports_of(text):
        exec(line, names)
    tensors = {key: array for key, array in arrays.items() if isinstance(array, tf.Tensor)}
    rest = {key: array for key, array in arrays.items() if key not in tensors}
    signature = [tf.TensorSpec([None] * t.shape.rank, t.dtype) for t in tensors.values()]

    @tf.function(input_signature=signature, autograph=False)
    def graph(*given: Any) -> Any:
        return eval(text, names, rest | dict(zip(tensors, given, strict=True)))

    found, wanted = graph(*tensors.values()).numpy(), original(row)
    return found.shape == wanted.shape and bool(
        np.allclose(found, wanted, rtol=2e-5, atol=2e-6, equal_nan=True)
    )


def hold_where_open(row: Row, target: str) -> None:
    """Raise unless what is written runs where sizes are open, or says what does not hold."""
    written = translation(row, target)
    itself = written.native == parse(row.source).native.name
    if written.source and not itself and not row.breaks & set(written.assumptions):
        assert agrees_where_open(row, target, written.source), written.source
