"""The arguments of a call that was found: which array each is, and what their text shows of them."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from xlogits.catalogue import Native
from xlogits.catalogue.record import Arg, bind
from xlogits.errors import Refused, XlogitsError
from xlogits.frameworks import spelled
from xlogits.losses import Transform
from xlogits.port.read.calls import Site
from xlogits.port.read.paths import find
from xlogits.port.read.scopes import Scopes
from xlogits.translation.call import Call, as_called, read, value_of
from xlogits.translation.expression import Expr

# methods that only change how an array is looked at: calling them twice changes nothing
VIEWS = {
    *("view", "reshape", "flatten", "squeeze", "unsqueeze", "permute", "transpose", "ravel"),
    *("swapaxes", "contiguous", "detach", "size", "dim", "argmax", "view_as", "item"),
    *("long", "float", "double", "int", "to", "type", "type_as", "astype", "numpy", "cpu", "cuda"),
}
HOLES = "_xl{}_"  # what stands for an operand until its text is put in
AXIS, AXIS_HOLE = 7919, "_xlaxis_"  # what stands for an axis that is no literal


class Arguments(NamedTuple):
    """A call as the catalogue reads it, and the expression behind every placeholder in it."""

    call: Call
    nodes: dict[str, ast.expr]
    axis: ast.expr | None = None  # where it is no literal
    ndim: int | None = None  # the axes of the prediction, where the labels show them
    note: str = ""


def arguments_of(site: Site, scopes: Scopes) -> Arguments:
    """The arguments of a call; `Refused` with the reason where they cannot be told apart."""
    native = site.native
    given: dict[str, ast.expr] = {}
    if site.made is not None:
        given |= bound(native, native.args, site.made)
    values = [site.receiver, *site.node.args] if site.receiver is not None else site.node.args
    given |= bound(native, native.then or native.args, site.node, values)
    return understood(native, given, scopes)


def bound(
    native: Native,
    args: tuple[Arg | str, ...],
    call: ast.Call,
    values: list[ast.expr] | None = None,
) -> dict[str, ast.expr]:
    """Arguments by the keys of their parameters, as Python would bind them."""
    values = call.args if values is None else values
    if any(isinstance(a, ast.Starred) for a in values) or any(k.arg is None for k in call.keywords):
        raise Refused("arguments behind * or ** cannot be seen")
    named = {str(k.arg): k.value for k in call.keywords}
    try:
        return bind(native.short, args, tuple(values), named)
    except TypeError as error:
        raise Refused(f"the call does not fit {native.name}: {error}") from None


def understood(native: Native, given: dict[str, ast.expr], scopes: Scopes) -> Arguments:
    """The reading of a call, with a placeholder for every array that is not a literal."""
    values: dict[str, Any] = {}
    nodes: dict[str, ast.expr] = {}
    axis = None
    for arg in native.parameters:
        if arg.key not in given:
            continue
        node = given[arg.key]
        value = value_of(node)
        if isinstance(value, Expr) and arg.to in native.loss.OPERANDS:
            hole = HOLES.format(len(nodes))
            nodes[hole], value = node, Expr(hole)
        elif isinstance(value, Expr) and arg.to == "axis" and isinstance(native.loss, Transform):
            axis, value = node, AXIS
        elif isinstance(value, Expr):
            word = _spelled(node, scopes)
            value = value if word is None else word
        if arg.to == "sample_weight" and isinstance(value, (int, float)):
            if value != 1:
                raise Refused(
                    f"{arg.name}={value} weighs everything alike; multiply the loss by it instead"
                )
            continue
        values[arg.key] = value
    _complete(*as_called(native, values))
    try:
        return Arguments(read(native, values), nodes, axis)
    except (XlogitsError, TypeError) as error:
        raise Refused(in_words(str(error), nodes, axis)) from None


def in_words(text: str, nodes: dict[str, ast.expr], axis: ast.expr | None) -> str:
    """A reason with the operands as the file writes them, in the place of what stands for them."""
    for hole, node in (*nodes.items(), *([] if axis is None else [(str(AXIS), axis)])):
        if hole in text:
            text = re.sub(rf"\b{hole}\b", lambda _, node=node: ast.unparse(node), text)  # type: ignore[misc]
    return text


def _complete(native: Native, values: dict[str, Any]) -> None:
    """Every array that the loss needs has to be there."""
    there = {arg.to for arg in native.parameters if values.get(arg.key) is not None}
    for name in native.loss.ARRAYS:
        if name not in there:
            arg = native.parameter(name)
            meaning = f", left out it is {arg.left_out}: pass that" if arg.left_out else ""
            raise Refused(f"{native.name} is called without {arg.name}{meaning}")


def _spelled(node: ast.expr, scopes: Scopes) -> Expr | None:
    """A word of a framework, such as torch.float64, under the name that the catalogue has."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    path = scopes.paths(node)
    return Expr(spelled(path[0])) if path[0] and len(path) == 1 else None


