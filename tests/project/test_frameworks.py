"""What a framework is stands in one record: nothing else of the package knows their names."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests import child
from tests.absence import hiding
from tests.conftest import ROOT
from xlogits.backends import namespace
from xlogits.catalogue import NATIVES
from xlogits.errors import BackendError
from xlogits.frameworks import BACKENDS, FRAMEWORKS, OURS, Framework, differentiable, installed
from xlogits.frameworks import version as version_of
from xlogits.translation import imports_of
from xlogits.translation.language import IMPORTS

PACKAGE = ROOT / "xlogits"
NAMES = {
    name
    for f in FRAMEWORKS.values()
    for name in (f.id, f.title, f.column, *f.distributions, *f.also)
    if name
} | {package for packages in hiding.FRAMEWORKS.values() for package in packages}

# where the names of frameworks belong: records of their functions and of where they differ, and pages
# with examples; besides these, a framework's own files, and the words that code for it is written with
ROOMS = ("catalogue", "concepts", "ledger")
OWN = {
    "frameworks.py",
    "translation/language.py",
    *(f"parity/engines/{name}.py" for name in BACKENDS),
}
# What else has them, how often, and why; a number may only become smaller.
LEFT: dict[str, tuple[dict[str, int], str]] = {
    "backends/__init__.py": (
        {"jax": 1, "numpy": 1, "tensorflow": 1, "torch": 2},
        "plain imports, and what is loaded of each",
    ),
    "cli.py": (
        {"xlogits": 2},
        "what the program is called, also beside its version",
    ),
    "diagnosis/evaluation.py": (
        {"np.": 2, "scipy": 1},
        "what the text is computed with: NumPy, and SciPy under its name there",
    ),
    "parity/accuracy/measure.py": (
        {"jax.": 6, "optax.": 3, "scipy.": 5, "tensorflow.": 9, "torch.": 3},
        "the functions of the table of accuracy, by their full names",
    ),
    "parity/proofs.py": (
        {"optax.": 1},
        "a function that no record is of",
    ),
    "port/read/operands.py": (
        {"numpy": 1},
        "a method of a tensor",
    ),
    "port/read/paths.py": (
        {"keras": 1, "torch.": 1},
        "an attribute that TensorFlow 1 did not have; the methods of a tensor",
    ),
    "testing/making.py": (
        {"jax": 2, "tensorflow": 3, "torch": 2},
        "how arrays of each are made",
    ),
    "testing/options.py": (
        {"xlogits": 1},
        "what its options are called",
    ),
    "testing/reporter.py": (
        {"xlogits": 1},
        "what its version is called",
    ),
    "translation/by_family/sequence.py": (
        {"keras": 1, "optax": 1, "tensorflow": 1, "torch": 1},
        "layouts of CTC",
    ),
    "translation/encoding.py": (
        {
            "jax.": 4,
            "keras.": 9,
            "numpy": 1,
            "numpy.": 2,
            "optax.": 2,
            "tensorflow.": 12,
            "torch.": 3,
        },
        "functions that no record is of, by their full names; a method of a tensor",
    ),
    "translation/tidy.py": (
        {"np.": 1},
        "a name for what a function makes",
    ),
}
WORDS = {word for f in FRAMEWORKS.values() for word in (f.id, *f.also)} | {
    short.rstrip(".") for f in FRAMEWORKS.values() for _, short in f.short
}
DOTTED = re.compile(r"(\w+)(?:\.\w+)*[.(]?")


def names_in(source: str) -> Counter[str]:
    """How often the strings of a file name a framework; docstrings, and texts with other words, do not.

    Named is what a string equals; each of several names in one string; and, with a dot behind it, the
    first word of a dotted name, be that whole (`jax.numpy`) or the start of others (`torch.`, `F.`,
    `keras.ops.softmax(`). A keyword (`dict(torch=1)`) names one, too. The project's own name counts only
    by itself.
    """
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in FRAMEWORKS:
            found[node.arg] += 1
        if isinstance(node, ast.Constant) and id(node) not in told:
            value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            found.update(_named(value) if isinstance(value, str) else ())
    return found


def _named(text: str) -> list[str]:
    if text.strip() in NAMES:
        return [text.strip()]
    words = re.split(r"[\s,;|]+", text.strip())
    if len(words) > 1:
        return words if set(words) <= NAMES else []
    dotted = DOTTED.fullmatch(text.strip())
    if dotted and dotted[1] in WORDS - {OURS, "xl"} and text != dotted[1]:
        return [f"{dotted[1]}."]
    return []


def files() -> Iterator[tuple[str, Path]]:
    """The files that have to ask the record, by their paths in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        backend = place.parts[0] == "backends" and len(place.parts) > 2
        if place.parts[0] not in ROOMS and place.as_posix() not in OWN and not backend:
            yield place.as_posix(), path


