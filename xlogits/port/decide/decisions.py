"""What has been decided about a text so far; all who decide read this and add to it."""

import ast

from xlogits.errors import Refused
from xlogits.port.decide.change import Change, Edit, Proof, changed, left
from xlogits.port.decide.imports import Imports
from xlogits.port.decide.rendering import Choices, Written
from xlogits.port.read.calls import Finder
from xlogits.port.read.operands import AXIS, AXIS_HOLE, filled
from xlogits.port.read.text import Text


class Decisions:
    """The edits of one text, the changes that the report lists, and what is left.

    `withdrawn` maps a proof to the reason why it failed.
    """

    def __init__(self, text: Text, choices: Choices, withdrawn: dict[Proof, str]) -> None:
        self.text, self.choices, self.withdrawn = text, choices, withdrawn
        self.finder = Finder(text, choices.frameworks, choices.era)
        self.scopes = self.finder.scopes
        self.imports = Imports(text, self.scopes)
        self.edits: dict[ast.expr | ast.stmt, Edit] = {}  # by the node that each replaces
        self.hoists: list[Edit] = []  # lines that are put in for the sake of one
        self.changes: list[Change] = []
        self.results: set[ast.AST] = set()  # expressions that give arrays of the target
        self.kept: dict[ast.AST, Change] = {}  # what is left, by its node
        self.hoisted: set[str] = set()  # the names that arguments were given

    # -- what is asked before a decision

    def check_place(self, node: ast.AST) -> None:
        """Positions inside an f-string are not to be trusted before Python 3.12."""
        above: ast.AST | None = node
        while above is not None:
            if isinstance(above, ast.JoinedStr):
                raise Refused("it stands inside an f-string; give it a name first")
            above = self.scopes.parent.get(above)

    def proved(self, written: Written, original: str, around: str = "{}") -> Proof:
        """What would be run to prove a rewrite; `Refused` where it was run and failed."""
        proof = Proof(
            original.replace(str(AXIS), "1"),  # an axis that is no literal is tried as the second
            around,
            written.text.replace(AXIS_HOLE, "1"),
            written.imports,
            written.holds,
            written.ndim,
            written.labels,
        )
        if proof in self.withdrawn:
            raise Refused(self.withdrawn[proof])
        return proof

    def segment(self, node: ast.expr) -> str:
        """The text of a node with the edits inside it."""
        if isinstance(node, ast.Name) and not hasattr(node, "lineno"):
            return node.id  # a name that the text is given here
        at, last = self.text.span(node)
        pieces = []
        for edit in self._outermost(node):
            pieces += [self.text.text[at : edit.span[0]], edit.text]
            at = edit.span[1]
        return "".join([*pieces, self.text.text[at:last]])

    def _outermost(self, node: ast.AST) -> list[Edit]:
        """The edits of a node or of parts of it, in order, none inside another."""
        found, waiting = [], [node]
        while waiting:
            part = waiting.pop()
            if part in self.edits:
                found.append(self.edits[part])
            else:
                waiting.extend(ast.iter_child_nodes(part))
        return sorted(found, key=lambda edit: edit.span)

    @property
    def all_edits(self) -> list[Edit]:
        """Those of nodes, and the lines that go with them."""
        return [
            *self.edits.values(),
            *(hoist for hoist in self.hoists if hoist.owner in self.edits),
        ]

    def spelled(
        self, template: str, lines: tuple[str, ...], nodes: dict[str, ast.expr]
    ) -> tuple[str, tuple[str, ...]]:
        """A translation in this file's names and with its operands, and the imports that it lacks."""
        text, missing = self.imports.spelled(template, lines)
        return filled(text, nodes, self.segment), missing

    # -- the decision

    def leave(self, node: ast.expr, name: str, why: str) -> None:
        """Leave a call to a person, with the first reason that was found."""
        if node not in self.kept:
            self.kept[node] = left(self.text, node, name, why)
            self.changes.append(self.kept[node])

    def edit(
        self,
        node: ast.expr | ast.stmt,
        after: str,
        lines: tuple[str, ...] = (),
        owner: ast.expr | None = None,
    ) -> None:
        """Replace a node; an expression in parentheses where it would fall apart."""
        if isinstance(node, ast.expr) and not self._safe(node) and not _closed(after):
            after = f"({after})"
        self.edits[node] = Edit(self.text.span(node), after, node, lines, owner)

    def _safe(self, node: ast.expr) -> bool:
        """Whether any expression can stand here."""
        above = self.scopes.parent.get(node)
        if isinstance(above, ast.Call):
            return above.func is not node
        simple = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr, ast.keyword)
        return isinstance(above, simple)

    def change(
        self, node: ast.expr, name: str, after: str, written: Written, proof: Proof | None
    ) -> None:
        """Report a call as rewritten."""
        notes = self._foreign(written)
        self.changes.append(changed(self.text, node, name, after, written, proof, notes))

    def _foreign(self, written: Written) -> tuple[str, ...]:
        """What inside the operands still belongs to the framework that is left."""
        roots = self.choices.frameworks
        names = []
        for hole, node in written.nodes.items():
            inside = hole in written.text and node not in self.edits
            for part in ast.walk(node) if inside else ():
                if isinstance(part, ast.Call) and part not in self.results:
                    paths = self.scopes.paths(part.func)
                    names += [p for p in paths if p.partition(".")[0] in roots]
        return tuple(f"an argument still calls {name}" for name in dict.fromkeys(names))


def _closed(text: str) -> bool:
    """Whether no operator beside it tears an expression apart."""
    try:
        whole = ast.parse(text, mode="eval").body
    except SyntaxError:
        return False
    return isinstance(whole, (ast.Call, ast.Name, ast.Attribute, ast.Subscript))
