"""A call in source code, read: which record it is, and what its arguments are."""

import ast
import math
from typing import Any, NamedTuple

from xlogits.catalogue import Native, find
from xlogits.catalogue.record import REQUIRED, Arg, Reading, bind
from xlogits.errors import OptionError, Refused
from xlogits.formulas import called
from xlogits.frameworks import FRAMEWORKS
from xlogits.translation.expression import ATOM, UNARY, Expr

# what an array is called where the source has only the name of the function
NAMES = {
    "pred": "logits",
    "target": "labels",
    "sample_weight": "sample_weight",
    "class_weight": "class_weight",
    "pos_weight": "pos_weight",
    "mask": "mask",
}


# infinity, the order of a norm, is no literal of Python
_INFINITE = {"float('inf')", "float('infinity')", "math.inf"}
_INFINITE |= {f"{name}.inf" for f in FRAMEWORKS.values() for name in (f.id, *f.also)}


class Call(NamedTuple):
    """A native function or class, its arguments by parameter name, and what they mean.

    `taken` are words of what the reading takes for granted.
    """

    native: Native
    given: dict[str, Any]
    reading: Reading
    taken: tuple[str, ...] = ()


def parse(source: str, native: Native | None = None) -> Call:
    """Read a call, an instance of a class that is called, or the bare name of either.

    `native` is the record of what is called, for a name that is known under other rules than `find`'s.
    """
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        raise OptionError(
            f"{source!r} is not one Python expression ({error.msg}); pass a call such as "
            f"'F.cross_entropy(logits, labels)'"
        ) from None
    call = node if isinstance(node, ast.Call) else None
    inner = call.func if call is not None and isinstance(call.func, ast.Call) else None
    name = ast.unparse(inner.func if inner else call.func if call else node)
    native = native or find(name)
    given: dict[str, Any] = {}
    if native.then:
        made = inner or call
        given |= _bound(native.short, native.args, made) if made else {}
        given |= _bound(f"{native.short}.__call__", native.then, call) if inner and call else {}
    elif call is not None:
        given = _bound(native.short, native.args, call)
    return read(native, given)


def read(native: Native, given: dict[str, Any]) -> Call:
    """The reading of a call with these arguments; arrays that are missing get names of their own."""
    native, given = as_called(native, given)
    operands = {a.key for a in native.parameters if a.to in native.loss.OPERANDS}
    for arg in native.parameters:
        value = given.get(arg.key)
        if not isinstance(value, Expr) or arg.key in operands or _word(arg, value):
            continue
        if arg.values or arg.refuse or isinstance(arg.default, bool):
            raise Refused(
                f"{native.name}({arg.name}={value}): what is written depends on its value; "
                f"write it as a literal"
            )
    given = _with_arrays(native, given)
    return Call(native, given, native.read(given))


def as_called(native: Native, given: dict[str, Any]) -> tuple[Native, dict[str, Any]]:
    """The record of this call, where an array that is left out makes it another."""
    left = native.without
    if left is None or given.get(left.lacks) is not None:
        return native, given
    if not (left.usual or _any_array(native, given)):
        return native, given
    return left, {key: value for key, value in given.items() if key != left.lacks}


def _any_array(native: Native, given: dict[str, Any]) -> bool:
    return any(a.key in given for a in native.parameters if a.to in native.loss.ARRAYS)


def _with_arrays(native: Native, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments, and every array that a call needs, called what it is to the loss."""
    said = {arg.to for arg in native.parameters if arg.key in given}
    missing = []
    for arg in native.parameters:
        array = arg.to in native.loss.ARRAYS and not _second_name(arg, native)
        if arg.left_out and arg.key not in given and _any_array(native, given):
            raise Refused(
                f"{native.name}({arg.name}=None): {arg.name} left out is {arg.left_out}; pass that"
            )
        needed = array or (arg.needed and arg.to not in said) or arg.default is REQUIRED
        if arg.key not in given and needed:
            missing.append(arg)
    operands = [arg for arg in missing if arg.to in native.loss.OPERANDS]
    some = {a.key: getattr(native.loss, a.to) for a in missing if a not in operands}
    some |= {arg.key: Expr(arg.to) for arg in operands}
    loss = native.read(given | some).loss  # the prediction is called after its form
    return given | some | {arg.key: Expr(called(loss, arg.to)) for arg in operands}


def _word(arg: Arg, value: Expr) -> bool:
    """Whether an expression is itself one of the words (`torch.float64`)."""
    try:
        return arg.values is not None and bool(arg.values[value])
    except KeyError:
        return False


def _second_name(arg: Arg, native: Native) -> bool:
    """Whether an earlier parameter stands for the same array (TF1's `targets` beside `labels`)."""
    return next(a for a in native.parameters if a.to == arg.to) is not arg


def _bound(name: str, args: tuple[Arg | str, ...], call: ast.Call) -> dict[str, Any]:
    if any(isinstance(a, ast.Starred) for a in call.args) or any(
        k.arg is None for k in call.keywords
    ):
        raise Refused(f"{ast.unparse(call)}: arguments behind * or ** cannot be seen")
    values = tuple(value_of(a) for a in call.args)
    named = {str(k.arg): value_of(k.value) for k in call.keywords}
    return _lenient(name, args, values, named)


def _lenient(
    name: str, args: tuple[Arg | str, ...], values: tuple[Any, ...], named: dict[str, Any]
) -> dict[str, Any]:
    """Bound by Python's rules; a call without any argument stands for one with all arrays."""
    if not values and not named:
        return {}
    return bind(name, args, values, named)


def value_of(node: ast.expr) -> Any:
    """A literal as its value, infinity too, anything else as source."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        text = ast.unparse(node)
        if text in _INFINITE:
            return math.inf
        atoms = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
        level = ATOM if isinstance(node, atoms) else UNARY - 6
        return Expr(text, level)
