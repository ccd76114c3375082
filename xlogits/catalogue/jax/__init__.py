"""JAX: one file of records for each family of functions."""

from xlogits.catalogue.jax import activation, divergence

NATIVES = (*activation.NATIVES, *divergence.NATIVES)
