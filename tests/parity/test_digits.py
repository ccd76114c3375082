"""Training on the digits gives one curve under every name, and losses that are wrong leave it."""

import io
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from compare import main as compare
from compare.digits import training
from compare.digits.data import RATE, Trained, digits
from compare.digits.frameworks import NumPy
from compare.digits.main import main, plot, summary, table
from compare.digits.names import CANONICAL, calls
from compare.digits.training import (
    BACKENDS,
    EPS,
    LIMIT,
    NATIVE,
    Curves,
    differs,
    distance,
    reference,
    run,
    strays,
)
from compare.digits.wrong import padded
from tests.conftest import ROOT
from xlogits.parity import command
from xlogits.report.progress import Progress

STEPS = 4
NAMES = (
    CANONICAL,
    "torch.nn.functional.cross_entropy",
    "torch.nn.CrossEntropyLoss",
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits",
    "tensorflow.nn.softmax_cross_entropy_with_logits",
    "tensorflow.compat.v1.losses.sparse_softmax_cross_entropy",
    "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    "keras.losses.sparse_categorical_crossentropy(from_logits=True)",
    "keras.losses.CategoricalCrossentropy(from_logits=True)",
    "optax.softmax_cross_entropy_with_integer_labels",
    "optax.softmax_cross_entropy",
)
PACKAGES = {
    "numpy": [],
    "torch": ["torch"],
    "tensorflow": ["tensorflow", "keras"],
    "jax": ["jax", "optax"],
}
pytestmark = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="scikit-learn is not installed"
)


@pytest.fixture(scope="module")
def curves() -> Curves:
    return run(("numpy",), steps=STEPS)


def off(by: float, exact: Trained) -> Trained:
    """A run that is this many EPS from the exact one at its last step."""
    losses = exact.losses.copy()
    losses[-1] *= 1 + by * EPS
    return exact._replace(losses=losses)


@pytest.mark.parametrize(
    "backend", [pytest.param(b, marks=[pytest.mark.long] * (b == "jax")) for b in BACKENDS]
)
def test_every_name_gives_the_same_curve(backend: str) -> None:
    for package in PACKAGES[backend]:
        pytest.importorskip(package)
    curves = run((backend,), steps=STEPS)
    natives = {name for _, name in curves.runs if name.startswith(NATIVE)}
    assert {name for _, name in curves.runs} - natives == {call.name for call in calls()}
    assert natives
    assert not strays(curves.runs, curves.reference)
    assert not differs(curves)


@pytest.mark.long
def test_the_full_run_is_one_curve_on_all_backends() -> None:
    curves = run()
    assert not strays(curves.runs, curves.reference)
    assert not differs(curves)
    assert curves.largest_in_eps < LIMIT
    assert {round(trained.accuracy, 2) for trained in curves.runs.values()} == {0.92}


def test_the_names_are_those_of_the_catalogue() -> None:
    names = [call.name for call in calls()]
    assert set(NAMES) <= set(names)
    assert len(set(names)) == len(names)


def test_numpy_alone_loads_no_framework() -> None:
    program = (
        "import sys; from compare.digits.training import run; run(('numpy',), steps=1);"
        "print(*{'torch', 'tensorflow', 'keras', 'jax', 'optax'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ""


def test_a_missing_framework_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: object) -> NumPy:
        raise ImportError("No module named 'torch'")

    monkeypatch.setitem(training.FRAMEWORKS, "torch", absent)
    said: list[str] = []
    curves = run(("torch", "numpy"), steps=1, progress=said.append)
    assert curves.missing == {"torch": "No module named 'torch'"}
    assert {backend for backend, _ in curves.runs} == {"numpy"}
    assert said[0] == "torch: not run, No module named 'torch'"
    assert "Not run: torch, No module named 'torch'" in summary(curves)


