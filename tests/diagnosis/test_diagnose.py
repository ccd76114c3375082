"""A diagnosis finds what was changed in mismatches made from the records, and invents nothing."""

import math
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests import child
from tests.conftest import ROOT, Framework
from tests.data.mismatches import Mismatch, Side, mismatches, padded
from xlogits.diagnosis import Cause, Diagnosis, diagnose, solve
from xlogits.errors import DtypeError, OptionError, RangeError, ShapeError, XlogitsError

Array = Any
NAMES = {"pred": "logits", "target": "labels"}
RNG = np.random.default_rng(5)
X = (RNG.normal(size=(12, 5)) * 3).astype(np.float32)
Y = RNG.integers(0, 5, 12)


def quiet(text: str) -> None:
    pass


def ce(x: Array, y: Array = Y, **options: Any) -> Array:
    return np.float32(xl.softmax_cross_entropy(x, y, reduction="mean", **options))


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- mismatches from the records -------------------------------------------------------------------


def operands(side: Side) -> dict[str, Array]:
    return {
        NAMES.get(name, name): array.astype(np.float32) if array.dtype.kind == "f" else array
        for name, array in side.operands.items()
    }


def diagnosed(found: Mismatch, first: Array, second: Array) -> Diagnosis:
    ignored = getattr(found.right.loss, "ignore_index", None)
    return diagnose(
        np.float32(first),
        np.float32(second),
        say=quiet,
        ignore_index=ignored,
        seconds=60,
        **operands(found.right),
    )


def is_true(cause: Cause, found: Mismatch, rng: np.random.Generator) -> bool:
    """Whether a cause is the trap: it says what both sides give on data that it has not seen."""
    for _ in range(2):
        side = alike(found, rng)
        wanted = side.value, found.sprung(side).value
        for got, value in zip(cause.predict(**side.operands), wanted, strict=True):
            if got is None or not np.allclose(got, value, rtol=1e-5, atol=1e-7):
                return False
    return True


def alike(found: Mismatch, rng: np.random.Generator) -> Side:
    """Other data, with ignored labels only where the data at hand had some too."""
    index = getattr(found.right.loss, "ignore_index", None)

    def ignores(side: Side) -> bool:
        return index is not None and bool((side.operands["target"] == index).any())

    while True:
        side = found.draw(rng)
        if ignores(side) == ignores(found.right):
            return side


def places(count: int, traps: int, seed: int) -> list[int]:
    """Where the true cause stands among those that are named; 0 where it is missing."""
    rng = np.random.default_rng(seed)
    made = []
    for found in mismatches(count, traps, seed):
        causes = diagnosed(found, found.right.value, found.wrong.value).causes
        place = next((i for i, cause in enumerate(causes, 1) if is_true(cause, found, rng)), 0)
        made.append(place)
        if not place or place > traps:
            print(found.native, [trap.name for trap in found.traps], [c.codes for c in causes])
    return made


def shares(found: list[int]) -> tuple[float, float]:
    first, three = (sum(0 < p <= n for p in found) / len(found) for n in (1, 3))
    print(f"{len(found)} mismatches: first {first:.1%}, in the first three {three:.1%}")
    return first, three


def test_single_traps_are_named_first() -> None:
    assert shares(places(16, 1, seed=3))[0] >= 0.95


def test_pairs_of_traps_are_named_among_the_first_three() -> None:
    assert shares(places(6, 2, seed=3))[1] >= 0.9


@pytest.mark.long
def test_many_single_traps() -> None:
    assert shares(places(160, 1, seed=11))[0] >= 0.95


