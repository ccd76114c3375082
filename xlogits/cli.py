"""The command line: `xlogits COMMAND`, also as `python -m xlogits`."""

import argparse
import os
import sys
from collections.abc import Sequence

import xlogits
from xlogits.errors import Refused, XlogitsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 for findings, or 2 for a call that is wrong."""
    parser = argparse.ArgumentParser(prog="xlogits", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"xlogits {xlogits.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _names(commands)
    _explain(commands)
    _parity(commands)
    options = parser.parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads, such as `head`, wants no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Refused as refusal:
        print(refusal)
        return 1
    except XlogitsError as error:
        print(f"xlogits: {error}", file=sys.stderr)
        return 2


_ABOUT = "One loss API for NumPy, PyTorch, TensorFlow and JAX, and the proof that it agrees."


def _parity(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from xlogits.parity.command import add_arguments, run

    about = "hold every native loss against ours, on every backend, dtype and mode"
    parser = commands.add_parser("parity", help=about, description=about)
    add_arguments(parser, "xlogits-report")
    parser.set_defaults(run=run)


def _names(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "every loss, and what each framework calls it"
    parser = commands.add_parser("names", help=about, description=about)
    parser.add_argument("family", nargs="?", default="", metavar="FAMILY", help="only this family")
    parser.add_argument("--markdown", action="store_true", help="as a table")
    parser.set_defaults(run=_list)


def _list(options: argparse.Namespace) -> int:
    from xlogits.naming.names import listed, markdown

    lines = markdown(options.family) if options.markdown else listed(options.family)
    print("\n".join(lines))
    return 0


def _explain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "what a native function computes, its traps, and the same call everywhere else"
    parser = commands.add_parser("explain", help=about, description=about)
    parser.add_argument("name", metavar="NAME", help="such as F.cross_entropy or tf.nn.softmax")
    parser.set_defaults(run=_print_explanation)


def _print_explanation(options: argparse.Namespace) -> int:
    from xlogits.naming import explain

    print(explain(options.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
