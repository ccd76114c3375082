"""What a framework's function computes, written down as data: one record, read by everything else.

A record says which loss a function computes before its arguments are looked at, and for each
parameter what it changes: an operand of the loss, a field of it, or nothing. `Native.read` turns the
arguments of a call into a loss and its operands; the dialects, the parity matrix and the translation
all start there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from xlogits.errors import OptionError, Refused
from xlogits.frameworks import OURS
from xlogits.losses import Loss, Transform


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


@dataclass(frozen=True)
class Arg:
    """One parameter of a native function.

    `to` names the operand or the field of the loss that the parameter sets, or is '' where it cannot
    change a value. `values` maps the framework's words to ours. A parameter that is `absent` (None,
    unless said otherwise) leaves the loss as it is; one that is `needed` may not be (nor may all be of
    several that set the same); `left_out` is what an array stands for in the original where a call
    leaves it out, which is refused here. `refuse` is the reason why a call that passes anything but the
    default, or what `stands_for_default`, cannot be read. `since` is the version of the framework
    that brought the parameter, where that is one that people still meet; `was` holds
    (version, default before it) for defaults that changed, the oldest first, and `named` (version,
    name before it) for parameters that were renamed. `also` are other names by which it can be passed
    today. `none` is what a call that passes None stands for, where the framework takes None for a
    parameter whose default is something else; most raise. `takes` says of a value, and of the other
    arguments, whether the framework takes it, where it does not take all. `key` is what the parameter
    goes by where a class and its instances share a name, otherwise its name.
    """

    name: str
    to: str = ""
    default: Any = REQUIRED
    values: Mapping[Any, Any] | None = None
    absent: Any = None
    needed: bool = False
    left_out: str = ""
    refuse: str = ""
    stands_for_default: Callable[[Any], bool] | None = None
    since: str = ""
    was: tuple[tuple[str, Any], ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()
    none: Any = REQUIRED
    takes: Callable[[Any, Mapping[str, Any]], bool] | None = None
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or self.name)

    @property
    def takes_any(self) -> bool:
        """Whether it takes more than the words among `values`; those that make up the rest say which."""
        return self.values is None or hasattr(self.values, "__missing__")

    def given_other(self, given: Mapping[str, Any]) -> bool:
        """Whether a call passes this parameter, whose default is not None, though it may be needed."""
        return self.key in given and self.default is not None and self.absent != self.default

    def given_none(self, function: str) -> Any:
        """What None stands for, where it is passed for something that has another default."""
        if self.values is not None and None in self.values:
            return None
        if self.none is REQUIRED:
            raise OptionError(f"{function}({self.name}=None): it takes no None there; leave it out")
        return self.none

    def means_default(self, value: Any) -> bool:
        return self.stands_for_default is not None and self.stands_for_default(value)


@dataclass(frozen=True)
class Together:
    """Parameters that only mean something together, read as one (PyTorch's `size_average, reduce`).

    A combination that is not among `values` leaves the loss as it is.
    """

    names: tuple[str, ...]
    to: str
    values: Mapping[tuple[Any, ...], Any]


class Reading(NamedTuple):
    """A call understood: what is computed, and the operands it is computed on."""

    loss: Loss | Transform
    operands: dict[str, Any]


@dataclass(frozen=True)
class Native:
    """One function or class of a framework.

    `args` are its parameters in order, with "/", "*" and "**kwargs" where a signature has
    them. A class has its constructor in `args` and the call of its instances in `then`. `loss` is
    what it computes before the parameters are read. `without` is the record of a call that leaves out an
    array, where the function then computes another loss: it says which parameter it `lacks`, and whether
    that is the `usual` call, for which the bare name stands.

    What people should know besides: `since`, the version that brought the name (where people still
    meet older ones); `starred`, the version in which the "*" came into its signature; `gone`, (version,
    parameter) for last parameters that were taken away; `changed`, (version, what became different) for
    each; `traps`, sentences about what goes wrong with it silently, each with a figure.
    """

    name: str
    loss: Loss | Transform
    args: tuple[Arg | str, ...]
    then: tuple[Arg | str, ...] = ()
    together: tuple[Together, ...] = ()
    without: "Native | None" = None
    lacks: str = ""
    usual: bool = False
    aliases: tuple[str, ...] = ()
    since: str = ""
    starred: str = ""
    gone: tuple[tuple[str, Arg], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    traps: tuple[str, ...] = ()
    framework: str = field(init=False, repr=False, compare=False)
    path: tuple[str, ...] = field(init=False, repr=False, compare=False)  # within the framework
    parameters: tuple[Arg, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        framework, *path = self.name.split(".")
        object.__setattr__(self, "framework", framework)
        object.__setattr__(self, "path", tuple(path))
        parameters = tuple(a for a in (*self.args, *self.then) if isinstance(a, Arg))
        object.__setattr__(self, "parameters", parameters)

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def ours(self) -> bool:
        """Whether it is no framework's, but xlogits' own."""
        return self.framework == OURS

    def parameter(self, to: str) -> Arg:
        """The parameter that sets an operand or a field."""
        return next(a for a in self.parameters if a.to == to)

    def read(self, given: Mapping[str, Any]) -> Reading:
        """The loss and operands of a call with these arguments, by the keys of the parameters."""
        if self.without is not None and given.get(self.without.lacks) is None:
            left = {key: value for key, value in given.items() if key != self.without.lacks}
            return self.without.read(left)
        fields: dict[str, Any] = {}
        operands: dict[str, Any] = {}
        for arg in self.parameters:
            value = given.get(arg.key, arg.default)
            if value is REQUIRED:
                raise TypeError(f"{self.short}() missing a required argument: '{arg.name}'")
            optional = arg.to and not arg.needed and arg.to not in self.loss.ARRAYS
            if value is None and optional and arg.given_other(given):
                value = arg.given_none(self.name)
            if arg.takes is not None and not arg.takes(value, given):
                raise OptionError(f"{self.name}({arg.name}={value!r}): it does not take that")
            if arg.to in self.loss.OPERANDS:
                if value is None and arg.absent is not None:
                    raise OptionError(
                        f"{self.name}({arg.name}=None): expected an array or a number"
                    )
                if not _equal(value, arg.absent):
                    operands[arg.to] = value
            elif arg.to and (not _equal(value, arg.absent) or _listed(arg, value)):
                fields[arg.to] = self._translated(arg, value)
            elif arg.refuse and not (_equal(value, arg.default) or arg.means_default(value)):
                raise Refused(f"{self.name}({arg.name}={value!r}) is not supported: {arg.refuse}")
        for group in self.together:
            values = tuple(given.get(name) for name in group.names)
            if values in group.values:
                fields[group.to] = group.values[values]
        needed = {*(arg.to for arg in self.parameters if arg.needed), *self.loss.ARRAYS}
        for arg in self.parameters:
            if arg.to in needed and arg.to not in operands and arg.to not in fields:
                first = self.parameter(arg.to)
                meaning = (
                    f": left out it is {first.left_out}, so pass that" if first.left_out else ""
                )
                raise OptionError(f"{self.name}() needs '{first.name}'; it is None{meaning}")
        return Reading(replace(self.loss, **fields) if fields else self.loss, operands)

    def _translated(self, arg: Arg, value: Any) -> Any:
        if arg.values is None:
            return value
        try:
            return arg.values[value]
        except (KeyError, TypeError):
            words = ", ".join(repr(word) for word in arg.values)
            raise OptionError(
                f"{self.name}({arg.name}={value!r}): expected one of {words}"
            ) from None


def bind(
    function: str, args: tuple[Arg | str, ...], values: tuple[Any, ...], named: Any
) -> dict[str, Any]:
    """Arguments by the keys of their parameters, with Python's own errors; can be traced."""
    positional = [
        a.name for a in args[: args.index("*") if "*" in args else None] if isinstance(a, Arg)
    ]
    if len(values) > len(positional):
        raise TypeError(
            f"{function}() takes {len(positional)} positional arguments but {len(values)} were given"
        )
    bound = dict(zip(positional, values, strict=False))
    known = {word: a.name for a in args if isinstance(a, Arg) for word in (a.name, *a.also)}
    for given, value in named.items():
        if given not in known:
            raise TypeError(f"{function}() got an unexpected keyword argument '{given}'")
        name = known[given]
        if name in bound:
            raise TypeError(f"{function}() got multiple values for argument '{name}'")
        bound[name] = value
    missing = [
        a.name for a in args if isinstance(a, Arg) and a.default is REQUIRED and a.name not in bound
    ]
    if missing:
        names = " and ".join(f"'{name}'" for name in missing)
        count = f"{len(missing)} required positional argument" + "s" * (len(missing) > 1)
        raise TypeError(f"{function}() missing {count}: {names}")
    return {a.key: bound[a.name] for a in args if isinstance(a, Arg) and a.name in bound}


def _listed(arg: Arg, value: Any) -> bool:
    """Whether None is one of the words of a parameter."""
    return (
        value is None and arg.default is not None and arg.values is not None and None in arg.values
    )


def one_axis(value: Any, given: Mapping[str, Any]) -> bool:
    """Whether it is not several axes: what most functions along an axis take."""
    return not isinstance(value, (tuple, list))


def last_or_counted(value: Any, given: Mapping[str, Any]) -> bool:
    """Whether it is the last axis, or one that is counted from the first."""
    return one_axis(value, given) and (not isinstance(value, int) or value >= -1)


def _equal(value: Any, word: Any) -> bool:
    """Whether a plain Python value is this word; arrays are equal to nothing."""
    return value is word or (isinstance(value, (bool, int, float, str)) and bool(value == word))
