"""The pytest plugin does what it says, in whole runs of pytest inside pytest."""

import json
import os
import re
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import child
from tests.absence.hiding import environment
from tests.conftest import INSTALLED, ROOT, Framework
from xlogits.errors import DtypeError, OptionError, ShapeError
from xlogits.report import assertions, files
from xlogits.testing import Backend, assert_losses_match, assert_parity, making, options, plugin
from xlogits.testing.marks import FIXTURE
from xlogits.testing.record import listening

pytest_plugins = ("pytester",)

POINTS = entry_points(group="pytest11", name="xlogits")
PLUGIN = () if POINTS else ("-p", "xlogits.testing.plugin")
# without what makes a run slow in a process full of frameworks: collecting garbage, Hypothesis
QUICK = tuple(
    f"-pno:{name}" for name in ("cacheprovider", "unraisableexception", "hypothesispytest")
)
EACH = """
    def test_it(xlogits_backend):
        assert xlogits_backend.numbers(xlogits_backend.array([0.5, 1.5])).tolist() == [0.5, 1.5]
"""
COMPARED = """
    import pytest
    from xlogits.testing import assert_losses_match, assert_parity

    def test_same(xlogits_backend):
        assert_parity(xlogits_backend.array([1.0, 2.0]), [1.0, 2.0 + 1e-6], name="loss")

    def test_apart():
        assert_parity([1.0, 2.0], [1.0, 2.5])

    def test_shapes():
        assert_parity([1.0, 2.0], [[1.0, 2.0]])

    def test_no_array():
        assert_parity(["a"], ["b"])

    def test_expected():
        with pytest.raises(AssertionError):
            assert_parity([1.0, 2.0], [1.0, 2.5])

    @pytest.mark.xlogits_xfail("numpy", reason="known")
    def test_known(xlogits_backend):
        assert_parity([1.0, 2.0], [1.0, float("inf")])

    @pytest.fixture
    def checked():
        assert_parity([1, 2], [1, 2], name="before")
        yield
        assert_parity([1, 2], [1, 3], name="after")

    def test_around(checked):
        assert_parity(1.0, 1.0, grad=([1.0, 2.0], [1.0, 2.0]), ulp=2)

    def first(logits, labels):
        return logits[:, 0]

    def second(logits, labels):
        return logits[:, -1]

    def test_losses():
        assert_losses_match(first, first, frameworks=("numpy", "numpy"), grad=False, cases=4)

    def test_other_losses():
        assert_losses_match(first, second, frameworks=("numpy", "numpy"), grad=False, cases=4)
"""


