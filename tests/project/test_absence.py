"""A hidden framework is absent in every process, and a run in which too few tests passed fails."""

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import child
from tests.__main__ import main, runs_alone
from tests.absence.hiding import Unknown, environment, packages, taken
from tests.absence.summary import alone, asks, least, missing, shortfall, skipped, unread
from tests.conftest import INSTALLED, ROOT, need

pytest_plugins = ["pytester"]
FRAMEWORKS = ("torch", "tensorflow", "jax")
LOOK = """
import json, subprocess, sys
from importlib import import_module, metadata
from importlib.util import find_spec

def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""

def imported(name):
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        return error.name
    return ""

names = ["torch", "tensorflow", "keras", "jax", "jaxlib", "optax", "ml_dtypes", "numpy"]
found = {
    "specs": [name for name in names if find_spec(name)],
    "versions": [name for name in (*names, "tensorflow-cpu") if version(name)],
    "refused": [imported(name) for name in ("torch", "torch.nn", "keras.losses") if sys.argv[1:]],
    "all": sorted(d.name for d in metadata.distributions()),
}
print(json.dumps(found))
"""


def seen(words: list[str], *arguments: str, deep: bool = False) -> dict[str, list[str]]:
    """What a process finds, or one that it starts, with these frameworks hidden."""
    code = LOOK
    if deep:
        start = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], 'x'])"
        arguments = (LOOK, *arguments)
        code = start
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | environment(words),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("deep", [False, True])
def test_hidden_frameworks_are_not_there(deep: bool) -> None:
    found = seen(list(FRAMEWORKS), "x", deep=deep)
    assert found["specs"] == ["numpy"]
    assert found["versions"] == ["numpy"]
    assert found["refused"] == ["torch", "torch", "keras"]
    assert not {"torch", "jax", "keras", "tensorflow-cpu", "tensorflow_cpu"} & set(found["all"])
    assert "numpy" in found["all"]


def test_the_others_are_still_there() -> None:
    """The control: it is the hiding that keeps them away, and nothing else of it."""
    for hidden in FRAMEWORKS:
        found = seen([hidden])
        assert hidden not in found["specs"]
        assert set(INSTALLED) - {hidden} <= set(found["specs"])
    assert ("ml_dtypes" in seen(["jax"])["specs"]) == ("tensorflow" in INSTALLED)


def specs(environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout)["specs"])


def test_processes_of_tests_do_not_find_them_either(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("torch")
    for word, value in environment(["torch"]).items():
        monkeypatch.setenv(word, value)
    assert "torch" not in specs(child.environment(tmp_path, LINES="30"))
    # the control: with PYTHONPATH set anew they would
    assert "torch" in specs({**os.environ, child.on_path()[0]: str(tmp_path)})


def unhiding(source: str) -> list[int]:
    """The lines that name PYTHONPATH, or start a process with variables of their own alone."""
    name, found = child.on_path()[0], []
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in told else ""
        if isinstance(text, str) and name in text:
            found.append(node.lineno)
        if isinstance(node, ast.keyword) and node.arg == name:
            found.append(node.lineno)
        if isinstance(node, ast.keyword) and node.arg == "env" and isinstance(node.value, ast.Dict):
            found += [] if None in node.value.keys else [node.lineno]  # None: **others
    return found


def test_no_test_sets_the_path_of_a_process_otherwise() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): unhiding(path.read_text(encoding="utf-8"))
        for path in (ROOT / "tests").rglob("*.py")
    }
    assert [path for path, lines in found.items() if lines] == ["tests/child.py"]


@pytest.mark.parametrize(
    "line",
    [
        "env = os.environ | {'NAME': 'x'}",
        "run(command, env={'HOME': 'x'})",
        "dict(os.environ, NAME='x')",
        "monkeypatch.setenv('NAME', 'x')",
        "code = 'os.environ.pop(\"NAME\")'",
    ],
)
def test_a_path_that_is_set_is_found(line: str) -> None:
    assert unhiding(line.replace("NAME", child.on_path()[0]))
    assert not unhiding("run(command, env={**os.environ, 'HOME': 'x'})")


