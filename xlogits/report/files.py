"""Files of a report, written whole or not at all."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put a text in the place of a file; until all of it is written, the old file stays.

    Raises:
        OSError: the folder cannot be made, or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
