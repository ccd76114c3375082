"""Keras 3: one file of records for each family of functions."""

from xlogits.catalogue.keras import activation, divergence, entropy, margin

NATIVES = (
    *entropy.NATIVES,
    *margin.NATIVES,
    *divergence.NATIVES,
    *activation.NATIVES,
)
