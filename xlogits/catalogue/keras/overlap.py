"""Keras 3: losses of overlap."""

from xlogits.catalogue.keras.words import CALL, DTYPE, FLOATX, REDUCTION, Y_PRED, Y_TRUE
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import Tversky

AXIS = Arg("axis", "axis", None, absent="")  # None means all axes
ALPHA, BETA = Arg("alpha", "missed", 0.5), Arg("beta", "extra", 0.5)
# twice the shared part over the sum of both: 1e-7 there is half of it here
DICE, TVERSKY = Tversky(axis=None, eps=5e-8), Tversky(axis=None, eps=1e-7)
WHOLE_BATCH = (
    "By default it sums over the whole batch, into one number: batches of other sizes give other "
    "losses, and a sample_weight cannot weight samples."
)
DICE_TRAPS = (
    WHOLE_BATCH,
    "Two empty regions cost 1, the most there is: eps is in the denominator only. optax says 0.",
)
TVERSKY_TRAPS = (
    WHOLE_BATCH,
    (
        "alpha weights what is missed and beta what is not there, the reverse of its documentation and "
        "of optax: with alpha=0.9, one pixel hit and one missed cost 0.474."
    ),
)


def tail(name: str) -> tuple[Arg, ...]:
    return REDUCTION, Arg("name", "", name), AXIS, DTYPE


NATIVES = (
    Native("keras.losses.dice", DICE, (Y_TRUE, Y_PRED, AXIS), traps=DICE_TRAPS),
    Native(
        "keras.losses.Dice",
        Tversky(axis=None, eps=5e-8, dtype=FLOATX, spread_weight=True),
        tail("dice"),
        CALL,
        traps=DICE_TRAPS,
    ),
    Native(
        "keras.losses.tversky",
        TVERSKY,
        (Y_TRUE, Y_PRED, ALPHA, BETA, AXIS),
        traps=TVERSKY_TRAPS,
    ),
    Native(
        "keras.losses.Tversky",
        Tversky(axis=None, eps=1e-7, dtype=FLOATX, spread_weight=True),
        (ALPHA, BETA, *tail("tversky")),
        CALL,
        traps=TVERSKY_TRAPS,
    ),
)
