"""The errors of xlogits. Each says what was passed, what was expected and what to do.

Every class also derives from the built-in error that callers of the frameworks already catch, so
that `except ValueError` around a loss keeps working when the loss comes from here.
"""

from typing import Any


class XlogitsError(Exception):
    """Everything that xlogits raises on purpose."""


class BackendError(XlogitsError, TypeError):
    """The type of an array is of no supported framework, or two frameworks were mixed."""


class DtypeError(XlogitsError, TypeError):
    """An array holds numbers of a kind that has no meaning in its place."""


class ShapeError(XlogitsError, ValueError):
    """Shapes do not fit together."""


class OptionError(XlogitsError, ValueError):
    """An option has a value that is not known, or contradicts another option."""


class Unknown(OptionError):
    """A name or a question about which nothing is known."""


class LabelError(XlogitsError, IndexError, ValueError):
    """A class index lies outside the classes."""


class RangeError(XlogitsError, ValueError):
    """A number lies outside the range that gives it a meaning, such as a probability above 1."""


class Refused(XlogitsError, NotImplementedError):
    """A call that cannot be expressed here; the message gives the reason."""


def shown(value: Any) -> str:
    """A value in an error: short, and of one line, whatever was passed."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length()} bits"
    if value is None or isinstance(value, (bool, int, float, str, tuple, list)):
        text = repr(value)
        return text if len(text) <= 80 else f"{text[:77]}..."
    return f"a {type(value).__name__}"


def require_labels(values: Any, classes: int | None) -> None:
    """Raise LabelError if an entry of the NumPy array `values` is no class index; None: of how many
    classes is not known."""
    if classes is None or not values.size or (values.min() >= 0 and values.max() < classes):
        return
    bad = (values < 0) | (values >= classes)
    position = tuple(int(axis[0]) for axis in bad.nonzero()) if bad.ndim else ()
    at = f" at position {position}" if bad.ndim else ""
    advice = "pass ignore_index to leave labels out" if values[position] < 0 else "count from 0"
    raise LabelError(
        f"label {values[position]}{at} is out of range: with {classes} classes "
        f"labels go from 0 to {classes - 1}; {advice}"
    )
