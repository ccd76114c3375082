"""Every loss with the options that change it, by name, and what else it is given beside its arrays."""

import math
from typing import Any

from xlogits.cases import cases
from xlogits.losses import (
    CTC,
    LOG_PROBABILITIES,
    AbsoluteError,
    AxesFrom,
    BinarySparsemax,
    BrierScore,
    CategoricalHinge,
    ClassOverlap,
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    Entropy,
    Form,
    GaussianNLL,
    GeneralizedCrossEntropy,
    Hinge,
    HingeEmbedding,
    Huber,
    HuberPenalty,
    InnerProduct,
    KLDivergence,
    LinearSoftmaxCrossEntropy,
    LogAddExp,
    LogCosh,
    Loss,
    MarginRanking,
    MulticlassHinge,
    MultiLabelMargin,
    MultiMargin,
    PoissonNLL,
    PseudoHuberPenalty,
    QuantileError,
    RelativeEntropy,
    RelativeError,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftMargin,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SoftmaxPoly,
    Sparsemax,
    Square,
    SquaredError,
    SquaredLogError,
    Transform,
    TripletMargin,
    Tversky,
    TweedieDeviance,
    XLogY,
)
from xlogits.reduction import WORDS, Reduction

WEIGHTED = frozenset({"class_weight", "sample_weight"})
LENGTHS = frozenset({"logit_length", "label_length"})
LOSSES: dict[str, tuple[Loss | Transform, frozenset[str]]] = {
    "softmax": (SoftmaxCrossEntropy(), frozenset()),
    "softmax, axis 1": (SoftmaxCrossEntropy(axis=1, label_smoothing=0.2), frozenset()),
    "softmax, two axes": (SoftmaxCrossEntropy(axis=(1, 2)), frozenset()),
    "softmax, masked": (SoftmaxCrossEntropy(), frozenset({"mask"})),
    "softmax, ignoring": (SoftmaxCrossEntropy(ignore_index=-1), frozenset({"class_weight"})),
    "sigmoid": (SigmoidCrossEntropy(), frozenset()),
    "sigmoid, weighted": (
        SigmoidCrossEntropy(label_smoothing=0.1),
        frozenset({"pos_weight", "sample_weight"}),
    ),
    "sigmoid, inner mean": (SigmoidCrossEntropy(inner="mean", axis=1), frozenset({"pos_weight"})),
    "sigmoid, class weights": (
        SigmoidCrossEntropy(inner="mean"),
        frozenset({"pos_weight", "class_weight"}),
    ),
    "hinge": (Hinge(), frozenset()),
    "hinge, inferred signs": (Hinge(signs="inferred", power=2, inner="mean"), frozenset()),
    "soft margin": (SoftMargin(), frozenset({"sample_weight"})),
    "hinge embedding": (HingeEmbedding(margin=0.5), frozenset()),
    "margin ranking": (MarginRanking(margin=0.25), frozenset()),
    "binary sparsemax": (BinarySparsemax(), frozenset()),
    "categorical hinge": (CategoricalHinge(), frozenset()),
    "multi-class hinge": (MulticlassHinge(axis=1), frozenset()),
    "multi-class hinge, one score": (MulticlassHinge(one_score=True), frozenset({"sample_weight"})),
    "multi margin": (MultiMargin(power=2), WEIGHTED),
    "multi-label margin": (MultiLabelMargin(), frozenset()),
    "sparsemax": (Sparsemax(), frozenset()),
    "divergence": (KLDivergence(reduction=Reduction("mean_over_batch")), frozenset()),
    "divergence, clipped": (KLDivergence(clip=(0.1, 0.9), inner="sum"), frozenset({"mask"})),
    "divergence of logarithms": (
        KLDivergence(log_pred=True, log_target=True, generalized=True, inner="sum", axis=0),
        frozenset({"mask"}),
    ),
    "generalised divergence": (KLDivergence(generalized=True), frozenset({"sample_weight"})),
    "entropy of shares": (Entropy(base=2.0), frozenset({"sample_weight"})),
    "divergence of shares": (RelativeEntropy(base=2.0), frozenset({"sample_weight"})),
    "generalised": (GeneralizedCrossEntropy(exponent=0.3), frozenset({"sample_weight"})),
    "focal, of events": (SigmoidFocal(alpha=0.25, label_smoothing=0.1), frozenset()),
    "focal, of probabilities": (
        SigmoidFocal(form=Form("probabilities", clip=(1e-3, 0.999)), gamma=1.5, inner="mean"),
        frozenset(),
    ),
    "focal, nearly linear": (SigmoidFocal(gamma=0.5), frozenset()),
    "focal, of classes": (SoftmaxFocal(ignore_index=-1, label_smoothing=0.1), WEIGHTED),
    "focal, masked": (SoftmaxFocal(gamma=0.5, alpha=0.25), frozenset({"mask"})),
    "focal, flat": (SoftmaxFocal(gamma=0.0), frozenset()),
    "focal, clipped logits": (SoftmaxFocal(form=Form("logits", clip=(0.01, 0.99))), frozenset()),
    "sigmoid, clipped logits": (
        SigmoidCrossEntropy(form=Form("logits", clip=(0.01, 0.99))),
        frozenset(),
    ),
    "poly, ignoring": (SoftmaxPoly(ignore_index=1), frozenset({"sample_weight"})),
    "poly": (SoftmaxPoly(axis=(1, 2)), frozenset({"class_weight"})),
    **{
        f"softmax, {word}": (
            SoftmaxCrossEntropy(label_smoothing=0.1, ignore_index=2, reduction=Reduction(word)),
            WEIGHTED,
        )
        for word in WORDS
        if word != "mean"
    },
    **{
        name: (Transform(function=name), frozenset())
        for name in ("log_softmax", "logsumexp", "sigmoid", "log_sigmoid", "entr", "log1mexp")
    },
    **{
        f"{name}, masked": (Transform(function=name, axis=1), frozenset({"mask"}))
        for name in ("softmax", "softmin", "log_softmax", "logsumexp", "logmeanexp")
    },
    "logsumexp, weighted": (
        Transform(function="logsumexp", axis=None, keepdims=True),
        frozenset({"mask", "weight"}),
    ),
    "cosine": (CosineSimilarity(eps=1e-8), frozenset({"mask"})),
    "cosine, squares floored": (CosineSimilarity(eps=1e-6, guard="square", axis=0), frozenset()),
    "inner product, axis kept": (
        InnerProduct(factor=-1.0, offset=1.0, keepdims=True, axis=0),
        frozenset({"sample_weight"}),
    ),
    "cosine embedding": (CosineEmbedding(eps=1e-12, guard="sum", margin=0.2), frozenset()),
    "distance": (Distance(eps=1e-6), frozenset()),
    "distance, largest": (Distance(p=math.inf), frozenset()),
    "distance, cubes": (Distance(p=3.0), frozenset()),
    "triplet": (TripletMargin(eps=1e-6, guard="power", p=4.0), frozenset()),
    "triplet, swapped": (TripletMargin(swap=True), frozenset()),
    "overlap": (Tversky(missed=0.9, extra=0.3, eps=1e-7, axis=None), frozenset()),
    "overlap of logits": (
        Tversky(smooth=1.0, activation="sigmoid", axis=AxesFrom(1)),
        frozenset({"sample_weight"}),
    ),
    "overlap of classes, weighted": (ClassOverlap(), frozenset({"sample_weight"})),
    "overlap of classes": (ClassOverlap(background=False), frozenset({"class_weight"})),
    "overlap of classes, each": (
        ClassOverlap(over_classes="none", activation="none", axis=0, missed=0.9),
        frozenset(),
    ),
    "overlap of classes, balanced": (
        ClassOverlap(balanced=True, over_classes="sum", background=False),
        frozenset(),
    ),
    "CTC": (CTC(), LENGTHS),
    "CTC, padded": (
        CTC(blank=-1, zero_infinity=True),
        frozenset({"logit_padding", "label_padding"}),
    ),
    "CTC, log-probabilities": (
        CTC(form=LOG_PROBABILITIES, time_major=True, per_label=True),
        LENGTHS | {"sample_weight"},
    ),
    "softplus, beta": (Transform(function="softplus", beta=3.0), frozenset()),
    "softplus, linear": (Transform(function="softplus", linear_above=2.0), frozenset()),
    "logit": (Transform(function="logit"), frozenset()),
    "logit, clamped": (Transform(function="logit", clamp=0.125), frozenset()),
    "log(e^x + e^y)": (LogAddExp(), frozenset()),
    "x log y": (XLogY(), frozenset()),
    "x log(1 + y)": (XLogY(plus_one=True), frozenset()),
    "softmax of all": (Transform(function="softmax", axis=None), frozenset()),
    "squared": (SquaredError(factor=0.5), frozenset({"sample_weight"})),
    "squared, outputs": (SquaredError(axis=0, inner="mean"), frozenset({"inner_weight"})),
    "squared, root": (SquaredError(axis=0, inner="root_mean"), frozenset({"inner_weight"})),
    "squared, plain root": (SquaredError(axis=None, inner="root_mean"), frozenset()),
    "square": (Square(factor=0.5, reduction=Reduction("sum")), frozenset()),
    "absolute": (AbsoluteError(inner="sum"), frozenset()),
    "Huber": (Huber(delta=0.5), frozenset()),
    "Huber, per delta": (Huber(delta=0.5, per_delta=True), frozenset()),
    "Huber, delta 0": (Huber(delta=0.0, per_delta=True), frozenset()),
    "Huber penalty": (HuberPenalty(), frozenset()),
    "pseudo-Huber penalty": (PseudoHuberPenalty(), frozenset({"sample_weight"})),
    "log-cosh": (LogCosh(inner="mean"), frozenset()),
    "quantile": (QuantileError(quantile=0.9), frozenset()),
    "relative": (RelativeError(factor=100.0, floor=1e-7), frozenset()),
    "squared logarithms": (SquaredLogError(floor=0.5), frozenset()),
    "Poisson, log rate": (PoissonNLL(stirling=True), frozenset()),
    "Poisson, rate": (PoissonNLL(log_rate=False, eps=1e-7), frozenset()),
    "Brier score": (BrierScore(halved="two", one_score=True), frozenset({"sample_weight"})),
    "Gauss": (GaussianNLL(full=True, eps=0.5), frozenset()),
    "Tweedie along the batch": (
        TweedieDeviance(axis=0, inner="mean"),
        frozenset({"sample_weight"}),
    ),
    "linear layer": (LinearSoftmaxCrossEntropy(), frozenset({"sample_weight", "linear_bias"})),
    **{
        f"Tweedie, power {power}": (TweedieDeviance(power=power), frozenset())
        for power in (-1.5, 0, 1, 1.5, 2, 3)
    },
}


def ordinary(name: str) -> tuple[Any, dict[str, Any]]:
    loss, wanted = LOSSES[name]
    return loss, next(iter(cases(loss, wanted))).operands
