"""What is left, as a call of the other framework with the same arguments, where that is short."""

import ast

from xlogits.catalogue import Native
from xlogits.catalogue.record import Arg
from xlogits.errors import Refused, XlogitsError
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.rendering import translation_of
from xlogits.port.read.calls import Left
from xlogits.port.read.operands import bound
from xlogits.translation.call import read, value_of

SHORT = 100


def hint(decisions: Decisions, left: Left) -> str:
    """The reason with the equivalent, if there is a short one."""
    if left.native is None:
        return left.why
    try:
        given = _given(decisions, left, left.native)
        call = read(left.native, {key: value_of(value) for key, value in given.items()})
        choices = decisions.choices
        source = translation_of(call, choices.target, choices.ndim, choices.labels).source
    except (XlogitsError, TypeError):
        return left.why
    return f"{left.why}; called, it is {source}" if source and len(source) < SHORT else left.why


def _given(decisions: Decisions, left: Left, native: Native) -> dict[str, ast.expr]:
    """What a call passes, or `functools.partial`; `Refused` where that is not to be told."""
    given: dict[str, ast.expr] = {}
    above = decisions.scopes.parent.get(left.node)
    if isinstance(above, ast.keyword):
        above = decisions.scopes.parent.get(above)
    if isinstance(left.node, ast.Call):
        given = bound(native, native.args, left.node)
    elif isinstance(above, ast.Call) and not isinstance(left.node, ast.Constant):
        keys = {a.name: a.key for a in native.args if isinstance(a, Arg)}
        given = {keys[k.arg]: k.value for k in above.keywords if k.arg in keys}
        partial = decisions.scopes.paths(above.func) == ["functools.partial"]
        if partial and (len(above.args) > 1 or len(given) < len(above.keywords)):
            raise Refused("arguments that are not named")
        if given and not partial:
            raise Refused("arguments that may be those of either function")
    if any(isinstance(part, ast.Call) for value in given.values() for part in ast.walk(value)):
        raise Refused("an argument that calls the framework, perhaps")
    return given
