"""Which files are meant: those named, and those below a directory that git would not ignore."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlogits.errors import OptionError

SUFFIXES = (".py", ".ipynb", ".pyi")
NEVER = {
    *("__pycache__", "node_modules", "venv", "env", "site-packages", "build", "dist", "eggs"),
    *("vendor", "third_party"),
}


def files(paths: list[str], ignore: bool = True) -> Iterator[Path]:
    """The files to read; no symbolic link is followed, and hidden directories are left out.

    Raises:
        OptionError: a path that is not there, or a link; .gitignore files that cannot be read.
    """
    seen: set[Path] = set()
    for name in paths:
        path = Path(name)
        if path.is_symlink():
            raise OptionError(f"{name} is a symbolic link to {path.resolve()}; name that instead")
        if path.is_dir():
            found: Iterator[Path] = _below(path, ignore)
        elif path.exists():
            found = iter((path,))
        else:
            raise OptionError(f"{name} is no file and no directory")
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _below(root: Path, ignore: bool) -> Iterator[Path]:
    rules: dict[str, Any] = {}
    base = _top(root) if ignore else root
    for above in [*reversed(root.resolve().parents), root.resolve()] if ignore else ():
        if above == base or base in above.parents:
            _learn(above, rules)
    waiting = [root]
    while waiting:
        here = waiting.pop()
        if ignore:
            _learn(here.resolve(), rules)
        folders, found = [], []
        for entry in _entries(here):
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in NEVER:
                    folders.append(here / entry.name)
            elif entry.name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False):
                found.append(here / entry.name)
        yield from (p for p in found if not (ignore and _ignored(p, rules, False)))
        waiting += [p for p in reversed(folders) if not (ignore and _ignored(p, rules, True))]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What a directory holds, by name; nothing of one that may not be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _top(root: Path) -> Path:
    """The directory of the repository that a directory is in, or itself."""
    here = root.resolve()
    return next((p for p in (here, *here.parents) if (p / ".git").exists()), here)


def _learn(folder: Path, rules: dict[str, Any]) -> None:
    """The .gitignore of a directory."""
    file = folder / ".gitignore"
    if str(folder) in rules or not file.is_file():
        return
    try:
        from pathspec import GitIgnoreSpec
    except ImportError:
        raise OptionError(
            f"{file} is there, but pathspec to read it is not; install xlogits[cli], or pass "
            f"--no-ignore to read every file"
        ) from None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    rules[str(folder)] = GitIgnoreSpec.from_lines(lines)


def _ignored(path: Path, rules: dict[str, Any], folder: bool) -> bool:
    """Whether the nearest .gitignore that says anything about a path leaves it out."""
    whole = path.parent.resolve() / path.name
    for above in whole.parents:
        spec = rules.get(str(above))
        if spec is not None:
            name = whole.relative_to(above).as_posix() + ("/" if folder else "")
            found = spec.check_file(name)
            if found.include is not None:
                return bool(found.include)
    return False
