"""Keras 3: cross-entropy in keras.losses, as classes and as functions.

What Keras computes from probabilities depends on its own backend. The records say what it computes
on TensorFlow, its default; the others agree wherever probabilities sum to 1 and none is clipped.
"""

from dataclasses import replace

from xlogits.catalogue.keras.words import AXIS, CALL, FLOATX, SMOOTHING, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Arg, Native, last_or_counted
from xlogits.losses import DENSE, LOGITS, Form, Labels, SigmoidCrossEntropy, SoftmaxCrossEntropy

CLIP = (1e-7, 1 - 1e-7)
ROWS = Form("probabilities", renormalise="before", clip=CLIP)
ROWS_AFTER_CLIP = Form("probabilities", renormalise="after", clip=CLIP)
EVENTS = Form("probabilities", clip=CLIP)

# TensorFlow's function, which is called for logits, takes no other negative axis than the last
CLASS_AXIS = replace(
    AXIS, takes=lambda axis, given: not given.get("from_logits") or last_or_counted(axis, given)
)
LAST_AXIS = Arg("axis", "axis", -1, {-1: -1})  # on TensorFlow, index labels go with no other
IGNORE_CLASS = Arg("ignore_class", "ignore_index", None)
INDEXES = Labels("index", column=True, truncated=True)

# version 3 is what TensorFlow has as tf.keras since 2.16
KERAS_2 = (("3.0", "float64 is computed in float32; Keras 2, tf.keras before 2.16, kept it"),)
SELECTED = (("3.15", "ignored rows are selected out; until then they were multiplied by 0"),)


def from_logits(probabilities: Form) -> Arg:
    return Arg("from_logits", "form", False, {False: probabilities, True: LOGITS}, none=False)


NATIVES = (
    Native(
        "keras.losses.categorical_crossentropy",
        SoftmaxCrossEntropy(labels=DENSE),
        (Y_TRUE, Y_PRED, from_logits(ROWS), SMOOTHING, CLASS_AXIS),
    ),
    Native(
        "keras.losses.CategoricalCrossentropy",
        SoftmaxCrossEntropy(labels=DENSE, dtype=FLOATX, spread_weight=True),
        (from_logits(ROWS), SMOOTHING, CLASS_AXIS, *class_tail("categorical_crossentropy")),
        CALL,
        changed=KERAS_2,
    ),
    Native(
        "keras.losses.sparse_categorical_crossentropy",
        SoftmaxCrossEntropy(labels=INDEXES),
        (Y_TRUE, Y_PRED, from_logits(ROWS_AFTER_CLIP), IGNORE_CLASS, LAST_AXIS),
        changed=SELECTED,
    ),
    Native(
        "keras.losses.SparseCategoricalCrossentropy",
        SoftmaxCrossEntropy(labels=INDEXES, dtype=FLOATX, spread_weight=True),
        (
            *(from_logits(ROWS_AFTER_CLIP), IGNORE_CLASS),
            *class_tail("sparse_categorical_crossentropy", replace(LAST_AXIS, since="3.10")),
        ),
        CALL,
        changed=(*KERAS_2, ("3.0", "with all labels ignored it is 0, in Keras 2 NaN"), *SELECTED),
    ),
    Native(
        "keras.losses.binary_crossentropy",
        SigmoidCrossEntropy(inner="mean"),
        (Y_TRUE, Y_PRED, from_logits(EVENTS), SMOOTHING, AXIS),
    ),
    Native(
        "keras.losses.BinaryCrossentropy",
        SigmoidCrossEntropy(inner="mean", dtype=FLOATX, spread_weight=True),
        (from_logits(EVENTS), SMOOTHING, AXIS, *class_tail("binary_crossentropy")),
        CALL,
        changed=(
            *KERAS_2,
            ("3.0", "probability 0 of a true event costs 16.118, in Keras 2 15.425"),
        ),
    ),
)
