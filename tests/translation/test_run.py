"""What is written gives what the original gives, on arrays that callers bring, in the frameworks."""

import numpy as np
import pytest

from tests.translation.running import (
    TARGETS,
    Row,
    agrees,
    agrees_where_open,
    hold,
    hold_where_open,
    original,
)

RNG = np.random.default_rng(16)
LOGITS = RNG.normal(size=(4, 3))


def _shares(x: np.ndarray) -> np.ndarray:
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


LOG_P = np.log(_shares(LOGITS))
WITH_ZEROS = np.array([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
SMOOTHED = {
    "x": np.log(np.array([[0.2, 0.3, 0.5], [0.1, 0.6, 0.3]])),
    "t": np.array([[0.0, 0.9, 0.1], [0.0, 0.1, 0.9]]),
}
DIVERGENCES = [
    Row("F.kl_div(x, t, reduction='batchmean')", {"x": LOG_P, "t": WITH_ZEROS}),
    Row("F.kl_div(x, t, reduction='none')", SMOOTHED),
    Row("nn.KLDivLoss(reduction='sum')(x, t)", {"x": LOG_P[0], "t": WITH_ZEROS[0]}),
    Row("optax.losses.kl_divergence(x, t)", {"x": LOG_P, "t": WITH_ZEROS}),
    Row("optax.losses.generalized_kl_divergence(x, t)", {"x": LOG_P, "t": WITH_ZEROS}),
    Row("scipy.special.rel_entr(t, x)", {"x": np.exp(LOG_P), "t": WITH_ZEROS}),
    Row("jax.scipy.special.kl_div(t, x)", {"x": WITH_ZEROS, "t": WITH_ZEROS}),
    Row("scipy.stats.entropy(t, x, axis=1)", {"x": np.exp(LOG_P), "t": WITH_ZEROS}),
    Row("scipy.stats.entropy(t, axis=-1)", {"t": WITH_ZEROS}),
]
LABELS = np.array([0, 2, 1, 1])
SIZES = [
    Row(f"F.cross_entropy(x, y, label_smoothing=0.1{more})", {"x": LOGITS, "y": LABELS}, ndim=2)
    for more in ("", ", reduction='none'")
]
SIZES += [
    Row(
        "F.cross_entropy(x, y, label_smoothing=0.2)",
        {"x": RNG.normal(size=(2, 3, 5)), "y": RNG.integers(0, 3, (2, 5))},
        ndim=3,
    ),
    Row(
        "keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)(q, x)",
        {"x": LOGITS, "q": _shares(LOGITS)},
    ),
    Row("F.multi_margin_loss(x, y)", {"x": LOGITS, "y": LABELS}),
    Row("F.multilabel_margin_loss(x, y)", {"x": LOGITS, "y": np.array([[0, -1, 1]] * 4)}),
    Row("jax.nn.logmeanexp(x, axis=1)", {"x": LOGITS}),
    Row("F.softmax(x, dim=0)", {"x": LOGITS}),
    Row("scipy.special.softmax(x)", {"x": LOGITS}),
    Row("F.poisson_nll_loss(x, t)", {"x": LOGITS, "t": WITH_ZEROS}),
]
EVENTS = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
TF1 = "tf.compat.v1.losses"
ELEMENTWISE = (
    *("absolute_difference", "mean_squared_error", "huber_loss", "sigmoid_cross_entropy"),
    *("log_loss", "hinge_loss"),
)
WEIGHTS = {  # shapes that broadcast to (4, 3)
    "a column": np.array([[1.0], [0.0], [2.0], [0.5]]),
    "a row": np.array([[0.0, 3.0, 1.0]]),
    "an array of no axes": np.array(0.5),
    "as many": np.abs(LOGITS) * (LOGITS > -0.5),
}
WEIGHED = [
    Row(
        f"{TF1}.{name}(z, x, weights=w)",
        {"x": _shares(LOGITS) if name == "log_loss" else LOGITS, "z": EVENTS, "w": weight},
        note=f"with {shape}",
        ndim=2,
    )
    for name in ELEMENTWISE
    for shape, weight in WEIGHTS.items()
    if shape == "a column" or name in ("mean_squared_error", "sigmoid_cross_entropy")
]
WEIGHED += [
    Row(
        f"{TF1}.{name}(z, x, weights={weight}, reduction='weighted_mean')",
        {"x": LOGITS, "z": EVENTS, "w": WEIGHTS["a column"]},
    )
    for name in ("mean_squared_error", "sigmoid_cross_entropy")
    for weight in ("w", "2.0")
]
INDEXED = "sparse_softmax_cross_entropy(y, x, weights=w)"
WEIGHED += [
    Row(f"{TF1}.{INDEXED}", {"x": LOGITS, "y": LABELS, "w": WEIGHTS["a column"]}, ndim=2),
    Row(f"{TF1}.{INDEXED}", {"x": LOGITS, "y": LABELS, "w": WEIGHTS["a column"][:, 0]}, ndim=2),
    Row(
        f"{TF1}.softmax_cross_entropy(q, x, weights=w)",
        {"x": LOGITS, "q": _shares(LOGITS), "w": np.array(0.5)},
        ndim=2,
    ),
]
# Keras takes a column of sample weights for as many items; the values are those of the losses of items
COLUMN = {"x": np.array([[2.0, 0.0, -1.0], [0.0, 1.0, 3.0]]), "w": np.array([[1.0], [3.0]])}
COLUMN |= {"y": np.array([0, 1]), "z": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])}
SPARSE = "keras.losses.SparseCategoricalCrossentropy(from_logits=True{})(y, x, sample_weight=w)"
KERAS = (
    *("CategoricalCrossentropy(from_logits=True)", "BinaryCrossentropy(from_logits=True)"),
    *(
        "MeanSquaredError()",
        "MeanAbsoluteError(reduction='sum')",
        "Huber()",
        "LogCosh()",
        "Hinge()",
    ),
    *("CosineSimilarity()", "CategoricalHinge()", "Poisson()", "KLDivergence()"),
    *("CategoricalFocalCrossentropy(from_logits=True)", "SquaredHinge()"),
)
WEIGHED += [Row(SPARSE.format(""), COLUMN, right=3.3397, ndim=2)]
WEIGHED += [Row(SPARSE.format(", reduction='sum'"), COLUMN, ndim=2)]
WEIGHED += [
    Row(f"keras.losses.{name}(z, x, sample_weight=w)", COLUMN | {"x": np.abs(COLUMN["x"])}, ndim=2)
    for name in KERAS
]
WEIGHED += [  # no class axis: one weight for each item all the same
    Row(SPARSE.format(""), COLUMN | {"w": np.array([1.0, 3.0])}, ndim=2, note="plain"),
    Row(
        SPARSE.format(", reduction='mean_with_sample_weight'"),
        {"x": RNG.normal(size=(2, 5, 3)), "y": RNG.integers(0, 3, (2, 5)), "w": np.ones((2, 5, 1))},
        ndim=3,
    ),
]
MASKED = {"x": np.array([[1.0, 2.0, -np.inf], [0.5, -1.0, 2.0]]), "q": np.eye(3)[[1, 0]]}
SAFE = [
    Row("optax.safe_softmax_cross_entropy(x, q)", MASKED, right=[0.31326, 1.74131]),
    Row("optax.losses.safe_softmax_cross_entropy(x, q)", {k: v[0] for k, v in MASKED.items()}),
]
ROWS = [*DIVERGENCES, *SIZES, *WEIGHED, *SAFE]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_written_gives_what_the_original_gives(row: Row, target: str) -> None:
    if target in row.targets:
        hold(row, target)


