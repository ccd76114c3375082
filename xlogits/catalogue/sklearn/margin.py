"""sklearn.metrics: the hinge loss, of labels 0, 1, ..., C - 1 as for every metric here."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import MulticlassHinge, Reduction

NATIVES = (
    Native(
        "sklearn.metrics.hinge_loss",
        MulticlassHinge(one_score=True, reduction=Reduction("mean_over_sample_weight")),
        (
            *(Arg("y_true", "target"), Arg("pred_decision", "pred"), "*"),
            Arg("labels", "", None, refuse="encode the labels as 0, 1, ..., C - 1 yourself"),
            Arg("sample_weight", "sample_weight", None),
        ),
        traps=(
            (
                "It takes the classes from the labels: a batch of positives alone is read as negatives, "
                "and scores of 2.5 that should cost 0 cost 3.5."
            ),
        ),
    ),
)
