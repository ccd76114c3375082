"""A backend under test: NumPy or a framework, on a device. Importing this imports none of them."""

from typing import Any, NamedTuple

from xlogits.frameworks import BACKENDS, FRAMEWORKS

DEVICES = {name: FRAMEWORKS[name].devices for name in BACKENDS}  # where arrays of each can be


class Backend(NamedTuple):
    """What the fixture `xlogits_backend` gives to a test.

    >>> backend = Backend("numpy")
    >>> backend.array([1, 2.5])
    array([1. , 2.5], dtype=float32)
    >>> backend.numbers(backend.array([1, 2.5], "float64"))
    array([1. , 2.5])
    """

    name: str
    device: str = "cpu"

    def array(self, x: Any, dtype: str | None = None) -> Any:
        """An array of any framework, a list or a number as an array of this backend, on its device.

        Args:
            x: what to convert; integers and booleans keep their kind.
            dtype: "float32", "bfloat16", "int64" and so on; without it floating point is float32.

        Raises:
            OptionError: a dtype that is not known, or that the backend does not have as it is set up.
            DtypeError, ShapeError: what is no array of real numbers.
        """
        from xlogits.testing.making import array

        return array(x, self.name, self.device, dtype)

    def numbers(self, x: Any) -> Any:
        """An array of this backend as a NumPy array again; floating point as float64."""
        from xlogits.arrays import given

        return given(x, "the array").values

    def __str__(self) -> str:
        return self.name if self.device == "cpu" else f"{self.name}-{self.device}"
