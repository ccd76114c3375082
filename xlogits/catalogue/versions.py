"""Records as they were in older versions of their frameworks."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native


def as_of(native: Native, version: str) -> Native | None:
    """A record in this version, with its parameters, names and defaults; None before it came."""
    now = number(version)
    if native.since and now < number(native.since):
        return None
    args = native.args
    if native.starred and now < number(native.starred):
        args = tuple(arg for arg in args if arg != "*")
    args += tuple(arg for until, arg in native.gone if now < number(until))
    return replace(native, args=_parameters(args, now), then=_parameters(native.then, now))


def number(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared; what follows them, such as "+cpu", is left out."""
    digits = []
    for part in version.split("."):
        leading = part[: len(part) - len(part.lstrip("0123456789"))]
        if not leading:
            break
        digits.append(int(leading))
    return tuple(digits)


def _parameters(args: tuple[Arg | str, ...], now: tuple[int, ...]) -> tuple[Arg | str, ...]:
    kept: list[Arg | str] = []
    for arg in args:
        if not isinstance(arg, Arg):
            kept.append(arg)
        elif not arg.since or now >= number(arg.since):
            kept.append(_older(arg, now))
    return tuple(kept)


def _older(arg: Arg, now: tuple[int, ...]) -> Arg:
    default = next((d for before, d in arg.was if now < number(before)), arg.default)
    name = next((n for before, n in arg.named if now < number(before)), arg.name)
    key = "" if arg.key == arg.name else arg.key
    return replace(arg, name=name, default=default, key=key)
