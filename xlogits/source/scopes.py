"""What a name stands for where it is used: imports, aliases and assignments, by Python's scopes."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = frozenset({ast.Module, ast.ClassDef, *FUNCTIONS, *COMPREHENSIONS})


BINDERS = frozenset(
    {
        *(ast.arg, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef),
        *(ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    }
)
LEAVES = frozenset(  # hold no expression
    {
        *("ctx", "op", "ops", "kind", "lineno", "type_comment", "id", "attr", "arg", "level"),
        *("module", "asname", "rest", "conversion", "simple", "is_async"),
    }
)


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
        self.bound: dict[ast.AST, dict[str, list[Binding]]] = {}
        self.elsewhere: dict[ast.AST, set[str]] = {}  # names declared global or nonlocal
        self.stars: list[str] = []
        self.nodes: list[ast.AST] = [tree]
        self.calls: list[ast.Call] = []
        self.uses: list[ast.Name | ast.Attribute] = []
        self._inside: dict[ast.AST, ast.AST] = {}  # the scope of what is directly below a node
        binders, declared = self._read()
        for statement in declared:
            self.elsewhere.setdefault(self.scope(statement), set()).update(statement.names)
        for node in binders:
            for name, binding in self._bindings(node):
                self._bind(name, binding)

    def _read(self) -> tuple[list[ast.AST], list[ast.Global | ast.Nonlocal]]:
        """Every node with its parent, level by level; what binds names, and where others are bound."""
        parent, nodes = self.parent, self.nodes
        binders: list[ast.AST] = []
        declared: list[ast.Global | ast.Nonlocal] = []
        for node in nodes:  # grows while it is read
            kind = type(node)
            if kind is ast.Constant:
                continue
            if kind is ast.Name:
                self.uses.append(node)  # type: ignore[arg-type]
                if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                    binders.append(node)
                continue
            if kind is ast.Attribute:
                self.uses.append(node)  # type: ignore[arg-type]
            elif kind is ast.Call:
                self.calls.append(node)  # type: ignore[arg-type]
            elif kind in BINDERS:
                binders.append(node)
            elif kind is ast.Global or kind is ast.Nonlocal:
                declared.append(node)  # type: ignore[arg-type]
            for name in _below(kind):  # type: ignore[arg-type]
                value = getattr(node, name, None)
                if type(value) is list:
                    for child in value:
                        if isinstance(child, ast.AST):
                            parent[child] = node
                            nodes.append(child)
                elif isinstance(value, ast.AST):
                    parent[value] = node
                    nodes.append(value)
        return binders, declared

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

    def _bind(self, name: str, binding: Binding) -> None:
        scope = self.scope(binding.node)
        if isinstance(self.parent.get(binding.node), ast.NamedExpr):
            while isinstance(scope, COMPREHENSIONS):
                scope = self.scope(scope)
        if name in self.elsewhere.get(scope, ()):
            scope = self.tree
        self.bound.setdefault(scope, {}).setdefault(name, []).append(binding)

    def _bindings(self, node: ast.AST) -> Iterator[tuple[str, Binding]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                yield (alias.asname or root, Binding(node, alias.name if alias.asname else root))
        elif isinstance(node, ast.ImportFrom):
            yield from self._imported_from(node)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, Binding(node, value=self._assigned(node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, Binding(node)
        elif isinstance(node, ast.arg):
            yield node.arg, Binding(node)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name, Binding(node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, Binding(node)

    def _imported_from(self, node: ast.ImportFrom) -> Iterator[tuple[str, Binding]]:
        module = node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self.stars += [module] if not node.level else []
            else:
                path = "" if node.level else f"{module}.{alias.name}"
                yield alias.asname or alias.name, Binding(node, path)

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
        scope, first = self.scope(node), True
        while True:
            visible = first or not isinstance(scope, ast.ClassDef)
            found = self.bound.get(scope, {}).get(name) if visible else None
            if name in self.elsewhere.get(scope, ()):
                return self.bound.get(self.tree, {}).get(name, [])
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
        return [b for names in self.bound.values() for b in names.get(name, ())]


@cache
def _below(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that hold nodes, but operators and contexts, which are shared."""
    return tuple(name for name in kind._fields if name not in LEAVES)


def _outside(child: ast.AST, scope: ast.AST) -> bool:
    """Whether a part of a definition is evaluated outside it: decorators, bases."""
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return child is not scope.args and not isinstance(child, ast.stmt)
    return isinstance(scope, ast.ClassDef) and not isinstance(child, ast.stmt)
