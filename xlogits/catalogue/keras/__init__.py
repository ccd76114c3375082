"""Keras 3: one file of records for each family of functions."""

from xlogits.catalogue.keras import (
    activation,
    divergence,
    entropy,
    margin,
    overlap,
    regression,
    sequence,
    similarity,
)

NATIVES = (
    *entropy.NATIVES,
    *margin.NATIVES,
    *divergence.NATIVES,
    *activation.NATIVES,
    *similarity.NATIVES,
    *sequence.NATIVES,
    *overlap.NATIVES,
    *regression.NATIVES,
)
