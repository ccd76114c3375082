"""Losses of measured values: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_SKLEARN = tuple(
    f"sklearn.metrics.{name}"
    for name in (
        *("mean_squared_error", "root_mean_squared_error", "mean_absolute_error"),
        *("mean_absolute_percentage_error", "mean_squared_log_error"),
        *("root_mean_squared_log_error", "mean_pinball_loss"),
    )
)

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "compiled without its weight",
        ("torch.nn.functional.l1_loss",),
        "Under torch.compile, and in any __torch_function__ mode, PyTorch's l1_loss loses `weight` on "
        "the way and gives the plain mean: 2.0 instead of 1.0 for errors of 1, 2, 3 and weights of "
        "1, 0, 0. xlogits weights in every mode.",
        "https://github.com/pytorch/pytorch/pull/193003",
        variant="*sample_weight*",
        mode="torch.compile",
    ),
    Divergence(
        "variance is read",
        ("torch.nn.functional.gaussian_nll_loss", "torch.nn.GaussianNLLLoss"),
        "PyTorch checks in Python that no variance is negative, which breaks the graph, so "
        "torch.compile(fullgraph=True) raises. Where values cannot be read xlogits gives NaN instead.",
        "run it: torch 2.13, torch.compile(F.gaussian_nll_loss, fullgraph=True)",
        mode="torch.compile",
    ),
    Divergence(
        "Stirling's formula at 0",
        (
            *("torch.nn.functional.poisson_nll_loss", "torch.nn.PoissonNLLLoss"),
            "tensorflow.nn.log_poisson_loss",
        ),
        "PyTorch and TensorFlow compute Stirling's formula for all targets and mask the result, so "
        "the derivative by a target of 0 is 0 times infinity. xlogits selects before it computes.",
        "run it: torch 2.13, F.poisson_nll_loss with full=True, gradient by a target of 0",
        case="ordinary|K-dimensional|unbatched",
        variant="*full*=True*",
        quantity="d/dlabels",
    ),
    Divergence(
        "1 - p + epsilon is reordered",
        ("tensorflow.compat.v1.losses.log_loss",),
        "TensorFlow's graph optimiser and XLA make (1 + epsilon) - p of 1 - p + epsilon, which rounds "
        "the smallest probabilities off: at p = 1 the float32 result is log(1.19e-7) where eager mode "
        "gives log(1e-7). xlogits computes in an order that neither can change.",
        "run it: TF 2.21, tf.compat.v1.losses.log_loss(0., 1.) in tf.function and out of it",
        mode="tf.function*",
    ),
    Divergence(
        "log 2 in float32",
        ("keras.losses.log_cosh",),
        "Keras takes log 2 in float32 whatever the dtype, so float64 results are 1.9e-9 too small: "
        "log cosh 0 is -1.9e-9. xlogits takes it in the dtype of the prediction.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/losses.py",
        quantity="value",
        dtype="float64",
    ),
    Divergence(
        "log 2 in float32 for dtype='float64'",
        ("keras.losses.LogCosh",),
        "The same, for a class that is told to compute in float64.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/losses.py",
        variant="*dtype='float64'*",
        quantity="value",
    ),
    Divergence(
        "scikit-learn takes one or two axes",
        _SKLEARN,
        "scikit-learn's metrics of measured values raise for arrays of three axes. xlogits averages "
        "over the first axis of any number.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_squared_error.html",
        case="K-dimensional|four axes|three axes of one length",
    ),
    Divergence(
        "every class occurs",
        ("sklearn.metrics.brier_score_loss",),
        "scikit-learn takes a batch of samples in which every class occurs, and raises otherwise: it "
        "infers the classes from the labels. xlogits takes them from the prediction.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.brier_score_loss.html",
        case="K-dimensional|four axes|three axes of one length|one class|one row|empty batch|unbatched",
    ),
    Divergence(
        "one output keeps an axis",
        _SKLEARN,
        "With multioutput='raw_values' scikit-learn gives an array of one number for targets "
        "without an axis of outputs. xlogits gives the number.",
        "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_squared_error.html",
        case="unbatched",
        variant="*raw_values*",
        quantity="value",
    ),
)
