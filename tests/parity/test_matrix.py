"""The matrix fails when a backend, record, gradient, dtype or ledger row is broken, and only then."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import need
from xlogits import ledger
from xlogits.catalogue import NATIVES, Native
from xlogits.cli import main
from xlogits.ledger import Divergence
from xlogits.losses import LOGITS, Labels, Reduction
from xlogits.parity import excuses, variants
from xlogits.parity.command import measure
from xlogits.parity.matrix import Matrix
from xlogits.parity.plan import Selection
from xlogits.parity.verdict import described, error
from xlogits.precision import rounded
from xlogits.report.progress import Progress
from xlogits.report.results import (
    AGREE,
    DIFFERS,
    KNOWN,
    REFUSED,
    TRANSLATED,
    UNAVAILABLE,
    Cell,
    Results,
    merge,
)

CE, BCE = "torch.nn.functional.cross_entropy", "torch.nn.functional.binary_cross_entropy"
SMALL = Selection(only=(CE,), backends=("numpy",), quick=True)


def outcomes(results: Results) -> set[str]:
    return {cell.outcome for cell in results.cells}


def test_the_unbroken_matrix_agrees() -> None:
    need("torch")
    results = Matrix(replace(SMALL, quick=False, exhaustive=True)).run()
    assert outcomes(results) <= {AGREE, KNOWN, UNAVAILABLE}
    assert not results.failed
    bfloat16 = {"bfloat16"} if find_spec("ml_dtypes") else set()  # without it NumPy has none
    dtypes = {"float16", "float32", "float64"} | bfloat16
    assert {c.dtype for c in results.cells} == dtypes
    assert len(results.cells) > 250 * len(dtypes)
    assert {c.quantity for c in results.cells} == {"value", "d/dlogits", "d/dlabels"}


# -- a broken backend

BREAKS: dict[str, Callable[[Any], Any]] = {
    "value off by 1e-5": lambda y: y * (1 + 1e-5),
    "a constant added": lambda y: y + 1e-5,
    "all zeros": lambda y: y * 0,
    "NaN": lambda y: y * np.nan,
    "an axis too many": lambda y: y[..., None],
    "float64 instead of float32": lambda y: y.astype("float64"),
    "rounded to half precision": lambda y: y.astype("float16").astype("float32"),
}


class Broken:
    """A loss whose value or gradient is spoilt."""

    def __init__(self, loss: Any, value: Any = lambda y: y, gradient: Any = lambda g: g) -> None:
        self.loss, self.spoil, self.spoil_gradient = loss, value, gradient

    def __call__(self, **operands: Any) -> Any:
        return self.spoil(self.loss(**operands))

    def gradient(self, **operands: Any) -> Any:
        found = self.loss.gradient(**operands)
        return tuple(g if g is None else self.spoil_gradient(g) for g in found)


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_value_is_caught(how: str) -> None:
    results = Matrix(SMALL, loss_of=lambda loss, backend: Broken(loss, value=BREAKS[how])).run()
    assert results.failed
    wrong = [c for c in results.cells if c.outcome == DIFFERS]
    assert {c.quantity for c in wrong} >= {"value"}
    assert all(c.why.startswith("xlogits") for c in wrong)


@pytest.mark.parametrize("how", ["value off by 1e-5", "all zeros", "NaN", "a constant added"])
def test_a_broken_gradient_is_caught(how: str) -> None:
    results = Matrix(SMALL, loss_of=lambda loss, backend: Broken(loss, gradient=BREAKS[how])).run()
    wrong = {c.quantity for c in results.cells if c.outcome == DIFFERS}
    assert wrong == {"d/dlogits", "d/dlabels"}


@pytest.mark.parametrize("backend", ["torch", "tensorflow", "jax"])
def test_a_broken_backend_module_is_caught(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel itself is replaced, so the break is met on the way that users go."""
    need(backend)
    from importlib import import_module

    module = import_module(f"xlogits.backends.{backend}")
    kernel = module.index_cross_entropy
    monkeypatch.setattr(module, "index_cross_entropy", lambda x, y, a: kernel(x, y, a) * 1.0001)
    results = Matrix(replace(SMALL, backends=(backend,))).run()
    assert {c.backend for c in results.cells if c.outcome == DIFFERS} == {backend}


def test_a_gradient_cut_on_torch_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch")
    from xlogits.backends import torch as module

    kernel = module.index_cross_entropy
    monkeypatch.setattr(module, "index_cross_entropy", lambda x, y, a: kernel(x.detach(), y, a))
    results = Matrix(replace(SMALL, backends=("torch",))).run()
    assert DIFFERS in outcomes(results)
    assert {c.quantity for c in results.cells if c.outcome == DIFFERS} == {"d/dlogits"}


def test_an_exception_that_is_not_ours_is_caught() -> None:
    def explode(value: Any) -> Any:
        raise RuntimeError("boom")

    results = Matrix(SMALL, loss_of=lambda loss, backend: Broken(loss, value=explode)).run()
    assert any("xlogits raised RuntimeError: boom" in c.why for c in results.cells)
    assert results.failed


