"""Arrays that results are written to, as NumPy's own functions take them with `out`."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from xlogits.backends.protocol import Filler
from xlogits.errors import OptionError

Array = Any


def filler(outs: Any, like: Sequence[Array], operands: Sequence[Any]) -> Filler:
    _require(outs, like, operands)
    return partial(_fill, outs)


def _require(outs: Any, like: Sequence[Array], operands: Sequence[Any]) -> None:
    """Raise unless each of `outs` can hold what has the shape and dtype of an array of `like`."""
    if not isinstance(outs, tuple) or len(outs) != len(like):
        raise OptionError(f"out is given for {len(like)} gradients; expected a tuple of as many")
    for number, (out, array) in enumerate(zip(outs, like, strict=True)):
        if type(out) is not np.ndarray or (out.shape, out.dtype) != (array.shape, array.dtype):
            found = (
                f"{out.dtype} {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
            )
            raise OptionError(
                f"out is {found}; expected a numpy.ndarray, {array.dtype} {array.shape}, "
                f"as what the gradient is taken by"
            )
        if not out.flags.writeable:
            raise OptionError("out is read-only; expected an array that can be written to")
        others = [x for x in (*operands, *outs[:number]) if isinstance(x, np.ndarray)]
        if any(x is not out and np.may_share_memory(x, out) for x in others) or (
            sum(x is out for x in others) > (out is array)
        ):
            raise OptionError(
                "out shares memory with another array of the call; expected one of its own, or what "
                "the gradient is taken by"
            )


def _fill(outs: Sequence[Array], found: Sequence[Array]) -> tuple[Array, ...]:
    """The same numbers in `outs`, where some of them may be already."""
    for array, out in zip(found, outs, strict=True):
        if not np.may_share_memory(array, out):
            np.copyto(out, array)
    return tuple(outs)
