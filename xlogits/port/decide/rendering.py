"""One call, written for another framework, with placeholders for its operands."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from xlogits.errors import OptionError, Refused
from xlogits.port.read.activations import refuse_behind
from xlogits.port.read.labels import doubt, labels_of
from xlogits.port.read.operands import (
    AXIS,
    AXIS_HOLE,
    Arguments,
    axes_of,
    in_words,
    plain,
    quiet,
)
from xlogits.port.read.scopes import Scopes
from xlogits.translation import Translation, as_class, reduced, translated
from xlogits.translation.call import Call
from xlogits.translation.difference import ASSUMED
from xlogits.translation.language import Language

# what only the text of a file takes for granted
HERE = {
    "axis": "the axis that is passed is one integer",
    "order": "evaluating the arguments in another order changes nothing",
    "a tensor": "what the method is called on is a PyTorch tensor",
    "only called": "it is only ever called, with the prediction and the labels in this order",
    "only here": "it is called in this file only",
}
WORDS = ASSUMED | HERE
GRADIENT = frozenset({"constant labels", "no tie", "some error", "some class"})


@dataclass(frozen=True)
class Choices:
    """From where to where, and what a person has said holds."""

    source: Language
    target: Language
    assumed: frozenset[str] = frozenset()
    era: str = ""

    @property
    def frameworks(self) -> frozenset[str]:
        """Whose calls are rewritten: Keras' stay where the target has Keras."""
        return frozenset(self.source.frameworks) - set(self.target.frameworks)

    @property
    def ndim(self) -> int | None:
        return 2 if "rank 2" in self.assumed else None

    @property
    def labels(self) -> str | None:
        kinds = [k for k in ("index", "dense") if f"{k} labels" in self.assumed]
        return kinds[0] if kinds else None


@dataclass(frozen=True)
class Written:
    """What a call becomes: source with placeholders, and what has to hold."""

    text: str
    nodes: dict[str, ast.expr] = field(repr=False)
    imports: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()  # what was assumed, or said, or seen in the text
    ndim: int | None = None
    labels: str | None = None

    @property
    def mark(self) -> str:
        """How sure it is, in the words of the report."""
        if not self.assumed:
            return "exact"
        return "same value, different gradient" if set(self.assumed) <= GRADIENT else "exact if"

    def but(self, *words: str, known: Iterable[str] = ()) -> "Written":
        """With more that is taken for granted, except what a person said holds."""
        new = [w for w in words if w not in known and w not in self.assumed]
        return replace(self, assumed=(*self.assumed, *new))


def assumption(word: str) -> str:
    """A word of `--assume`, with spaces for its hyphens; `OptionError` for one that nobody knows."""
    plain_word = word.replace("-", " ").strip().lower()
    if plain_word not in WORDS and plain_word not in ("tf1", "tf2"):
        known = ", ".join(sorted(w.replace(" ", "-") for w in (*WORDS, "tf1", "tf2")))
        raise OptionError(f"--assume is {word!r}; expected one of {known}")
    return plain_word


def write(
    arguments: Arguments, choices: Choices, scopes: Scopes, fold: str = "", classes: bool = False
) -> Written:
    """The translation of a call; `Refused` with the reason where there is none."""
    try:
        return _written(arguments, choices, scopes, fold, classes)
    except Refused as refusal:
        raise Refused(in_words(str(refusal), arguments.nodes, arguments.axis)) from None


