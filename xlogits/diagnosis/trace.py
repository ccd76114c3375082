"""Where two models part: the first of their named intermediate arrays that differs, and why."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from xlogits.arrays import given
from xlogits.diagnosis.compare import LogitsComparison, compare_logits
from xlogits.errors import OptionError, XlogitsError

Array = Any
Named = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Divergence:
    """What `trace_divergence` found.

    Attributes:
        name: the first array that differs; '' if none does.
        before: the last that was the same; '' if the first one differs already.
        why: how both differ there: shapes, or what `compare_logits` says.
        compared: the names that both sides gave, in order, as far as they were looked at.
        unmatched: names that only one side gave.
    """

    name: str
    before: str = ""
    why: str = ""
    compared: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"the same in all of {len(self.compared)} arrays"]
        if self.name:
            after = f"the same up to {self.before!r}" if self.before else "from the start"
            lines = [f"they part at {self.name!r} ({after})", *self.why.splitlines()]
        if self.unmatched:
            lines.append(f"given by one side only: {', '.join(self.unmatched)}")
        return "\n".join(lines)


def trace_divergence(
    run_a: Callable[[], Named],
    run_b: Callable[[], Named],
    *,
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> Divergence:
    """The first named intermediate array at which two runs part.

    Args:
        run_a, run_b: called without arguments; each gives pairs of a name and an array of any
            framework, in the order of computation. `recorded` makes them from modules and layers.
        rtol, atol: up to where two arrays are the same.

    Raises:
        OptionError: no name is given by both sides, or one name twice.

    Example:
        >>> x = np.array([[1.0, 2.0]])
        >>> found = trace_divergence(
        ...     lambda: [("hidden", x), ("logits", 2 * x)], lambda: [("hidden", x), ("logits", x)])
        >>> found.name, found.before
        ('logits', 'hidden')
    """
    first, second = _named(run_a(), "first"), _named(run_b(), "second")
    shared = [name for name in first if name in second]
    if not shared:
        raise OptionError(
            f"no name is given by both sides: {', '.join(first)} and {', '.join(second)}"
        )
    alone = tuple(name for name in (*first, *second) if (name in first) != (name in second))
    before = ""
    for number, name in enumerate(shared, 1):
        why = _difference(first[name], second[name], rtol, atol)
        if why:
            return Divergence(name, before, why, tuple(shared[:number]), alone)
        before = name
    return Divergence("", before, "", tuple(shared), alone)


def _named(pairs: Named, which: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, array in pairs:
        if name in found:
            raise OptionError(f"the {which} run gives {name!r} twice; number the calls")
        found[name] = array
    return found


def _difference(a: Any, b: Any, rtol: float, atol: float) -> str:
    """What is different; '' where nothing is."""
    one, two = given(a, "the first").values, given(b, "the second").values
    if one.shape == two.shape and np.allclose(one, two, rtol, atol, equal_nan=True):
        return ""
    try:
        found: LogitsComparison = compare_logits(a, b)
    except XlogitsError as error:
        return str(error)
    return str(found)


@contextmanager
def recorded(model: Any) -> Iterator[list[tuple[str, Any]]]:
    """Everything that the parts of a model give while the block runs, by name, in order.

    `model` is a torch.nn.Module, of which every submodule is watched, or a Keras model, of which every
    layer is. A part that is called again has its number behind its name: "dense", "dense#2".
    """
    kept: list[tuple[str, Any]] = []
    counts: dict[str, int] = {}

    def keep(name: str, value: Any) -> None:
        if isinstance(value, (tuple, list, dict)) or value is None:
            return
        counts[name] = counts.get(name, 0) + 1
        title = name if counts[name] == 1 else f"{name}#{counts[name]}"
        kept.append((title, given(value, title).values))

    watch = _modules if hasattr(model, "named_modules") else _layers
    undo = watch(model, keep)
    try:
        yield kept
    finally:
        for each in undo:
            each()


def _modules(model: Any, keep: Callable[[str, Any], None]) -> list[Callable[[], None]]:
    """Forward hooks on every submodule of a PyTorch model."""
    handles = [
        part.register_forward_hook(lambda part, args, out, name=name: keep(name, out))
        for name, part in model.named_modules()
        if name
    ]
    return [handle.remove for handle in handles]


def _layers(model: Any, keep: Callable[[str, Any], None]) -> list[Callable[[], None]]:
    """A wrapped `call` on every layer of a Keras model."""
    if not hasattr(model, "layers"):
        raise OptionError(
            f"model is a {type(model).__name__}; expected a torch.nn.Module or a Keras model"
        )
    undo: list[Callable[[], None]] = []
    for layer in model.layers:
        plain = layer.call

        def call(
            *args: Any, plain: Callable[..., Any] = plain, name: str = layer.name, **kwargs: Any
        ) -> Any:
            out = plain(*args, **kwargs)
            keep(name, out)
            return out

        layer.call = call
        undo.append(partial(setattr, layer, "call", plain))
    return undo
