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

from tests import child
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


def test_what_was_left_of_writing_the_same_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    (tmp_path / f".a.py.{save.digest(b'new')[:16]}.tmp").write_bytes(b"ne")
    replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"new"
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


def port_in(folder: Path, more: str) -> subprocess.CompletedProcess[str]:
    """`xlogits port . --write` in a process of its own, after some other code."""
    code = f"from xlogits.cli import main\n{more}\nraise SystemExit(main({WRITE!r}))\n"
    environment = child.environment(ROOT)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


WRITE = ["port", ".", *TO_JAX, "--write"]
NO_ROOM = (
    "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"
)
KILLED = (
    "import os, signal\nfrom xlogits.port.write import save\n"
    "save._like = lambda *some: os.kill(os.getpid(), signal.SIGKILL)\n"
)


@pytest.mark.parametrize("room", [1, 10, 100])  # for a line, the old text, the list of files
def test_without_room_for_the_record_no_file_is_changed(tmp_path: Path, room: int) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    done = port_in(tmp_path, NO_ROOM.format(room))
    assert done.returncode == 2, done.stderr
    assert "no file was changed: the record that --undo needs" in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 call in 1 file: 1 exact" in done.stderr
    assert (tmp_path / "a.py").read_text() == TORCH
    assert not list(tmp_path.rglob("*.tmp"))
    assert main_in(tmp_path, ["port", "--undo"]) == 2  # nothing is on record
    assert port_in(tmp_path, NO_ROOM.format(10000)).returncode == 0


def scraps(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.tmp"))


@pytest.mark.parametrize("again", [["port", "a.py", *TO_JAX], ["port", "--undo"], WRITE])
def test_what_a_run_that_was_killed_was_writing_is_removed(
    tmp_path: Path, again: list[str]
) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    assert port_in(tmp_path, KILLED).returncode == -signal.SIGKILL
    (left,) = scraps(tmp_path)
    assert (tmp_path / left).read_text() == JAX
    assert (tmp_path / "a.py").read_text() == TORCH
    strangers = [".a.py.0123456789abcdef.tmp", ".a.py.tmp", f"{left}.tmp", f"b{left}"]
    for name in strangers:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".xlogits-port" / "0002.json.tmp").write_text("[")  # of a record half-way
    assert main_in(tmp_path, again) == 0
    assert scraps(tmp_path) == sorted(strangers)
    assert all((tmp_path / name).read_text() == "mine" for name in strangers)


def test_what_an_undo_that_was_killed_was_writing_is_removed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    assert main_in(tmp_path, WRITE) == 0
    undo = f"{KILLED}main(['port', '--undo'])\n"
    assert port_in(tmp_path, undo).returncode == -signal.SIGKILL
    assert len(scraps(tmp_path)) == 1
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX]) == 0
    assert not scraps(tmp_path)
    assert main_in(tmp_path, ["port", "--undo"]) == 0
    assert (tmp_path / "a.py").read_text() == TORCH


def test_a_damaged_record_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    assert main_in(tmp_path, WRITE) == 0
    (tmp_path / ".xlogits-port" / "0001.json").write_text("[")
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX]) == 0
    assert main_in(tmp_path, ["port", "--undo"]) == 2
    assert "0001.json is damaged" in capsys.readouterr().err


def test_a_read_only_file_is_left_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(TORCH)
    (tmp_path / "a.py").chmod(0o444)
    assert main_in(tmp_path, WRITE) == 2
    captured = capsys.readouterr()
    assert "a.py is read-only (mode 0444), and was left" in captured.err
    assert "rewrote 1 file;" in captured.out
    assert (tmp_path / "a.py").read_text() == TORCH
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o444
    assert (tmp_path / "b.py").read_text() == JAX
    (tmp_path / "b.py").chmod(0o400)
    assert main_in(tmp_path, ["port", "--undo"]) == 2
    assert "b.py: " in capsys.readouterr().err
    assert (tmp_path / "b.py").read_text() == JAX
    for name in ("a.py", "b.py"):
        (tmp_path / name).chmod(0o600)
    assert main_in(tmp_path, ["port", "--undo"]) == 0
    assert main_in(tmp_path, WRITE) == 0
    assert (tmp_path / "a.py").read_text() == JAX


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_interrupted_at_any_moment_every_file_is_old_or_new(tmp_path: Path, count: int) -> None:
    for number in range(count):
        (tmp_path / f"m{number}.py").write_text(f"{TORCH}# {number}\n")
    command = [sys.executable, "-m", "xlogits", "port", ".", *TO_JAX, "--write"]
    environment = child.environment(ROOT)
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


BAD = "print 1\n"  # as Python 2 has it, and no word of a framework


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", BAD),
        ("a.pyi", BAD),
        ("a.py", "# -*- coding: no-such -*-\n"),
        ("a.ipynb", "{"),
        ("a.ipynb", json.dumps({"cells": [cell("print 1")]})),
        ("notes.txt", "Dear all\n"),
    ],
)
def test_a_named_file_that_is_not_read_is_told(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert main_in(tmp_path, ["port", name, *TO_JAX]) == 2
    assert f"{name}: not read: " in capsys.readouterr().err
    assert main_in(tmp_path, ["port", ".", *TO_JAX]) == 0  # where it can hold no call
    (tmp_path / "fine.py").write_text("print(1)\n")
    assert main_in(tmp_path, ["port", "fine.py", *TO_JAX]) == 0


def test_standard_input_that_is_not_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, status in ((BAD, 2), ("print(1)\n", 0), ("", 0)):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
        assert main(["port", "-", *TO_JAX]) == status


def test_a_report_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(TORCH)
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--report", "none/r"]) == 2
    assert "--report none/r could not be written" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 2])
def test_one_of_a_kind_has_no_plural(
    count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(count):
        (tmp_path / f"{number}.py").write_text(TORCH)
    s = "s" * (count - 1)
    assert main_in(tmp_path, WRITE) == 0
    captured = capsys.readouterr()
    assert f"{count} call{s} in {count} file{s}: {count} exact" in captured.err
    assert f"rewrote {count} file{s};" in captured.out
    assert main_in(tmp_path, ["port", "--undo"]) == 0
    assert f"put back {count} file{s}\n" in capsys.readouterr().out


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
    environment = child.environment(ROOT)
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
