"""`python compare/digits`, from a checkout in which the frameworks are installed."""

import sys
from pathlib import Path

sys.path[0] = str(
    Path(__file__).resolve().parents[2]
)  # of modules here, none should pass for another

if __name__ == "__main__":
    from compare.digits.main import main

    sys.exit(main(sys.argv[1:]))
