"""What the text of labels shows: class indexes, one number per class, or one-hot rows of indexes."""

import ast
from collections.abc import Iterator

from xlogits.errors import Refused
from xlogits.frameworks import OURS
from xlogits.losses import SoftmaxCrossEntropy, Transform
from xlogits.port.read.operands import Arguments, axes_of, plain
from xlogits.port.read.paths import ROOTS
from xlogits.port.read.scopes import Scopes
from xlogits.translation.encoding import CASTS, OneHot, encoded, indexed, one_hot
from xlogits.translation.expression import Expr


def readings(arguments: Arguments, scopes: Scopes, target: str) -> Iterator[Arguments]:
    """The ways to read a call, the plainest first: of class indexes where it encodes them itself."""
    node = _labels(arguments)
    if node is None or target == OURS:  # whose arrays, and their encoding, stay what they are
        yield arguments
        return
    try:
        found = one_hot(node, lambda function: _path(function, scopes))
        if found is not None:
            yield _of_indexes(arguments, found, scopes)
    except Refused as refusal:
        arguments = arguments._replace(note=f"its labels stay one number per class: {refusal}")
    yield arguments


def _labels(arguments: Arguments) -> ast.expr | None:
    reading = arguments.call.reading
    if isinstance(reading.loss, Transform):
        return None
    return arguments.nodes.get(str(reading.operands.get("target")))


def _path(node: ast.expr, scopes: Scopes) -> str:
    paths = scopes.paths(node)
    return paths[0] if len(paths) == 1 else ""


def _of_indexes(arguments: Arguments, found: OneHot, scopes: Scopes) -> Arguments:
    """The call with what is encoded in place of the encoding."""
    call, nodes = arguments.call, dict(arguments.nodes)
    for node in (*found.dropped, *([found.classes] if found.classes else [])):
        if not plain(node) and not _counted(node, scopes):
            raise Refused(f"{ast.unparse(node)} may do more than give its value")
    hole, pred = str(call.reading.operands["target"]), str(call.reading.operands["pred"])
    nodes[hole] = found.indexes
    text = ast.unparse(nodes[pred]) if pred in nodes and plain(nodes[pred]) else "?"
    ndim = found.ndim or axes_of(nodes.get(pred), scopes)
    new = indexed(call, found, Expr(hole), ndim, text)
    original = encoded(found, new.reading.loss.axis, pred, hole)  # type: ignore[union-attr,arg-type]
    key = next(k for k, v in call.given.items() if isinstance(v, Expr) and v.text == hole)
    new = new._replace(given=call.given | {key: Expr(original)})
    return arguments._replace(call=new, nodes=nodes, ndim=ndim)


def _counted(node: ast.expr, scopes: Scopes) -> bool:
    """`len(classes)`, `int(n)`: Python's own, of what is plain."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("len", "int")
        and not scopes.bindings(node.func.id, node)
        and all(map(plain, node.args))
    )


def labels_of(
    node: ast.expr | None, scopes: Scopes, seen: frozenset[str] = frozenset()
) -> tuple[str | None, bool]:
    """Whether labels are class indexes or one number per class, and whether that is sure."""
    if isinstance(node, ast.Name) and node.id not in seen:
        values = [b.value for b in scopes.bindings(node.id, node)]
        kinds = {labels_of(value, scopes, seen | {node.id}) for value in values}
        return kinds.pop() if len(kinds) == 1 else (None, True)
    if isinstance(node, ast.Subscript):
        kind, sure = labels_of(node.value, scopes, seen)
        rows = kind == "dense" and isinstance(node.slice, ast.Slice)
        return (kind, sure) if rows or kind == "index" else (None, True)
    if not isinstance(node, ast.Call):
        return _listed(node), True
    if len(node.args) == 1 and not node.keywords and _path(node.func, scopes) in CASTS:
        return labels_of(node.args[0], scopes, seen)
    kind, name = None, getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in ("one_hot", "softmax", "to_categorical"):
        kind = "dense"
    elif name in ("long", "argmax"):
        kind = "index"
    elif not isinstance(node.func, ast.Attribute):
        return None, True
    elif name in ("float", "double"):
        kind = "dense"  # PyTorch takes class indexes as integers only
    elif name in ("view", "reshape", "squeeze", "flatten"):
        flat = axes_of(node, scopes) == 1
        return ("index", True) if flat else labels_of(node.func.value, scopes, seen)
    elif name == "to" and node.args and isinstance(node.args[0], ast.Attribute):
        kind = "index" if node.args[0].attr in ("long", "int64") else None
    return kind, _known(node.func, scopes)


def _listed(node: ast.expr | None) -> str | None:
    """What a list of numbers shows: whole ones above 1 are indexes, rows of floats are not."""
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    try:
        rows = ast.literal_eval(node)
    except ValueError:
        return None
    numbers, deep = list(rows), False
    while numbers and all(isinstance(row, (list, tuple)) for row in numbers):
        numbers, deep = [x for row in numbers for x in row], True
    if numbers and all(type(x) is int for x in numbers):
        return "index" if max(numbers) > 1 else None
    some = all(type(x) in (int, float) for x in numbers)
    return "dense" if some and (deep or any(x % 1 for x in numbers)) else None


def doubt(arguments: Arguments, scopes: Scopes) -> tuple[str, str]:
    """The word for labels of the kind that a loss takes, and a note, where the text shows the other.

    What the original does with these it does without an equivalent: it raises, or broadcasts them.
    """
    loss = arguments.call.reading.loss
    if not isinstance(loss, SoftmaxCrossEntropy) or loss.labels.kind == "inferred":
        return "", ""
    node = _labels(arguments)
    kind, sure = labels_of(node, scopes)
    if node is None or not sure or kind in (None, loss.labels.kind):
        return "", ""
    words = {"index": "class indexes", "dense": "one number per class"}
    text, name = ast.unparse(node), arguments.call.native.name
    note = f"`{text}` looks like {words[kind]}, and {name} takes {words[loss.labels.kind]}"
    return f"{loss.labels.kind} labels", note


def _known(function: ast.expr, scopes: Scopes) -> bool:
    """Whether a function is a framework's, or a method of an array, and no stranger of that name."""
    root = _path(function, scopes).partition(".")[0]
    own = isinstance(function, ast.Attribute) and ast.unparse(function.value) != "self"
    return root in ROOTS or (own and not root)
