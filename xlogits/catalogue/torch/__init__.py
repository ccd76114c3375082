"""PyTorch: one file of records for each family of functions."""

from xlogits.catalogue.torch import (
    activation,
    divergence,
    entropy,
    margin,
    regression,
    sequence,
    similarity,
)

NATIVES = (
    *entropy.NATIVES,
    *activation.NATIVES,
    *regression.NATIVES,
    *margin.NATIVES,
    *divergence.NATIVES,
    *similarity.NATIVES,
    *sequence.NATIVES,
)
