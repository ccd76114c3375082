"""One example: a loss and the arrays it is called on."""

from typing import Any, NamedTuple

import numpy as np

Array = Any
LAYOUTS = ("C", "Fortran", "gaps", "reversed", "read-only")
# operands that have one entry, or one row, for each item of the first axis
BATCHED = frozenset(
    {
        *("pred", "target", "other", "delta", "variance", "mask", "sample_weight"),
        *("logit_length", "label_length", "logit_padding", "label_padding", "weight"),
    }
)


class Example(NamedTuple):
    """Operands are float64, or of the integer or boolean dtype they are passed in.

    `wide`: operands other than the prediction come as float64, whatever `dtype` is. `shift` is added
    to all logits, and `order` permutes the classes, where a loss does not change with that.
    """

    loss: Any
    operands: dict[str, Array]
    dtype: str
    layout: str = "C"
    wide: bool = False
    shift: float = 2.0
    order: int = 0  # seeds the permutation
    broken: Any = None  # what is called in place of the loss, to see whether that is found out

    @property
    def function(self) -> Any:
        return self.broken or self.loss

    def __repr__(self) -> str:
        arrays = ", ".join(f"{k}={_text(v)}" for k, v in self.operands.items())
        more = f"{self.dtype}, {self.layout}{', wide' if self.wide else ''}"
        return f"{self.loss!r}({arrays}) in {more}"


def _text(x: Array) -> str:
    if not isinstance(x, np.ndarray):
        return repr(x)
    kind = "" if x.dtype == np.float64 else f", dtype={x.dtype}"
    return f"{x.tolist()}{kind}" if x.size else f"zeros({x.shape}){kind}"


def laid_out(x: Array, layout: str) -> Array:
    """The same numbers with other strides."""
    if layout == "Fortran":
        return np.array(x, order="F")
    if layout == "gaps":
        big = np.full(tuple(2 * n + 1 for n in x.shape), 7, x.dtype)
        index = tuple(slice(1, None, 2) for _ in x.shape)
        big[index] = x
        return big[index]
    if layout == "reversed":
        turn = tuple(slice(None, None, -1) for _ in x.shape)
        return np.array(x[turn], order="C")[turn]
    x = np.array(x, order="C")
    x.flags.writeable = layout != "read-only"
    return x
