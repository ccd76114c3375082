"""Keras 3: hinge losses in keras.losses, as classes and as functions."""

from xlogits.catalogue.keras.words import CALL, FLOATX, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Native
from xlogits.losses import CategoricalHinge, Hinge

MIXED = (
    (
        "Labels of 0 and 1 become -1 and 1 only if the whole batch is of these; one -1 leaves every 0 "
        "as it is, which costs 1 without gradient."
    ),
)
SHIFT = (
    (
        "Not Crammer and Singer's hinge (optax, scikit-learn): negative scores of wrong classes count "
        "as 0, so scores (-1, -5) with label 0 cost 2 instead of 0."
    ),
)

NATIVES = (
    Native(
        "keras.losses.hinge",
        Hinge(signs="inferred", inner="mean"),
        (Y_TRUE, Y_PRED),
        aliases=("keras.metrics.hinge",),
        traps=MIXED,
    ),
    Native(
        "keras.losses.Hinge",
        Hinge(signs="inferred", inner="mean", dtype=FLOATX, spread_weight=True),
        class_tail("hinge"),
        CALL,
        traps=MIXED,
    ),
    Native(
        "keras.losses.squared_hinge",
        Hinge(signs="inferred", inner="mean", power=2),
        (Y_TRUE, Y_PRED),
        aliases=("keras.metrics.squared_hinge",),
        traps=MIXED,
    ),
    Native(
        "keras.losses.SquaredHinge",
        Hinge(signs="inferred", inner="mean", power=2, dtype=FLOATX, spread_weight=True),
        class_tail("squared_hinge"),
        CALL,
        traps=MIXED,
    ),
    Native(
        "keras.losses.categorical_hinge",
        CategoricalHinge(),
        (Y_TRUE, Y_PRED),
        aliases=("keras.metrics.categorical_hinge",),
        traps=SHIFT,
    ),
    Native(
        "keras.losses.CategoricalHinge",
        CategoricalHinge(dtype=FLOATX, spread_weight=True),
        class_tail("categorical_hinge"),
        CALL,
        traps=SHIFT,
    ),
)
