"""No test is imported: what several tests need stands in tests/data or in a module named for it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

FILES = sorted(
    path
    for folder in ("tests", "compare", "xlogits")
    for path in (ROOT / folder).rglob("*.py")
    if "golden" not in path.parts
)
# in the text of a program that a test runs in a process of its own, too
IMPORT = re.compile(r"^\s*(?:from|import)\s+(tests\.[\w.]+)(?:\s+import\s+(.*))?", re.MULTILINE)


def _names(text: str) -> Iterator[str]:
    """Every module of the tests that a text imports, as a statement or inside one of its strings."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for module, names in IMPORT.findall(node.value):
                yield from (f"{module}.{name.strip()}" for name in (names or "").split(","))


def _tests(text: str) -> list[str]:
    """The test modules among them."""
    if "test_" not in text:  # most files, and reading one takes its time
        return []
    return [name for name in _names(text) if re.match(r"tests\.(\w+\.)*test_\w+", name)]


def test_no_module_imports_a_test() -> None:
    found = {path: _tests(path.read_text(encoding="utf-8")) for path in FILES}
    assert len(found) > 300
    assert not {path: names for path, names in found.items() if names}


# NAME becomes a test's, which stands in no string of this file
@pytest.mark.parametrize(
    "text",
    [
        "from tests.losses.NAME import X\n",
        "from tests.losses import NAME\n",
        "from tests.losses import agreement, NAME\n",
        "def f():\n    import tests.losses.NAME\n",
        "CODE = '''\nimport sys\nfrom tests.losses.NAME import X\n'''\n",
        "CODE = 'from tests.losses import agreement, NAME'\n",
    ],
)
def test_an_import_of_a_test_is_found(text: str) -> None:
    assert _tests(text.replace("NAME", "test_options"))
    assert not _tests(text.replace("NAME", "options"))


def test_the_name_of_a_file_is_no_import() -> None:
    assert not _tests("CODE = 'python tests tests/losses/test_options.py'\n")