@pytest.mark.long
def test_many_pairs_of_traps() -> None:
    assert shares(places(70, 2, seed=12))[1] >= 0.9


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("index", [0, -100])
def test_every_trap_beside_labels_that_are_ignored(index: int, weighted: bool) -> None:
    """Of padding with the id 0 too, which is a class like any other."""
    made = list(padded(index, weighted, seed=1))
    assert len(made) >= 15
    for found in made:
        cause = diagnosed(found, found.right.value, found.wrong.value).causes[0]
        assert is_true(cause, found, np.random.default_rng(0)), found.traps[0].name
        assert cause.right, found.traps[0].name
        assert cause.wrong, found.traps[0].name


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_sigmoid_that_saturates_in_single_precision(seed: int, lists: bool) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=9) * 14).astype(np.float32)
    y = (rng.random(9) < 0.5).astype(np.float32)
    x[0], y[0] = 12 + 3 * seed, 0  # from 16.7 on its sigmoid is 1
    logits, labels = torch.tensor(x), torch.tensor(y)
    first = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
    second = torch.nn.functional.binary_cross_entropy(torch.sigmoid(logits), labels)
    given = {"logits": x, "labels": y}
    given = {name: array.tolist() for name, array in given.items()} if lists else given
    cause = diagnose(first, second, **given, say=quiet).causes[0]
    assert cause.codes == ("saturated",)
    assert cause.wrong == "F.binary_cross_entropy(torch.sigmoid(logits), labels)"


def test_matching_sides_have_no_cause() -> None:
    for found in mismatches(6, 1, seed=7):
        answer = diagnosed(found, found.right.value, found.right.value * (1 + 1e-7))
        assert answer.agree, found.native
        assert not answer.causes


def test_numbers_from_nowhere_stay_unknown() -> None:
    found = diagnose(ce(X), np.float32(10.7130125), logits=X, labels=Y, say=quiet)
    assert not found.causes
    assert "unknown: none of" in str(found)
    assert found.ask


def test_two_things_done_to_a_result_are_told_and_written() -> None:
    value = ce(X)
    cause = diagnose(value, -value / 2, logits=X, labels=Y, say=quiet).causes[0]
    assert cause.codes == ("result_halved", "result_negated")
    assert cause.wrong == "-(F.cross_entropy(logits, labels) / 2)"


def test_an_amount_between_which_the_loss_is_not_defined_is_passed_over() -> None:
    def value(place: float) -> float:
        return {0.0: 0.0, 1.0: 2.0}.get(place, math.nan)

    amount = solve._Amount("beta", lambda place: place, (0.0, 1.0), "{:.6g}", 1.0)
    seen = SimpleNamespace(values=np.float64(1.0), atol=1e-9, rtol=1e-6, scalar=True)
    assert list(solve._roots(amount, value, seen)) == []
    smooth = list(solve._roots(amount, lambda place: 2 * place, seen))
    assert [change.amount for change in smooth] == [0.5]


def test_a_test_of_the_wrong_trap_fails() -> None:
    """The acceptance above can fail: the causes of one mismatch are not those of another."""
    one, other = mismatches(2, 1, seed=3)
    causes = diagnosed(one, one.right.value, one.wrong.value).causes
    assert is_true(causes[0], one, np.random.default_rng(0))
    with suppress(ValueError, AttributeError, TypeError):  # a trap of another family
        assert not is_true(causes[0], one._replace(traps=other.traps), np.random.default_rng(0))


# --- what is said ----------------------------------------------------------------------------------


def test_both_calls_are_written_in_the_framework_that_is_asked_for() -> None:
    found = diagnose(ce(X), ce(softmax(X)), logits=X, labels=Y, to="tensorflow")
    cause = found.causes[0]
    assert cause.codes == ("softmax_twice",)
    inner = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits={})"
    assert cause.right == f"tf.reduce_mean({inner.format('logits')})"
    assert cause.wrong == f"tf.reduce_mean({inner.format('tf.nn.softmax(logits, axis=1)')})"
    assert "1. softmax is applied twice" in str(found)


def test_arrays_of_any_framework(fw: Framework) -> None:
    x = fw.array(X, "float32")
    found = diagnose(ce(X), fw.array(ce(softmax(X)), "float32"), logits=x, labels=Y.tolist())
    assert found.causes[0].codes == ("softmax_twice",)


