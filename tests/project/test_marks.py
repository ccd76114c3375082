"""Long and nightly tests run when they are asked for, and not otherwise."""

import pytest

from tests import child
from tests.conftest import ROOT

pytest_plugins = ["pytester"]
TESTS = """
import pytest

def test_short(): pass

@pytest.mark.long
def test_long(): pass

@pytest.mark.nightly
def test_nightly(): pass

@pytest.mark.long
@pytest.mark.nightly
def test_both(): pass

@pytest.mark.long_on("jax")
@pytest.mark.parametrize("fw", ["numpy", "jax"])
def test_on(fw): pass
"""
HERE = """
import pytest
from tests.conftest import pytest_collection_modifyitems
"""


@pytest.mark.parametrize(
    ("marks", "ran"),
    [
        ([], {"test_short", "test_on[numpy]"}),
        (["-m", "long"], {"test_long", "test_on[jax]"}),
        (["-m", "nightly"], {"test_nightly", "test_both"}),
        (["-m", ""], {"test_short", "test_long", "test_on[numpy]", "test_on[jax]"}),
        (["-m", "nightly and not long"], {"test_nightly"}),
    ],
)
def test_marks_choose(
    marks: list[str], ran: set[str], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*child.on_path(ROOT))
    pytester.makepyfile(TESTS)
    pytester.makeconftest(HERE)
    given = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(pytester.path), "-v"]
    done = pytester.runpytest_subprocess(*given, "-p", "no:cacheprovider", *marks, ".")
    passed = {line.split("::")[1].split()[0] for line in done.outlines if "PASSED" in line}
    assert passed == ran
