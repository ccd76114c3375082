# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import compat as compat
from . import keras as keras
from . import nn as nn
