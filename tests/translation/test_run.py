"""What is written gives what the original gives, on arrays that callers bring, in the frameworks."""

from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.translation.running import (
    TARGETS,
    Row,
    agrees,
    agrees_where_open,
    evaluated,
    hold,
    hold_where_open,
    original,
    translation,
)
from xlogits.catalogue import find
from xlogits.errors import OptionError, ShapeError
from xlogits.translation.difference import possible

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
SHARES = _shares(LOGITS)
GIVEN = {"x": LOGITS, "z": EVENTS, "p": SHARES, "q": _shares(-LOGITS), "y": LABELS}
# what frameworks take None for, where it is not the default
NONE = [
    "keras.ops.binary_crossentropy(z, p, from_logits=None)",
    "keras.losses.BinaryCrossentropy(label_smoothing=None, from_logits=True)(z, x)",
    "keras.losses.MeanSquaredError(reduction=None)(z, x)",
    "keras.ops.softmax(x, axis=None)",
    "keras.activations.log_softmax(x, axis=None)",
    "keras.losses.cosine_similarity(z, x, axis=None)",
    "optax.losses.triplet_margin_loss(x, z, p, axis=None)",
    "scipy.stats.entropy(p, axis=None)",
    "tf.nn.softmax_cross_entropy_with_logits(q, x, axis=None)",
    "jax.nn.logsumexp(x, axis=0, keepdims=None)",
    "F.gaussian_nll_loss(x, z, p, full=None)",
]
# what one framework takes, and another does not
TAKEN = [
    Row("jax.nn.softmax(x, axis=(0, 1))", GIVEN, refused=("torch",), closed=True),
    Row("keras.ops.log_softmax(x, axis=(0, 1))", GIVEN, refused=("torch",), closed=True),
    Row("optax.softmax_cross_entropy(x, q, axis=-2)", GIVEN),
    Row("keras.losses.categorical_crossentropy(z, p, axis=-2)", GIVEN),
    Row("scipy.special.huber(1.5, x)", GIVEN),
    Row("scipy.special.huber(-1.5, x)", GIVEN, refused=TARGETS[:-1]),
    Row(
        "tf.nn.ctc_loss(y, x, m, n, blank_index=-1)",
        {
            "x": RNG.normal(size=(5, 2, 3)),
            "y": np.array([[0, 1], [1, 0]], np.int32),
            "m": np.array([2, 1], np.int32),
            "n": np.array([5, 4], np.int32),
        },
        refused=("numpy",),
        closed=True,
    ),
]
ONE_COLUMN = {"y": np.array([0, 1, 1, 0]), "p": np.array([0.1, 0.8, 0.7, 0.3])}
ONE_COLUMN["w"] = np.array([1.0, 2.0, 0.0, 1.0])
SEVERAL = {"y": EVENTS.astype(int), "p": SHARES}
COLUMNS = [
    Row("sklearn.metrics.log_loss(y, p)", ONE_COLUMN, right=0.2605, ndim=1),
    Row("sklearn.metrics.log_loss(y, p, normalize=False, sample_weight=w)", ONE_COLUMN, ndim=1),
    Row("sklearn.metrics.log_loss(y, p)", GIVEN, ndim=2),
    Row("sklearn.metrics.log_loss(y, p)", SEVERAL, refused=TARGETS[:-1], labels="dense"),
    Row("sklearn.metrics.log_loss(y, p)", SEVERAL, breaks=frozenset({"index labels"}), note="bare"),
]
A_COLUMN = {"z": np.array([1.0, 0.0, 1.0]), "x": np.array([[2.0], [-1.0], [0.5]])}
A_ROW = {"z": A_COLUMN["x"], "x": A_COLUMN["z"]}
OF_ROWS = "keras.losses.mean_squared_error(z, x)"
BESIDE = [
    Row("keras.losses.MeanSquaredError()(z, x)", A_COLUMN, right=0.75),
    Row("keras.losses.BinaryCrossentropy(from_logits=True)(z, x)", A_COLUMN, right=0.30476),
    *(Row(f"keras.losses.{name}()(z, x)", A_COLUMN) for name in ("MeanAbsoluteError", "Huber")),
    *(Row(f"keras.losses.{name}()(z, x)", A_ROW) for name in ("LogCosh", "Hinge")),
    Row("keras.losses.BinaryFocalCrossentropy(from_logits=True)(z, x)", A_COLUMN),
    Row("sklearn.metrics.mean_absolute_error(z, x)", A_COLUMN),
    Row(OF_ROWS, A_COLUMN, breaks=frozenset({"one shape"})),
]
CLASSES = {"x": np.array([[2.0, 0, -1], [0, 1, 3], [1, 1, 0]]), "y": np.array([0, 2, 1])}
OF_ITEMS, OF_CLASSES = np.array([True, True, False]), np.array([[True, True, False]])
WHERE = "optax.softmax_cross_entropy_with_integer_labels(x, y, where=m)"
MASKS = [
    Row(
        WHERE,
        CLASSES | {"m": OF_ITEMS},
        right=[0.16985, 0.16985, 0],
        breaks=frozenset({"class mask"}),
    ),
    Row(WHERE, {"x": CLASSES["x"][:1], "y": CLASSES["y"][:1], "m": OF_CLASSES}),
    Row(
        "F.gaussian_nll_loss(x, z, v)",
        GIVEN | {"v": np.array([0.5, 1, 2, 0.1])},
        breaks=frozenset({"variances of elements"}),
    ),
    Row("F.gaussian_nll_loss(x, z, v)", GIVEN | {"v": np.array([[0.5], [1], [2], [0.1]])}),
    Row("F.gaussian_nll_loss(x, z, 0.5)", GIVEN, targets=TARGETS[1:]),
]
# Keras takes the number of classes for smoothing from the last axis: 1.2789 where PyTorch gives 1.3119
ASIDE = {"x": RNG.normal(size=(2, 3, 4)), "y": RNG.integers(0, 3, (2, 4))}
ASIDE["q"] = np.moveaxis(np.eye(3)[ASIDE["y"]], -1, 1)
SMOOTH = (
    "keras.losses.categorical_crossentropy(q, x, from_logits=True, label_smoothing=0.3, axis=1)"
)
SIDEWAYS = [
    Row("F.cross_entropy(x, q, label_smoothing=0.3)", ASIDE, ndim=3, labels="dense"),
    Row(SMOOTH, ASIDE, refused=("torch", "jax", "numpy"), ndim=3),
]
NARROW = GIVEN | {"y": LABELS.astype(np.int32)}
INDEXES = [
    Row("tf.nn.sparse_softmax_cross_entropy_with_logits(y, x)", NARROW, ndim=2),
    Row("optax.softmax_cross_entropy_with_integer_labels(x, y)", NARROW, ndim=2),
    Row("keras.losses.SparseCategoricalCrossentropy()(y, p)", NARROW, ndim=2),
    Row("optax.losses.multiclass_hinge_loss(x, y)", NARROW, ndim=2),
]
ROWS = [
    *(*COLUMNS, *BESIDE, *MASKS, *INDEXES, *SIDEWAYS),
    *(*DIVERGENCES, *SIZES, *WEIGHED, *SAFE, *TAKEN),
    *(Row(source, GIVEN, ndim=2) for source in NONE),
]


