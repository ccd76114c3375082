# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import activations as activations
from . import losses as losses
from . import metrics as metrics
from . import ops as ops
