"""Imports point one way, as read from the source, and importing loads nothing that is not needed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from tests.conftest import ROOT, need
from xlogits import frameworks as records

PACKAGE = ROOT / "xlogits"

# What each room imports of the others, from the ground floor up; `errors` and `frameworks` are free for
# all. A room is a part of the package, or a folder of one where that has an order of its own. Nothing
# else is allowed, and a permission that nobody needs fails too.
FREE = ("errors", "frameworks")
MAY: dict[str, set[str]] = {
    "errors": set(),
    "frameworks": set(),
    "precision": set(),
    "_bootstrap": set(),
    "arrays": {"precision"},
    "backends": set(),
    "reduction": {"backends"},
    "types": {"reduction"},
    "lists": {"backends"},
    "losses.parts": {"backends", "precision", "reduction", "types"},
    "losses": {"backends", "losses.parts", "precision", "reduction", "types"},
    "api": {"backends", "lists", "losses", "types"},
    "catalogue": {"losses", "reduction"},
    "formulas": {"losses"},
    "gradient": {"backends", "catalogue", "lists", "losses", "types"},
    "dialects": {"backends", "catalogue"},
    "ledger": set(),
    "reference": {"losses", "losses.parts"},
    "cases": {"losses", "losses.parts"},
    "translation": {
        "cases",
        "catalogue",
        "formulas",
        "ledger",
        "losses",
        "losses.parts",
        "reduction",
        "reference",
    },
    "concepts": set(),
    "naming": {
        "catalogue",
        "concepts",
        "formulas",
        "ledger",
        "losses",
        "losses.parts",
        "reduction",
        "translation",
    },
    "report": {"catalogue", "ledger"},
    "parity.engines": set(),
    "parity": {
        *("cases", "catalogue", "ledger", "losses", "losses.parts", "parity.engines", "precision"),
        *("reference", "report", "translation"),
    },
    "port.read": {"catalogue", "losses", "translation"},
    "port.decide": {"catalogue", "port.read", "translation"},
    "port.write": {"port.decide", "port.read"},
    "port": {"parity", "port.decide", "port.read", "port.write", "translation"},
    "diagnosis": {
        *("arrays", "backends", "catalogue", "losses", "losses.parts", "precision"),
        *("reduction", "translation"),
    },
    "testing": {"arrays", "diagnosis", "gradient", "precision", "report"},
    "cli": {"diagnosis", "naming", "parity", "port"},
    "__init__": {
        *("api", "diagnosis", "dialects", "gradient", "losses", "naming", "translation"),
    },
    "__main__": {"cli"},
}

# The frameworks, and the rooms that import them. A folder of `backends`, and a file of
# `parity/engines`, imports its own; NumPy is there for everybody who makes arrays.
FRAMEWORKS = {*records.FRAMEWORKS, "ml_dtypes"} - {"numpy", records.OURS}
OWN = {"numpy": {"ml_dtypes"}}  # what else is a framework's own
NUMPY = {
    *("arrays", "cases", "diagnosis", "naming", "parity", "parity.engines", "precision"),
    *("reference", "testing", "translation"),
}
WITHOUT_NUMPY = {"torch", "tensorflow"}  # the backends that have no need of it
# what imports a framework by a name that is computed: `resolve`, and arrays for users' tests
BY_NAME = {
    "parity/natives.py",
    "parity/proofs.py",
    "testing/making.py",
    "parity/engines/tensorflow.py",
}


@cache
def imports(source: str) -> tuple[str, ...]:
    """Every module that a file imports: late, under TYPE_CHECKING and by string too."""
    return tuple(dict.fromkeys(_imports(ast.parse(source))))


def _imports(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: _text(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." * node.level) + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield _text(node.args[0])
        elif isinstance(
            node, ast.List | ast.Tuple
        ):  # a command: python -m xlogits.part, or -c code
            for word, then in pairwise(node.elts):
                if _text(word) == "-m":
                    yield _text(then)
                if _text(word) == "-c":
                    code = constants.get(getattr(then, "id", ""), _text(then))
                    yield from re.findall(r"(?:from|import) (xlogits\.[\w.]+)", code)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    """A string, as far as it stands in the source; "?" is what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (_text(v) if isinstance(v, ast.Constant) else "?" for v in node.values)
        return "".join(parts).partition(".?")[0]
    return "?"


def _room(words: tuple[str, ...]) -> str:
    """The room that a path or a dotted name lies in: the folder of its own order, or the part."""
    return ".".join(words[:2]) if ".".join(words[:2]) in MAY else words[0]


