"""Running one call: eagerly, compiled, or under the framework's own name."""

import importlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import xlogits
from compare.hostile.arrays import is_array, make, options_of
from compare.hostile.case import Case

MODES = {
    "numpy": (),
    "torch": ("torch.compile",),
    "tensorflow": ("tf.function", "tf.function(jit_compile=True)"),
    "jax": ("jax.jit",),
}
Find = Callable[[str], Callable[..., Any]]


class Outcome(NamedTuple):
    """What came of a call: an array's numbers, dtype and kind, or an error."""

    numbers: Any = None
    shape: tuple[int, ...] = ()
    dtype: str = ""
    own: bool = False
    error: BaseException | None = None


def find(name: str) -> Callable[..., Any]:
    """A function of xlogits by its dotted name."""
    module, _, last = name.rpartition(".")
    home = importlib.import_module(f"xlogits.{module}") if module else xlogits
    function: Callable[..., Any] = getattr(home, last)
    return function


def run(case: Case, framework: str, mode: str = "eager", look_up: Find = find) -> Outcome:
    """The call of a case on one framework's arrays; raises MissingError where it has no such thing."""
    args = [make(framework, given) for given in case.args]
    options = options_of(framework, case.options)
    function = look_up(case.function)
    if mode == "eager":
        return outcome(framework, lambda: function(*args, **options))
    return outcome(framework, lambda: _compiled(case, framework, mode, function, args, options))


def _compiled(
    case: Case, framework: str, mode: str, function: Any, args: list[Any], options: dict[str, Any]
) -> Any:
    """Arrays are arguments of what is compiled, all else is fixed."""
    places = [i for i, x in enumerate(args) if is_array(framework, x)]
    names = [name for name, x in options.items() if is_array(framework, x)]

    def call(*arrays: Any) -> Any:
        given = list(arrays)
        at = {i: given[k] for k, i in enumerate(places)}
        named = dict(zip(names, given[len(places) :], strict=True))
        return function(*(at.get(i, x) for i, x in enumerate(args)), **(options | named))

    arrays = [args[i] for i in places] + [options[name] for name in names]
    return _wrapped(case, mode, call)(*arrays)


def _wrapped(case: Case, mode: str, call: Callable[..., Any]) -> Callable[..., Any]:
    made: Callable[..., Any]
    if mode == "jax.jit":
        made = importlib.import_module("jax").jit(call)
    elif mode == "torch.compile":
        torch = importlib.import_module("torch")
        torch._dynamo.reset()
        made = torch.compile(call, backend="aot_eager", fullgraph=case.error is None)
    else:
        tf = importlib.import_module("tensorflow")
        made = tf.function(call, jit_compile=mode != "tf.function")
    return made


def outcome(framework: str, call: Callable[[], Any]) -> Outcome:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(framework, call())
    except Exception as error:
        return Outcome(error=error)


def _read(framework: str, found: Any) -> Outcome:
    own = is_array(framework, found)
    if not hasattr(found, "shape"):
        found = np.asarray(found)
    dtype = str(getattr(found.dtype, "name", found.dtype)).removeprefix("torch.")
    return Outcome(_numbers(found), tuple(found.shape), dtype, own)


def _numbers(found: Any) -> Any:
    """In float64; None for an array without values."""
    if hasattr(found, "detach"):
        if found.device.type == "meta" or "Fake" in type(found).__name__:
            return None
        found = found.detach()
        found = found.to_dense() if found.layout.__str__() != "torch.strided" else found
        found = (found.real if found.is_complex() else found).double().resolve_neg()
        return found.cpu().numpy()
    if hasattr(found, "numpy"):
        found = found.numpy()
    return np.real(np.asarray(found)).astype(np.float64)