def some(rows: list[Row], every: int) -> list[Any]:
    """The rows; those that are not known from elsewhere, but for some, are long."""
    return [
        row
        if row.right is not None or i % every == 0
        else pytest.param(row, marks=pytest.mark.long)
        for i, row in enumerate(rows)
    ]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", some(ROWS, 8), ids=str)
def test_what_is_written_gives_what_the_original_gives(row: Row, target: str) -> None:
    if target in row.targets:
        hold(row, target)


@pytest.mark.parametrize("target", ["tensorflow", "keras"])
@pytest.mark.parametrize("row", some([row for row in ROWS if not row.closed], 12), ids=str)
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
    (Row(NONE[0], GIVEN), "jax", "optax.sigmoid_binary_cross_entropy(p, z)"),
    (Row(NONE[3], GIVEN), "torch", "F.softmax(x, dim=-1)"),
    (TAKEN[6], "keras", "keras.ops.ctc_loss(y, keras.ops.moveaxis(x, 1, 0), m, n, mask_index=0)"),
    (COLUMNS[2], "torch", "torch.mean(-torch.log(p)[:, 0])"),
    (BESIDE[0], "torch", "F.mse_loss(x, z)"),
    (BESIDE[1], "jax", "jnp.mean(optax.sigmoid_binary_cross_entropy(x, z))"),
    (SIDEWAYS[0], "keras", f"keras.ops.mean({SMOOTH})"),
    (MASKS[0], "numpy", "np.where(m, x[:, 0], 1.0)"),
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


