"""scikit-learn: one file of records for each family of functions."""

from xlogits.catalogue.sklearn import entropy, margin, regression

NATIVES = (*entropy.NATIVES, *margin.NATIVES, *regression.NATIVES)
