"""What a framework says to a record's code: an error, a warning, or a line of its log."""

import ast
import importlib
import logging
import warnings
from importlib.util import find_spec
from typing import Any

from xlogits.concepts.record import Message

# the name in a record's code -> the module, and what has to be installed for it
HOMES = {
    "F": "torch.nn.functional",
    "jax": "jax",
    "jnp": "jax.numpy",
    "keras": "keras",
    "nn": "torch.nn",
    "np": "numpy",
    "optax": "optax",
    "tf": "tensorflow",
    "torch": "torch",
}


def _used(message: Message) -> set[str]:
    """The modules that the code needs: by their usual names, or imported in `given`."""
    tree = ast.parse("\n".join((message.given, message.wrong, message.right)))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    return {HOMES[name] for name in names if name in HOMES} | imported


def missing(message: Message) -> list[str]:
    """The packages that are needed and not installed."""
    roots = {module.partition(".")[0] for module in _used(message)}
    return sorted(root for root in roots if find_spec(root) is None)


def on_gpu(message: Message) -> bool:
    return ".cuda()" in message.given


def scope(message: Message) -> dict[str, Any]:
    """The names of the record's code, and what it makes first."""
    found: dict[str, Any] = {
        name: importlib.import_module(home)
        for name, home in HOMES.items()
        if home in _used(message)
    }
    exec(message.given, found)
    return found


def said(message: Message, code: str) -> list[str]:
    """What is said when this code of a record runs: errors as Python shows them, warnings, the log."""
    names = scope(message)
    lines = _Lines()
    loggers = {log: log.level for log in map(logging.getLogger, ("tensorflow", "absl"))}
    _forget_what_was_said_once()
    told: list[str] = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for logger in loggers:
            logger.addHandler(lines)
            logger.setLevel(logging.WARNING)  # whoever ran before may have silenced it
        try:
            exec(code, names)
        except Exception as error:  # whatever the framework raises is what is asked for
            told.append(f"{type(error).__name__}: {error}")
        finally:
            for logger, level in loggers.items():
                logger.removeHandler(lines)
                logger.setLevel(level)
    return [*told, *lines.told, *(f"{w.category.__name__}: {w.message}" for w in warned)]


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def _forget_what_was_said_once() -> None:
    """TensorFlow speaks of a deprecated function once a process."""
    if find_spec("tensorflow") is not None:
        deprecation = importlib.import_module("tensorflow.python.util.deprecation")
        deprecation._PRINTED_WARNING.clear()
