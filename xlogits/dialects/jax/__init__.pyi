# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import lax as lax
from . import nn as nn
from . import numpy as numpy
from . import scipy as scipy
