"""A call of one framework, in another: the plainest that says the same, or why none does."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.errors import OptionError, Refused, XlogitsError
from xlogits.frameworks import manners
from xlogits.ledger import rows_of
from xlogits.losses import (
    Elementwise,
    LinearSoftmaxCrossEntropy,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)
from xlogits.translation.by_family.entropy import in_two_steps, one_column
from xlogits.translation.call import Call, parse
from xlogits.translation.comparison import Comparison, differ, measured
from xlogits.translation.compose import Composition
from xlogits.translation.difference import ASSUMED, possible
from xlogits.translation.encoding import of_indexes, seen_labels
from xlogits.translation.expression import Expr
from xlogits.translation.language import IMPORTS, Language, language
from xlogits.translation.single import (
    Candidate,
    candidates,
    miscounts,
    multiplies_zeros,
    spread,
    wide,
    written,
)
from xlogits.translation.tidy import lines


@dataclass(frozen=True)
class Translation:
    """What `translate` found.

    Attributes:
        source: the call, one expression; '' where there is none. `lines` is the same for people.
        imports: the lines that make its names known.
        assumed: what has to hold for it to be the same loss, in words.
        why_not: where `source` is '', the reason.
        nearest: where `source` is '', the call that comes nearest.
        native: the name of the native function, where a single call says it.
        known: where that function differs from what it should compute, and the source does not.
        difference: where `source` is '', how far off the nearest call is, with figures.
    """

    source: str
    imports: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    why_not: str = ""
    nearest: str = ""
    native: str = ""
    known: tuple[str, ...] = ()
    difference: str = ""
    assumptions: tuple[str, ...] = field(default=(), repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The same as `source`, with names for what occurs twice: assignments, the expression last."""
        return lines(self.source) if self.source else ()

    @property
    def exact(self) -> bool:
        """Whether it is the same loss of all valid inputs."""
        return bool(self.source) and not self.assumed

    def __str__(self) -> str:
        if not self.source:
            nearest = f"; the nearest is {self.nearest}" if self.nearest else ""
            return f"no translation: {self.why_not}{nearest}"
        return "\n".join([*self.imports, *self.lines, *(f"# if {a}" for a in self.assumed)])


def translate(
    source: str, to: str, *, ndim: int | None = None, labels: str | None = None
) -> Translation:
    """A call of one framework's loss or activation, written for another framework.

    Args:
        source: a call as source code, such as "F.cross_entropy(x, y, weight=w)", an instance of a
            class that is called, or only a name. It is read, never run.
        to: "torch" (or "torchvision"), "tensorflow", "keras", "jax" (or "optax"), "numpy" (or "scipy",
            "sklearn"), or "xlogits".
        ndim: the number of axes of the prediction. Without it, what holds for some only is `assumed`.
        labels: "index" or "dense", where a function takes both; index unless said otherwise.

    Returns:
        A `Translation`.

    Raises:
        OptionError: source that is not a call, an unknown name, an unknown framework.

    Example:
        >>> print(translate("F.cross_entropy(x, y, weight=w, reduction='sum')", to="jax").source)
        jnp.sum(w[y] * optax.softmax_cross_entropy_with_integer_labels(x, y))
    """
    target = language(to)
    try:
        call = parse(source)
        of_labels = _of_indexes(call, target, ndim)
        return of_labels or translated(call, target, ndim, labels or seen_labels(call))
    except Refused as refusal:
        return Translation("", why_not=str(refusal))


def _of_indexes(call: Call, target: Language, ndim: int | None) -> Translation | None:
    """The translation of a call that makes one-hot rows of its labels: of the labels themselves."""
    if not target.words or call.native.framework in target.frameworks:
        return None
    try:
        read = of_indexes(call, ndim)
        found = read and translated(read, target, ndim)
    except Refused:
        return None
    return found if found and found.source else None


def translated(
    call: Call, target: Language, ndim: int | None = None, labels: str | None = None
) -> Translation:
    """A call that has been read, written for another framework."""
    found = _translated(call, target, ndim, labels)
    for word in found.assumptions:
        if ndim is not None and not possible(word, ndim):
            raise Refused(f"it would be so if {ASSUMED[word]}, which has {ndim} here")
    return found


