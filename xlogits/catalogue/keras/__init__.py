"""Keras 3: one file of records for each family of functions."""

from xlogits.catalogue.keras import entropy, margin

NATIVES = (*entropy.NATIVES, *margin.NATIVES)