def test_what_each_word_hides() -> None:
    assert {"torch", "torchvision"} <= set(packages(["torch"]))
    assert {"tensorflow", "keras"} <= set(packages(["tensorflow"]))
    assert {"jax", "jaxlib", "optax", "flax"} <= set(packages(["jax"]))
    assert "ml_dtypes" not in packages(["jax", "torch"])
    assert "ml_dtypes" in packages(["jax", "tensorflow"])
    assert packages(["scipy"]) == ("scipy",)
    for wrong in ("numpy", "tensorflow-cpu", ""):
        with pytest.raises(Unknown, match="--hide"):
            packages([wrong])
    with pytest.raises(Unknown, match="expected names"):
        taken(["-x", "--hide"])


def test_the_command_says_what_is_wrong() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests"), "--hide", "numpy"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("--hide 'numpy': expected some of torch,tensorflow,jax")


def test_later_runs_take_the_file_that_the_first_wrote(tmp_path: Path) -> None:
    passed = tmp_path / "passed.txt"
    passed.write_text("", encoding="utf-8")
    words = runs_alone(passed)["torch"]
    tests = [sys.executable, str(ROOT / "tests")]
    done = subprocess.run([*tests, *words, "--markers"], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    apart = [*words[:2], *words[2].split("=")]
    done = subprocess.run([*tests, *apart, "--markers"], capture_output=True, text=True)
    assert "unrecognized arguments: --passed" in done.stderr


def test_what_is_loaded_cannot_be_hidden() -> None:
    code = "import sys, types; sys.modules['jax'] = types.ModuleType('jax')\n"
    code += "from tests.absence.hiding import hide; hide(['jax'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "too late to hide jax" in done.stderr


# -- what ran


def report(reason: str) -> SimpleNamespace:
    return SimpleNamespace(longrepr=("test_it.py", 3, f"Skipped: {reason}"))


def test_skipped_tests_are_counted_by_what_is_missing() -> None:
    found = skipped(
        [
            report("torch is not installed"),
            report("keras is not installed"),
            report("tensorflow is not installed: pip install xlogits[tensorflow]"),
            report("could not import 'optax.losses': No module named 'optax'"),
            report("scikit-learn is not installed"),
            report("PyTorch's own function raises its own error"),
            SimpleNamespace(longrepr="reason unknown"),
        ]
    )
    expected = {"torch": 1, "tensorflow": 2, "jax": 1, "scikit-learn": 1, "": 2}
    assert found == Counter(expected)


@pytest.mark.parametrize(
    ("run", "passed", "told"),
    [
        ("numpy", 100, ""),
        ("numpy", 99, "99 tests passed with numpy alone; at least 100 have to"),
        ("torch", 1000, "no number for 'torch'"),
        ("", 0, ""),  # several frameworks
    ],
)
def test_too_few_are_told(run: str, passed: int, told: str) -> None:
    found = shortfall(run, passed, {"numpy": 100})
    assert told in found
    assert bool(found) == bool(told)


def test_every_framework_alone_has_its_number() -> None:
    numbers = least()
    assert {"numpy", *FRAMEWORKS} <= set(numbers)
    assert min(numbers.values()) > 5000
    assert all(numbers[name] > numbers["numpy"] for name in FRAMEWORKS)


TESTS = """
import pytest

INSTALLED = ["numpy"]

def test_passes():
    pass

def test_asks():
    assert INSTALLED

@pytest.mark.skip(reason="jax is not installed")
def test_skips():
    pass
"""


def run(pytester: pytest.Pytester, name: str, *arguments: str) -> pytest.RunResult:
    """The tests above as if this framework were the only one."""
    pytester.makepyfile(TESTS)
    pytester.makeconftest(
        "import pathlib\nfrom tests.absence import summary\nfrom tests.absence.summary import *\n"
        f"summary.LEAST = pathlib.Path('least.json')\nsummary.alone = lambda: {name!r}\n"
    )
    return pytester.runpytest_subprocess(*arguments, "-v", "-p", "no:cacheprovider")


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*child.on_path(ROOT))


