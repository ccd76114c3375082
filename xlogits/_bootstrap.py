"""The set-up behind `python compare` and `python tests`: an environment made once, then used.

Only the standard library, because nothing else is there yet. Inside somebody's own virtual
environment nothing is installed and whatever is there is used. Elsewhere `.venv` is made beside
pyproject.toml, and made anew when pyproject.toml or the constraints change.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from xlogits.frameworks import FRAMEWORKS

EXTRAS = {f.id: f for f in FRAMEWORKS.values() if f.megabytes}
EVERYTHING = ("all", "test")
# what an environment takes on disk, in MB, as measured with the versions of the constraints file
MEGABYTES = {"": 100, **{name: f.megabytes for name, f in EXTRAS.items()}, "all": 3000, "test": 320}


def extras_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """The extras that a command line needs: all of them, unless it names its backends."""
    for number, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--backends":
            value = value or "".join(arguments[number + 1 : number + 2])
            return tuple(name for name in EXTRAS if name in value.split(","))
    return EVERYTHING


def ensure(root: Path, extras: tuple[str, ...], arguments: Sequence[str]) -> None:
    """Return where the environment is the right one; otherwise make it and run again inside it."""
    if sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX"):
        return
    home = root / ".venv"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not _ready(root, home, python, extras):
        _make(root, home, python, extras)
    command = [str(python), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def _constraints(root: Path) -> Path | None:
    path = root / "constraints" / f"py{sys.version_info[0]}{sys.version_info[1]}-cpu.txt"
    return path if path.exists() else None


def _digest(root: Path) -> str:
    files = [root / "pyproject.toml", *sorted((root / "constraints").glob("*.txt"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _ready(root: Path, home: Path, python: Path, extras: tuple[str, ...]) -> bool:
    """Whether the environment is there, finished, of these constraints, and holds the extras."""
    try:
        stamp = json.loads((home / "xlogits.json").read_text())
    except (OSError, ValueError):
        return False
    holds = set(stamp["extras"]) | (set(EXTRAS) if "all" in stamp["extras"] else set())
    return python.exists() and stamp["digest"] == _digest(root) and set(extras) <= holds


def _make(root: Path, home: Path, python: Path, extras: tuple[str, ...]) -> None:
    build = _build()
    constraints = _constraints(root) if build == "cpu" else None
    what = f".[{','.join(extras)}]" if extras else "."
    megabytes = sum(MEGABYTES[extra] for extra in ("", *extras))
    _say(f"Setting up {home.name} once: {what}, about {megabytes} MB on disk, {build} builds.")
    if constraints is None:
        _say("No constraints file fits this Python and build: the newest versions are installed.")
    for name, f in EXTRAS.items():
        if constraints is not None and f.own_index and {name, "all"} & {*extras}:
            _say(
                f"{f.title} comes from pip's own sources; set PIP_EXTRA_INDEX_URL to its CPU index"
            )
            _say("first if yours would fetch its CUDA libraries (several GB) instead.")
    started = time.monotonic()
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    (home / "xlogits.json").unlink(missing_ok=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["-e", what] + (["-c", str(constraints)] if constraints else [])
    _say(" ".join(["pip", *install[3:]]))
    if subprocess.call(install, cwd=root):
        _say("pip could not install this (see above); nothing was started.")
        sys.exit(2)
    stamp = {"digest": _digest(root), "extras": sorted(extras)}
    (home / "xlogits.json").write_text(json.dumps(stamp))
    _say(f"Ready after {time.monotonic() - started:.0f} s, {_size(home)} MB on disk.")


def _build() -> str:
    """Which builds to install; a machine with an NVIDIA GPU has to say so itself."""
    build = os.environ.get("XLOGITS_BUILD", "")
    if build in ("cpu", "cuda"):
        return build
    if build or shutil.which("nvidia-smi"):
        _say("An NVIDIA GPU was found." if not build else f"XLOGITS_BUILD is {build!r}.")
        _say("Say which builds to install: XLOGITS_BUILD=cuda (the newest PyTorch with CUDA, about")
        _say("6 GB) or XLOGITS_BUILD=cpu, or activate a virtual environment of your own.")
        sys.exit(2)
    return "cpu"


def _size(folder: Path) -> int:
    files = (Path(base) / name for base, _, names in os.walk(folder) for name in names)
    return sum(path.lstat().st_size for path in files) // 2**20


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
