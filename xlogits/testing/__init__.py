"""Assertions of parity for test suites, and the pytest plugin. Nothing is imported before it is used.

>>> from xlogits.testing import assert_parity
>>> assert_parity([1.0, 2.0], (1.0, 2.0))
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlogits.testing.backend import Backend
    from xlogits.testing.losses import assert_losses_match
    from xlogits.testing.parity import assert_parity

_HOME = {"Backend": "backend", "assert_parity": "parity", "assert_losses_match": "losses"}
__all__ = ["Backend", "assert_losses_match", "assert_parity"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'xlogits.testing' has no attribute {name!r}")
    return getattr(import_module(f"xlogits.testing.{_HOME[name]}"), name)
