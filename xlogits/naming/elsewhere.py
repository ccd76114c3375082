"""A call written for every framework, as translations and as lines of a page."""

import textwrap
from collections.abc import Iterator

from xlogits.errors import OptionError, Refused
from xlogits.translation import Translation, translated
from xlogits.translation.call import Call
from xlogits.translation.language import LANGUAGES, TARGETS


def everywhere(call: Call) -> dict[str, Translation]:
    """Target -> the same call there, or why there is none."""
    found = {}
    for target in TARGETS:
        try:
            found[target] = translated(call, LANGUAGES[target])
        except (Refused, OptionError) as refusal:
            found[target] = Translation("", why_not=str(refusal))
    return found


def lines(elsewhere: dict[str, Translation], but: str) -> Iterator[str]:
    """The calls, one under the other; `but` is the function itself, which is left out."""
    for target, translation in elsewhere.items():
        if translation.native != but:
            yield from _line(target, translation)


def _line(target: str, translation: Translation) -> Iterator[str]:
    indent = " " * 13
    if translation.source:
        for number, line in enumerate(translation.lines):
            yield f"  {'' if number else target:<11}{line}"
        if translation.assumed:
            yield from wrapped("; ".join(translation.assumed), f"{indent}if ")
        return
    yield from wrapped(f"no equivalent: {translation.why_not}", f"  {target:<11}")
    if translation.nearest:
        yield f"{indent}nearest: {translation.nearest}"
    if translation.difference:
        yield f"{indent}it gives {translation.difference}"


def wrapped(text: str, first: str = "") -> list[str]:
    """Lines that a terminal shows whole, under the first one's start."""
    return textwrap.wrap(
        text,
        100,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
