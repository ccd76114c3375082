"""`python tests`: pytest, with everything set up on first use. Arguments go to pytest.

Whole runs (`python tests`, `python tests -m long`) are shared among the processors.
`python tests --hide torch,tensorflow,jax` runs as if these were not installed: NumPy alone. A whole run
with one framework or none fails if fewer tests passed than tests/data/alone.json says.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)


def main(arguments: list[str]) -> int:
    from tests.absence.hiding import Unknown, hide, taken

    try:
        hidden, arguments = taken(arguments)
        hide(hidden)
    except Unknown as wrong:
        print(wrong, file=sys.stderr)
        return 2
    try:
        import pytest
    except ImportError:
        sys.exit('pytest is not installed in this environment: pip install -e ".[all,test]"')
    given = ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *arguments]
    if arguments in ([], ["-m", "long"]):
        processes = min(4, os.cpu_count() or 1)
        given += ["-n", str(processes), "--dist", "worksteal"]
    if hidden and not arguments:
        given.append("--alone")
    return int(pytest.main(given))


if __name__ == "__main__":
    from xlogits._bootstrap import EVERYTHING, ensure

    ensure(ROOT, EVERYTHING, [str(ROOT / "tests"), *sys.argv[1:]])
    sys.exit(main(sys.argv[1:]))
