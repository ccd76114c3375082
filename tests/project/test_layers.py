"""Imports point one way, as read from the source, and importing loads nothing that is not needed."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from tests.absence import hiding
from tests.conftest import ROOT, need
from xlogits import frameworks as records

PACKAGE = ROOT / "xlogits"

# What each room imports of the others, from the ground floor up; `errors` and `frameworks` are free for
# all. A room is a part of the package, or a folder or file of one where that has an order of its own.
# Nothing else is allowed, and a permission that nobody needs fails too.
FREE = ("errors", "frameworks")
MAY: dict[str, set[str]] = {
    "errors": set(),
    "frameworks": set(),
    "precision": set(),
    "_bootstrap": set(),
    "arrays": {"precision"},
    "backends.protocol": set(),
    "backends.seen": {"backends.protocol"},
    # each backend's folder, of which none knows another
    **{f"backends.{name}": {"backends.protocol"} for name in records.BACKENDS},
    "backends.torch": {"backends.protocol", "backends.seen"},
    "backends": {
        *("backends.protocol", "backends.seen"),
        *(f"backends.{name}" for name in records.BACKENDS),
    },
    "reduction": {"backends.protocol"},
    "types": {"reduction"},
    "lists": {"backends", "backends.numpy", "backends.protocol"},
    "losses.parts": {"backends", "backends.protocol", "precision", "reduction", "types"},
    "losses": {"backends", "backends.protocol", "losses.parts", "precision", "reduction", "types"},
    "api": {"backends", "lists", "losses", "types"},
    "catalogue": {"losses", "reduction"},
    "formulas": {"losses"},
    "gradient": {"backends", "backends.protocol", "catalogue", "lists", "losses", "types"},
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
        "cases",
        "catalogue",
        "ledger",
        "losses",
        "losses.parts",
        "parity.engines",
        "precision",
        "reference",
        "report",
        "translation",
    },
    "port.read": {"catalogue", "losses", "translation"},
    "port.decide": {"catalogue", "port.read", "translation"},
    "port.write": {"port.decide", "port.read"},
    "port": {"parity", "port.decide", "port.read", "port.write", "translation"},
    "diagnosis": {
        "arrays",
        "backends.numpy",
        "catalogue",
        "losses",
        "losses.parts",
        "precision",
        "reduction",
        "translation",
    },
    "testing": {"arrays", "diagnosis", "gradient", "precision", "report"},
    "cli": {"diagnosis", "naming", "parity", "port"},
    "__init__": {"api", "diagnosis", "dialects", "gradient", "losses", "naming", "translation"},
    "__main__": {"cli"},
}

# The frameworks, and the rooms that import them. A folder of `backends`, and a file of
# `parity/engines`, imports its own; NumPy is there for everybody who makes arrays.
OF_NUMPY = "ml_dtypes"  # NumPy's bfloat16: for whoever has NumPy
FRAMEWORKS = {
    *records.FRAMEWORKS,
    *(package for packages in hiding.FRAMEWORKS.values() for package in packages),
} - {"numpy", OF_NUMPY, records.OURS}
NUMPY = {
    *("arrays", "cases", "diagnosis", "naming", "parity", "parity.engines", "precision"),
    *("reference", "testing", "translation"),
}
WITHOUT_NUMPY = {"torch", "tensorflow"}  # the backends that have no need of it

# The ways to import a module that are no import statement, and the files that need them, with the
# reason. `import_module` of a name that is written out needs none: it is read like a statement.
# Everything else is refused, and so is a row that is needed no more.
BY_NAME = "it resolves the full name of a native function"
WRITTEN = "it runs the code that xlogits wrote itself"
WAYS: dict[str, dict[str, str]] = {
    "__init__.py": {"import_module(f'xlogits.{_HOME[name] or name}')": "the front, read below"},
    "_bootstrap.py": {"-c str(constraints)": "an option of pip: a file"},
    "backends/__init__.py": {
        "sys.modules": "it asks what is loaded, and loads nothing",
        "sys.modules 2": "the same of PyTorch",
    },
    "backends/torch/__init__.py": {"sys.modules": "the module itself"},
    "catalogue/__init__.py": {
        "import_module(f'xlogits.catalogue.{module}')": "a folder of records a framework"
    },
    "diagnosis/evaluation.py": {"eval(_numpy(word, len(values)), names)": WRITTEN},
    "dialects/__init__.py": {"sys.modules": "the modules that it makes are entered there"},
    "dialects/build.py": {"sys.modules": "it asks what is loaded, and loads nothing"},
    "parity/engines/__init__.py": {
        "import_module(f'xlogits.parity.engines.{name}')": "an engine a framework"
    },
    "parity/engines/tensorflow.py": {"triton.knobs": "loaded after TensorFlow it crashes"},
    "parity/natives.py": {
        "import_module('.'.join(parts[:number]))": BY_NAME,
        "import_module(dtypes)": "the record says where a framework's dtypes are",
        "import_module(framework)": "it asks whether one can be imported",
        "import_module(parts[0])": BY_NAME,
    },
    "parity/proofs.py": {
        "compile(text, '<rewrite>', 'eval')": WRITTEN,
        "eval(code, names, {hole: operands[name] for hole, name in holes.items()})": WRITTEN,
        "exec(line, names)": WRITTEN,
        "import_module('.'.join(parts[:number]))": BY_NAME,
        "import_module(root)": BY_NAME,
    },
    "parity/translations.py": {
        "compile(translation.source, '<translation>', 'eval')": WRITTEN,
        "eval(code, names, operands)": WRITTEN,
        "exec(line, names)": WRITTEN,
    },
    "testing/__init__.py": {
        "import_module(f'xlogits.testing.{_HOME[name]}')": "its own files, when they are used"
    },
    "testing/making.py": {
        "import_module(name)": "arrays of the backend of a user's test",
        "import_module(name) 2": "the same, of TensorFlow",
        "import_module(name) 3": "the same, of JAX",
        "import_module(name) 4": "the same, of what follows the array standard",
        "import_module(name) 5": "the devices of PyTorch",
        "import_module(name) 6": "the devices of JAX",
        "import_module(name) 7": "where JAX computes meanwhile",
        "triton.knobs": "loaded after TensorFlow it crashes",
    },
}
# how what imports and finds modules is itself imported; anything else of these packages is refused
PLAIN = {
    "from importlib import import_module",
    "from importlib import metadata",
    "from importlib.resources import files",
    "from importlib.util import find_spec",
}
MACHINERY = {"builtins", "code", "codeop", "imp", "importlib", "pkgutil", "runpy", "zipimport"}
RUNS = {"__builtins__", "__import__", "__loader__", "__spec__", "compile", "eval", "exec"}

FILES = sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi")])
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in FILES}


def module_of(place: str) -> str:
    """The full name of the module in a file: `losses/__init__.py` is xlogits.losses."""
    words = place.rpartition(".")[0].split("/")
    return ".".join(["xlogits", *words[: -1 if words[-1] == "__init__" else None]])


MODULES = {module_of(place): place for place in reversed(SOURCES)}  # a .py before its .pyi


@cache
def imports(place: str, source: str) -> tuple[str, ...]:
    """Every module that a file imports: late, under TYPE_CHECKING and by string too."""
    return tuple(dict.fromkeys(_imports(place, ast.parse(source))))


def _imports(place: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = _absolute(place, node)
            for alias in node.names:
                inner = f"{home}.{alias.name}"
                # of the front every name counts, of other modules those that are modules themselves
                yield inner if home == "xlogits" or inner in MODULES else home
        elif isinstance(node, ast.Call) and _called(node) == "import_module" and _is_plain(node):
            yield ast.literal_eval(node.args[0])
    for module, code in _commands(tree):
        yield module
        yield from _imports(place, _parsed(code))


def _absolute(place: str, node: ast.ImportFrom) -> str:
    """The module that names are imported from, where it is written relative to the file, too."""
    if not node.level:
        return node.module or ""
    words = ["xlogits", *place.split("/")][: -node.level]
    return ".".join([*words, *filter(None, [node.module])])


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_plain(call: ast.Call) -> bool:
    """Whether a call of `import_module` says one name, written out, and nothing else."""
    if call.keywords or len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
        return False
    return not str(call.args[0].value).startswith(".")


def _parsed(code: str) -> ast.AST:
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def _commands(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What is started in another process: the module of `python -m`, and the code of `python -c`."""
    constants = _constants(tree)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple):
            for option, value in pairwise(node.elts):
                text = _text(value, constants)
                if _text(option, constants) == "-m":
                    yield text, ""
                if _text(option, constants) == "-c":
                    yield "", text
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            for option, text in re.findall(r"(?:^|(?<=\s))-(m|c)\s*(\S.*)", node.value):
                yield (text.split()[0], "") if option == "m" else ("", text.strip("'\""))


