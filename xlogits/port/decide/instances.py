"""A loss class with a name, and the calls of that name: both rewritten, or neither.

Where the target has a class that says the same, the instance is made of that one and every call gets
its order of arguments. Elsewhere the name becomes a function with the order of arguments it has now, so
that who calls it, here or in another file, need not change.
"""

import ast
import re
from contextlib import suppress
from typing import Any, NamedTuple

from xlogits.catalogue.record import Arg
from xlogits.errors import Refused
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.rendering import write
from xlogits.port.read.activations import looks_behind, refuse_behind
from xlogits.port.read.labels import labels_of, readings
from xlogits.port.read.makers import Maker
from xlogits.port.read.operands import AXIS_HOLE, HOLES, Arguments, bound, filled, holed, understood
from xlogits.port.read.text import Text
from xlogits.translation.call import read
from xlogits.translation.expression import Expr

Passed = dict[str, ast.expr]  # what a call passes, by the keys of the parameters


class Instance(NamedTuple):
    """What an instance is made with, the calls of its name, and how often the name is passed on.

    Where every call makes one-hot rows of its labels, `indexes` are what they are made of, call by
    call, and `taken` what has to hold for the loss of these to be the same.
    """

    maker: Maker
    made_with: Passed
    calls: list[tuple[ast.Call, Passed]]
    passed_on: int
    indexes: tuple[ast.expr, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def positions(self) -> tuple[int, int]:
        """How many arguments are passed by position, in the first call and where it is made."""
        return len(self.calls[0][0].args) if self.calls else 0, len(self.maker.made.args)

    @property
    def new_calls(self) -> list[tuple[ast.Call, Passed]]:
        """The calls with what they pass once the instance is another."""
        if not self.indexes:
            return self.calls
        key = self.maker.native.parameter("target").key
        both = zip(self.calls, self.indexes, strict=True)
        return [(call, passed | {key: index}) for (call, passed), index in both]

    @property
    def parameters(self) -> list[Arg]:
        """What a call passes, in order; the arrays alone where no call can be seen."""
        native = self.maker.native
        given = [a for a in native.then if isinstance(a, Arg)]
        if not self.calls:
            return [a for a in given if a.to in native.loss.ARRAYS]
        return [a for a in given if a.key in self.calls[0][1]]


def rewrite_instance(decisions: Decisions, maker: Maker, group: list[Maker]) -> None:
    """Rewrite the instance and its calls, or leave both with the reason.

    `group` are all that are called in the same places. Where that is more than this one, the calls stay
    as they are: what each of them becomes has to take them.
    """
    try:
        name = maker.owned_name
        if maker.others >= sum(other.owned_name == name for other in group):
            raise Refused("the same name has other values too")
        decisions.check_place(maker.made)
        instance = _instance(decisions, maker)
        _look_behind(decisions, instance)
        if len(group) > 1:
            _as_function(decisions, instance)
            return
        of_indexes = _of_indexes(decisions, instance)
        with suppress(Refused):
            if of_indexes is not None:
                _rewrite(decisions, of_indexes)
                return
        _rewrite(decisions, instance)
    except Refused as refusal:
        decisions.leave(maker.made, maker.native.name, str(refusal))


def _rewrite(decisions: Decisions, instance: Instance) -> None:
    if not _as_class(decisions, instance):
        _as_function(decisions, instance)


# -- how it is used


def _instance(decisions: Decisions, maker: Maker) -> Instance:
    """The instance with every use of its name; `Refused` where one needs more than a function."""
    calls, passed_on = [], 0
    for use in maker.uses:
        above = decisions.scopes.parent.get(use)
        if isinstance(above, ast.Call) and above.func is use:
            calls.append((above, bound(maker.native, maker.native.then, above)))
        elif isinstance(above, ast.Attribute):
            raise Refused(f"`{ast.unparse(above)}` is used, which a function does not have")
        else:
            passed_on += 1
    if len({frozenset(passed) for _, passed in calls}) > 1:
        raise Refused("it is called with different arguments in different places")
    _same_labels(decisions, maker, calls)
    made_with = bound(maker.native, maker.native.args, maker.made)
    operands = maker.native.loss.OPERANDS
    arrays = [a for a in maker.native.args if isinstance(a, Arg) and a.to in operands]
    if maker.value is not maker.made and any(a.key in made_with for a in arrays):
        raise Refused("it holds an array that is moved to a device")
    return Instance(maker, made_with, calls, passed_on)


def _same_labels(decisions: Decisions, maker: Maker, calls: list[tuple[ast.Call, Passed]]) -> None:
    """Raise where one call has one number per class, and another has not, or cannot be seen to."""
    labels = getattr(maker.native.loss, "labels", None)
    if labels is None or labels.kind != "inferred" or decisions.choices.labels:
        return
    key = maker.native.parameter("target").key
    kinds = {labels_of(passed.get(key), decisions.scopes)[0] for _, passed in calls}
    if "dense" in kinds and len(kinds) > 1:
        raise Refused(
            "it is called with one number per class in one place, and with class indexes, or with "
            "what cannot be told, in another"
        )


def _look_behind(decisions: Decisions, instance: Instance) -> None:
    """Raise where one of the calls passes what either framework would look behind."""
    target = decisions.choices.target.frameworks[0]
    if looks_behind(instance.maker.native.framework) == looks_behind(target):
        return
    for call in instance.calls:
        arguments, _ = _understood(decisions, instance._replace(calls=[call]))
        refuse_behind(arguments, decisions.scopes, target)


def _of_indexes(decisions: Decisions, instance: Instance) -> Instance | None:
    """The same with class indexes for labels, where every call encodes them itself."""
    losses: list[Any] = []
    indexes: list[ast.expr] = []
    taken: list[str] = []
    for call in instance.calls:
        arguments, _ = _understood(decisions, instance._replace(calls=[call]))
        plainest = next(readings(arguments, decisions.scopes, decisions.choices.target.name))
        if plainest.call is arguments.call or instance.passed_on:
            return None
        losses.append(plainest.call.reading.loss)
        indexes.append(plainest.nodes[str(plainest.call.reading.operands["target"])])
        taken += plainest.call.taken
    if not losses or any(loss != losses[0] for loss in losses):
        return None
    return instance._replace(indexes=tuple(indexes), taken=tuple(dict.fromkeys(taken)))


def _understood(decisions: Decisions, instance: Instance) -> tuple[Arguments, dict[str, str]]:
    """The call with a placeholder for every array, and the parameter behind each of the call's."""
    if instance.calls:
        _, passed = instance.calls[0]
    else:
        names = ((a.key, a.name) for a in instance.parameters)
        passed = {k: ast.Name(name, ast.Load(), lineno=0, col_offset=0) for k, name in names}
    native = instance.maker.native
    arguments = understood(native, instance.made_with | passed, decisions.scopes)
    arguments, roles = _all_holes(instance, arguments)
    if instance.indexes:
        arguments = next(readings(arguments, decisions.scopes, decisions.choices.target.name))
        arguments = arguments._replace(call=arguments.call._replace(taken=instance.taken))
    return arguments, roles


def _all_holes(instance: Instance, arguments: Arguments) -> tuple[Arguments, dict[str, str]]:
    """A placeholder for what the call passes even where that is a literal at the call at hand."""
    native = instance.maker.native
    values, nodes, roles = dict(arguments.call.given), dict(arguments.nodes), {}
    for arg in instance.parameters:
        if arg.to not in native.loss.OPERANDS:
            raise Refused(f"{arg.name} of the call is not an array")
        if not isinstance(values[arg.key], Expr):
            hole = HOLES.format(len(nodes))
            nodes[hole], values[arg.key] = ast.Name("_", ast.Load()), Expr(hole)
        roles[str(values[arg.key])] = arg.key
    return Arguments(read(native, values), nodes, arguments.axis), roles


# -- as a class


def _as_class(decisions: Decisions, instance: Instance) -> bool:
    """The target's class, and every call with its arguments; False where that cannot be."""
    maker = instance.maker
    if instance.passed_on or not instance.calls or not decisions.choices.target.words:
        return False
    arguments, roles = _understood(decisions, instance)
    try:
        written = write(arguments, decisions.choices, decisions.scopes, classes=True)
    except Refused:
        return False
    tree: Any = ast.parse(written.text, mode="eval").body
    if {n.id for n in ast.walk(tree.func) if isinstance(n, ast.Name)} & set(roles):
        return False  # an array of the call is part of the instance
    template = ast.unparse(ast.Call(ast.Name("f"), tree.args, tree.keywords))
    calls = [
        (call, _filled_call(decisions, call, template, {h: passed[k] for h, k in roles.items()}))
        for call, passed in instance.new_calls
    ]
    moved = any(_listed(new) != _listed(decisions.segment(call)) for call, new in calls)
    if moved and maker.attribute:
        written = written.but("only here", known=decisions.choices.assumed)
    proof = decisions.proved(written, holed(maker.native, arguments, *instance.positions))
    made = ast.unparse(tree.func)
    after, missing = decisions.spelled(made, written.imports, written.nodes)
    for call, new in calls:
        decisions.edit(call, new, owner=maker.made)
        decisions.results.add(call)
    decisions.edit(maker.value, after, missing, maker.made)
    decisions.change(maker.made, maker.native.name, after, written, proof)
    return True


def _filled_call(decisions: Decisions, call: ast.Call, template: str, nodes: Passed) -> str:
    """A call of the name with the arguments of the new class."""
    arguments = filled(template, nodes, decisions.segment).removeprefix("f")
    return decisions.segment(call.func) + arguments


def _listed(call: str) -> str:
    """The arguments of a call, as they are written."""
    return call.partition("(")[2]


# -- as a function


def _as_function(decisions: Decisions, instance: Instance) -> None:
    """A function of the arguments that the instance is called with, in the same order."""
    maker, known = instance.maker, decisions.choices.assumed
    arguments, roles = _understood(decisions, instance)
    written = write(arguments, decisions.choices, decisions.scopes)
    if instance.passed_on or not instance.calls:
        written = written.but("only called", known=known)
    proof = decisions.proved(written, holed(maker.native, arguments, *instance.positions))
    names, defaults = _signature(instance, arguments, roles)
    body, missing = decisions.imports.spelled(written.text, written.imports)
    clash = {n.id for n in ast.walk(ast.parse(body)) if isinstance(n, ast.Name)}
    if clash & set(names.values()):
        raise Refused(f"a parameter would hide {', '.join(sorted(clash & set(names.values())))}")
    for hole, name in names.items():
        body = body.replace(hole, name)
    listed = [names[hole] for hole in roles]
    listed += [f"{names[hole]}={decisions.segment(written.nodes[hole])}" for hole in defaults]
    node, after = _function(decisions.text, maker, ", ".join(listed), body)
    if instance.indexes and maker.attribute:
        written = written.but("only here", known=known)
    for (_, before), (_, now) in zip(instance.calls, instance.new_calls, strict=True):
        for key in (k for k in now if now[k] is not before[k]):
            decisions.edit(before[key], decisions.segment(now[key]), owner=maker.made)
    decisions.results.update(call for call, _ in instance.calls)
    decisions.edit(node, after, missing, maker.made)
    decisions.change(maker.made, maker.native.name, after, written, proof)


def _signature(
    instance: Instance, arguments: Arguments, roles: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The name of every placeholder, and those whose value is that of the instance."""
    native = instance.maker.native
    keys = {str(v): k for k, v in arguments.call.given.items() if isinstance(v, Expr)} | roles
    names = {a.key: a.name for a in native.parameters}
    found = {hole: names[keys[hole]] for hole in arguments.nodes}
    if len(set(found.values())) < len(found):
        raise Refused("the class and its call have parameters of the same name")
    defaults = [hole for hole in arguments.nodes if hole not in roles]
    if arguments.axis is not None:
        found[AXIS_HOLE] = native.parameter("axis").name
        defaults.append(AXIS_HOLE)
    return found, defaults


def _function(text: Text, maker: Maker, listed: str, body: str) -> tuple[ast.expr | ast.stmt, str]:
    """What is replaced, and by what: a `def` where the statement stands on lines of its own."""
    statement = maker.statement
    first, last = text.span(statement)
    indent = text.text[text.line_start(statement.lineno) : first]
    rest = re.match(r"[^\r\n]*", text.text[last:]).group()  # type: ignore[union-attr]
    alone = not indent.strip() and (not rest.strip() or rest.lstrip().startswith("#"))
    if isinstance(statement, ast.AnnAssign):
        raise Refused("its annotation says that it is an instance of a class")
    if maker.in_class:
        return maker.value, f"staticmethod(lambda {listed}: {body})"
    if not alone or not isinstance(maker.target, ast.Name):
        return maker.value, f"lambda {listed}: {body}"
    deeper = indent + ("\t" if "\t" in indent else "    ")
    newline = text.newline(statement.lineno)
    head = f"def {maker.target.id}({listed}):"
    return statement, f"{head}{newline}{deeper}return {body}"
