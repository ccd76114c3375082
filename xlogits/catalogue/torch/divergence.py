"""PyTorch: divergences."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import (
    BY_COUNT,
    INPUT,
    REDUCE,
    SIZE_AVERAGE,
    TARGET,
    in_words,
    with_class,
)
from xlogits.losses import KLDivergence, Reduction

MEAN, OLD_MEAN = in_words({**BY_COUNT, "batchmean": Reduction("mean_over_batch")})
LOG_TARGET = Arg("log_target", "log_target", False, {False: False, True: True})

KL_DIV = Native(
    "torch.nn.functional.kl_div",
    KLDivergence(log_pred=True),
    (INPUT, TARGET, SIZE_AVERAGE, REDUCE, MEAN, LOG_TARGET),
    together=OLD_MEAN,
    traps=("A target of shape (1, C) broadcasts without a word.",),
)

NATIVES = (*with_class("KLDivLoss", KL_DIV, (SIZE_AVERAGE, REDUCE, MEAN, LOG_TARGET)),)
