"""Every loss under all its names: one row for each loss, one column for each framework."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.absent import ABSENT
from xlogits.catalogue.families import family
from xlogits.errors import OptionError
from xlogits.frameworks import FRAMEWORKS
from xlogits.frameworks import spelled as as_written
from xlogits.losses import SoftmaxCrossEntropy, Transform

# framework -> the column that its names stand in
COLUMN = {native.framework: "" for native in NATIVES.values()}
COLUMN = {f.id: f.column or f.title for f in FRAMEWORKS.values() if f.id in COLUMN}
COLUMNS = tuple(dict.fromkeys(COLUMN.values()))
PEOPLE = frozenset({"Brier", "Gaussian", "Huber", "Poisson", "Tversky", "Tweedie"})
FORMULAS = {"XLogY": "x log y", "LogAddExp": "log(exp x + exp y)"}


class Row(NamedTuple):
    """One loss, and what each framework calls it."""

    loss: str
    family: str
    names: dict[str, list[str]]


def rows(wanted: str = "") -> list[Row]:
    """All losses of a family, of a title such as "softmax cross-entropy", or of all."""
    found: dict[str, Row] = {}
    for native in NATIVES.values():
        kind = family(native.loss)
        column = COLUMN[native.framework]
        for title in titles(native):
            if wanted and _plain(wanted) not in (_plain(kind), _plain(title), _plain(_loss(title))):
                continue
            row = found.setdefault(title, Row(title, kind, {column: [] for column in COLUMNS}))
            row.names[column].append(spelled(native))
    if not found:
        known = sorted({family(native.loss) for native in NATIVES.values()})
        raise OptionError(
            f"no family and no loss is called {wanted!r}; expected one of {', '.join(known)}, or a "
            "title such as 'softmax cross-entropy' (`xlogits names` lists all)"
        )
    return sorted(found.values(), key=lambda row: (row.family, -sum(map(len, row.names.values()))))


def _loss(title: str) -> str:
    """A title without what it says about labels."""
    return title.partition(",")[0]


def _plain(text: str) -> str:
    """A title as it is compared: in any case, with spaces, hyphens or underscores."""
    return " ".join(re.split(r"[\s_-]+", text.strip().lower()))


def spelled(native: Native) -> str:
    """A full name as people write it."""
    return as_written(native.name)


def titles(native: Native) -> list[str]:
    """What the losses are called that a function computes, whoever computes them.

    Cross-entropies are told apart by their labels; a function that takes both kinds is in both rows.
    """
    loss: Any = native.loss
    if isinstance(loss, Transform):
        return [loss.function.replace("_", " ")]
    name = _in_words(type(loss).__name__)
    if getattr(loss, "plus_one", False):
        name = "x log(1 + y)"
    labels = getattr(loss, "labels", None)
    if labels is None or not isinstance(loss, SoftmaxCrossEntropy):
        return [name]
    kinds = {"index": "class indexes", "dense": "one number per class"}
    return [f"{name}, {text}" for kind, text in kinds.items() if labels.kind in (kind, "inferred")]


def _in_words(name: str) -> str:
    """The name of a class as text: SoftmaxCrossEntropy is softmax cross-entropy."""
    if name in FORMULAS:
        return FORMULAS[name]
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+", name)
    text = " ".join(w if w.isupper() or w in PEOPLE else w.lower() for w in words)
    return text.replace("cross entropy", "cross-entropy")


def listed(wanted: str = "") -> Iterator[str]:
    """The rows as lines of text."""
    last, width = "", max(map(len, COLUMNS)) + 2
    for row in rows(wanted):
        if row.family != last:
            yield from ([""] if last else [])
            yield from (row.family.upper(), "")
            last = row.family
        yield row.loss
        for column, names in row.names.items():
            if names:
                yield f"    {column + ':':<{width}}{', '.join(names)}"
    if not wanted:
        yield ""
        yield "NO EQUIVALENT"
        yield ""
        for entry in ABSENT.values():
            yield f"{as_written(entry.name)}: {entry.reason}"


def markdown(wanted: str = "") -> Iterator[str]:
    """The rows as a table."""
    yield f"| loss | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for row in rows(wanted):
        cells = ("<br>".join(f"`{name}`" for name in names) for names in row.names.values())
        yield f"| {row.loss} | {' | '.join(cells)} |"