# -- a broken record


def with_arg(native: Native, name: str, **changes: Any) -> Native:
    """The record with one parameter read wrongly."""
    args = tuple(
        replace(a, **changes) if getattr(a, "name", "") == name else a for a in native.args
    )
    return replace(native, args=args)


def with_loss(native: Native, **changes: Any) -> Native:
    return replace(native, loss=replace(native.loss, **changes))  # type: ignore[arg-type]


MEAN = {"none": Reduction("none"), "sum": Reduction("sum"), "mean": Reduction("mean_over_items")}
CCE = "keras.losses.categorical_crossentropy"
RECORDS: dict[str, tuple[str, Callable[[Native], Native]]] = {
    "class axis last": (CE, lambda n: with_loss(n, axis=-1)),
    "mean over all items": (CE, lambda n: with_arg(n, "reduction", values=MEAN)),
    "weight on the sample": (CE, lambda n: with_arg(n, "weight", to="sample_weight")),
    "ignore_index not read": (CE, lambda n: with_arg(n, "ignore_index", to="")),
    "smoothing not read": (CE, lambda n: with_arg(n, "label_smoothing", to="")),
    "size_average not read": (CE, lambda n: replace(n, together=())),
    "logits taken for probabilities": (CE, lambda n: with_loss(n, form=NATIVES[BCE].loss.form)),
    "labels without gradient": (
        CE,
        lambda n: with_loss(n, labels=Labels("inferred", gradient=False, lenient_ignore=True)),
    ),
    "log not floored": (BCE, lambda n: with_loss(n, form=replace(n.loss.form, log_floor=None))),
    "probabilities taken for logits": (BCE, lambda n: with_loss(n, form=LOGITS)),
    "mean over the last axis": (BCE, lambda n: with_loss(n, inner="mean")),
    "from_logits upside down": (
        CCE,
        lambda n: with_arg(
            n,
            "from_logits",
            values={True: n.parameter("form").values[False], False: LOGITS},  # type: ignore[index]
        ),
    ),
    "not clipped": (
        CCE,
        lambda n: with_arg(
            n,
            "from_logits",
            values={
                True: LOGITS,
                False: replace(n.parameter("form").values[False], clip=None),  # type: ignore[index]
            },
        ),
    ),
    "renormalised after the clip": (
        CCE,
        lambda n: with_arg(
            n,
            "from_logits",
            values={
                True: LOGITS,
                False: replace(n.parameter("form").values[False], renormalise="after"),  # type: ignore[index]
            },
        ),
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_broken_record_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    native, spoil = RECORDS[name]
    broken = spoil(NATIVES[native])
    if name.endswith("not read"):
        # the rows come from the record too, and one that reads less has fewer: keep those of the right
        monkeypatch.setattr("xlogits.parity.plan.reading", partial(_read_as, broken))
    else:
        monkeypatch.setitem(NATIVES, native, broken)
    results = Matrix(Selection(only=(native,), backends=("numpy",))).run()
    caught = any(c.outcome == DIFFERS for c in results.cells)
    if not caught:  # where the reference is as wrong, the original alone can tell
        need(native.partition(".")[0])
    assert caught, name


def _read_as(broken: Native, native: Native, variant: Any) -> Any:
    return variants.reading(broken if native.name == broken.name else native, variant)


# what a parameter that changes nothing may be called; anything else has to say what it changes
INERT = {"name", "scope", "loss_collection", "_stacklevel", "size_average", "reduce", "options"}


def test_parameters_that_are_not_read_are_known_to_change_nothing() -> None:
    for native in NATIVES.values():
        unread = {a.name for a in native.parameters if not a.to and not a.refuse}
        assert unread <= INERT, native.name
        assert not unread & {"size_average", "reduce"} or native.together


# -- the ledger is strict


def test_without_its_row_a_known_divergence_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch")
    monkeypatch.setattr(ledger, "ROWS", ())
    results = Matrix(SMALL).run()
    assert {c.case for c in results.cells if c.outcome == DIFFERS} == {
        "ignored row that holds NaN",
        "-inf masked classes, dense labels",
    }


def test_a_row_that_no_longer_differs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch")
    row = Divergence("nothing", (CE,), "it was mended", "nowhere", case="one class")
    monkeypatch.setattr(ledger, "ROWS", (*ledger.ROWS, row))
    results = Matrix(SMALL).run()
    stale = excuses.stale(results.cells)
    assert f"nothing: {CE}" in stale
    assert f"NaN leaks from ignored items: {CE}" not in stale
    assert Results(cells=[], stale=stale).failed


def test_a_row_covers_what_it_says_and_no_more() -> None:
    row = Divergence("x", ("f",), "", "", case="a*", dtype="float32")
    cell = Cell("f", "v", "abc", "numpy", "cpu", "float32", "eager", "value", DIFFERS)
    assert excuses.covers(row, cell)
    for change in ({"native": "g"}, {"case": "b"}, {"dtype": "float64"}):
        assert not excuses.covers(row, cell._replace(**change))


def test_every_row_has_a_reason_and_a_source() -> None:
    for row in ledger.ROWS:
        assert len(row.reason) > 40
        assert ":" not in row.name  # the report and `stale` read the name up to the first colon
        assert row.source
        for native in row.natives:
            assert native in NATIVES
    names = [row.name for row in ledger.ROWS]
    assert len(set(names)) == len(names)


# -- the parts


def test_shards_make_the_whole(tmp_path: Path) -> None:
    whole = Matrix(Selection(only=("torch*entropy*",), backends=("numpy",), quick=True)).run()
    parts = []
    for number in (1, 2, 3):
        selection = Selection(
            only=("torch*entropy*",), backends=("numpy",), quick=True, shard=(number, 3)
        )
        Matrix(selection).run().save(tmp_path / f"{number}.json")
        parts.append(Results.load(tmp_path / f"{number}.json"))
    assert sorted(merge(parts).cells, key=str) == sorted(whole.cells, key=str)


def test_rounding_is_that_of_the_dtype() -> None:
    x = np.random.default_rng(0).normal(size=500) * 100
    assert np.array_equal(rounded(x, "float16"), x.astype("float16").astype(float))
    ml_dtypes = pytest.importorskip("ml_dtypes")
    special = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1e-40, 3.3895e38])
    for values in (x, special):
        assert np.array_equal(
            rounded(values, "bfloat16"),
            values.astype(ml_dtypes.bfloat16).astype(float),
            equal_nan=True,
        )


