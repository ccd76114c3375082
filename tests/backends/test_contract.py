"""Every backend module has the names of the protocol, all of them and no other, and takes what it says.

mypy says the same of the text of a module; here it is said of the module that runs, whose decorated
functions mypy sees as anything.
"""

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

from tests.conftest import ROOT, need
from xlogits.backends import numpy as xp
from xlogits.backends.protocol import Namespace

FOLDERS = sorted(path.parent.name for path in (ROOT / "xlogits/backends").glob("*/__init__.py"))
VALUES = {name: kind for name, kind in get_type_hints(Namespace).items() if name[0] != "_"}
METHODS = {n: f for n, f in vars(Namespace).items() if inspect.isfunction(f) and n[0] != "_"}
# names that a framework may have nothing for, each with the type of what it may have
OPTIONAL = {
    name: get_args(get_type_hints(found.fget)["return"])[0]
    for name, found in vars(Namespace).items()
    if isinstance(found, property)
}
CONTRACT = {*VALUES, *METHODS, *OPTIONAL}


def public(module: ModuleType) -> set[str]:
    """What is public in a module: names without an underscore, but for modules, and for what it has
    from the protocol itself or from outside of the backends (errors, and names of types)."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and (home := getattr(value, "__module__", module.__name__)) != Namespace.__module__
        and home.startswith("xlogits.backends.")
    }


def parameters(function: Callable[..., Any]) -> list[tuple[str, bool]]:
    """The parameters but for `self`, and which of them may be left out."""
    taken = inspect.signature(function).parameters.values()
    return [(p.name, p.default is not p.empty) for p in taken if p.name != "self"]


def complaints(module: ModuleType) -> list[str]:
    """In what a module breaks the contract."""
    missing = CONTRACT - set(vars(module))
    found = [f"{name} is missing" for name in sorted(missing)]
    found += [f"{name} is not in the protocol" for name in sorted(public(module) - CONTRACT)]
    for name, kind in VALUES.items():
        if name not in missing and not isinstance(getattr(module, name), kind):
            found.append(f"{name} is no {kind.__name__}")
    for name, wanted in METHODS.items():
        own = getattr(module, name, None)
        if name not in missing and own is None:
            found.append(f"{name} is None")
        elif own is not None and parameters(own) != parameters(wanted):
            found.append(f"{name} takes {inspect.signature(own)}, not {inspect.signature(wanted)}")
    for name, wanted in OPTIONAL.items():
        own = getattr(module, name, None)
        if own is not None and not takes(own, len(get_args(wanted)[0])):
            found.append(f"{name} takes {inspect.signature(own)}, not {wanted}")
    return found


def takes(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("framework", FOLDERS)
def test_a_backend_keeps_the_contract(framework: str) -> None:
    need(framework)
    assert complaints(importlib.import_module(f"xlogits.backends.{framework}")) == []


def scratch(**names: Any) -> ModuleType:
    """NumPy's module once more, with some names standing for something else."""
    module = ModuleType("xlogits.backends.scratch")
    vars(module).update(vars(xp) | names)
    return module


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_a_module_that_lacks_a_name_is_refused(name: str) -> None:
    module = scratch()
    assert complaints(module) == []
    delattr(module, name)
    assert complaints(module) == [f"{name} is missing"]


@pytest.mark.parametrize("value", [None, 1.0, xp.exp])
def test_a_module_with_one_name_more_is_refused(value: Any) -> None:
    assert complaints(scratch(relu=value)) == ["relu is not in the protocol"]
    assert complaints(scratch(_relu=value)) == []


@pytest.mark.parametrize("value", [Namespace, pytest, Callable, complaints])
def test_what_is_from_elsewhere_is_not_public(value: Any) -> None:
    assert complaints(scratch(relu=value)) == []


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_nothing_is_for_names_that_may_have_it(name: str) -> None:
    said = (
        []
        if name in OPTIONAL
        else [f"{name} is no {VALUES[name].__name__}"]
        if name in VALUES
        else [f"{name} is None"]
    )
    assert complaints(scratch(**{name: None})) == said


@pytest.mark.parametrize("name", sorted({*METHODS, *OPTIONAL}))
def test_a_function_of_other_parameters_is_refused(name: str) -> None:
    (said,) = complaints(scratch(**{name: lambda one_of_another_name: None}))
    assert said.startswith(f"{name} takes (one_of_another_name), not ")


def test_a_parameter_that_has_to_be_given_is_another_one() -> None:
    assert complaints(scratch(sum=lambda x, axis, keepdims: x)) != []
    assert complaints(scratch(sum=lambda x, axis=None, keepdims=False: x)) == []
