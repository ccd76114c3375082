"""What a loss that is left would be, where one short call says it."""

from functools import cache
from typing import TYPE_CHECKING

from xlogits.catalogue import Native
from xlogits.port.read.paths import ROOTS, find

if TYPE_CHECKING:
    from xlogits.port.decide.rewrite import Rewriter

SHORT = 100


def hint(whole: "Rewriter", name: str, why: str) -> str:
    """The reason with the equivalent, if there is a short one."""
    known = (r for path in _paths(whole, name) for r in find(path, whole.finder.era))
    native = next((r for r in known if isinstance(r, Native)), None)
    if native is None or why.startswith("It "):
        return why
    short = _short(native.name, whole.choices.target.name)
    return f"{why}; called, it is {short}" if short else why


@cache
def _short(name: str, target: str) -> str:
    from xlogits.translation import translate

    source = translate(name, target).source
    return source if len(source) < SHORT else ""


def _paths(whole: "Rewriter", name: str) -> list[str]:
    """The full paths of a name as the file writes it."""
    root, _, rest = name.partition(".")
    if not all(part.isidentifier() for part in name.split(".")):
        return []
    paths = [b.path for b in whole.scopes.of_module(root) if b.path]
    paths += [name] if root in ROOTS else []
    return [f"{path}.{rest}" if rest and path != name else path for path in paths]
