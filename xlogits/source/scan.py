"""Which files can hold a call at all, told from their bytes, so that large trees are fast to search.

A call needs an import of the framework, and one of its names: after a dot, in the import itself, or, of
Keras' losses, in quotes.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from xlogits.source.records import KNOWN, names_of

ALSO = {"jax": ("flax",), "optax": ("flax",), "keras": ("tensorflow",)}  # who gives them on
# what may stand between a dot and a name, or between names in parentheses
GAP = rb"(?:[\s\\]|#[^\n]*\n)*"
LISTED = rb"\((?:[^)#]|#[^\n]*\n)*"
LINE = rb"[^\n]*(?:\\\r?\n[^\n]*)*"  # with the lines that a backslash adds to it


class _Needles(NamedTuple):
    roots: list[bytes]
    named: re.Pattern[bytes]
    imported: re.Pattern[bytes]
    used: list[re.Pattern[bytes]]


def may_hold(data: bytes, frameworks: Iterable[str]) -> bool:
    """Whether bytes import one of the frameworks, and name one of its functions."""
    needles = _needles(tuple(frameworks))
    if not any(root in data for root in needles.roots):
        return False
    if data.lstrip()[:1] == b"{":  # a notebook, whose lines are strings of JSON
        return needles.named.search(data) is not None
    used = any(pattern.search(data) for pattern in needles.used)
    return used and needles.imported.search(data) is not None


@cache
def _needles(frameworks: tuple[str, ...]) -> _Needles:
    roots = sorted({root.encode() for f in frameworks for root in (f, *ALSO.get(f, ()))})
    names = {
        name.rpartition(".")[2].encode()
        for known in KNOWN
        if known.name.partition(".")[0] in frameworks
        for name in names_of(known)
    }
    root, name = (rb"(?:%s)" % b"|".join(sorted(words)) for words in (roots, names))
    listed = rb"(?:\*|%s\b%s\b|%s\b%s\b)" % (LISTED, name, LINE, name)
    # each begins with a literal, which is looked for many times faster than what may be several
    used = [rb"\.(?:%s\b|(?=[\s\\#])%s%s\b)" % (name, GAP, name)]
    used += [rb"from[\s\\]+%s[\w.\s\\]*\bimport[\s\\]*%s" % (root, listed)]
    used += [rb"%s%s%s" % (q, name, q) for q in (b"'", b'"') if "keras" in frameworks]
    return _Needles(
        *(roots, re.compile(rb"\b%s\b" % name)),
        *(re.compile(rb"\b(?:import|from)\b%s\b%s" % (LINE, root)), [*map(re.compile, used)]),
    )
