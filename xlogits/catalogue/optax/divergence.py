"""optax.losses: divergences and the relatives of cross-entropy."""

from dataclasses import replace
from typing import Any

from xlogits.catalogue.optax.entropy import AXIS, LABELS, LOGITS, WHERE
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    DENSE,
    KLDivergence,
    Reduction,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxPoly,
)

LOG_PREDICTIONS, TARGETS = Arg("log_predictions", "pred"), Arg("targets", "target")


class _Mean:
    """The default jax.numpy.mean, without loading JAX."""

    __name__ = "mean"

    def __eq__(self, other: object) -> bool:
        return getattr(other, "__name__", None) == "mean"

    def __hash__(self) -> int:
        return hash("mean")

    def __repr__(self) -> str:
        return "jax.numpy.mean"


class _ByFunction(dict[Any, Reduction]):
    """Reductions by the function, of jax.numpy or of NumPy, that does them."""

    def __missing__(self, function: Any) -> Reduction:
        return {"mean": MEAN, "sum": Reduction("sum")}[getattr(function, "__name__", "")]


MEAN = Reduction("mean_over_valid", empty="zero")
JAX_MEAN = _Mean()
REDUCE_FN = Arg(
    "reduce_fn", "reduction", JAX_MEAN, _ByFunction({None: Reduction("none")}), absent=JAX_MEAN
)

NATIVES = (
    Native(
        "optax.losses.kl_divergence",
        KLDivergence(log_pred=True, inner="sum"),
        (LOG_PREDICTIONS, TARGETS, AXIS, WHERE),
        aliases=("optax.kl_divergence",),
    ),
    Native(
        "optax.losses.kl_divergence_with_log_targets",
        KLDivergence(log_pred=True, log_target=True, inner="sum"),
        (LOG_PREDICTIONS, Arg("log_targets", "target"), AXIS, WHERE),
        traps=("A log-target of -inf makes it NaN, where a target of 0 makes kl_divergence 0.",),
    ),
    Native(
        "optax.losses.generalized_kl_divergence",
        KLDivergence(log_pred=True, generalized=True, inner="sum"),
        (LOG_PREDICTIONS, TARGETS, AXIS, WHERE),
        aliases=(
            *("optax.generalized_kl_divergence", "optax.losses.convex_kl_divergence"),
            "optax.convex_kl_divergence",
        ),
        since="0.2.7",
        changed=(("0.2.7", "convex_kl_divergence, its name until then, is deprecated"),),
    ),
    Native(
        "optax.losses.poly_loss_cross_entropy",
        SoftmaxPoly(labels=DENSE),
        (LOGITS, LABELS, "*", Arg("epsilon", "first_term", 2.0), AXIS, WHERE),
        starred="0.2.7",
    ),
    Native(
        "optax.losses.sigmoid_focal_loss",
        SigmoidFocal(),
        (LOGITS, LABELS, "*", Arg("alpha", "alpha", None), Arg("gamma", "gamma", 2.0)),
        aliases=("optax.sigmoid_focal_loss",),
        starred="0.2.7",
        changed=(("0.2.6", "the weight of a label is computed with logarithms"),),
        traps=(
            (
                "alpha is None, not the 0.25 of the paper and of torchvision: a positive label at logit "
                "0 costs 0.173 instead of 0.043."
            ),
        ),
    ),
    Native(
        "optax.losses.safe_softmax_cross_entropy",
        SoftmaxCrossEntropy(labels=DENSE),
        (LOGITS, LABELS),
        aliases=("optax.safe_softmax_cross_entropy",),
        since="0.2.3",
        traps=("Its forward-mode derivative (jax.jacfwd) at a logit of -inf is NaN.",),
    ),
    Native(
        "optax.losses.ranking_softmax_loss",
        SoftmaxCrossEntropy(labels=DENSE, reduction=MEAN),
        (
            *(LOGITS, LABELS, "*", replace(WHERE, since="")),
            Arg("weights", "", None, refuse="multiply the labels by them, which is the same"),
            REDUCE_FN,
        ),
        traps=(
            (
                "Alone among optax's cross-entropies it reduces, to the mean over lists; labels are not "
                "divided by their sum, so a list with twice the relevance weighs twice."
            ),
        ),
    ),
)
