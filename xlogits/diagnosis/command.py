"""`xlogits diagnose`: numbers and files in, causes out."""

import argparse
from typing import Any

from xlogits.diagnosis import diagnose
from xlogits.errors import OptionError


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
