"""What a loss that is left would be, where one short call says it."""

from functools import cache

from xlogits.catalogue import Native
from xlogits.port.decide.decisions import Decisions
from xlogits.port.read.paths import ROOTS, find

SHORT = 100


def hint(decisions: Decisions, name: str, why: str) -> str:
    """The reason with the equivalent, if there is a short one."""
    known = (r for path in _paths(decisions, name) for r in find(path, decisions.finder.era))
    native = next((r for r in known if isinstance(r, Native)), None)
    if native is None or why.startswith("It "):
        return why
    short = _short(native.name, decisions.choices.target.name)
    return f"{why}; called, it is {short}" if short else why


@cache
def _short(name: str, target: str) -> str:
    from xlogits.translation import translate

    source = translate(name, target).source
    return source if len(source) < SHORT else ""


def _paths(decisions: Decisions, name: str) -> list[str]:
    """The full paths of a name as the file writes it."""
    root, _, rest = name.partition(".")
    if not all(part.isidentifier() for part in name.split(".")):
        return []
    paths = [b.path for b in decisions.scopes.of_module(root) if b.path]
    paths += [name] if root in ROOTS else []
    return [f"{path}.{rest}" if rest and path != name else path for path in paths]
