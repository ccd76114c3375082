"""What explanations print is what the functions do: every formula and every call, evaluated."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.naming.printed import Formula, Named, blocks
from tests.naming.running import complaints, of_option, of_page, page_of, typed
from xlogits import losses as L
from xlogits.catalogue import NATIVES, Native
from xlogits.formulas import TOLD, formula, words
from xlogits.frameworks import OURS
from xlogits.losses import LOG_PROBABILITIES, LOGITS, PROBABILITIES
from xlogits.parity.variants import Variant, variants
from xlogits.translation.call import parse

Array = Any


def need_all(native: Native) -> None:
    need("torch", "tensorflow", "jax", "optax", "scipy", "sklearn")
    need(*({native.framework} - {OURS}))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NATIVES)
def test_formula_and_calls_are_what_the_function_gives(name: str) -> None:
    """The function is called as its page says, in its own framework, on arrays of the form it says."""
    need_all(NATIVES[name])
    assert not list(complaints(NATIVES[name]))


# ten records and what their prediction is said to be instead
SWAPPED: dict[str, L.Form] = {
    "torch.nn.functional.cross_entropy": PROBABILITIES,
    "torch.nn.CrossEntropyLoss": LOG_PROBABILITIES,
    "torch.nn.NLLLoss": LOGITS,
    "torch.nn.BCELoss": LOGITS,
    "torch.nn.functional.binary_cross_entropy_with_logits": PROBABILITIES,
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits": PROBABILITIES,
    "tensorflow.nn.sigmoid_cross_entropy_with_logits": PROBABILITIES,
    "optax.softmax_cross_entropy": LOG_PROBABILITIES,
    "keras.losses.sparse_categorical_crossentropy": LOGITS,
    "keras.losses.BinaryCrossentropy": LOGITS,
    "sklearn.metrics.log_loss": LOGITS,
}


def swapped(native: Native, form: L.Form) -> Native:
    """A record that is wrong about its prediction, and about what its flag means."""
    loss: Any = native.loss

    def turned(arg: Any) -> Any:
        flag = getattr(arg, "to", "") == "form" and type(arg.default) is bool
        if not flag:
            return arg
        return replace(arg, values={not word: value for word, value in arg.values.items()})

    return replace(
        native,
        loss=replace(loss, form=form),
        args=tuple(map(turned, native.args)),
        then=tuple(map(turned, native.then)),
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SWAPPED)
def test_a_record_with_another_form_is_caught(name: str) -> None:
    need_all(NATIVES[name])
    wrong = swapped(NATIVES[name], SWAPPED[name])
    try:
        found = list(complaints(wrong))
    except AssertionError as error:  # the function refuses such arrays
        found = [str(error)]
    assert found


def test_a_record_with_another_order_or_axis_is_caught() -> None:
    need("torch", "keras")
    keras = NATIVES["keras.losses.kl_divergence"]
    other = {"pred": "target", "target": "pred"}
    args = tuple(replace(a, to=other[a.to]) for a in keras.args if not isinstance(a, str))
    assert list(complaints(replace(keras, args=args)))
    torch = NATIVES["torch.nn.functional.cross_entropy"]
    loss: Any = torch.loss
    with pytest.raises((AssertionError, ValueError)):
        assert not list(complaints(replace(torch, loss=replace(loss, axis=0))))


# -- calls with options, as they are typed

OPTIONS = (
    ("torch.nn.functional.cross_entropy", "label_smoothing=0.1"),
    ("torch.nn.functional.cross_entropy", "class_weight"),
    (
        "torch.nn.CrossEntropyLoss",
        "ignore_index=1, label_smoothing=0.1, reduction='sum', class_weight",
    ),
    ("torch.nn.functional.binary_cross_entropy_with_logits", "pos_weight"),
    ("torch.nn.functional.kl_div", "reduction='batchmean'"),
    ("torch.nn.functional.huber_loss", "delta=2.0"),
    ("torch.nn.functional.pairwise_distance", "p=inf"),
    ("torch.nn.functional.triplet_margin_loss", "swap=True"),
    ("torch.nn.functional.softmax", "dim=0"),
    ("tensorflow.nn.softmax_cross_entropy_with_logits", "axis=0"),
    ("tensorflow.compat.v1.losses.softmax_cross_entropy", "label_smoothing=0.1"),
    ("keras.losses.sparse_categorical_crossentropy", "from_logits=True"),
    ("keras.losses.BinaryCrossentropy", "from_logits=True"),
    ("keras.losses.CategoricalFocalCrossentropy", "gamma=1.5"),
    ("keras.losses.Dice", "sample_weight"),
    ("optax.softmax_cross_entropy_with_integer_labels", "mask"),
    ("scipy.stats.entropy", "base=2.0"),
    ("sklearn.metrics.log_loss", "sample_weight"),
    ("torchvision.ops.sigmoid_focal_loss", "alpha=0.3"),
)


def _variant(name: str, label: str) -> Variant:
    (found,) = (v for v in variants(NATIVES[name]) if v.label == label)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "label"), OPTIONS)
def test_some_calls_with_options(name: str, label: str) -> None:
    need_all(NATIVES[name])
    native, variant = NATIVES[name], _variant(name, label)
    assert not list(of_option(native, variant))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "label"), OPTIONS)
def test_a_page_that_drops_the_options_is_caught(name: str, label: str) -> None:
    """The page of the same call without its options, evaluated for the call that has them."""
    need_all(NATIVES[name])
    native, variant = NATIVES[name], _variant(name, label)
    plain = page_of(typed(native, next(iter(variants(native)))))
    assert list(of_page(plain, parse(typed(native, variant)), native, variant))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [n for n in NATIVES if not n.startswith("xlogits.")])
def test_calls_with_options(name: str) -> None:
    need_all(NATIVES[name])
    for variant in variants(NATIVES[name]):
        assert not list(of_option(NATIVES[name], variant)), variant.label


def test_every_loss_is_told() -> None:
    bases = {L.Loss, L.Formula, L.Elementwise, L.Rowwise}
    exported = {getattr(L, name) for name in L.__all__}
    wanted = {k for k in exported if isinstance(k, type) and issubclass(k, (L.Loss, L.Transform))}
    assert set(TOLD) == wanted - bases


def test_words_follow_the_form() -> None:
    for form, word in (
        (LOGITS, "logits"),
        (LOG_PROBABILITIES, "log_probs"),
        (PROBABILITIES, "probs"),
    ):
        assert words(L.SoftmaxCrossEntropy(form=form))["pred"] == word
        assert word in formula(L.SoftmaxCrossEntropy(form=form))
    page = xl.explain("keras.losses.sparse_categorical_crossentropy")
    assert page.call == "keras.losses.sparse_categorical_crossentropy(labels, probs)"
    (way,) = page.ways
    assert way.call.endswith("(labels, logits, from_logits=True)")
    assert "softmax(logits)" in way.formula
    assert "softmax" not in page.formula


@pytest.mark.parametrize("name", NATIVES)
def test_nothing_is_called_logits_that_is_none(name: str) -> None:
    page = xl.explain(name)
    loss: Any = NATIVES[name].loss
    form = getattr(loss, "form", None)
    if form is None or form.kind == "logits":
        return
    texts = [page.call, page.formula, *(t.source for t in page.elsewhere.values())]
    if not page.ways:
        assert not any(re.search(r"\blogits\b(?!=)", text) for text in texts)
    assert "logits" not in page.formula


# -- the language itself

X = Named("ij", np.array([[2.0, 1.0, 0.1], [0.0, 3.0, 0.0]]))
Y = Named("i", np.array([0, 2]))
P = np.exp(X.values) / np.exp(X.values).sum(1, keepdims=True)


def value(*lines: str) -> Array:
    with np.errstate(all="ignore"):
        return Formula(list(lines), {"x": X, "labels": Y, "y": Y}, 3).result().values


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("ℓ = -log p_y", "    p = softmax(x)"), -np.log(P[[0, 1], [0, 2]])),
        (("ℓ = -Σ_j q_j log p_j,  q = one_hot(y)", "p = softmax(x)"), -np.log(P[[0, 1], [0, 2]])),
        (("ℓ = x_y / 2 - 1",), [0.0, -1.0]),
        (("ℓ = -x_y^2 + 3 (x_y - 1)",), [-1.0, -3.0]),
        (("ℓ = max_j |x_j - 1| / C",), [1 / 3, 2 / 3]),
        (("ℓ = Σ_j [j ≠ y] max(0, 1 - x_y + x_j) / C",), [0.0, (1 + 4) / 3]),
        (("ℓ = x_y if y ≠ 2; 0 otherwise", "L = Σ ℓ / Σ [y ≠ 2]"), 2.0),
        (("ℓ = √(Σ_j x_j^2) - ‖x‖",), [0.0, 0.0]),
        (("ℓ = mean_j x_j", "L = mean ℓ"), (3.1 / 3 + 1) / 2),
        (("ℓ = 0 log 0 + 2 π",), 2 * np.pi),
        (("y_j = exp(x_j) / Σ_k exp(x_k)",), P),
    ],
)
def test_the_language(lines: tuple[str, ...], expected: Any) -> None:
    np.testing.assert_allclose(value(*lines), expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "text", ["ℓ = x_y +", "ℓ = (x_y", "ℓ = z_j", "ℓ = x_y )", "x", "ℓ = Σ_k x_y"]
)
def test_what_is_not_in_the_language_is_not_evaluated(text: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        value(text)


def test_blocks_of_labels() -> None:
    both = blocks(formula(L.SoftmaxCrossEntropy()))
    assert [*both] == ["labels are class indexes", "labels are one number per class"]
    assert both["labels are class indexes"][0] == "ℓ = -log p_y"
