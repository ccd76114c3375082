"""`python compare`: the parity matrix and the digits, with everything set up on first use."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

if __name__ == "__main__":
    from xlogits._bootstrap import ensure, extras_for

    ensure(ROOT, extras_for(sys.argv[1:]), [str(ROOT / "compare"), *sys.argv[1:]])
    from compare.main import main

    sys.exit(main(sys.argv[1:]))
