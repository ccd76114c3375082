"""Where a file computes a loss or an activation: the calls, and the classes that are called later."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.absent import NoEquivalent
from xlogits.frameworks import FRAMEWORKS
from xlogits.port.read.makers import Maker, maker_of
from xlogits.port.read.paths import METHODS, SHORT, Known, era_of, find, roots
from xlogits.port.read.scopes import Scopes
from xlogits.port.read.text import Text


@dataclass(frozen=True)
class Site:
    """A call that computes: of a function, of a method, or of a class that is made on the spot."""

    node: ast.Call
    native: Native
    made: ast.Call | None = None
    receiver: ast.expr | None = None


@dataclass(frozen=True)
class Left:
    """Something that is left for a person, and why; with its record, where there is no doubt."""

    node: ast.expr
    name: str
    why: str
    native: Native | None = None


@dataclass
class Found:
    """All of a file."""

    sites: list[Site] = field(default_factory=list)
    makers: list[Maker] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


class Finder:
    """The calls of some frameworks in one text."""

    def __init__(self, text: Text, frameworks: frozenset[str], era: str = "") -> None:
        self.text, self.frameworks = text, frameworks
        self.scopes = Scopes(text.tree)
        self.eras = not era and _have_eras(frameworks)  # whether to be told
        self.era = era_of(self.used) if self.eras else era

    @cached_property
    def used(self) -> set[str]:
        """Every path below an import that the file mentions."""
        found: set[str] = set()
        for use in self.scopes.uses:
            if isinstance(use, ast.Attribute) and not isinstance(self._above(use), ast.Attribute):
                found.update(path for path in self.scopes.paths(use) if path)
        for node in self.scopes.nodes:
            if isinstance(node, ast.ImportFrom) and not node.level:
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return found

    @cached_property
    def found(self) -> Found:
        """Everything there is."""
        found = Found()
        seen: set[ast.AST] = set()
        for call in self._worth():
            for each in self._call(call):
                self._keep(each, found, seen)
        names = self.names
        for node in self.scopes.uses:
            mine = node.attr in SHORT if type(node) is ast.Attribute else node.id in names  # type: ignore[union-attr]
            if mine and node not in seen:
                found.left += self._reference(node)
        return found

    def _worth(self) -> list[ast.Call]:
        """The calls of something whose last name may matter, which few are."""
        names, attributes = self.names, SHORT | METHODS.keys() | {"compile"}
        found = []
        for call in self.scopes.calls:
            func = call.func.func if type(call.func) is ast.Call else call.func
            if type(func) is ast.Attribute:
                mine = func.attr in attributes
            else:
                mine = type(func) is ast.Name and func.id in names
            if mine:
                found.append(call)
        return found

    def _keep(self, each: Site | Maker | Left, found: Found, seen: set[ast.AST]) -> None:
        if isinstance(each, Site):
            found.sites.append(each)
            seen |= {each.node.func} | ({each.made.func} if each.made else set())
        elif isinstance(each, Maker):
            found.makers.append(each)
            seen.add(each.made.func)
        else:
            found.left.append(each)
            seen |= {each.node} | ({each.node.func} if isinstance(each.node, ast.Call) else set())

    def _above(self, node: ast.AST) -> ast.AST | None:
        return self.scopes.parent.get(node)

    def records(self, node: ast.expr) -> tuple[list[Known], bool]:
        """The records an expression may stand for, and whether it may stand for something else."""
        if not self._may_stand(node):
            return [], False
        paths = self.scopes.paths(node)
        found = {r.name: r for path in paths if path for r in find(path, self.era)}
        mine = [r for r in found.values() if r.name.partition(".")[0] in self.frameworks]
        stars = isinstance(node, ast.Name) and not self.scopes.bindings(node.id, node)
        other = any(not (path and find(path, self.era)) for path in paths) and not stars
        return mine, other

    def _may_stand(self, node: ast.expr) -> bool:
        """Whether an expression ends in a name that may stand for a record."""
        if type(node) is ast.Attribute:
            return node.attr in SHORT
        return type(node) is ast.Name and node.id in self.names

    @cached_property
    def names(self) -> set[str]:
        """The names that may stand for a record: imported, assigned from one that does, or a star's."""
        found = set(SHORT) if self.scopes.stars else set()
        found |= {n for n, b in self.scopes.imported if b.path.rpartition(".")[2] in SHORT}
        aliases = [
            (name, value.id if isinstance(value, ast.Name) else value.attr)
            for name, value in self.scopes.aliases
        ]
        for _ in range(3):  # aliases of aliases
            found.update(name for name, tail in aliases if tail in SHORT or tail in found)
        return found

    def _call(self, node: ast.Call) -> Iterator[Site | Maker | Left]:
        inner = node.func if isinstance(node.func, ast.Call) else None
        records, other = self.records(inner.func if inner else node.func)
        if not records:
            yield from self._method(node)
            yield from self._compiled(node)
            return
        native, why = _chosen(records, other)
        name = ast.unparse(inner.func if inner else node.func)
        if native is None:
            yield Left(node, name, why)
        elif native.then and inner is None:
            if not isinstance(self._above(node), ast.Call) or self._above(node).func is not node:  # type: ignore[union-attr]
                maker = maker_of(node, native, self.scopes)
                yield maker or Left(node, ast.unparse(node.func), PASSED_ON, native)
        elif bool(native.then) == (inner is not None):
            yield Site(node, native, inner)

    def _method(self, node: ast.Call) -> Iterator[Site]:
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr not in METHODS:
            return
        own = isinstance(func.value, ast.Name) and func.value.id in ("self", "cls")
        own = own or isinstance(func.value, (ast.Constant, ast.JoinedStr))
        own = own or ast.unparse(func.value) == "super()"
        native = METHODS[func.attr]
        if own or native.framework not in self.frameworks or any(self.scopes.paths(func.value)):
            return
        if any(path.startswith(native.framework) for path in self.imported):
            yield Site(node, native, receiver=func.value)

    @cached_property
    def imported(self) -> set[str]:
        """The full paths of everything that is imported."""
        return {b.path for _, b in self.scopes.imported if b.path} | set(self.scopes.stars)

    def _compiled(self, node: ast.Call) -> Iterator[Left]:
        """Loss strings of Keras' own training loop."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "compile":
            return
        imported = {path.partition(".")[0] for path in self.imported}
        given = [k.value for k in node.keywords if k.arg == "loss"] or node.args[1:2]
        for value in given:
            for word in ast.walk(value):
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    native = _STRINGS.get(word.value)
                    if native is not None and self._may_mean(native, imported):
                        yield Left(word, native.name, COMPILED, native)

    def _may_mean(self, native: Native, imported: set[str]) -> bool:
        own = native.framework
        return own in self.frameworks and not imported.isdisjoint(roots(own))

    def _reference(self, node: ast.Name | ast.Attribute) -> Iterator[Left]:
        if not isinstance(node.ctx, ast.Load):
            return
        if isinstance(self._above(node), ast.Attribute):
            return
        bindings = self.scopes.bindings(node.id, node) if isinstance(node, ast.Name) else None
        if bindings is not None and not any(b.path for b in bindings):
            return  # a name that was assigned is reported where it was
        records, other = self.records(node)
        if records and not other:
            native = records[0] if len(records) == 1 else None
            known = native if isinstance(native, Native) else None
            yield Left(node, ast.unparse(node), PASSED_ON, known)


PASSED_ON = "it is passed on without being called, and who calls it cannot be seen from here"
COMPILED = "a loss by name belongs to Keras' own training loop, compile() and fit()"
# what a training loop takes as a string; of a class, its name alone
_STRINGS = {
    name.removeprefix(start): native
    for native in reversed(NATIVES.values())
    for start in (FRAMEWORKS[native.framework].by_string,)
    for name in (*(() if native.then else native.aliases), native.name)
    if start and name.startswith(start)
}


def _have_eras(frameworks: frozenset[str]) -> bool:
    """Whether it matters to which generation of a framework a file belongs."""
    found = {root for name in frameworks for root in roots(name)}
    return any(f.eras for f in FRAMEWORKS.values() if f.id in found)


def _chosen(records: list[Known], other: bool) -> tuple[Native | None, str]:
    if other:
        return None, "the name may also stand for something else here"
    if len(records) > 1:
        names = " or ".join(record.name for record in records)
        return None, f"it may be {names}; say which with --assume tf1 or --assume tf2"
    record = records[0]
    if isinstance(record, NoEquivalent):
        return None, f"{record.reason} {'Nearest: ' + record.nearest if record.nearest else ''}"
    return record, ""
