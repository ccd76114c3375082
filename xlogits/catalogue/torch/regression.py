"""PyTorch: losses of measured values."""

from xlogits.catalogue.record import Native
from xlogits.catalogue.torch.words import (
    INPUT,
    ITEM_WEIGHT,
    OLD_PLAIN_MEAN,
    PLAIN_MEAN,
    REDUCE,
    SIZE_AVERAGE,
    TARGET,
    with_class,
)
from xlogits.losses import SquaredError

MSE_LOSS = Native(
    "torch.nn.functional.mse_loss",
    SquaredError(spread_weight=True),
    (INPUT, TARGET, SIZE_AVERAGE, REDUCE, PLAIN_MEAN, ITEM_WEIGHT),
    together=OLD_PLAIN_MEAN,
)

NATIVES = (*with_class("MSELoss", MSE_LOSS, (SIZE_AVERAGE, REDUCE, PLAIN_MEAN)),)
