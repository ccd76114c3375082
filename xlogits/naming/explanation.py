"""What one name means: formula, conventions, traps, and the same call everywhere else."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from xlogits.catalogue import Native, by_name
from xlogits.catalogue.absent import NoEquivalent
from xlogits.catalogue.families import family
from xlogits.catalogue.record import REQUIRED, Arg
from xlogits.catalogue.versions import number
from xlogits.errors import Refused, XlogitsError
from xlogits.formulas import about, called, formula
from xlogits.frameworks import FRAMEWORKS
from xlogits.naming.elsewhere import everywhere, lines, wrapped
from xlogits.naming.facts import facts, options
from xlogits.naming.links import link
from xlogits.naming.spelling import meant
from xlogits.naming.traps import traps
from xlogits.translation import Translation
from xlogits.translation.call import Call, parse, read
from xlogits.translation.expression import Expr
from xlogits.translation.language import LANGUAGES
from xlogits.translation.single import Candidate, written


class Way(NamedTuple):
    """Another way to call a function that computes something else: when, the call, its formula."""

    when: str
    call: str
    formula: str


@dataclass(frozen=True)
class Explanation:
    """What `explain` found; `str()` is the page that the command line prints.

    Attributes:
        name: the full name; `aliases` are its others.
        family: which family of losses it belongs to.
        about: what it computes, in one sentence.
        call: the call, with its defaults or the arguments that were asked about; arrays that it does
            not name are called what they are.
        formula: what that call computes, in lines, in the language of `xlogits.formulas`.
        named: (word of the formula, what the call passes for it) pairs, where these differ.
        ways: calls that compute something else, such as with from_logits=True.
        facts: (what, how it is here) pairs: prediction, labels, axis, result, denominator.
        options: (parameter with its default, what it changes and what its absence means) pairs.
        traps: sentences about what goes wrong silently, the most famous first.
        elsewhere: target -> `Translation` of the call.
        versions: since when, and what changed when.
        link: its documentation.
        asked: the call that was asked about, as it was typed; '' for a bare name.
        unread: why nothing can be said about that call, so that all this is about another: the one
            with its defaults.
    """

    name: str
    aliases: tuple[str, ...]
    family: str
    about: str
    call: str
    formula: str
    ways: tuple[Way, ...]
    facts: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    traps: tuple[str, ...]
    elsewhere: dict[str, Translation]
    versions: tuple[str, ...]
    link: str
    named: tuple[tuple[str, str], ...] = ()
    asked: str = ""
    unread: str = ""

    def __str__(self) -> str:
        return "\n".join(_page(self))

    def of_the_call(self) -> tuple[str, ...]:
        """The call that was asked about, alone: formula, facts, and the same elsewhere, in lines."""
        return tuple(_of_the_call(self))

    def data(self) -> dict[str, Any]:
        """The same for a program: nothing but text, lists and dictionaries."""
        ways = [way._asdict() for way in self.ways]
        return {"kind": "function", **asdict(self), "ways": ways}


def explain(name: str) -> Explanation:
    """What a native function or class computes, and what it is called elsewhere.

    Args:
        name: a name as people write it: "F.cross_entropy", "tf.nn.softmax", "nn.BCELoss", "mse".

    Raises:
        OptionError: a name that nobody knows; the message says which ones are close.
        Refused: a loss without an equivalent; the message gives the reason and what comes nearest.

    Example:
        >>> explain("optax.softmax_cross_entropy").elsewhere["torch"].source
        "F.cross_entropy(logits, labels, reduction='none')"
    """
    native = meant(name)
    if isinstance(native, NoEquivalent):
        raise Refused(unequalled(native))
    return explained(read(native, {}))


def explain_call(native: Native, source: str) -> Explanation:
    """What a call in source code computes; of the function alone, and why, if that cannot be read."""
    try:
        return replace(explained(parse(source, native)), asked=source)
    except (XlogitsError, TypeError) as error:  # bound by Python's rules, with its errors
        return replace(explained(read(native, {})), asked=source, unread=str(error))


def explained(call: Call) -> Explanation:
    """What one call computes, with the arguments that it has."""
    native, loss = call.native, call.reading.loss
    return Explanation(
        name=native.name,
        aliases=native.aliases,
        family=family(native.loss),
        about=about(loss),
        call=spoken(call),
        formula=formula(loss, call.reading.operands),
        ways=tuple(_ways(call)),
        facts=tuple(facts(native, loss)),
        options=tuple(options(native, loss)),
        traps=traps(native, loss),
        elsewhere=everywhere(call),
        versions=tuple(_versions(native)),
        link=link(native),
        named=tuple(_named(call)),
    )


def _named(call: Call) -> Iterator[tuple[str, str]]:
    """What the formula calls an array, and what it is in the call."""
    for operand, passed in call.reading.operands.items():
        word = called(call.reading.loss, operand)
        if str(passed) != word:
            yield word, str(passed)


def spoken(call: Call) -> str:
    """A call as source code of its own framework."""
    native = call.native
    given = {key: x for key, x in call.given.items() if not _is_default(native, key, x)}
    return written(Candidate(native, given, []), LANGUAGES[native.framework])


def _is_default(native: Native, key: str, value: Any) -> bool:
    """Whether an argument need not be written; one that has no default has to be."""
    arg = next(a for a in native.parameters if a.key == key)
    return type(value) is type(arg.default) and bool(value == arg.default)


def _ways(call: Call) -> Iterator[Way]:
    """The other forms that the prediction may have, and the call with or without an optional array."""
    native = call.native
    whole = by_name(native.name)
    if whole is not None and whole.without is not None:
        lacks = whole.without.lacks
        arg = next(a for a in whole.parameters if a.key == lacks)
        other = read(
            whole, {lacks: Expr(called(whole.loss, arg.to))} if native.lacks else _alone(whole)
        )
        when = f"{'with' if native.lacks else 'without'} {arg.name}"
        yield _way(when, other)
    for arg in native.parameters:
        if arg.to != "form" or type(arg.default) is not bool or arg.key in call.given:
            continue
        other = read(native, _own_arguments(call) | {arg.key: not arg.default})
        yield _way(f"with {arg.name}={not arg.default}", other)


def _way(when: str, call: Call) -> Way:
    return Way(when, spoken(call), formula(call.reading.loss, call.reading.operands))


def _alone(native: Native) -> dict[str, Any]:
    """The prediction of a call that leaves out the other array."""
    without = native.without or native
    return {without.parameter("pred").key: Expr(called(without.loss, "pred"))}


def _own_arguments(call: Call) -> dict[str, Any]:
    """The arguments of a call without its needed arrays, whose names depend on the form."""
    arrays = {a.key for a in call.native.parameters if a.to in call.reading.loss.ARRAYS}
    return {key: x for key, x in call.given.items() if key not in arrays}


def unequalled(entry: NoEquivalent) -> str:
    """Why a loss has no equivalent, in words."""
    text = f"{entry.name} has no equivalent. {entry.reason}"
    if entry.nearest:
        text += f"\nNearest: {entry.nearest}"
    if entry.difference:
        text += f"\nHow far off: {entry.difference}"
    return text


def _versions(native: Native) -> list[str]:
    found = [f"since {native.since}"] if native.since else []
    found += [f"{version}: {what}" for version, what in native.changed]
    for a in native.parameters:
        if a.since and number(a.since) > number(native.since):
            found.append(f"{a.name} since {a.since}")
        found += [f"{a.name} was called {name} before {version}" for version, name in a.named]
        found += [
            f"{a.name} was {default!r} by default before {version}"
            for version, default in a.was
            if default is not REQUIRED
        ]
    if native.starred:
        after = [a.name for a in native.args[native.args.index("*") :] if isinstance(a, Arg)]
        found.append(f"{', '.join(after)} by keyword only since {native.starred}")
    found += [f"{arg.name} until {version}" for version, arg in native.gone]
    oldest = FRAMEWORKS[native.framework].oldest
    return found or [f"the same since {oldest}, the oldest that was compared"] * bool(oldest)


def _page(e: Explanation) -> Iterator[str]:
    yield from (e.name, "=" * len(e.name), "")
    yield from wrapped(e.about)
    yield ""
    yield from _computed(e)
    for way in e.ways:
        yield from ("", f"  {way.when}", "", f"    {way.call}", "")
        yield from (f"    {line}" for line in way.formula.splitlines())
    yield ""
    yield from _pairs(e.facts, "")
    if e.aliases:
        yield ""
        yield from wrapped(", ".join(e.aliases), "Also: ")
    if e.traps:
        yield from ("", "Traps")
        for trap in e.traps:
            yield from wrapped(trap, "  - ")
    if e.options:
        yield from ("", "Options")
        yield from _pairs(e.options, "  ")
    yield ""
    yield from _same_elsewhere(e)
    if e.versions:
        yield ""
        yield from wrapped("; ".join(e.versions), "Versions: ")
    if e.link:
        yield from ("", e.link)


def _of_the_call(e: Explanation) -> Iterator[str]:
    yield from (e.name, "=" * len(e.name), "")
    yield from wrapped(e.about)
    yield ""
    yield from _computed(e)
    yield ""
    yield from _pairs(e.facts, "")
    yield ""
    yield from _same_elsewhere(e)


def _computed(e: Explanation) -> Iterator[str]:
    """The call, its formula and what its arrays are called there."""
    if e.unread:
        yield from wrapped(f"{e.asked} cannot be read, and this is the function alone: {e.unread}")
        yield ""
    yield from (f"    {e.call}", "")
    yield from (f"    {line}" for line in e.formula.splitlines())
    if e.named:
        yield from wrapped(",  ".join(f"{word} = {text}" for word, text in e.named), "    with ")


def _same_elsewhere(e: Explanation) -> Iterator[str]:
    yield "The same call elsewhere" if e.asked and not e.unread else "The same with its defaults"
    yield from lines(e.elsewhere, but=e.name)


def _pairs(pairs: tuple[tuple[str, str], ...], indent: str) -> Iterator[str]:
    width = max((len(what) for what, _ in pairs), default=0)
    for what, how in pairs:
        yield from wrapped(how, f"{indent}{what:<{width}}  ") or [f"{indent}{what}"]