def _translated(call: Call, target: Language, ndim: int | None, labels: str | None) -> Translation:
    elsewhere = call.native.framework not in target.frameworks
    if elsewhere and (why := miscounts(call.native, call.reading.loss, ndim)):
        raise Refused(why)
    wanted, taken = _taken_for_granted(call, labels, elsewhere)
    if ndim == 1 and target.words and elsewhere:
        wanted = one_column(wanted, target)
    wanted, some = _columns(wanted, call, target, ndim) if elsewhere else (wanted, [])
    taken = [*taken, *some]
    found = candidates(wanted, target, ndim)
    if elsewhere:
        found = [c for c in found if not miscounts(c.native, wanted.loss, ndim)]
    safe = _leaves_out_zeros(call, wanted.loss)
    if safe and call.native.ours and target.words:
        safe, taken = False, [*taken, "no zero"]  # its usual equivalents
    if safe:
        found = [c for c in found if not multiplies_zeros(c.native)]
    if elsewhere and (plainer := _one_mean(wanted)) != wanted:
        others = candidates(plainer, target, ndim)
        if _says(others) or not _says(found):
            wanted, found = plainer, others
    if not found and isinstance(wanted.loss, LinearSoftmaxCrossEntropy) and target.words:
        wanted, taken = in_two_steps(wanted, target), [*taken, "one row per item", "plain layer"]
        found = candidates(wanted, target, ndim)
    single = found[0] if found and not found[0].real else None
    if single is not None and not _old_fashioned(single, call, target):
        single = wide(single, wanted.loss, _narrow(call))
        if single.native.framework != call.native.framework:
            single = spread(single, target)
        return _single(single, call, target, taken)
    if not target.words:  # xlogits itself: the same name on arrays of any framework
        if call.reading != call.native.read(call.given):
            raise Refused("xlogits has this function, but not with the reduction around it")
        name = f"xlogits.dialects.{call.native.name}"
        native = replace(call.native, name=name)
        return _made(written(Candidate(native, call.given, []), target), [])
    composition = Composition(wanted, target, ndim, safe, _narrow(call))
    try:
        text = str(composition.write())
    except XlogitsError as refusal:
        if single is not None:
            return _single(single, call, target, taken)
        return _missing(wanted, found, target, str(refusal))
    return _made(text, [*taken, *composition.assumed])


def _narrow(call: Call) -> bool:
    """Whether class indexes of 32 bits are usual in the framework of a call."""
    return not (manners(call.native.framework).wide_labels or call.native.ours)


def _columns(
    wanted: Reading, call: Call, target: Language, ndim: int | None
) -> tuple[Reading, list[str]]:
    """What is wanted where (N,) beside (N, 1) is one column, and does not make N rows of N."""
    loss: Any = wanted.loss
    operands = wanted.operands
    pred, labels = operands.get("pred"), operands.get("target")
    alike = isinstance(loss, Elementwise | SigmoidCrossEntropy)
    if not (alike and manners(call.native.framework).columns and isinstance(labels, Expr)):
        return wanted, []
    if not target.words or loss.reduction.word == "none":
        return wanted, ["one shape"]
    shaped = target.write("shaped", (labels, pred))
    some = [] if isinstance(loss, SigmoidCrossEntropy) else ["as many labels"]
    return Reading(loss, operands | {"target": shaped}), some


def _leaves_out_zeros(call: Call, loss: Any) -> bool:
    """Whether a label of 0 costs nothing even where its class has the logit -inf."""
    dense = type(loss) is SoftmaxCrossEntropy and loss.labels.kind == "dense"
    zeros = dense and loss.form.exact and not loss.label_smoothing
    return zeros and not multiplies_zeros(call.native)


def as_class(
    call: Call, target: Language, ndim: int | None = None, labels: str | None = None
) -> Translation | None:
    """The same as one class of another framework, its instance called; None where it has no such."""
    wanted, taken = _taken_for_granted(call, labels)
    found = candidates(wanted, target, ndim)
    if (plainer := _one_mean(wanted)) != wanted:
        found = [*candidates(plainer, target, ndim), *found]
    found = [c for c in found if not (c.real or miscounts(c.native, wanted.loss, ndim))]
    found = [c for c in found if c.native.then]
    return _single(found[0], call, target, taken) if found else None


def reduced(call: Call, word: str) -> Call:
    """A call whose items, if it leaves any, are then added up or averaged."""
    loss: Any = call.reading.loss
    if getattr(loss, "reduction", None) is None:
        raise Refused(f"{call.native.name} is no loss, and has no reduction")
    if loss.reduction.word != "none":
        return call
    reduction = Reduction("sum" if word == "sum" else "mean_over_items")
    return call._replace(reading=call.reading._replace(loss=replace(loss, reduction=reduction)))


def _old_fashioned(candidate: Candidate, call: Call, target: Language) -> bool:
    """Whether a composition is what people would rather read than this one call."""
    old = any(w in candidate.native.name and w not in call.native.name for w in (".v1.", "ranking"))
    single = getattr(candidate.native.loss, "dtype", None) is not None and not target.manners.single
    return old or ("float32" in candidate.assumed and single)


