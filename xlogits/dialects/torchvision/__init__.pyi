# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import ops as ops
