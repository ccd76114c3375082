"""optax: one file of records for each family of functions."""

from xlogits.catalogue.optax import (
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
    *similarity.NATIVES,
    *sequence.NATIVES,
    *overlap.NATIVES,
    *regression.NATIVES,
)
