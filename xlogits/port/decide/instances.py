"""A loss class with a name, and the calls of that name: both rewritten, or neither.

Where the target has a class that says the same, the instance is made of that one and every call gets
its order of arguments. Elsewhere the name becomes a function with the order of arguments it has now, so
that who calls it, here or in another file, need not change.
"""

import ast
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from xlogits.catalogue.record import Arg
from xlogits.errors import Refused
from xlogits.port.decide.change import Edit, Proof, changed
from xlogits.port.decide.rendering import Written, write
from xlogits.port.read.calls import Maker
from xlogits.port.read.labels import labels_of, readings
from xlogits.port.read.operands import AXIS_HOLE, HOLES, Arguments, bound, filled, holed, understood
from xlogits.translation.call import read
from xlogits.translation.expression import Expr

if TYPE_CHECKING:
    from xlogits.port.decide.rewrite import Rewriter


class Uses(NamedTuple):
    """How a name is used: the calls, each with its arguments, and how often it is passed on.

    Where every call makes one-hot rows of its labels, `indexes` are what they are made of, call by
    call, and `taken` what has to hold for the loss of these to be the same.
    """

    calls: list[tuple[ast.Call, dict[str, ast.expr]]]
    passed: int
    indexes: tuple[ast.expr, ...] = ()
    taken: tuple[str, ...] = ()


def bind_maker(whole: "Rewriter", maker: Maker, known: int) -> None:
    """Rewrite the instance and its calls, or leave both with the reason.

    `known` is how many of the values of its name are such instances.
    """
    try:
        if maker.others >= known:
            raise Refused("the same name has other values too")
        whole.check_place(maker.made)
        uses = _uses(whole, maker)
        given = bound(maker.native, maker.native.args, maker.made)
        if maker.value is not maker.made and _arrays(maker, given):
            raise Refused("it holds an array that is moved to a device")
        of_indexes = _of_indexes(whole, maker, given, uses)
        with suppress(Refused):
            if of_indexes is not None:
                _bind(whole, maker, given, of_indexes)
                return
        _bind(whole, maker, given, uses)
    except Refused as refusal:
        whole.leave(maker.made, maker.native.name, str(refusal))


def _bind(whole: "Rewriter", maker: Maker, given: dict[str, ast.expr], uses: Uses) -> None:
    if not _as_class(whole, maker, given, uses):
        _as_function(whole, maker, given, uses)


def _of_indexes(
    whole: "Rewriter", maker: Maker, given: dict[str, ast.expr], uses: Uses
) -> Uses | None:
    """The same uses with class indexes for labels, where every call encodes them itself."""
    losses: list[Any] = []
    indexes: list[ast.expr] = []
    taken: list[str] = []
    for call, passed in uses.calls:
        arguments, _ = _understood(whole, maker, given, Uses([(call, passed)], 0))
        read = next(readings(arguments, whole.scopes, whole.choices.target.name))
        if read.call is arguments.call or uses.passed:
            return None
        losses.append(read.call.reading.loss)
        indexes.append(read.nodes[str(read.call.reading.operands["target"])])
        taken += read.call.taken
    if not losses or any(loss != losses[0] for loss in losses):
        return None
    return uses._replace(indexes=tuple(indexes), taken=tuple(dict.fromkeys(taken)))


def _arrays(maker: Maker, given: dict[str, ast.expr]) -> list[str]:
    """The arrays that the instance is made with."""
    operands = maker.native.loss.OPERANDS
    return [
        a.key
        for a in maker.native.args
        if isinstance(a, Arg) and a.to in operands and a.key in given
    ]


def _uses(whole: "Rewriter", maker: Maker) -> Uses:
    """Every use; `Refused` where one needs more than a function."""
    calls, passed = [], 0
    for use in maker.uses:
        above = whole.scopes.parent.get(use)
        if isinstance(above, ast.Call) and above.func is use:
            calls.append((above, bound(maker.native, maker.native.then, above)))
        elif isinstance(above, ast.Attribute):
            raise Refused(f"`{ast.unparse(above)}` is used, which a function does not have")
        else:
            passed += 1
    wanted = {frozenset(given) for _, given in calls}
    if len(wanted) > 1:
        raise Refused("it is called with different arguments in different places")
    _same_labels(whole, maker, calls)
    return Uses(calls, passed)