def dialect_of(source: str) -> str:
    """The same call of our dialect of the function."""
    name, rest = source.split("(", 1)
    return f"xl.dialects.{find(name).name}({rest}"


# what the original refuses has no translation, and no dialect answers
REFUSED = [
    "F.cross_entropy(x, y, reduction=None)",
    "nn.BCEWithLogitsLoss(reduction=None)(x, z)",
    "F.huber_loss(x, z, delta=None)",
    "torch.softmax(x, dim=None)",
    "F.multi_margin_loss(x, y, margin=None)",
    "tf.compat.v1.losses.mean_squared_error(z, x, weights=None)",
    "tf.compat.v1.losses.mean_squared_error(z, x, reduction=None)",
    "keras.losses.sparse_categorical_crossentropy(y, p, axis=None)",
    "optax.huber_loss(x, z, delta=None)",
    "sklearn.metrics.mean_squared_error(z, x, multioutput=None)",
    "F.softmax(x, dim=(0, 1))",
    "tf.nn.log_softmax(x, axis=(0, 1))",
    "tf.nn.softmax_cross_entropy_with_logits(q, x, axis=-2)",
    "keras.losses.categorical_crossentropy(q, x, from_logits=True, axis=-2)",
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_the_original_refuses_is_refused(source: str) -> None:
    row = Row(source, GIVEN)
    with pytest.raises(Exception, match=r".") as raised:
        original(row)
    assert not isinstance(raised.value, (NameError, AttributeError))
    with pytest.raises(OptionError, match=r"None|does not take|expected one of"):
        translation(row, "jax")
    with pytest.raises(ValueError, match=r"None|does not take|expected one of"):
        evaluated(dialect_of(source), "numpy", GIVEN)


def test_several_labels_of_one_item_are_no_column() -> None:
    """Labels of as many axes as the prediction were read as those of a column for each class."""
    need("torch", "sklearn")
    with pytest.raises(ShapeError, match="for class indexes"):
        evaluated(dialect_of(COLUMNS[3].source), "torch", SEVERAL)
    one = evaluated(dialect_of(COLUMNS[0].source), "torch", ONE_COLUMN)
    np.testing.assert_allclose(one, 0.2605, rtol=2e-4)


@pytest.mark.parametrize(
    ("source", "ndim"), [("F.multilabel_soft_margin_loss(x, z)", 1), ("F.mse_loss(x, z)", 3)]
)
def test_what_the_axes_refute_is_not_taken_for_granted(source: str, ndim: int) -> None:
    for target in TARGETS:
        found = xl.translate(source, target, ndim=ndim)
        assert all(possible(word, ndim) for word in found.assumptions)
    assert not possible("rank 2", 1)
    assert not possible("rank", 3)
    assert possible("rank", 2)


def test_labels_of_32_bits_are_refused_by_the_plain_call() -> None:
    with pytest.raises(RuntimeError, match=r"Long|scalar type"):
        evaluated("F.cross_entropy(x, y)", "torch", NARROW)


@pytest.mark.parametrize("row", [*BESIDE, Row(WHERE, CLASSES | {"m": OF_ITEMS})], ids=str)
def test_a_dialect_takes_a_column_as_its_framework_does(row: Row) -> None:
    found = evaluated(dialect_of(row.source), "torch", row.arrays)
    np.testing.assert_allclose(found, original(row), rtol=2e-5, atol=2e-6)
