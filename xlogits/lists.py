"""Lists, tuples and Python numbers as arrays of the framework of the arrays beside them.

The canonical functions come here when something they were given is no array; a call of arrays never
does. Where all are lists, they become NumPy arrays, and only then NumPy is imported.
"""

import sys
from numbers import Integral, Number, Real
from typing import Any

from xlogits.backends import namespace
from xlogits.backends.protocol import Namespace
from xlogits.errors import BackendError, DtypeError, RangeError, ShapeError, shown

Array = Any
MOST_AXES = 32  # a list that holds itself has no end
INT32, INT64 = 31, 63  # the bits of the largest integer
LARGEST = int(sys.float_info.max)


def from_lists(
    needed: dict[str, Any], others: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The operands with arrays for lists and tuples, and for numbers too among those `needed`.

    Floats get the dtype of the first floating-point array, and float64 where there is none; so do
    integers, except as labels. None where there is nothing to convert: then the call was wrong.
    """
    given = {**needed, **others}
    listed = [role for role, x in given.items() if isinstance(x, list | tuple)]
    listed += [role for role, x in needed.items() if type(x) in (float, int)]
    listed += [role for role, x in needed.items() if type(x) is bool and role == "labels"]
    if not listed:
        return None
    beside = {role: x for role, x in given.items() if role not in listed and not _passed_on(x)}
    spaces = {role: namespace(x, role) for role, x in beside.items()}
    xp: Namespace
    if spaces:
        xp, like = next(iter(spaces.values())), next(iter(beside.values()))
    else:
        from xlogits.backends import numpy as xp

        like = None
    dtypes = [spaces[role].dtype(x) for role, x in beside.items()]
    dtype = next((name for name in dtypes if "float" in name), "float64")
    for role in listed:
        given[role] = _array(xp, role, given[role], dtype, like)
    return {role: given[role] for role in needed}, {role: given[role] for role in others}


def _passed_on(x: Any) -> bool:
    """Whether a loss takes this as it is: an option that was left out, or a number for a weight."""
    return x is None or type(x) is float or type(x) is int


def _array(xp: Namespace, role: str, x: Any, dtype: str, like: Array) -> Array:
    numbers, shape = _flat(role, x)
    if role == "labels" and float not in map(type, numbers):
        return _whole(xp, role, numbers, shape, like)
    floats = []
    for at, number in enumerate(numbers):
        if type(number) is bool and role != "labels":
            raise DtypeError(f"{_item(role, at, shape)} is {number}; expected a number")
        if type(number) is int and not -LARGEST <= number <= LARGEST:
            raise RangeError(
                f"{_item(role, at, shape)} is {shown(number)}; expected a number that fits float64"
            )
        floats.append(float(number))
    return xp.from_numbers(floats, dtype, shape, like)


def _whole(xp: Namespace, role: str, numbers: list[Any], shape: list[int], like: Array) -> Array:
    """Labels that are integers, or booleans alone."""
    if all(type(number) is bool for number in numbers):
        return xp.from_numbers(numbers, "bool", shape, like)
    _require_bits(role, numbers, shape, INT64)
    array = xp.from_numbers([int(number) for number in numbers], "int64", shape, like)
    if xp.dtype(array) == "int32":  # JAX has no more, unless told so
        _require_bits(role, numbers, shape, INT32)
    return array


def _require_bits(role: str, numbers: list[int], shape: list[int], bits: int) -> None:
    for at, number in enumerate(numbers):
        if not -(1 << bits) <= number < 1 << bits:
            raise RangeError(
                f"{_item(role, at, shape)} is {shown(number)}; expected an integer that fits "
                f"int{bits + 1}"
            )


def _flat(role: str, x: Any) -> tuple[list[Any], list[int]]:
    """The numbers of a nested list in order, and its shape."""
    level, shape = [x], []
    while any(isinstance(item, list | tuple) for item in level):
        if not all(isinstance(item, list | tuple) for item in level):
            raise ShapeError(
                f"{role} is a list of rows and of single items side by side; expected rows of one "
                f"length, nested alike"
            )
        sizes = sorted({len(row) for row in level})
        if len(sizes) > 1:
            raise ShapeError(
                f"{role} is a list with rows of {sizes[0]} and of {sizes[-1]}; expected rows of one "
                f"length: pad them, and leave the padding out with sample_weight or ignore_index"
            )
        if sizes == [0]:
            raise ShapeError(
                f"{role} is an empty list, of no known kind of number; expected numbers: for no "
                f"items pass an array, for example numpy.zeros((0, 3))"
            )
        shape.append(sizes[0])
        if len(shape) > MOST_AXES:
            raise ShapeError(f"{role} is nested more than {MOST_AXES} lists deep")
        level = [item for row in level for item in row]
    return [_number(role, item, at, shape) for at, item in enumerate(level)], shape


def _number(role: str, item: Any, at: int, shape: list[int]) -> bool | int | float:
    """An item as a number of Python."""
    if type(item) in (bool, int, float):
        return item  # type: ignore[no-any-return]
    if type(item).__name__ in ("bool", "bool_"):  # NumPy's, which is no number
        return bool(item)
    if isinstance(item, Real):
        return int(item) if isinstance(item, Integral) else float(item)
    if not isinstance(item, Number | str):
        _require_no_array(role, item)
    raise DtypeError(f"{_item(role, at, shape)} is {shown(item)}; expected a number")


def _require_no_array(role: str, item: Any) -> None:
    try:
        xp = namespace(item)
    except BackendError:
        return
    raise BackendError(
        f"{role} is a list of {xp.NAME} arrays; expected one array: make one of them first, "
        f"{xp.STACK.format(role)}"
    )


def _item(role: str, at: int, shape: list[int]) -> str:
    """A number of a nested list, as it is indexed."""
    indexes: list[int] = []
    for size in reversed(shape):
        at, index = divmod(at, size)
        indexes.insert(0, index)
    return role + "".join(f"[{index}]" for index in indexes)
