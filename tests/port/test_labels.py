"""Labels that a call encodes itself are ported and translated as the class indexes they come from."""

from typing import Any

import pytest

from tests.conftest import need
from tests.port.porting import port_of
from tests.port.proving import verdict
from xlogits.parity.proofs import judged
from xlogits.port.decide.change import Change
from xlogits.translation import translate
from xlogits.translation.language import language

HEAD = {
    "tensorflow": "import tensorflow as tf\n",
    "torch": "import torch.nn as nn\nimport torch.nn.functional as F\n",
    "jax": "import jax\nimport jax.numpy as jnp\nimport optax\n",
    "keras": "import keras\n",
}
SPARSE = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)"
INTEGER = "optax.softmax_cross_entropy_with_integer_labels(x, y)"
EACH = "F.cross_entropy(x, y.long(), reduction='none')"
TF = "tf.nn.softmax_cross_entropy_with_logits({}, x)"
OPTAX = "optax.softmax_cross_entropy(x, {})"
TORCH = "F.cross_entropy(x, {})"
KERAS = "keras.losses.categorical_crossentropy({}, x, from_logits=True)"
IN_RANGE, MANY = "labels in range", "as many classes"

ENCODED: list[tuple[str, str, str, str, set[str]]] = [
    ("tensorflow", "torch", TF.format("tf.one_hot(y, 10)"), EACH, {IN_RANGE, MANY, "rank"}),
    ("tensorflow", "torch", TF.format("tf.one_hot(y, x.shape[-1])"), EACH, {IN_RANGE, "rank"}),
    ("tensorflow", "jax", TF.format("tf.one_hot(y, n, 1.0, 0.0)"), INTEGER, {IN_RANGE, MANY}),
    ("tensorflow", "jax", TF.format("tf.one_hot(y, len(k), axis=-1)"), INTEGER, {IN_RANGE, MANY}),
    (
        *("tensorflow", "jax", TF.format("tf.one_hot(y, n, axis=1)"), INTEGER),
        {IN_RANGE, MANY, "rank 2"},
    ),
    (
        *("tensorflow", "jax", TF.format("tf.cast(tf.one_hot(y, n), tf.float32)"), INTEGER),
        {IN_RANGE, MANY},
    ),
    (
        *("jax", "tensorflow", OPTAX.format("jax.nn.one_hot(y, 10)"), SPARSE),
        {IN_RANGE, MANY, "integer labels"},
    ),
    (
        *("jax", "torch", OPTAX.format("optax.smooth_labels(jax.nn.one_hot(y, 3), 0.1)")),
        "F.cross_entropy(x, y.long(), reduction='none', label_smoothing=0.1)",
        {IN_RANGE, MANY, "integer labels", "rank"},
    ),
    (
        *("torch", "tensorflow", TORCH.format("F.one_hot(y, x.size(-1)).float()")),
        *(f"tf.reduce_mean({SPARSE})", {"rank"}),
    ),
    (
        *("torch", "jax", "F.cross_entropy(x, F.one_hot(y).to(x), weight=w)"),
        f"jnp.mean(w[y] * {INTEGER})",  # of dense labels, weights are no part of the mean
        {MANY, "rank"},
    ),
    (
        *("torch", "jax", TORCH.format("F.one_hot(y, n).permute(0, 3, 1, 2).float()")),
        f"jnp.mean({INTEGER.replace('(x', '(jnp.moveaxis(x, 1, -1)')})",
        {MANY},
    ),
    (
        *("keras", "torch", KERAS.format("keras.utils.to_categorical(y, 10)"), EACH),
        {IN_RANGE, MANY, "integer labels", "no column", "rank"},
    ),
    (
        *("keras", "jax", KERAS.format("keras.ops.one_hot(y, 10)"), INTEGER),
        {IN_RANGE, MANY, "integer labels"},
    ),
]

