"""A call written for another framework is as expected, with what is assumed; the rest is refused."""

import ast
import math
import random
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from xlogits.catalogue import NATIVES
from xlogits.errors import OptionError
from xlogits.losses import Form, Labels, Reduction, SoftmaxCrossEntropy
from xlogits.reference import evaluate
from xlogits.translation.call import parse
from xlogits.translation.comparison import measured
from xlogits.translation.expression import Expr

# source, target, ndim, what comes out: as a person would write it
WRITTEN = [
    (
        "F.cross_entropy(x, y)",
        "jax",
        2,
        "jnp.mean(optax.softmax_cross_entropy_with_integer_labels(x, y))",
    ),
    (
        "F.cross_entropy(x, y)",
        "tensorflow",
        2,
        "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x))",
    ),
    (
        "F.cross_entropy(x, y)",
        "keras",
        2,
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)",
    ),
    (
        "F.cross_entropy(x, y, weight=w, reduction='none')",
        "tensorflow",
        2,
        "tf.gather(w, y) * tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
    ),
    (
        "tf.nn.softmax_cross_entropy_with_logits(labels=q, logits=x)",
        "torch",
        2,
        "F.cross_entropy(x, q, reduction='none')",
    ),
    (
        "tf.nn.softmax_cross_entropy_with_logits(q, x)",
        "optax",
        None,
        "optax.softmax_cross_entropy(x, q)",
    ),
    (
        "nn.BCEWithLogitsLoss()(x, z)",
        "xlogits",
        None,
        "xl.sigmoid_cross_entropy(x, z, reduction='mean')",
    ),
    ("tf.nn.softmax(x, axis=1)", "torch", None, "F.softmax(x, dim=1)"),
    (
        "tf.compat.v1.losses.mean_squared_error(y, x, weights=2.0)",
        "torch",
        None,
        "torch.mean(2.0 * F.mse_loss(x, y, reduction='none'))",
    ),
    (
        "keras.losses.MeanSquaredError(reduction='mean_with_sample_weight')(y, x, sample_weight=3.0)",
        "jax",
        None,
        "jnp.mean(jnp.mean((x - jnp.reshape(y, x.shape)) ** 2, axis=-1))",
    ),
    (
        "tf.nn.ctc_loss(y, x, m, n, blank_index=0)",
        "torch",
        None,
        (
            "F.ctc_loss(F.log_softmax(x, dim=-1), y, input_lengths=n, target_lengths=m, "
            "reduction='none')"
        ),
    ),
    (
        "F.ctc_loss(lp, y, n, m, reduction='sum')",
        "keras",
        None,
        (
            "keras.ops.sum(keras.ops.ctc_loss(y, keras.ops.moveaxis(lp, 1, 0), target_length=m, "
            "output_length=n))"
        ),
    ),
    (
        "keras.losses.ctc(y, x)",
        "optax",
        None,
        (
            "optax.losses.ctc_loss(x, logit_paddings=jnp.zeros((x.shape[0], x.shape[1])), labels=y, "
            "label_paddings=(y == 0).astype(x.dtype))"
        ),
    ),
    ("scipy.special.log_softmax(x, axis=-1)", "jax", None, "jax.nn.log_softmax(x)"),
    (
        "torch.softmax(x, 1, dtype=torch.float64)",
        "torch",
        None,
        "F.softmax(x, dim=1, dtype=torch.float64)",
    ),
    (
        "F.softmax(x, dim=-1, dtype=torch.float32)",
        "tensorflow",
        None,
        "tf.nn.softmax(tf.cast(x, tf.float32))",
    ),
    ("tf.reduce_logsumexp(x, [1])", "torch", None, "torch.logsumexp(x, dim=1)"),
    (
        "F.binary_cross_entropy_with_logits(x, y, weight=w)",
        "xlogits",
        None,
        "xl.sigmoid_cross_entropy(x, y, sample_weight=w, reduction='mean_over_items')",
    ),
    ("jax.nn.logsumexp(a, axis=1, b=w)", "torch", None, "torch.logsumexp(a + torch.log(w), dim=1)"),
    ("F.softplus(x, threshold=20)", "keras", None, "keras.ops.softplus(x)"),
    ("F.softmin(x, dim=-1)", "jax", None, "jax.nn.softmax(-x, axis=-1)"),
    ("torch.xlogy(x, y)", "scipy", None, "scipy.special.xlogy(x, y)"),
    ("optax.hinge_loss(x, y)", "jax", None, "optax.hinge_loss(x, y)"),
    ("optax.hinge_loss(x, y)", "torch", None, "F.relu(1.0 - y * x)"),
    (
        "sklearn.metrics.hinge_loss(y, x)",
        "jax",
        2,
        "jnp.mean(optax.losses.multiclass_hinge_loss(x, y))",
    ),
    (
        "F.multilabel_soft_margin_loss(x, q, weight=w)",
        "jax",
        2,
        "jnp.mean(jnp.mean(w * optax.sigmoid_binary_cross_entropy(x, q), axis=-1))",
    ),
    ("F.nll_loss(x, y)", "xlogits", 2, "xl.dialects.torch.nn.functional.nll_loss(x, y)"),
]


