# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

def entropy(pk: Any, qk: Any = None, base: Any = None, axis: int = 0, *, nan_policy: str = 'propagate', keepdims: bool = False) -> Any: ...
