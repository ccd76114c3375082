"""Which loss gave this number: a wrong loss is a right loss with one choice changed."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from xlogits.diagnosis.answer import Cause, Diagnosis
from xlogits.diagnosis.numbers import by_themselves


def diagnose(
    first: Any,
    second: Any = None,
    *,
    logits: Any = None,
    labels: Any = None,
    call: str = "",
    to: str = "",
    ignore_index: int | None = None,
    sizes: Mapping[str, float] | None = None,
    seconds: float = 20.0,
    say: Callable[[str], None] | None = None,
    **others: Any,
) -> Diagnosis:
    """Why two values of a loss differ, or what computes the one value that was seen.

    Every choice that a loss makes (what the prediction is, how labels are written, what is weighed,
    smoothed, clipped or ignored, what is summed and divided by) is changed, one at a time and then
    two, until the numbers come out; the catalogue of native functions says what a choice may be.

    Args:
        first: what was seen: a number as a float or as text ("2.3026": four decimals), one loss per
            item as an array, or a file of either.
        second: what the other side gives; without it, `first` alone is explained.
        logits, labels: the arrays that the loss was computed from: of any framework, lists, or
            files (.npy, .npz, .csv). Without them only the two numbers are compared.
        call: the call that is meant, as source code, such as "F.cross_entropy(logits, labels)".
        to: the framework to write calls in; that of the logits, or "torch".
        ignore_index: the label that is left out; -100 and -1 are recognised.
        sizes: for numbers without arrays, known sizes by name: {"items": 32, "classes": 10}.
        seconds: how much computing time the search for pairs of changes may take.
        say: is called with progress; by default it goes to standard error.
        others: further operands by name: class_weight, sample_weight, pos_weight, mask, variance,
            other (the second row of a similarity), logit_length, label_length.

    Returns:
        A `Diagnosis`; `print` it, or look at `causes`.

    Raises:
        OptionError: an unknown operand, framework or file.
        ShapeError: arrays that fit no loss, or ragged ones.
        DtypeError: what holds no numbers.
        RangeError: NaN everywhere.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]]), np.array([0, 1, 1])
        >>> found = diagnose(0.970045, 0.926960, logits=x, labels=y)
        >>> found.causes[0].codes
        ('softmax_twice',)
        >>> found.causes[0].wrong
        'F.cross_entropy(F.softmax(logits, dim=1), labels)'
    """
    if logits is None:
        return by_themselves(first, second, labels, sizes or {}, others)
    from xlogits.diagnosis.causes import by_arrays  # NumPy, which two numbers do without

    given = {"logits": logits, "labels": labels, **others}
    return by_arrays(first, second, given, call, to, ignore_index, seconds, say or _progress)


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


__all__ = ["Cause", "Diagnosis", "diagnose"]
