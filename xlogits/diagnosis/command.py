"""`xlogits diagnose`: numbers and files in, causes out."""

import argparse
from typing import Any

from xlogits.diagnosis import diagnose
from xlogits.errors import OptionError

EXAMPLES = """examples:
  xlogits diagnose 2.3026 0.0719
  xlogits diagnose 2.3026 0.0719 --size items=32
  xlogits diagnose 0.9700 0.9270 --logits logits.npy --labels labels.csv --to tensorflow
  xlogits diagnose losses.npz:tf losses.npz:torch --logits x.npy --labels y.npy"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("first", metavar="FIRST", help="a number, or a file with one loss per item")
    add("second", metavar="SECOND", nargs="?", help="what the other side gives")
    add("--logits", metavar="FILE", help=".npy, .npz (FILE.npz:NAME for one of several) or .csv")
    add("--labels", metavar="FILE", help="class indexes, or labels in the shape of the logits")
    about = "class_weight, sample_weight, pos_weight, mask, variance, other, logit_length, ..."
    add("--array", metavar="NAME=FILE", action="append", default=[], help=about)
    add("--ignore-index", metavar="LABEL", type=int, help="the label that is left out")
    add("--call", metavar="SOURCE", default="", help="the call that is meant, of the first side")
    add("--to", metavar="FRAMEWORK", default="", help="what to write calls in (default: torch)")
    about = "a known size, such as items=32"
    add("--size", metavar="NAME=NUMBER", action="append", default=[], help=about)
    add("--seconds", metavar="S", type=float, default=20.0, help="of computing, at most (20)")


def run(options: argparse.Namespace) -> int:
    """Print the diagnosis; 0 if the sides agree or one value is understood, 1 for causes or none."""
    others: dict[str, Any] = dict(_pair(text, "--array NAME=FILE") for text in options.array)
    sizes = {}
    for name, text in (_pair(text, "--size NAME=NUMBER") for text in options.size):
        try:
            sizes[name] = float(text)
        except ValueError:
            raise OptionError(f"--size {name}={text}: expected a number") from None
    found = diagnose(
        options.first,
        options.second,
        logits=options.logits,
        labels=options.labels,
        call=options.call,
        to=options.to,
        ignore_index=options.ignore_index,
        sizes=sizes,
        seconds=options.seconds,
        **others,
    )
    print(found)
    return 0 if found.agree or (options.second is None and found.first) else 1


def _pair(text: str, expected: str) -> tuple[str, str]:
    name, equal, value = text.partition("=")
    if not equal or not name or not value:
        raise OptionError(f"{text!r}: expected {expected}")
    return name, value
