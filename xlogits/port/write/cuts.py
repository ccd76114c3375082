"""A text without the definitions that a port leaves alone, so that reading it again is fast.

A definition is whole lines of its own, the same before and after, and what stands around it is parsed
as if it were one line: so the text is what it should be if the shortened one is.
"""

import ast
from bisect import bisect_left
from collections.abc import Iterator

from xlogits.port.decide.change import Edit
from xlogits.port.decide.decisions import Decisions
from xlogits.port.read.makers import last_name
from xlogits.port.read.text import Text

LEAST = 200  # characters that are worth a cut


def cuts(decisions: Decisions, edits: list[Edit]) -> list[Edit]:
    """A line for every definition in which there is no edit, and nothing that was decided about."""
    if decisions.finder.eras:
        return []  # whether a file is of TensorFlow 1 is told from all of it
    text, found = decisions.text, decisions.finder.found
    nodes: list[ast.expr] = [site.node for site in found.sites]
    nodes += [left.node for left in found.left]
    nodes += [use for maker in found.makers for use in (maker.made, *maker.uses)]
    touched = [place for edit in edits for place in edit.span]
    touched += [change.place for change in decisions.changes]
    touched += [text.span(node)[0] for node in nodes]
    words = {"global", "nonlocal", *(last_name(maker.target) for maker in found.makers)}
    return list(_cut(text, decisions.scopes.tree.body, sorted(touched), words))


def _cut(text: Text, body: list[ast.stmt], touched: list[int], words: set[str]) -> Iterator[Edit]:
    for statement in body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        first, last = text.span(statement)
        start = min([first, *(text.span(d)[0] for d in statement.decorator_list)])
        after = bisect_left(touched, start)
        if after < len(touched) and touched[after] <= last:
            if isinstance(statement, ast.ClassDef):
                yield from _cut(text, statement.body, touched, words)
        elif last - first > LEAST and not any(word in text.text[first:last] for word in words):
            kind = "class {}: pass" if isinstance(statement, ast.ClassDef) else "def {}(): pass"
            yield Edit((first, last), kind.format(statement.name), statement)
