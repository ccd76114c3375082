"""The canonical functions: logits first, labels second, nothing reduced unless you say how.

A list, a tuple or a number of Python stands for an array of the framework of the arrays beside it, and
of NumPy where there is none (`xlogits.lists`).
"""

from typing import Any

from xlogits.backends import MODULES, shortened
from xlogits.errors import BackendError
from xlogits.lists import from_lists
from xlogits.losses import (
    LinearSoftmaxCrossEntropy,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.types import Elements, Result, Rows, Word

Array = Any
Axis = int | tuple[int, ...] | None
_NONE = 0.0  # known by identity


def softmax_cross_entropy(
    logits: Rows[Result],
    labels: Array,
    *,
    axis: Axis = -1,
    class_weight: Array | None = None,
    sample_weight: Array | float | None = None,
    label_smoothing: float = _NONE,
    ignore_index: int | None = None,
    reduction: Word = "none",
) -> Result:
    r"""Cross-entropy between class labels and logits over classes that exclude each other, in nats.

    $$ \ell_i = -\sum_j w_j \big((1 - \varepsilon) q_{ij} + \varepsilon / C\big)
       \log \mathrm{softmax}(x_i)_j $$

    Args:
        logits: floating point, any number of axes, the C classes on `axis`.
        labels: class indexes 0 to C - 1, integers in the shape of the logits without `axis`
            (then $q_{ij} = [j = y_i]$); or one number $q_{ij}$ per class in the shape of the
            logits. Rows of $q$ may have any sum.
        axis: where the classes are; a tuple of axes, or None for all, makes one of them.
        class_weight: one factor $w_j$ per class, shape (C,).
        sample_weight: one factor per item, in the shape of the logits without `axis` (a size of 1
            repeats), or a number.
        label_smoothing: $\varepsilon$ in [0, 1], the share of the labels spread over all classes.
        ignore_index: items with this class index cost 0, have no gradient, and hide any NaN.
        reduction: "none", "sum", or a mean named by what it divides by: "mean_over_items",
            "mean_over_valid", "mean_over_class_weight", "mean_over_sample_weight",
            "mean_over_weight_as_given", "mean_over_nonzero_weight", "mean_over_batch"; plain
            "mean" where no weight and no ignored label makes a difference (see `xlogits.reduction`).

    Returns:
        One number per item, or a single one if reduced: an array of the same framework and dtype.

    Raises:
        ShapeError, DtypeError, OptionError, BackendError: what was passed, and what was expected.
        LabelError: a class index out of range. Where values cannot be read without waiting for a
            device or leaving a trace (jax.jit, GPUs, XLA) the item is NaN instead; compiled code of
            PyTorch and TensorFlow graphs on a CPU raise the framework's own error. Labels whose
            sizes only the running graph knows are held against the logits there, in the same way.

    A row that holds +inf, or -inf alone, has no distribution and is NaN.

    Example:
        >>> import numpy as np
        >>> logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
        >>> softmax_cross_entropy(logits, np.array([0, 2]), reduction="mean").round(6)
        np.float64(0.753109)

    Source: Bridle, "Training Stochastic Model Recognition Algorithms as Networks can Lead to
    Maximum Mutual Information Estimation of Parameters" (1990); label smoothing: Szegedy et al.,
    "Rethinking the Inception Architecture" (2016).
    """
    if class_weight is sample_weight is ignore_index is None and label_smoothing is _NONE:
        try:
            quick = MODULES[type(logits)].quick_softmax_cross_entropy
        except KeyError:  # the first array of its type
            pass
        else:
            if quick is not None:
                loss = quick(logits, labels, axis, reduction)
                if loss is not None:
                    return loss
    return _softmax_cross_entropy(
        logits,
        labels,
        axis=axis,
        class_weight=class_weight,
        sample_weight=sample_weight,
        label_smoothing=label_smoothing,
        ignore_index=ignore_index,
        reduction=reduction,
    )


def _softmax_cross_entropy(
    logits: Rows[Result],
    labels: Array,
    *,
    axis: Axis = -1,
    class_weight: Array | None = None,
    sample_weight: Array | float | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: Word = "none",
) -> Result:
    loss = SoftmaxCrossEntropy(
        axis=axis,
        label_smoothing=label_smoothing,
        ignore_index=ignore_index,
        reduction=Reduction(reduction),
    )
    weights = {"sample_weight": sample_weight, "class_weight": class_weight}
    return _called(loss, {"logits": logits, "labels": labels}, weights)


def linear_softmax_cross_entropy(
    hidden: Rows[Result],
    weight: Array,
    labels: Array,
    *,
    bias: Array | None = None,
    class_weight: Array | None = None,
    sample_weight: Array | float | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: Word = "none",
    chunk: int | None = None,
) -> Result:
    r"""`softmax_cross_entropy(hidden @ weight.T + bias, labels)`, which never holds all those logits.

    $$ \ell_i = -\sum_j w_j \big((1 - \varepsilon) q_{ij} + \varepsilon / C\big)
       \log \mathrm{softmax}(W h_i + b)_j $$

    For vocabularies: a few items at a time become logits, losses and derivatives. It can be
    differentiated by `hidden`, `weight`, `bias` and `sample_weight`; labels and class weights are
    constants. With a reduction named here the derivatives are computed together with the value, so
    that the logits are computed once; with "none" they are computed again in the backward pass.

    Args:
        hidden: floating point, (..., D): the features of each item. The result has its dtype.
        weight: floating point, (C, D): the features of each class. Computed in the dtype of `hidden`,
            or float32 where that is half precision. (C, d1, ..., dK, D) makes a loss at each position:
            the logits are then (..., C, d1, ..., dK), as in PyTorch, and all of them are held.
        labels: class indexes 0 to C - 1 in the shape of `hidden` without its last axis; or one number
            $q_{ij}$ per class, (..., C), which take as much room as the logits would.
        bias: one number per class, (C,), in general the shape of `weight` without its last axis.
        class_weight: one factor $w_j$ per class, shape (C,).
        sample_weight: one factor per item, in the shape of `hidden` without its last axis, or a number.
        label_smoothing: $\varepsilon$ in [0, 1], the share of the labels spread over all classes.
        ignore_index: items with this class index cost 0, have no gradient, and hide any NaN.
        reduction: as in `softmax_cross_entropy`.
        chunk: how many items become logits at a time; None: at most 256 and an eighth of them, but
            at least as many as have 262144 logits together.

    Returns:
        One number per item, or a single one if reduced: an array of the same framework and dtype.

    Raises:
        ShapeError, DtypeError, OptionError, BackendError: what was passed, and what was expected.
        LabelError: a class index out of range. Where values cannot be read without waiting for a
            device or leaving a trace (compiled code, GPUs) the item, and what it is differentiated
            by, is NaN instead.
        Refused: differentiated twice on PyTorch or TensorFlow. JAX can do it.

    Example:
        >>> import numpy as np
        >>> hidden, weight = np.array([[1.0, 0.5], [0.0, 2.0]]), np.array([[2.0, 0.0], [0.0, 1.0]])
        >>> linear_softmax_cross_entropy(hidden, weight, np.array([0, 0])).round(6)
        array([0.201413, 2.126928])

    Source: Wijmans et al., "Cut Your Losses in Large-Vocabulary Language Models" (2024), who take
    tiles of both axes inside a kernel; here it is rows, and the frameworks' own products of matrices.
    """
    loss = LinearSoftmaxCrossEntropy(
        label_smoothing=label_smoothing,
        ignore_index=ignore_index,
        reduction=Reduction(reduction),
        chunk=chunk,
    )
    arrays = {"hidden": hidden, "labels": labels, "weight": weight, "bias": bias}
    return _called(loss, arrays, {"sample_weight": sample_weight, "class_weight": class_weight})


def sigmoid_cross_entropy(
    logits: Rows[Result],
    labels: Array,
    *,
    axis: int = -1,
    pos_weight: Array | float | None = None,
    sample_weight: Array | float | None = None,
    label_smoothing: float = _NONE,
    reduction: Word = "none",
) -> Result:
    r"""Cross-entropy between labels in [0, 1] and the logits of independent events, in nats.

    $$ \ell = -w z' \log \sigma(x) - (1 - z') \log \sigma(-x) ,
       \qquad z' = (1 - \varepsilon) z + \varepsilon / 2 $$

    Args:
        logits: floating point, any shape.
        labels: the probability of each event, or 0/1 of any dtype, in the shape of the logits.
            Values are not looked at: the formula holds outside [0, 1] as well.
        axis: where the classes of a `pos_weight` of shape (C,) are.
        pos_weight: the factor $w$ of the positive term: a number, one per class, or any shape
            that broadcasts to the logits.
        sample_weight: one factor per entry, in the shape of the logits (a size of 1 repeats), or a
            number.
        label_smoothing: $\varepsilon$ in [0, 1], which moves labels towards 1/2.
        reduction: as in `softmax_cross_entropy`.

    Returns:
        The shape of the logits, or a single number if reduced; the same framework and dtype. For an
        infinite logit it is the limit, 0 where the label agrees and infinity where not: on NumPy, and
        everywhere with a `pos_weight`, such as 1.0. Without one the frameworks' own kernels compute
        it, which may give NaN there; a check would cost them another pass over the logits.

    Raises:
        ShapeError, DtypeError, OptionError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> sigmoid_cross_entropy(np.array([2.0, -1.0]), np.array([1.0, 0.0])).round(6)
        array([0.126928, 0.313262])

    Source: Bishop, "Pattern Recognition and Machine Learning" (2006), equation 4.90.
    """
    if pos_weight is sample_weight is None and label_smoothing is _NONE and axis == -1:
        try:
            quick = MODULES[type(logits)].quick_sigmoid_cross_entropy
        except KeyError:  # the first array of its type
            pass
        else:
            if quick is not None:
                loss = quick(logits, labels, reduction)
                if loss is not None:
                    return loss
    return _sigmoid_cross_entropy(
        logits,
        labels,
        axis=axis,
        pos_weight=pos_weight,
        sample_weight=sample_weight,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )


def _sigmoid_cross_entropy(
    logits: Rows[Result],
    labels: Array,
    *,
    axis: int = -1,
    pos_weight: Array | float | None = None,
    sample_weight: Array | float | None = None,
    label_smoothing: float = 0.0,
    reduction: Word = "none",
) -> Result:
    loss = SigmoidCrossEntropy(
        axis=axis, label_smoothing=label_smoothing, reduction=Reduction(reduction)
    )
    weights = {"sample_weight": sample_weight, "pos_weight": pos_weight}
    return _called(loss, {"logits": logits, "labels": labels}, weights)


def softmax(logits: Elements[Result], *, axis: Axis = -1) -> Result:
    r"""Probabilities $e^{x_i} / \sum_j e^{x_j}$ along `axis`, in the shape and dtype of the logits.

    Raises:
        ShapeError, DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> softmax([2.0, 1.0, 0.0]).round(4)
        array([0.6652, 0.2447, 0.09  ])
    """
    return _called(Transform(function="softmax", axis=axis), {"logits": logits})


def log_softmax(logits: Elements[Result], *, axis: Axis = -1) -> Result:
    r"""Log-probabilities $x_i - \log \sum_j e^{x_j}$ along `axis`, never by way of a softmax.

    Raises:
        ShapeError, DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> log_softmax(np.array([2.0, 1.0, 0.0])).round(4)
        array([-0.4076, -1.4076, -2.4076])
    """
    return _called(Transform(function="log_softmax", axis=axis), {"logits": logits})


def logsumexp(logits: Rows[Result], *, axis: Axis = -1, keepdims: bool = False) -> Result:
    r"""The log of the normaliser, $\log \sum_j e^{x_j}$ along `axis`, without overflow.

    Raises:
        ShapeError, DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> logsumexp(np.array([1000.0, 1000.0])).round(4)
        np.float64(1000.6931)
    """
    return _called(
        Transform(function="logsumexp", axis=axis, keepdims=keepdims), {"logits": logits}
    )


def sigmoid(logits: Elements[Result]) -> Result:
    r"""The probability $1 / (1 + e^{-x})$ of an event from its logit, elementwise.

    Raises:
        DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> sigmoid(np.array([-2.0, 0.0, 2.0])).round(4)
        array([0.1192, 0.5   , 0.8808])
    """
    return _called(Transform(function="sigmoid"), {"logits": logits})


def log_sigmoid(logits: Elements[Result]) -> Result:
    r"""The log-probability $-\log(1 + e^{-x})$ of an event from its logit, elementwise.

    Raises:
        DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> log_sigmoid(np.array([-1000.0, 0.0])).round(4)
        array([-1.000e+03, -6.931e-01])
    """
    return _called(Transform(function="log_sigmoid"), {"logits": logits})


def logit(probabilities: Elements[Result]) -> Result:
    r"""The logit $\log(p / (1 - p))$ of a probability, elementwise: the inverse of `sigmoid`.

    0 gives -inf, 1 gives inf, and anything outside [0, 1] gives NaN.

    Raises:
        DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> logit(np.array([0.25, 0.5])).round(4)
        array([-1.0986,  0.    ])
    """
    return _called(Transform(function="logit"), {"probabilities": probabilities})


def softplus(x: Elements[Result]) -> Result:
    r"""$\log(1 + e^x)$, elementwise, without overflow: the cost of the logit $x$ for the label 0.

    Raises:
        DtypeError, BackendError: what was passed, and what was expected.

    Example:
        >>> import numpy as np
        >>> softplus(np.array([-1.0, 0.0, 1000.0])).round(4)
        array([3.133e-01, 6.931e-01, 1.000e+03])
    """
    return _called(Transform(function="softplus"), {"x": x})


def _called(loss: Any, needed: dict[str, Any], others: dict[str, Any] | None = None) -> Array:
    """The loss of these operands; where it refuses one, of arrays in place of lists and numbers."""
    others = others or {}
    try:
        return loss(*needed.values(), **others)
    except BackendError as error:
        refused = error
    found = from_lists(needed, others)
    if found is None:
        raise refused
    needed, others = found
    return loss(*needed.values(), **others)


shortened(softmax_cross_entropy, _softmax_cross_entropy)
shortened(sigmoid_cross_entropy, _sigmoid_cross_entropy)