def test_only_the_record_knows_the_names_of_frameworks() -> None:
    found = {place: names_in(path.read_text(encoding="utf-8")) for place, path in files()}
    assert {place: names for place, names in found.items() if names} == {
        place: names for place, (names, _) in LEFT.items()
    }


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('if framework == "torch":\n    pass\n', {"torch": 1}),
        ('ORDER = ("numpy", "JAX, optax", b"keras")\n', {"numpy": 1, "JAX, optax": 1, "keras": 1}),
        ('PACKAGES = {"sklearn": "scikit-learn"}\n', {"sklearn": 1, "scikit-learn": 1}),
        ('if a == "jax" or b == "jax":\n    pass\n', {"jax": 2}),
        ('x.startswith("torch.")\n', {"torch.": 1}),
        ('x.startswith(("jax.numpy", "F.", "tf.nn."))\n', {"jax.": 1, "F.": 1, "tf.": 1}),
        ('x in ("jax.numpy", "keras.ops.softmax(", "jax.nn")\n', {"jax.": 2, "keras.": 1}),
        ('f"{module}torch.{name}"\n', {"torch.": 1}),
        ('for name in "numpy torch jax".split():\n    pass\n', {"numpy": 1, "torch": 1, "jax": 1}),
        ('for name in "torch,jax".split(","):\n    pass\n', {"torch": 1, "jax": 1}),
        ("ORDER = dict(torch=1, keras=2)\n", {"torch": 1, "keras": 1}),
        ('match framework:\n    case "torch":\n        pass\n', {"torch": 1}),
        ('match framework:\n    case "xlogits":\n        pass\n', {"xlogits": 1}),
        ('if word in ("tf", "np ", "jaxlib"):\n    pass\n', {"tf": 1, "np": 1, "jaxlib": 1}),
        ('import_module("xlogits.losses")\n', {}),
        ('"""torch"""\n\ndef f():\n    """keras"""\n    return "a torch tensor"\n', {}),
        ('CODE = "np.sum({0}, axis={1})"\n', {}),
    ],
)
def test_a_name_is_found(source: str, names: dict[str, int]) -> None:
    assert names_in(source) == names


def wrong_home(f: Framework) -> str:
    """What is wrong with whose arrays the functions of a framework take; '' if nothing is."""
    if not f.arrays or f.arrays in BACKENDS:
        return ""
    known = FRAMEWORKS.get(f.arrays)
    better = f'; say arrays="{known.home}", whose arrays {f.arrays} takes' if known else ""
    return f'arrays="{f.arrays}" of {f.id} is no framework with arrays of its own{better}'


def test_arrays_are_those_of_a_framework_that_has_some() -> None:
    assert [said for f in FRAMEWORKS.values() if (said := wrong_home(f))] == []
    assert wrong_home(Framework("zephyr", "Zephyr", arrays="keras")) == (
        'arrays="keras" of zephyr is no framework with arrays of its own; say arrays="tensorflow", '
        "whose arrays keras takes"
    )
    assert wrong_home(Framework("zephyr", "Zephyr", arrays="nowhere")) == (
        'arrays="nowhere" of zephyr is no framework with arrays of its own'
    )
    assert wrong_home(Framework("zephyr", "Zephyr", arrays="torch")) == ""


