# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import nn as nn
from . import scipy as scipy
