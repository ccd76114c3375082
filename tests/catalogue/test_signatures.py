"""Every record has the parameters and defaults of the installed function."""

import inspect
import re
from typing import Any

import pytest

from tests.conftest import need
from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.catalogue.torch.words import ALSO
from xlogits.catalogue.versions import as_of
from xlogits.dialects.build import signature
from xlogits.frameworks import version as version_of
from xlogits.losses import Transform
from xlogits.parity.natives import function_of, resolve

FOREIGN = list(NATIVES.values())


def installed(native: Native) -> Any:
    need(native.framework)
    return function_of(native)


def bare(parameters: inspect.Signature, drop_self: bool = False) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults: what a caller depends on."""
    found = list(parameters.parameters.values())[drop_self:]
    return [(p.name, p.kind, p.default) for p in found]


def of_builtin(function: Any) -> inspect.Signature:
    """The signature in the first line of the docstring of a function written in C."""
    name = function.__name__.replace("log_sigmoid", "logsigmoid").removeprefix("special_")
    if function.__doc__ is None:  # torch.log_softmax alone; torch.special has the same, documented
        function = getattr(resolve("torch.special"), name)
    line = re.search(rf"{name}\((.*?)\)", function.__doc__)
    assert line is not None
    scope: dict[str, Any] = {}
    exec(f"def f({line[1]}): ...", scope)
    return inspect.signature(scope["f"])


def signature_of(function: Any) -> inspect.Signature:
    try:
        found = inspect.signature(function)
    except ValueError:
        return of_builtin(function)
    kinds = [p.kind for p in found.parameters.values()]
    if kinds == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
        return (
            inspect.Signature()
        )  # torch.nn.Module's own constructor, which refuses every argument
    if isinstance(getattr(function, "nin", None), int):
        return of_ufunc(found, function.nin)
    return found


def of_ufunc(found: inspect.Signature, arrays: int) -> inspect.Signature:
    """With the arrays one by one, as NumPy calls them, where a ufunc shows them as `*args`."""
    first, *others = found.parameters.values()
    if first.kind is not inspect.Parameter.VAR_POSITIONAL:
        return found
    names = [f"x{number + 1}" for number in range(arrays)] if arrays > 1 else ["x"]
    made = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    return inspect.Signature([*made, *others])


def here(native: Native) -> Native:
    """The record as it is in the installed version; a name that came later is looked for too."""
    need(native.framework)
    version = version_of(native.framework)
    record = as_of(native, version)
    if record is None:
        with pytest.raises((AttributeError, ImportError)):
            function_of(native)
        pytest.skip(
            f"{native.name} came with {native.since}; {version} is installed, and has it not"
        )
    return record


@pytest.mark.parametrize("native", FOREIGN, ids=lambda n: n.name)
def test_parameters_names_order_and_defaults(native: Native) -> None:
    record, function = here(native), function_of(native)
    theirs = signature_of(function)
    assert bare(signature(record.args)) == bare(theirs), f"its parameters are {theirs}"


@pytest.mark.parametrize("native", [n for n in FOREIGN if n.then], ids=lambda n: n.name)
def test_the_call_of_an_instance(native: Native) -> None:
    record, cls = here(native), function_of(native)
    call = cls.forward if native.framework == "torch" else cls.__call__
    assert bare(signature(record.then)) == bare(inspect.signature(call), drop_self=True)


@pytest.mark.parametrize("native", [n for n in FOREIGN if n.aliases], ids=lambda n: n.name)
def test_aliases_are_the_same_function(native: Native) -> None:
    here(native)
    function = function_of(native)
    for alias in native.aliases:
        path, _, short = alias.rpartition(".")
        # the short names of Keras 2 are still there under tf.keras
        old = native.framework == "keras" and not hasattr(resolve(path), short)
        other = getattr(resolve(f"tensorflow.{path}" if old else path), short)
        # a deprecated subclass that changes nothing shows the signature of its decorator
        same = other is function or getattr(other, "__base__", None) is function
        assert same or bare(signature_of(other)) == bare(signature_of(function))


def test_older_versions_have_less() -> None:
    later = Arg("later", "", 1, since="2.3")
    changed = Arg("how", "", "new", was=(("1.9", "oldest"), ("2.10", "old")))
    args = (Arg("x", "pred"), later, changed)
    native = Native("torch.f", Transform(function="softmax"), args, since="1.5")

    def told(version: str) -> list[tuple[str, Any]]:
        record = as_of(native, version)
        assert record is not None
        return [(a.name, a.default) for a in record.parameters[1:]]

    assert told("2.10.0+cpu") == [("later", 1), ("how", "new")]
    assert told("2.4") == [("later", 1), ("how", "old")]
    assert told("2.0.1") == [("how", "old")]
    assert told("1.8") == [("how", "oldest")]
    assert as_of(native, "1.4.9") is None


@pytest.mark.parametrize(
    "name",
    [
        "torch.nn.functional.cross_entropy",
        "tensorflow.nn.softmax_cross_entropy_with_logits",
        "keras.losses.categorical_crossentropy",
        "optax.softmax_cross_entropy_with_integer_labels",
        "jax.nn.log_softmax",
        "scipy.special.log_softmax",
        "sklearn.metrics.log_loss",
    ],
)
def test_a_wrong_record_would_be_caught(name: str) -> None:
    from dataclasses import replace

    native = NATIVES[name]
    need(native.framework)
    wrong = replace(native, args=native.args[:-1])
    assert bare(signature(wrong.args)) != bare(signature_of(installed(native)))


IN_TORCH = [n for n in FOREIGN if n.framework == "torch" and not n.then]


@pytest.mark.parametrize("native", IN_TORCH, ids=lambda n: n.name)
def test_other_names_of_parameters(native: Native) -> None:
    """Functions of PyTorch's C++ take NumPy's names too, those written in Python do not."""
    function = installed(native)
    args = [a for a in native.args if isinstance(a, Arg)]
    try:
        known = set(inspect.signature(function).parameters)
    except ValueError:
        assert all(_names_agree(function, args, arg, word) for arg in args for word in arg.also)
        named = [a for a in args if a.name in ALSO]
        assert [a.also for a in named] == [ALSO[a.name] for a in named]
    else:
        assert not any(a.also for a in args)
        assert not known & {word for words in ALSO.values() for word in words} - {"x1", "x2"}


def _names_agree(function: Any, args: list[Arg], arg: Arg, word: str) -> bool:
    import torch

    x = torch.linspace(0.1, 0.9, 12).reshape(3, 4)
    values: dict[str, Any] = {"dim": 0, "keepdim": True}
    given = {a.name: x for a in args if a.to in ("pred", "target")}
    given |= {a.name: values[a.name] for a in args if a.name in values}
    renamed = {word if name == arg.name else name: value for name, value in given.items()}
    assert set(given) != set(renamed)
    return torch.equal(function(**given), function(**renamed))
