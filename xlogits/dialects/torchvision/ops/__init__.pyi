# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

def sigmoid_focal_loss(inputs: Any, targets: Any, alpha: float = 0.25, gamma: int = 2, reduction: str = 'none') -> Any: ...
