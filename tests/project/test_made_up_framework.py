"""A framework that nobody knows: a record, a folder of the catalogue, and everything speaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import child
from tests.conftest import ROOT, need
from xlogits.report.results import Cell, Results

# what a stranger adds: a record in frameworks.py, and a folder of the catalogue with one file
RECORD = """
        Framework(
            id="{name}",
            title="Made up",
            arrays="{arrays}",
            pages=(("", "https://example.org/{{short}}"),),
            short=(("{name}.losses.", "mu."),),
        ),
"""
CATALOGUE = '''
"""Made up: its only loss."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import SquaredError

NATIVES = (
    Native(
        "{name}.losses.off",
        SquaredError(),
        (Arg("guess", "pred"), Arg("truth", "target"), Arg("scale", "factor", 1.0)),
    ),
)
'''
# the framework itself, which works with the arrays of any
MODULE = "def off(guess, truth, scale=1.0):\n    return scale * (guess - truth) ** 2\n"
USE = """\
from {name}.losses import off

def loss(x, y):
    return off(x, y).sum()

def halved(x, y):
    return off(guess=x, truth=y, scale=0.5)

passed_on = [off]
"""


class Copy:
    """A copy of the project, with the framework in it unless its record is left out."""

    def __init__(self, folder: Path, name: str, arrays: str, record: bool = True) -> None:
        self.folder, self.name = folder, name
        for part in ("xlogits", "compare"):
            ignored = shutil.ignore_patterns("__pycache__", "*.json", "*.pyi")
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        if record:
            file = folder / "xlogits" / "frameworks.py"
            before, last, after = file.read_text().partition(
                "        Framework(\n            id=OURS"
            )
            assert last
            made = RECORD.format(name=name, arrays=arrays).lstrip("\n")
            file.write_text(f"{before}{made}{last}{after}")
        self.write(f"xlogits/catalogue/{name}/__init__.py", CATALOGUE.format(name=name).lstrip())
        self.write(f"{name}/__init__.py", f"from {name} import losses\n")
        self.write(f"{name}/losses.py", MODULE)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Python, with the copy and the framework in place of what is installed."""
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=child.environment(self.folder, TF_CPP_MIN_LOG_LEVEL="3"),
        )

    def says(self, code: str) -> str:
        done = self.run("-c", code)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def xlogits(self, *arguments: str, status: int = 0) -> str:
        done = self.run("-m", "xlogits", *arguments)
        assert done.returncode == status, f"{done.stdout}\n{done.stderr[-2000:]}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("project"), "madeup", "numpy")


def test_it_has_a_dialect(made_up: Copy) -> None:
    said = made_up.says(
        "import inspect, numpy as np, sys\n"
        "from xlogits.dialects.madeup.losses import off\n"
        "from xlogits.dialects.stubs import render\n"
        "x, y = np.array([1.0, 2.0]), np.array([0.0, 4.0])\n"
        "print(off(x, y, 0.5), inspect.signature(off), 'madeup' in sys.modules)\n"
        "import madeup\n"
        "madeup.losses.off = lambda guess, truth, scale: 'the original'\n"
        "print(off(x, y, 0.5))\n"
        "print(*[p for p in map(str, render()) if 'madeup' in p])\n"
    )
    assert said.splitlines() == [
        "[0.5 2. ] (guess, truth, scale=1.0) False",
        "the original",
        "madeup/__init__.pyi madeup/losses/__init__.pyi",
    ]


def cells(copy: Copy, *arguments: str) -> list[Cell]:
    """What the matrix finds of it."""
    copy.xlogits("parity", "--only", f"{copy.name}*", "--output", "out", *arguments)
    return Results.load(copy.folder / "out" / "report.json").cells


def test_it_has_rows_of_the_matrix(made_up: Copy) -> None:
    found = cells(made_up, "--backends", "numpy", "--quick")
    values = [c for c in found if c.quantity == "value"]
    assert len(values) > 5
    assert {c.outcome for c in values} == {"agree"}
    assert {c.why for c in found if c.outcome == "unavailable"} == {
        "madeup.losses.off has no gradient"  # like all that takes NumPy's arrays
    }


def test_it_can_be_differentiated_if_its_arrays_can(tmp_path: Path) -> None:
    need("torch")
    found = cells(Copy(tmp_path, "torched", "torch"), "--backends", "torch", "--quick")
    assert {c.quantity for c in found} == {"value", "d/dlogits", "d/dlabels"}
    assert {c.outcome for c in found} == {"agree"}


def test_a_wrong_function_is_seen(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "madeup", "numpy")
    copy.write("madeup/losses.py", MODULE.replace("** 2", "** 2 * 1.001"))
    said = copy.xlogits(
        *("parity", "--only", "madeup*", "--quick", "--backends", "numpy"), status=1
    )
    assert "DIFFER" in said


def test_where_it_cannot_be_imported_the_matrix_says_so(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "madeup", "numpy")
    copy.write("madeup/__init__.py", "raise RuntimeError('built for another NumPy')\n")
    found = cells(copy, "--backends", "numpy", "--quick")
    assert {c.outcome for c in found} == {"unavailable"}
    assert {c.why for c in found} == {"madeup cannot be imported: built for another NumPy"}
    shutil.rmtree(tmp_path / "madeup")
    found = cells(copy, "--backends", "numpy", "--quick")
    assert {c.why for c in found} == {"madeup is not installed"}
    said = copy.xlogits(*("parity", "--only", "madeup*", "--quick", "--backends", "numpy"))
    assert "Everything that was compared agrees" not in said


def test_it_is_explained(made_up: Copy) -> None:
    said = made_up.xlogits("explain", "madeup.losses.off")
    assert "torch      F.mse_loss(predictions, targets, reduction='none')" in said
    assert "https://example.org/off" in said
    said = made_up.xlogits("explain", "off")  # its last part alone
    assert said.startswith("madeup.losses.off")


def test_it_has_a_column_of_names(made_up: Copy) -> None:
    said = made_up.xlogits("names", "regression")
    assert "    Made up:             mu.off\n" in said
    head, _, *rows = made_up.xlogits("names", "regression", "--markdown").splitlines()
    place = head.split(" | ").index("Made up")
    (row,) = [row for row in rows if "mu.off" in row]
    assert "mu.off" in row.split(" | ")[place]


def test_code_is_written_for_it(made_up: Copy) -> None:
    said = made_up.says(
        "import xlogits as xl\n"
        "for call in ('optax.squared_error(x, y)', 'optax.l2_loss(x, y)', 'F.softmax(x, 1)'):\n"
        "    found = xl.translate(call, to='madeup')\n"
        "    print(found.source, found.imports)\n"
    )
    assert said.splitlines() == [
        "mu.off(x, y) ('import madeup.losses as mu',)",
        "mu.off(x, y, scale=0.5) ('import madeup.losses as mu',)",
        "scipy.special.softmax(x, axis=1) ('import scipy.special',)",
    ]


def test_its_calls_are_ported(made_up: Copy) -> None:
    made_up.write("train/use.py", USE.format(name="madeup"))
    said = made_up.xlogits("port", "train/use.py", "--from", "madeup", "--to", "torch", status=3)
    assert "+    return F.mse_loss(x, y, reduction='sum')" in said
    assert "+    return 0.5 * (x - y) * (x - y)" in said
    assert "left for you: off\n    it is passed on without being called" in said
    said = made_up.xlogits(
        *("port", "train/use.py", "--from", "madeup", "--to", "xlogits", "--verify"), status=3
    )
    assert "+    return xl.dialects.madeup.losses.off(x, y, scale=0.5)" in said
    assert "2 verified by running them" in said


def test_calls_are_ported_to_it_with_its_import(made_up: Copy) -> None:
    need("optax")
    before = "import optax\n\n\ndef loss(x, y):\n    return optax.l2_loss(x, y)\n"
    made_up.write("other/use.py", before)
    made_up.xlogits("port", "other/use.py", "--from", "optax", "--to", "madeup", "--write")
    after = (made_up.folder / "other" / "use.py").read_text()
    assert "import madeup.losses as mu\n" in after
    assert "return mu.off(x, y, scale=0.5)" in after
    said = made_up.says(f"{after}\nprint(loss(3.0, 1.0))\n")
    assert said == "2.0\n"


def test_it_is_no_backend(made_up: Copy) -> None:
    done = made_up.run("compare", "--backends", "madeup")
    assert done.returncode == 2
    assert "no backend is called 'madeup'; expected numpy, torch, tensorflow, jax" in done.stderr


def test_without_its_record_nobody_knows_it(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "madeup", "numpy", record=False)
    said = copy.xlogits("explain", "madeup.losses.off", status=1)
    assert "nothing is known under the name 'madeup.losses.off'" in said
