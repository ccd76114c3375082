"""What people pass: arrays of any framework, lists, numbers, files; all become NumPy arrays here."""

import csv
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from xlogits.errors import DtypeError, OptionError, RangeError, ShapeError
from xlogits.frameworks import FRAMEWORKS

Array = Any

EPS = {"float16": 2.0**-11, "bfloat16": 2.0**-8, "float32": 2.0**-24, "float64": 2.0**-53}


# whose arrays those are whose types come from elsewhere
OWNERS = {package: f.id for f in FRAMEWORKS.values() for package in f.types}


class Given(NamedTuple):
    """An array in float64, or of integers or booleans, and the dtype that it was passed in."""

    values: Array
    dtype: str
    framework: str


def given(x: Any, role: str) -> Given:
    """An array, list, number or path as NumPy numbers; no framework is imported for it."""
    if isinstance(x, (str, Path)):
        x = read(x)
    framework = type(x).__module__.partition(".")[0]
    framework = OWNERS.get(framework, framework)
    array, dtype = _array(x, role)
    if array.dtype.kind not in "fiub":
        raise DtypeError(
            f"{role} holds {dtype}, which are no real numbers; expected floating point, integers "
            f"or booleans"
        )
    return Given(array.astype(np.float64) if array.dtype.kind == "f" else array, dtype, framework)


def _array(x: Any, role: str) -> tuple[Array, str]:
    if hasattr(x, "detach") and hasattr(x, "cpu"):  # PyTorch
        x = x.detach().cpu()
        dtype = str(x.dtype).removeprefix("torch.")
        if dtype in ("bfloat16", "float16"):
            x = x.float()
        return x.resolve_neg().numpy(), dtype
    if hasattr(x, "dense_shape") and hasattr(x, "indices"):  # TensorFlow's sparse gradients
        values = np.asarray(x.values)
        dense = np.zeros(tuple(int(n) for n in np.asarray(x.dense_shape)), values.dtype)
        np.add.at(dense, np.asarray(x.indices), values)
        return _plain(dense)
    try:
        return _plain(np.asarray(x))
    except ValueError as error:
        raise ShapeError(f"{role} is no array: {error}; expected rows of equal length") from None
    except (RuntimeError, TypeError) as error:
        raise DtypeError(f"{role} is a {type(x).__name__} without values ({error})") from None


def _plain(array: Array) -> tuple[Array, str]:
    name = array.dtype.name
    return (array.astype(np.float32), name) if name in ("bfloat16", "float16") else (array, name)


def read(path: str | Path) -> Array:
    """The array in a .npy, .npz (`file.npz:name` for one of several), .csv, .tsv or .txt file."""
    text, _, name = str(path).partition(".npz:")
    file = Path(text + ".npz" if name else text)
    if not file.is_file():
        raise OptionError(f"there is no file {str(file)!r}")
    try:
        if file.suffix in (".npy", ".npz"):
            found = np.load(file, allow_pickle=False)
            return found if file.suffix == ".npy" else _member(found, name, file)
        if file.suffix in (".csv", ".tsv", ".txt"):
            return _table(file)
    except (ValueError, EOFError, OSError, UnicodeDecodeError) as error:
        raise OptionError(f"{str(file)!r} cannot be read: {error}") from None
    raise OptionError(
        f"{str(file)!r} is {file.suffix or 'without a suffix'}; expected .npy, .npz, .csv, .tsv "
        f"or .txt: for a saved tensor, numpy.save('x.npy', x) writes the first"
    )


def _member(found: Any, name: str, file: Path) -> Array:
    names = list(found.files)
    if not name and len(names) == 1:
        name = names[0]
    if name not in names:
        raise OptionError(
            f"{str(file)!r} holds {', '.join(names)}; say which, as in {file}:{names[0]}"
            if names
            else f"{str(file)!r} holds no array"
        )
    return found[name]


