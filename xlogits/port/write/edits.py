"""Edits carried out, and the proof that nothing else changed."""

import ast
from typing import Any

from xlogits.port.decide.change import Edit
from xlogits.port.read.text import Span, Text, Unreadable

Moved = list[tuple[Edit, Span]]


def carried_out(text: str, edits: list[Edit]) -> tuple[str, Moved]:
    """The new text, and where in it each edit ended up; those within a larger one are in its text."""
    kept: list[Edit] = []
    around: Span = (0, 0)
    for edit in sorted(edits, key=lambda e: (e.span[0], -e.span[1])):
        if edit.node is None or edit.span == around or edit.span[1] > around[1]:
            kept.append(edit)
            around = edit.span if edit.node is not None else around
    return placed(text, kept)


def placed(text: str, edits: list[Edit]) -> tuple[str, Moved]:
    """The same of edits of which none lies within another."""
    ordered = sorted(edits, key=lambda e: (e.span, e.node is not None))
    pieces: list[str] = []
    moved: Moved = []
    at = length = 0
    for edit in ordered:
        kept = text[at : edit.span[0]]
        start = length + len(kept)
        pieces += [kept, edit.text]
        length = start + len(edit.text)
        moved.append((edit, (start, length)))
        at = edit.span[1]
    return "".join([*pieces, text[at:]]), moved


def check(old: Text, new: Text, moved: Moved) -> None:
    """Raise `Unreadable` unless both are the same programme but for the edits."""
    try:
        replaced = {e.span: span for e, span in moved if e.node is not None}
        inserted = [span for e, span in moved if e.node is None]
        _same(old.tree, new.tree, old, new, replaced, inserted)
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def _same(
    a: Any, b: Any, old: Text, new: Text, replaced: dict[Span, Span], inserted: list[Span]
) -> None:
    if isinstance(a, ast.AST):
        if isinstance(a, (ast.expr, ast.stmt)) and (span := replaced.get(old.span(a))):
            first, last = new.span(b)
            outside = new.text[span[0] : first] + new.text[last : span[1]]
            if not span[0] <= first <= last <= span[1] or outside.strip("() \t\r\n\f"):
                _differs(a)
            return
        if type(a) is not type(b):
            _differs(a)
        if isinstance(a, ast.stmt) and old.of(a) == new.of(b):
            return  # the same text
        for name in a._fields:
            mine, other = getattr(a, name, None), getattr(b, name, None)
            _same(mine, other, old, new, replaced, inserted)
    elif isinstance(a, list):
        b = [x for x in b if not _new(x, new, inserted)]
        if len(a) != len(b):
            _differs(a[0] if a else None)
        for mine, other in zip(a, b, strict=True):
            _same(mine, other, old, new, replaced, inserted)
    elif type(a) is not type(b) or a != b:
        _differs(None)


def _new(node: Any, new: Text, inserted: list[Span]) -> bool:
    """Whether a statement is one that was put in: an import, or a name for an argument."""
    if not inserted or not isinstance(node, (ast.Import, ast.Assign)):
        return False
    first, last = new.span(node)
    return any(a <= first and last <= b for a, b in inserted)


def _differs(node: Any) -> None:
    where = f" near line {node.lineno}" if hasattr(node, "lineno") else ""
    raise Unreadable(f"the rewritten text would differ outside the rewritten calls{where}")