def _same_labels(
    whole: "Rewriter", maker: Maker, calls: list[tuple[ast.Call, dict[str, ast.expr]]]
) -> None:
    """Raise where one call has one number per class, and another has not, or cannot be seen to."""
    labels = getattr(maker.native.loss, "labels", None)
    if labels is None or labels.kind != "inferred" or whole.choices.labels:
        return
    key = maker.native.parameter("target").key
    kinds = {labels_of(given.get(key), whole.scopes)[0] for _, given in calls}
    if "dense" in kinds and len(kinds) > 1:
        raise Refused(
            "it is called with one number per class in one place, and with class indexes, or with "
            "what cannot be told, in another"
        )


def _parameters(maker: Maker, uses: Uses) -> list[Arg]:
    """What a call passes, in order; the arrays alone where no call can be seen."""
    arrays = maker.native.loss.ARRAYS
    passed = set(uses.calls[0][1]) if uses.calls else None
    return [
        a
        for a in maker.native.then
        if isinstance(a, Arg) and (a.key in passed if passed is not None else a.to in arrays)
    ]


def _understood(
    whole: "Rewriter", maker: Maker, given: dict[str, ast.expr], uses: Uses
) -> tuple[Arguments, dict[str, str]]:
    """The call with a placeholder for every array, and the parameter behind each of the call's."""
    if uses.calls:
        arguments = understood(maker.native, given | uses.calls[0][1], whole.scopes)
    else:
        names: dict[str, ast.expr] = {
            a.key: ast.Name(a.name, ast.Load(), lineno=0, col_offset=0)
            for a in _parameters(maker, uses)
        }
        arguments = understood(maker.native, given | names, whole.scopes)
    arguments, roles = _all_holes(maker, arguments, _parameters(maker, uses))
    if uses.indexes:
        arguments = next(readings(arguments, whole.scopes, whole.choices.target.name))
        arguments = arguments._replace(call=arguments.call._replace(taken=uses.taken))
    return arguments, roles


def _all_holes(
    maker: Maker, arguments: Arguments, parameters: list[Arg]
) -> tuple[Arguments, dict[str, str]]:
    """A placeholder for what the call passes even where that is a literal at the call at hand."""
    values, nodes, roles = dict(arguments.call.given), dict(arguments.nodes), {}
    for arg in parameters:
        if arg.to not in maker.native.loss.OPERANDS:
            raise Refused(f"{arg.name} of the call is not an array")
        if not isinstance(values[arg.key], Expr):
            hole = HOLES.format(len(nodes))
            nodes[hole], values[arg.key] = ast.Name("_", ast.Load()), Expr(hole)
        roles[str(values[arg.key])] = arg.key
    return Arguments(read(maker.native, values), nodes, arguments.axis), roles


# -- as a class


def _as_class(whole: "Rewriter", maker: Maker, given: dict[str, ast.expr], uses: Uses) -> bool:
    """The target's class, and every call with its arguments; False where that cannot be."""
    if maker.others or uses.passed or not uses.calls or not whole.choices.target.words:
        return False
    arguments, roles = _understood(whole, maker, given, uses)
    try:
        written = write(arguments, whole.choices, whole.scopes, classes=True)
    except Refused:
        return False
    tree: Any = ast.parse(written.text, mode="eval").body
    if {n.id for n in ast.walk(tree.func) if isinstance(n, ast.Name)} & set(roles):
        return False  # an array of the call is part of the instance
    calls = [(c, _filled_call(whole, c, tree, roles, passed)) for c, passed in _passed(maker, uses)]
    moved = any(new.partition("(")[2] != whole.segment(c).partition("(")[2] for c, new in calls)
    if moved and isinstance(maker.target, ast.Attribute):
        written = written.but("only here", known=whole.choices.assumed)
    proof = whole.proved(written, holed(maker.native, arguments))
    spelled, missing = whole.imports.spelled(ast.unparse(tree.func), written.imports)
    after = filled(spelled, written.nodes, whole.segment)
    for call, new in calls:
        whole.edit(call, new)
        whole.results.add(call)
    _replace(whole, maker, after, written, proof, missing)
    return True


def _passed(maker: Maker, uses: Uses) -> list[tuple[ast.Call, dict[str, ast.expr]]]:
    """The calls with what is passed to the new instance."""
    if not uses.indexes:
        return uses.calls
    key = maker.native.parameter("target").key
    both = zip(uses.calls, uses.indexes, strict=True)
    return [(call, passed | {key: index}) for (call, passed), index in both]


