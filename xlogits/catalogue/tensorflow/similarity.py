"""TensorFlow 1: losses of embeddings, in tf.compat.v1.losses."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.tensorflow.words import LABELS, LOSSES1, REDUCTION1, SCOPE1, WEIGHTS1
from xlogits.losses import InnerProduct

NATIVES = (
    Native(
        f"{LOSSES1}cosine_distance",
        InnerProduct(factor=-1.0, offset=1.0, keepdims=True),
        (
            *(LABELS, Arg("predictions", "pred"), Arg("axis", "axis", None, needed=True), WEIGHTS1),
            *(*SCOPE1, REDUCTION1, Arg("dim", "axis", None)),
        ),
        traps=(
            (
                "It does not scale rows to length 1: on raw embeddings a trained model reached -413 "
                "where the cosine distance is 0.18."
            ),
            "The axis stays, with size 1, and so it must in `weights`.",
        ),
    ),
)