@pytest.mark.parametrize("target", ["tensorflow", "keras"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_written_runs_where_sizes_are_open(row: Row, target: str) -> None:
    if target in row.targets:
        hold_where_open(row, target)


def test_a_size_read_from_the_shape_is_seen() -> None:
    """In a `tf.function` it is None."""
    with pytest.raises(ValueError, match="None values not supported"):
        agrees_where_open(DIVERGENCES[0], "tensorflow", "tf.reduce_sum(x) / x.shape[0]")


@pytest.mark.parametrize("row", [r for r in ROWS if r.right is not None], ids=str)
def test_the_original_gives_what_is_known(row: Row) -> None:
    np.testing.assert_allclose(original(row), row.right, rtol=2e-4, atol=1e-6)


# what was written once, and is wrong on these arrays: the comparison has to see it
ONCE = [
    (DIVERGENCES[0], "tensorflow", "tf.reduce_sum(t * (tf.math.log(t) - x)) / x.shape[0]"),
    (SAFE[0], "torch", "F.cross_entropy(x, q, reduction='none')"),
    (DIVERGENCES[5], "torch", "t * (torch.log(t) - torch.log(x))"),
    (
        WEIGHED[0],
        "torch",
        "torch.sum(w * F.l1_loss(x, z, reduction='none')) / torch.count_nonzero(w)",
    ),
    (
        next(row for row in WEIGHED if row.right == 3.3397),
        "torch",
        "torch.mean(w * F.cross_entropy(x, y, reduction='none'))",
    ),
]


@pytest.mark.parametrize(("row", "target", "text"), ONCE, ids=str)
def test_what_was_written_once_is_seen_to_be_wrong(row: Row, target: str, text: str) -> None:
    assert not agrees(row, target, text)
