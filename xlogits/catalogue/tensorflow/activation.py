"""TensorFlow: the elementary functions."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.tensorflow.words import LOGITS, NAME, NN
from xlogits.losses import Transform

NATIVES = (
    Native(
        f"{NN}softmax", Transform(function="softmax"), (LOGITS, Arg("axis", "axis", None), NAME)
    ),
    Native(
        f"{NN}log_softmax",
        Transform(function="log_softmax"),
        (LOGITS, Arg("axis", "axis", None), NAME),
    ),
)
