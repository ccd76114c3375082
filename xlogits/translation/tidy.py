"""A long expression as a person would write it: what occurs twice gets a name and a line of its own."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

SHORT = 8  # characters that are not worth a name
_FREE = ("a", "b", "c", "d", "e", "f", "g", "h")


@cache
def lines(source: str) -> tuple[str, ...]:
    """Assignments, and the expression that is left, last."""
    whole = _Shared(source)
    taken = {node.id for node in whole.nodes if isinstance(node, ast.Name)}
    made: list[tuple[str, ast.expr]] = []
    for node in whole.repeated():
        name = next(name for name in _names(node) if name not in taken)
        taken.add(name)
        made.append((name, node))
    whole.swap({id(node): ast.Name(name, ast.Load()) for name, node in made})
    # the shorter may stand in the longer
    return (
        *(f"{name} = {ast.unparse(node)}" for name, node in reversed(made)),
        ast.unparse(whole.root),
    )


class _Shared:
    """An expression in which equal parts are one and the same node, however often they occur."""

    def __init__(self, source: str) -> None:
        self._known: dict[Any, ast.AST] = {}
        self._lengths: dict[int, int] = {}
        self._groups: dict[str, Any] = {}  # by the name that stands for it: text, then its node
        self.root = self._read(_named(source, self._groups))
        self.nodes = list(self._known.values())

    def _read(self, source: str) -> Any:
        return self._one(ast.parse(source, mode="eval").body)

    def _one(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._one(part) for part in value]
        if isinstance(value, ast.Name) and value.id in self._groups:
            found = self._groups[value.id]
            if isinstance(found, str):
                found = self._groups[value.id] = self._read(found)
            return found
        if not isinstance(value, ast.AST):
            return value
        if not value._fields:  # an operator
            return self._known.setdefault(type(value), value)
        parts = [(name, self._one(part)) for name, part in ast.iter_fields(value)]
        for name, part in parts:
            setattr(value, name, part)
        return self._known.setdefault((type(value), *(_key(part) for _, part in parts)), value)

    def repeated(self) -> list[ast.expr]:
        """What stands in more than one place, the largest first."""
        uses = Counter(id(child) for node in self.nodes for child in ast.iter_child_nodes(node))
        kinds = ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.UnaryOp
        twice = [
            (self._length(node), node)
            for node in self.nodes
            if isinstance(node, kinds) and uses[id(node)] > 1
        ]
        twice.sort(key=lambda pair: -pair[0])
        return [node for length, node in twice if length >= SHORT]

    def _length(self, node: ast.AST) -> int:
        """About how many characters it is written with, from those of its parts."""
        if id(node) not in self._lengths:
            if isinstance(node, (ast.Name, ast.Constant, ast.Attribute)):
                length = len(ast.unparse(node))
            else:
                length = sum(map(self._length, ast.iter_child_nodes(node)))
            self._lengths[id(node)] = length + _GLUE.get(type(node), 0)
        return self._lengths[id(node)]

    def swap(self, names: dict[int, ast.Name]) -> None:
        """Put a name wherever one of these nodes is part of another."""
        for node in self.nodes:
            for field, value in ast.iter_fields(node):
                if isinstance(value, list):
                    setattr(node, field, [names.get(id(part), part) for part in value])
                else:
                    setattr(node, field, names.get(id(value), value))


def _named(source: str, groups: dict[str, Any]) -> str:
    """The source with a name for every call and parenthesis, the same one for the same text.

    A formula in which parts stand in parts again and again has few of them, and is read fast.
    """
    if "'" in source or '"' in source:
        return source  # a parenthesis may stand in a string
    names: dict[str, str] = {}
    open_ones: list[tuple[list[str], bool]] = [([], False)]
    for token in re.findall(r"[\w.]+|\s+|.", source):
        here, _ = open_ones[-1]
        if token == "(":
            last = here[-1] if here else ""
            called = last.isidentifier() or last.replace(".", "").isidentifier()
            called = called and not last.startswith(".")
            torn = last.startswith(".") or last in (")", "]")  # a method, or what was returned
            open_ones.append(([here.pop(), token] if called else [token], not torn))
        elif token == ")" and len(open_ones) > 1:
            text, whole = open_ones.pop()
            text.append(token)
            outside = open_ones[-1][0]
            if whole:
                name = names.setdefault("".join(text), f"_group{len(names)}_")
                outside.append(name)
            else:
                outside.extend(text)
        else:
            here.append(token)
    groups |= {name: text for text, name in names.items()}
    return "".join(open_ones[0][0])


def _key(part: Any) -> Any:
    """Equal for the same parts; 1, 1.0 and True are not."""
    if isinstance(part, list):
        return tuple(map(_key, part))
    return id(part) if isinstance(part, ast.AST) else (type(part), part)


def _names(node: ast.expr) -> Iterator[str]:
    """What a person would call it, and what is always free."""
    function, last = _beginning(node), getattr(node, "args", [None])[-1:]
    zero = isinstance(node, ast.Call) and not node.keywords and _is_zero(last)
    if "one_hot" in function or function.startswith("np.eye"):
        yield "hot"
    elif "log_softmax" in function:
        yield "log_p"
    elif "softmax" in function or "clip" in function or "clamp" in function:
        yield "p"
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq):
        yield "valid"
    elif "where" in function and zero:
        yield "safe"
    elif function.endswith((".sum", "reduce_sum")):
        yield "total"
    yield from _FREE
    yield from (f"t{number}" for number in range(1, 100))


def _beginning(node: ast.expr) -> str:
    """The function that it begins with; '' where that is a parenthesis or an operator."""
    while not isinstance(node, (ast.Call, ast.Name, ast.Attribute, ast.Constant)):
        below = getattr(node, "left", None) or getattr(node, "value", None)
        if below is None or (isinstance(below, ast.BinOp) and not isinstance(node, ast.Compare)):
            return ""
        node = below
    while isinstance(node, ast.Call):
        node = node.func
    whole = node
    while isinstance(node, ast.Attribute):
        node = node.value
    if isinstance(node, ast.Constant):
        return ""
    return ast.unparse(whole) if isinstance(node, ast.Name) else _beginning(node)


def _is_zero(last: list[Any]) -> bool:
    return bool(last) and isinstance(last[0], ast.Constant) and repr(last[0].value) == "0"


# what is written between and around the parts: parentheses, commas, operators
_GLUE = {
    ast.Call: 4,
    ast.BinOp: 3,
    ast.Compare: 4,
    ast.Subscript: 2,
    ast.UnaryOp: 1,
    ast.keyword: 4,
}
