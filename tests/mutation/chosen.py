"""The tests that mutants are tried on, and those that are left over when some of them are left out."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = tuple(
    f"tests/{name}.py"
    for name in (
        *("losses/test_against_reference", "losses/test_error_words", "losses/test_margin"),
        *("losses/test_regression", "losses/test_sequence", "losses/test_divergence"),
        *("losses/test_linear", "losses/test_gradient", "catalogue/test_records"),
        *("losses/test_options", "losses/test_bounds_and_ties", "losses/test_not_finite"),
        *("losses/test_unknown_sizes", "losses/test_refusals", "losses/test_defaults"),
    )
)
SOON = ("defaults.py", "refusals.py")  # what a new import is tried on first: soon collected


def without(words: Iterable[str]) -> list[str]:
    """The tests but for some files, and for those that are built on one: a test, data, or a helper.

    >>> sorted(set(TESTS) - set(without(["defaults"])))
    ['tests/losses/test_defaults.py']
    """
    left = set(TESTS)
    for word in words:
        files = {path for path in ROOT.glob("tests/*/*.py") if path.stem in (word, f"test_{word}")}
        gone = {test for test in TESTS if files & _built_on(ROOT / test)}
        if not gone:
            raise SystemExit(f"no test file of {len(TESTS)} is called {word} or built on it")
        left -= gone
    return [test for test in TESTS if test in left]


@cache
def _built_on(path: Path) -> frozenset[Path]:
    """A file and all of tests/ that it imports, directly or by what it imports."""
    found = {path}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            files = [ROOT / f"{(name or '').replace('.', '/')}.py" for name in names]
            found |= {one for file in files if file.exists() for one in _built_on(file)}
    return frozenset(found)
