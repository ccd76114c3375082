"""optax: one file of records for each family of functions."""

from xlogits.catalogue.optax import divergence, entropy, margin, overlap, regression, similarity

NATIVES = (
    *entropy.NATIVES,
    *margin.NATIVES,
    *divergence.NATIVES,
    *similarity.NATIVES,
    *overlap.NATIVES,
    *regression.NATIVES,
)
