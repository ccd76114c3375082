"""The main job: the parity matrix over all native functions, and real data trained under each name."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from compare import RESULTS
from xlogits.parity import command
from xlogits.report.progress import Said

HERE = Path(__file__).resolve().parent
PARTS = {
    "broken": "compare.broken.main",
    "digits": "compare.digits.main",
    "fuzz": "compare.fuzz.main",
    "hostile": "compare.hostile.main",
    "mutation": "compare.mutation.main",
    "names": "compare.names",
    "port": "compare.port.main",
    "speed": "compare.speed.main",
}


def main(arguments: Sequence[str]) -> int:
    """Run the job or one of its parts; 0, 1 if anything differs, 2 for a call that is wrong."""
    first = arguments[0] if arguments else ""
    if first == "merge":
        return _merge(arguments[1:])
    if first in PARTS:
        found: int = import_module(PARTS[first]).main(arguments[1:])
        return found
    return _matrix(arguments)


def _matrix(arguments: Sequence[str]) -> int:
    parts = ", ".join(f"`python compare {name}`" for name in PARTS)
    parser = argparse.ArgumentParser(
        prog="python compare",
        description=__doc__,
        epilog=f"Parts of it: {parts}, `python compare merge RESULTS.json ...`",
    )
    command.add_arguments(parser, str(HERE))
    options = parser.parse_args(arguments)
    if options.ulp:
        options.output = RESULTS if options.output == HERE else options.output
        return command.run(options)
    return command.run(options, _digits)


def _digits(options: argparse.Namespace, progress: Said) -> command.Drawn:
    """The digits as a figure of the report, and whether their curves part."""
    from compare.digits import main as digits
    from xlogits.report.html import Figure

    progress("the digits, trained under every name", 0, 0)
    try:
        curves = digits.run(options.backends or digits.BACKENDS)
        svg = digits.plot(curves)
    except ImportError as error:
        return command.Drawn(words=f"The digits were left out: {error}")
    words = digits.summary(curves)
    figure = Figure("Softmax regression on the digits", words, svg)
    return command.Drawn((figure,), words, digits.differs(curves))


def _merge(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare merge", description=_merge.__doc__)
    parser.add_argument("results", nargs="+", type=Path, help="report.json of every shard")
    parser.add_argument("--output", type=Path, default=HERE)
    options = parser.parse_args(arguments)
    return command.merge_files(options.results, options.output)
