# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

def log_loss(y_true: Any, y_proba: Any = None, *, normalize: bool = True, sample_weight: Any = None, labels: Any = None, y_pred: str = 'deprecated') -> Any: ...