def _rooms_of(place: str, source: str) -> Iterator[tuple[str, str]]:
    """The rooms that a file imports, each with the module."""
    own = _room(tuple(place.removesuffix(".py").split("/")))
    for name in imports(source):
        words = tuple(name.split("."))
        if words[0] != "xlogits" or len(words) == 1:
            continue
        room = _room(words[1:])
        if room in MAY and room not in (own, *FREE):
            yield room, name


def complaints(place: str, source: str) -> list[str]:
    """What is wrong with the imports of a file, `place` being its path in the package."""
    parts = tuple(place.removesuffix(".py").split("/"))
    own = _room(parts)
    found = [
        f"{place} imports {name}, and {own} may not import {room}"
        for room, name in _rooms_of(place, source)
        if room not in MAY[own]
    ]
    home = parts[1] if parts[0] == "backends" and len(parts) > 2 else ""
    home = parts[2] if parts[:2] == ("parity", "engines") and len(parts) > 2 else home
    for name in imports(source):
        root = name.partition(".")[0]
        if name.startswith("."):
            found.append(f"{place} has a relative import")
        if root in {"compare", "tests"}:
            found.append(f"{place} imports {name}")
        if root == "?" and place not in BY_NAME:
            found.append(f"{place} imports a module whose name is computed")
        if root in FRAMEWORKS - {home, *OWN.get(home, ())} and place not in BY_NAME:
            found.append(f"{place} imports {name}")
        numpy = own in NUMPY or (parts[0] == "backends" and home not in {"", *WITHOUT_NUMPY})
        if root == "numpy" and not numpy:
            found.append(f"{place} imports {name}")
    return found


FILES = sorted(PACKAGE.rglob("*.py"))
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in FILES}


@pytest.mark.parametrize("place", SOURCES)
def test_imports_point_one_way(place: str) -> None:
    assert not complaints(place, SOURCES[place])


def test_no_two_rooms_import_each_other() -> None:
    TopologicalSorter(MAY).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter(MAY | {"ledger": {"report"}}).prepare()


def test_every_permission_is_needed() -> None:
    used: dict[str, set[str]] = {room: set() for room in MAY}
    for place, source in SOURCES.items():
        own = _room(tuple(place.removesuffix(".py").split("/")))
        used[own] |= {room for room, _ in _rooms_of(place, source)}
    assert used == MAY


WRONG = {
    "torch in NumPy's rows": ("backends/numpy/rows.py", "import torch"),
    "TensorFlow in PyTorch's folder": ("backends/torch/quick.py", "import tensorflow as tf"),
    "JAX in TensorFlow's folder": ("backends/tensorflow/chunked.py", "import jax.numpy as jnp"),
    "Keras in TensorFlow's folder": ("backends/tensorflow/__init__.py", "import keras"),
    "optax in JAX's folder": ("backends/jax/quick.py", "def f():\n    import optax"),
    "SciPy in NumPy's folder": ("backends/numpy/each.py", "from scipy.special import expit"),
    "scikit-learn in a loss": ("losses/softmax.py", "import sklearn.metrics"),
    "NumPy in PyTorch's folder": ("backends/torch/__init__.py", "import numpy as np"),
    "a framework by string": ("losses/softmax.py", "import_module('torch')"),
    "a module whose name is computed": ("losses/softmax.py", "import_module(name)"),
    "the ledger looks up at the report": ("ledger/row.py", "from xlogits.report import results"),
    "the report looks up at the matrix": ("report/html.py", "import xlogits.parity.matrix"),
    "translation looks up at the matrix": ("translation/call.py", "import xlogits.parity"),
    "a backend looks up at a loss": ("backends/__init__.py", "from xlogits import losses"),
    "parts look up at the losses": ("losses/parts/loss.py", "from xlogits.losses import softmax"),
    "reading looks up at decisions": (
        "port/read/calls.py",
        "from xlogits.port.decide import change",
    ),
    "under TYPE_CHECKING alone": (
        "catalogue/record.py",
        "if TYPE_CHECKING:\n    from xlogits.dialects import build",
    ),
    "by string": ("reference/items.py", "import_module(f'xlogits.parity.engines.{name}')"),
    "by python -c": (
        "report/html.py",
        "CODE = 'from xlogits.parity import matrix'\ncommand = [python, '-c', CODE]",
    ),
    "by python -m": ("translation/tidy.py", "command = [python, '-m', 'xlogits.parity.proofs']"),
    "the front door": ("__init__.py", "from xlogits.port import source"),
    "a relative import": ("losses/softmax.py", "from . import sigmoid"),
    "a test": ("diagnosis/steps.py", "from tests.conftest import ROOT"),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_rules_can_fail(what: str) -> None:
    place, line = WRONG[what]
    assert place in SOURCES
    assert not complaints(place, SOURCES[place])
    assert complaints(place, f"{SOURCES[place]}\n{line}\n")


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
