"""What names and words mean: one of them explained, all of them as tables."""

from typing import TYPE_CHECKING, Any

from xlogits.naming.answer import Answer
from xlogits.naming.asking import explain

if TYPE_CHECKING:
    from xlogits.naming.explanation import Explanation

__all__ = ["Answer", "Explanation", "explain"]


def __getattr__(name: str) -> Any:  # the explanations of functions ask the translations
    if name != "Explanation":
        raise AttributeError(f"module 'xlogits.naming' has no attribute {name!r}")
    from xlogits.naming.explanation import Explanation

    return Explanation