KEPT = [
    ("tensorflow", TF.format("tf.one_hot(y, 3, 0.9, 0.05)"), "on_value=0.9"),
    ("tensorflow", TF.format("tf.one_hot(y, 3, off_value=e)"), "off_value=e"),
    ("tensorflow", TF.format("tf.one_hot(y, 3, axis=0)"), "on axis 0"),
    ("tensorflow", TF.format("tf.one_hot(y, 3, axis=k)"), "not a literal"),
    ("tensorflow", TF.format("tf.one_hot(y, f(z))"), "may do more"),
    ("jax", OPTAX.format("optax.smooth_labels(jax.nn.one_hot(y, 3), alpha)"), "not a literal"),
    ("torch", TORCH.format("F.one_hot(y, 3).flip(0).float()"), "flip of one-hot rows"),
    ("torch", "F.cross_entropy(x.view(2, 3, 4), F.one_hot(y, 4).float())", "on axis -1"),
    ("tensorflow", TF.replace("softmax", "sigmoid").format("tf.one_hot(y, 3)"), "over classes"),
]


def changes_of(source: str, target: str, line: str) -> list[Change]:
    return list(port_of(f"{HEAD[source]}a = {line}\n", source, target).changes)


@pytest.mark.parametrize(("source", "target", "line", "after", "assumed"), ENCODED)
def test_indexes(source: str, target: str, line: str, after: str, assumed: set[str]) -> None:
    (change,) = changes_of(source, target, line)
    assert change.after == after
    assert set(change.assumed) == assumed
    assert not change.notes or "stay one number per class" not in change.notes[0]
    assert translate(line, to=target, ndim=4 if "permute" in line else None).source == after


@pytest.mark.parametrize(("source", "line", "why"), KEPT)
def test_what_is_no_plain_encoding_is_kept(source: str, line: str, why: str) -> None:
    (change,) = changes_of(source, "jax" if source != "jax" else "torch", line)
    assert any(why in note and "stay one number per class" in note for note in change.notes)
    assert "one_hot(y" in change.after


@pytest.mark.long
@pytest.mark.parametrize("row", ENCODED[::3], ids=lambda row: row[2])
def test_encoding_and_indexes_give_the_same_numbers(row: tuple[Any, ...]) -> None:
    source, target, line, _, _ = row
    need(source, target)
    (change,) = changes_of(source, target, line)
    assert change.proof is not None
    assert "one_hot(" in change.proof.original
    given = change.proof._asdict() | {"target": language(target).frameworks[0]}
    found = judged(given, ["float32"])
    assert not found.wrong
    assert found.inputs >= 5


@pytest.mark.long
def test_another_encoding_would_be_noticed() -> None:
    call = "tensorflow.nn.softmax_cross_entropy_with_logits(labels={}, logits=_xl0_)"
    hot = call.format("tensorflow.one_hot(_xl1_, depth=_xl0_.shape[-1])")
    after = "F.cross_entropy(_xl0_, {}, reduction='none')"
    given = {"target": "torch", "imports": ["import torch.nn.functional as F"]}
    given |= {"assumed": ["labels in range", "rank"]}
    right = verdict(hot, after.format("_xl1_"), **given)
    assert not right.wrong
    assert right.inputs
    off = "(_xl1_ + 1) % _xl0_.shape[-1]"
    assert verdict(hot, after.format(off), **given).wrong[0].startswith("value")
    stranger = call.format("open(_xl1_)")
    assert "depends on" in verdict(stranger, after.format("_xl1_"), **given).skipped


def test_a_class_is_called_with_indexes_everywhere_or_nowhere() -> None:
    text = HEAD["torch"] + (
        "c = nn.CrossEntropyLoss()\na = c(x, F.one_hot(y, 3).float())\nb = c(x, {})\n"
    )
    both = port_of(text.format("F.one_hot(z, 3).float()"), "torch", "jax").after.decode()
    assert "a = c(x, y)\nb = c(x, z)" in both
    assert f"mean({INTEGER.replace('x, y', 'input, target')})" in both
    dense = port_of(text.format("F.softmax(z, dim=1)"), "torch", "jax").after.decode()
    assert "jnp.mean(optax.softmax_cross_entropy(input, target))" in dense
    for other in ("z", "z.long()"):
        (left,) = port_of(text.format(other), "torch", "jax").left
        assert "in another" in left.why


