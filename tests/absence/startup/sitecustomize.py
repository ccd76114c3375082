"""What the variable XLOGITS_HIDE names cannot be imported, found, or asked for its version.

Python imports a module of this name when it starts, and `tests/absence/hiding.py` puts this folder on
PYTHONPATH: so it holds in every process that a test starts. Only the standard library, and little of it.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

HIDE = "XLOGITS_HIDE"


class Without:
    """A finder of modules that does not find some packages, nor the distributions of these names."""

    def __init__(self, finder: Any, hidden: frozenset[str]) -> None:
        self.finder, self.hidden = finder, hidden

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] in self.hidden:
            return None
        return self.finder.find_spec(name, path, target)

    def find_distributions(self, *context: Any) -> Iterator[Any]:
        find = getattr(self.finder, "find_distributions", None)
        for found in find(*context) if find else ():
            if (found.name or "").lower().replace("-", "_").replace(".", "_") not in self.hidden:
                yield found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)


def hide(names: Iterable[str]) -> None:
    """Hide packages from this process, which must not have imported them yet."""
    hidden = frozenset(filter(None, names))
    loaded = sorted(hidden & set(sys.modules))
    if loaded:
        raise ImportError(f"too late to hide {', '.join(loaded)}: imported already")
    if hidden:
        sys.meta_path[:] = [Without(finder, hidden) for finder in sys.meta_path]  # type: ignore[misc]


hide(os.environ.get(HIDE, "").split(","))
