"""TensorFlow: cross-entropy in tf.nn, and the TF1 forms in tf.compat.v1.nn and tf.compat.v1.losses."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.tensorflow.words import (
    AXIS,
    LABELS,
    LOGITS,
    LOSSES1,
    NAME,
    NN,
    NN1,
    NO_LABELS,
    NO_LOGITS,
    REDUCTION1,
    SCOPE1,
    SMOOTHING1,
    WEIGHTS1,
)
from xlogits.losses import DENSE, INDEX, Labels, SigmoidCrossEntropy, SoftmaxCrossEntropy

CONSTANT_LABELS = Labels("dense", gradient=False)

EITHER_AXIS = replace(AXIS, default=None)

NATIVES = (
    Native(
        f"{NN}softmax_cross_entropy_with_logits",
        SoftmaxCrossEntropy(labels=DENSE),
        (LABELS, LOGITS, AXIS, NAME),
    ),
    Native(
        f"{NN}sparse_softmax_cross_entropy_with_logits",
        SoftmaxCrossEntropy(labels=INDEX),
        (LABELS, LOGITS, NAME),
    ),
    Native(
        f"{NN}sigmoid_cross_entropy_with_logits",
        SigmoidCrossEntropy(),
        (NO_LABELS, NO_LOGITS, NAME),
        aliases=(f"{NN1}sigmoid_cross_entropy_with_logits",),
    ),
    Native(
        f"{NN}weighted_cross_entropy_with_logits",
        SigmoidCrossEntropy(),
        (LABELS, LOGITS, Arg("pos_weight", "pos_weight"), NAME),
    ),
    # `dim` is the old name of `axis`; where both have a default the one that is given counts
    Native(
        f"{NN1}softmax_cross_entropy_with_logits",
        SoftmaxCrossEntropy(labels=CONSTANT_LABELS),
        (
            *(NO_LABELS, NO_LOGITS, replace(AXIS, name="dim", key="dim"), NAME),
            Arg("axis", "", None, refuse="TensorFlow raises: `dim` is given too, by default"),
        ),
    ),
    Native(
        f"{NN1}softmax_cross_entropy_with_logits_v2",
        SoftmaxCrossEntropy(labels=DENSE),
        (LABELS, LOGITS, EITHER_AXIS, NAME, replace(EITHER_AXIS, name="dim", key="dim")),
    ),
    Native(
        f"{NN1}sparse_softmax_cross_entropy_with_logits",
        SoftmaxCrossEntropy(labels=INDEX),
        (NO_LABELS, NO_LOGITS, NAME),
    ),
    Native(
        f"{NN1}weighted_cross_entropy_with_logits",
        SigmoidCrossEntropy(),
        (
            *(NO_LABELS, NO_LOGITS, Arg("pos_weight", "pos_weight", None, needed=True), NAME),
            Arg("targets", "target", None),
        ),
    ),
    Native(
        f"{LOSSES1}softmax_cross_entropy",
        SoftmaxCrossEntropy(labels=CONSTANT_LABELS),
        (
            *(Arg("onehot_labels", "target"), LOGITS, WEIGHTS1, SMOOTHING1),
            *(*SCOPE1, REDUCTION1),
        ),
    ),
    Native(
        f"{LOSSES1}sparse_softmax_cross_entropy",
        SoftmaxCrossEntropy(labels=Labels("index", column=True), spread_weight=True),
        (LABELS, LOGITS, WEIGHTS1, *SCOPE1, REDUCTION1),
    ),
    Native(
        f"{LOSSES1}sigmoid_cross_entropy",
        SigmoidCrossEntropy(),
        (
            *(Arg("multi_class_labels", "target"), LOGITS, WEIGHTS1, SMOOTHING1),
            *(*SCOPE1, REDUCTION1),
        ),
    ),
)
