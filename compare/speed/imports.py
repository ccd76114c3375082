"""What `import xlogits` costs over starting Python, in CPU time of fresh interpreters."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from compare.speed.pairs import Ratio, compare

IMPORTS = {
    "import xlogits": "import xlogits",
    "import xlogits, first NumPy call": "import numpy, xlogits as xl; xl.softmax(numpy.zeros(3))",
}
AGAINST = {"import xlogits": "pass", "import xlogits, first NumPy call": "import numpy"}


def measure(pairs: int) -> Iterator[Ratio]:
    """Each import against what Python does without it."""
    for name, code in IMPORTS.items():
        base = AGAINST[name]
        against = "python -c pass" if base == "pass" else base
        yield compare(name, _cpu_seconds(code), against, _cpu_seconds(base), pairs)


def third_party() -> list[str]:
    """Top-level modules that importing xlogits loads, the standard library and itself aside."""
    code = "import sys; before = set(sys.modules); import xlogits; "
    code += "names = {m.partition('.')[0] for m in set(sys.modules) - before}; "
    code += "print(__import__('json').dumps(sorted(names)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    names: list[str] = json.loads(out.stdout)
    return [name for name in names if name not in sys.stdlib_module_names and name != "xlogits"]


def _cpu_seconds(code: str) -> Callable[[], float]:
    """A measurement: user and system time of a fresh interpreter that runs this."""

    def run() -> float:
        child = subprocess.Popen([sys.executable, "-I", "-c", code])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"python -c {code!r} failed")
        return usage.ru_utime + usage.ru_stime

    return run
