"""TensorFlow: the hinge loss of TF1."""

from xlogits.catalogue.record import Native
from xlogits.catalogue.tensorflow.words import (
    LABELS,
    LOGITS,
    LOSSES1,
    REDUCTION1,
    SCOPE1,
    WEIGHTS1,
)
from xlogits.losses import Hinge

NATIVES = (
    Native(
        f"{LOSSES1}hinge_loss",
        Hinge(signs="binary", dtype="float32"),
        (LABELS, LOGITS, WEIGHTS1, *SCOPE1, REDUCTION1),
        traps=(
            "Labels are 0 and 1, always; -1 becomes -3 and triples the gradient of the negatives.",
            "It computes in float32 and returns float32, also for float64.",
        ),
    ),
)
