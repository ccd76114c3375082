"""Files replaced whole or not at all, with a record that allows it to be undone."""

import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from xlogits.errors import OptionError, XlogitsError

RECORD = ".xlogits-port"


class Unsaved(XlogitsError, OSError):
    """A file that was not replaced, and why; it is as it was."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of a file that still holds the old ones.

    The bytes are written beside it and moved over it in one step, so whatever happens on the way the
    file holds the one or the other. Its permissions are kept.

    Raises:
        Unsaved: it changed since it was read, is a link or has other names, or cannot be written.
    """
    temporary = ""
    try:
        known = os.lstat(path)
        _replaceable(path, known)
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
        )
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            _like(file.fileno(), known)
            os.fsync(file.fileno())
        if path.read_bytes() != before:
            raise Unsaved(f"{path} changed since it was read; it was left as it is")
        Path(temporary).replace(path)
        temporary = ""
        _sync(path.parent)
    except OSError as error:
        if isinstance(error, Unsaved):
            raise
        raise Unsaved(f"{path} could not be written, and is as it was: {error}") from None
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()


def _replaceable(path: Path, known: os.stat_result) -> None:
    if not stat.S_ISREG(known.st_mode):
        raise Unsaved(f"{path} is no regular file")
    if known.st_nlink > 1:
        raise Unsaved(f"{path} has {known.st_nlink} names (hard links), of which one would change")


def _like(handle: int, known: os.stat_result) -> None:
    """The owner and the permissions of the file that is replaced."""
    if hasattr(os, "fchown") and (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, known.st_uid, known.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(handle, stat.S_IMODE(known.st_mode))


def _sync(folder: Path) -> None:
    """Make the move itself last, where the system lets directories be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Record:
    """What a run replaces: written before the first file, read by `--undo`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / RECORD

    def begin(self, files: list[tuple[Path, bytes, bytes]]) -> Path:
        """Keep the old bytes and both hashes of every file, before any of them is replaced."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        entries = []
        for path, before, after in files:
            kept = self.folder / digest(before)
            if not kept.exists():
                self._write(kept, before)
            entry = {"path": str(path.resolve()), "before": digest(before), "after": digest(after)}
            entries.append(entry)
        manifest = self.folder / f"{len(self.runs()) + 1:04}.json"
        self._write(manifest, json.dumps(entries, indent=1).encode())
        return manifest

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f"{path.name}.tmp")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def runs(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.json"))

    def undo(self) -> tuple[list[str], list[str]]:
        """Put back the files of the last run: those put back, and those left with the reason.

        Raises:
            OptionError: no run is on record here.
        """
        if not self.runs():
            raise OptionError(f"nothing to undo: no run is on record in {self.folder}")
        manifest = self.runs()[-1]
        back, left = [], []
        for entry in json.loads(manifest.read_text(encoding="utf-8")):
            why = self._put_back(entry)
            if why is None:
                back.append(entry["path"])
            elif why:
                left.append(f"{entry['path']}: {why}")
        if not left:
            manifest.unlink()
        return back, left

    def _put_back(self, entry: dict[str, Any]) -> str | None:
        """None where a file was put back, '' where it is as before, else why it is left."""
        path = Path(entry["path"])
        try:
            now = path.read_bytes()
            if digest(now) == entry["before"]:
                return ""
            if digest(now) != entry["after"]:
                return "it changed since it was ported"
            old = (self.folder / entry["before"]).read_bytes()
            if digest(old) != entry["before"]:
                return "the copy of its old text is damaged"
            replace_file(path, now, old)
        except OSError as error:
            return str(error)
        return None
