"""Every call of a file rewritten, or left with the reason: the decisions, before any text changes."""

import ast
from contextlib import suppress
from typing import Any

from xlogits.errors import Refused
from xlogits.port.decide.change import Change, Edit, Proof, changed, left
from xlogits.port.decide.hint import hint
from xlogits.port.decide.hoist import hoisted
from xlogits.port.decide.imports import Imports
from xlogits.port.decide.reductions import Reducer, reducer, rewritten
from xlogits.port.decide.rendering import Choices, Written, write
from xlogits.port.read.calls import Finder, Found, Maker, Site
from xlogits.port.read.labels import readings
from xlogits.port.read.operands import (
    AXIS,
    AXIS_HOLE,
    HOLES,
    Arguments,
    arguments_of,
    filled,
    holed,
)
from xlogits.port.read.text import Text


class Rewriter:
    """The decisions about one text; `withdrawn` maps a proof to the reason why it failed."""

    def __init__(self, text: Text, choices: Choices, withdrawn: dict[Proof, str]) -> None:
        self.text, self.choices, self.withdrawn = text, choices, withdrawn
        self.finder = Finder(text, choices.frameworks, choices.era)
        self.scopes = self.finder.scopes
        self.imports = Imports(text, self.scopes)
        self.edits: list[Edit] = []
        self.changes: list[Change] = []
        self.results: set[ast.AST] = set()  # expressions that give arrays of the target
        self.kept: dict[ast.AST, Change] = {}  # what is left, by its node
        self.hoisted: set[str] = set()

    def run(self, found: Found) -> None:
        """Decide on everything, what is inside first."""
        from xlogits.port.decide.instances import bind_maker

        for site in sorted(found.sites, key=lambda s: self._length(s.node)):
            self._site(site)
        groups: dict[Any, list[Maker]] = {}
        for maker in found.makers:
            groups.setdefault(self.finder.group(maker), []).append(maker)
        for group in groups.values():
            for maker in group:
                bind_maker(self, maker, len(group))
            self._all_or_none(group)
        for each in found.left:
            self.leave(each.node, each.name, hint(self, each.name, each.why))
        self._named_reductions()
        self._withdraw_inside()
        self.changes.sort(key=lambda c: (c.line, c.column))

    def _length(self, node: ast.expr) -> int:
        first, last = self.text.span(node)
        return last - first

    def segment(self, node: ast.expr) -> str:
        """The text of a node with the edits inside it."""
        if isinstance(node, ast.Name) and not hasattr(node, "lineno"):
            return node.id  # a name that the text is given here
        first, last = self.text.span(node)
        return applied(self.text.text, self.edits, (first, last))

    def leave(self, node: ast.expr, name: str, why: str) -> None:
        if node not in self.kept:
            self.kept[node] = left(self.text, node, name, why)
            self.changes.append(self.kept[node])

    def _all_or_none(self, group: list[Maker]) -> None:
        """One name, one framework: where one of its values is left, all are."""
        if not any(maker.made in self.kept for maker in group):
            return
        for maker in group:
            if maker.made not in self.kept:
                mine = (maker.value, maker.statement)
                self.edits = [e for e in self.edits if e.node not in mine]
                self.changes = [c for c in self.changes if c.place != self.text.span(maker.made)[0]]
                self.results.difference_update(self.scopes.parent[use] for use in maker.uses)
                why = "the same name has another value, which is left"
                self.leave(maker.made, maker.native.name, why)

    def _withdraw_inside(self) -> None:
        """What is left keeps its arguments in the framework it belongs to."""
        for node in [n for n in self.kept if isinstance(n, ast.Call)]:
            first, last = self.text.span(node)
            for edit in [
                e for e in self.edits if e.node and first <= e.span[0] and e.span[1] <= last
            ]:
                self.edits = [e for e in self.edits if e is not edit and e.owner is not edit.node]
                mine = [c for c in self.changes if c.place == edit.span[0] and c.after]
                for change in mine:
                    self.changes.remove(change)
                    why = f"its result goes into {self.kept[node].name}, which is left"
                    if isinstance(edit.node, ast.expr):
                        self.leave(edit.node, change.name, why)

    # -- one call

    def _site(self, site: Site) -> None:
        node: ast.expr = site.node
        try:
            self.check_place(node)
            arguments = arguments_of(site, self.scopes)
            *first, last = readings(arguments, self.scopes, self.choices.target.name)
            for each in first:
                with suppress(Refused):
                    self._one(site, each)
                    return
            self._one(site, last)
        except Refused as refusal:
            if site.receiver is None or "does not fit" not in str(refusal):
                self.leave(node, site.native.name, str(refusal))

    def _one(self, site: Site, arguments: Arguments) -> None:
        """Rewrite a call as it is read."""
        around = self._around(site.node)
        words = ("a tensor",) if site.receiver is not None else ()
        if around is not None and self._fold(site, arguments, around, words):
            return
        written = write(arguments, self.choices, self.scopes)
        written = written.but(*words, known=self.choices.assumed)
        if around is not None and self.choices.target.words:
            self._outside(site, arguments, written, around)
        else:
            self._replace(site.node, site.native.name, written, holed(site.native, arguments))

    def check_place(self, node: ast.AST) -> None:
        """Positions inside an f-string are not to be trusted before Python 3.12."""
        above: ast.AST | None = node
        while above is not None:
            if isinstance(above, ast.JoinedStr):
                raise Refused("it stands inside an f-string; give it a name first")
            above = self.scopes.parent.get(above)

    def _around(self, node: ast.expr) -> Reducer | None:
        """The sum or mean that stands directly around a call."""
        above = self.scopes.parent.get(node)
        if isinstance(above, (ast.Attribute, ast.keyword)):
            above = self.scopes.parent.get(above)
        found = reducer(above, self.scopes)
        return found if found is not None and found.array is node else None

    def _fold(
        self, site: Site, arguments: Arguments, around: Reducer, words: tuple[str, ...]
    ) -> bool:
        """Write loss and reduction as one; False where that cannot be."""
        if not around.foldable:
            return False
        try:
            written = write(arguments, self.choices, self.scopes, around.word)
        except Refused:
            return False
        written = written.but(*words, known=self.choices.assumed)
        original = holed(site.native, arguments)
        self._replace(around.node, site.native.name, written, original, self._template(around))
        return True

    def _template(self, around: Reducer) -> str:
        if around.method:
            return f"({{}}).{around.word}()"
        return f"{self.scopes.paths(around.node.func)[0]}({{}})"

    def _outside(self, site: Site, arguments: Arguments, written: Written, around: Reducer) -> None:
        """Loss and reduction each written anew."""
        if around.method and around.foldable and self._has_methods:
            self._replace(site.node, site.native.name, written, holed(site.native, arguments))
            return
        hole = HOLES.format("r")
        text, lines = rewritten(around, hole, self.choices.target)
        self._replace(site.node, site.native.name, written, holed(site.native, arguments))
        self._reduce(around, text, lines, hole)

    def _reduce(self, around: Reducer, text: str, lines: tuple[str, ...], hole: str) -> None:
        spelled, missing = self.imports.spelled(text, lines)
        after = filled(spelled, {hole: around.array}, self.segment)
        self.edit(around.node, after, missing)
        self.results.add(around.node)

    @property
    def _has_methods(self) -> bool:
        return self.choices.target.name in ("torch", "jax", "optax", "numpy", "scipy", "sklearn")

    def _replace(
        self, node: ast.expr, name: str, written: Written, original: str, around: str = "{}"
    ) -> None:
        proof = self.proved(written, original, around)
        written = hoisted(self, node, written)
        spelled, missing = self.imports.spelled(written.text, written.imports)
        after = filled(spelled, written.nodes, self.segment)
        self.edit(node, after, missing)
        self.results.add(node)
        notes = self.foreign(written)
        self.changes.append(changed(self.text, node, name, after, written, proof, notes))

    def proved(self, written: Written, original: str, around: str = "{}") -> Proof:
        """What would be run to prove a rewrite; `Refused` where it was run and failed."""
        first = original.replace(
            str(AXIS), "1"
        )  # an axis that is no literal is tried as the second
        second = written.text.replace(AXIS_HOLE, "1")
        proof = Proof(
            *(first, around, second, written.imports, written.holds),
            *(written.ndim, written.labels),
        )
        if proof in self.withdrawn:
            raise Refused(self.withdrawn[proof])
        return proof

    def foreign(self, written: Written) -> tuple[str, ...]:
        """What inside the operands still belongs to the framework that is left."""
        roots = self.choices.frameworks
        names = []
        for hole, node in written.nodes.items():
            inside = hole in written.text and not any(e.node is node for e in self.edits)
            for part in ast.walk(node) if inside else ():
                if isinstance(part, ast.Call) and part not in self.results:
                    paths = self.scopes.paths(part.func)
                    names += [p for p in paths if p.partition(".")[0] in roots]
        return tuple(f"an argument still calls {name}" for name in dict.fromkeys(names))

    def edit(self, node: ast.expr, after: str, lines: tuple[str, ...] = ()) -> None:
        """Replace an expression, in parentheses where it would fall apart."""
        if not self._safe(node):
            try:
                whole = ast.parse(after, mode="eval").body
            except SyntaxError:
                whole = None
            if not isinstance(whole, (ast.Call, ast.Name, ast.Attribute, ast.Subscript)):
                after = f"({after})"
        self.edits.append(Edit(self.text.span(node), after, node, lines))

    def _safe(self, node: ast.expr) -> bool:
        """Whether any expression can stand here."""
        above = self.scopes.parent.get(node)
        if isinstance(above, ast.Call):
            return above.func is not node
        simple = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr, ast.keyword)
        return isinstance(above, simple)

    # -- reductions of a name

    def _named_reductions(self) -> None:
        """`loss = ...` and later `tf.reduce_mean(loss)`: the sum or mean of what is rewritten."""
        given = (ast.Assign, ast.AnnAssign, ast.NamedExpr)
        named = any(isinstance(self.scopes.parent.get(node), given) for node in self.results)
        if not named or not self.choices.target.words:
            return
        for node in self.scopes.calls:
            found = reducer(node, self.scopes)
            if found is None or node in self.results or not isinstance(found.array, ast.Name):
                continue
            values = [b.value for b in self.scopes.bindings(found.array.id, found.array)]
            mine = [v in self.results or v is node for v in values]
            if any(v in self.results for v in values):
                self._named(found, all(mine))

    def _named(self, found: Reducer, sure: bool) -> None:
        if found.method and found.foldable and self._has_methods and sure:
            return
        try:
            if not sure:
                raise Refused(f"{ast.unparse(found.array)} has other values too")
            hole = HOLES.format("r")
            text, lines = rewritten(found, hole, self.choices.target)
            self._reduce(found, text, lines, hole)
            name = ".".join(filter(None, self.scopes.paths(found.node.func))) or found.word
            after = self.edits[-1].text
            written = Written(after, {})
            self.changes.append(changed(self.text, found.node, name, after, written, None))
        except Refused as refusal:
            self.leave(found.node, ast.unparse(found.node.func), str(refusal))


def applied(text: str, edits: list[Edit], span: tuple[int, int]) -> str:
    """A stretch of text with the outermost edits inside it carried out."""
    first, last = span
    inside = [e for e in edits if first <= e.span[0] and e.span[1] <= last]
    outermost = [
        e
        for e in inside
        if not any(
            o is not e and o.span[0] <= e.span[0] and e.span[1] <= o.span[1] and o.span != e.span
            for o in inside
        )
    ]
    pieces, at = [], first
    for edit in sorted(outermost, key=lambda e: e.span):
        pieces += [text[at : edit.span[0]], edit.text]
        at = edit.span[1]
    return "".join([*pieces, text[at:last]])
