"""TensorFlow: one file of records for each family of functions."""

from xlogits.catalogue.tensorflow import (
    activation,
    entropy,
    margin,
    regression,
    sequence,
    similarity,
)

NATIVES = (
    *entropy.NATIVES,
    *activation.NATIVES,
    *margin.NATIVES,
    *similarity.NATIVES,
    *regression.NATIVES,
    *sequence.NATIVES,
)
