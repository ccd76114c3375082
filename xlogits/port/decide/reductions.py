"""Sums and means around a loss: folded into it where that is exact, else written anew around it."""

import ast
from typing import Any, NamedTuple

from xlogits.errors import Refused
from xlogits.frameworks import FRAMEWORKS
from xlogits.port.read.operands import HOLES
from xlogits.port.read.scopes import Scopes
from xlogits.translation import imports_of
from xlogits.translation.expression import Expr
from xlogits.translation.language import Language

REDUCERS = {
    f"{start}{word}": word
    for framework in FRAMEWORKS.values()
    for start in framework.means
    for word in ("mean", "sum")
}
ARRAY = frozenset({"input_tensor", "input", "a", "x"})
AXIS = frozenset({"axis", "dim", "reduction_indices"})
KEPT = frozenset({"keepdims", "keepdim", "keep_dims"})
ARRAY_HOLE = HOLES.format("r")  # what stands for the array in a reduction that is written anew


class Reducer(NamedTuple):
    """A sum or mean: of what, along which axis (None: all), and whether the axis stays."""

    node: ast.Call
    word: str
    array: ast.expr
    axis: Any = None
    kept: bool = False
    method: bool = False
    strange: str = ""  # an argument that is not understood

    @property
    def foldable(self) -> bool:
        return self.axis is None and not self.kept and not self.strange


METHODS = ("mean", "sum")
SHORT = {path.rpartition(".")[2] for path in REDUCERS} | set(METHODS)


def reducer(node: ast.AST | None, scopes: Scopes) -> Reducer | None:
    """The sum or mean that an expression is, if it is one."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr not in SHORT:
        return None
    words = {REDUCERS.get(path, "") for path in scopes.paths(node.func)}
    if len(words) == 1 and (word := words.pop()):
        arrays = node.args[:1] or [k.value for k in node.keywords if k.arg in ARRAY]
        rest = node.args[1:]
        if arrays:
            return _read(Reducer(node, word, arrays[0]), rest)
    method = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
    if method and not any(scopes.paths(node.func.value)):  # type: ignore[union-attr]
        made = Reducer(node, node.func.attr, node.func.value, method=True)  # type: ignore[union-attr]
        return _read(made, node.args)
    return None


def _read(found: Reducer, rest: list[ast.expr]) -> Reducer:
    named = [(k.arg, k.value) for k in found.node.keywords if k.arg not in (*ARRAY, "name")]
    for name, value in [*zip(("axis", "keepdims"), rest, strict=False), *named]:
        try:
            literal = ast.literal_eval(value)
        except ValueError:
            return found._replace(strange=f"{name}={ast.unparse(value)}")
        if name in AXIS:
            found = found._replace(axis=literal)
        elif name in KEPT:
            found = found._replace(kept=bool(literal))
        elif literal is not None:
            return found._replace(strange=f"{name}={literal!r}")
    return found._replace(strange="more arguments") if len(rest) > 2 else found


def rewritten(found: Reducer, target: Language) -> tuple[str, tuple[str, ...]]:
    """A reduction as the target writes it, and its imports; `Refused` where it has no such words."""
    if found.strange:
        raise Refused(f"the {found.word} around it has the argument {found.strange}")
    word = found.word
    if found.axis is not None:
        word += "_kept" if found.kept else "_along"
    elif found.kept:
        raise Refused(f"the {found.word} around it keeps its axes")
    if word not in target.words:
        raise Refused(f"the {found.word} around it is not written along an axis that stays")
    axis = () if found.axis is None else (Expr(repr(found.axis)),)
    text = str(target.write(word, (Expr(ARRAY_HOLE), *axis)))
    return text, imports_of(text)
