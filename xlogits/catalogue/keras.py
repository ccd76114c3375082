"""Keras 3: keras.losses, as classes and as functions.

What Keras computes from probabilities depends on its own backend. The records say what it computes
on TensorFlow, its default; the others agree wherever probabilities sum to 1 and none is clipped.
"""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    DENSE,
    LOGITS,
    Form,
    Labels,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)

CLIP = (1e-7, 1 - 1e-7)
ROWS = Form("probabilities", renormalise="before", clip=CLIP)
ROWS_AFTER_CLIP = Form("probabilities", renormalise="after", clip=CLIP)
EVENTS = Form("probabilities", clip=CLIP)

Y_TRUE, Y_PRED = Arg("y_true", "target"), Arg("y_pred", "pred")
SAMPLE_WEIGHT = Arg("sample_weight", "sample_weight", None)
SMOOTHING = Arg("label_smoothing", "label_smoothing", 0.0)
AXIS = Arg("axis", "axis", -1)
LAST_AXIS = Arg("axis", "axis", -1, {-1: -1})  # on TensorFlow, index labels go with no other
IGNORE_CLASS = Arg("ignore_class", "ignore_index", None)
INDEXES = Labels("index", column=True, truncated=True)

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
    },
)
# classes compute in keras.config.floatx(), float32 unless told otherwise; functions in the input's
FLOATX = "float32"
DTYPE = Arg(
    "dtype", "dtype", None, {name: name for name in ("float16", "bfloat16", "float32", "float64")}
)


def _from_logits(probabilities: Form) -> Arg:
    return Arg("from_logits", "form", False, {False: probabilities, True: LOGITS})


def _class_tail(name: str, *between: Arg) -> tuple[Arg, ...]:
    return REDUCTION, *between, Arg("name", "", name), DTYPE


CALL = (Y_TRUE, Y_PRED, SAMPLE_WEIGHT)

NATIVES = (
    Native(
        "keras.losses.categorical_crossentropy",
        SoftmaxCrossEntropy(labels=DENSE),
        (Y_TRUE, Y_PRED, _from_logits(ROWS), SMOOTHING, AXIS),
    ),
    Native(
        "keras.losses.CategoricalCrossentropy",
        SoftmaxCrossEntropy(labels=DENSE, dtype=FLOATX, spread_weight=True),
        (_from_logits(ROWS), SMOOTHING, AXIS, *_class_tail("categorical_crossentropy")),
        CALL,
    ),
    Native(
        "keras.losses.sparse_categorical_crossentropy",
        SoftmaxCrossEntropy(labels=INDEXES),
        (Y_TRUE, Y_PRED, _from_logits(ROWS_AFTER_CLIP), IGNORE_CLASS, LAST_AXIS),
    ),
    Native(
        "keras.losses.SparseCategoricalCrossentropy",
        SoftmaxCrossEntropy(labels=INDEXES, dtype=FLOATX, spread_weight=True),
        (
            *(_from_logits(ROWS_AFTER_CLIP), IGNORE_CLASS),
            *_class_tail("sparse_categorical_crossentropy", LAST_AXIS),
        ),
        CALL,
    ),
    Native(
        "keras.losses.binary_crossentropy",
        SigmoidCrossEntropy(inner="mean"),
        (Y_TRUE, Y_PRED, _from_logits(EVENTS), SMOOTHING, AXIS),
    ),
    Native(
        "keras.losses.BinaryCrossentropy",
        SigmoidCrossEntropy(inner="mean", dtype=FLOATX, spread_weight=True),
        (_from_logits(EVENTS), SMOOTHING, AXIS, *_class_tail("binary_crossentropy")),
        CALL,
    ),
)
