"""The inputs on which the natives lose digits, each in every dtype that can hold it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.precision import FORMATS

Array = Any
LARGE = 128_256  # the vocabulary of a language model of today


class Case(NamedTuple):
    """Logits that the dtype holds exactly, and labels: `dense` ones, and class `indexes` of rows.

    Elementwise functions have no indexes. What is infinite here is a mask.
    """

    name: str
    logits: Array
    dense: Array
    indexes: Array | None = None


def rounded(x: Array, dtype: str) -> Array:
    """The nearest numbers of this dtype, as float64."""
    x = np.asarray(x, np.float64)
    unit = np.where(np.isfinite(x), ulp(x, dtype), 1.0)
    return np.round(x / unit) * unit


def ulp(x: Array, dtype: str) -> Array:
    """The distance between neighbours of the dtype around x; of zero, the smallest number."""
    bits, low, _ = FORMATS[dtype]
    _, exponent = np.frexp(np.where(np.isfinite(x), x, 1.0))
    exponent = np.where(x == 0, low, np.maximum(exponent - 1, low))
    unit: Array = np.ldexp(1.0, exponent - bits + 1)
    return unit


def rows(dtype: str, large: bool = False) -> Iterator[Case]:
    """Rows of classes."""
    rng = np.random.default_rng(20)
    for name, make, shape in _ROWS:
        x = make(rng, rng.normal(size=shape))
        y = rng.integers(0, shape[1], shape[0])
        if name == "masked":
            y = np.argmax(np.isfinite(x), 1)
        if name == "confident":
            y = np.argmax(x, 1)
        if _fits(x, dtype):
            yield _rows(name, rounded(x, dtype), y, soft=name != "confident")
    if large:
        x = rng.normal(size=(2, LARGE)) * np.array([[1.0], [8.0]])
        y = np.array([7, np.argmax(x[1])])
        yield _rows("128,256 classes", rounded(x, dtype), y, soft=True)


def each(dtype: str) -> Iterator[Case]:
    """Numbers, each on its own."""
    rng = np.random.default_rng(30)
    signs = np.where(np.arange(256) % 2 == 0, 1.0, -1.0)
    drawn = rng.normal(size=256)
    soft = np.round(rng.uniform(0, 1, 256) * 8) / 8
    happened = (signs > 0).astype(float)
    for name, x, z in (
        ("ordinary", 3 * drawn, soft),
        ("offset +1000", drawn + 1000, soft),
        ("offset -1e5", drawn - 1e5, soft),
        ("extreme", drawn * 1e30, soft),
        ("masked", signs * np.inf, happened),
        ("confident", signs * rng.uniform(12, 30, 256), happened),
    ):
        if _fits(x, dtype):
            yield Case(name, rounded(x, dtype), z)


def _rows(name: str, x: Array, y: Array, soft: bool) -> Case:
    """Dense labels on the same class, a quarter of them on another one if soft."""
    q = np.zeros(x.shape)
    np.put_along_axis(q, y[:, None], 0.75 if soft else 1.0, 1)
    if soft:
        others = np.where(np.isfinite(x) & (q == 0), x, -np.inf)
        np.put_along_axis(q, np.argmax(others, 1)[:, None], 0.25, 1)
    return Case(name, x, q, y)


def _confident(rng: Any, x: Array) -> Array:
    """The largest logit of a row raised above the others until the loss is 1e-13 to 1e-5."""
    top = np.argmax(x, 1)[:, None]
    np.put_along_axis(x, top, np.max(x, 1, keepdims=True) + rng.uniform(14, 30, (len(x), 1)), 1)
    return x


def _masked(rng: Any, x: Array) -> Array:
    x = np.where(rng.uniform(size=x.shape) < 0.3, -np.inf, 3 * x)
    x[:, 3:5] = rng.normal(size=(len(x), 2))  # two classes at least are left
    return x


def _fits(x: Array, dtype: str) -> bool:
    return bool(np.all(np.isinf(x) | (abs(x) <= FORMATS[dtype].largest)))


_ROWS: tuple[tuple[str, Any, tuple[int, int]], ...] = (
    ("ordinary", lambda rng, x: x, (256, 10)),
    ("400 classes", lambda rng, x: 3 * x, (16, 400)),
    ("offset +1000", lambda rng, x: x + 1000, (64, 50)),
    ("offset -1e5", lambda rng, x: x - 1e5, (64, 50)),
    ("extreme", lambda rng, x: x * 1e30, (32, 10)),
    ("masked", _masked, (128, 20)),
    ("confident", _confident, (256, 10)),
)
