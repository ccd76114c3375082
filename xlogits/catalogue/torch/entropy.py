"""PyTorch: cross-entropy, in torch.nn.functional and torch.nn."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import (
    CLASS_WEIGHT,
    INPUT,
    ITEM_WEIGHT,
    OLD_PLAIN_MEAN,
    OLD_WEIGHTED_MEAN,
    PLAIN_MEAN,
    REDUCE,
    SIZE_AVERAGE,
    TARGET,
    WEIGHTED_MEAN,
    with_class,
)
from xlogits.losses import (
    CHANNELS,
    INDEX,
    LOG_PROBABILITIES,
    Form,
    Labels,
    LinearSoftmaxCrossEntropy,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)

IGNORE_INDEX = Arg("ignore_index", "ignore_index", -100)
LABEL_SMOOTHING = Arg("label_smoothing", "label_smoothing", 0.0)
POS_WEIGHT = Arg("pos_weight", "pos_weight", None)

CROSS_ENTROPY = Native(
    "torch.nn.functional.cross_entropy",
    SoftmaxCrossEntropy(labels=Labels("inferred", lenient_ignore=True), axis=CHANNELS),
    (
        *(INPUT, TARGET, CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE),
        *(WEIGHTED_MEAN, LABEL_SMOOTHING),
    ),
    together=OLD_WEIGHTED_MEAN,
)
NLL_LOSS = Native(
    "torch.nn.functional.nll_loss",
    SoftmaxCrossEntropy(form=LOG_PROBABILITIES, labels=INDEX, axis=CHANNELS),
    (INPUT, TARGET, CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, WEIGHTED_MEAN),
    together=OLD_WEIGHTED_MEAN,
)
BINARY_CROSS_ENTROPY = Native(
    "torch.nn.functional.binary_cross_entropy",
    SigmoidCrossEntropy(
        form=Form("probabilities", log_floor=-100.0, validated=True), spread_weight=True
    ),
    (INPUT, TARGET, ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN),
    together=OLD_PLAIN_MEAN,
)
BINARY_CROSS_ENTROPY_WITH_LOGITS = Native(
    "torch.nn.functional.binary_cross_entropy_with_logits",
    SigmoidCrossEntropy(spread_weight=True),
    (INPUT, TARGET, ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN, POS_WEIGHT),
    together=OLD_PLAIN_MEAN,
)

LINEAR_CROSS_ENTROPY = Native(
    "torch.nn.functional.linear_cross_entropy",
    LinearSoftmaxCrossEntropy(labels=Labels("inferred", lenient_ignore=True), ignore_index=-100),
    (
        *(INPUT, Arg("linear_weight", "linear_weight"), TARGET, "*"),
        *(Arg("linear_bias", "linear_bias", None), CLASS_WEIGHT, WEIGHTED_MEAN),
        Arg("ignore_index", "ignore_index", None),
        *(LABEL_SMOOTHING, Arg("options", "", None)),
    ),
    since="2.13",
    traps=(
        "In chunks, with options, it cannot be differentiated twice, nor compiled in one graph.",
    ),
)

NATIVES = (
    *with_class(
        "CrossEntropyLoss",
        CROSS_ENTROPY,
        (CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, WEIGHTED_MEAN, LABEL_SMOOTHING),
    ),
    *with_class(
        "NLLLoss",
        NLL_LOSS,
        (CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, WEIGHTED_MEAN),
        aliases=("torch.nn.NLLLoss2d",),
    ),
    *with_class("BCELoss", BINARY_CROSS_ENTROPY, (ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN)),
    *with_class(
        "BCEWithLogitsLoss",
        BINARY_CROSS_ENTROPY_WITH_LOGITS,
        (ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN, POS_WEIGHT),
    ),
    LINEAR_CROSS_ENTROPY,
)
