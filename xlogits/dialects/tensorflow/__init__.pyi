# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from typing import Any

from . import compat as compat
from . import keras as keras
from . import math as math
from . import nn as nn
def reduce_logsumexp(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any: ...
def sigmoid(x: Any, name: Any = None) -> Any: ...
