"""`python tests`: pytest, with everything set up on first use. Arguments go to pytest.

Whole runs (`python tests`, `python tests -m long`) are shared among the processors.
`python tests --hide torch,tensorflow,jax` runs as if these were not installed: NumPy alone. A whole run
with one framework or none fails if fewer tests passed than tests/data/alone.json says.
`python tests --alone` does that for NumPy and each framework, without running three times more what
passed with NumPy alone.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# options that say how tests run, and not which: `-qx`, `--durations=20`
ANYHOW = ("--durations", "--exitfirst", "--maxfail", "--passed", "--quiet", "--tb", "--verbose")
ANYHOW_SHORT = re.compile(r"-[lqsvx]+|-r[a-zA-Z]+")
sys.path[0] = str(ROOT)


def main(arguments: list[str]) -> int:
    if arguments == ["--alone"]:
        return each_alone()
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
    if is_whole(arguments):
        processes = min(4, os.cpu_count() or 1)
        given += ["-n", str(processes), "--dist", "worksteal"]
        given += ["--least"] if hidden and "long" not in arguments else []
    return int(pytest.main(given))


def is_whole(arguments: list[str]) -> bool:
    """Whether these run all tests, or all long ones: none chooses some of them.

    >>> is_whole([]), is_whole(["-q", "-x"]), is_whole(["-m", "long"]), is_whole(["--passed=file"])
    (True, True, True, True)
    >>> is_whole(["tests/port"]), is_whole(["-k", "softmax"]), is_whole(["-m", "nightly"])
    (False, False, False)
    """
    rest = arguments[:-2] if arguments[-2:] == ["-m", "long"] else arguments
    return all(a.partition("=")[0] in ANYHOW or ANYHOW_SHORT.fullmatch(a) for a in rest)


def each_alone() -> int:
    """NumPy alone, then each framework; 0 if all passed, and enough of them."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for alone, words in runs_alone(Path(folder) / "passed.txt").items():
            print(f"\n{alone} alone: python tests {' '.join(words[:2])}", flush=True)
            failed |= subprocess.call([sys.executable, str(ROOT / "tests"), *words])
    return int(bool(failed))


def runs_alone(passed: Path) -> dict[str, list[str]]:
    """The words of each run; the first writes which tests passed, the others leave these out."""
    from tests.absence.hiding import FRAMEWORKS

    found = {}
    for alone in ("numpy", *FRAMEWORKS):
        hidden = ",".join(name for name in FRAMEWORKS if name != alone)
        # in one word: a path by itself would be taken for the tests to run
        found[alone] = ["--hide", hidden, f"--passed={passed}"]
    return found


if __name__ == "__main__":
    from xlogits._bootstrap import EVERYTHING, ensure

    ensure(ROOT, EVERYTHING, [str(ROOT / "tests"), *sys.argv[1:]])
    sys.exit(main(sys.argv[1:]))