@pytest.mark.parametrize(("source", "target", "ndim", "expected"), WRITTEN)
def test_what_is_written(source: str, target: str, ndim: int | None, expected: str) -> None:
    assert xl.translate(source, target, ndim=ndim).source == expected


def test_what_is_taken_for_granted_is_said() -> None:
    found = xl.translate("F.cross_entropy(x, y)", "jax")
    assert not found.exact
    assert any("-100" in text for text in found.assumed)
    assert any("one or two axes" in text for text in found.assumed)
    assert xl.translate("F.cross_entropy(x, y, ignore_index=-100)", "torch").exact


def test_a_given_ndim_takes_less_for_granted() -> None:
    loose = xl.translate("F.cross_entropy(x, y)", "jax")
    assert len(xl.translate("F.cross_entropy(x, y)", "jax", ndim=2).assumed) < len(loose.assumed)
    four = xl.translate("F.cross_entropy(x, y)", "jax", ndim=4)
    assert "moveaxis(x, 1, -1)" in four.source


def test_no_argument_is_dropped() -> None:
    source = (
        "F.cross_entropy(x, y, weight=w, ignore_index=7, label_smoothing=0.25, reduction='sum')"
    )
    for target in ("torch", "tensorflow", "keras", "jax", "numpy", "xlogits"):
        text = xl.translate(source, target).source
        assert {"x", "y", "w"} <= {
            n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)
        }
        assert "7" in text
        assert "0.25" in text or "0.75" in text


def test_variables_pass_through_where_their_value_does_not_matter() -> None:
    found = xl.translate("F.cross_entropy(x, y, label_smoothing=eps, reduction='none')", "keras")
    assert "eps" in found.source or "eps" in found.why_not
    refused = xl.translate("F.cross_entropy(x, y, reduction=how)", "jax")
    assert not refused.source
    assert "how" in refused.why_not
    refused = xl.translate("tf.reduce_logsumexp(x, axis=1, keepdims=kept)", "torch")
    assert "keepdims=kept): what is written depends on its value" in refused.why_not


@pytest.mark.parametrize("text", ["float('inf')", "math.inf", "np.inf", "torch.inf"])
def test_infinity_is_a_number(text: str) -> None:
    found = xl.translate(f"F.pairwise_distance(a, b, p={text})", to="numpy")
    assert found.source == "np.linalg.norm(a - b + 1e-06, np.inf, axis=-1)"
    other = xl.translate(f"F.pairwise_distance(a, b, p=my.{text})", to="numpy")
    assert "depends on the value" in other.why_not


def test_numbers_pass_beside_the_words_of_a_parameter() -> None:
    """torchvision's alpha is any number, and -1 where optax says None."""
    for alpha, there in (("0.3", "alpha=0.3"), ("None", "alpha=-1")):
        found = xl.translate(f"optax.sigmoid_focal_loss(x, y, alpha={alpha})", "torchvision")
        assert found.source == f"torchvision.ops.sigmoid_focal_loss(x, y, {there})"
        assert found.exact
    back = xl.translate("torchvision.ops.sigmoid_focal_loss(x, y, -1, 3)", "optax")
    assert back.source == "optax.losses.sigmoid_focal_loss(x, y, gamma=3)"


