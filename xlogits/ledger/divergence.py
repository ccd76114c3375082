"""KL divergence and the relatives of cross-entropy: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_TORCH_KL = ("torch.nn.functional.kl_div", "torch.nn.KLDivLoss")
_OPTAX_KL = (
    "optax.losses.kl_divergence",
    "optax.losses.generalized_kl_divergence",
)
_OPTAX_LOG_KL = "optax.losses.kl_divergence_with_log_targets"
_KERAS_CLIPPING = (
    "keras.losses.kl_divergence",
    "keras.losses.binary_focal_crossentropy",
    "keras.losses.categorical_focal_crossentropy",
    "keras.ops.binary_crossentropy",
    "keras.ops.categorical_crossentropy",
    "keras.ops.sparse_categorical_crossentropy",
)
_GENERALISED = (
    "keras.losses.categorical_generalized_cross_entropy",
    "keras.losses.CategoricalGeneralizedCrossEntropy",
)

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "labels of 0 in a divergence",
        (*_TORCH_KL, *_OPTAX_KL, _OPTAX_LOG_KL),
        "A label of 0 is multiplied by the logarithm of a prediction of 0, or the logarithm -inf of a "
        "label by 0, and its derivative by that label is NaN. The limit is 0; xlogits leaves the term "
        "out, and its derivative with it.",
        "https://github.com/pytorch/pytorch/issues/89558 and "
        "https://github.com/google-deepmind/optax/pull/1786",
        case="labels exactly 0*",
        unless="no label is 0",
    ),
    Divergence(
        "classes of -inf and labels of 0",
        (
            "keras.ops.categorical_crossentropy",
            "optax.losses.poly_loss_cross_entropy",
            "optax.losses.ranking_softmax_loss",
        ),
        "A class of logit -inf has the log-probability -inf, which dense labels multiply by 0: NaN. "
        "The limit is 0, and xlogits leaves such a term out.",
        "https://github.com/google-deepmind/optax/pull/1762",
        case="-inf masked classes*",
        unless="no class has a logit of -inf",
    ),
    Divergence(
        "derivative by the label of a class of -inf",
        ("optax.losses.safe_softmax_cross_entropy",),
        "The value leaves the term out, the derivative by its label is infinite all the same. In "
        "xlogits it is 0: what does not count has no derivative.",
        "run it: optax 0.2.8, jax.grad by labels of 0 at logits of -inf",
        case="-inf masked classes*",
        quantity="d/dlabels",
    ),
    Divergence(
        "gradient of keras.ops assumes rows of 1",
        ("keras.ops.categorical_crossentropy",),
        "It calls TensorFlow's dense softmax cross-entropy, which gives softmax(x) - q as gradient, "
        "right only where the labels q of an item sum to 1.",
        "https://github.com/tensorflow/tensorflow/issues/60314",
        case="label rows summing to *",
        quantity="d/dlogits",
        unless="rows sum to 1",
    ),
    Divergence(
        "one class against every item",
        _GENERALISED,
        "Of predictions with one class, (6, 1), and labels (6,) Keras 3.15 makes (6, 6), each item with "
        "the label of every other: weighted sums are 6 times too large. xlogits gives (6,).",
        "(1 - p**0.5) / 0.5 by mpmath, weighted and added up: 2.47726; Keras says 14.8635",
        case="one class",
        variant="*reduction='none'*|*reduction='sum'*|*sample_weight*",
        unless="there is more than one class",
    ),
    Divergence(
        "power of a probability of 0",
        _GENERALISED,
        "The power of the label's probability is infinitely steep at 0, and Keras multiplies that by "
        "the 0 of all other classes: NaN. xlogits selects the class before it takes the power.",
        "run it: keras 3.15, a probability of 0 at the label",
        case="probabilities exactly 0 and 1",
        quantity="d/dlogits",
        unless="no probability is 0",
    ),
    Divergence(
        "focal loss by labels of 0 and 1",
        ("optax.losses.sigmoid_focal_loss",),
        "It takes 1 - p of what happened through logsumexp, whose derivative by a weight of 0 is not "
        "there, so at labels of exactly 0 and 1 half of the derivative by them is missing.",
        "run it: optax 0.2.8, jax.grad by labels at 0 and 1 against labels of 1e-6",
        case="labels of 0 and 1",
        quantity="d/dlabels",
    ),
    Divergence(
        "bounds in half precision",
        _KERAS_CLIPPING,
        "1e-7 is a subnormal of float16, and 1 - 1e-7 is 1 in float16 and bfloat16, so Keras' functions "
        "clip elsewhere or not at all there. xlogits clips in float32, as Keras' classes do.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/nn.py",
        case="*exactly 0*|*below 0|large logits|-inf masked classes*",
        dtype="*float16",
    ),
    Divergence(
        "smoothing of focal loss counts the last axis",
        (
            "keras.losses.categorical_focal_crossentropy",
            "keras.losses.CategoricalFocalCrossentropy",
        ),
        "Keras 3.15 takes the number of classes for label smoothing from the last axis even where "
        "`axis` says that the classes are elsewhere, as in categorical cross-entropy.",
        "https://github.com/keras-team/keras/pull/23437",
        variant="*axis=*label_smoothing=*|*label_smoothing=*axis=*",
        unless="the classes are on the last axis",
    ),
    Divergence(
        "labels outside the mask of PolyLoss",
        ("optax.losses.poly_loss_cross_entropy",),
        "optax multiplies labels by log-probabilities of -inf outside the mask before it leaves them "
        "out of the sum, so their derivative by the labels is NaN. xlogits gives 0.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_classification.py",
        variant="*mask*",
        quantity="d/dlabels",
    ),
)
