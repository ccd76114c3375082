"""Every loss under all its names: one row for each loss, one column for each framework."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.absent import ABSENT
from xlogits.catalogue.families import family
from xlogits.errors import OptionError
from xlogits.losses import SoftmaxCrossEntropy, Transform
from xlogits.translation.language import LANGUAGES

COLUMNS = {
    "PyTorch": ("torch",),
    "TensorFlow": ("tensorflow",),
    "Keras": ("keras",),
    "JAX, optax": ("jax", "optax"),
    "SciPy, scikit-learn": ("scipy", "sklearn"),
    "xlogits": ("xlogits",),
}


class Row(NamedTuple):
    """One loss, and what each framework calls it."""

    loss: str
    family: str
    names: dict[str, list[str]]


def rows(wanted: str = "") -> list[Row]:
    """All losses of a family, or of all."""
    found: dict[str, Row] = {}
    for native in NATIVES.values():
        kind = family(native.loss)
        if wanted and kind != wanted:
            continue
        column = next(c for c, frameworks in COLUMNS.items() if native.framework in frameworks)
        for title in titles(native):
            row = found.setdefault(title, Row(title, kind, {column: [] for column in COLUMNS}))
            row.names[column].append(spelled(native))
    if not found:
        known = sorted({family(native.loss) for native in NATIVES.values()})
        raise OptionError(f"no family is called {wanted!r}; expected one of {', '.join(known)}")
    return sorted(found.values(), key=lambda row: (row.family, -sum(map(len, row.names.values()))))


def spelled(native: Native) -> str:
    """A full name as people write it."""
    return LANGUAGES["torch"].spelled(native.name)


def titles(native: Native) -> list[str]:
    """What the losses are called that a function computes, whoever computes them.

    Cross-entropies are told apart by their labels; a function that takes both kinds is in both rows.
    """
    loss: Any = native.loss
    if isinstance(loss, Transform):
        return [loss.function.replace("_", " ")]
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+", type(loss).__name__)
    name = " ".join(word if word.isupper() else word.lower() for word in words)
    if getattr(loss, "plus_one", False):
        return ["x log(1 + y)"]
    name = "".join(f" {c.lower()}" if c.isupper() else c for c in type(loss).__name__).strip()
    name = name.replace("cross entropy", "cross-entropy")
    labels = getattr(loss, "labels", None)
    if labels is None or not isinstance(loss, SoftmaxCrossEntropy):
        return [name]
    kinds = {"index": "class indexes", "dense": "one number per class"}
    return [f"{name}, {text}" for kind, text in kinds.items() if labels.kind in (kind, "inferred")]


def listed(wanted: str = "") -> Iterator[str]:
    """The rows as lines of text."""
    last = ""
    for row in rows(wanted):
        if row.family != last:
            yield from ([""] if last else [])
            yield from (row.family.upper(), "")
            last = row.family
        yield row.loss
        for column, names in row.names.items():
            if names:
                yield f"    {column + ':':<21}{', '.join(names)}"
    if not wanted:
        yield ""
        yield "NO EQUIVALENT"
        yield ""
        for entry in ABSENT.values():
            yield f"{LANGUAGES['torch'].spelled(entry.name)}: {entry.reason}"


def markdown(wanted: str = "") -> Iterator[str]:
    """The rows as a table."""
    yield f"| loss | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for row in rows(wanted):
        cells = ("<br>".join(f"`{name}`" for name in names) for names in row.names.values())
        yield f"| {row.loss} | {' | '.join(cells)} |"
