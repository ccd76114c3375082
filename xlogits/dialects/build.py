"""A callable, and a class, that speak one framework's name on the arrays of all."""

import inspect
import sys
from operator import attrgetter
from typing import Any, ClassVar

from xlogits.backends import met, namespace
from xlogits.catalogue.record import REQUIRED, Arg, Native, bind
from xlogits.frameworks import FRAMEWORKS, manners

# whose arrays a framework's functions are called on directly, instead of by our formula: by what their
# backend calls itself; and, of a framework that can take those of others, what says whose it takes now
HOME = {
    f.id: (FRAMEWORKS[f.home].title, f.home, attrgetter(f.switch) if f.switch else None)
    for f in FRAMEWORKS.values()
}


def dialect(native: Native) -> Any:
    """The function or class that stands for a native one."""
    return _class(native) if native.then else _function(native)


def _function(native: Native) -> Any:
    name, place = _place(native, native.args)
    also = native.parameter("pred").also
    alone = native.without and _place(native.without, native.args)
    aligns = _aligns(native)

    def function(*args: Any, **kwargs: Any) -> Any:
        pred = args[place] if place < len(args) else kwargs.get(name)
        if pred is None and also:
            pred = next((kwargs[word] for word in also if word in kwargs), None)
        if pred is None and alone:
            pred = args[alone[1]] if alone[1] < len(args) else kwargs.get(alone[0])
        own = original(native, pred)
        if own is not None:
            return own(*args, **kwargs)
        loss, operands = native.read(bind(native.short, native.args, args, kwargs))
        return loss(**(_columns(operands) if aligns else operands))

    return _named(function, native, signature(native.args))


class DialectClass:
    """What the classes of all frameworks share: options first, arrays later."""

    native: ClassVar[Native]
    _place: ClassVar[tuple[str, int]]
    _aligned: ClassVar[bool]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        native = self.native
        self._options = bind(f"{native.short}.__init__", native.args, args, kwargs)
        self._given = args, kwargs
        for arg in native.args:
            if isinstance(arg, Arg):
                setattr(self, arg.name, self._options.get(arg.name, arg.default))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        native = self.native
        name, place = self._place
        own = original(native, args[place] if place < len(args) else kwargs.get(name))
        if own is not None:
            return own(*self._given[0], **self._given[1])(*args, **kwargs)
        arrays = bind(f"{native.short}.__call__", native.then, args, kwargs)
        loss, operands = native.read({**self._options, **arrays})
        return loss(**(_columns(operands) if self._aligned else operands))


def _aligns(native: Native) -> bool:
    """Whether a function, of a loss of single numbers, takes (N,) beside (N, 1) for a column."""
    return hasattr(native.loss, "inner") and manners(native.framework).columns


def _columns(operands: dict[str, Any]) -> dict[str, Any]:
    """The operands, with (N,) beside (N, 1) as a column."""
    if operands.get("target") is None:
        return operands
    pred, target = operands["pred"], operands["target"]
    ranks = [len(getattr(a, "shape", ())) for a in (pred, target)]
    for name, array, others in (("target", target, ranks), ("pred", pred, ranks[::-1])):
        beside = pred if name == "target" else target
        if others == [2, 1] and beside.shape[-1] == 1:
            xp = namespace(array)
            return operands | {name: xp.reshape(array, (*xp.sizes(array), 1))}
    return operands


def _class(native: Native) -> Any:
    facts = {"_place": _place(native, native.then), "_aligned": _aligns(native)}
    made = type(native.short, (DialectClass,), facts)
    return _named(made, native, signature(native.args))


def _named(made: Any, native: Native, call: inspect.Signature) -> Any:
    made.__name__ = made.__qualname__ = native.short
    made.__module__ = f"xlogits.dialects.{native.name.rpartition('.')[0]}"
    made.__doc__ = f"`{native.name}` on arrays of NumPy, PyTorch, TensorFlow and JAX."
    made.__signature__ = call
    made.native = native
    return made


def signature(args: tuple[Arg | str, ...]) -> inspect.Signature:
    """The signature that parameters with "/" and "*" among them stand for."""
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    made: list[inspect.Parameter] = []
    for arg in args:
        if arg == "/":
            made = [p.replace(kind=inspect.Parameter.POSITIONAL_ONLY) for p in made]
        elif arg == "*":
            kind = inspect.Parameter.KEYWORD_ONLY
        elif arg == "**kwargs":
            made.append(inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD))
        elif isinstance(arg, Arg):
            default = inspect.Parameter.empty if arg.default is REQUIRED else arg.default
            made.append(inspect.Parameter(arg.name, kind, default=default))
    return inspect.Signature(made)


def _place(native: Native, args: tuple[Arg | str, ...]) -> tuple[str, int]:
    """The name of the prediction among the parameters, and which of them it is."""
    name = native.parameter("pred").name
    return name, [a.name for a in args if isinstance(a, Arg)].index(name)


def original(native: Native, pred: Any) -> Any:
    """The framework's own function, if this is an array of its own; None otherwise."""
    loaded = sys.modules.get(native.framework)
    if loaded is None or pred is None:
        return None
    title, home, switch = HOME[native.framework]
    if title != (met(pred) or namespace(pred)).NAME:
        return None
    if switch is not None and switch(loaded)() != home:
        return None
    found: Any = loaded
    for part in native.path:
        found = getattr(found, part, None)
    return found
