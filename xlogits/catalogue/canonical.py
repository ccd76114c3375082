"""The functions of `xlogits` itself, written down like anybody else's."""

from typing import Any

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    LinearSoftmaxCrossEntropy,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.reduction import WORDS

LOGITS, LABELS = Arg("logits", "pred"), Arg("labels", "target")
AXIS = Arg("axis", "axis", -1)
SAMPLE_WEIGHT = Arg("sample_weight", "sample_weight", None)
SMOOTHING = Arg("label_smoothing", "label_smoothing", 0.0)
REDUCTION = Arg("reduction", "reduction", "none", {word: Reduction(word) for word in WORDS})


def _transform(name: str, *args: Any) -> Native:
    return Native(f"xlogits.{name}", Transform(function=name), args)


NATIVES = (
    Native(
        "xlogits.softmax_cross_entropy",
        SoftmaxCrossEntropy(),
        (
            *(LOGITS, LABELS, "*", AXIS, Arg("class_weight", "class_weight", None)),
            *(SAMPLE_WEIGHT, SMOOTHING, Arg("ignore_index", "ignore_index", None), REDUCTION),
        ),
    ),
    Native(
        "xlogits.linear_softmax_cross_entropy",
        LinearSoftmaxCrossEntropy(),
        (
            *(Arg("hidden", "pred"), Arg("weight", "linear_weight"), LABELS, "*"),
            *(Arg("bias", "linear_bias", None), Arg("class_weight", "class_weight", None)),
            *(SAMPLE_WEIGHT, SMOOTHING, Arg("ignore_index", "ignore_index", None), REDUCTION),
            Arg("chunk", "chunk", None),
        ),
    ),
    Native(
        "xlogits.sigmoid_cross_entropy",
        SigmoidCrossEntropy(),
        (
            *(LOGITS, LABELS, "*", AXIS, Arg("pos_weight", "pos_weight", None)),
            *(SAMPLE_WEIGHT, SMOOTHING, REDUCTION),
        ),
    ),
    _transform("softmax", LOGITS, "*", AXIS),
    _transform("log_softmax", LOGITS, "*", AXIS),
    _transform("logsumexp", LOGITS, "*", AXIS, Arg("keepdims", "keepdims", False)),
    _transform("sigmoid", LOGITS),
    _transform("log_sigmoid", LOGITS),
    _transform("logit", Arg("probabilities", "pred")),
    _transform("softplus", Arg("x", "pred")),
)
