"""What frameworks warn of while they are called: counted, to be told once at the end."""

import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TextIO


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The warnings that would be shown meanwhile, each with how often. An error shows them all.

    >>> with counted() as found:
    ...     for _ in range(64):
    ...         warnings.warn_explicit("old", UserWarning, "/x/site-packages/torch/loss.py", 48)
    >>> found
    Counter({'torch/loss.py:48: UserWarning: old': 64})
    """
    found: Counter[str] = Counter()

    def count(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        found[f"{_within(filename)}:{lineno}: {category.__name__}: {message}"] += 1

    ended = False
    with warnings.catch_warnings():
        warnings.showwarning = count
        try:
            yield found
            ended = True
        finally:
            if not ended:
                print(*(f"{n} x {text}" for text, n in found.items()), sep="\n", file=sys.stderr)


def _within(file: str) -> str:
    """The path from the package on: where it is installed is nobody's concern."""
    parts = PurePath(file).parts
    for home in ("site-packages", "dist-packages"):
        if home in parts:
            parts = parts[parts.index(home) + 1 :]
    return "/".join(parts)
