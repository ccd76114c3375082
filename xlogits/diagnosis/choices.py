"""What the options of a loss may be instead: the values that the catalogue knows, and usual ones."""

import math
from dataclasses import fields
from functools import cache
from typing import Any

from xlogits.catalogue import NATIVES
from xlogits.diagnosis.costs import COMMON, FARFETCHED, ORDINARY, RARE
from xlogits.losses import Form, Reduction

# numbers that people write for an option; what the frameworks themselves say comes from the catalogue
USUAL: dict[str, tuple[Any, ...]] = {
    "label_smoothing": (0.1, 0.2, 0.05, 0.01, 0.3, 0.15),
    "margin": (0.0, 1.0, 0.5, 0.2, 0.1, 0.3, 2.0),
    "gamma": (2.0, 0.0, 1.0, 1.5, 3.0, 5.0),
    "alpha": (0.25, 0.5, 0.75, 1.0, None),
    "delta": (1.0, 0.5, 2.0, 0.1, 10.0),
    "p": (1.0, 2.0, math.inf),
    "quantile": (0.5, 0.1, 0.9, 0.25, 0.75, 0.05, 0.95),
    "exponent": (0.5, 0.7, 1.0),
    "first_term": (1.0, 2.0),
    "smooth": (0.0, 1.0, 1e-5),
    "missed": (0.5, 0.3, 0.7, 1.0),
    "extra": (0.5, 0.3, 0.7, 1.0),
    "blank": (0, -1),
    "factor": (1.0, 0.5, 2.0, -1.0, 100.0),
    "power": (1, 2),
}
HANDLED = {  # by changes of their own, or without influence on a number
    *("reduction", "dtype", "spread_weight", "labels", "keepdims", "axis", "ignore_index", "form"),
    "time_major",
}
COST = {
    "label_smoothing": ORDINARY,
    "eps": FARFETCHED,
    "inner": COMMON,
    "zero_infinity": RARE,
}


@cache
def known(name: str) -> dict[str, tuple[Any, ...]]:
    """Every field of a loss, with its values in native functions and those that people set."""
    found: dict[str, list[Any]] = {}
    for native in NATIVES.values():
        if type(native.loss).__name__ != name:
            continue
        for each in fields(native.loss):
            values = [getattr(native.loss, each.name)]
            for arg in native.parameters:
                if arg.to == each.name:
                    values += list((arg.values or {}).values())
            found.setdefault(each.name, []).extend(values)
    return {field: _distinct([*values, *USUAL.get(field, ())]) for field, values in found.items()}


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    kept: list[Any] = []
    for value in values:
        if not any(value == other and type(value) is type(other) for other in kept):
            kept.append(value)
    return tuple(kept)


def alternatives(loss: Any) -> list[tuple[str, Any]]:
    """Every option of a loss with every other value that it may have."""
    return [
        (name, value)
        for name, values in known(type(loss).__name__).items()
        if name not in HANDLED
        for value in values
        if not _same(value, getattr(loss, name)) and not isinstance(value, Reduction)
    ]


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def forms(kind: Any, of: str) -> tuple[Form, ...]:
    """The forms of one kind of prediction that the catalogue knows for a loss."""
    return tuple(form for form in known(kind.__name__).get("form", ()) if form.kind == of)


def spoken(name: str, old: Any, new: Any) -> str:
    """An option that differs, in words."""
    words = _WORDS.get(name)
    if words is not None:
        return words.format(old=old, new=new)
    title = name.replace("_", " ")
    if isinstance(new, bool):
        return f"{title} is {'on' if new else 'off'}"
    return f"{title} is {new} instead of {old}"


_WORDS = {
    "label_smoothing": "the label smoothing is {new:g} instead of {old:g}",
    "blank": "the blank of CTC is class {new} instead of {old} (-1: the last)",
    "stirling": "Stirling's term (the constant of Poisson's likelihood) is {new} instead of {old}",
    "full": "the constant log(2 pi) / 2 of the Gaussian likelihood: full is {new} instead of {old}",
    "log_rate": "the prediction is taken for log-rates: log_input is {new} instead of {old}",
    "log_target": "the target is taken for log-probabilities: log_target is {new} instead of {old}",
    "log_pred": "the prediction is taken for log-probabilities: {new} instead of {old}",
    "per_label": "every loss is divided by its number of labels: {new} instead of {old}",
    "per_delta": "Huber's loss divided by delta (that is smooth L1): {new} instead of {old}",
    "inner": "what is done along the last axis before items are reduced: {new} instead of {old}",
    "offset": "the constant in front is {new:g} instead of {old:g}",
    "factor": "the factor in front is {new:g} instead of {old:g}",
}
