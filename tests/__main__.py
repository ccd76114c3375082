"""`python tests`: pytest, with everything set up on first use. Arguments go to pytest.

Whole runs (`python tests`, `python tests -m long`) are shared among the processors.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

if __name__ == "__main__":
    from xlogits._bootstrap import EVERYTHING, ensure

    ensure(ROOT, EVERYTHING, [str(ROOT / "tests"), *sys.argv[1:]])
    try:
        import pytest
    except ImportError:
        sys.exit('pytest is not installed in this environment: pip install -e ".[all,test]"')
    arguments = ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *sys.argv[1:]]
    if sys.argv[1:] in ([], ["-m", "long"]):
        processes = min(4, os.cpu_count() or 1)
        arguments += ["-n", str(processes), "--dist", "worksteal"]
    sys.exit(pytest.main(arguments))