def test_a_backend_without_an_adapter_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence, by the command that is asked for it and by the one that has other work to do."""
    with pytest.raises(SystemExit) as stop:
        main(["--backends", "numpy,mxnet"])
    assert stop.value.code == 2
    told = "'mxnet': the digits have no adapter for it: add one to compare/digits/frameworks.py"
    assert told in capsys.readouterr().err
    curves = run(("mxnet",), steps=2)
    assert "Not run: mxnet, the digits have no adapter for it" in summary(curves)
    assert not curves.runs


def test_a_new_backend_without_an_adapter_is_no_error_of_the_matrix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[command.Drawn] = []

    def matrix(options: Any, draw: command.Draw) -> int:
        drawn.append(draw(options, Progress(io.StringIO())))
        return 0

    monkeypatch.setattr("xlogits.parity.command.BACKENDS", ("numpy", "mxnet"))
    monkeypatch.setattr(command, "run", matrix)
    assert compare.main(["--backends", "mxnet"]) == 0
    ((figures, words, wrong),) = drawn
    assert "Not run: mxnet, the digits have no adapter for it" in words
    assert len(figures) == 1
    assert not wrong


def test_every_mistake_is_noticed(curves: Curves) -> None:
    assert strays(curves.wrong, curves.reference) == list(curves.wrong)
    assert all(distance(wrong, curves.reference) > 20 * LIMIT for wrong in curves.wrong.values())


def test_ignored_images_do_no_harm_where_the_mean_leaves_them_out() -> None:
    start = digits(STEPS)
    right = NumPy(start).train(padded(start, "mean_over_valid"))
    assert distance(right, reference(start)) < LIMIT


def test_a_run_strays_beyond_the_limit_and_not_before(curves: Curves) -> None:
    exact = curves.reference
    runs = {
        ("numpy", "near"): off(LIMIT - 0.1, exact),
        ("numpy", "far"): off(LIMIT + 0.1, exact),
        ("numpy", "nan"): off(np.nan, exact),
        ("numpy", "infinite"): off(np.inf, exact),
    }
    assert [name for _, name in strays(runs, exact)] == ["far", "nan", "infinite"]


def test_curves_differ_if_a_run_is_wrong_or_a_mistake_goes_unnoticed(curves: Curves) -> None:
    assert not differs(curves)
    for key, wrong in curves.wrong.items():
        assert differs(replace(curves, runs=curves.runs | {key: wrong}))
        assert differs(replace(curves, wrong=curves.wrong | {key: curves.reference}))


def test_the_limit_is_a_few_times_what_the_order_of_the_images_moves() -> None:
    exact = reference(digits(30))
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(digits(1).labels))
        numpy = NumPy(digits(30, order))
        (native,) = numpy.natives.values()
        assert distance(numpy.train(native), exact) < LIMIT / 3


def test_the_step_is_too_short_to_amplify_rounding() -> None:
    pixels = np.hstack([digits(1).pixels, np.ones((len(digits(1).pixels), 1))])
    curvature = np.linalg.eigvalsh(pixels.T @ pixels / len(pixels))[-1] / 2
    assert 2 / curvature > RATE


def test_the_plot_is_xml_that_names_every_run_and_does_not_change(curves: Curves) -> None:
    pytest.importorskip("matplotlib")
    svg = plot(curves)
    named = [
        title.text for title in ElementTree.fromstring(svg).iter() if title.tag[-6:] == "}title"
    ]
    for key in curves.runs:
        assert named.count(": ".join(key)) == 2, key  # the loss, and the difference
    for key in curves.wrong:
        assert named.count(": ".join(key)) == 1, key
    assert plot(curves) == svg
    assert 'href="http' not in svg


def test_the_table_has_a_row_for_every_name(curves: Curves) -> None:
    rows = table(curves).splitlines()
    for _, name in curves.runs:
        assert any(row.startswith(f"{name} ") for row in rows)


def test_the_command_writes_the_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    output = tmp_path / "new" / "digits.svg"
    assert main(["--backends", "numpy", "--steps", "3", "--output", str(output)]) == 0
    assert output.read_text(encoding="utf-8").startswith("<svg")
    assert "NOT NOTICED" not in capsys.readouterr().out


def test_the_folder_runs_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "compare" / "digits"), "--backends", "numpy"]
    options = ["--steps", "2", "--output", str(tmp_path / "digits.svg")]
    ran = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Largest difference" in ran.stdout
