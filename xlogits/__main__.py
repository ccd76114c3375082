"""`python -m xlogits` is the command line."""

import sys

from xlogits.cli import main

if __name__ == "__main__":  # the processes that share the matrix import this module too
    sys.exit(main())