class Runs:
    """Runs of pytest over small test files."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester, self.path = pytester, pytester.path

    def test(self, source: str, **ini: str) -> None:
        self.pytester.makepyfile(source)
        lines = "".join(f"{name} = {value}\n" for name, value in ini.items())
        self.pytester.makeini(f"[pytest]\naddopts = --strict-markers\n{lines}")

    def here(self, *arguments: str) -> pytest.RunResult:
        """A run in this process; what it imports stays, as NumPy cannot be loaded a second time."""
        modules: dict[str, Any] = {}

        class Keeping:
            def pytest_unconfigure(self) -> None:
                modules.update(sys.modules)

        self.pytester.plugins = [Keeping()]
        done = self.pytester.runpytest_inprocess(*QUICK, *PLUGIN, *arguments)
        for name, module in modules.items():
            if not str(getattr(module, "__file__", "")).startswith(str(self.path)):
                sys.modules.setdefault(name, module)
        return done

    def apart(self, *arguments: str) -> pytest.RunResult:
        self.pytester.plugins = []
        return self.pytester.runpytest_subprocess(*QUICK, *PLUGIN, *arguments)

    def report(self, name: str = "out.json") -> Any:
        return json.loads((self.path / name).read_text(encoding="utf-8"))


@pytest.fixture
def runs(pytester: pytest.Pytester) -> Runs:
    return Runs(pytester)


@pytest.fixture
def without_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (options, plugin):
        monkeypatch.setattr(module, "installed", lambda name: name != "jax")


def ids(result: pytest.RunResult) -> list[str]:
    return re.findall(r"::test_it\[(.*)\]$", str(result.stdout), re.MULTILINE)


# --- the fixture -----------------------------------------------------------------------------------


def test_every_installed_backend_in_turn(runs: Runs) -> None:
    runs.test(EACH)
    result = runs.here("--collect-only", "-q")
    assert ids(result) == list(INSTALLED)
    result = runs.here("-v", "-k", "numpy")
    result.assert_outcomes(passed=1, deselected=len(INSTALLED) - 1)
    (header,) = [line for line in result.outlines if line.startswith("xlogits: ")]
    assert f"numpy {np.__version__}" in header
    assert header.endswith(" on cpu") == (len(INSTALLED) == 4)


def test_backends_in_a_fixed_order_and_once(runs: Runs) -> None:
    runs.test(EACH)
    wanted = ",".join(reversed(INSTALLED)) + ", numpy"
    assert ids(runs.here("--collect-only", "-q", f"--xlogits-backends={wanted}")) == list(INSTALLED)


def test_arrays_of_every_backend(fw: Framework) -> None:
    fw.array([1.0], "float16")  # skips where there is none
    backend = Backend(fw.name)
    assert str(backend) == fw.name
    with making.on_device(*backend):
        made = backend.array([[0.5, 1.5]])
        assert type(made) is type(fw.array([[0.5]], "float32"))
        assert "float32" in str(made.dtype)
        assert backend.numbers(made).tolist() == [[0.5, 1.5]]
        assert backend.numbers(made).dtype == np.float64
        for dtype in ("float16", "float32", "int32", "bool"):
            assert dtype in str(backend.array([1, 0], dtype).dtype)
        assert backend.numbers(backend.array([3, -100])).tolist() == [3, -100]
        assert backend.numbers(backend.array(made, "float16")).tolist() == [[0.5, 1.5]]
    with pytest.raises(OptionError, match="dtype is 'float31'; expected float16"):
        backend.array([1.0], "float31")
    with pytest.raises(DtypeError, match="the array holds str32"):
        backend.array(["a"])
    with pytest.raises(ShapeError, match="rows of equal length"):
        backend.array([[1.0], [1.0, 2.0]])


def test_bfloat16_of_every_backend(fw: Framework) -> None:
    fw.array([1.0], "bfloat16")  # skips where there is none
    backend = Backend(fw.name)
    with making.on_device(*backend):
        half = backend.array([1.00390625 + 1e-6], "bfloat16")  # just above the middle of two
        assert backend.numbers(half).tolist() == [1.0078125]


def test_jax_has_no_silent_single_precision(fw: Framework) -> None:
    if fw.name != "jax":
        assert "float64" in str(Backend(fw.name).array([1.0], "float64").dtype)
        return
    import jax

    before = jax.config.jax_enable_x64
    try:
        jax.config.update("jax_enable_x64", False)
        with pytest.raises(OptionError, match="64-bit mode only"):
            Backend("jax").array([1.0], "float64")
        jax.config.update("jax_enable_x64", True)
        assert Backend("jax").array([1.0], "float64").dtype == np.float64
    finally:
        jax.config.update("jax_enable_x64", before)


def test_devices(runs: Runs, monkeypatch: pytest.MonkeyPatch, without_jax: None) -> None:
    runs.test("def test_it(xlogits_backend): assert xlogits_backend.device == 'cuda'")
    both = ("--xlogits-backends=numpy,torch", "--xlogits-device=cuda,cpu")
    monkeypatch.setattr(options, "installed", lambda name: True)
    assert ids(runs.here("--collect-only", "-q", *both)) == ["numpy", "torch", "torch-cuda"]
    monkeypatch.setattr(making, "has", lambda name, device: False)
    result = runs.here("-rs", "--xlogits-backends=torch", "--xlogits-device=cuda")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines("*torch finds no device cuda*")
    monkeypatch.setattr(making, "has", lambda name, device: True)
    monkeypatch.setattr(making, "import_module", None)  # this framework is not to be needed
    runs.here("--xlogits-backends=torch", "--xlogits-device=cuda").assert_outcomes(passed=1)


def test_others_may_override_the_fixture(runs: Runs) -> None:
    runs.test(
        """
        import pytest
        from xlogits.testing import Backend

        @pytest.fixture
        def xlogits_backend():
            return "mine"

        def test_it(xlogits_backend):
            assert xlogits_backend == "mine"

        @pytest.mark.parametrize("xlogits_backend", [1, 2])
        def test_direct(xlogits_backend):
            assert xlogits_backend in (1, 2)
        """
    )
    runs.here().assert_outcomes(passed=3)


def test_other_parameters_of_the_fixture(runs: Runs) -> None:
    runs.test(
        """
        import pytest
        from xlogits.testing import Backend

        @pytest.mark.parametrize("xlogits_backend", [Backend("numpy"), "numpy"], indirect=True)
        def test_it(xlogits_backend):
            assert xlogits_backend == Backend("numpy")
        """
    )
    result = runs.here()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines("*xlogits_backend is 'numpy'; expected xlogits.testing.Backend*")


def test_the_example_of_the_readme(runs: Runs) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = (
        text for text in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if FIXTURE in text
    )
    runs.test(example)
    runs.here("--xlogits-backends=numpy").assert_outcomes(passed=1)
    runs.test(example.replace("3.094923", "3.095023"))
    runs.here("--xlogits-backends=numpy").assert_outcomes(failed=1)


# --- options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            "--xlogits-backends=theano",
            "'theano' is no backend; expected numpy, torch, tensorflow, jax",
        ),
        ("--xlogits-backends=numpy,", None),
        ("--xlogits-backends=", "'' is no backend; expected numpy"),
        ("--xlogits-backends=,", "'' is no backend; expected numpy"),
        ("--xlogits-backends=numpy,jax", "jax is not installed: pip install 'xlogits[[]jax[]]'"),
        ("--xlogits-device=gpu", "'gpu' is no device; expected cpu, cuda, mps, xpu, tpu"),
        ("--xlogits-device=tpu", "none of * can use it"),
        ("--xlogits-report=", "'' is no file; expected one, such as reports/parity"),
        ("--xlogits-report=.", "'.' is no file"),
        ("--xlogits-report=reports/", "'reports/' is no file"),
        ("--xlogits-report=test_options.py/x", "*test_options.py is no folder that can be written"),
    ],
)
def test_options(runs: Runs, without_jax: None, argument: str, message: str | None) -> None:
    runs.test(EACH)
    (runs.path / "test_options.py").touch()
    result = runs.here("-k", "numpy", argument)
    if message is None:
        result.assert_outcomes(passed=1)
    else:
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(f"ERROR: {argument}: {message}*")


def test_ini_says_the_same(runs: Runs) -> None:
    runs.test(EACH, xlogits_backends="numpy", xlogits_device="cpu", xlogits_report="sub/out.json")
    below = runs.path / "below"
    below.mkdir()
    os.chdir(below)
    result = runs.here(str(runs.path))
    result.assert_outcomes(passed=1)
    assert runs.report("sub/out.json")["counts"] == {"differs": 0, "expected": 0, "same": 0}
    runs.here(str(runs.path), "--xlogits-report=out.json")
    assert (below / "out.json").exists()
    runs.test(EACH, xlogits_backends="numpy pytorch")
    result = runs.here()
    result.stderr.fnmatch_lines(
        "ERROR: xlogits_backends in tox.ini: 'pytorch' is no backend; expected *"
    )


def test_ini_in_toml(runs: Runs) -> None:
    runs.pytester.makepyfile(EACH)
    runs.pytester.makepyprojecttoml('[tool.pytest.ini_options]\nxlogits_backends = ["numpy"]\n')
    assert ids(runs.here("--collect-only", "-q")) == ["numpy"]


def test_ini_asks_for_what_is_not_installed(runs: Runs, without_jax: None) -> None:
    runs.test(EACH, xlogits_backends="numpy, jax")
    result = runs.here("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines("*jax is not installed: pip install 'xlogits?jax?' (xlogits_back*")
    result.stdout.fnmatch_lines("xlogits: numpy * on cpu; not installed: jax")


# --- markers ---------------------------------------------------------------------------------------


def test_markers(runs: Runs) -> None:
    runs.test(
        """
        import pytest

        pytestmark = pytest.mark.xlogits_skip(device="cuda")

        @pytest.mark.xlogits_only("numpy")
        def test_only(xlogits_backend):
            pass

        @pytest.mark.xlogits_only("torch")
        def test_left_out(xlogits_backend):
            assert False

        @pytest.mark.xlogits_skip("numpy", "jax", reason="no such thing")
        def test_skip(xlogits_backend):
            assert False

        @pytest.mark.xlogits_xfail("numpy", reason="known", raises=ZeroDivisionError)
        @pytest.mark.parametrize("number", [0, 1, "a"])
        def test_fails(xlogits_backend, number):
            1 / number

        @pytest.mark.xlogits_xfail("torch")
        def test_elsewhere(xlogits_backend):
            pass

        def test_without():
            pass
        """
    )
    result = runs.here("--xlogits-backends=numpy", "-rsxf")
    result.assert_outcomes(passed=3, deselected=1, skipped=1, xfailed=1, failed=2)
    result.stdout.fnmatch_lines("*no such thing*")
    result.stdout.fnmatch_lines("E *TypeError: unsupported operand*")
    result.stdout.fnmatch_lines("?XPASS(strict)? known")
    result.stdout.fnmatch_lines("FAILED *::test_fails*1*")


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("xlogits_only('pytorch')", "'pytorch' is no backend; expected numpy, torch"),
        ("xlogits_skip(reason='x')", "names no backend and no device"),
        ("xlogits_skip('torch', when=1)", "when= is unknown; expected device, reason"),
        ("xlogits_xfail('torch', strict=False)", "strict= is unknown; expected device, raises"),
        ("xlogits_skip(device='gpu')", "'gpu' is no device; expected cpu, cuda"),
    ],
)
def test_wrong_markers(runs: Runs, mark: str, message: str) -> None:
    runs.test(f"import pytest\n@pytest.mark.{mark}\ndef test_it(xlogits_backend): pass\n")
    result = runs.here("--collect-only")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(f"*::test_it: {mark.partition('(')[0]}(?backends,*: {message}*")


def test_a_marker_without_the_fixture(runs: Runs) -> None:
    source = "import pytest\n{}\ndef test_it(): pass\n"
    runs.test(source.format("@pytest.mark.xlogits_skip('torch')"))
    result = runs.here()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*the test does not use the fixture xlogits_backend")
    runs.test(source.format("pytestmark = pytest.mark.xlogits_skip('torch')"))
    runs.here().assert_outcomes(passed=1)


# --- the report ------------------------------------------------------------------------------------


def test_report(runs: Runs) -> None:
    pytest.importorskip("jinja2")
    runs.test(COMPARED)
    result = runs.here("--xlogits-backends=numpy", "--xlogits-report=out", "--junit-xml=junit.xml")
    result.assert_outcomes(passed=4, failed=4, xfailed=1, errors=1)
    result.stdout.fnmatch_lines(
        "xlogits: 12 parity comparisons, 5 differ, 2 as expected: out.html and out.json"
    )
    report = runs.report()
    assert report["counts"] == {"differs": 5, "expected": 2, "same": 5}
    assert report["backends"] == {"numpy": np.__version__}
    assert (report["tests"], report["exit_status"]) == (9, 1)
    found = {(c["test"].partition("::")[2], c["name"]): c for c in report["comparisons"]}
    same = found["test_same[numpy]", "loss"]
    assert (same["outcome"], same["test_outcome"]) == ("same", "passed")
    assert same["dtypes"] == ["float32", "float64"]
    assert same["error"] == pytest.approx(1e-6 / (1e-6 + 2e-6 * (2 + 1e-6)), rel=1e-6)
    assert same["absolute"] == pytest.approx(1e-6, rel=1e-6)
    assert same["position"] == [1]
    apart = found["test_apart", ""]
    assert (apart["outcome"], apart["test_outcome"]) == ("differs", "failed")
    assert apart["absolute"] == 0.5
    assert apart["relative"] == 0.2
    assert "1 of 2 numbers differ" in apart["message"]
    assert found["test_shapes", ""]["error"] is None
    assert "DtypeError" in found["test_no_array", ""]["message"]
    for name in ("test_expected", "test_known[numpy]"):
        assert found[name, ""]["outcome"] == "expected"
    assert found["test_known[numpy]", ""]["error"] is None  # infinite
    assert found["test_around", "before"]["phase"] == "setup"
    assert found["test_around", "gradient"]["error"] == 0
    after = found["test_around", "after"]
    assert (after["phase"], after["test_outcome"]) == ("teardown", "error")
    assert "xlogits_parity" not in (runs.path / "junit.xml").read_text()
    page = (runs.path / "out.html").read_text(encoding="utf-8")
    assert "<h1>5 of 12 parity comparisons differ</h1>" in page
    assert page.count("<tr class=") == 12
    assert page.index("test_apart") < page.index("test_expected") < page.index("test_same")


def test_one_entry_for_two_losses(runs: Runs) -> None:
    runs.test(COMPARED)
    runs.here("--xlogits-report=out.json", "-k", "test_losses or test_other_losses")
    one, other = runs.report()["comparisons"]
    assert {c["assertion"] for c in (one, other)} == {"assert_losses_match"}
    assert one["name"] == "first and first: 4 cases, the furthest loss of case 1"
    assert one["outcome"] == "same"
    assert other["name"] == "first and second: loss of case 1"
    assert other["outcome"] == "differs"
    assert other["absolute"] > 0
    assert "case 1 fails; the smallest that does" in other["message"]
    assert not (runs.path / "out.html").exists()


def test_the_largest_error_of_all_cases() -> None:
    def first(logits: Any, labels: Any) -> Any:
        return logits[:, 0]

    def near(logits: Any, labels: Any) -> Any:
        return logits[:, 0] + np.float32(1e-6) * labels

    cases = [(np.ones((1, 3), np.float32), np.array([label])) for label in (0, 2, 1)]
    with listening() as kept:
        assert_losses_match(
            first, near, frameworks=("numpy", "numpy"), cases=cases, grad=False, rtol=0, atol=1e-5
        )
    (one,) = kept
    assert one.name == "first and near: 3 cases, the furthest loss of case 2"
    assert one.error == pytest.approx(0.2, rel=0.05)
    assert not one.message


def test_workers_report_to_the_controller(runs: Runs) -> None:
    pytest.importorskip("xdist")
    runs.test(COMPARED)
    arguments = ("--xlogits-backends=numpy", "--xlogits-report=out")
    runs.here(*arguments)
    alone = [(runs.path / name).read_bytes() for name in ("out.json", "out.html")]
    for name in ("out.json", "out.html"):
        (runs.path / name).unlink()
    result = runs.apart(*arguments, "-n", "2")
    result.assert_outcomes(passed=4, failed=4, xfailed=1, errors=1)
    assert "2 workers" in str(result.stdout)
    assert [(runs.path / name).read_bytes() for name in ("out.json", "out.html")] == alone
    assert not list(runs.path.glob("**/*.tmp"))


def test_wrong_markers_under_workers(runs: Runs) -> None:
    pytest.importorskip("xdist")
    runs.test("import pytest\n@pytest.mark.xlogits_only('x')\ndef test_it(xlogits_backend): pass\n")
    result = runs.apart("-n", "2")
    result.assert_outcomes(errors=2)  # one of each worker
    result.stdout.fnmatch_lines("*'x' is no backend; expected numpy*")


def test_nothing_is_written_without_a_run(runs: Runs) -> None:
    runs.test(COMPARED)
    runs.here("--xlogits-report=out", "--collect-only")
    runs.here("-k", "test_apart").assert_outcomes(failed=1, deselected=6 + 2 * len(INSTALLED))
    assert not list(runs.path.glob("out.*"))


def test_an_interrupted_run_says_so(runs: Runs) -> None:
    runs.test(
        "from xlogits.testing import assert_parity\n"
        "def test_a(): assert_parity([1.0], [1.0])\n"
        "def test_b(): __import__('pytest').exit('enough')\n"
    )
    runs.here("--xlogits-report=out.json")
    report = runs.report()
    assert (report["exit_status"], report["counts"]["same"]) == (2, 1)
    pytest.importorskip("jinja2")
    assert "The run was interrupted" in assertions.render(report)
    assert "The run was interrupted" not in assertions.render(report | {"exit_status": 0})


def test_a_report_that_cannot_be_written_fails_the_run(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.test("def test_it(): pass")
    (runs.path / "out.json").write_text("old")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = runs.here("--xlogits-report=out.json")
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.stdout.fnmatch_lines("xlogits: the report was not written: *No space left on device")
    assert [p.name for p in runs.path.glob("*out*")] == ["out.json"]
    assert (runs.path / "out.json").read_text() == "old"


def test_a_page_needs_jinja(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "installed", lambda name: name == "numpy")
    runs.test(EACH)
    for name in ("out", "out.html"):
        result = runs.here(f"--xlogits-report={name}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines("ERROR: *the page needs Jinja2: pip install 'xlogits?report?'*")
    result = runs.here("--xlogits-report=out.json")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines("xlogits: 0 parity comparisons, 0 differ: out.json")


def test_files_are_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    files.write(path, "ä\n")
    files.write(path, "ö\n")
    assert path.read_bytes() == "ö\n".encode()
    with pytest.raises(UnicodeEncodeError):
        files.write(path, "\ud800")
    assert path.read_bytes() == "ö\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_texts_of_strangers_in_the_page() -> None:
    pytest.importorskip("jinja2")
    wild = "<script>alert(1)</script>\u202e"
    one = {
        "test": wild,
        "name": wild,
        "message": wild + "\nline",
        "allowed": wild,
        "frameworks": [wild],
        "dtypes": ["x"],
        "shapes": [[2]],
        "position": [1],
        "error": None,
        "absolute": None,
        "ulp": None,
        "phase": "setup",
        "assertion": "",
        "outcome": "differs",
        "test_outcome": "error",
    }
    counts = {"differs": 1, "expected": 0, "same": 0}
    run = {"xlogits": "0", "backends": {}, "tests": 1, "counts": counts, "exit_status": 1}
    page = assertions.render({**run, "comparisons": [one]})
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert page.count("<script>") == 1
    assert "test error in setup" in page
    assert 'content="default-src &#39;none&#39;' in page


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), "No parity assertion was made"),
        ((0, 0, 1), "The one comparison agrees"),
        ((0, 0, 1200), "All 1,200 parity comparisons agree"),
        ((0, 2, 3), "No difference but the expected ones in 5 parity comparisons"),
        ((1, 2, 3), "1 of 6 parity comparisons differs"),
    ],
)
def test_verdicts(counts: tuple[int, int, int], said: str) -> None:
    named = dict(zip(("differs", "expected", "same"), counts, strict=True))
    assert assertions.verdict({"counts": named}) == said


def test_assertions_without_a_report(runs: Runs) -> None:
    with pytest.raises(AssertionError):
        assert_parity([1.0], [2.0])
    with pytest.raises(OptionError, match="cases is empty"):
        assert_losses_match(len, len, frameworks=("numpy", "numpy"), cases=0)


# --- in other people's environments ----------------------------------------------------------------


@pytest.fixture
def entry(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry point of pyproject.toml as an installation has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["pytest11"]
    folder = runs.path / "site" / "xlogits_entry-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: xlogits-entry\nVersion: 0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (folder / "entry_points.txt").write_text(f"[pytest11]\n{lines}")
    monkeypatch.setenv(*child.on_path(ROOT, folder.parent))


def test_loading_it_imports_nothing_else(runs: Runs, entry: None) -> None:
    runs.test("def test_it(xlogits_backend): pass")
    heavy = {"numpy", "torch", "tensorflow", "jax", "keras", "jinja2"}
    code = (
        "import pytest, sys\n"
        "code = pytest.main(['--collect-only', '-q', '-p', 'no:hypothesispytest'])\n"
        f"print(int(code), sorted({heavy} & set(sys.modules)))\n"
        "print(sorted(m for m in sys.modules if m.startswith('xlogits')))"
    )
    result = runs.pytester.run(sys.executable, "-c", code)
    assert ids(result) == list(INSTALLED)
    rooms = (f".testing.{part}" for part in ("backend", "marks", "options", "plugin"))
    parts = ("", ".frameworks", ".testing", *rooms)
    assert result.outlines[-2:] == ["0 []", str([f"xlogits{part}" for part in parts])]


def test_it_can_be_left_out(runs: Runs, entry: None) -> None:
    runs.test(EACH)
    result = runs.pytester.runpytest_subprocess("-p", "no:xlogits", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*fixture 'xlogits_backend' not found")
    assert "xlogits: numpy" not in str(result.stdout)


@pytest.mark.parametrize("absent", ["torch", "tensorflow", "jax"])
@pytest.mark.parametrize("extent", ["numpy", pytest.param("all", marks=pytest.mark.long)])
def test_with_a_framework_absent(
    runs: Runs, absent: str, extent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one is not there; the long test runs all others, the short one collects them."""
    runs.test(
        EACH + "    def test_gone():\n"
        f"        import pytest\n"
        f"        with pytest.raises(ImportError):\n"
        f"            import {absent}\n"
    )
    for variable, value in environment([absent]).items():
        monkeypatch.setenv(variable, value)
    rest = [name for name in INSTALLED if name != absent]
    chosen = ["-k", "numpy or gone"] if extent == "numpy" else []
    result = runs.apart("-v", *chosen)
    result.assert_outcomes(
        passed=2 if chosen else len(rest) + 1, deselected=len(rest) - 1 if chosen else 0
    )
    result.stdout.re_match_lines([rf"xlogits: numpy .* on cpu; not installed: .*{absent}"])
    if extent == "all":
        return
    result = runs.apart(f"--xlogits-backends=numpy,{absent}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(f"ERROR: --xlogits-backends=*: {absent} is not installed: pip *")


@pytest.mark.long
def test_all_backends_in_one_run(runs: Runs) -> None:
    runs.test(
        """
        from xlogits.testing import assert_parity

        def test_it(xlogits_backend):
            import xlogits as xl

            logits = [[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]]
            given = xlogits_backend.array(logits), xlogits_backend.array([0, 2])
            assert_parity(xl.softmax_cross_entropy(*given), [0.407605964, 3.094922969])
        """
    )
    result = runs.apart("--xlogits-report=out.json")
    result.assert_outcomes(passed=len(INSTALLED))
    kinds = {comparison["frameworks"][0] for comparison in runs.report()["comparisons"]}
    assert kinds == set(INSTALLED)
