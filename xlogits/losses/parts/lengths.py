"""How long the sequences of a batch are, and labels that are told apart by it."""

from itertools import accumulate
from typing import Any

from xlogits.backends.protocol import Namespace
from xlogits.errors import DtypeError, OptionError, ShapeError
from xlogits.losses.parts.labels import INTEGERS, require_dense

Array = Any


def as_array(xp: Namespace, size: Any, target: Array) -> Any:
    """Lengths given as a list or tuple of whole numbers, as an array beside the target."""
    if not isinstance(size, list | tuple) or not all(type(n) is int for n in size) or not size:
        return size
    one = xp.reshape(xp.cast(xp.sum(xp.full_like(xp.cast(target, "float32"), 1.0)), "int64"), (1,))
    return xp.concat([0 * one + n for n in size], 0)


def apart(xp: Namespace, target: Array, length: Any) -> Array:
    """The labels of all items in one row as rows of their own, padded."""
    read = length if isinstance(length, list | tuple) else xp.known(length)
    if read is None:
        raise ShapeError(
            f"labels have shape {xp.shape(target)}, those of all items in one row, and label_length "
            f"cannot be read here; expected (batch, labels), padded"
        )
    numbers = list(read) if isinstance(read, list | tuple) else read.reshape(-1).tolist()
    if any(n < 0 for n in numbers) or sum(numbers) != xp.shape(target)[0]:
        raise OptionError(
            f"label_length is {numbers}; expected lengths of 0 or more, together "
            f"{xp.shape(target)[0]}, the number of labels"
        )
    if not numbers:
        return xp.reshape(target, (0, 1))
    longest = max(numbers)
    rows = []
    for end, number in zip(accumulate(numbers), numbers, strict=True):
        row = target[end - number : end]
        rows.append(xp.expand(xp.concat([row, 0 * target[: longest - number]], 0), 0))
    return xp.concat(rows, 0)


def require_one(kind: str, sizes: dict[str, Array]) -> None:
    if f"{kind}_length" in sizes:
        raise OptionError(f"{kind}_length and {kind}_padding are given; expected one of them")


def require_counts(xp: Namespace, sizes: dict[str, Array]) -> None:
    """Raise unless lengths are integers, and paddings numbers."""
    for name, size in sizes.items():
        dtype = xp.dtype(size)
        if name.endswith("_length") and dtype not in INTEGERS:
            raise DtypeError(f"{name} is {dtype}; expected integers: cast it first")
        require_dense(dtype, name)


def require_of_items(xp: Namespace, x: Array, target: Array, sizes: dict[str, Array]) -> None:
    """Raise unless labels, lengths and paddings have a row for every item; x is (frames, batch, ...)."""
    frames, batch = xp.shape(x)[:2]
    labels = xp.shape(target)[1]
    wanted = {"labels": (batch, labels), "logit_padding": (batch, frames)}
    wanted |= {"label_padding": (batch, labels)}
    for name, array in {"labels": target, **sizes}.items():
        shape, expected = xp.shape(array), wanted.get(name, (batch,))
        fits = len(shape) == len(expected) and all(
            n in (None, m) or m is None or (n == 1 and name != "labels")
            for n, m in zip(shape, expected, strict=True)
        )
        if not fits:
            raise ShapeError(f"{name} of shape {shape}; expected {expected}: a row for each item")


def require_at_most(xp: Namespace, length: Array, size: int | None, name: str, of: str) -> None:
    known = xp.known(length)
    if known is None or size is None:
        return
    for place, number in enumerate(known.reshape(-1)):
        if not 0 <= number <= size:
            raise OptionError(
                f"{name}[{place}] is {number}; expected 0 to {size}, the number of {of}"
            )