def _taken_for_granted(
    call: Call, labels: str | None, elsewhere: bool = True
) -> tuple[Reading, list[str]]:
    """What is wanted, without defaults that nobody meant, and with the labels that there are."""
    loss, operands = call.reading
    taken = list(call.taken)
    ignore = next((a for a in call.native.parameters if a.to == "ignore_index"), None)
    if ignore is not None and ignore.name not in call.given and loss.ignore_index is not None:  # type: ignore[union-attr]
        loss = replace(loss, ignore_index=None)  # type: ignore[call-arg]
        taken.append("nothing ignored")
    kind = getattr(loss, "labels", None)
    if getattr(getattr(loss, "form", None), "positive_column", False):
        if labels == "dense" and elsewhere:
            raise Refused("labels with one number per class make it a loss that is not read")
        taken.append("index labels")
    if kind is not None and kind.kind == "inferred":
        chosen: Any = labels or "index"
        loss = replace(loss, labels=replace(kind, kind=chosen))  # type: ignore[call-arg]
        taken.append(f"{chosen} labels")
        if chosen == "dense":
            loss, taken = _without_ignored(loss), [w for w in taken if w != "nothing ignored"]
    return Reading(loss, operands), taken


def _says(found: list[Candidate]) -> bool:
    """Whether one call says all of it."""
    return bool(found) and not found[0].real


def _one_mean(wanted: Reading) -> Reading:
    """A mean of the means of rows, which are as long as each other, as the one mean that it is."""
    loss, operands = wanted
    if not isinstance(loss, SigmoidCrossEntropy | Elementwise) or loss.inner != "mean":
        return wanted
    words = ("mean_over_items", "mean_over_valid", "mean_over_sample_weight")
    ignoring = getattr(loss, "ignore_index", None) is not None
    if loss.reduction.word not in words or set(operands) != set(loss.ARRAYS) or ignoring:
        return wanted
    reduction = replace(loss.reduction, word="mean_over_items")
    return Reading(replace(loss, inner="none", reduction=reduction), operands)


def _without_ignored(loss: Any) -> Any:
    """Dense labels have nothing that could be ignored by a negative index."""
    if loss.ignore_index is not None and not loss.ignore_index < 0:
        raise Refused(
            f"ignore_index={loss.ignore_index} applies to class indexes, not to dense labels"
        )
    return replace(loss, ignore_index=None)


def _single(candidate: Candidate, call: Call, target: Language, taken: list[str]) -> Translation:
    """One native call; where it is what was asked for, nothing is taken for granted."""
    if candidate.native is call.native and not call.taken:
        return _made(written(candidate, target), [], candidate.native.name)
    needed = [word for word in taken if not _harmless(word, candidate)]
    made = _made(written(candidate, target), [*needed, *candidate.assumed], candidate.native.name)
    mine = {row.name for row in rows_of(call.native.name)}
    known = [row for row in rows_of(candidate.native.name) if row.name not in mine]
    return replace(made, known=tuple(f"{row.case}: {row.reason}" for row in known))


def _harmless(word: str, candidate: Candidate) -> bool:
    """Whether the call that was found does the same with what was taken for granted."""
    loss = candidate.native.loss
    kind = getattr(loss, "labels", None)
    both = kind is not None and kind.kind == "inferred"
    strict = kind is not None and not kind.lenient_ignore and "ignore_index" in candidate.given
    if word == "nothing ignored":
        return getattr(loss, "ignore_index", None) == -100 or _default_ignores(candidate)
    return word in ("index labels", "dense labels") and both and not strict


def _default_ignores(candidate: Candidate) -> bool:
    return any(a.to == "ignore_index" and a.default == -100 for a in candidate.native.parameters)


def _made(text: str, taken: list[str], native: str = "") -> Translation:
    assumed = tuple(dict.fromkeys(taken))
    return Translation(
        text,
        imports_of(text),
        tuple(ASSUMED[word] for word in assumed),
        native=native,
        assumptions=assumed,
    )


def _missing(wanted: Reading, found: list[Candidate], target: Language, why: str) -> Translation:
    if not found:
        return Translation("", why_not=why)
    nearest = found[0]
    reasons = "; ".join(d.text for d in nearest.real)
    return Translation(
        "",
        why_not=f"{why}: {reasons}",
        nearest=written(nearest, target),
        difference=measured(wanted, nearest.native.read(nearest.given)),
    )


def imports_of(text: str) -> tuple[str, ...]:
    """The lines that make the prefixes known that an expression is written with."""
    lines = [
        line
        for prefix, line in IMPORTS.items()
        if re.search(rf"(?<![\w.]){re.escape(prefix)}", text)
    ]
    return tuple(lines)


__all__ = [
    "Call",
    "Comparison",
    "OptionError",
    "Reading",
    "Translation",
    "as_class",
    "differ",
    "imports_of",
    "parse",
    "reduced",
    "translate",
    "translated",
]
