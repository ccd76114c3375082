"""Instances of classes that are called later: the name each is given, and every use of that name."""

import ast
from dataclasses import dataclass

from xlogits.catalogue import Native
from xlogits.port.read.paths import METHODS
from xlogits.port.read.scopes import Binding, Scopes

Target = ast.Name | ast.Attribute
MOVES = frozenset({"to", "cuda", "cpu", "eval", "train"})  # what a loss without arrays survives


@dataclass(frozen=True)
class Maker:
    """An instance of a class that has a name, and every use of that name."""

    made: ast.Call
    native: Native
    value: ast.expr  # what is assigned: the instance, or the instance moved to a device
    statement: ast.Assign | ast.AnnAssign
    target: Target
    owned_name: tuple[str, ast.AST | None]  # with the class or the scope that it belongs to
    in_class: bool  # whether a class holds it, where a function would become a method
    uses: tuple[ast.expr, ...]
    others: int  # how many other places give the name a value

    @property
    def attribute(self) -> bool:
        """Whether objects have it, which other files may have too."""
        of_class = isinstance(self.owned_name[1], ast.ClassDef)
        return of_class or isinstance(self.target, ast.Attribute)


def maker_of(made: ast.Call, native: Native, scopes: Scopes) -> Maker | None:
    """The name that an instance is given; None where it has none."""
    value: ast.expr = made
    above = scopes.parent.get(made)
    while isinstance(above, ast.Attribute) and above.attr in MOVES:
        call = scopes.parent.get(above)
        if not isinstance(call, ast.Call) or call.func is not above:
            break
        value, above = call, scopes.parent.get(call)
    if not isinstance(above, (ast.Assign, ast.AnnAssign)) or above.value is not value:
        return None
    target = _target(above)
    if target is None:
        return None
    owned_name = _owned_name(target, scopes)
    uses, others = _of_name(target, scopes) if isinstance(target, ast.Name) else ([], 0)
    if isinstance(target, ast.Attribute) or isinstance(owned_name[1], ast.ClassDef):
        more, also = _of_attribute(target, owned_name[1], scopes)
        uses, others = uses + more, others + also
    in_class = _in_class(target, scopes)
    return Maker(made, native, value, above, target, owned_name, in_class, tuple(uses), others)


def _target(statement: ast.Assign | ast.AnnAssign) -> Target | None:
    """The name, or the attribute of a name, that a statement alone gives its value."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    target = targets[0]
    if isinstance(target, ast.Attribute) and not isinstance(target.value, ast.Name):
        return None
    return target if isinstance(target, Target) and len(targets) == 1 else None


def last_name(target: Target) -> str:
    """The name itself, without the object that has it."""
    return target.id if isinstance(target, ast.Name) else target.attr


def _of_name(target: ast.Name, scopes: Scopes) -> tuple[list[ast.expr], int]:
    """The uses of a name, and how many other places give it a value."""
    uses: list[ast.expr] = [
        node
        for node in scopes.uses
        if isinstance(node, ast.Name)
        and node.id == target.id
        and isinstance(node.ctx, ast.Load)
        and any(b.node is target for b in scopes.bindings(node.id, node))
    ]
    bindings = scopes.bindings(target.id, target)
    return uses, sum(b.node is not target and _gives(b, scopes) for b in bindings)


def _of_attribute(
    target: Target, own: ast.AST | None, scopes: Scopes
) -> tuple[list[ast.expr], int]:
    """The same of an attribute: of its class, and of objects of which nothing is known."""
    name = last_name(target)
    owner = {
        node: _owner(node, scopes)
        for node in scopes.uses
        if isinstance(node, ast.Attribute) and node.attr == name
    }
    owner = {n: c for n, c in owner.items() if c is not None or _may_be(n, scopes)}
    owners = {c for n, c in owner.items() if not isinstance(n.ctx, ast.Load)}
    same = [n for n, c in owner.items() if c in (own, None) or c not in owners]
    others = 0
    for node in same:
        if not isinstance(node.ctx, ast.Load) and node is not target:
            given = getattr(scopes.parent.get(node), "value", None)
            others += not isinstance(given, ast.Constant)
    if own is not None and isinstance(target, ast.Attribute):
        others += sum(_gives(b, scopes) for b in scopes.bound_in(own, name))
    return [node for node in same if isinstance(node.ctx, ast.Load)], others


def _gives(binding: Binding, scopes: Scopes) -> bool:
    """Whether a place gives a name something that may be called: no None, and no annotation alone."""
    bare = isinstance(scopes.parent.get(binding.node), ast.AnnAssign) and binding.value is None
    return not bare and not isinstance(binding.value, ast.Constant)


def _may_be(node: ast.Attribute, scopes: Scopes) -> bool:
    """Whether `model.criterion` may be the attribute; functions of modules and tensors are not."""
    return node.attr not in METHODS and not any(scopes.paths(node.value))


def _owner(node: Target, scopes: Scopes) -> ast.AST | None:
    """The class whose attribute it is: a name of its body, or an attribute of self."""
    if isinstance(node, ast.Name):
        scope = scopes.scope(node)
        return scope if isinstance(scope, ast.ClassDef) else None
    above: ast.AST | None = node
    if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
        return None
    while above is not None and not isinstance(above, ast.ClassDef):
        above = scopes.parent.get(above)
    return above


def _owned_name(target: Target, scopes: Scopes) -> tuple[str, ast.AST | None]:
    owner = _owner(target, scopes)
    if owner is not None:
        return last_name(target), owner
    return ast.unparse(target), scopes.scope(target) if isinstance(target, ast.Name) else None


def _in_class(target: Target, scopes: Scopes) -> bool:
    """Whether a class holds what is assigned, as far as the name before the dot shows what it is."""
    if isinstance(target, ast.Name):
        return _owner(target, scopes) is not None
    name = target.value
    if not isinstance(name, ast.Name):
        return False
    own = any(isinstance(b.node, ast.ClassDef) for b in scopes.bindings(name.id, name))
    return own or name.id == "cls" or name.id[:1].isupper()
