"""Rows of classes on NumPy, in tiles that stay in the processor's cache; two threads where it pays.

Tiles are the same on one thread and on two, and with them every bit of the results. Threads live
as long as a call: none is kept that a fork could lose. `XLOGITS_THREADS=1` in the environment
switches them off, a larger number allows as many.
"""

import contextvars
import os
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from xlogits.errors import OptionError, shown

Array = Any
Work = Callable[[slice, Array], None]

_TILE = 2**19  # bytes worked on at a time
_THREADED = 2**24  # numbers from which a second thread saves more than it costs


def rows_of(x: Array, axis: int) -> Array:
    """The array as rows of classes."""
    if axis not in (-1, x.ndim - 1):
        x = np.moveaxis(x, axis, -1)
    if x.ndim == 2:
        return x
    return x.reshape(-1 if x.size else int(np.prod(x.shape[:-1])), x.shape[-1])


def items_of(each: Array, x: Array, axis: int) -> Array:
    """One number for each row, in the dtype and shape that belongs to x."""
    shape = x.shape[:axis] + x.shape[axis + 1 :] if axis >= 0 else x.shape[:axis]
    if each.dtype != x.dtype:
        with np.errstate(over="ignore"):
            each = each.astype(x.dtype)
    return each.reshape(shape)[()]


def whole_of(rows: Array, x: Array, axis: int) -> Array:
    """Undo `rows_of` of an array like this one."""
    if axis in (-1, x.ndim - 1):
        return rows.reshape(x.shape)
    return np.moveaxis(rows.reshape(np.moveaxis(x, axis, -1).shape), -1, axis)


def over_tiles(rows: Array, made: Array | None, work: Work) -> None:
    """Call `work` with slices of the rows, and a place to work in for each: in `made`, if given."""
    count, classes = rows.shape
    if not rows.size:
        return
    step = max(1, _TILE // (rows.itemsize * classes))
    tiles = [slice(start, min(start + step, count)) for start in range(0, count, step)]

    def part(tiles: Sequence[slice]) -> None:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            place = np.empty((min(step, count), classes), rows.dtype) if made is None else made
            for some in tiles:
                work(some, place[: some.stop - some.start] if made is None else place[some])

    workers = min(_threads(rows.size), len(tiles))
    bounds = [len(tiles) * number // workers for number in range(workers + 1)]
    _together(part, [tiles[a:b] for a, b in pairwise(bounds)])


def _together(part: Callable[[Sequence[slice]], None], shares: Sequence[Sequence[slice]]) -> None:
    """All shares at once, the first on this thread; an error of any of them is raised here."""
    errors: list[BaseException] = []

    def guarded(share: Sequence[slice]) -> None:
        try:
            part(share)
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(guarded, share))
        for share in shares[1:]
    ]
    for thread in threads:
        thread.start()
    guarded(shares[0])
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _threads(numbers: int) -> int:
    if numbers < _THREADED:
        return 1
    wanted = os.environ.get("XLOGITS_THREADS", "")
    if not wanted:
        return min(2, _processors())
    if not wanted.isdecimal() or int(wanted) < 1:
        raise OptionError(f"XLOGITS_THREADS is {shown(wanted)}; expected how many: 1, 2, ...")
    return int(wanted)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