@pytest.mark.parametrize("name", sorted(FRAMEWORKS))
def test_every_word_that_is_written_short_has_its_import(name: str) -> None:
    """`F.` is of no use without `import torch.nn.functional as F`."""
    f = FRAMEWORKS[name]
    for full, word in f.short:
        assert IMPORTS[word] == f"import {full[:-1]} as {word[:-1]}"
        assert imports_of(f"{word}anything(x)") == (IMPORTS[word],)
    assert all(IMPORTS[word] == line for word, line in f.imports.items())
    assert f.imports
    made = Framework("zephyr", "Zephyr", short=(("zephyr.objectives.", "zo."),))
    assert made.imports == {"zephyr.": "import zephyr", "zo.": "import zephyr.objectives as zo"}


def test_every_record_has_what_it_speaks_of() -> None:
    for name, f in FRAMEWORKS.items():
        assert f.id == name
        assert f.home in BACKENDS or name == OURS
        assert differentiable(name) == FRAMEWORKS[f.home].differentiable
        if name != OURS:
            assert f.named == (PACKAGE / "catalogue" / name / "__init__.py").exists()
        assert set(f.packages) <= {n.framework for n in NATIVES.values()}
        said = f"say in `pages` of {name} where its functions are documented"
        assert f.pages or not f.named or name == OURS, said
    assert {n.framework for n in NATIVES.values()} == {f.id for f in FRAMEWORKS.values() if f.named}


@pytest.mark.parametrize("name", BACKENDS)
def test_a_backend_calls_itself_what_its_record_says(name: str) -> None:
    """The dialects compare the two on every call."""
    tree = ast.parse((PACKAGE / "backends" / name / "__init__.py").read_text(encoding="utf-8"))
    given = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAME"
    ]
    assert [ast.literal_eval(value) for value in given] == [FRAMEWORKS[name].title]
    assert (PACKAGE / "parity" / "engines" / f"{name}.py").exists()


def test_no_name_means_two_frameworks() -> None:
    said: dict[str, Framework] = {}
    for f in FRAMEWORKS.values():
        for word in (f.id, *f.also):
            assert said.setdefault(word, f) is f


def test_the_record_loads_nothing() -> None:
    code = "import sys; import xlogits.frameworks; print(*sorted(m for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = {name for name in done.stdout.split() if name.startswith("xlogits")}
    assert loaded == {"xlogits", "xlogits.frameworks"}
    assert not {"numpy", "dataclasses", "importlib.metadata"} & set(done.stdout.split())


def test_a_folder_of_a_name_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "merely").mkdir()
    assert not installed("merely")
    (tmp_path / "really").mkdir()
    (tmp_path / "really" / "__init__.py").touch()
    assert installed("really")
    assert not installed("nowhere")
    assert not installed("nowhere.at.all")


def test_versions_are_found_by_what_installs_a_framework() -> None:
    assert version_of("numpy")
    assert version_of("nowhere") == ""
    for name in filter(installed, FRAMEWORKS):
        assert version_of(name) or name == OURS, name


# Starts `python -m xlogits` as if one package were not installed: what is found under its name is what
# the working directory has.
WITHOUT = """
import os, runpy, sys
from importlib.machinery import PathFinder

class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {gone!r}:
            found = PathFinder.find_spec(name, [os.getcwd()] if path is None else path)
            if found is None:
                raise ModuleNotFoundError("No module named " + repr(name), name=name)
            return found

sys.meta_path.insert(0, Without)
sys.path.insert(0, os.getcwd())
sys.argv = ["xlogits", *{arguments!r}]
runpy.run_module("xlogits", run_name="__main__")
"""


def test_beside_a_folder_of_its_name_a_framework_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "jax").mkdir()
    arguments = ["parity", "--only", "F.kl_div", "--quick", "--backends", "numpy,jax"]
    code = WITHOUT.format(gone={"jax", "jaxlib", "optax"}, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child.environment(ROOT, TF_CPP_MIN_LOG_LEVEL="3"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "jax: jax is not installed" in done.stdout
    assert "DIFFER" not in done.stdout


def test_where_somebody_imported_that_folder_arrays_are_recognised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another package may have tried it, and has a module without arrays."""
    import numpy as np

    for name in BACKENDS:
        if name != "numpy":
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr("xlogits.backends.seen.MODULES", {})
    assert namespace(np.zeros(1)).NAME == "NumPy"
    with pytest.raises(BackendError, match="expected an array of NumPy"):
        namespace(object())
