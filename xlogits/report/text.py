"""Text from strangers, made safe to look at.

Names and messages in a report come from other people's code. Characters that hide, reorder or
command are shown by their code point (Trojan Source, CVE-2021-42574); nothing is dropped in silence
but the escape sequences of a terminal, which mean nothing elsewhere.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import TextIO

# Drawn as nothing, though Unicode calls them letters, marks or symbols: joiners, fillers, the blank
# of Braille and the variation selectors.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
BREAKS = re.compile(r"[\t\n\r\f\v]+")
ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS
    r"|\x1b[ -/]*[0-~]"  # two characters: charset, reset
)
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|inf)(?!\w)")


def odd(char: str) -> bool:
    """Whether a character would be invisible, or change how its neighbours are shown."""
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp") or char in BLANK


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of plain text, and the code points of odd characters, as (text, is odd)."""
    run = ""
    for char in BREAKS.sub(" ", ESCAPES.sub("", text)):
        if odd(char):
            if run:
                yield run, False
            yield f"U+{ord(char):04X}", True
            run = ""
        else:
            run += char
    if run:
        yield run, False


def plain(text: str) -> str:
    """One line of text that any terminal, XML parser and editor shows as it is.

    >>> plain("\\x1b[31mred\\x1b[0m\\nuser\\u202e")
    'red user<U+202E>'
    """
    return "".join(f"<{piece}>" if is_odd else piece for piece, is_odd in pieces(text))


def printable(text: str, stream: TextIO) -> str:
    """Without anything a terminal would obey, and within what the stream can encode."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return plain(text).encode(encoding, "backslashreplace").decode(encoding)


def number(x: float | None) -> str:
    """An error in three digits; nothing where there is none.

    >>> [number(x) for x in (None, 0.0, 0.54567, 3851234.0, float("inf"))]
    ['', '0', '0.546', '3.85e6', '∞']
    """
    if x is None:
        return ""
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    return re.sub(r"e([-+])0*", lambda e: "e" + e[1].strip("+"), f"{x:.3g}")


def unnumbered(why: str) -> str:
    """What a message says apart from its numbers, so that equal reasons can be counted.

    >>> unnumbered("the native function is 3.85e+06 eps from the reference")
    'the native function is … eps from the reference'
    """
    return NUMBER.sub("…", why)


def duration(seconds: float) -> str:
    """
    >>> [duration(s) for s in (3.21, 62.2, 4000)]
    ['3.2 s', '1 min 2 s', '1 h 6 min']
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def json_in_html(value: object) -> str:
    """JSON that no HTML parser can read as anything but text.

    >>> json_in_html("</script>&\\u2028")
    '"\\\\u003c/script\\\\u003e\\\\u0026\\\\u2028"'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
