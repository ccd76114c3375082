"""What a name stands for where it is used: imports, aliases and assignments, by Python's scopes."""

import ast
from collections.abc import Callable, Container, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = frozenset({ast.Module, ast.ClassDef, *FUNCTIONS, *COMPREHENSIONS})


LEAVES = frozenset(  # hold no expression
    {
        *("ctx", "op", "ops", "kind", "lineno", "type_comment", "id", "attr", "arg", "level"),
        *("module", "asname", "rest", "conversion", "simple", "is_async"),
    }
)
# what is done with a node that is read, or the field that holds the name it binds
USE, NAME, CALL, IMPORT, GIVEN, DECLARED = "use", "a name", "call", "import", "given", "declared"
DONE: dict[type[ast.AST], str] = {
    ast.Attribute: USE,
    ast.Name: NAME,
    ast.Call: CALL,
    **dict.fromkeys((ast.Import, ast.ImportFrom), IMPORT),
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr), GIVEN),
    **dict.fromkeys((ast.Global, ast.Nonlocal), DECLARED),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), "name"),
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), "name"),
    ast.arg: "arg",
    ast.MatchMapping: "rest",
}


class Binding(NamedTuple):
    """One place that gives a name its value: an imported path, an assigned expression, or neither."""

    node: ast.AST
    path: str = ""
    value: ast.expr | None = None


