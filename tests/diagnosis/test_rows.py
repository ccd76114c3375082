"""Every row of the tables: what it does to arrays is what it writes, in every framework."""

from typing import Any

import numpy as np
import pytest

from tests.diagnosis.running import SPOKEN, run
from xlogits.diagnosis.denominators import WORDS
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.recipe import Recipe, Step
from xlogits.diagnosis.results import AFTER, Result
from xlogits.diagnosis.spelling import sources
from xlogits.diagnosis.steps import STEPS, apply, write
from xlogits.diagnosis.story import value_of
from xlogits.losses import CTC, SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from xlogits.translation.call import NAMES
from xlogits.translation.expression import Expr
from xlogits.translation.language import language

Array = Any
RNG = np.random.default_rng(4)


def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)


PLAIN = {
    "pred": softmax(RNG.normal(size=(6, 3))),  # of which a logarithm can be taken too
    "target": RNG.integers(0, 2, 6),
    "class_weight": RNG.uniform(0.5, 2, 3),
}
DENSE = {**PLAIN, "target": softmax(RNG.normal(size=(6, 3)))}
IMAGES = {"pred": RNG.normal(size=(2, 3, 4)), "target": RNG.integers(0, 3, (2, 4))}
VECTORS = {"pred": RNG.normal(size=5), "target": RNG.normal(size=(5, 1))}
# steps, by what they can be done to; the others are done to PLAIN
OTHERS: dict[str, list[tuple[dict[str, Array], Step]]] = {
    "temperature": [(PLAIN, Step("temperature", -1, 0.07))],
    "view": [
        (IMAGES, Step("view")),
        ({**IMAGES, "target": RNG.random((2, 3, 4))}, Step("view")),
    ],
    "labels_moved": [(IMAGES, Step("labels_moved"))],
    "labels_shifted": [
        (PLAIN, Step("labels_shifted", 1, 1)),
        ({**PLAIN, "target": np.array([0, 1, 2, 0, 1, 2])}, Step("labels_shifted", 1, -1)),
        ({**PLAIN, "target": np.array([0, 1, 2, 0, -100, 2])}, Step("labels_shifted", 1, 1)),
        (DENSE, Step("labels_shifted", 1, 1)),
    ],
    "labels_filled": [
        ({**PLAIN, "target": np.array([0, -100, 2, 1, 255, -1])}, Step("labels_filled", 1))
    ],
    "labels_spread": [(PLAIN, Step("labels_spread", 1)), (IMAGES, Step("labels_spread", 1))],
    "labels_hot": [
        (PLAIN, Step("labels_hot", 1)),
        (IMAGES, Step("labels_hot", 1)),
        ({**PLAIN, "target": np.array([0, 1, 2, 0, -100, 2])}, Step("labels_hot", 1)),
        ({**IMAGES, "target": np.array([[0, 1, 255, 2], [2, 1, -1, 0]])}, Step("labels_hot", 1)),
    ],
    "labels_hardest": [
        (DENSE, Step("labels_hardest", 1)),
        ({**IMAGES, "target": RNG.random((2, 3, 4))}, Step("labels_hardest", 1)),
    ],
    "labels_softmax": [(DENSE, Step("labels_softmax", 1))],
    "labels_exp": [(DENSE, Step("labels_exp"))],
    "labels_log": [(DENSE, Step("labels_log"))],
    "labels_from_signs": [(DENSE, Step("labels_from_signs"))],
    "swapped": [(DENSE, Step("swapped"))],
    "crossed": [(VECTORS, Step("crossed"))],
}