def test_a_reading_of_the_labels_that_is_taken_for_granted_is_said() -> None:
    """An ignored index says that labels are indexes; xlogits refuses it beside dense ones."""
    found = xl.translate("F.cross_entropy(x, y, ignore_index=-1)", "xlogits")
    assert "index labels" in found.assumptions
    assert "index labels" not in xl.translate("F.cross_entropy(x, y)", "xlogits").assumptions
    found = xl.translate("optax.losses.ranking_softmax_loss(x, y, where=m)", "numpy")
    assert "something counts" in found.assumptions
    found = xl.translate("optax.losses.cosine_similarity(x, y, where=m)", "torch")
    assert "no row of zeros" in found.assumptions


LOGITS = {"logits": np.float32([1.0, -2.0])}
MODULES = {"F": "torch.nn.functional", "jnp": "jax.numpy", "np": "numpy", "scipy": "scipy.special"}
MODULES |= {"tf": "tensorflow", **{name: name for name in ("jax", "keras", "optax", "torch")}}


class Written(dict[str, Any]):
    """What the names of a text stand for: modules are imported when they are asked for."""

    def __missing__(self, word: str) -> Any:
        package, _, rest = MODULES[word].partition(".")
        need(package)
        module = import_module(MODULES[word])
        return sys.modules[package] if rest and word == package else module

    def array(self, target: str) -> Any:
        word, function = {
            "torch": ("torch", "tensor"),
            "jax": ("jnp", "asarray"),
            "numpy": ("np", "asarray"),
        }.get(target, ("tf", "constant"))
        return getattr(self[word], function)([1.0, -2.0])


@pytest.mark.parametrize("target", ["torch", "tensorflow", "jax", "numpy", "keras"])
@pytest.mark.parametrize(
    "source",
    [
        "scipy.special.softmax(1000)",
        "scipy.special.softmax([1, 2])",
        "scipy.special.softmax([[1, 2], [3, 5]], axis=-1)",
        "scipy.special.logsumexp([1, 2])",
        "scipy.special.expit(0.5)",
        "optax.sigmoid_binary_cross_entropy(logits, 1)",
        "optax.huber_loss(logits, 3.0)",
    ],
)
def test_literals_become_arrays_of_the_target(source: str, target: str) -> None:
    expected = eval(source, {}, Written(LOGITS))
    names = Written()
    names["logits"] = names.array(target)
    found = eval(xl.translate(source, to=target).source, {}, names)
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-5)
    if "logits" in source:  # the number in the text is what is computed with
        other = eval(source.replace("1)", "0)").replace("3.0", "0.0"), {}, Written(LOGITS))
        assert not np.allclose(np.asarray(found), np.asarray(other), rtol=1e-2)


def test_arguments_that_cannot_be_seen_are_refused() -> None:
    refused = xl.translate("F.cross_entropy(*args)", "jax")
    assert not refused.source
    assert "cannot be seen" in refused.why_not


def test_legacy_arguments_are_read() -> None:
    found = xl.translate("F.cross_entropy(x, y, size_average=False)", "torch")
    assert "reduction='sum'" in found.source or "size_average" in found.source
    assert "jnp.sum" in xl.translate("F.cross_entropy(x, y, size_average=False)", "jax").source