@pytest.mark.parametrize(("number", "status"), [(2, 0), (3, 1)])
def test_a_run_fails_if_too_few_passed(
    number: int, status: int, pytester: pytest.Pytester, on_path: None
) -> None:
    (pytester.path / "least.json").write_text(json.dumps({"numpy": number}))
    done = run(pytester, "numpy", "--least")
    assert done.ret == status
    done.stdout.fnmatch_lines("2 tests passed; skipped: 1 without jax")
    told = "numpy alone: 2 have to pass" if not status else "2 tests passed with numpy alone; *"
    done.stdout.fnmatch_lines(told)


def test_a_run_with_several_frameworks_has_no_number(
    pytester: pytest.Pytester, on_path: None
) -> None:
    (pytester.path / "least.json").write_text(json.dumps({"numpy": 1000}))
    done = run(pytester, "", "--least")
    assert done.ret == 0
    done.stdout.fnmatch_lines("several frameworks: there is no number that has to pass")
    assert run(pytester, "numpy", "--least").ret == 1


@pytest.mark.parametrize(
    ("arguments", "least"),
    [
        ([], True),
        (["-q", "-x"], True),
        (["-qx", "--tb=short", "--durations=20"], True),
        (["--passed=passed.txt"], True),
        (["-m", "long"], False),  # whole as well, but other tests
        (["tests/port"], False),
        (["-k", "softmax"], False),
        (["-m", "nightly"], False),
        (["--lf"], False),
        (["-q", "tests/port/test_scan.py::test_it"], False),
    ],
)
def test_a_whole_run_has_its_number(
    arguments: list[str], least: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(pytest, "main", lambda words: given.extend(words) or 0)
    monkeypatch.setattr("tests.absence.hiding.hide", lambda words: None)
    assert main(["--hide", "torch,tensorflow,jax", *arguments]) == 0
    assert ("--least" in given) == least
    given.clear()
    assert main(arguments) == 0
    assert "--least" not in given


def test_what_passed_with_numpy_alone_is_not_run_again(
    pytester: pytest.Pytester, on_path: None
) -> None:
    """But for what asks what is installed; both runs count."""
    (pytester.path / "least.json").write_text(json.dumps({"numpy": 2, "torch": 2}))
    first = run(pytester, "numpy", "--least", "--passed", "passed.txt")
    first.assert_outcomes(passed=2, skipped=1)
    second = run(pytester, "torch", "--least", "--passed", "passed.txt")
    second.assert_outcomes(passed=1, skipped=1, deselected=1)
    second.stdout.fnmatch_lines("*test_asks PASSED*")
    second.stdout.fnmatch_lines("2 tests passed, 2 of them before, with NumPy alone; skipped: *")
    assert second.ret == 0
    (pytester.path / "least.json").write_text(json.dumps({"torch": 3}))
    assert run(pytester, "torch", "--least", "--passed", "passed.txt").ret == 1


def test_a_test_that_asks_what_is_installed_is_found() -> None:
    def inside() -> list[bool]:
        return [any(name in INSTALLED for name in "ab") for _ in "c"]

    assert asks(inside.__code__)
    assert not asks(seen.__code__)


# -- examples


def test_files_of_a_missing_framework_are_not_searched(tmp_path: Path) -> None:
    files = {
        "missing.py": "import no_such_package.inner\n",
        "late.py": "def f():\n    import no_such_package\n",
        "from.py": "from no_such_package import x\n",
        "there.py": "import numpy\nfrom tests.data import small\n",
        "test_it.py": "import no_such_package\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = unread(sorted(tmp_path.iterdir()))
    assert {path.name: names for path, names in found.items()} == {
        "missing.py": {"no_such_package"},
        "from.py": {"no_such_package"},
    }


def test_only_a_missing_framework_leaves_files_out() -> None:
    for path, names in unread((ROOT / "xlogits").rglob("*.py")).items():
        assert names <= set(FRAMEWORKS), f"{path} needs {names}"


def test_the_name_of_a_run() -> None:
    there = [name for name in FRAMEWORKS if not missing(name)]
    assert (alone() == "") == (len(there) > 1)
    assert alone().startswith("numpy" if not there else there[0]) or len(there) > 1
    need("scipy", "sklearn")
    assert "without" not in alone()
