"""What people pass: arrays of any framework, lists, numbers, files; all become NumPy arrays here."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile

from xlogits.errors import DtypeError, OptionError, RangeError, ShapeError
from xlogits.frameworks import FRAMEWORKS
from xlogits.precision import FORMATS

Array = Any


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
        dtype = str(x.dtype).rpartition(".")[2]  # torch.float32
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
    except ValueError as error:  # lists that are no rows
        raise ShapeError(f"{role} is no array: {error}; expected rows of equal length") from None
    except (RuntimeError, TypeError) as error:  # an array that is deleted, or being traced
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
    if file.suffix in (".npy", ".npz"):
        return _loaded(file, name)
    if file.suffix in (".csv", ".tsv", ".txt"):
        return _table(file)
    raise OptionError(
        f"{str(file)!r} is {file.suffix or 'without a suffix'}; expected .npy, .npz, .csv, .tsv "
        f"or .txt: for a saved tensor, numpy.save('x.npy', x) writes the first"
    )


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """What NumPy, zip archives and tables say of a file that is none, in words of ours."""
    try:
        yield
    except (ValueError, EOFError, OSError, BadZipFile, csv.Error) as error:
        raise OptionError(f"{str(file)!r} cannot be read: {error}") from None


def _loaded(file: Path, name: str) -> Array:
    """An array in NumPy's own format, or one of several."""
    with _readable(file):
        found = np.load(file, allow_pickle=False)
    if not isinstance(found, NpzFile):
        return found
    member = _member(found, name, file)
    with _readable(file):
        return found[member]


def _member(found: NpzFile, name: str, file: Path) -> str:
    """The name of the array that is meant."""
    names = list(found.files)
    if not name and len(names) == 1:
        name = names[0]
    if name not in names:
        raise OptionError(
            f"{str(file)!r} holds {', '.join(names)}; say which, as in {file}:{names[0]}"
            if names
            else f"{str(file)!r} holds no array"
        )
    return name


def _table(file: Path) -> Array:
    """Rows of numbers, under one line of names or none; one column is a vector."""
    with _readable(file), file.open(encoding="utf-8", newline="") as lines:
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


def spacing(dtypes: tuple[str, ...], size: Array) -> Array:
    """The distance from a number of this size to the next one of the least precise of these dtypes."""
    known = [FORMATS[dtype] for dtype in dtypes if dtype in FORMATS]
    made = min(known, default=FORMATS["float64"])  # by the number of bits
    return np.exp2(np.floor(np.log2(np.maximum(size, made.smallest))) + 1 - made.bits)


def require_some(values: Array, role: str) -> None:
    """Raise for arrays that hold nothing but NaN."""
    if values.size and values.dtype.kind == "f" and np.isnan(values).all():
        raise RangeError(
            f"{role} is NaN everywhere; look for the first NaN upstream (xl.trace_divergence, "
            f"torch.autograd.detect_anomaly, tf.debugging.enable_check_numerics)"
        )
