"""Keras 3: losses of measured values, all of which average over the last axis first."""

from typing import Any

from xlogits.catalogue.keras.words import CALL, FLOATX, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    AbsoluteError,
    Huber,
    LogCosh,
    PoissonNLL,
    RelativeError,
    SquaredError,
    SquaredLogError,
)

EPS = 1e-7  # keras.config.epsilon() unless told otherwise
DELTA = Arg("delta", "delta", 1.0)
VECTOR = (
    "The mean over the last axis turns vectors of shape (N,) into one loss for the whole batch, "
    "which sample weights then multiply: weights of 1, 2 and 3 are a factor of 2."
)


def _both(
    function: str,
    cls: str,
    loss: Any,
    short: str,
    *options: Arg,
    name: str = "",
    trap: str = VECTOR,
) -> tuple[Native, Native]:
    """The function, with the short names of Keras 2, and the class."""
    old = [f"keras.{module}.{old}" for module in ("losses", "metrics") for old in short.split()]
    return (
        Native(
            f"keras.losses.{function}",
            loss(inner="mean"),
            (Y_TRUE, Y_PRED, *options),
            aliases=(f"keras.metrics.{function}", *old),
            traps=(trap,),
        ),
        Native(
            f"keras.losses.{cls}",
            loss(inner="mean", dtype=FLOATX, spread_weight=True),
            (*options, *class_tail(name or function)),
            CALL,
            traps=(trap,),
        ),
    )


def _with(loss: Any, **fields: Any) -> Any:
    return lambda **more: loss(**fields, **more)


NATIVES = (
    *_both("mean_squared_error", "MeanSquaredError", SquaredError, "mse MSE"),
    *_both("mean_absolute_error", "MeanAbsoluteError", AbsoluteError, "mae MAE"),
    *_both(
        "mean_absolute_percentage_error",
        "MeanAbsolutePercentageError",
        _with(RelativeError, factor=100.0, floor=EPS),
        "mape MAPE",
        trap="It is in percent where scikit-learn gives a fraction, and a target of 0 counts as 1e-7: "
        "a difference of 1 there costs 1e9.",
    ),
    *_both(
        "mean_squared_logarithmic_error",
        "MeanSquaredLogarithmicError",
        _with(SquaredLogError, floor=EPS),
        "msle MSLE",
        trap="Negative values count as 1e-7 without a word and have no gradient; scikit-learn raises "
        "below -1.",
    ),
    *_both("huber", "Huber", Huber, "", DELTA, name="huber_loss"),
    *_both("log_cosh", "LogCosh", LogCosh, "logcosh"),
    *_both(
        "poisson",
        "Poisson",
        _with(PoissonNLL, log_rate=False, eps=EPS),
        "",
        trap="The prediction is a rate, where PyTorch and TensorFlow take its logarithm by default; "
        "log(rate + 1e-7) is off by 1.5 at a rate of 1e-6.",
    ),
)
