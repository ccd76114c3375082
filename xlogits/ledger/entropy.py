"""Cross-entropy and the elementary functions: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_TF_DENSE = (
    "tensorflow.nn.softmax_cross_entropy_with_logits",
    "tensorflow.compat.v1.nn.softmax_cross_entropy_with_logits",
    "tensorflow.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
    "tensorflow.compat.v1.losses.softmax_cross_entropy",
)
_KERAS_DENSE = ("keras.losses.categorical_crossentropy", "keras.losses.CategoricalCrossentropy")
_TORCH_CE = ("torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss")
_TORCH_BCE = ("torch.nn.functional.binary_cross_entropy", "torch.nn.BCELoss")
_TF1_LOSSES = (
    "tensorflow.compat.v1.losses.softmax_cross_entropy",
    "tensorflow.compat.v1.losses.sparse_softmax_cross_entropy",
    "tensorflow.compat.v1.losses.sigmoid_cross_entropy",
)

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "gradient assumes rows of 1",
        (*_TF_DENSE, *_KERAS_DENSE),
        "TensorFlow's dense softmax cross-entropy gives softmax(x) - q as gradient, which is right "
        "only where the labels q of an item sum to 1; the value is right. xlogits gives "
        "sum(q) * softmax(x) - q, and never calls that function.",
        "https://github.com/tensorflow/tensorflow/issues/60314",
        case="label rows summing to *",
        quantity="d/dlogits",
        unless="rows sum to 1",
    ),
    Divergence(
        "0 times infinity is NaN",
        (*_TF_DENSE, *_KERAS_DENSE, *_TORCH_CE, "optax.softmax_cross_entropy"),
        "A class of logit -inf has the log-probability -inf, which dense labels multiply by 0: NaN. "
        "The limit is 0, and xlogits leaves such a term out.",
        "https://github.com/google-deepmind/optax/pull/1762",
        case="-inf masked classes*",
        unless="no class has a logit of -inf",
    ),
    Divergence(
        "NaN leaks from ignored items",
        _TORCH_CE,
        "PyTorch leaves ignored items out of the value, but the gradient of a row that holds NaN is "
        "NaN, since 0 is multiplied by it. xlogits selects before it computes.",
        "run it: torch 2.13, logits of NaN under ignore_index",
        case="ignored row that holds NaN",
        quantity="d/dlogits",
        unless="ignored items hold no NaN",
    ),
    Divergence(
        "gradient at certainty",
        _TORCH_BCE,
        "At probabilities of exactly 0 and 1 PyTorch floors the logarithm at -100 but not its "
        "derivative: (p - y) / max(p (1 - p), 1e-12) by the prediction, log(1 - p) - log(p) by the "
        "labels. xlogits differentiates the floored logarithm.",
        "https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html",
        case="probabilities exactly 0 and 1",
        quantity="d/*",
        unless="probabilities lie strictly between 0 and 1",
    ),
    Divergence(
        "gradient at logit 0",
        (
            "tensorflow.nn.weighted_cross_entropy_with_logits",
            "tensorflow.compat.v1.nn.weighted_cross_entropy_with_logits",
        ),
        "The formula uses relu(-x) and |x|, whose derivatives at exactly 0 do not add up: 1 instead "
        "of 1/2 for the label 0. A head that starts from zeros takes its first step with it.",
        "https://github.com/pytorch/pytorch/pull/2195 (the same formula, mended in PyTorch)",
        case="logits exactly 0",
        quantity="d/dlogits",
        unless="no logit is exactly 0",
    ),
    Divergence(
        "smoothing counts the last axis",
        _KERAS_DENSE,
        "Keras 3.15 takes the number of classes for label smoothing from the last axis even where "
        "`axis` says that the classes are elsewhere; mended in later versions.",
        "https://github.com/keras-team/keras/pull/23437",
        variant="*axis=*label_smoothing=*|*label_smoothing=*axis=*",
        unless="the classes are on the last axis",
    ),
    Divergence(
        "half-precision clip",
        (
            "keras.losses.binary_crossentropy",
            "keras.losses.categorical_crossentropy",
            "keras.losses.sparse_categorical_crossentropy",
        ),
        "1 - 1e-7 is 1 in float16 and bfloat16, so Keras' functions do not clip there, and 1e-7 "
        "is a subnormal. xlogits clips in float32, as Keras' classes do.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/nn.py",
        case="probabilities exactly 0 and 1",
        dtype="*float16",
    ),
    Divergence(
        "labels outside the mask",
        ("optax.softmax_cross_entropy",),
        "optax multiplies labels by log-probabilities of -inf outside the mask before it leaves them "
        "out of the sum, so their derivative by the labels is NaN. xlogits gives 0.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_classification.py",
        variant="*mask*",
        quantity="d/dlabels",
    ),
    Divergence(
        "scikit-learn checks its input",
        ("sklearn.metrics.log_loss",),
        "scikit-learn takes one or two axes, at least one sample, and labels in which every class "
        "occurs, and raises otherwise: it infers the classes from the labels. xlogits takes them "
        "from the prediction.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html",
        case="K-dimensional|four axes|three axes of one length|one class|one row|empty batch|unbatched|"
        "probabilities exactly 0 and 1",
    ),
    Divergence(
        "bfloat16 becomes float64",
        ("sklearn.metrics.log_loss",),
        "scikit-learn turns bfloat16 into float64, and so clips at the eps of float64. xlogits clips "
        "at the eps of the dtype, as scikit-learn does for the dtypes it knows.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html",
        dtype="bfloat16",
    ),
    Divergence(
        "weighted in float32",
        _TF1_LOSSES,
        "The losses of TF1 weight and reduce in float32, whatever they are given, and return the "
        "result as float64.",
        "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/ops/losses/losses_impl.py",
        dtype="float64",
    ),
    Divergence(
        "an ignored index beside probabilities",
        ("torch.nn.functional.linear_cross_entropy",),
        "PyTorch refuses any ignore_index beside labels with one number per class; xlogits takes a "
        "negative one, which ignores nothing, as F.cross_entropy does.",
        "run it: torch 2.13",
        case="features, dense labels",
        variant="*ignore_index=-1*",
    ),
)
