"""What the strategies of all families are made of.

Numbers come from a grid of eighths, where a loss has kinks: sums and products on it are exact, so
that the loss and its reference agree on which side of a kink a number lies. Elsewhere they come from
all half-precision numbers of a range. Every array is small: what goes wrong in large ones (rounding,
overflow of sums) is the matter of `python compare --ulp`.

An array is drawn as one number, which says where in a table its entries stand; the tables begin with
what is simplest, so that a failing example still shrinks. Drawing entry by entry took ten times as
long as everything that is checked.
"""

import itertools
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from hypothesis import strategies as st

from compare.fuzz.example import LAYOUTS, Example
from xlogits.losses import Reduction
from xlogits.losses.parts.axes import class_axes

Array = Any
Shape = tuple[int, ...]
Draw = Callable[[st.SearchStrategy[Any]], Any]

DTYPES: tuple[str, ...] = ("float64", "float32", "float16")
if find_spec("ml_dtypes") is not None:  # without it NumPy has none
    DTYPES += ("bfloat16",)
LABEL_DTYPES = ("int64", "int32", "int16", "int8", "uint8", "uint32")
# where every item counts for as much as every other, all of the plain means are the same number
PLAIN = ("none", "sum", "mean", "mean_over_items", "mean_over_batch", "mean_over_valid")
WEIGHED = (
    *("none", "sum", "mean_over_items", "mean_over_valid", "mean_over_class_weight"),
    *("mean_over_sample_weight", "mean_over_weight_as_given", "mean_over_nonzero_weight"),
    "mean_over_batch",
)
CODES = st.integers(0, 2**30 - 1)
REACH = (1, 2, 5, 16, None, None)  # how far down a table the entries of an array stand


@cache
def eighths(low: float, high: float) -> Array:
    return _simplest_first(np.arange(round(8 * low), round(8 * high) + 1) / 8)


@cache
def between(low: float, high: float) -> Array:
    """The grid, and then all numbers that half precision has in a range."""
    every = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(float)
    inside = (every >= low) & (every <= high) & (abs(every) >= 2.0**-14)
    return np.concatenate([eighths(low, high), _simplest_first(every[inside])])


def _simplest_first(x: Array) -> Array:
    return x[np.lexsort([x < 0, abs(x)])]


@st.composite
def array(draw: Draw, shape: Shape, table: Array, dtype: str = "float64") -> Array:
    return np.asarray(_entries(draw(CODES), shape, np.asarray(table)).astype(dtype))


def _entries(code: int, shape: Shape, table: Array) -> Array:
    reach = min(REACH[code % len(REACH)] or len(table), len(table))
    places = np.random.default_rng(code // len(REACH)).integers(0, reach, shape)
    return np.asarray(table[places])


def labels(shape: Shape, classes: int) -> st.SearchStrategy[Array]:
    """Class indexes of any integer dtype."""
    return CODES.map(
        lambda code: _entries(code // 8, shape, np.arange(classes)).astype(
            LABEL_DTYPES[code % 8 % len(LABEL_DTYPES)]
        )
    )


def booleans(shape: Shape) -> st.SearchStrategy[Array]:
    return array(shape, np.array([False, True]), "bool")


@cache
def shapes(least: int = 0, most: int = 3) -> st.SearchStrategy[Shape]:
    """The axes of a batch; an empty one has size 0 in the first."""
    full = [s for n in range(least, most + 1) for s in itertools.product((1, 2, 3), repeat=n)]
    empty = [(0, *s[1:]) for s in full if s and s[0] == 1]
    full.sort(key=lambda s: (np.prod(s), len(s)))
    return st.sampled_from([*full, *empty])


@cache
def axes(ndim: int, several: bool = True) -> st.SearchStrategy[Any]:
    """An axis, a tuple of them, or None for all."""
    one: list[Any] = [*range(ndim), *range(-ndim, 0)]
    if not several or ndim < 2:
        return st.sampled_from(one)
    more = [p for n in range(2, ndim + 1) for p in itertools.permutations(range(ndim), n)]
    return st.sampled_from([*one, *one, *more, None])


def without(shape: Shape, axis: Any) -> Shape:
    gone = class_axes(axis, len(shape))
    return tuple(n for i, n in enumerate(shape) if i not in gone)


def _weight(code: int, shape: Shape, spread: bool) -> Any:
    """One number for each item, some of them 0; sizes of 1 repeat; or one number for all."""
    numbers = eighths(0, 3)
    kind, code = code % 5, code // 5
    if kind == 0:
        return float(numbers[code % len(numbers)])
    if kind == 1 and spread:
        return _entries(code, shape[code % (len(shape) + 1) :], numbers)
    if kind == 2:
        shape = tuple(min(n, 1) if code >> i & 1 else n for i, n in enumerate(shape))
    return _entries(code, shape, numbers)


def reduced(
    draw: Draw, items: Shape, ignores: bool = False, classes: bool = False
) -> dict[str, Any]:
    """The fields of a reduction, and a sample weight under its operand name (or not)."""
    code = draw(CODES)
    spread, empty, weighed = bool(code & 1), ("nan", "zero")[code >> 1 & 1], code >> 2 & 1
    given = {"sample_weight": _weight(draw(CODES), items, spread)} if weighed else {}
    words = ("none", "none", *(WEIGHED if given or ignores or classes else PLAIN))
    word = words[(code >> 3) % len(words)]
    return {"reduction": Reduction(word, empty), "spread_weight": spread, **given}


def example(
    draw: Draw, made: Callable[..., Any], options: dict[str, Any], operands: dict[str, Array]
) -> Example:
    """An example, from fields of a loss and operands; a sample weight may be among the fields."""
    options = dict(options)
    if "sample_weight" in options:
        operands = operands | {"sample_weight": options.pop("sample_weight")}
    choices = iter(
        np.unravel_index(draw(st.integers(0, 8 * 2 * 5 * 5 * 6 * 3 * 6 - 1)), (8, 2, 5, 5, 6, 3, 6))
    )
    own, which, dtype, layout, wide, shift, order = map(int, choices)
    if own == 7:
        options["dtype"] = ("float32", "float64")[which]
    return Example(
        made(**options),
        operands,
        ("float64", *DTYPES)[dtype % (1 + len(DTYPES))],
        LAYOUTS[layout],
        wide=wide == 5,
        shift=(2.0, -8.0, 64.0)[shift],
        order=order,
    )
