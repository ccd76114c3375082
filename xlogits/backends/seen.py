"""What the dispatch has met so far: the types of arrays, and the public functions with a short cut.

It stands below the backends, so that PyTorch's can tell its compiler about it.
"""

from typing import Any

from xlogits.backends.protocol import Namespace

MODULES: dict[type, Namespace] = {}  # by the types met so far
SHORTENED: list[tuple[Any, Any]] = []  # what `shortened` was told


def met(array: Any) -> Namespace | None:
    """The backend module for an array of a type met before, without further questions, or None."""
    return MODULES.get(type(array))


def remember(kind: type, module: Namespace) -> None:
    """Have `met` give this module for arrays of this type."""
    MODULES[kind] = module
