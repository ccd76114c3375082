"""optax.losses: losses of embeddings."""

from xlogits.catalogue.optax.entropy import AXIS, WHERE
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import CosineSimilarity, TripletMargin

ARRAYS = Arg("predictions", "pred"), Arg("targets", "target")
EPSILON = Arg("epsilon", "eps", 0.0, none=0.0)
ZEROS = "A row of zeros gives NaN: epsilon is 0, and floors the squared length. PyTorch gives 0."
FLOOR = (("0.2.4", "epsilon floors the squared length, which until then was the length"),)

NATIVES = (
    Native(
        "optax.losses.cosine_similarity",
        CosineSimilarity(guard="square"),
        (*ARRAYS, "*", EPSILON, AXIS, WHERE),
        aliases=("optax.cosine_similarity",),
        starred="0.2.7",
        changed=FLOOR,
        traps=("Not a loss: 1 where the rows agree. Minimise optax.losses.cosine_distance.", ZEROS),
    ),
    Native(
        "optax.losses.cosine_distance",
        CosineSimilarity(guard="square", factor=-1.0, offset=1.0),
        (*ARRAYS, "*", EPSILON, AXIS, WHERE),
        aliases=("optax.cosine_distance",),
        starred="0.2.7",
        changed=FLOOR,
        traps=(ZEROS,),
    ),
    Native(
        "optax.losses.triplet_margin_loss",
        TripletMargin(guard="power"),
        (
            *(Arg("anchors", "pred"), Arg("positives", "target"), Arg("negatives", "other")),
            AXIS,
            # it takes no absolute values, so odd degrees are no distance and mostly NaN
            Arg("norm_degree", "p", 2, {2: 2.0, 4: 4.0, 6: 6.0}),
            *(Arg("margin", "margin", 1.0), Arg("eps", "eps", 1e-6)),
        ),
        since="0.2.5",
        traps=(
            (
                "Differences are raised to norm_degree without an absolute value: degree 3 gives NaN, "
                "degree 1 a signed sum."
            ),
            "eps goes into the sum of the squares: equal rows are 1e-3 apart.",
        ),
    ),
)
