"""PyTorch: losses of measured values."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import (
    INPUT,
    ITEM_WEIGHT,
    ITEM_WEIGHTED_MEAN,
    OLD_ITEM_WEIGHTED_MEAN,
    OLD_PLAIN_MEAN,
    PLAIN_MEAN,
    REDUCE,
    SIZE_AVERAGE,
    TARGET,
    with_class,
)
from xlogits.losses import AbsoluteError, GaussianNLL, Huber, PoissonNLL, SquaredError

WEIGHT = replace(ITEM_WEIGHT, since="2.6")
OLD = (SIZE_AVERAGE, REDUCE, PLAIN_MEAN)
BETA, DELTA = Arg("beta", "delta", 1.0), Arg("delta", "delta", 1.0)
RATES = {True: True, False: False}
LOG_INPUT = Arg("log_input", "log_rate", True, RATES)
STIRLING, POISSON_EPS = Arg("full", "stirling", False, RATES), Arg("eps", "eps", 1e-8)
FULL, EPS = Arg("full", "full", False, RATES, none=False), Arg("eps", "eps", 1e-6)
VAR = Arg("var", "variance")

COLUMN = (
    "A column (N, 1) against a vector (N,) broadcasts to (N, N) with no more than a warning: a "
    "regression that reaches R2 0.995 learns the mean, R2 0.002."
)
WEIGHTS = (
    "With `weight` the mean divides by the sum of the weights here and in its sister, "
    "but by the number of items in F.huber_loss."
)

MSE_LOSS = Native(
    "torch.nn.functional.mse_loss",
    SquaredError(),
    (INPUT, TARGET, SIZE_AVERAGE, REDUCE, ITEM_WEIGHTED_MEAN, WEIGHT),
    together=OLD_ITEM_WEIGHTED_MEAN,
    traps=(COLUMN, WEIGHTS),
)
L1_LOSS = Native(
    "torch.nn.functional.l1_loss",
    AbsoluteError(),
    (INPUT, TARGET, SIZE_AVERAGE, REDUCE, ITEM_WEIGHTED_MEAN, WEIGHT),
    together=OLD_ITEM_WEIGHTED_MEAN,
    traps=(
        COLUMN,
        WEIGHTS,
        (
            "torch.compile drops `weight` (2.13): errors of 1, 2, 3 with weights of 1, 0, 0 give 2.0 "
            "instead of 1.0."
        ),
    ),
)
SMOOTH_L1_LOSS = Native(
    "torch.nn.functional.smooth_l1_loss",
    Huber(per_delta=True),
    (INPUT, TARGET, SIZE_AVERAGE, REDUCE, PLAIN_MEAN, BETA),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "It is the Huber loss divided by beta: ported as Huber with delta 0.1, or back, losses and "
            "learning rate are off by a factor of 10."
        ),
    ),
)
HUBER_LOSS = Native(
    "torch.nn.functional.huber_loss",
    Huber(),
    (INPUT, TARGET, PLAIN_MEAN, DELTA, WEIGHT),
    traps=(
        (
            "With `weight` the mean divides by the number of items, while F.mse_loss and F.l1_loss "
            "divide by the sum of the weights: weights of 2 double it here and change nothing there."
        ),
    ),
)
POISSON_NLL_LOSS = Native(
    "torch.nn.functional.poisson_nll_loss",
    PoissonNLL(eps=1e-8),
    (INPUT, TARGET, LOG_INPUT, STIRLING, SIZE_AVERAGE, POISSON_EPS, REDUCE, PLAIN_MEAN),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "The input is the logarithm of the rate by default; a rate passed there gave a gradient "
            "55 times too large."
        ),
        (
            "`full` adds Stirling's approximation for targets above 1 and nothing below, where "
            "log 0.5! is -0.12."
        ),
    ),
)
GAUSSIAN_NLL_LOSS = Native(
    "torch.nn.functional.gaussian_nll_loss",
    GaussianNLL(),
    (INPUT, TARGET, VAR, FULL, EPS, PLAIN_MEAN),
    changed=(("2.6", "`var` may be a number"),),
    traps=(
        (
            "A variance below eps counts as eps but keeps its gradient: at variance 0 and a difference "
            "of 1 that is -5e11."
        ),
        (
            "A variance of the shape of the input without its last axis is one number for each row, "
            "also where all axes are equally long and NumPy would align it with the columns."
        ),
    ),
)

NATIVES = (
    *with_class("MSELoss", replace(MSE_LOSS, traps=(COLUMN,)), OLD),
    *with_class("L1Loss", replace(L1_LOSS, traps=(COLUMN,)), OLD),
    *with_class("SmoothL1Loss", SMOOTH_L1_LOSS, (*OLD, BETA)),
    *with_class("HuberLoss", replace(HUBER_LOSS, traps=()), (PLAIN_MEAN, DELTA)),
    *with_class(
        "PoissonNLLLoss",
        POISSON_NLL_LOSS,
        (LOG_INPUT, STIRLING, SIZE_AVERAGE, POISSON_EPS, REDUCE, PLAIN_MEAN),
        (Arg("log_input", "pred", key="input"), TARGET),
    ),
    *with_class(
        "GaussianNLLLoss", GAUSSIAN_NLL_LOSS, ("*", FULL, EPS, PLAIN_MEAN), (INPUT, TARGET, VAR)
    ),
)
