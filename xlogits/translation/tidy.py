"""A long expression as a person would write it: what occurs twice gets a name and a line of its own."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Any

SHORT = 8  # characters that are not worth a name
_FREE = ("a", "b", "c", "d", "e", "f", "g", "h")


def lines(source: str) -> tuple[str, ...]:
    """Assignments, and the expression that is left, last."""
    tree: Any = ast.parse(source, mode="eval").body
    taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made: list[tuple[str, Any]] = []
    while (again := _repeated([tree, *(value for _, value in made)])) is not None:
        name = next(name for name in _names(again) if name not in taken)
        taken.add(name)
        swap = _Swap(ast.dump(again), name)
        tree = swap.visit(tree)
        made = [(other, swap.visit(value)) for other, value in made]
        made.append((name, again))
    # what was found later is smaller, and may stand in what was found earlier
    return (
        *(f"{name} = {ast.unparse(value)}" for name, value in reversed(made)),
        ast.unparse(tree),
    )


def _repeated(trees: list[ast.expr]) -> ast.expr | None:
    """The longest expression that occurs more than once."""
    counts: Counter[str] = Counter()
    found: dict[str, ast.expr] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.UnaryOp)):
                key = ast.dump(node)
                counts[key] += 1
                found[key] = node
    twice = [found[key] for key, count in counts.items() if count > 1]
    long = [node for node in twice if len(ast.unparse(node)) >= SHORT]
    return max(long, key=lambda node: len(ast.unparse(node)), default=None)


class _Swap(ast.NodeTransformer):
    """Every occurrence of one expression, replaced by a name."""

    def __init__(self, wanted: str, name: str) -> None:
        self.wanted, self.name = wanted, name

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.dump(node) == self.wanted:
            return ast.Name(self.name, ast.Load())
        return super().generic_visit(node)


def _names(node: ast.expr) -> Iterator[str]:
    """What a person would call it, and what is always free."""
    text = ast.unparse(node)
    function = text.partition("(")[0]
    if "one_hot" in function or text.startswith("np.eye"):
        yield "hot"
    elif "log_softmax" in function:
        yield "log_p"
    elif "softmax" in function or "clip" in function or "clamp" in function:
        yield "p"
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq):
        yield "valid"
    elif "where" in function and text.endswith(", 0)"):
        yield "safe"
    elif function.endswith((".sum", "reduce_sum")):
        yield "total"
    yield from _FREE
    yield from (f"t{number}" for number in range(1, 100))
