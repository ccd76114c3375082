"""What was decided about each place in a file, and the edits that carry it out."""

import ast
from dataclasses import dataclass, field
from typing import NamedTuple

from xlogits.port.decide.rendering import WORDS, Written
from xlogits.port.read.text import Span, Text

LEFT = "left for you"


class Proof(NamedTuple):
    """What `--verify` runs: two expressions over the same placeholders, and what they import."""

    original: str
    around: str  # "{}", or the reduction that was folded into the translation
    translated: str
    imports: tuple[str, ...]
    assumed: tuple[str, ...]  # all that has to hold, whoever says that it does
    ndim: int | None
    labels: str | None


@dataclass(frozen=True)
class Change:
    """One call of the report.

    Attributes:
        line, column: where it is, both from 1; `cell` is the cell of a notebook, from 1, or 0.
        name: the full name of the native function.
        before, after: its source, and what it becomes; '' where it is left.
        mark: "exact", "exact if", "same value, different gradient" or "left for you".
        assumed: the words of `--assume` for what has to hold.
        why: why it is left.
        notes: what else a person should know.
    """

    line: int
    column: int
    name: str
    before: str
    after: str = ""
    mark: str = LEFT
    assumed: tuple[str, ...] = ()
    why: str = ""
    notes: tuple[str, ...] = ()
    cell: int = 0
    proof: Proof | None = field(default=None, repr=False, compare=False)
    verified: str = ""
    place: int = 0

    @property
    def conditions(self) -> tuple[str, ...]:
        """What has to hold, in words."""
        return tuple(WORDS[word] for word in self.assumed)


class Edit(NamedTuple):
    """New text for a stretch of the old, the node it stands for, and the imports it needs.

    It may be there for the sake of another, its `owner`: the calls of an instance are rewritten with it.
    What is only inserted stands for no node; it may have an owner, or follow it.
    """

    span: Span
    text: str
    node: ast.expr | ast.stmt | None = None
    lines: tuple[str, ...] = ()
    owner: ast.expr | ast.stmt | None = None


def changed(
    text: Text,
    node: ast.expr,
    name: str,
    after: str,
    written: Written,
    proof: Proof | None,
    notes: tuple[str, ...] = (),
) -> Change:
    first, _ = text.span(node)
    line = text.line_of(first)
    return Change(
        line,
        first - text.line_start(line) + 1,
        name,
        text.of(node),
        after,
        written.mark,
        tuple(written.assumed),
        notes=(*written.notes, *notes),
        proof=proof,
        place=first,
    )


def left(text: Text, node: ast.expr, name: str, why: str) -> Change:
    first, _ = text.span(node)
    line = text.line_of(first)
    return Change(
        line, first - text.line_start(line) + 1, name, text.of(node), why=why, place=first
    )
