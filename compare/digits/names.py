"""The names that the loss goes by in xlogits: its own, and every dialect that reads logits.

The dialects come from the catalogue, so a new record brings its own curve. On arrays of its own
framework a dialect calls the original, and there its curve is the native one again; on the others it
is the formula that the record stands for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import xlogits as xl
from xlogits.catalogue import NATIVES
from xlogits.catalogue.record import REQUIRED, Native
from xlogits.losses import LOGITS, SoftmaxCrossEntropy

Array = Any
CANONICAL = "xlogits.softmax_cross_entropy"


@dataclass(frozen=True)
class Call:
    """One way to call a loss: under which names it takes its arguments, and how labels are written."""

    name: str
    fn: Callable[..., Array]
    logits: str
    labels: str
    rows: bool  # labels are one number per class
    options: Mapping[str, Any]

    def arguments(self, logits: Array, labels: Array) -> dict[str, Any]:
        return {self.logits: logits, self.labels: labels, **self.options}


def calls() -> Iterator[Call]:
    """The canonical function, then the dialects in the order of the catalogue."""
    mean = {"reduction": "mean"}
    yield Call(CANONICAL, xl.softmax_cross_entropy, "logits", "labels", rows=False, options=mean)
    for native in NATIVES.values():
        if native.framework != "xlogits" and _from_logits(native) is not None:
            yield from _dialect(native)


def _dialect(native: Native) -> Iterator[Call]:
    """The calls of one function or class: two where it takes labels written in either way."""
    loss: Any = native.loss
    path, _, short = native.name.rpartition(".")
    fn = getattr(import_module(f"xlogits.dialects.{path}"), short)
    options = _from_logits(native) or {}
    words = ", ".join(f"{name}={value}" for name, value in options.items())
    if native.then:
        fn, options = fn(**options), {}
    operands = native.parameter("pred").name, native.parameter("target").name
    name = f"{native.name}({words})" if words else native.name
    kind = loss.labels.kind
    if kind != "dense":
        yield Call(name, fn, *operands, rows=False, options=options)
    if kind != "index":
        both = kind == "inferred"
        yield Call(name + ", labels as rows" * both, fn, *operands, rows=True, options=options)


def _from_logits(native: Native) -> dict[str, Any] | None:
    """The options with which a function reads logits and labels; None where it never does."""
    required = {arg.to for arg in native.parameters if arg.default is REQUIRED}
    if type(native.loss) is not SoftmaxCrossEntropy or required - {"pred", "target"}:
        return None
    for arg in native.parameters:
        if arg.to == "form" and arg.values is not None:
            words = [word for word, form in arg.values.items() if form == LOGITS]
            return {arg.name: words[0]} if words else None
    return {} if native.loss.form == LOGITS else None
