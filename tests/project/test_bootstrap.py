"""The two commands install what they say, leave other environments alone, and run from a fresh copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from xlogits import _bootstrap
from xlogits._bootstrap import EVERYTHING, ensure, extras_for


@pytest.mark.parametrize(
    ("arguments", "extras"),
    [
        ([], EVERYTHING),
        (["--quick"], EVERYTHING),
        (["--backends", "numpy"], ()),
        (["--backends=numpy,jax"], ("jax",)),
        (["--quick", "--backends", "torch,tensorflow"], ("torch", "tensorflow")),
        (["--backends"], ()),
    ],
)
def test_what_a_command_line_needs(arguments: list[str], extras: tuple[str, ...]) -> None:
    assert extras_for(arguments) == extras


def test_somebodys_environment_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", "/somewhere/else")
    ensure(tmp_path, EVERYTHING, [])
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setenv("CONDA_PREFIX", "/conda")
    ensure(tmp_path, EVERYTHING, [])
    assert list(tmp_path.iterdir()) == []


def test_an_nvidia_machine_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("XLOGITS_BUILD", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert _bootstrap._build() == "cpu"
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SystemExit) as stop:
        _bootstrap._build()
    assert stop.value.code == 2
    assert "XLOGITS_BUILD=cuda" in capsys.readouterr().err
    for build in ("cpu", "cuda"):
        monkeypatch.setenv("XLOGITS_BUILD", build)
        assert _bootstrap._build() == build
    monkeypatch.setenv("XLOGITS_BUILD", "rocm")
    with pytest.raises(SystemExit):
        _bootstrap._build()
    assert "'rocm'" in capsys.readouterr().err


def test_an_environment_is_ready_only_if_it_fits(tmp_path: Path) -> None:
    import json

    root, home = tmp_path, tmp_path / ".venv"
    (root / "constraints").mkdir()
    (root / "pyproject.toml").write_text("a")
    home.mkdir()
    python = home / "python"
    assert not _bootstrap._ready(root, home, python, ())
    python.touch()
    stamp = {"digest": _bootstrap._digest(root), "extras": ["all", "test"]}
    (home / "xlogits.json").write_text(json.dumps(stamp))
    assert _bootstrap._ready(root, home, python, ("all", "test"))
    assert _bootstrap._ready(root, home, python, ("torch",))
    assert _bootstrap._ready(root, home, python, ())
    (root / "pyproject.toml").write_text("b")
    assert not _bootstrap._ready(root, home, python, ())
    stamp = {"digest": _bootstrap._digest(root), "extras": ["torch"]}
    (home / "xlogits.json").write_text(json.dumps(stamp))
    assert not _bootstrap._ready(root, home, python, ("jax",))
    (home / "xlogits.json").write_text("half wri")
    assert not _bootstrap._ready(root, home, python, ())


def test_the_constraints_pin_what_the_extras_name() -> None:
    import tomllib

    pins = (ROOT / "constraints" / "py311-cpu.txt").read_text()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    names = {
        word.split(">")[0].split(";")[0].strip() for words in extras.values() for word in words
    }
    for name in names - {"tensorflow"}:
        if not name.startswith("xlogits["):
            assert f"\n{name}" in pins, name


@pytest.mark.long
def test_a_fresh_copy_with_numpy_alone(tmp_path: Path) -> None:
    """`python compare --backends numpy` in an empty environment, twice."""
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    python = shutil.which("python3", path=os.pathsep.join([f"{sys.base_prefix}/bin", os.defpath]))
    assert python is not None
    kept = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "HOME", "LANG"))}
    environment = {"PATH": os.defpath, **kept, "XLOGITS_BUILD": "cpu"}
    for run in range(2):
        done = subprocess.run(
            [python, "compare", "--backends", "numpy", "--quick"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        assert ("Setting up" in done.stderr) == (run == 0)
    installed = {p.name.split("-")[0] for p in (tmp_path / ".venv").rglob("*.dist-info")}
    assert installed == {"pip", "setuptools", "numpy", "xlogits"}
    for name in ("report.json", "report.md", "report.xml"):
        assert (tmp_path / "compare" / name).exists()
    assert not (tmp_path / "compare" / "report.html").exists()
    assert "xlogits[report]" in done.stderr