def _written(
    arguments: Arguments, choices: Choices, scopes: Scopes, fold: str, classes: bool
) -> Written:
    refuse_behind(arguments, scopes, choices.target.frameworks[0])
    call = reduced(arguments.call, fold) if fold else arguments.call
    ndim, labels, sure = _seen(arguments, choices, scopes)
    kind = (labels if sure else None) or choices.labels or labels
    found = translation_of(call, choices.target, ndim, kind)
    if classes:
        found = _class_of(found, as_class(call, choices.target, ndim, kind))
    if not found.source:
        raise Refused(_why(found))
    told = {f"{kind} labels"} if sure or choices.labels else set()
    doubted, doubt_note = doubt(arguments, scopes)
    words = [*found.assumptions, *([doubted] if doubted else [])]
    words = [w for w in words if w not in choices.assumed | told]
    notes = tuple(f"known: {row}" for row in found.known)
    notes += tuple(filter(None, (arguments.note, doubt_note)))
    source, nodes = _with_axis(found.source, arguments)
    words += ["axis"] if arguments.axis and "axis" not in choices.assumed else []
    written = Written(
        *(source, nodes, found.imports, tuple(words), notes),
        *(found.assumptions, ndim, kind),
    )
    return _evaluated(written, choices, scopes)


def translation_of(
    call: Call, target: Language, ndim: int | None, labels: str | None
) -> Translation:
    """A translation; that of a call which was met before, in this file or another, is known."""
    given = tuple((name, repr(value)) for name, value in call.given.items())
    operands = tuple((name, str(value)) for name, value in call.reading.operands.items())
    loss = repr(call.reading.loss)
    key = call.native.name, given, operands, loss, call.taken, target.name, ndim, labels
    if key not in _MET:
        try:
            _MET[key] = translated(call, target, ndim, labels)
        except Refused as refusal:
            _MET[key] = refusal
    found = _MET[key]
    if isinstance(found, Refused):
        raise found.with_traceback(None)
    return found


_MET: dict[Any, Translation | Refused] = {}


def _with_axis(source: str, arguments: Arguments) -> tuple[str, dict[str, ast.expr]]:
    """The translation with the axis as the text has it, where that is no literal."""
    if arguments.axis is None:
        return source, arguments.nodes
    named = re.sub(rf"\b{AXIS}\b", AXIS_HOLE, source)
    if AXIS_HOLE not in named:
        raise Refused(f"what is written depends on the value of `{ast.unparse(arguments.axis)}`")
    return named, arguments.nodes | {AXIS_HOLE: arguments.axis}


def _seen(
    arguments: Arguments, choices: Choices, scopes: Scopes
) -> tuple[int | None, str | None, bool]:
    """The axes of the prediction and the kind of the labels, and whether the text shows that."""
    operands = arguments.call.reading.operands
    pred = arguments.nodes.get(str(operands.get("pred")))
    target = arguments.nodes.get(str(operands.get("target")))
    axes = axes_of(pred, scopes)
    kind = getattr(arguments.call.reading.loss, "labels", None)
    found, sure = labels_of(target, scopes)
    if kind is None or kind.kind != "inferred":
        found, sure = None, True
    return axes or arguments.ndim or choices.ndim, found, sure


def _class_of(found: Translation, one: Translation | None) -> Translation:
    """The class, if it takes nothing more for granted than the best that there is."""
    if one is None or not set(one.assumptions) <= set(found.assumptions):
        raise Refused("no class of the target says the same")
    return one


def _why(found: Translation) -> str:
    nearest = f"; the nearest is {found.nearest}" if found.nearest else ""
    off = f" ({found.difference})" if found.difference else ""
    return f"{found.why_not}{nearest}{off}"


def twice(written: Written) -> list[str]:
    """The placeholders of what would be evaluated more than once, and may do something."""
    names = [n.id for n in _names(written.text)]
    return [h for h, n in written.nodes.items() if names.count(h) > 1 and not plain(n)]


def _evaluated(written: Written, choices: Choices, scopes: Scopes) -> Written:
    """Say so where arguments that may do something are evaluated in another order, or not at all."""
    names = list(dict.fromkeys(n.id for n in _names(written.text) if n.id in written.nodes))
    acting = [hole for hole, node in written.nodes.items() if not quiet(node, scopes)]
    acting.sort(key=lambda hole: _position(written.nodes[hole]))
    moved = [n for n in names if n in acting] != acting
    return written.but("order", known=choices.assumed) if moved else written


def _names(text: str) -> list[ast.Name]:
    tree = ast.parse(text, mode="eval")
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return sorted(found, key=lambda n: n.col_offset)


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
