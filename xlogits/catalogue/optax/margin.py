"""optax.losses: hinge, perceptron and sparsemax losses."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import BinarySparsemax, Hinge, MulticlassHinge, Sparsemax

OUTPUTS, TARGETS = Arg("predictor_outputs", "pred"), Arg("targets", "target")
SCORES, LOGITS, LABELS = Arg("scores", "pred"), Arg("logits", "pred"), Arg("labels", "target")

NATIVES = (
    Native(
        "optax.hinge_loss",
        Hinge(),
        (OUTPUTS, TARGETS),
        aliases=("optax.losses.hinge_loss",),
        traps=(
            (
                "Labels are -1 and 1; 0 is accepted and costs 1 without gradient: a model of 92 % "
                "accuracy ends at 48 %."
            ),
        ),
    ),
    Native("optax.losses.perceptron_loss", Hinge(margin=0.0), (OUTPUTS, TARGETS), since="0.2.3"),
    Native("optax.losses.sparsemax_loss", BinarySparsemax(), (LOGITS, LABELS), since="0.2.3"),
    Native(
        "optax.losses.multiclass_hinge_loss", MulticlassHinge(), (SCORES, LABELS), since="0.2.3"
    ),
    Native(
        "optax.losses.multiclass_perceptron_loss",
        MulticlassHinge(margin=0.0),
        (SCORES, LABELS),
        since="0.2.3",
    ),
    Native("optax.losses.multiclass_sparsemax_loss", Sparsemax(), (SCORES, LABELS), since="0.2.3"),
)
