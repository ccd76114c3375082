"""Which files can hold a call at all, told from their bytes, so that large trees are fast to search."""

import re
from collections.abc import Iterable
from functools import cache

from xlogits.source.records import KNOWN, names_of

ALSO = {"jax": ("flax",), "optax": ("flax",), "keras": ("tensorflow",)}  # who gives them on


def may_hold(data: bytes, frameworks: Iterable[str]) -> bool:
    """Whether bytes name one of the frameworks, and one of its functions."""
    roots, names = _needles(tuple(frameworks))
    return any(root in data for root in roots) and names.search(data) is not None


@cache
def _needles(frameworks: tuple[str, ...]) -> tuple[list[bytes], re.Pattern[bytes]]:
    roots = {root for f in frameworks for root in (f, *ALSO.get(f, ()))}
    names = {
        name.rpartition(".")[2]
        for known in KNOWN
        if known.name.partition(".")[0] in frameworks
        for name in names_of(known)
    }
    pattern = rb"\b(?:" + b"|".join(re.escape(n).encode() for n in sorted(names)) + rb")\b"
    return [root.encode() for root in sorted(roots)], re.compile(pattern)
