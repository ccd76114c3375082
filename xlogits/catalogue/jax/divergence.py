"""JAX: divergences, whose first argument is the target and whose second is the prediction."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import KLDivergence

ARRAYS = Arg("p", "target"), Arg("q", "pred")

NATIVES = (
    Native(
        "jax.scipy.special.rel_entr",
        KLDivergence(),
        ARRAYS,
    ),
    Native("jax.scipy.special.kl_div", KLDivergence(generalized=True), ARRAYS),
)
