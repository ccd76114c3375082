"""The command line: `xlogits COMMAND`, also as `python -m xlogits`."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence

from xlogits import __version__
from xlogits.errors import Refused, Unknown, XlogitsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 for findings, or 2 for a call that is wrong."""
    words = _read(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser(words).parse_args(words)
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


def _read(words: list[str]) -> list[str]:
    """What was typed; a question may begin with a minus, as code does, and be no option."""
    if words[:1] != ["explain"]:
        return words
    option = re.compile(r"--?[a-zA-Z][\w-]*(=.*)?|--")
    return [f" {w}" if w.startswith("-") and not option.fullmatch(w) else w for w in words]


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that is asked for gets its options, as that imports its modules."""
    about = "One loss API for NumPy, PyTorch, TensorFlow and JAX, and the proof that it agrees."
    parser = argparse.ArgumentParser(prog="xlogits", description=about)
    parser.add_argument("--version", action="version", version=f"xlogits {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (about, add_options) in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in words:
            add_options(command)
    return parser


def _names(parser: argparse.ArgumentParser) -> None:
    only = "only this family, or this loss: entropy, 'softmax cross-entropy'"
    parser.add_argument("family", nargs="?", default="", metavar="FAMILY", help=only)
    parser.add_argument("--markdown", action="store_true", help="as a table")
    parser.set_defaults(run=_list)


def _list(options: argparse.Namespace) -> int:
    from xlogits.naming.names import listed, markdown

    lines = markdown(options.family) if options.markdown else listed(options.family)
    print("\n".join(lines))
    return 0


def _explain(parser: argparse.ArgumentParser) -> None:
    asked = (
        "logits, 'softmax vs sigmoid', F.cross_entropy, a call with its arguments, or the message "
        "of an error"
    )
    parser.add_argument("text", metavar="TEXT", nargs="+", help=f"such as {asked}")
    parser.add_argument("--json", action="store_true", help="as data, for a program")
    parser.set_defaults(run=_print_explanation)


def _print_explanation(options: argparse.Namespace) -> int:
    from xlogits.naming import explain

    asked = " ".join(options.text)
    try:
        found = explain(asked)
    except Unknown as error:
        if options.json:
            _print_data({"kind": "unknown", "asked": asked, "message": str(error)})
        print(f"xlogits: {error}", file=sys.stderr)
        return 1
    if options.json:
        _print_data(found.data())
    else:
        print(found)
    return 0


def _print_data(data: dict[str, object]) -> None:
    import json

    print(json.dumps(data, ensure_ascii=False, indent=2))


def _parity(parser: argparse.ArgumentParser) -> None:
    from xlogits.parity.command import add_arguments, run

    add_arguments(parser, "xlogits-report")
    parser.set_defaults(run=run)


def _port(parser: argparse.ArgumentParser) -> None:
    from xlogits.port.command import EPILOG, add_arguments, run

    add_arguments(parser)
    parser.epilog = EPILOG
    parser.set_defaults(run=run)


def _diagnose(parser: argparse.ArgumentParser) -> None:
    from xlogits.diagnosis.command import add_arguments, run

    add_arguments(parser)
    parser.set_defaults(run=run)


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "names": ("every loss, and what each framework calls it", _names),
    "explain": (
        (
            "what a word, a question, an error or a native function means, its traps, and the same "
            "everywhere else"
        ),
        _explain,
    ),
    "port": ("rewrite a file's, a notebook's or a tree's losses for another framework", _port),
    "parity": ("hold every native loss against ours, on every backend, dtype and mode", _parity),
    "diagnose": ("why two values of a loss differ, or what computes one", _diagnose),
}

if __name__ == "__main__":
    sys.exit(main())
