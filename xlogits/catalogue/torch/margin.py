"""PyTorch: hinge and margin losses."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import (
    CLASS_WEIGHT,
    INPUT,
    OLD_PLAIN_MEAN,
    PLAIN_MEAN,
    REDUCE,
    SIZE_AVERAGE,
    TARGET,
    with_class,
)
from xlogits.losses import (
    HingeEmbedding,
    Labels,
    MarginRanking,
    MultiLabelMargin,
    MultiMargin,
    SigmoidCrossEntropy,
    SoftMargin,
)

MARGIN, NO_MARGIN = Arg("margin", "margin", 1.0), Arg("margin", "margin", 0)
POWER = Arg("p", "power", 1, {1: 1, 2: 2})
PAIR = (Arg("input1", "pred"), Arg("input2", "other"), TARGET)
TAIL = (SIZE_AVERAGE, REDUCE, PLAIN_MEAN)

SOFT_MARGIN_LOSS = Native(
    "torch.nn.functional.soft_margin_loss",
    SoftMargin(),
    (INPUT, TARGET, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "Labels are -1 and 1; 0 is accepted and costs log 2 without gradient: a model of 91 % "
            "accuracy ends at 48 %."
        ),
        "log(1 + exp(-x y)) is computed as written: a wrong score of 89 gives inf in float32.",
    ),
)
MULTILABEL_SOFT_MARGIN_LOSS = Native(
    "torch.nn.functional.multilabel_soft_margin_loss",
    SigmoidCrossEntropy(inner="mean"),
    (INPUT, TARGET, CLASS_WEIGHT, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "It is binary_cross_entropy_with_logits averaged over the last axis; "
            "reduction='none' gives (N,), not (N, C), and 'sum' is C times smaller."
        ),
    ),
)
MULTILABEL_MARGIN_LOSS = Native(
    "torch.nn.functional.multilabel_margin_loss",
    MultiLabelMargin(),
    (INPUT, TARGET, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "Labels are lists of classes ended by -1, not rows of 0 and 1: [0, 0, 1] lists class 0 "
            "twice and class 1 once."
        ),
        "torch.compile of 2.13 reads past the -1: 2.05 instead of 0.85 for the documented example.",
    ),
)
MULTI_MARGIN_LOSS = Native(
    "torch.nn.functional.multi_margin_loss",
    MultiMargin(labels=Labels("index", column=True)),
    (INPUT, TARGET, POWER, MARGIN, CLASS_WEIGHT, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "It divides by all C classes, the label's own included, and a weighted mean by N: weights "
            "of 2 double the loss."
        ),
    ),
)
HINGE_EMBEDDING_LOSS = Native(
    "torch.nn.functional.hinge_embedding_loss",
    HingeEmbedding(),
    (INPUT, TARGET, MARGIN, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "Labels are -1 and 1; 0 adds both branches: a distance of 0.3 costs 0.3 + 0.7 = 1 whatever "
            "it is below the margin."
        ),
    ),
)
MARGIN_RANKING_LOSS = Native(
    "torch.nn.functional.margin_ranking_loss",
    MarginRanking(),
    (*PAIR, NO_MARGIN, *TAIL),
    together=OLD_PLAIN_MEAN,
    traps=(
        "The margin is 0 unless given, and equal scores then cost 0: a constant model has loss 0.",
    ),
)

NATIVES = (
    *with_class("SoftMarginLoss", SOFT_MARGIN_LOSS, TAIL),
    *with_class("MultiLabelSoftMarginLoss", MULTILABEL_SOFT_MARGIN_LOSS, (CLASS_WEIGHT, *TAIL)),
    *with_class("MultiLabelMarginLoss", MULTILABEL_MARGIN_LOSS, TAIL),
    *with_class("MultiMarginLoss", MULTI_MARGIN_LOSS, (POWER, MARGIN, CLASS_WEIGHT, *TAIL)),
    *with_class("HingeEmbeddingLoss", HINGE_EMBEDDING_LOSS, (MARGIN, *TAIL)),
    MARGIN_RANKING_LOSS,
    replace(
        MARGIN_RANKING_LOSS,
        name="torch.nn.MarginRankingLoss",
        args=(replace(NO_MARGIN, default=0.0), *TAIL),
        then=PAIR,
    ),
)