def _filled_call(
    whole: "Rewriter", call: ast.Call, tree: Any, roles: dict[str, str], passed: dict[str, ast.expr]
) -> str:
    """A call of the name with the arguments of the new class."""
    nodes = {hole: passed[key] for hole, key in roles.items()}
    template = ast.unparse(ast.Call(ast.Name("f"), tree.args, tree.keywords))
    return whole.segment(call.func) + filled(template, nodes, whole.segment).removeprefix("f")


# -- as a function


def _as_function(whole: "Rewriter", maker: Maker, given: dict[str, ast.expr], uses: Uses) -> None:
    """A function of the arguments that the instance is called with, in the same order."""
    arguments, roles = _understood(whole, maker, given, uses)
    written = write(arguments, whole.choices, whole.scopes)
    if uses.passed or not uses.calls:
        written = written.but("only called", known=whole.choices.assumed)
    proof = whole.proved(written, holed(maker.native, arguments))
    names, defaults = _signature(maker, arguments, roles)
    if arguments.axis is not None:
        names[AXIS_HOLE] = maker.native.parameter("axis").name
        defaults.append(AXIS_HOLE)
    spelled, missing = whole.imports.spelled(written.text, written.imports)
    clash = {n.id for n in ast.walk(ast.parse(spelled)) if isinstance(n, ast.Name)}
    if clash & set(names.values()):
        raise Refused(f"a parameter would hide {', '.join(sorted(clash & set(names.values())))}")
    body = spelled
    for hole, name in names.items():
        body = body.replace(hole, name)
    listed = [names[hole] for hole in roles]
    listed += [f"{names[hole]}={whole.segment(written.nodes[hole])}" for hole in defaults]
    if uses.indexes and isinstance(maker.target, ast.Attribute):
        written = written.but("only here", known=whole.choices.assumed)
    for (_, before), (_, now) in zip(uses.calls, _passed(maker, uses), strict=True):
        for key in (k for k in now if now[k] is not before[k]):
            whole.edit(before[key], whole.segment(now[key]))
    whole.results.update(call for call, _ in uses.calls)
    _write_function(whole, maker, ", ".join(listed), body, written, proof, missing)


def _signature(
    maker: Maker, arguments: Arguments, roles: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The name of every placeholder, and those whose value is that of the instance."""
    keys = {str(v): k for k, v in arguments.call.given.items() if isinstance(v, Expr)} | roles
    names = {a.key: a.name for a in maker.native.parameters}
    found = {hole: names[keys[hole]] for hole in arguments.nodes}
    if len(set(found.values())) < len(found):
        raise Refused("the class and its call have parameters of the same name")
    return found, [hole for hole in arguments.nodes if hole not in roles]


def _write_function(
    whole: "Rewriter",
    maker: Maker,
    listed: str,
    body: str,
    written: Written,
    proof: Proof,
    lines: tuple[str, ...],
) -> None:
    """A `def` where the statement stands on lines of its own, else a lambda."""
    text, statement = whole.text, maker.statement
    first, last = text.span(statement)
    start = text.line_start(statement.lineno)
    indent = text.text[start:first]
    rest = re.match(r"[^\r\n]*", text.text[last:]).group()  # type: ignore[union-attr]
    alone = not indent.strip() and (not rest.strip() or rest.lstrip().startswith("#"))
    if isinstance(statement, ast.AnnAssign):
        raise Refused("its annotation says that it is an instance of a class")
    if not alone or not isinstance(maker.target, ast.Name):
        _replace(whole, maker, f"lambda {listed}: {body}", written, proof, lines)
        return
    deeper = indent + ("\t" if "\t" in indent else "    ")
    newline = text.newline(statement.lineno)
    after = f"def {maker.target.id}({listed}):{newline}{deeper}return {body}"
    whole.edits.append(Edit((first, last), after, statement, lines))
    notes = whole.foreign(written)
    made = changed(text, maker.made, maker.native.name, after, written, proof, notes)
    whole.changes.append(made)


def _replace(
    whole: "Rewriter",
    maker: Maker,
    after: str,
    written: Written,
    proof: Proof,
    lines: tuple[str, ...],
) -> None:
    whole.edit(maker.value, after, lines)
    notes = whole.foreign(written)
    made = changed(whole.text, maker.made, maker.native.name, after, written, proof, notes)
    whole.changes.append(made)