def holed(native: Native, arguments: Arguments, call: int, made: int = 0) -> str:
    """The original call under its full name, with placeholders: what `--verify` runs.

    As many arguments of the call, and of the class that is `made`, are passed by position as in the
    text, so that the framework itself says which parameters those are, and not the record.
    """

    def listed(args: tuple[Arg | str, ...], first: int) -> Iterator[str]:
        only = [a for a in args[: args.index("/")] if isinstance(a, Arg)] if "/" in args else []
        first = max(first, len(only))
        gap = False
        for number, arg in enumerate(a for a in args if isinstance(a, Arg)):
            if arg.key not in arguments.call.given:
                gap = True
                continue
            value = arguments.call.given[arg.key]
            text = value.text if isinstance(value, Expr) else repr(value)
            yield text if number < first and not gap else f"{arg.name}={text}"

    if not native.then:
        return f"{native.name}({', '.join(listed(native.args, call))})"
    values = ", ".join(listed(native.args, made))
    return f"{native.name}({values})({', '.join(listed(native.then, call))})"


# -- what the text of an operand shows


def plain(node: ast.expr) -> bool:
    """Whether evaluating an expression twice is the same as once, as far as its text shows."""
    if isinstance(node, (ast.Name, ast.Constant)):
        return True
    if isinstance(node, ast.Call):
        view = isinstance(node.func, ast.Attribute) and node.func.attr in VIEWS
        return view and plain(node.func.value) and all(map(plain, node.args))  # type: ignore[attr-defined]
    shapes = (ast.Attribute, ast.UnaryOp, ast.BinOp, ast.Subscript, ast.Tuple, ast.List, ast.Slice)
    parts = (n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr))
    return isinstance(node, shapes) and all(map(plain, parts))


def quiet(node: ast.expr, scopes: Scopes) -> bool:
    """Whether an expression gives its value and does nothing else: views, and losses of those."""
    if isinstance(node, ast.Call) and not plain(node):
        known = any(path and find(path) for path in scopes.paths(node.func))
        return known and all(quiet(a, scopes) for a in node.args)
    return plain(node)


def axes_of(node: ast.expr | None, scopes: Scopes) -> int | None:
    """How many axes an array has, where its text says so: `x.view(-1, V)` has two."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    name, args = node.func.attr, list(node.args)
    function = any(scopes.paths(node.func.value))  # tf.reshape(x, [-1, C])
    if name in ("long", "float", "double", "contiguous", "detach", "to") and not function:
        return axes_of(node.func.value, scopes)
    if name not in ("view", "reshape", "permute"):
        return None
    args = args[1:2] if function else args
    if len(args) == 1 and isinstance(args[0], (ast.Tuple, ast.List)):
        args = list(args[0].elts)
    elif len(args) == 1 and (function or not isinstance(value_of(args[0]), int)):
        return None
    return None if not args or any(isinstance(a, ast.Starred) for a in args) else len(args)


Segment = Callable[[ast.expr], str]


def filled(template: str, nodes: dict[str, ast.expr], segment: Segment) -> str:
    """A template with the text of its operands, in parentheses where an operator would tear it."""
    tree = ast.parse(template, mode="eval")
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    places = sorted(
        (n.col_offset, n.id, _alone(n, above[n]))
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and n.id in nodes
    )
    text = template
    for start, hole, alone in reversed(places):
        inner = segment(nodes[hole])
        if not _whole(nodes[hole], inner, alone):
            inner = f"({inner})"
        text = text[:start] + inner + text[start + len(hole) :]
    return text


def _alone(node: ast.AST, above: ast.AST) -> bool:
    """Whether an operand is an argument, where any expression can stand."""
    return isinstance(above, ast.keyword) or (
        isinstance(above, ast.Call) and above.func is not node
    )


def _whole(node: ast.expr, text: str, alone: bool) -> bool:
    try:
        now = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return False
    if isinstance(now, (ast.Starred, ast.NamedExpr, ast.GeneratorExp, ast.Yield, ast.Tuple)):
        return False
    atoms = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List)
    return alone or (isinstance(now, atoms) and "\n" not in text and "\r" not in text)
