"""`xlogits port` handles notebooks, trees and its command line, and loses no file whatever happens."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.port.porting import JAX, TO_JAX, TORCH, main_in
from xlogits.cli import main
from xlogits.errors import OptionError
from xlogits.port.decide.rendering import Choices
from xlogits.port.document import ported
from xlogits.port.read import notebook
from xlogits.port.read.tree import files
from xlogits.port.write import save
from xlogits.port.write.save import Record, Unsaved, replace_file
from xlogits.translation.language import language

CHOICES = Choices(language("torch"), language("jax"))


# -- notebooks


def cell(*lines: str, kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"b": 1, "a": 2}, "source": list(lines), **more}


BOOK = {
    "cells": [
        cell("F.softmax(x, 1) in Markdown", kind="markdown"),
        cell("%matplotlib inline\n", "!pip install torch\n", "import torch.nn.functional as F"),
        cell("%%bash\n", "echo F.softmax"),
        cell("%%time\n", "a = F.softmax(x, dim=-1)  # é", outputs=[{"text": ["F.softmax\n"]}]),
        cell("files = !ls\n", "b = F.cross_entropy(*files)\n", "a?"),
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_cells_are_edited_in_place() -> None:
    raw = json.dumps(BOOK, indent=1, ensure_ascii=False) + "\n"
    done = ported("n.ipynb", raw.encode(), CHOICES)
    old, new = raw.splitlines(), done.after.decode().splitlines()
    assert not done.error
    added = [line.strip() for line in new if line not in old]
    assert added == [
        '"import torch.nn.functional as F\\n",',
        '"import jax"',
        '"a = jax.nn.softmax(x)  # é"',
        '"# xlogits: torch.nn.functional.cross_entropy: arguments behind * or ** cannot be seen\\n",',
    ]
    gone = [line.strip() for line in old if line not in new]
    assert gone == ['"import torch.nn.functional as F"', '"a = F.softmax(x, dim=-1)  # é"']
    assert [(c.cell, c.line) for c in done.changes] == [(4, 2), (5, 2)]
    assert json.loads(done.after)["cells"][3]["outputs"] == BOOK["cells"][3]["outputs"]  # type: ignore[index]
    assert not ported("n.ipynb", done.after, CHOICES).changed


def test_a_cell_that_does_not_parse_is_reported_and_kept() -> None:
    book = {"cells": [cell("print 'F.softmax'"), cell(*TORCH.splitlines(keepends=True))]}
    done = ported("n.ipynb", json.dumps(book).encode(), CHOICES)
    assert done.broken[0].startswith("cell 1: line 1")
    assert "print 'F.softmax'" in json.loads(done.after)["cells"][0]["source"]
    assert "".join(json.loads(done.after)["cells"][1]["source"]) == JAX


def test_a_notebook_of_strings_stays_one() -> None:
    book = {"cells": [{"cell_type": "code", "source": TORCH}]}
    done = ported("n.ipynb", json.dumps(book).encode(), CHOICES)
    assert json.loads(done.after)["cells"][0]["source"] == JAX


@pytest.mark.parametrize("raw", ["", "[1]", '{"cells": [1', '{"cells": [{}]}', '{"cells": 3}'])
def test_what_is_no_notebook_is_refused(raw: str) -> None:
    with pytest.raises(notebook.Unreadable):
        notebook.read(raw)


# -- trees


def test_a_tree_without_what_git_ignores(tmp_path: Path) -> None:
    for name in (
        "a.py",
        "b.txt",
        "out/c.py",
        "sub/d.py",
        "sub/keep.py",
        ".hidden/e.py",
        "venv/f.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TORCH)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("out/\n*.py\n!a.py\n!sub/*.py\n")
    (tmp_path / "sub/.gitignore").write_text("d.py\n")
    outside = tmp_path.parent / f"{tmp_path.name}_outside.py"
    outside.write_text(TORCH)
    (tmp_path / "link.py").symlink_to(outside)
    (tmp_path / "up").symlink_to(tmp_path.parent)
    names = [str(f.relative_to(tmp_path)) for f in files([str(tmp_path)])]
    assert names == ["a.py", "sub/keep.py"]
    below = [str(f.relative_to(tmp_path)) for f in files([str(tmp_path / "sub")])]
    assert below == ["sub/keep.py"]
    everything = [f.name for f in files([str(tmp_path)], ignore=False)]
    assert everything == ["a.py", "c.py", "d.py", "keep.py"]
    with pytest.raises(OptionError, match="symbolic link"):
        list(files([str(tmp_path / "link.py")]))
    with pytest.raises(OptionError, match="no file"):
        list(files([str(tmp_path / "none.py")]))


# -- writing


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o750)
    inode = path.stat().st_ino
    replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert path.stat().st_ino != inode
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_refused_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"other")
    with pytest.raises(Unsaved, match="changed since"):
        replace_file(path, b"old", b"new")
    os.link(path, tmp_path / "b.py")
    with pytest.raises(Unsaved, match="hard links"):
        replace_file(path, b"other", b"new")
    (tmp_path / "c.py").symlink_to(path)
    with pytest.raises(Unsaved, match="no regular file"):
        replace_file(tmp_path / "c.py", b"other", b"new")
    assert path.read_bytes() == b"other"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Writing fails half-way: the old file stays, and no scrap beside it."""
    path = tmp_path / "a.py"
    path.write_bytes(b"old" * 1000)
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from xlogits.port.write.save import Unsaved, replace_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))\n"
        "try: replace_file(Path(sys.argv[1]), b'old' * 1000, b'new' * 1000)\n"
        "except Unsaved as e: print('unsaved')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "unsaved", done.stderr
    assert path.read_bytes() == b"old" * 1000
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_interrupted_at_any_moment_every_file_is_old_or_new(tmp_path: Path, count: int) -> None:
    for number in range(count):
        (tmp_path / f"m{number}.py").write_text(f"{TORCH}# {number}\n")
    command = [sys.executable, "-m", "xlogits", "port", ".", *TO_JAX, "--write"]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths}
    states = []
    for wait in (0, count / 20000, count / 5000):
        with subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            limit = time.monotonic() + 600  # on a machine that is busy
            while not _some_new(tmp_path) and time.monotonic() < limit:
                time.sleep(0.01)
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        states.append(_states(tmp_path, count))
        assert set(states[-1]) <= {"old", "new"}
        assert main_in(tmp_path, ["port", "--undo"]) == 0
        assert set(_states(tmp_path, count)) == {"old"}
    assert any(set(s) == {"old", "new"} for s in states)  # at least once half-way


