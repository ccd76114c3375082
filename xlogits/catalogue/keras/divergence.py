"""Keras 3: divergences, the relatives of cross-entropy, and the cross-entropies of keras.ops.

As for cross-entropy, the records say what Keras computes on TensorFlow, its default backend.
"""

from typing import Any

from xlogits.catalogue.keras.entropy import (
    CLASS_AXIS,
    CLIP,
    EVENTS,
    INDEXES,
    LAST_AXIS,
    ROWS,
    ROWS_AFTER_CLIP,
    from_logits,
)
from xlogits.catalogue.keras.words import AXIS, CALL, FLOATX, SMOOTHING, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import (
    DENSE,
    Form,
    GeneralizedCrossEntropy,
    KLDivergence,
    Labels,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
)

GAMMA, ALPHA = Arg("gamma", "gamma", 2.0), Arg("alpha", "alpha", 0.25)
BALANCED = Arg("apply_class_balancing", "balanced", False, {False: False, True: True}, none=False)
# the focal loss of classes clips after its softmax, so logits get no further than probabilities do
CLIPPED = Arg("from_logits", "form", False, {False: ROWS, True: Form("logits", clip=CLIP)})
TARGET, OUTPUT = Arg("target", "target"), Arg("output", "pred")
KL_CLIP = (
    (
        "Both arguments are clipped to [1e-7, 1] and nothing is divided by its sum, so two equal rows "
        "above 1 give 0 and rows of other sums a divergence below 0."
    ),
)
UNBALANCED = (
    "alpha counts only with apply_class_balancing=True; alone it changes nothing, without a word.",
    (
        "Keras on PyTorch, JAX and NumPy clips after its sigmoid: a logit of -200 with label 1 costs "
        "16.1 there and 200 on TensorFlow."
    ),
)
FLAT = (
    "alpha=0.25 multiplies every class alike, so the loss is a quarter of focal cross-entropy.",
    (
        "Logits are clipped after the softmax: a class off by more than 16.1 costs 0.25 * 16.1 and has "
        "no gradient."
    ),
)
NOISY = (
    "A label out of range is no error: its row costs 1 / q, the loss of probability 0.",
    "Labels of shape (N, 1) broadcast to a loss of shape (N, N).",
)


def _both(
    function: str,
    cls: str,
    loss: Any,
    options: tuple[Arg, ...],
    traps: tuple[str, ...],
    last: tuple[Arg, ...] = (),
    old: tuple[str, ...] = (),
) -> tuple[Native, Native]:
    """The function and the class; the class has its last options after the reduction or before."""
    return (
        Native(
            f"keras.losses.{function}",
            loss(),
            (Y_TRUE, Y_PRED, *options),
            aliases=old,
            traps=traps,
        ),
        Native(
            f"keras.losses.{cls}",
            loss(dtype=FLOATX, spread_weight=True),
            (*options, *last, *class_tail(function)),
            CALL,
            traps=traps,
        ),
    )


def _with(loss: Any, **fields: Any) -> Any:
    return lambda **more: loss(**fields, **more)


NATIVES = (
    *_both(
        "kl_divergence",
        "KLDivergence",
        _with(KLDivergence, inner="sum", clip=(1e-7, 1.0)),
        (),
        KL_CLIP,
        old=(
            "keras.metrics.kl_divergence",
            *(
                f"keras.{module}.{old}"
                for module in ("losses", "metrics")
                for old in ("kld", "KLD", "kullback_leibler_divergence")
            ),
        ),
    ),
    *_both(
        "binary_focal_crossentropy",
        "BinaryFocalCrossentropy",
        _with(SigmoidFocal, inner="mean"),
        (BALANCED, ALPHA, GAMMA, from_logits(EVENTS), SMOOTHING, AXIS),
        UNBALANCED,
        old=("keras.metrics.binary_focal_crossentropy",),
    ),
    *_both(
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
        _with(SoftmaxFocal, labels=DENSE),
        (ALPHA, GAMMA, CLIPPED, SMOOTHING, AXIS),
        FLAT,
        old=("keras.metrics.categorical_focal_crossentropy",),
    ),
    Native(
        "keras.losses.categorical_generalized_cross_entropy",
        GeneralizedCrossEntropy(labels=Labels("index", truncated=True)),
        (Y_TRUE, Y_PRED, Arg("q", "exponent")),
        since="3.10",
        traps=NOISY,
    ),
    Native(
        "keras.losses.CategoricalGeneralizedCrossEntropy",
        GeneralizedCrossEntropy(
            labels=Labels("index", truncated=True), dtype=FLOATX, spread_weight=True
        ),
        (Arg("q", "exponent", 0.5), *class_tail("categorical_generalized_cross_entropy")),
        CALL,
        since="3.10",
        traps=NOISY,
    ),
    Native(
        "keras.ops.binary_crossentropy",
        SigmoidCrossEntropy(),
        (TARGET, OUTPUT, from_logits(EVENTS)),
        aliases=("keras.ops.nn.binary_crossentropy",),
        traps=("No mean over the last axis, unlike keras.losses.binary_crossentropy.",),
    ),
    Native(
        "keras.ops.categorical_crossentropy",
        SoftmaxCrossEntropy(labels=DENSE),
        (TARGET, OUTPUT, from_logits(ROWS), CLASS_AXIS),
        aliases=("keras.ops.nn.categorical_crossentropy",),
    ),
    Native(
        "keras.ops.sparse_categorical_crossentropy",
        SoftmaxCrossEntropy(labels=INDEXES),
        (TARGET, OUTPUT, from_logits(ROWS_AFTER_CLIP), LAST_AXIS),
        aliases=("keras.ops.nn.sparse_categorical_crossentropy",),
    ),
)
