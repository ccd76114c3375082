"""What names mean: one of them explained, all of them as tables."""

from xlogits.naming.explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
