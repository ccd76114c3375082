"""`python -m xlogits` is the command line."""

import sys

from xlogits.cli import main

sys.exit(main())
