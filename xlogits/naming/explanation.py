"""What one name means: formula, conventions, traps, and the same call everywhere else."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from xlogits.catalogue import Native
from xlogits.catalogue.absent import NoEquivalent
from xlogits.catalogue.families import family
from xlogits.catalogue.record import REQUIRED, Arg
from xlogits.catalogue.versions import number
from xlogits.errors import OptionError, Refused
from xlogits.frameworks import FRAMEWORKS
from xlogits.ledger import rows_of
from xlogits.losses import (
    AxisByRank,
    Elementwise,
    Form,
    Labels,
    Loss,
    Reduction,
    Rowwise,
    SoftmaxCrossEntropy,
    Transform,
)
from xlogits.naming.formula import formula, plain
from xlogits.naming.links import link
from xlogits.naming.spelling import meant
from xlogits.translation import Translation, translated
from xlogits.translation.call import Call, read
from xlogits.translation.language import LANGUAGES, TARGETS


@dataclass(frozen=True)
class Explanation:
    """What `explain` found; `str()` is the page that the command line prints.

    Attributes:
        name: the full name; `aliases` are its others.
        family: which family of losses it belongs to.
        about: what it computes, in one sentence.
        formula: the formula, as text.
        facts: (what, how it is here) pairs: prediction, labels, axis, result, denominator, options.
        traps: sentences about what goes wrong silently.
        elsewhere: target -> `Translation` of the call with its defaults.
        versions: since when, and what changed when.
        link: its documentation.
    """

    name: str
    aliases: tuple[str, ...]
    family: str
    about: str
    formula: str
    facts: tuple[tuple[str, str], ...]
    traps: tuple[str, ...]
    elsewhere: dict[str, Translation]
    versions: tuple[str, ...]
    link: str

    def __str__(self) -> str:
        return "\n".join(_page(self))

    def data(self) -> dict[str, Any]:
        """The same for a program: nothing but text, lists and dictionaries."""
        return {"kind": "function", **asdict(self)}


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
    call = read(native, {})
    return Explanation(
        name=native.name,
        aliases=native.aliases,
        family=family(native.loss),
        about=_about(native.loss),
        formula=formula(native.loss),
        facts=tuple(_facts(native, call)),
        traps=(*native.traps, *(f"{row.reason} ({row.source})" for row in rows_of(native.name))),
        elsewhere=_elsewhere(call),
        versions=tuple(_versions(native)),
        link=link(native),
    )


def unequalled(entry: NoEquivalent) -> str:
    """Why a loss has no equivalent, in words."""
    text = f"{entry.name} has no equivalent. {entry.reason}"
    if entry.nearest:
        text += f"\nNearest: {entry.nearest}"
    if entry.difference:
        text += f"\nHow far off: {entry.difference}"
    return text


def _about(loss: Loss | Transform) -> str:
    text = (type(loss).__doc__ or "").strip().split("\n\n")[0]
    if isinstance(loss, Transform):
        return f"The elementary function {loss.function}, of an array."
    text = re.sub(r"\$(.+?)\$", lambda found: plain(found[1]), text, flags=re.DOTALL)
    return " ".join(text.replace("`", "").split())


def _facts(native: Native, call: Call) -> list[tuple[str, str]]:
    loss: Any = call.reading.loss
    classes = isinstance(loss, SoftmaxCrossEntropy) or not _says_nothing(loss, "labels")
    found = []
    order = ", ".join(a.name for a in native.parameters if a.to in loss.ARRAYS)
    found.append(("arrays, in order", order))
    for each in fields(loss):
        text = "" if _says_nothing(loss, each.name) else _fact(getattr(loss, each.name), each.name)
        if text:
            title = _NAMES.get(each.name, each.name.replace("_", " "))
            found.append(("axis" if each.name == "axis" and not classes else title, text))
    options = [_option(a) for a in native.parameters if a.to not in loss.ARRAYS and a.to]
    if options:
        found.append(("options", ", ".join(options)))
    refused = [f"{a.name}: {a.refuse}" for a in native.parameters if a.refuse]
    return [*found, *(("not expressible", text) for text in refused)]


def _says_nothing(loss: Any, field: str) -> bool:
    """Whether a field is of no use in this loss: the axis of single numbers, the kind of vectors."""
    if field == "axis":
        return isinstance(loss, Elementwise) and loss.inner == "none"
    if field == "labels":
        vectors = isinstance(loss, Rowwise) and loss.labels.kind == "dense"
        return vectors or not hasattr(loss, "labels")
    return False


_NAMES = {
    "form": "prediction",
    "axis": "class axis",
    "reduction": "result",
    "dtype": "computed in",
    "inner": "over the axis first",
    "spread_weight": "sample weights",
    "ignore_index": "ignored label",
}


def _fact(value: Any, name: str) -> str:
    if isinstance(value, Form):
        return _form(value)
    if isinstance(value, Labels):
        words = {"index": "class indexes", "dense": "one number per class"}
        return words.get(value.kind, "class indexes, or one number per class")
    if isinstance(value, Reduction):
        return _reduction(value)
    if isinstance(value, AxisByRank):
        return "1, or the only one" if value.axes == (0, 0, 1) else f"by rank: {value.axes}"
    if name == "spread_weight":
        return "broadcast to the items" if value else ""
    if name in ("inner",) and value == "none":
        return ""
    if name == "axis" and value is None:
        return "all axes"
    return "" if value is None or value is False else str(value)


def _form(form: Form) -> str:
    text = {"logits": "logits", "log_probabilities": "log-probabilities"}.get(
        form.kind, "probabilities"
    )
    steps = [f"clipped to {form.clip}"] if form.clip else []
    if form.renormalise == "before":
        steps.insert(0, "divided by their sum")
    if form.renormalise == "after":
        steps.append("divided by their sum")
    if form.log_floor is not None:
        steps.append(f"logarithms not below {form.log_floor:g}")
    return ", then ".join([text, *steps])


def _reduction(reduction: Reduction) -> str:
    if reduction.word == "none":
        return "one number per item"
    if reduction.word == "sum":
        return "the sum over the items"
    divided = {
        "mean": "the number of items",
        "mean_over_items": "the number of items, ignored ones included",
        "mean_over_valid": "the number of items that are not ignored",
        "mean_over_class_weight": "the sum of the class weights of the labels",
        "mean_over_sample_weight": "the sum of the sample weights",
        "mean_over_weight_as_given": "the sum of the sample weights as they were given",
        "mean_over_nonzero_weight": "the number of items whose weight is not 0",
    }.get(reduction.word, reduction.word.removeprefix("mean_over_").replace("_", " "))
    empty = "0" if reduction.empty == "zero" else "NaN"
    return f"the sum over the items, divided by {divided} ({empty} where that is 0)"


def _option(arg: Arg) -> str:
    default = "" if arg.default is REQUIRED else f"={arg.default!r}"
    return f"{arg.name}{default}"


def _elsewhere(call: Call) -> dict[str, Translation]:
    found = {}
    for target in TARGETS:
        try:
            found[target] = translated(call, LANGUAGES[target])
        except (Refused, OptionError) as refusal:
            found[target] = Translation("", why_not=str(refusal))
    return found


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
    yield from _wrapped(e.about)
    if e.formula:
        yield from ("", f"    {e.formula}")
    yield ""
    width = max(len(what) for what, _ in e.facts)
    for what, how in e.facts:
        yield from _wrapped(how, f"{what:<{width}}  ")
    if e.aliases:
        yield ""
        yield from _wrapped(", ".join(e.aliases), "Also: ")
    if e.traps:
        yield from ("", "Traps")
        for trap in e.traps:
            yield from _wrapped(trap, "  - ")
    yield from ("", "The same with its defaults")
    for target, translation in e.elsewhere.items():
        if translation.native != e.name:
            yield from _elsewhere_line(target, translation)
    if e.versions:
        yield ""
        yield from _wrapped("; ".join(e.versions), "Versions: ")
    if e.link:
        yield from ("", e.link)


def _elsewhere_line(target: str, translation: Translation) -> Iterator[str]:
    indent = " " * 13
    if translation.source:
        for number, line in enumerate(translation.lines):
            yield f"  {'' if number else target:<11}{line}"
        if translation.assumed:
            yield from _wrapped("; ".join(translation.assumed), f"{indent}if ")
        return
    yield from _wrapped(f"no equivalent: {translation.why_not}", f"  {target:<11}")
    if translation.nearest:
        yield f"{indent}nearest: {translation.nearest}"
    if translation.difference:
        yield f"{indent}it gives {translation.difference}"


def _wrapped(text: str, first: str = "") -> list[str]:
    """Lines that a terminal shows whole, under the first one's start."""
    return textwrap.wrap(
        text,
        100,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
