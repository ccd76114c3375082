# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

def logistic(x: Any, *, accuracy: Any = None) -> Any: ...