def test_a_value_per_item_settles_what_a_number_leaves_open() -> None:
    items = xl.softmax_cross_entropy(X / np.float32(1.2345), Y)
    plain = xl.softmax_cross_entropy(X, Y)
    found = diagnose(plain, items, logits=X, labels=Y)
    assert found.causes[0].codes == ("temperature",)
    assert "1.2345" in found.causes[0].words[0]
    number = diagnose(plain.mean(), items.mean(), logits=X, labels=Y, say=quiet)
    assert not any("1.2345" in cause.words[0] for cause in number.causes)


def test_an_amount_is_solved_for() -> None:
    found = diagnose(ce(X), ce(X, label_smoothing=0.137), logits=X, labels=Y)
    assert "label smoothing of 0.137" in found.causes[0].words[0]


def test_one_number_is_named() -> None:
    found = diagnose(ce(X), logits=X, labels=Y)
    assert found.first == ("F.cross_entropy(logits, labels)",)
    assert not found.causes
    half = diagnose(ce(softmax(X)) / 2, logits=X, labels=Y, say=quiet)
    assert not half.first


def test_one_wrong_number_is_explained() -> None:
    found = diagnose(ce(softmax(X)), logits=X, labels=Y)
    assert found.causes[0].codes == ("softmax_twice",)


def test_causes_that_agree_by_chance_stand_together() -> None:
    x, y = X[:5], Y[:5]  # five items of five classes
    total = np.float32(xl.softmax_cross_entropy(x, y, reduction="sum"))
    found = diagnose(total / 5, total / 25, logits=x, labels=y)
    assert found.causes[0].codes == ("reduction",)


def test_log_softmax_before_a_loss_of_logits_is_harmless() -> None:
    call = "F.cross_entropy(F.log_softmax(logits, dim=-1), labels)"
    found = diagnose(ce(X), ce(np.log(softmax(X))), logits=X, labels=Y, call=call)
    assert found.agree
    assert "log_softmax before this loss is harmless" in found.notes[0]
    bad = diagnose(ce(X), ce(X), logits=X, labels=Y, call=call.replace("log_softmax", "softmax"))
    assert not any("harmless" in note for note in bad.notes)


def test_probabilities_and_log_probabilities_are_noticed() -> None:
    p = softmax(X)
    assert "are probabilities" in diagnose(ce(p), logits=p, labels=Y, say=quiet).notes[0]
    assert "harmless" in diagnose(ce(X), logits=np.log(p), labels=Y).notes[0]


def test_a_call_is_an_anchor() -> None:
    call = "F.cross_entropy(logits, labels, label_smoothing=0.3)"
    first = ce(X, label_smoothing=0.3)
    found = diagnose(first, ce(softmax(X), label_smoothing=0.3), logits=X, labels=Y, call=call)
    assert found.causes[0].codes == ("softmax_twice",)
    assert found.causes[0].right == call


# --- numbers alone ---------------------------------------------------------------------------------


def test_two_numbers_alone() -> None:
    found = diagnose("2.3026", "0.0719")
    assert "32 items" in found.causes[0].words[0]
    assert "log(10)" in found.notes[0]
    known = diagnose("2.3026", "0.0719", sizes={"items": 32})
    assert "the number of items (32)" in known.causes[0].words[0]
    assert not diagnose(2.3026, 0.0731, sizes={"items": 17}).causes


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (1.0, 1.442695, "base 2"),
        (0.25, -0.25, "sign"),
        (0.5, 1.0, "factor 1/2"),
        ("1.700000", "2.618939", "Gaussian"),
        (0.3, 0.7, "sum is 1"),
        (2.0, 7.389056, "perplexity"),
        (0.0513, 5.13, "percent"),
        ("1.200000", "0.900000", "4/3"),
    ],
)
def test_ratios_and_differences(first: Any, second: Any, words: str) -> None:
    assert any(words in cause.words[0] for cause in diagnose(first, second).causes)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (16.1181, "1e-7"),
        (15.9424, "2^-23"),
        (15.4249, "2e-7"),
        (27.631, "1e-12"),
        (64.0, "Paddle"),
        (100.0, "BCELoss"),
        (0.7437, "softmax"),
        (6.9078, "1000 classes"),
    ],
)
def test_tell_tale_values(value: float, words: str) -> None:
    assert any(words in note for note in diagnose(value).notes)
    assert not any(words in note for note in diagnose(value * 1.01).notes)