class Scopes:
    """The bindings of every scope of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parent: dict[ast.AST, ast.AST] = {}
        self.globals: dict[ast.AST, set[str]] = {}  # what each scope declares to be the module's
        self.nonlocals: dict[ast.AST, set[str]] = {}  # or that of a function around it
        self.stars: list[str] = []
        self.nodes: list[ast.AST] = [tree]
        self.calls: list[ast.Call] = []
        self.uses: list[ast.Name | ast.Attribute] = []
        self.imported: list[tuple[str, Binding]] = []
        self._given: list[ast.Assign | ast.AnnAssign | ast.NamedExpr] = []
        self._binders: dict[str, list[ast.AST | Binding]] = {}
        self._bound: dict[str, dict[ast.AST, list[Binding]]] = {}
        self._inside: dict[ast.AST, ast.AST] = {}  # the scope of what is directly below a node
        for statement in self._read():
            declared = self.globals if isinstance(statement, ast.Global) else self.nonlocals
            declared.setdefault(self.scope(statement), set()).update(statement.names)

    def _read(self) -> list[ast.Global | ast.Nonlocal]:
        """Every node with its parent, level by level; returned are the declared names."""
        parent, nodes, binders = self.parent, self.nodes, self._binders
        declared = []
        for node in nodes:  # grows while it is read
            done, below = PARTS[type(node)]
            if done == NAME:
                self.uses.append(node)  # type: ignore[arg-type]
                if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                    binders.setdefault(node.id, []).append(node)  # type: ignore[attr-defined]
            elif done == USE:
                self.uses.append(node)  # type: ignore[arg-type]
            elif done == CALL:
                self.calls.append(node)  # type: ignore[arg-type]
            elif done == IMPORT:
                self._import(node)  # type: ignore[arg-type]
            elif done == GIVEN:
                self._given.append(node)  # type: ignore[arg-type]
            elif done == DECLARED:
                declared.append(node)
            elif done and (name := getattr(node, done)):
                binders.setdefault(name, []).append(node)
            if below is None:
                continue
            for value in below(node):
                if type(value) is list:
                    for child in value:
                        if isinstance(child, ast.AST):
                            parent[child] = node
                            nodes.append(child)
                elif isinstance(value, ast.AST):
                    parent[value] = node
                    nodes.append(value)
        return declared  # type: ignore[return-value]

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, binding in _imported(node):
            if name == "*":
                self.stars += [binding.path] if binding.path else []
            else:
                self.imported.append((name, binding))
                self._binders.setdefault(name, []).append(binding)

    @property
    def aliases(self) -> Iterator[tuple[str, ast.Name | ast.Attribute]]:
        """The names that are given a name or an attribute, whole, and which."""
        for node in self._given:
            if isinstance(node.value, (ast.Name, ast.Attribute)):
                for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                    if isinstance(target, ast.Name):
                        yield target.id, node.value

    def scope(self, node: ast.AST) -> ast.AST:
        """The module, function, class or comprehension that a node is evaluated in."""
        child, above = node, self.parent.get(node)
        found, passed = None, []
        while above is not None and found is None:
            if type(above) in SCOPES:
                found = None if _outside(child, above) else above
            else:
                found = self._inside.get(above)
                passed.append(above)
            child, above = above, self.parent.get(above)
        found = found or self.tree
        for each in passed:
            self._inside[each] = found
        return found

    def _places(self, name: str) -> dict[ast.AST, list[Binding]]:
        """The bindings of a name, by scope."""
        if name not in self._bound:
            found: dict[ast.AST, list[Binding]] = {}
            nonlocals = []
            for binder in self._binders.get(name, ()):
                binding = binder if isinstance(binder, Binding) else self._binding(binder)
                scope = self._where(binding)
                if name in self.nonlocals.get(scope, ()):
                    nonlocals.append((scope, binding))
                    continue
                scope = self.tree if name in self.globals.get(scope, ()) else scope
                found.setdefault(scope, []).append(binding)
            for scope, binding in nonlocals:
                found.setdefault(self._around(scope, found), []).append(binding)
            self._bound[name] = found
        return self._bound[name]

    def _around(self, scope: ast.AST, bound: Container[ast.AST]) -> ast.AST:
        """The nearest function around a scope that binds a name, or the module."""
        while scope is not self.tree:
            scope = self.scope(scope)
            if isinstance(scope, FUNCTIONS) and scope in bound:
                break
        return scope

    def _binding(self, node: ast.AST) -> Binding:
        return Binding(node, value=self._assigned(node) if isinstance(node, ast.Name) else None)

    def _where(self, binding: Binding) -> ast.AST:
        """The scope that a binding stands in; `:=` binds outside the comprehensions it stands in."""
        scope = self.scope(binding.node)
        if isinstance(self.parent.get(binding.node), ast.NamedExpr):
            while isinstance(scope, COMPREHENSIONS):
                scope = self.scope(scope)
        return scope

    def _assigned(self, name: ast.Name) -> ast.expr | None:
        """The expression that a name is given whole."""
        above = self.parent[name]
        if isinstance(above, ast.Assign) and name in above.targets:
            return above.value
        if isinstance(above, (ast.AnnAssign, ast.NamedExpr)) and above.target is name:
            return above.value
        return None

    def bindings(self, name: str, node: ast.AST) -> list[Binding]:
        """All places that may give a name its value where it is used; none if it is not bound."""
        places, scope, first = self._places(name), self.scope(node), True
        while True:
            visible = first or not isinstance(scope, ast.ClassDef)
            found = places.get(scope) if visible else None
            if name in self.globals.get(scope, ()):
                return places.get(self.tree, [])
            if found or scope is self.tree:
                return found or []
            scope, first = self.scope(scope), False

    def paths(self, node: ast.expr, seen: frozenset[ast.AST] = frozenset()) -> list[str]:
        """Every full dotted path that an expression may stand for; '' is what cannot be said."""
        if isinstance(node, ast.Attribute):
            return [p and f"{p}.{node.attr}" for p in self.paths(node.value, seen)]
        if not isinstance(node, ast.Name):
            return [""]
        found: list[str] = []
        bindings = self.bindings(node.id, node)
        for binding in bindings:
            if binding.path:
                found.append(binding.path)
            elif isinstance(binding.value, ast.Constant):
                continue  # None, where an import failed: nothing is ever called on it
            elif isinstance(binding.value, (ast.Name, ast.Attribute)):
                if binding.node not in seen:
                    found += self.paths(binding.value, seen | {binding.node})
            else:
                found.append("")
        if not bindings:
            found = [f"{module}.{node.id}" for module in self.stars] or [""]
        return list(dict.fromkeys(found)) or [""]

    def everywhere(self, name: str) -> list[Binding]:
        """All bindings of a name, in any scope."""
        return [binding for some in self._places(name).values() for binding in some]

    def of_module(self, name: str) -> list[Binding]:
        """All bindings of a name in the scope of the module."""
        return self.bound_in(self.tree, name)

    def bound_in(self, scope: ast.AST, name: str) -> list[Binding]:
        """All bindings of a name in a scope."""
        return self._places(name).get(scope, [])


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Binding]]:
    """The names that an import binds, and their paths, '' where it is relative."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            root = alias.name.partition(".")[0]
            yield alias.asname or root, Binding(node, alias.name if alias.asname else root)
        elif alias.name == "*":
            yield "*", Binding(node, "" if node.level else node.module or "")
        else:
            path = "" if node.level else f"{node.module or ''}.{alias.name}"
            yield alias.asname or alias.name, Binding(node, path)


def _part(kind: type[ast.AST]) -> tuple[str, Callable[[Any], Iterable[Any]] | None]:
    """What is done with a kind of node, and what of it is read further."""
    fields = [name for name in kind._fields if name not in LEAVES]
    if kind is ast.Constant or not fields:
        return DONE.get(kind, ""), None
    if len(fields) == 1:
        return DONE.get(kind, ""), lambda node, only=fields[0]: (getattr(node, only),)
    return DONE.get(kind, ""), attrgetter(*fields)


PARTS = {
    kind: _part(kind)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def _outside(child: ast.AST, scope: ast.AST) -> bool:
    """Whether a part of a definition is evaluated outside it: decorators, bases."""
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return child is not scope.args and not isinstance(child, ast.stmt)
    return isinstance(scope, ast.ClassDef) and not isinstance(child, ast.stmt)
