"""The calls that a diagnosis prints give the numbers that were seen: in the frameworks themselves."""

from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.data.mismatches import mismatches
from tests.data.questions import QUESTIONS, Question
from tests.diagnosis.running import SPOKEN, run
from xlogits.diagnosis import Diagnosis, diagnose
from xlogits.diagnosis.evaluation import evaluations, holds
from xlogits.diagnosis.items import Data
from xlogits.diagnosis.steps import STEPS
from xlogits.errors import Refused
from xlogits.translation.expression import Expr
from xlogits.translation.language import language

Array = Any
X = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]])
Y = np.array([0, 1, 1])
DTYPES = {"tensorflow": ("float32",), "keras": ("float32",)}  # Keras computes in this one


def quiet(text: str) -> None:
    pass


def softmax(x: Array) -> Array:
    e = np.exp(x)
    return e / e.sum(-1, keepdims=True)


def arrays(given: dict[str, Any]) -> dict[str, Array]:
    """What was passed, with labels in the shape that a loss of these logits takes."""
    found = {name: np.asarray(x) for name, x in given.items() if name != "sizes"}
    x, y = found["logits"], found["labels"]
    if x.shape == (*y.shape, 1) and y.dtype.kind == "f":
        found["labels"] = y[..., None]
    if y.shape == (*x.shape, 1):
        found["labels"] = y[..., 0]
    return found


def near(got: Array, value: Any) -> bool:
    """As near as a diagnosis takes a number for the one that was seen."""
    text = repr(value) if type(value) is float else value
    last = 10.0 ** -len(text.partition(".")[2]) if isinstance(text, str) else 2.4e-6
    wanted = np.asarray(value, float)
    return got.shape == wanted.shape and bool(np.allclose(got, wanted, 2.4e-5, last))


def require_calls(found: Diagnosis, seen: tuple[Any, Any], to: str, given: dict[str, Any]) -> int:
    """Every call gives the number of its side, in one precision or the other; how many there are."""
    count = 0
    for cause in found.causes:
        wrong = 0 if cause.wrong_is == "first" else 1
        for text, value in ((cause.wrong, seen[wrong]), (cause.right, seen[1 - wrong])):
            if value is None:
                continue
            assert text, f"no call of {cause.codes}"
            ran = [run(text, to, given, dtype) for dtype in DTYPES.get(to, ("float64", "float32"))]
            assert any(near(got, value) for got in ran), f"{text}: {ran}, and not {value}"
            count += 1
    return count


WITH_ARRAYS = [asked for asked in QUESTIONS if "labels" in asked.given]


@pytest.mark.parametrize("asked", WITH_ARRAYS, ids=lambda q: q.where.partition(":")[0])
def test_the_calls_of_every_question(asked: Question) -> None:
    need("torch")
    found = diagnose(asked.first, asked.second, **asked.given, say=quiet)
    ran = require_calls(found, (asked.first, asked.second), "torch", arrays(asked.given))
    assert ran or not found.causes


@pytest.mark.parametrize("to", SPOKEN)
def test_the_calls_of_mismatches(to: str) -> None:
    ran = 0
    for made in mismatches(8, 1, seed=3):
        given = {
            {"pred": "logits", "target": "labels"}.get(name, name): x
            for name, x in made.right.operands.items()
        }
        if to == "numpy" and "logit_length" in given:
            continue  # NumPy has no short way to write CTC
        given = {k: x.astype(np.float32) if x.dtype.kind == "f" else x for k, x in given.items()}
        seen = np.float32(made.right.value), np.float32(made.wrong.value)
        found = diagnose(*seen, **given, to=to, say=quiet, seconds=60)
        ran += require_calls(found, seen, to, given)
    assert ran >= 12


# --- what is not printed ---------------------------------------------------------------------------


def test_a_number_of_no_loss_has_no_cause() -> None:
    """The logarithms of 1 - p were taken for those of a clipped p."""
    p = softmax(X)[np.arange(3), Y]
    found = diagnose(-np.log(p), -np.log(1 - p), logits=X, labels=Y, say=quiet)
    assert found.first == ("F.cross_entropy(logits, labels, reduction='none')",)
    assert not found.causes


