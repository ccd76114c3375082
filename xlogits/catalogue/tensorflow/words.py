"""The parameters that TensorFlow's functions share."""

from xlogits.catalogue.record import Arg, last_or_counted
from xlogits.losses import Reduction

LABELS, LOGITS = Arg("labels", "target"), Arg("logits", "pred")
NO_LABELS, NO_LOGITS = Arg("labels", "target", None), Arg("logits", "pred", None)
# TensorFlow brings the classes to the end itself, and does it wrongly for other negative axes
AXIS = Arg("axis", "axis", -1, none=-1, takes=last_or_counted)
NAME = Arg("name", "", None)


NN = "tensorflow.nn."
NN1 = "tensorflow.compat.v1.nn."
LOSSES1 = "tensorflow.compat.v1.losses."


REDUCTION1 = Arg(
    "reduction",
    "reduction",
    "weighted_sum_by_nonzero_weights",
    {
        "none": Reduction("none"),
        "weighted_sum": Reduction("sum"),
        "weighted_mean": Reduction("mean_over_sample_weight", empty="zero"),
        "weighted_sum_over_batch_size": Reduction("mean_over_items", empty="zero"),
        "weighted_sum_by_nonzero_weights": Reduction("mean_over_nonzero_weight", empty="zero"),
    },
)
WEIGHTS1 = Arg("weights", "sample_weight", 1.0, absent=1.0)
SMOOTHING1 = Arg("label_smoothing", "label_smoothing", 0)
# In a TF1 graph the loss is also added to a collection; that side effect is outside this library.
SCOPE1 = (Arg("scope", "", None), Arg("loss_collection", "", "losses"))