INDEXED = {"pred": RNG.normal(size=(16, 3)), "target": np.arange(16) % 3}
INDEXED["target"][[1, 4, 7, 8, 14]] = -100
PIXELS = {
    "pred": RNG.normal(size=(2, 3, 4, 2)),
    "target": np.where(RNG.random((2, 4, 2)) < 0.4, -100, RNG.integers(0, 3, (2, 4, 2))),
}
FRAMES = {
    "pred": RNG.normal(size=(5, 3, 4)),
    "target": RNG.integers(1, 4, (3, 2)),
    "logit_length": np.array([5, 4, 5]),
    "label_length": np.array([2, 1, 1]),
}
WEIGHTED = {**INDEXED, "class_weight": PLAIN["class_weight"]}
SAMPLES = {**INDEXED, "sample_weight": RNG.permutation(np.arange(16.0) / 4)}
NUMBERS = {"pred": RNG.normal(size=(6, 3)), "target": RNG.normal(size=(6, 3))}
ENTROPY = SoftmaxCrossEntropy(axis=1, ignore_index=-100)
# losses and operands on which a reduction is one of its own
REDUCED: dict[str, tuple[Any, dict[str, Array]]] = {
    "mean_over_class_weight": (ENTROPY, WEIGHTED),
    "mean_over_sample_weight": (SoftmaxCrossEntropy(axis=1), SAMPLES),
    "mean_over_nonzero_weight": (SoftmaxCrossEntropy(axis=1), SAMPLES),
    "mean_over_batch": (SquaredError(), NUMBERS),
    "mean_twice": (ENTROPY, WEIGHTED),
    "mean_over_elements": (SigmoidCrossEntropy(inner="mean"), NUMBERS),
    "mean_over_classes": (ENTROPY, INDEXED),
    "mean_over_positions": (ENTROPY, PIXELS),
    "mean_over_labels": (CTC(time_major=True), FRAMES),
    "mean_of_means": (ENTROPY, PIXELS),
    "mean_along_axis": (SquaredError(), NUMBERS),
    "sum_along_axis": (SquaredError(), NUMBERS),
}


@pytest.mark.parametrize("to", SPOKEN)
@pytest.mark.parametrize("word", WORDS)
def test_a_reduction_is_written_as_it_is_computed(word: str, to: str) -> None:
    loss, operands = REDUCED.get(word, (ENTROPY, INDEXED))
    if isinstance(loss, CTC) and to == "numpy":
        pytest.skip("NumPy has no short way to write CTC")
    if getattr(loss, "ignore_index", None) is None:
        operands = {
            **operands,
            "target": np.where(operands["target"] == -100, 0, operands["target"]),
        }
    data, recipe = Data(operands), Recipe(loss)
    result = Result("sample_weight" in operands, word)
    given = {NAMES.get(name, name): array for name, array in operands.items()}
    value = value_of(recipe, result, data)
    assert np.ndim(value) == (word in ("none", "mean_along_axis", "sum_along_axis"))
    others = [value_of(recipe, result._replace(word=w), data) for w in ("sum", "mean_over_items")]
    assert word in ("sum", "mean_over_items") or all(
        np.shape(other) != np.shape(value) or abs(other / value - 1) > 1e-3 for other in others
    )
    texts = list(sources(recipe, result, language(to), data))
    assert texts
    for text in texts:
        np.testing.assert_allclose(run(text, to, given, "float32"), value, 2e-5)


@pytest.mark.parametrize("to", SPOKEN)
@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_written_as_it_is_done(name: str, to: str) -> None:
    for operands, step in OTHERS.get(name, [(PLAIN, Step(name, 1))]):
        exprs = {name: Expr(NAMES.get(name, name)) for name in operands}
        found = write(step, exprs, language(to), operands)
        done = apply(step, operands)
        given = {NAMES.get(name, name): array for name, array in operands.items()}
        changed = [name for name in operands if str(found[name]) != str(exprs[name])]
        assert changed
        for operand in changed:
            got = run(str(found[operand]), to, given)
            np.testing.assert_allclose(got, done[operand], 1e-6, 1e-6)
            assert got.shape != operands[operand].shape or not np.allclose(got, operands[operand])


@pytest.mark.parametrize("to", SPOKEN)
@pytest.mark.parametrize("after", [name for name in AFTER if name])
def test_what_is_done_to_a_result_is_written_as_it_is_done(after: str, to: str) -> None:
    data = Data({"pred": PLAIN["pred"], "target": PLAIN["target"]})
    recipe = Recipe(SoftmaxCrossEntropy(axis=1))
    plain, changed = Result(False, "mean_over_items"), Result(False, "mean_over_items", after)
    text = next(sources(recipe, changed, language(to), data))
    got = run(text, to, {"logits": PLAIN["pred"], "labels": PLAIN["target"]})
    np.testing.assert_allclose(got, value_of(recipe, changed, data), 1e-6)
    assert abs(got - value_of(recipe, plain, data)) > 1e-3
