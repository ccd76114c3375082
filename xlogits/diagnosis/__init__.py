"""Which loss gave this number: a wrong loss is a right loss with one choice changed."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.arrays import given, observed, require_some
from xlogits.diagnosis.answer import Cause, Diagnosis
from xlogits.diagnosis.causes import why
from xlogits.diagnosis.notes import remarks
from xlogits.diagnosis.numbers import alone, together
from xlogits.diagnosis.recipe import Data
from xlogits.diagnosis.search import Search
from xlogits.diagnosis.starts import bases, from_call
from xlogits.errors import OptionError, ShapeError
from xlogits.frameworks import differentiable
from xlogits.translation.language import LANGUAGES, TARGETS, language

Array = Any


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
    seen = observed(first, "first")
    other = None if second is None else observed(second, "second")
    if logits is None:
        return _numbers_only(seen, other, labels, sizes or {}, others)
    target = language(to) if to else None
    data, framework = _data(logits, labels, others)
    found = bases(data, seen.scalar, ignore_index)
    if call:
        found = [from_call(call, data)]
    if not any(data.items(base.setup) is not None for base in found):
        raise ShapeError(_no_loss(data))
    search = Search(data, found, seconds, say or _progress)
    known = framework in LANGUAGES and differentiable(framework)
    spoken = target or language(framework if known else TARGETS[0])
    return replace(why(search, seen, other, spoken), notes=tuple(remarks(data, found[0].setup)))


def _numbers_only(
    first: Any, second: Any, labels: Any, sizes: Mapping[str, float], others: Mapping[str, Any]
) -> Diagnosis:
    """What two numbers, or one, say by themselves."""
    if labels is not None or others:
        names = ", ".join(["labels"] * (labels is not None) + list(others))
        raise OptionError(f"{names} without logits; pass logits too, or the numbers alone")
    if not first.scalar or (second is not None and not second.scalar):
        raise OptionError(
            "an array of losses without logits; pass logits and labels, or two numbers"
        )
    same = second is not None and bool(first.matches(second.values))
    hints = [] if same or second is None else together(first, second, sizes)
    notes = [hint.words for seen in (first, second) if seen is not None for hint in alone(seen)]
    said = tuple(f"{float(seen.values):.7g}" for seen in (first, second) if seen is not None)
    return Diagnosis(
        agree=same,
        causes=tuple(Cause((h.words,), (h.code,), cost=h.cost) for h in hints[:5]),
        notes=tuple(notes),
        ask="" if same else "pass logits and labels, from which the cause can be computed",
        tried=len(hints),
        seen=said,
    )


def _data(logits: Any, labels: Any, others: Mapping[str, Any]) -> tuple[Data, str]:
    """The operands as NumPy arrays, and the framework that they came from."""
    known = {name for base in _OPERANDS for name in base.split()}
    unknown = sorted(set(others) - known)
    if unknown:
        raise OptionError(f"{unknown[0]} is no operand; expected one of {', '.join(sorted(known))}")
    x = given(logits, "logits")
    require_some(x.values, "logits")
    operands = {"pred": np.asarray(x.values, np.float64)}
    for name, array in {"target": labels, **others}.items():
        if array is not None:
            role = "labels" if name == "target" else name
            operands[name] = given(array, role).values
            require_some(operands[name], role)
    if "target" in operands:
        operands["target"] = _tidied(operands["pred"], operands["target"])
    for name, array in operands.items():
        if not array.size:
            raise ShapeError(f"{name} is empty, shape {array.shape}; expected at least one item")
    return Data(operands, x.dtype), x.framework


_OPERANDS = (
    "class_weight sample_weight pos_weight mask variance other delta",
    "logit_length label_length logit_padding label_padding",
)


def _tidied(x: Array, y: Array) -> Array:
    """Labels in the shape and kind that their values call for."""
    y = y.astype(np.int64) if y.dtype.kind == "b" else y
    if y.shape == (*x.shape, 1):
        return y[..., 0]
    if x.shape == (*y.shape, 1) and y.dtype.kind == "f":
        return y[..., None]
    if y.ndim == x.ndim and y.ndim > 1 and y.shape[-1] == 1 < x.shape[-1]:
        y = y[..., 0]  # a column of class indexes
    if y.ndim == x.ndim - 1 and y.dtype.kind == "f" and (y == np.round(y)).all():
        y = y.astype(np.int64)
    return y


def _no_loss(data: Data) -> str:
    shapes = ", ".join(f"{name} {array.shape}" for name, array in data.operands.items())
    return (
        f"no loss takes {shapes} (pred: the logits, target: the labels); expected class indexes in "
        f"the shape of the logits without the class axis, or labels of the same shape"
    )


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


__all__ = ["Cause", "Diagnosis", "diagnose"]
