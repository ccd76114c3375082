"""PyTorch: losses of embeddings."""

from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Arg, Native, one_axis
from xlogits.catalogue.torch.words import OLD_PLAIN_MEAN, PLAIN_MEAN, REDUCE, SIZE_AVERAGE, in_c
from xlogits.losses import CosineEmbedding, CosineSimilarity, Distance, TripletMargin

X1, X2 = Arg("x1", "pred"), Arg("x2", "target")
INPUTS = Arg("input1", "pred"), Arg("input2", "other"), Arg("target", "target")
TRIPLET = Arg("anchor", "pred"), Arg("positive", "target"), Arg("negative", "other")
NO_MARGIN, MARGIN = Arg("margin", "margin", 0), Arg("margin", "margin", 1.0)
P, EPS = Arg("p", "p", 2.0), Arg("eps", "eps", 1e-6)
DIM, DIM_EPS = Arg("dim", "axis", 1, takes=one_axis), Arg("eps", "eps", 1e-8)
KEEPDIM = Arg("keepdim", "keepdims", False)
SWAP = Arg("swap", "swap", False, {False: False, True: True})


def _plain_distance(function: Any) -> bool:
    """F.pairwise_distance, or an instance of nn.PairwiseDistance with its defaults."""
    if type(function).__name__ != "PairwiseDistance":
        return getattr(function, "__name__", "") == "pairwise_distance"
    return (function.norm, function.eps, function.keepdim) == (2.0, 1e-6, False)


DISTANCE = Arg(
    "distance_function",
    "",
    None,
    stands_for_default=_plain_distance,
    refuse="None stands for F.pairwise_distance; with a function of your own, write "
    "margin + f(anchor, positive) - f(anchor, negative), cut at 0",
)
# what 1e-12 is in single precision, as which the C++ source has it
EPSILON = 9.999999960041972e-13
OLD = SIZE_AVERAGE, REDUCE, PLAIN_MEAN
TRIPLET_OPTIONS = MARGIN, P, EPS, SWAP, *OLD
WITH_DISTANCE_OPTIONS = "*", DISTANCE, MARGIN, SWAP, PLAIN_MEAN

COSINE_SIMILARITY = Native(
    "torch.nn.functional.cosine_similarity",
    CosineSimilarity(axis=1),
    (X1, X2, DIM, DIM_EPS),
    aliases=("torch.cosine_similarity",),
    traps=(
        "A similarity, not a loss: 1 where the rows agree, where Keras' loss is -1.",
        "The classes are on axis 1, and Keras' and optax' on the last.",
        "Rows shorter than eps are not scaled to length 1: of 1e-9 long rows 0.84 is missing.",
    ),
)
PAIRWISE_DISTANCE = Native(
    "torch.nn.functional.pairwise_distance",
    Distance(),
    (X1, X2, P, EPS, KEEPDIM),
    aliases=("torch.pairwise_distance",),
    traps=("eps is added to every difference, so equal rows of 100 numbers are 1e-5 apart.",),
)
COSINE_EMBEDDING_LOSS = Native(
    "torch.nn.functional.cosine_embedding_loss",
    CosineEmbedding(eps=EPSILON, guard="sum"),
    (*INPUTS, NO_MARGIN, *OLD),
    together=OLD_PLAIN_MEAN,
    traps=(
        "Targets of 0 cost nothing, silently: labels of 0 and 1 train on the pairs of 1 only.",
        "1e-12 is added to every squared length, which moves the cosine of 1e-6 long rows by 0.2.",
    ),
)
TRIPLET_MARGIN_LOSS = Native(
    "torch.nn.functional.triplet_margin_loss",
    TripletMargin(),
    (*TRIPLET, *TRIPLET_OPTIONS),
    together=OLD_PLAIN_MEAN,
    traps=(
        (
            "eps is added to every difference, in optax to the sum of the squares: 2.7e-6 and 1.7e-7 "
            "off the distance of rows of unit scale."
        ),
    ),
)
TRIPLET_MARGIN_WITH_DISTANCE_LOSS = Native(
    "torch.nn.functional.triplet_margin_with_distance_loss",
    TripletMargin(eps=1e-6),
    (*TRIPLET, *WITH_DISTANCE_OPTIONS),
)

NATIVES = (
    in_c(COSINE_SIMILARITY),
    replace(
        COSINE_SIMILARITY,
        name="torch.nn.CosineSimilarity",
        args=(DIM, DIM_EPS),
        then=(X1, X2),
        aliases=(),
    ),
    in_c(PAIRWISE_DISTANCE),
    replace(
        PAIRWISE_DISTANCE,
        name="torch.nn.PairwiseDistance",
        args=(P, EPS, KEEPDIM),
        then=(X1, X2),
        aliases=(),
    ),
    COSINE_EMBEDDING_LOSS,
    replace(
        COSINE_EMBEDDING_LOSS,
        name="torch.nn.CosineEmbeddingLoss",
        args=(Arg("margin", "margin", 0.0), *OLD),
        then=INPUTS,
    ),
    TRIPLET_MARGIN_LOSS,
    replace(
        TRIPLET_MARGIN_LOSS, name="torch.nn.TripletMarginLoss", args=TRIPLET_OPTIONS, then=TRIPLET
    ),
    TRIPLET_MARGIN_WITH_DISTANCE_LOSS,
    replace(
        TRIPLET_MARGIN_WITH_DISTANCE_LOSS,
        name="torch.nn.TripletMarginWithDistanceLoss",
        args=WITH_DISTANCE_OPTIONS,
        then=TRIPLET,
    ),
)