def test_tensorflows_wrong_gradient_is_said_or_avoided() -> None:
    plain = xl.translate("optax.softmax_cross_entropy(x, q)", "tensorflow")
    assert any("gradient" in text for text in plain.known)
    weighted = xl.translate("F.cross_entropy(x, q, weight=w)", "tensorflow", labels="dense", ndim=2)
    assert "softmax_cross_entropy_with_logits" not in weighted.source


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("F.cros_entropy(x, y)", "jax", "no record"),
        ("x = 1", "jax", "expression"),
        ("F.cross_entropy(x, y)", "mxnet", "expected one of"),
    ],
)
def test_what_is_not_a_call_is_an_error(source: str, target: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        xl.translate(source, target)


def test_what_occurs_twice_gets_a_name() -> None:
    found = xl.translate("F.cross_entropy(x, y, weight=w, ignore_index=255)", "jax", ndim=2)
    assert found.lines[:2] == ("valid = y != 255", "safe = jnp.where(valid, y, 0)")
    assert found.lines[2] == "a = w[safe]"
    assert found.lines[3].startswith("jnp.sum(jnp.where(valid, a * optax.softmax_cross_entropy")


@pytest.mark.parametrize("name", ["F.multi_margin_loss", "F.cross_entropy", "F.nll_loss"])
@pytest.mark.parametrize("target", ["jax", "tensorflow", "torch", "numpy", "keras"])
def test_names_put_back_give_the_expression(name: str, target: str) -> None:
    ignored = "" if "margin" in name else ", ignore_index=3"
    found = xl.translate(f"{name}(x, y, weight=w{ignored})", target)
    *assignments, last = found.lines
    names = dict(line.split(" = ", 1) for line in assignments)
    tree = ast.parse(last, mode="eval")
    for _ in names:
        tree = _PutBack(names).visit(tree)
    assert ast.unparse(tree) == ast.unparse(ast.parse(found.source, mode="eval"))


class _PutBack(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.names:
            return node
        return ast.parse(self.names[node.id], mode="eval").body


def test_two_calls_side_by_side() -> None:
    same = xl.differ(
        "F.cross_entropy(x, y)", "optax.softmax_cross_entropy_with_integer_labels(x, y)"
    )
    assert not same.same
    assert "one number per item instead of" in same.differences[0]
    assert " instead of " in same.measured
    equal = xl.differ("nn.BCEWithLogitsLoss()(x, z)", "F.binary_cross_entropy_with_logits(x, z)")
    assert equal.same
    assert not equal.assumed
    weighted = xl.differ("F.cross_entropy(x, y, weight=w)", "F.cross_entropy(x, y)")
    assert any("class weights" in text for text in weighted.differences)
    logits = xl.differ(
        "nn.CrossEntropyLoss()(x, y)", "keras.losses.SparseCategoricalCrossentropy()(y, x)"
    )
    assert any("probabilities instead of logits" in text for text in logits.differences)


def test_nothing_is_run() -> None:
    xl.translate("F.cross_entropy(__import__('os').abort(), y)", "jax")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a - (b - c)", "a - (b - c)"),
        ("(a + b) * c", "(a + b) * c"),
        ("a / (b * c)", "a / (b * c)"),
        ("-(a + b) * c", "-(a + b) * c"),
        ("(a == b) & (c < 2)", "(a == b) & (c < 2)"),
        ("1.0 * a + 0", "a"),
        ("a * a", "a ** 2"),
        ("(a - b) ** 2", "(a - b) ** 2"),
        ("-(a ** 2)", "-a ** 2"),
        ("2 ** -a", "2 ** -a"),
    ],
)
def test_arithmetic_writes_itself(written: str, expected: str) -> None:
    names = {name: Expr(name) for name in "abc"}
    made = str(eval(written, {}, names))
    assert made == expected
    values = {"a": 3.0, "b": 5.0, "c": 7.0}
    assert eval(made, {}, values) == eval(written, {}, values)


def test_any_two_losses_are_measured_or_take_other_arrays() -> None:
    """Whatever two losses are compared, nothing is raised: the conditions are asked first."""
    rng = random.Random(3)
    names = sorted(NATIVES)
    pairs = [rng.sample(names, 2) for _ in range(200)]
    pairs += [["sklearn.metrics.log_loss", name] for name in rng.sample(names, 40)]
    found = [measured(parse(one).reading, parse(other).reading) for one, other in pairs]
    assert len([text for text in found if text]) > 40


def test_one_column_is_told_from_a_row_of_classes() -> None:
    """Two columns with dense labels are two classes, not a column that stands for two."""
    rows = np.array([[0.7, 0.3], [0.2, 0.8]])
    dense = np.array([[1.0, 0.0], [0.0, 1.0]])
    form = Form("probabilities", positive_column=True)
    loss = SoftmaxCrossEntropy(
        form=form, labels=Labels("dense"), reduction=Reduction("mean_over_items")
    )
    found = evaluate(loss, {"pred": rows, "target": dense}).value[0]
    assert float(found) == pytest.approx(-(math.log(0.7) + math.log(0.8)) / 2, rel=1e-14)
