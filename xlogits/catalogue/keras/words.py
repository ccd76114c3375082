"""The parameters that Keras' losses share."""

from xlogits.catalogue.record import Arg
from xlogits.losses import Reduction

Y_TRUE, Y_PRED = Arg("y_true", "target"), Arg("y_pred", "pred")
SAMPLE_WEIGHT = Arg("sample_weight", "sample_weight", None)
SMOOTHING = Arg("label_smoothing", "label_smoothing", 0.0, none=0.0)
AXIS = Arg("axis", "axis", -1)
ALL_OR_ONE = Arg("axis", "axis", -1, absent=-1)  # None means all axes

# both means divide by the items that are not masked, whatever their weights
MEAN = Reduction("mean_over_valid", empty="zero")
REDUCTION = Arg(
    "reduction",
    "reduction",
    "sum_over_batch_size",
    {
        "sum_over_batch_size": MEAN,
        "mean": MEAN,
        "mean_with_sample_weight": Reduction("mean_over_weight_as_given", empty="zero"),
        "sum": Reduction("sum"),
        "none": Reduction("none"),
        None: Reduction("none"),
    },
)
# classes compute in keras.config.floatx(), float32 unless told otherwise; functions in the input's
FLOATX = "float32"
DTYPE = Arg(
    "dtype",
    "dtype",
    None,
    {name: name for name in ("float16", "bfloat16", "float32", "float64")},
    since="3.4",
)


def class_tail(name: str, *between: Arg) -> tuple[Arg, ...]:
    return REDUCTION, *between, Arg("name", "", name), DTYPE


CALL = (Y_TRUE, Y_PRED, SAMPLE_WEIGHT)
