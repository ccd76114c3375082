"""Imports point one way, as read from the source, and importing loads nothing that is not needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, need

PACKAGE = ROOT / "xlogits"
FRAMEWORKS = {
    "torch",
    "tensorflow",
    "jax",
    "keras",
    "optax",
    "scipy",
    "sklearn",
    "numpy",
    "ml_dtypes",
}

NUMPY = ("diagnosis", "naming", "parity", "report", "testing", "translation")  # may import it

# what each part may import of the others; `errors` is free for all
MAY: dict[str, set[str]] = {
    "errors": set(),
    "reduction": set(),
    "backends": set(),
    "losses": {"backends", "reduction"},
    "api": {"backends", "losses"},
    "catalogue": {"losses", "reduction"},
    "gradient": {"backends", "catalogue", "losses"},
    "dialects": {"backends", "catalogue"},
    "translation": {"catalogue", "losses", "parity", "reduction"},
    "parity": {"catalogue", "losses", "report", "translation"},
    "report": {"parity"},
    "naming": {"catalogue", "losses", "translation"},
    "source": {"catalogue", "losses", "parity", "translation"},
    "diagnosis": {"backends", "catalogue", "losses", "reduction", "translation"},
    "testing": {"diagnosis", "gradient", "report"},
    "cli": {"diagnosis", "naming", "parity", "source"},
    "_bootstrap": set(),
}


def _imports(path: Path) -> Iterator[str]:
    """Every module a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    part = _part(path)
    if part in ("__init__", "__main__"):
        return
    for name in _imports(path):
        words = name.split(".")
        if words[0] == "xlogits" and len(words) > 1 and (PACKAGE / words[1]).exists():
            assert words[1] in {part, "errors", *MAY[part]}, f"{path} imports {name}"
        if words[0] == "xlogits" and (PACKAGE / f"{words[-1]}.py").exists() and len(words) == 2:
            assert words[1] in {part, "errors", *MAY[part]}, f"{path} imports {name}"
        assert words[0] not in {"compare", "tests"}, f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_backends_and_engines_import_a_framework(path: Path) -> None:
    place = path.relative_to(PACKAGE).parts
    for name in _imports(path):
        root = name.split(".")[0]
        if root not in FRAMEWORKS:
            continue
        own = place[0] == "backends" and path.stem.split("_")[0] in {root, "numpy", "jax"}
        engine = place[:2] == ("parity", "engines")
        numpy = root == "numpy" and place[0] in NUMPY
        half = root == "ml_dtypes" and path.stem == "numpy"
        assert own or engine or numpy or half, f"{path} imports {name}"


def test_the_rules_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    import torch\n    from xlogits.dialects import torch as t\n")
    assert {"torch", "xlogits.dialects", "xlogits.dialects.torch"} <= set(_imports(bad))


def _fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_importing_loads_nothing_from_outside() -> None:
    code = (
        "import sys; before = set(sys.modules); import xlogits; "
        "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before} - {'xlogits'}))"
    )
    assert _fresh(code) == "[]"


def test_the_first_array_loads_its_framework_only() -> None:
    code = (
        "import numpy as np, sys, xlogits as xl; "
        "xl.softmax_cross_entropy(np.zeros((1, 2)), np.array([0])); "
        "print(sorted({'torch', 'tensorflow', 'jax', 'keras', 'scipy'} & set(sys.modules)))"
    )
    assert _fresh(code) == "[]"


def test_dialects_load_no_framework() -> None:
    code = (
        "import sys; from xlogits.dialects.torch.nn import functional as F; "
        "import xlogits.dialects.keras.losses, xlogits.dialects.tensorflow.compat.v1.losses; "
        "print(sorted({'torch', 'tensorflow', 'jax', 'keras', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    assert _fresh(code) == "[]"


def test_every_public_name_is_there() -> None:
    import xlogits as xl

    for name in xl.__all__:
        assert getattr(xl, name) is not None
    assert set(xl.__all__) <= set(dir(xl))
    with pytest.raises(AttributeError, match="no attribute 'softmx'"):
        _ = xl.softmx  # type: ignore[attr-defined]


def test_the_first_tensor_does_not_load_a_compiler() -> None:
    need("torch")
    code = (
        "import torch, sys, xlogits as xl; "
        "xl.softmax_cross_entropy(torch.zeros(1, 2), torch.tensor([0])); "
        "print('torch._dynamo' in sys.modules)"
    )
    assert _fresh(code) == "False"
