"""A measurement in a process of its own, and how much memory that takes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def child(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """What `python -m module` prints last, as JSON; `environment` is added to this process's own."""
    command = [sys.executable, "-m", module, *arguments]
    given = os.environ | (environment or {})
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def status(name: str) -> int:
    """A line of this process's status, in kB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
