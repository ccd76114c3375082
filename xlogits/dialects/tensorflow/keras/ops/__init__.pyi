# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from xlogits.dialects.keras.ops import *
