"""PyTorch: torch.nn.functional and torch.nn."""

from dataclasses import replace
from itertools import product

from xlogits.catalogue.record import Arg, Native, Together
from xlogits.losses import (
    CHANNELS,
    INDEX,
    LOG_PROBABILITIES,
    AxisByRank,
    Form,
    Labels,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)

# "mean" of class-index losses divides by the weights of the labels; of elementwise ones, by the count
BY_CLASS_WEIGHT = {
    "none": Reduction("none"),
    "sum": Reduction("sum"),
    "mean": Reduction("mean_over_class_weight"),
}
BY_COUNT = {**BY_CLASS_WEIGHT, "mean": Reduction("mean_over_items")}

INPUT, TARGET = Arg("input", "pred"), Arg("target", "target")
CLASS_WEIGHT = Arg("weight", "class_weight", None)
ITEM_WEIGHT = Arg("weight", "sample_weight", None)
IGNORE_INDEX = Arg("ignore_index", "ignore_index", -100)
LABEL_SMOOTHING = Arg("label_smoothing", "label_smoothing", 0.0)
POS_WEIGHT = Arg("pos_weight", "pos_weight", None)
SIZE_AVERAGE, REDUCE = Arg("size_average", "", None), Arg("reduce", "", None)


def _reduction(words: dict[str, Reduction]) -> tuple[Arg, tuple[Together, ...]]:
    """`reduction`, and the two booleans that were its forerunners and still overrule it."""
    old = {
        (average, reduce): words[
            "none" if reduce is False else "sum" if average is False else "mean"
        ]
        for average, reduce in product((None, True, False), repeat=2)
        if (average, reduce) != (None, None)
    }
    together = (Together(("size_average", "reduce"), "reduction", old),)
    return Arg("reduction", "reduction", "mean", words), together


WEIGHTED_MEAN, OLD_WEIGHTED_MEAN = _reduction(BY_CLASS_WEIGHT)
PLAIN_MEAN, OLD_PLAIN_MEAN = _reduction(BY_COUNT)


def _with_class(
    name: str, function: Native, options: tuple[Arg | str, ...]
) -> tuple[Native, Native]:
    """A function, and the class whose constructor takes its options and whose call its arrays."""
    return function, replace(function, name=f"torch.nn.{name}", args=options, then=(INPUT, TARGET))


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

# F.softmax without `dim` chooses 0 for arrays of 0, 1 or 3 axes and 1 for the others
IMPLICIT_DIM = AxisByRank((0, 0, 1, 0, 1))
DIM = Arg("dim", "axis", None)
CAST = Arg("dtype", "", None, refuse="it casts before the function; cast the array yourself")


def _along_dim(name: str) -> Native:
    return Native(
        f"torch.nn.functional.{name}",
        Transform(function=name, axis=IMPLICIT_DIM),
        (INPUT, DIM, Arg("_stacklevel", "", 3), CAST),
    )


NATIVES = (
    *_with_class(
        "CrossEntropyLoss",
        CROSS_ENTROPY,
        (CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, WEIGHTED_MEAN, LABEL_SMOOTHING),
    ),
    *_with_class(
        "NLLLoss", NLL_LOSS, (CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, WEIGHTED_MEAN)
    ),
    *_with_class("BCELoss", BINARY_CROSS_ENTROPY, (ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN)),
    *_with_class(
        "BCEWithLogitsLoss",
        BINARY_CROSS_ENTROPY_WITH_LOGITS,
        (ITEM_WEIGHT, SIZE_AVERAGE, REDUCE, PLAIN_MEAN, POS_WEIGHT),
    ),
    _along_dim("softmax"),
    _along_dim("log_softmax"),
    Native("torch.nn.functional.sigmoid", Transform(function="sigmoid"), (INPUT,)),
    Native("torch.nn.functional.logsigmoid", Transform(function="log_sigmoid"), (INPUT,)),
    Native(
        "torch.nn.functional.softplus",
        Transform(function="softplus"),
        (
            INPUT,
            Arg("beta", "beta", 1),
            Arg(
                "threshold", "", 20, refuse="above it softplus(x) becomes x; xlogits is exact there"
            ),
        ),
    ),
)
