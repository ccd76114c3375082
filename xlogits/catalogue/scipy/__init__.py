"""SciPy: one file of records for each family of functions."""

from xlogits.catalogue.scipy import activation, divergence, regression

NATIVES = (*activation.NATIVES, *divergence.NATIVES, *regression.NATIVES)