def _some_new(folder: Path) -> bool:
    return "import jax" in (folder / "m0.py").read_text()


def _states(folder: Path, count: int) -> list[str]:
    texts = {"old": TORCH, "new": JAX}
    found = []
    for number in range(count):
        text = (folder / f"m{number}.py").read_text()
        state = [k for k, v in texts.items() if text == f"{v}# {number}\n"]
        found.append(state[0] if state else "broken")
    return found


def test_undo_leaves_what_changed_since(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(TORCH)
    assert main_in(tmp_path, ["port", ".", *TO_JAX, "--write"]) == 0
    (tmp_path / "b.py").write_text("mine\n")
    assert main_in(tmp_path, ["port", "--undo"]) == 2
    assert (tmp_path / "a.py").read_text() == TORCH
    assert (tmp_path / "b.py").read_text() == "mine\n"
    record = Record(tmp_path)
    (tmp_path / "b.py").write_text(JAX)
    (record.folder / save.digest(TORCH.encode())).write_bytes(b"damaged")
    assert "damaged" in record.undo()[1][0]


# -- the command line


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.py"
    path.write_text(TORCH)
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX]) == 0
    out = capsys.readouterr().out
    assert out.startswith("--- a/a.py\n+++ b/a.py\n")
    assert "+a = jax.nn.softmax(x)\n" in out
    assert path.read_text() == TORCH
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--check"]) == 1
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--write"]) == 0
    assert path.read_text() == JAX
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--check"]) == 0
    path.write_text(TORCH + "map(F.softmax, x)\n")
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX]) == 3
    path.write_text(TORCH + "print 1\n")
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX]) == 2
    assert main_in(tmp_path, ["port", "--undo"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.py"],
        ["a.py", "--from", "torch", "--to", "torch"],
        ["a.py", "--from", "xlogits", "--to", "jax"],
        ["a.py", *TO_JAX, "--assume", "tf1", "--assume", "tf2"],
        ["a.py", "--from", "pascal", "--to", "jax"],
    ],
)
def test_calls_that_are_wrong(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    assert main_in(tmp_path, ["port", *arguments]) == 2


def test_a_fault_of_ours_costs_one_file_its_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xlogits.port import document

    def faulty(text: str, *rest: Any) -> Any:
        return 1 / 0 if "boom" in text else port(text, *rest)

    port = document.port
    monkeypatch.setattr(document, "port", faulty)
    for name, text in (("a.py", TORCH), ("b.py", TORCH + "boom\n")):
        (tmp_path / name).write_text(text)
    assert main_in(tmp_path, ["port", ".", *TO_JAX, "--write"]) == 2
    assert "please report it (ZeroDivisionError: division by zero)" in capsys.readouterr().err
    assert (tmp_path / "a.py").read_text() == JAX
    assert (tmp_path / "b.py").read_text() == TORCH + "boom\n"


def test_the_diff_is_a_patch(tmp_path: Path) -> None:
    data = TORCH.replace("\n", "\r\n").encode() + b"last = 1  # no newline \xc3\xa9"
    (tmp_path / "a.py").write_bytes(data)
    command = [sys.executable, "-m", "xlogits", "port", "a.py", *TO_JAX]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths}
    diff = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    subprocess.run(["git", "apply", "-"], input=diff.stdout, cwd=tmp_path, check=True)
    assert (tmp_path / "a.py").read_bytes() == ported("a.py", data, CHOICES).after != data


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TORCH.encode())))
    assert main(["port", "-", *TO_JAX]) == 0
    assert capsysbinary.readouterr().out == JAX.encode()


def test_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text(TORCH + "b = F.cross_entropy(x, y)\nmap(F.softmax, x)\n")
    report = ["--report", "r", "--output-format"]
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, *report, "json"]) == 3
    (file,) = json.loads((tmp_path / "r").read_text())["files"]
    assert [c["mark"] for c in file["calls"]] == ["exact", "exact if", "left for you"]
    assert set(file["calls"][1]["assumed"]) == {"nothing-ignored", "index-labels", "rank"}
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, *report, "sarif"]) == 3
    run = json.loads((tmp_path / "r").read_text())["runs"][0]
    assert [r["level"] for r in run["results"]] == ["note", "note", "warning"]
    assert run["results"][2]["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    capsys.readouterr()
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--check", "--output-format", "github"]) == 1
    assert "::warning file=a.py,line=4,col=5::left for you: F.softmax" in capsys.readouterr().out


def test_strangers_names_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "\x1b[31m.py").write_text(TORCH)
    assert main_in(tmp_path, ["port", ".", *TO_JAX, "--check"]) == 1
    captured = capsys.readouterr()
    assert "\x1b" not in captured.err
    assert "\x1b" not in captured.out
