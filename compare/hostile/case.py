"""One hostile call, and what has to come of it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlogits.errors import XlogitsError

SOFTMAX = "softmax_cross_entropy"
SIGMOID = "sigmoid_cross_entropy"


class As(NamedTuple):
    """Numbers in an unusual container; `arrays.py` says which frameworks have it, and makes it."""

    numbers: Any
    form: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A call of a function of `xlogits` and what has to come of it: an error, or the reference's value.

    NumPy arrays among the arguments become arrays of each framework; anything else is passed as it is.
    `says` are words that the error must hold: what was passed, and what was expected. `same`: the
    sentence is the same on every backend. `nan_in_kernels`: the entries of the result that may be NaN
    where the framework's own kernel computes them, as the documentation says; never on NumPy.
    `shape_only`: an array without values. `traced`: run in the compiled modes too. `native`: whether
    the framework's own function is run beside it. `dtype`: that of the result, where it is not that of
    the first argument. `known`: a framework that is known to be wrong here, and why; it is an error if
    it is not. `meant`: the reference's arguments where they are not those of the call.
    """

    group: str
    name: str
    function: str
    args: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)
    error: type[XlogitsError] | None = None
    says: tuple[str, ...] = ()
    same: bool = True
    nan_in_kernels: Any = None
    shape_only: bool = False
    traced: bool = False
    native: bool = True
    known: tuple[str, str] | None = None
    dtype: str | None = None
    meant: tuple[str, tuple[Any, ...], dict[str, Any]] | None = None

    @property
    def label(self) -> str:
        return f"{self.group}: {self.name}"


def refused(
    group: str, name: str, error: type[XlogitsError], says: tuple[str, ...], *args: Any, **more: Any
) -> Case:
    """A call that must raise this error, in these words."""
    return _case(group, name, args, more, error=error, says=says)


def value(group: str, name: str, *args: Any, **more: Any) -> Case:
    """A call that must give the reference's numbers."""
    return _case(group, name, args, more)


def _case(group: str, name: str, args: tuple[Any, ...], more: dict[str, Any], **rest: Any) -> Case:
    fields = set(Case.__dataclass_fields__) - {"function"}
    own = {k: more.pop(k) for k in list(more) if k in fields and k != "dtype_option"}
    function = more.pop("function", SOFTMAX)
    options = own.pop("options", more)
    return Case(
        group=group, name=name, function=function, args=args, options=options, **own, **rest
    )