def test_error_is_in_units_of_eps() -> None:
    one = np.ones(3)
    assert error(one, one, one, "float32") == 0
    assert error(one + 3 * 2.0**-23, one, one, "float32") == pytest.approx(3)
    assert error(one[:2], one, one, "float32") == float("inf")
    assert error(one * np.nan, one, one, "float32") == float("inf")
    assert error(one * np.nan, one * np.nan, one, "float32") == 0
    assert error(np.array([np.inf]), np.array([7e4]), np.ones(1), "float16") == 0
    assert (
        described(np.array([1.0, np.nan]), np.array([1.0, 0.3])) == "nan where the reference is 0.3"
    )
    assert described(np.zeros(0), np.zeros(())) == "shape (0,) where the reference has ()"


# -- the command


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "parity",
        "--only",
        CE,
        "--backends",
        "numpy",
        "--quick",
        "--output",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    assert "cross_entropy" in capsys.readouterr().out
    for name in ("report.json", "report.md", "report.xml"):
        assert (tmp_path / name).stat().st_size > 100


def test_the_command_fails_when_a_cell_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("torch")
    monkeypatch.setattr(ledger, "ROWS", ())
    arguments = [
        "parity",
        "--only",
        CE,
        "--backends",
        "numpy",
        "--quick",
        "--output",
        str(tmp_path),
    ]
    assert main(arguments) == 1
    assert "differ" in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["parity", "--backends", "nunpy"], "no backend is called 'nunpy'"),
        (["parity", "--device", "gpu"], "no device is called 'gpu'"),
        (["parity", "--shard", "3/2"], "'3/2' is no shard"),
        (["parity", "--only", "F.cross_entropie", "--quick"], "F.cross_entropie"),
        ([], "COMMAND"),
    ],
)
def test_calls_that_are_wrong(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    assert said in capsys.readouterr().err


@pytest.mark.long
def test_the_whole_matrix() -> None:
    need("torch", "tensorflow", "jax", "optax", "scipy", "sklearn")
    results = measure(Selection(), 0, Progress())
    differing = [c for c in results.cells if c.outcome == DIFFERS]
    assert not differing, differing[:5]
    assert results.stale == []
    refused = [cell for cell in results.cells if cell.outcome == REFUSED]
    assert all(cell.mode.startswith(TRANSLATED) for cell in refused)
    translated = [cell for cell in results.cells if cell.mode.startswith(TRANSLATED)]
    assert sum(cell.outcome == AGREE for cell in translated) >= 3000
    ran = [c for c in results.cells if c.outcome in (AGREE, KNOWN) and c.device == "cpu"]
    assert len(ran) >= 3000
    assert {c.backend for c in ran} == {"numpy", "torch", "tensorflow", "jax"}


def test_the_thousand_small_cases_are_looked_at() -> None:
    """What `python compare speed cases` times is right, and a thousandth more would be seen."""
    from compare.speed.cases import COUNT, SHAPES, WITHIN, call, drawn, worst
    from xlogits.parity import engines
    from xlogits.parity.plan import prepared

    some = list(drawn())
    assert len(some) == COUNT
    assert {operands["pred"].shape for _, operands in some} == set(SHAPES)
    for loss, operands in some[:32]:
        ready = prepared(loss, operands, "float32")
        (outcome,) = engines.load("numpy").run([call(loss, ready)], "float32", "cpu", "eager")
        assert worst(outcome, ready) <= WITHIN
        wrong = outcome._replace(value=outcome.value * 1.001)
        assert worst(wrong, ready) > WITHIN
        gradients = {"pred": outcome.gradients["pred"] + 0.001}
        assert worst(outcome._replace(gradients=gradients), ready) > WITHIN