# --- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (
            {"logits": X, "labels": Y[:7]},
            ShapeError,
            r"no loss takes pred \(12, 5\), target \(7,\)",
        ),
        ({"logits": np.full((3, 2), np.nan), "labels": Y[:3]}, RangeError, "NaN everywhere"),
        ({"logits": np.array([["a", "b"]]), "labels": Y}, DtypeError, "no real numbers"),
        ({"logits": [[1.0, 2.0], [3.0]], "labels": Y}, ShapeError, "rows of equal length"),
        ({"logits": "missing.npy", "labels": Y}, OptionError, "no file 'missing.npy'"),
        ({"logits": X[:0], "labels": Y[:0]}, ShapeError, "empty"),
        ({"labels": Y}, OptionError, "labels without logits"),
        ({"logits": X, "labels": Y, "wieght": Y}, OptionError, "wieght is no operand"),
        ({"logits": X, "labels": Y, "to": "julia"}, OptionError, "julia"),
    ],
)
def test_bad_input(given: dict[str, Any], error: type[XlogitsError], text: str) -> None:
    with pytest.raises(error, match=text):
        diagnose(1.0, 2.0, **given)


def test_a_value_that_is_nan() -> None:
    with pytest.raises(RangeError, match="NaN"):
        diagnose(float("nan"), 1.0)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "1,2\n3,oops\n", "row 2 holds 'oops'"),
        ("x.csv", "1,2\n3\n", "row 2 has 1 numbers and the first 2"),
        ("x.csv", "", "holds no numbers"),
        ("x.npy", "not numpy", "cannot be read"),
        ("x.pt", "", "expected .npy"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(OptionError, match=message):
        diagnose(1.0, 2.0, logits=path, labels=Y)


# --- the command, and how long it takes ------------------------------------------------------------


def test_the_command_reads_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "y.csv").write_text("label\n" + "\n".join(map(str, Y)) + "\n")
    values = [f"{ce(X):.6f}", f"{ce(softmax(X)):.6f}"]
    files = ["--logits", str(tmp_path / "x.npy"), "--labels", str(tmp_path / "y.csv")]
    done = subprocess.run(
        [sys.executable, "-m", "xlogits", "diagnose", *values, *files, "--to", "keras"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 1, done.stderr
    assert "1. softmax is applied twice" in done.stdout
    assert "keras.losses" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "loads"), [(["2.3026", "0.0719"], False), (["2.3026", "losses.npy"], True)]
)
def test_two_numbers_alone_do_without_numpy(
    tmp_path: Path, arguments: list[str], loads: bool
) -> None:
    np.save(tmp_path / "losses.npy", np.array(0.0719))
    code = (
        "import sys; from xlogits.cli import main; "
        f"status = main(['diagnose', *{arguments}]); print(status, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child.environment(ROOT),
    )
    assert "is log(10)" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == f"1 {loads}"


def test_a_thousand_items_of_a_thousand_classes() -> None:
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(1024, 1000)) * 3).astype(np.float32), rng.integers(0, 1000, 1024)
    first, second = ce(x, y), ce(softmax(x), y)
    started = time.process_time()
    found = diagnose(first, second, logits=x, labels=y)
    assert time.process_time() - started < 2
    assert found.causes[0].codes == ("softmax_twice",)


def test_progress_is_told_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlogits.diagnosis.search.EVERY", 0.0)
    said: list[str] = []
    diagnose(ce(X), np.float32(1.234567), logits=X, labels=Y, say=said.append)
    assert said
    assert "ways of computing it tried" in said[0]


def test_the_time_that_it_may_take_is_kept() -> None:
    found = diagnose(ce(X), np.float32(1.234567), logits=X, labels=Y, seconds=0, say=quiet)
    assert not found.complete
    assert "time was up" in str(found)