def _constants(tree: ast.AST) -> dict[str, str]:
    """The names that stand for one text, wherever they are given it."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant):
                    # given several, it stands for all of them
                    found[target.id] = f"{found.get(target.id, '')}{node.value.value}\n"
    return {name: text.strip() for name, text in found.items()}


def _text(node: ast.expr, constants: dict[str, str]) -> str:
    """A text, as far as it stands in the source; '?' is what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return constants.get(node.id, "?") if isinstance(node, ast.Name) else "?"


def ways(source: str) -> Iterator[str]:
    """The ways by which a file imports that are no statement and no name that is written out."""
    tree = ast.parse(source)
    constants = _constants(tree)
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                renamed = alias.name == "sys" and alias.asname
                if renamed or alias.name.partition(".")[0] in MACHINERY:
                    yield ast.unparse(ast.Import([alias]))
        elif isinstance(node, ast.ImportFrom):
            root = (node.module or "").partition(".")[0]
            for alias in node.names:
                text = ast.unparse(ast.ImportFrom(node.module, [alias], node.level))
                if (root in MACHINERY and text not in PLAIN) or text.startswith(
                    ("from sys import modules", "from sys import *")
                ):
                    yield text
        elif isinstance(node, ast.Name | ast.Attribute):
            call = called.get(id(node))
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if isinstance(node, ast.Name) and name in RUNS:
                yield ast.unparse(call or node)
            if name == "__import__" and isinstance(node, ast.Attribute):
                yield ast.unparse(call or node)
            if name == "import_module" and (call is None or not _is_plain(call)):
                yield ast.unparse(call or node)
            if ast.unparse(node) == "sys.modules":
                yield "sys.modules"
        elif isinstance(node, ast.Call) and _called(node) in ("getattr", "vars"):
            if node.args and ast.unparse(node.args[0]) == "sys":
                yield ast.unparse(node)
        elif isinstance(node, ast.List | ast.Tuple):
            for option, value in pairwise(node.elts):
                word = _text(option, constants)
                if word in ("-c", "-m") and _text(value, constants) == "?":
                    yield f"{word} {ast.unparse(value)}"


