"""Files replaced whole or not at all, with a record that allows it to be undone."""

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path

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
        Unsaved: it changed since it was read, is read-only, a link or has other names, or cannot be
            written.
    """
    temporary = _beside(path, digest(after))
    try:
        known = os.lstat(path)
        _replaceable(path, known)
        temporary.unlink(missing_ok=True)  # of a run that was killed
        with open(temporary, "xb", opener=_private) as file:
            file.write(after)
            file.flush()
            _like(file.fileno(), known)
            os.fsync(file.fileno())
        if path.read_bytes() != before:
            raise Unsaved(f"{path} changed since it was read; it was left as it is")
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        if isinstance(error, Unsaved):
            raise
        raise Unsaved(f"{path} could not be written, and is as it was: {error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _beside(path: Path, after: str) -> Path:
    """Where new bytes are written before they are moved: the name tells them, and so whose it is."""
    return path.with_name(f".{path.name}.{after[:16]}.tmp")


def _private(path: str, flags: int) -> int:
    """A file that nobody else may read, until it gets the permissions of the one it replaces."""
    return os.open(path, flags, 0o600)


def _replaceable(path: Path, known: os.stat_result) -> None:
    if not stat.S_ISREG(known.st_mode):
        raise Unsaved(f"{path} is no regular file")
    if known.st_nlink > 1:
        raise Unsaved(f"{path} has {known.st_nlink} names (hard links), of which one would change")
    if not known.st_mode & 0o222 or not os.access(path, os.W_OK):
        mode = stat.S_IMODE(known.st_mode)
        raise Unsaved(
            f"{path} is read-only (mode {mode:04o}), and was left; chmod u+w lets it change"
        )


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

    def begin(self, files: list[tuple[Path, bytes, bytes]]) -> None:
        """Keep the old bytes and both hashes of every file, before any of them is replaced.

        Raises:
            Unsaved: there is no room, or no permission; nothing may be replaced then.
        """
        try:
            self.folder.mkdir(exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
            entries = []
            for path, before, after in files:
                old, new = digest(before), digest(after)
                if not (self.folder / old).exists():
                    self._write(self.folder / old, before)
                entries.append({"path": str(path.resolve()), "before": old, "after": new})
            manifest = self.folder / f"{len(self.runs()) + 1:04}.json"
            self._write(manifest, json.dumps(entries, indent=1).encode())
        except OSError as error:
            why = f"the record that --undo needs could not be written: {error}"
            raise Unsaved(f"no file was changed: {why}") from None

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f"{path.name}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a run that was killed was writing: in the record, and beside the files it names.

        Of a run that is still going on, one file is not written then, and said to be as it was.
        """
        with suppress(OSError):
            for scrap in self.folder.glob("*.tmp"):
                scrap.unlink(missing_ok=True)
            for manifest in self.runs()[-1:]:
                for entry in _entries(manifest):
                    for name in ("before", "after"):
                        _beside(Path(entry["path"]), entry[name]).unlink(missing_ok=True)

    def runs(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.json"))

    def undo(self) -> tuple[list[str], list[str]]:
        """Put back the files of the last run: those put back, and those left with the reason.

        Raises:
            OptionError: no run is on record here.
            Unsaved: the record is damaged.
        """
        if not self.runs():
            raise OptionError(f"nothing to undo: no run is on record in {self.folder}")
        manifest = self.runs()[-1]
        back, left = [], []
        for entry in _entries(manifest):
            why = self._put_back(entry)
            if why is None:
                back.append(entry["path"])
            elif why:
                left.append(f"{entry['path']}: {why}")
        if not left:
            manifest.unlink()
        return back, left

    def _put_back(self, entry: dict[str, str]) -> str | None:
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


def _entries(manifest: Path) -> list[dict[str, str]]:
    """The files of a run."""
    try:
        found: list[dict[str, str]] = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Unsaved(f"{manifest} is damaged: {error}") from None
    return found
