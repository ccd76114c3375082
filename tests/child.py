"""The environment of a process that a test starts: what is hidden stays hidden in it.

A test that set PYTHONPATH itself would take away the folder by which `python tests --hide` works.
"""

import os
from pathlib import Path


def on_path(*folders: Path | str) -> tuple[str, str]:
    """PYTHONPATH and its value, with some folders before what it has already."""
    before = os.environ.get("PYTHONPATH", "")
    return "PYTHONPATH", os.pathsep.join(filter(None, [*map(str, folders), before]))


def environment(*folders: Path | str, **variables: str) -> dict[str, str]:
    """All variables of this process, with some folders on PYTHONPATH, and others set anew."""
    return {**os.environ, **dict([on_path(*folders)]), **variables}