def test_a_stranger_of_the_same_name_is_a_guess() -> None:
    text = (
        "import torch.nn.functional as F\ndef one_hot(y): ...\na = F.cross_entropy(x, one_hot(y))\n"
    )
    (change,) = port_of(text).changes
    assert "dense labels" in change.assumed
    assert "one_hot(y)" in change.after


def test_a_name_may_be_given_itself() -> None:
    text = "import torch.nn.functional as F\ny = y.squeeze()\na = F.cross_entropy(x, y)\n"
    (change,) = port_of(text).changes
    assert "index labels" in change.assumed


# -- labels that are lists of numbers

MADE = "y = {}\na = {}\n"


def of_made(source: str, target: str, labels: str, call: str) -> Change:
    head = HEAD[source] + "import numpy as np\nimport torch\n"
    changes = port_of(head + MADE.format(labels, call), source, target).changes
    return next(change for change in changes if change.before == call)


@pytest.mark.parametrize(
    ("labels", "call", "function", "assumed"),
    [
        ("torch.tensor([0, 2])", TORCH.format("y"), "integer_labels(x, y)", ()),
        ("torch.tensor([0, 2])", TORCH.format("y[:1]"), "integer_labels(x, y[:1])", ()),
        ("torch.as_tensor(np.array([5, 0, 4]))", TORCH.format("y"), "integer_labels(x, y)", ()),
        ("torch.tensor([[1.0, 0.0]])", TORCH.format("y"), "cross_entropy(x, y)", ()),
        ("torch.tensor([[1.0, 0.0]])", TORCH.format("y[1:]"), "cross_entropy(x, y[1:])", ()),
        ("torch.tensor([0.2, 0.8])", TORCH.format("y"), "cross_entropy(x, y)", ()),
        # which could be either
        ("torch.tensor([0, 1])", TORCH.format("y"), "integer_labels(x, y)", ("index labels",)),
        (
            "torch.tensor([0, 2], dtype=d)",
            TORCH.format("y"),
            "integer_labels(x, y)",
            ("index labels",),
        ),
        ("mine.tensor([0, 2])", TORCH.format("y"), "integer_labels(x, y)", ("index labels",)),
        ("torch.tensor([0.0, 1.0])", TORCH.format("y"), "integer_labels(x, y)", ("index labels",)),
        ("torch.tensor([[1.0, 0.0]])", TORCH.format("y[0]"), "integer_labels", ("index labels",)),
        ("torch.tensor([0, n])", TORCH.format("y"), "integer_labels(x, y)", ("index labels",)),
        ("torch.tensor([])", TORCH.format("y"), "integer_labels(x, y)", ("index labels",)),
    ],
)
def test_a_list_of_numbers_shows_what_labels_are(
    labels: str, call: str, function: str, assumed: tuple[str, ...]
) -> None:
    change = of_made("torch", "jax", labels, call)
    assert function in change.after
    assert tuple(w for w in change.assumed if w.endswith("labels")) == assumed


@pytest.mark.parametrize(
    ("source", "labels", "call", "word"),
    [
        ("tensorflow", "tf.constant([5, 0, 4])", TF.format("y"), "dense labels"),
        ("tensorflow", "np.array([5, 0, 4])", TF.format("y[:1, None]"), "dense labels"),
        ("keras", "np.array([5, 0, 4])", KERAS.format("y"), "dense labels"),
        (
            *("tensorflow", "tf.constant([[0.2, 0.8]])"),
            *("tf.nn.sparse_softmax_cross_entropy_with_logits(y, x)", "index labels"),
        ),
        ("tensorflow", "tf.constant([[0.0, 1.0]])", TF.format("y"), ""),
        ("tensorflow", "tf.constant([[0, 1]])", TF.format("y"), ""),
        ("keras", "z", KERAS.format("y"), ""),
    ],
)
def test_labels_of_the_other_kind_are_named(source: str, labels: str, call: str, word: str) -> None:
    """What one of the two functions makes of these, the other does not: it raises, or broadcasts."""
    change = of_made(source, "jax", labels, call)
    kinds = {"index labels", "dense labels"} & set(change.assumed)
    assert kinds == ({word} if word else set())
    assert any("looks like" in note for note in change.notes) == bool(word)
