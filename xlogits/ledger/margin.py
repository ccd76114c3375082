"""Hinge and margin losses: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_F, _NN = "torch.nn.functional.", "torch.nn."
_TORCH_ROWS = (
    *(f"{_F}multi_margin_loss", f"{_NN}MultiMarginLoss"),
    *(f"{_F}multilabel_margin_loss", f"{_NN}MultiLabelMarginLoss"),
)
_TORCH_CLAMPED = (
    *(f"{_F}hinge_embedding_loss", f"{_NN}HingeEmbeddingLoss"),
    *(f"{_F}margin_ranking_loss", f"{_NN}MarginRankingLoss"),
)
_KERAS_CATEGORICAL = ("keras.losses.categorical_hinge", "keras.losses.CategoricalHinge")
_KINKS = (
    "scores at the margin|distances at the margin|equal scores|scores a margin apart|"
    "ties, and scores 1 apart"
)

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "beyond the margin at the margin",
        (*_TORCH_CLAMPED, "keras.losses.hinge", "keras.losses.Hinge", *_KERAS_CATEGORICAL),
        "Exactly at the margin PyTorch's clamp and TensorFlow's maximum take the derivative of the "
        "side that costs something, 1. xlogits takes 1/2, as optax, and Keras on its other backends: "
        "what ties in a maximum shares the derivative evenly.",
        "run it: torch 2.13, F.hinge_embedding_loss of a distance of 1 and the label -1",
        case=_KINKS,
        quantity="d/*",
        unless="no score is exactly at the margin",
    ),
    Divergence(
        "nothing at the margin",
        (*_TORCH_ROWS, "tensorflow.compat.v1.losses.hinge_loss"),
        "Exactly at the margin these take the derivative of the side that costs nothing, 0: a model "
        "that starts from zeros at margin 0 never moves. xlogits takes 1/2, as optax: what ties in a "
        "maximum shares the derivative evenly.",
        "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/ops/losses/losses_impl.py",
        case=_KINKS,
        quantity="d/*",
        unless="no score is exactly at the margin",
    ),
    Divergence(
        "soft margin overflows",
        (f"{_F}soft_margin_loss", f"{_NN}SoftMarginLoss"),
        "PyTorch computes log(1 + exp(-x y)) as written: inf, with NaN gradients, where a score is "
        "wrong by 89 in float32 (by 710 in float64). xlogits takes the softplus.",
        "https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/Loss.cpp",
        case="large scores",
        unless="no score is below -88 (float32) or -709",
    ),
    Divergence(
        "an empty batch is not written",
        _TORCH_ROWS,
        "For an empty batch PyTorch's kernels return without writing the result: the sum and the mean "
        "are whatever was in memory. xlogits gives the sum 0 and the mean NaN, as PyTorch's other "
        "losses do.",
        "run it: torch 2.13, F.multi_margin_loss(torch.ones(0, 5), torch.ones(0).long())",
        case="empty batch",
        quantity="value",
        unless="there is at least one item",
    ),
    Divergence(
        "compiled past the end of the list",
        _TORCH_ROWS[2:],
        "torch.compile of 2.13 takes what follows the first -1 of a list of labels for labels: 2.05 "
        "instead of 0.85 for the documented example.",
        "https://github.com/pytorch/pytorch/issues/141017",
        mode="torch.compile",
    ),
    Divergence(
        "two axes at most",
        _TORCH_ROWS,
        "PyTorch takes one row or a batch of rows here. xlogits takes any number of axes.",
        "https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html",
        case="K-dimensional|four axes|three axes of one length",
    ),
    Divergence(
        "empty batch of hinges stays empty",
        ("keras.losses.Hinge", "keras.losses.SquaredHinge"),
        "For an empty batch Keras returns the empty tensor of losses, whatever the reduction. "
        "xlogits reduces it: a mean is 0 as for a batch of masked items, a sum is 0.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        case="empty batch",
        quantity="value",
        unless="there is at least one item",
    ),
    Divergence(
        "a single hinge is not reduced",
        ("keras.losses.Hinge", "keras.losses.SquaredHinge", "keras.losses.CategoricalHinge"),
        "Keras returns the loss of a single item without axes as it is, weighted but not divided by "
        "its weight.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        case="unbatched",
        variant="*mean_with_sample_weight*",
    ),
    Divergence(
        "squares in half precision",
        ("keras.losses.squared_hinge",),
        "Keras' function computes in the dtype of the prediction, so a score that is off by 256 gives "
        "inf in float16, whatever the mean is. xlogits squares in float32, as Keras' class does.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/losses.py",
        case="large scores",
        dtype="float16",
    ),
    Divergence(
        "maximum of nothing",
        _KERAS_CATEGORICAL,
        "Keras on TensorFlow refuses the maximum over the classes of an empty batch, which is an "
        "empty batch of maxima. xlogits gives that.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/numpy.py",
        case="empty batch",
    ),
    Divergence(
        "0 times infinity is NaN in hinges",
        ("optax.losses.multiclass_hinge_loss", "optax.losses.multiclass_perceptron_loss"),
        "The score of the label is a sum of scores times 0 or 1, which a class of score -inf makes "
        "NaN, unless it is compiled. xlogits leaves out what is multiplied by 0.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_classification.py",
        case="-inf masked classes*",
        quantity="value",
        mode="eager",
        backend="jax",
        unless="no class has a logit of -inf",
    ),
    Divergence(
        "margin added to large scores",
        ("optax.losses.multiclass_hinge_loss",),
        "optax adds the margin to the scores and then subtracts the label's: in bfloat16, whose "
        "numbers above 512 are 4 apart, a margin of 1 is lost. xlogits subtracts first, in float32.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_classification.py",
        case="large scores",
        quantity="value",
        dtype="bfloat16",
    ),
    Divergence(
        "a batch of rows",
        ("optax.losses.multiclass_sparsemax_loss",),
        "optax maps the loss over the first axis, so it takes two axes exactly. xlogits takes any "
        "number of axes.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_classification.py",
        case="K-dimensional|four axes|three axes of one length|unbatched",
    ),
    Divergence(
        "projection in float64",
        ("optax.losses.multiclass_sparsemax_loss",),
        "Under jax_enable_x64 optax's projection on the simplex turns float32 into float64, and its "
        "derivative rule refuses: only float64 has a gradient there. xlogits keeps float32.",
        "run it: optax 0.2.8, jax.grad of optax.losses.multiclass_sparsemax_loss, jax_enable_x64",
        dtype="float32",
    ),
    Divergence(
        "scikit-learn checks scores and labels",
        ("sklearn.metrics.hinge_loss",),
        "scikit-learn takes finite scores and a batch with at least one sample in which every class "
        "occurs, and raises or reads two classes otherwise: it infers the classes from the labels. "
        "xlogits takes them from the prediction.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.hinge_loss.html",
        case="K-dimensional|four axes|three axes of one length|one class|one row|empty batch|unbatched|"
        "-inf masked classes",
    ),
)
