"""What a type checker is told: how the array of a result follows from the array that is given.

A result of every element has the type of the array with the other sign, and a result of fewer axes that
of one row. PyTorch, TensorFlow and JAX say that either is their tensor; NumPy, that `x[0]` is an array
or a number, so nothing is promised where a result may be either. At run time all arrays are `Any`.
"""

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from xlogits.reduction import Word as Word

    Result = TypeVar("Result")
    Result_co = TypeVar("Result_co", covariant=True)

    class Elements(Protocol[Result_co]):
        """An array whose elements are changed one by one, or along an axis that stays."""

        def __neg__(self) -> Result_co: ...

    class Rows(Protocol[Result_co]):
        """An array whose result has fewer axes, or none."""

        def __getitem__(self, index: int, /) -> Result_co: ...

else:
    Word, Result = str, Any
    Elements = Rows = {Result: Result}  # Rows[Result] is Any
