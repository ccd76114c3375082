"""Records as they were in older versions of their frameworks."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native


def as_of(native: Native, version: str) -> Native | None:
    """A record in this version: fewer parameters, older defaults; None before the name came."""
    now = number(version)
    if native.since and now < number(native.since):
        return None
    return replace(native, args=_parameters(native.args, now), then=_parameters(native.then, now))


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
            older = [default for before, default in arg.was if now < number(before)]
            kept.append(replace(arg, default=older[0]) if older else arg)
    return tuple(kept)
