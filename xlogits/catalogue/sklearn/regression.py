"""sklearn.metrics: errors of measured values.

Each output is averaged over the samples, weighted, before the outputs are averaged; so the weights
are those of an inner mean along axis 0.
"""

from typing import Any

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    AbsoluteError,
    BrierScore,
    QuantileError,
    Reduction,
    RelativeError,
    SquaredError,
    SquaredLogError,
    TweedieDeviance,
)

TRUE, PRED = Arg("y_true", "target"), Arg("y_pred", "pred")
WEIGHT = Arg("sample_weight", "inner_weight", None)
MEAN = Reduction("mean_over_items")
OUTPUTS = Arg(
    "multioutput",
    "reduction",
    "uniform_average",
    {"uniform_average": MEAN, "raw_values": Reduction("none")},
)
ENCODE = "encode the labels as 0, 1, ..., C - 1 yourself"
HALVED = {"auto": "two", True: "always", False: "never"}
SQUARED = (("1.6", Arg("squared", "", "deprecated", refuse="False is root_mean_squared_error")),)
EPS64 = 2.0**-52


def _error(name: str, loss: Any, *options: Arg, inner: str = "mean", **record: Any) -> Native:
    return Native(
        f"sklearn.metrics.{name}",
        loss(axis=0, inner=inner, reduction=MEAN),
        (TRUE, PRED, "*", WEIGHT, *options, OUTPUTS),
        **record,
    )


def _deviance(name: str, power: float, *options: Arg) -> Native:
    return Native(
        f"sklearn.metrics.{name}",
        TweedieDeviance(power=power, axis=0, inner="mean", reduction=MEAN),
        (TRUE, PRED, "*", WEIGHT, *options),
    )


def _relative(**fields: Any) -> RelativeError:
    return RelativeError(floor=EPS64, **fields)


NATIVES = (
    _error("mean_squared_error", SquaredError, gone=SQUARED),
    _error("root_mean_squared_error", SquaredError, inner="root_mean", since="1.4"),
    _error("mean_absolute_error", AbsoluteError),
    _error(
        "mean_absolute_percentage_error",
        _relative,
        traps=(
            (
                "It is a fraction where Keras gives percent; a target of 0 counts as 2.2e-16, so one of "
                "them makes a mean of 1e15 out of ordinary errors."
            ),
        ),
    ),
    _error("mean_squared_log_error", SquaredLogError, gone=SQUARED),
    _error("root_mean_squared_log_error", SquaredLogError, inner="root_mean", since="1.4"),
    _error("mean_pinball_loss", QuantileError, Arg("alpha", "quantile", 0.5)),
    Native(
        "sklearn.metrics.brier_score_loss",
        BrierScore(halved="two", one_score=True, reduction=Reduction("mean_over_sample_weight")),
        (
            *(TRUE, Arg("y_proba", "pred", was=(("1.7", None),)), "*"),
            Arg("sample_weight", "sample_weight", None),
            Arg("pos_label", "", None, refuse=ENCODE),
            Arg("labels", "", None, refuse=ENCODE, since="1.7"),
            Arg("scale_by_half", "halved", "auto", HALVED, since="1.7"),
        ),
        gone=(("1.7", Arg("y_prob", "", "deprecated", refuse="it is the old name of y_proba")),),
    ),
    _deviance("mean_poisson_deviance", 1),
    _deviance("mean_gamma_deviance", 2),
    _deviance("mean_tweedie_deviance", 0, Arg("power", "power", 0)),
)
