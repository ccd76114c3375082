"""A text in one framework's losses, rewritten in another's."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

from xlogits.port.decide.change import LEFT, Change, Edit, Proof
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.rendering import Choices
from xlogits.port.decide.rewrite import decide
from xlogits.port.read.text import Text
from xlogits.port.write.cuts import cuts
from xlogits.port.write.edits import carried_out, check, placed

COMMENT = "# xlogits: "


@dataclass(frozen=True)
class Ported:
    """A text after the port, and every decision about it."""

    text: str
    changes: tuple[Change, ...]
    remaining: tuple[str, ...] = ()  # what else of the source framework is used
    edits: tuple[Edit, ...] = ()  # in order, none inside another
    short: str = ""  # the text without the definitions that nothing was decided about

    @property
    def left(self) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.mark == LEFT)


def port(
    source: str,
    choices: Choices,
    withdrawn: dict[Proof, str] | None = None,
) -> Ported:
    """Rewrite the loss and activation calls of a text.

    Raises:
        Unreadable: the text is not Python, or the result would differ outside the edited calls.
    """
    text = Text(source)
    decisions = decide(text, choices, withdrawn)
    if not decisions.changes:
        return Ported(source, ())
    after, spans = carried_out(
        source, [*_imports(decisions), *decisions.all_edits, *_comments(decisions)]
    )
    edits = [edit for edit, _ in spans]
    short, moved = placed(source, [*edits, *cuts(decisions, edits)])
    check(text, Text(short), moved)
    return Ported(after, tuple(decisions.changes), _remaining(decisions), tuple(edits), short)


def settled(source: str, choices: Choices, withdrawn: dict[Proof, str] | None = None) -> bool:
    """Whether a port would leave a text as it is."""
    decisions = decide(Text(source), choices, withdrawn)
    return not decisions.changes or not (
        _imports(decisions) or decisions.edits or _comments(decisions)
    )


def _imports(decisions: Decisions) -> list[Edit]:
    """The imports that are missing, once each, after those that are there."""
    lines = sorted({line for edit in decisions.edits.values() for line in edit.lines})
    if not lines:
        return []
    place, newline, after = decisions.imports.place()
    before = newline if place and decisions.text.text[place - 1] not in "\r\n" else ""
    inserted = before + "".join(f"{line}{newline}" for line in lines)
    return [Edit((place, place), inserted, owner=after)]


def _comments(decisions: Decisions) -> list[Edit]:
    """A comment above what is left, and the comments that a rewritten call held."""
    wanted: dict[int, list[str]] = {}
    for node, change in decisions.kept.items():
        line = _first_line(decisions, node)
        wanted.setdefault(line, []).append(f"{COMMENT}{change.name}: {_one_line(change.why)}")
    for start, comment in _lost(decisions):
        wanted.setdefault(_first_line_at(decisions, start), []).append(comment)
    edits = []
    for line, texts in sorted(wanted.items()):
        place = decisions.text.line_start(line)
        indent = re.match(r"[ \t\f]*", decisions.text.text[place:])
        above = _block_above(decisions.text, line)
        new = [t for t in dict.fromkeys(texts) if t not in above]
        lead, newline = indent.group() if indent else "", decisions.text.newline(line)
        if new:
            inserted = "".join(f"{lead}{t}{newline}" for t in new)
            edits.append(Edit((place, place), inserted))
    return edits


def _one_line(why: str) -> str:
    return " ".join(why.split())


def _block_above(text: Text, line: int) -> list[str]:
    """The comments that stand directly above a line."""
    found = []
    for number in range(line - 1, 0, -1):
        content = text.text[text.line_start(number) : text.line_start(number + 1)].strip()
        if not content.startswith("#"):
            break
        found.append(content)
    return found


def _first_line(decisions: Decisions, node: ast.AST) -> int:
    """The line that the statement around a node begins on, its decorators left below."""
    above: ast.AST | None = node
    while above is not None and not isinstance(above, ast.stmt):
        above = decisions.scopes.parent.get(above)
    line: int = getattr(above, "lineno", 1)
    first: int = getattr(node, "lineno", line)
    header = isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    decorators: list[int] = [d.lineno for d in above.decorator_list] if header else []  # type: ignore[union-attr]
    return int(min([line, first, *decorators]))


def _first_line_at(decisions: Decisions, index: int) -> int:
    """The line of the innermost statement that an index lies in."""
    inside = [
        node
        for node in decisions.scopes.nodes
        if isinstance(node, ast.stmt)
        and decisions.text.span(node)[0] <= index <= decisions.text.span(node)[1]
    ]
    return inside[-1].lineno if inside else decisions.text.line_of(index)


def _lost(decisions: Decisions) -> Iterable[tuple[int, str]]:
    """Comments inside rewritten calls that are in none of their operands."""
    spans = [(e.span, e.text) for e in decisions.edits.values()]
    if not any("#" in decisions.text.text[a:b] for (a, b), _ in spans):
        return
    for token in tokenize.generate_tokens(io.StringIO(decisions.text.text, newline="").readline):
        if token.type != tokenize.COMMENT:
            continue
        place = decisions.text.line_start(token.start[0]) + token.start[1]
        around = [(b - a, t) for (a, b), t in spans if a <= place < b]
        if around and token.string not in max(around)[1]:
            yield place, token.string


def _remaining(decisions: Decisions) -> tuple[str, ...]:
    """What the file still uses of the framework it leaves, the most used first."""
    roots, above = decisions.choices.frameworks, decisions.scopes.parent
    counts: dict[str, int] = {}
    rooted = _rooted(decisions, roots)
    line_of = decisions.text.line_of
    edited: dict[int, list[Edit]] = {}
    for edit in decisions.edits.values():
        for line in range(line_of(edit.span[0]), line_of(edit.span[1]) + 1):
            edited.setdefault(line, []).append(edit)
    for name in decisions.scopes.uses:
        if type(name) is not ast.Name or name.id not in rooted:
            continue
        module = rooted[name.id]
        if not module and not any(decisions.scopes.bindings(name.id, name)):
            continue  # of a star import, or nobody knows
        node: ast.expr = name
        path = module
        while type(over := above.get(node)) is ast.Attribute:
            node = over
            path = f"{path}.{over.attr}"
        paths = [path] if module else decisions.scopes.paths(node)
        paths = [p for p in paths if p.partition(".")[0] in roots and "." in p]
        gone = any(_within(decisions, node, edit) for edit in edited.get(node.lineno, ()))
        if node not in decisions.results and not gone:
            for path in paths:
                counts[path] = counts.get(path, 0) + 1
    return tuple(f"{n} x {path}" for path, n in sorted(counts.items(), key=lambda x: -x[1]))


def _rooted(decisions: Decisions, roots: frozenset[str]) -> dict[str, str]:
    """The names that stand for something of a framework anywhere, perhaps by another name.

    With the path, where one import for the whole file is all that gives a name its value.
    """
    scopes = decisions.scopes
    names = {name for name, b in scopes.imported if b.path.partition(".")[0] in roots}
    aliases = [(name, _leftmost(value)) for name, value in scopes.aliases]
    if scopes.stars:
        names |= {of for _, of in aliases if not scopes.everywhere(of)}
    while more := {name for name, of in aliases if of in names} - names:
        names |= more
    found = {}
    for name in names:
        bindings = scopes.of_module(name)
        known = len(bindings) == 1 and bindings == scopes.everywhere(name)
        found[name] = bindings[0].path if known else ""
    return found


def _leftmost(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _within(decisions: Decisions, node: ast.expr, edit: Edit) -> bool:
    """Whether a node is gone with an edit."""
    first, last = decisions.text.span(node)
    inside = edit.span[0] <= first and last <= edit.span[1]
    return inside and decisions.text.text[first:last] not in edit.text
