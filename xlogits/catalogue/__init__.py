"""What every framework's functions compute: one folder of records for each framework."""

from importlib import import_module

from xlogits.catalogue.record import Arg, Native, Reading
from xlogits.errors import OptionError
from xlogits.frameworks import FRAMEWORKS, OURS

_FOREIGN = (f.id for f in FRAMEWORKS.values() if f.named and f.id != OURS)
NATIVES: dict[str, Native] = {
    native.name: native
    for module in ("canonical", *_FOREIGN)
    for native in import_module(f"xlogits.catalogue.{module}").NATIVES
}

# what a name can begin with in practice, and what that stands for, tried in turn
_READINGS = [
    reading
    for f in FRAMEWORKS.values()
    for reading in (
        *((prefix, full) for full, prefix in f.short),
        *((f"{module}.", f"{f.id}.") for module in f.modules[1:]),
        *f.read,
    )
]
_ALIASES = {alias: native for native in NATIVES.values() for alias in native.aliases}


def by_name(name: str) -> Native | None:
    """The record of this full name, or of one of its public aliases, and no other."""
    return NATIVES.get(name) or _ALIASES.get(name)


def find(name: str) -> Native:
    """The record of a native function, under its full name or one that people import it by.

    >>> find("F.cross_entropy").name
    'torch.nn.functional.cross_entropy'
    """
    spellings = [name]
    spellings += [full + name[len(short) :] for short, full in _READINGS if name.startswith(short)]
    for spelling in spellings:
        native = by_name(spelling)
        if native is not None:
            return native
    raise OptionError(f"no record of a native function {name!r}")


__all__ = ["NATIVES", "Arg", "Native", "Reading", "by_name", "find"]