def _table(file: Path) -> Array:
    """Rows of numbers, under one line of names or none; one column is a vector."""
    with file.open(encoding="utf-8", newline="") as lines:
        sample = lines.read(4096)
        lines.seek(0)
        comma = "," if "," in sample else "\t" if "\t" in sample else " "
        rows = [
            [cell.strip() for cell in row if cell.strip()]
            for row in csv.reader(lines, delimiter=comma)
        ]
    rows = [row for row in rows if row]
    first = 1 if rows and not all(map(_is_number, rows[0])) else 0
    for line, row in enumerate(rows[first:], first + 1):
        for cell in row:
            if not _is_number(cell):
                raise OptionError(f"{str(file)!r} row {line} holds {cell!r}, which is no number")
        if len(row) != len(rows[first]):
            raise OptionError(
                f"{str(file)!r} row {line} has {len(row)} numbers and the first {len(rows[first])}"
            )
    if len(rows) <= first:
        raise OptionError(f"{str(file)!r} holds no numbers")
    array = np.array([[float(cell) for cell in row] for row in rows[first:]])
    whole = not any(mark in cell.lower() for row in rows[first:] for cell in row for mark in ".en")
    array = array.astype(np.int64) if whole else array
    return array[:, 0] if array.shape[1] == 1 else array


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


class Observed(NamedTuple):
    """A value that somebody saw: numbers, and how far off a number may be and still be meant."""

    values: Array
    rtol: float
    atol: float

    @property
    def scalar(self) -> bool:
        return bool(self.values.size == 1)

    def matches(self, values: Array) -> Array:
        """Elementwise, for an observed scalar and candidates of any shape."""
        with np.errstate(invalid="ignore"):
            return abs(values - self.values) <= self.atol + self.rtol * abs(self.values)

    def is_array(self, values: Array) -> bool:
        """Whether candidates are the observed array."""
        if values.shape != self.values.shape:
            return False
        off = ~self.matches(values) & ~(np.isnan(values) & np.isnan(self.values))
        off &= ~(values == self.values)
        return not off.any()


def observed(x: Any, role: str) -> Observed:
    """A number as precise as it was written, or an array as precise as its dtype."""
    if isinstance(x, str) and _is_number(x):
        return _written(x)
    if type(x) in (float, int):
        return _written(repr(x))
    values, dtype, _ = given(x, role)
    values = np.asarray(values, np.float64)
    if not values.size:
        raise ShapeError(f"{role} is empty; expected the value of a loss")
    require_some(values, role)
    eps = max(EPS.get(dtype, 0.0), EPS["float32"])
    if values.size == 1:
        return Observed(values.reshape(()), 40 * eps, 8 * eps)
    return Observed(values, 400 * eps, 40 * eps)


def _written(text: str) -> Observed:
    """A number in decimal: rounded or cut off at its last digit."""
    value = float(text)
    if math.isnan(value):
        raise RangeError("the observed value is NaN, which says nothing about where it comes from")
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    last = 10.0 ** (int(exponent or 0) - decimals)
    eps = EPS["float32"]
    shown = len(mantissa.replace(".", "").lstrip("-0"))
    return Observed(np.array(value), 40 * eps, last if shown < 9 else 8 * eps)


# bits behind the point, and the smallest normal number
LAYOUT = {
    "bfloat16": (7, 2.0**-126),
    "float16": (10, 2.0**-14),
    "float32": (23, 2.0**-126),
    "float64": (52, 2.0**-1022),
}


def spacing(dtypes: tuple[str, ...], size: Array) -> Array:
    """The distance from a number of this size to the next one of the least precise of these dtypes."""
    bits, least = min((LAYOUT[d] for d in dtypes if d in LAYOUT), default=LAYOUT["float64"])
    return np.exp2(np.floor(np.log2(np.maximum(size, least))) - bits)


def require_some(values: Array, role: str) -> None:
    """Raise for arrays that hold nothing but NaN."""
    if values.size and values.dtype.kind == "f" and np.isnan(values).all():
        raise RangeError(
            f"{role} is NaN everywhere; look for the first NaN upstream (xl.trace_divergence, "
            f"torch.autograd.detect_anomaly, tf.debugging.enable_check_numerics)"
        )
