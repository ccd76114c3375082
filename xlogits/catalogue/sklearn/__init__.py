"""scikit-learn: one file of records for each family of functions."""

from xlogits.catalogue.sklearn import entropy, margin

NATIVES = (*entropy.NATIVES, *margin.NATIVES)
