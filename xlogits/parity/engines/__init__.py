"""How each framework is run: making its arrays, its modes, its gradients. One file per framework."""

from contextlib import nullcontext
from importlib import import_module
from typing import Any

from xlogits.parity.engines.run import Call, Failure, Outcome, Result


def load(name: str) -> Any:
    """The engine of a framework; importing it imports the framework."""
    return import_module(f"xlogits.parity.engines.{name}")


def settled(engine: Any, dtype: str) -> Any:
    """A context in which packages on the arrays of a framework compute in this dtype."""
    return getattr(engine, "keras_in", nullcontext)(dtype)


__all__ = ["Call", "Failure", "Outcome", "Result", "load", "settled"]