def test_a_cause_that_the_loss_itself_denies_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What many ways of computing share may be wrong; the loss itself is asked before it is said."""
    first, second = (
        xl.softmax_cross_entropy(x, Y, reduction="mean").item() for x in (X, softmax(X))
    )
    assert diagnose(first, second, logits=X, labels=Y).causes[0].codes == ("softmax_twice",)
    shared = Data._softmax
    monkeypatch.setattr(Data, "_softmax", lambda *given: 3 * shared(*given))
    found = diagnose(3 * first, 3 * second, logits=X, labels=Y, say=quiet)
    assert found.first  # what gives it was found, and by a wrong way
    assert not found.causes


def test_code_that_gives_another_number_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    p = softmax(X)
    first, second = (float(xl.softmax_cross_entropy(x, Y, reduction="mean")) for x in (X, p))
    cause = diagnose(first, second, logits=X, labels=Y).causes[0]
    assert cause.wrong == "F.cross_entropy(F.softmax(logits, dim=1), labels)"
    wrong = STEPS["softmax"]._replace(write=lambda *given: {"pred": Expr("F.sigmoid(logits)")})
    monkeypatch.setitem(STEPS, "softmax", wrong)
    cause = diagnose(first, second, logits=X, labels=Y).causes[0]
    assert cause.codes == ("softmax_twice",)
    assert not cause.wrong
    assert cause.right


def test_keras_looks_behind_its_own_activations() -> None:
    """Which is why the plainest call of softmax twice is not what is printed."""
    need("keras")
    given = {"logits": X.astype(np.float32), "labels": Y}
    first, second = (
        xl.softmax_cross_entropy(x, Y, reduction="mean").item() for x in (X, softmax(X))
    )
    plain = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, {})"
    once, twice = (plain.format(f"{one}keras.ops.softmax(logits, axis=1)") for one in ("", "1 * "))
    for text, value in ((once, first), (twice, second)):
        assert near(run(text, "keras", given, "float32"), value)
        assert holds(text, language("keras"), given, value)
    cause = diagnose(first, second, **given, to="keras").causes[0]
    assert cause.codes == ("softmax_twice",)
    assert cause.wrong == twice


def test_scikit_learn_wants_every_class() -> None:
    need("sklearn")
    text, every = "sklearn.metrics.log_loss(labels, logits)", np.array([0, 1, 2])
    given = {"logits": softmax(X), "labels": every}
    value = run(text, "numpy", given)
    assert holds(text, language("numpy"), given, value)
    given["labels"] = Y  # no item of the last class
    with pytest.raises(ValueError, match="different number of classes"):
        run(text, "numpy", given)
    with pytest.raises(Refused, match="not every class"):
        next(evaluations(text, language("numpy"), given))


# --- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "F.cross_entropy(F.softmax(logits, dim=1), labels, ignore_index=0)",
        "torch.mean(-torch.gather(torch.log(logits ** 2 + 1), -1, labels.unsqueeze(-1)).squeeze(-1))",
        "nn.CrossEntropyLoss(label_smoothing=0.1, reduction='sum')(logits[:, :2], labels % 2) / 3",
        "torch.where((labels >= 1) & ~(labels == 2), labels + 1, 0) / math.log(2)",
        "F.triplet_margin_loss(logits, logits + 1, 2 * logits, p=float('inf'))",
        "torch.sort(torch.abs(logits - 1), dim=-1).values",
        "sum(F.cross_entropy(logits[i:i + 2], labels[i:i + 2]) for i in range(0, 3, 2)) / 2",
    ],
)
def test_code_is_read_as_the_framework_runs_it(text: str) -> None:
    need("torch")
    given = {"logits": X, "labels": Y}
    found = next(evaluations(text, language("torch"), given))
    np.testing.assert_allclose(found, run(text, "torch", given), 1e-7)
    assert holds(text, language("torch"), given, found)
    assert not holds(text, language("torch"), given, found + 1e-3)


@pytest.mark.parametrize(
    "text", ["F.cross_entropy(logits, y)", "torch.fft.fft(logits)", "[*logits]"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    given = {"logits": X, "labels": Y}
    with pytest.raises(Refused):
        next(evaluations(text, language("torch"), given))
    assert not holds(text, language("torch"), given, 1.0)
