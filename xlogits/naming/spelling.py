"""Which record somebody means by a name."""

from difflib import get_close_matches

from xlogits.catalogue import NATIVES, Native, find
from xlogits.catalogue.absent import ABSENT, NoEquivalent
from xlogits.errors import OptionError
from xlogits.frameworks import FRAMEWORKS, spelled


def meant(name: str) -> Native | NoEquivalent:
    """The record under this name, its last part alone if that is unmistakable."""
    try:
        return find(name)
    except OptionError:
        pass
    for full, entry in ABSENT.items():
        if name in (full, spelled(full), full.rpartition(".")[2]):
            return entry
    same = [native for native in NATIVES.values() if _short(name, native)]
    if len({native.framework for native in same}) == 1:
        strings = FRAMEWORKS[same[0].framework].by_string  # of compile(loss="...")
        same = [n for n in same if strings and n.name.startswith(strings)] or same
    foreign = [native for native in same if not native.ours]
    if len(same) == 1 or len(foreign) == 1:
        return (foreign or same)[0]
    if same:
        raise OptionError(
            f"{name!r} is the name of {len(same)} functions; which one: "
            f"{', '.join(native.name for native in same)}?"
        )
    raise OptionError(f"nothing is known under the name {name!r}{_close(name)}")


def namesakes(name: str) -> list[Native]:
    """Every function whose last name this is, or whose full name in another case."""
    same = [native for native in NATIVES.values() if _short(name, native)]
    return same or [
        native
        for native in NATIVES.values()
        if name.lower() in {n.lower() for n in (native.name, spelled(native.name), native.short)}
    ]


def _short(name: str, native: Native) -> bool:
    return name in (native.short, *(alias.rpartition(".")[2] for alias in native.aliases))


def _close(name: str) -> str:
    """ "; did you mean ...?" or nothing."""
    full = {n: n for n in (*NATIVES, *ABSENT)}
    short = {n.rpartition(".")[2]: n for n in (*NATIVES, *ABSENT)}
    last = name.rpartition(".")[2]
    found = [full[n] for n in get_close_matches(name, full, 3, 0.75)]
    found += [short[n] for n in get_close_matches(last, short, 3, 0.7)]
    found += [n for n in full if len(last) > 3 and last.lower() in n.lower()]
    found = list(dict.fromkeys(found))[:4]
    return f"; did you mean {', '.join(found)}?" if found else "; `xlogits names` lists all"
