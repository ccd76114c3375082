"""Which files can hold a call at all, told from their bytes, so that large trees are fast to search.

A call needs an import of the framework, and one of its names: after a dot, in the import itself, or, of
Keras' losses, in quotes.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from xlogits.frameworks import FRAMEWORKS
from xlogits.port.read.paths import KNOWN, SHORT, find, names_of
from xlogits.port.read.paths import roots as roots_of

# what may stand between a dot and a name, or between names in parentheses
GAP = rb"(?:[\s\\]|#[^\n]*\n)*"
LISTED = rb"\((?:[^)#]|#[^\n]*\n)*"
LINE = rb"[^\n]*(?:\\\r?\n[^\n]*)*"  # with the lines that a backslash adds to it
# what stands before a dot on its line, if that is a comment, a prompt, or has just been quoted: no code
TOLD = re.compile(rb"""[ \t\f]*(?:\#|>>>)[^'"{]*|.*['"`][A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*""", re.S)


class _Needles(NamedTuple):
    roots: list[bytes]
    named: re.Pattern[bytes]
    imported: re.Pattern[bytes]
    dotted: re.Pattern[bytes]
    listed: re.Pattern[bytes]
    quoted: list[re.Pattern[bytes]]


def may_hold(data: bytes, frameworks: Iterable[str]) -> bool:
    """Whether bytes import one of the frameworks, and name one of its functions."""
    needles = _needles(tuple(frameworks))
    if not any(root in data for root in needles.roots):
        return False
    if data.lstrip()[:1] == b"{":  # a notebook, whose lines are strings of JSON
        return needles.named.search(data) is not None
    used = (
        any(_code(data, match.start()) for match in needles.dotted.finditer(data))
        or any(_gives(match[1]) for match in _all(needles.listed, data))
        or any(pattern.search(data) for pattern in needles.quoted)
    )
    return used and needles.imported.search(data) is not None


def _code(data: bytes, place: int) -> bool:
    """Whether a dot may be code; in a comment it never is, nor in a string that begins before it."""
    start = max(data.rfind(b"\n", 0, place), data.rfind(b"\r", 0, place)) + 1
    return TOLD.fullmatch(data, start, place) is None


def _all(pattern: re.Pattern[bytes], data: bytes) -> Iterator[re.Match[bytes]]:
    """Every match, also those that begin inside another."""
    found = pattern.search(data)
    while found:
        yield found
        found = pattern.search(data, found.start() + 1)


@cache
def _gives(module: bytes) -> bool:
    """Whether a module, as an import spells it, has one of the functions under its own name."""
    path = re.sub(rb"[\s\\]", b"", module).decode()
    return any(find(f"{path}.{name}") for name in SHORT)


@cache
def _needles(frameworks: tuple[str, ...]) -> _Needles:
    roots = sorted({root.encode() for f in frameworks for root in roots_of(f)})
    names = {
        name.rpartition(".")[2].encode()
        for known in KNOWN
        if known.name.partition(".")[0] in frameworks
        for name in names_of(known)
    }
    root, name = (rb"(?:%s)" % b"|".join(sorted(words)) for words in (roots, names))
    listed = rb"(?:\*|%s\b%s\b|%s\b%s\b)" % (LISTED, name, LINE, name)
    # each begins with a literal, which is looked for many times faster than what may be several
    dotted = rb"\.(?:%s\b|(?=[\s\\#])%s%s\b)" % (name, GAP, name)
    named = rb"from[\s\\]+(%s(?:[\w. \t\f]|\\\s+)*)\bimport[\s\\]*%s" % (root, listed)
    by_string = any(FRAMEWORKS[f].by_string for f in frameworks)
    quoted = [rb"%s%s%s" % (q, name, q) for q in (b"'", b'"') if by_string]
    imported = rb"\b(?:import|from)\b%s\b%s" % (LINE, root)
    patterns = rb"\b%s\b" % name, imported, dotted, named
    one, two, three, four = map(re.compile, patterns)
    return _Needles(roots, one, two, three, four, [*map(re.compile, quoted)])
