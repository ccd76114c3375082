"""Keras 3: losses of overlap."""

from dataclasses import replace

from xlogits.catalogue.keras.words import CALL, DTYPE, FLOATX, REDUCTION, Y_PRED, Y_TRUE
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import Tversky

# None means all axes
DICE_AXIS = Arg("axis", "axis", None, absent="", since="3.4")
TVERSKY_AXIS = replace(DICE_AXIS, since="3.8")
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


def tail(name: str, axis: Arg) -> tuple[Arg, ...]:
    return REDUCTION, Arg("name", "", name), axis, DTYPE


NATIVES = (
    Native("keras.losses.dice", DICE, (Y_TRUE, Y_PRED, DICE_AXIS), since="3.2", traps=DICE_TRAPS),
    Native(
        "keras.losses.Dice",
        Tversky(axis=None, eps=5e-8, dtype=FLOATX, spread_weight=True),
        tail("dice", DICE_AXIS),
        CALL,
        since="3.2",
        traps=DICE_TRAPS,
    ),
    Native(
        "keras.losses.tversky",
        TVERSKY,
        (Y_TRUE, Y_PRED, ALPHA, BETA, TVERSKY_AXIS),
        since="3.3",
        traps=TVERSKY_TRAPS,
    ),
    Native(
        "keras.losses.Tversky",
        Tversky(axis=None, eps=1e-7, dtype=FLOATX, spread_weight=True),
        (ALPHA, BETA, *tail("tversky", TVERSKY_AXIS)),
        CALL,
        since="3.3",
        traps=TVERSKY_TRAPS,
    ),
)