def numbered(found: Iterator[str]) -> list[str]:
    """The same with a number behind what is there again, so that each needs a row of its own."""
    counts: Counter[str] = Counter()
    told = []
    for text in found:
        counts[text] += 1
        told.append(text if counts[text] == 1 else f"{text} {counts[text]}")
    return told


def _room(words: tuple[str, ...]) -> str:
    """The room that a path or a dotted name lies in: the folder of its own order, or the part."""
    return ".".join(words[:2]) if ".".join(words[:2]) in MAY else words[0]


def _rooms_of(place: str, source: str) -> Iterator[tuple[str, str]]:
    """The rooms that a file imports, each with the module."""
    own = _room(tuple(place.rpartition(".")[0].split("/")))
    for name in imports(place, source):
        words = tuple(name.split("."))
        if words[0] != "xlogits" or name == "xlogits.__version__":
            continue
        room = _room(words[1:]) if len(words) > 1 else "the front"
        if room not in (own, *FREE):
            yield room, name


def complaints(place: str, source: str) -> list[str]:
    """What is wrong with the imports of a file, `place` being its path in the package."""
    parts = tuple(place.rpartition(".")[0].split("/"))
    own = _room(parts)
    found = [
        f"{place} imports {name}, and {own} may not import {room}"
        for room, name in _rooms_of(place, source)
        if room not in MAY[own]
    ]
    home = parts[1] if parts[0] == "backends" and len(parts) > 2 else ""
    home = parts[2] if parts[:2] == ("parity", "engines") and len(parts) > 2 else home
    listed = WAYS.get(place, {})
    numpy = own in NUMPY or (parts[0] == "backends" and home not in {"", *WITHOUT_NUMPY})
    for name in imports(place, source):
        root = name.partition(".")[0]
        if root in {"compare", "tests"}:
            found.append(f"{place} imports {name}")
        if root in FRAMEWORKS - {home} and name not in listed:
            found.append(f"{place} imports {name}")
        if root in {"numpy", OF_NUMPY} and not numpy:
            found.append(f"{place} imports {name}")
    tree = ast.parse(source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    if place.endswith(".py") and any(node.level for node in statements):
        found.append(f"{place} has a relative import")
    # `import xlogits.losses` gives the front door as well
    whole = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    found += [f"{place} imports {n} as a whole" for n in whole if n.split(".")[0] == "xlogits"]
    found += [f"{place} has {w}" for w in numbered(ways(source)) if w not in listed]
    return found


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
        own = _room(tuple(place.rpartition(".")[0].split("/")))
        used[own] |= {room for room, _ in _rooms_of(place, source)}
    assert used == MAY


def test_every_way_is_needed() -> None:
    for place, listed in WAYS.items():
        found = {*numbered(ways(SOURCES[place])), *imports(place, SOURCES[place])}
        assert set(listed) <= found, place


def files_imported(sources: dict[str, str]) -> dict[str, set[str]]:
    """The files that each file imports. A package stands for its `__init__`, as far as it is named:
    that a part of it cannot be loaded without it makes no edge, or none could export its parts."""
    return {
        place: {MODULES[name] for name in imports(place, source) if name in MODULES} - {place}
        for place, source in sources.items()
        if place.endswith(".py")
    }


def test_no_two_files_import_each_other() -> None:
    """Nor do more of them in a circle, late imports included."""
    TopologicalSorter(files_imported(SOURCES)).prepare()


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("diagnosis/seen.py", "def f():\n    from xlogits.diagnosis import observed"),
        ("backends/seen.py", "from xlogits.backends.torch import graphs"),
        ("losses/parts/axes.py", "if TYPE_CHECKING:\n    from xlogits.losses.parts import labels"),
        ("ledger/row.py", "from xlogits.ledger import find"),
    ],
)
def test_a_circle_of_files_is_found(place: str, line: str) -> None:
    with pytest.raises(CycleError):
        TopologicalSorter(
            files_imported(SOURCES | {place: f"{SOURCES[place]}\n{line}\n"})
        ).prepare()


