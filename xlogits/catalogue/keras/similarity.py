"""Keras 3: losses of embeddings."""

from xlogits.catalogue.keras.words import ALL_OR_ONE, CALL, FLOATX, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Native
from xlogits.losses import CosineSimilarity

TRAPS = (
    (
        "The negative of the cosine: -1 is best. F.cosine_similarity and optax.cosine_similarity return "
        "the cosine itself, which minimised points every row the wrong way."
    ),
    "A row of zeros costs 0, as an orthogonal one does; in optax it is NaN.",
)

NATIVES = (
    Native(
        "keras.losses.cosine_similarity",
        CosineSimilarity(factor=-1.0, eps=1e-7),
        (Y_TRUE, Y_PRED, ALL_OR_ONE),
        traps=TRAPS,
    ),
    Native(
        "keras.losses.CosineSimilarity",
        CosineSimilarity(factor=-1.0, eps=1e-7, dtype=FLOATX, spread_weight=True),
        (ALL_OR_ONE, *class_tail("cosine_similarity")),
        CALL,
        traps=TRAPS,
    ),
)
