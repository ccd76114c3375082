"""optax.losses: losses of measured values, one number for each."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import Huber, LogCosh, Square, SquaredError

PREDICTIONS, TARGETS = (
    Arg("predictions", "pred"),
    Arg("targets", "target", None, left_out="0 everywhere"),
)

NATIVES = (
    Native(
        "optax.squared_error",
        SquaredError(),
        (PREDICTIONS, TARGETS),
        without=Native("optax.squared_error", Square(), (PREDICTIONS,), lacks="targets"),
        aliases=("optax.losses.squared_error",),
    ),
    Native(
        "optax.l2_loss",
        SquaredError(factor=0.5),
        (PREDICTIONS, TARGETS),
        without=Native("optax.l2_loss", Square(factor=0.5), (PREDICTIONS,), lacks="targets"),
        aliases=("optax.losses.l2_loss",),
        traps=("It is half the squared error: as MSE it halves losses and gradients.",),
    ),
    Native(
        "optax.huber_loss",
        Huber(),
        (PREDICTIONS, TARGETS, "*", Arg("delta", "delta", 1.0)),
        aliases=("optax.losses.huber_loss",),
        starred="0.2.7",
        traps=("A column (N, 1) against a vector (N,) silently broadcasts to (N, N).",),
    ),
    Native(
        "optax.log_cosh",
        LogCosh(),
        (PREDICTIONS, TARGETS),
        aliases=("optax.losses.log_cosh",),
    ),
)
