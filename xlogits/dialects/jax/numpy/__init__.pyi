# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

def logaddexp(x1: Any, x2: Any, /, *, out: Any = None, where: Any = None) -> Any: ...
