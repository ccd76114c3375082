"""Every record against the signature of the installed function."""

import inspect
import re
from typing import Any

import pytest

from tests.conftest import need
from xlogits.catalogue import NATIVES, Native
from xlogits.dialects.build import signature
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
    line = re.search(
        rf"{function.__name__.replace('log_sigmoid', 'logsigmoid')}\((.*?)\)", function.__doc__
    )
    assert line is not None
    scope: dict[str, Any] = {}
    exec(f"def f({line[1]}): ...", scope)
    return inspect.signature(scope["f"])


def signature_of(function: Any) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError:
        return of_builtin(function)


@pytest.mark.parametrize("native", FOREIGN, ids=lambda n: n.name)
def test_parameters_names_order_and_defaults(native: Native) -> None:
    function = installed(native)
    assert bare(signature(native.args)) == bare(signature_of(function))


@pytest.mark.parametrize("native", [n for n in FOREIGN if n.then], ids=lambda n: n.name)
def test_the_call_of_an_instance(native: Native) -> None:
    cls = installed(native)
    call = cls.forward if native.framework == "torch" else cls.__call__
    assert bare(signature(native.then)) == bare(inspect.signature(call), drop_self=True)


@pytest.mark.parametrize("native", [n for n in FOREIGN if n.aliases], ids=lambda n: n.name)
def test_aliases_are_the_same_function(native: Native) -> None:
    function = installed(native)
    for alias in native.aliases:
        path, _, short = alias.rpartition(".")
        other = getattr(resolve(path), short)
        assert other is function or bare(signature_of(other)) == bare(signature_of(function))


def test_a_wrong_record_would_be_caught() -> None:
    need("torch")
    from dataclasses import replace

    native = NATIVES["torch.nn.functional.cross_entropy"]
    wrong = replace(native, args=native.args[:-1])
    assert bare(signature(wrong.args)) != bare(signature_of(installed(native)))