def test_the_table_of_the_front_says_what_type_checkers_are_told() -> None:
    """Its names are looked up by a name that is computed; the statements beside it are read above."""
    from xlogits import _HOME

    told = {}
    for node in ast.walk(ast.parse(SOURCES["__init__.py"])):
        if isinstance(node, ast.ImportFrom) and node.module != "importlib":
            homes = (node.module or "").partition(".")[2]
            told |= {alias.name: homes for alias in node.names}
    assert told == _HOME


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
    "the front by an attribute": ("losses/softmax.py", "import xlogits\nxlogits.diagnose"),
    "the front under another name": ("cli.py", "import xlogits as xl\nxl.translate"),
    "the front beside a part": ("api.py", "import xlogits.losses\nxlogits.translate"),
    "a name of the front": ("losses/softmax.py", "def f():\n    from xlogits import translate"),
    "all names of the front": ("ledger/row.py", "from xlogits import *"),
    "the front under TYPE_CHECKING": (
        "catalogue/record.py",
        "if TYPE_CHECKING:\n    from xlogits import value_and_grad",
    ),
    "one backend in another's folder": (
        "backends/numpy/rows.py",
        "from xlogits.backends.torch import chunked",
    ),
    "one backend as a whole in another": (
        "backends/torch/quick.py",
        "from xlogits.backends import jax",
    ),
    "the dispatch in a backend": (
        "backends/jax/quick.py",
        "from xlogits.backends import namespace",
    ),
    "a room that is computed": ("reference/items.py", "import_module(f'xlogits.{name}')"),
    "a name in a file of names": ("parity/natives.py", "import torch"),
    "a written name in a file of names": ("testing/making.py", "import_module('torch')"),
    "one computed name more": ("testing/making.py", "import_module(name)"),
    "another computed name": ("parity/engines/tensorflow.py", "import_module(f'xlogits.{x}')"),
    "a name by keyword": ("losses/softmax.py", "import_module(name='torch')"),
    "a relative name": ("losses/softmax.py", "import_module('.parity', 'xlogits')"),
    "import_module under another name": (
        "losses/softmax.py",
        "from importlib import import_module as im\nim('torch')",
    ),
    "import_module passed on": ("testing/making.py", "im = import_module\nim('torch')"),
    "importlib": (
        "losses/softmax.py",
        "import importlib\ngetattr(importlib, 'import_module')('jax')",
    ),
    "a specification": ("losses/softmax.py", "from importlib.util import module_from_spec"),
    "__import__": ("losses/softmax.py", "__import__('torch')"),
    "__import__ of builtins": ("losses/softmax.py", "__builtins__['__import__']('torch')"),
    "builtins": ("losses/softmax.py", "import builtins"),
    "exec": ("losses/softmax.py", "exec('import torch')"),
    "exec where some is run": ("parity/proofs.py", "exec('import torch')"),
    "eval": ("losses/softmax.py", "eval(\"__import__('torch')\")"),
    "sys.modules": ("losses/softmax.py", "import sys\nsys.modules['xlogits.parity']"),
    "sys.modules once more": ("dialects/build.py", "sys.modules['torch']"),
    "sys under another name": ("losses/softmax.py", "import sys as s\ns.modules['torch']"),
    "modules of sys": ("losses/softmax.py", "from sys import modules"),
    "an attribute of sys": ("losses/softmax.py", "import sys\ngetattr(sys, 'mod' + 'ules')"),
    "runpy": ("losses/softmax.py", "import runpy\nrunpy.run_module('xlogits.parity')"),
    "pkgutil": ("losses/softmax.py", "from pkgutil import resolve_name"),
    "a name by python -c": (
        "report/html.py",
        "CODE = 'from xlogits import parity'\ncommand = [python, '-c', CODE]",
    ),
    "a framework by python -c": ("report/html.py", "command = [python, '-c', 'import torch']"),
    "python -c of a local name": (
        "report/html.py",
        "def f():\n    CODE = 'import numpy, xlogits.parity'\n    return [python, '-c', CODE]",
    ),
    "python -c of an annotated name": (
        "report/html.py",
        "CODE: str = 'from xlogits.parity import matrix'\ncommand = [python, '-c', CODE]",
    ),
    "python -c of what is computed": ("report/html.py", "command = [python, '-c', made()]"),
    "python -m of what is computed": ("report/html.py", "command = [python, '-m', made()]"),
    "python -m in one word": ("report/html.py", "command = [python, '-mxlogits.parity']"),
    "python -c in one word": ("report/html.py", "command = [python, '-cimport torch']"),
    "a command that is split": ("report/html.py", "'python -m xlogits.parity.proofs'.split()"),
    "JAX's other package": ("backends/torch/quick.py", "import jaxlib"),
    "what is written with JAX": ("losses/softmax.py", "import flax"),
    "Keras of TensorFlow": ("backends/tensorflow/quick.py", "import tf_keras"),
    "what comes with PyTorch": ("losses/softmax.py", "from torchaudio import functional"),
    "a stub": ("dialects/optax/__init__.pyi", "from xlogits.parity import matrix"),
    "a stub's relative import": ("dialects/optax/__init__.pyi", "from ...parity import matrix"),
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
