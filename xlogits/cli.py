"""The command line: `xlogits COMMAND`, also as `python -m xlogits`."""

import argparse
import sys
from collections.abc import Sequence

import xlogits


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 for findings, or 2 for a call that is wrong."""
    parser = argparse.ArgumentParser(prog="xlogits", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"xlogits {xlogits.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _parity(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


_ABOUT = "One loss API for NumPy, PyTorch, TensorFlow and JAX, and the proof that it agrees."


def _parity(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from xlogits.parity.command import add_arguments, run

    about = "hold every native loss against ours, on every backend, dtype and mode"
    parser = commands.add_parser("parity", help=about, description=about)
    add_arguments(parser, "xlogits-report")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
