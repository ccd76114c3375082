"""Every backend module has the names of the protocol, all of them and no other, and takes what it says.

mypy says the same of the text of a module; here it is said of the module that runs, whose decorated
functions mypy sees as anything.
"""

import ast
import collections.abc
import importlib
import inspect
import typing
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from tests.conftest import ROOT, label, need
from xlogits.backends import numpy as xp
from xlogits.backends import protocol
from xlogits.backends.protocol import Namespace
from xlogits.errors import require_labels

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
TYPES = {"Array", "Filler", "Namespace", "Shape"}  # of the protocol


def public(module: ModuleType) -> set[str]:
    """What is public in a module, wherever it comes from: names without an underscore, but for its own
    files, for modules that a plain `import` names, and for the names of types under which they are
    known. A `__getattr__` makes any name public."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    plain = [node.names for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = {alias.asname or alias.name.partition(".")[0] for names in plain for alias in names}
    return {
        name
        for name, value in vars(module).items()
        # what pytest adds to the modules of a plugin begins with @
        if (name[0] not in "_@" or name == "__getattr__")
        and not (isinstance(value, ModuleType) and (name in modules or _is_part(value, module)))
        and not any(vars(home).get(name, home) is value for home in (typing, collections.abc))
        and not (name in TYPES and value is getattr(protocol, name))
    }


def _is_part(value: ModuleType, module: ModuleType) -> bool:
    return value.__name__.startswith(f"{module.__name__}.")


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """The parameters but for `self`: what each is called, how it is passed, and its default."""
    taken = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in taken if p.name != "self"]


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
        elif own is not None and not callable(own):
            found.append(f"{name} is no function")
        elif own is not None and parameters(own) != parameters(wanted):
            found.append(f"{name} takes {inspect.signature(own)}, not {inspect.signature(wanted)}")
    for name, wanted in OPTIONAL.items():
        own = getattr(module, name, None)
        if own is not None and not callable(own):
            found.append(f"{name} is no function")
        elif own is not None and not takes(own, len(get_args(wanted)[0])):
            found.append(f"{name} takes {inspect.signature(own)}, not {wanted}")
    return found


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function takes this number of arguments by their places, and says each of them."""
    signature = inspect.signature(function)
    if any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
        return False
    try:
        signature.bind(*range(count))
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


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1.0, "relu", [1], xp.exp, np.exp, np.maximum, partial(xp.exp), require_labels),
        *(
            Namespace,
            pytest.fixture,
            Callable,
            complaints,
            np.dtype("f4"),
            protocol.TWICE,
            np.linalg,
        ),
    ],
    ids=label,
)
def test_a_module_with_one_name_more_is_refused(value: Any) -> None:
    assert complaints(scratch(relu=value)) == ["relu is not in the protocol"]
    assert complaints(scratch(_relu=value)) == []


def test_a_module_that_makes_up_names_is_refused() -> None:
    (said,) = complaints(scratch(__getattr__=lambda name: 0))
    assert said == "__getattr__ is not in the protocol"


def test_types_under_their_names_are_not_public() -> None:
    types = {"Any": Any, "Callable": Callable, "Array": protocol.Array, "Namespace": Namespace}
    assert complaints(scratch(**types)) == []
    assert complaints(scratch(Array=np.ndarray)) == ["Array is not in the protocol"]
    assert complaints(scratch(TWICE=protocol.TWICE)) == ["TWICE is not in the protocol"]


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


@pytest.mark.parametrize(
    "other",
    [
        lambda x, axis, keepdims: x,
        lambda x, axis=None, keepdims=True: x,
        lambda x, axis=0, keepdims=False: x,
        lambda x, *, axis=None, keepdims=False: x,
        lambda x, /, axis=None, keepdims=False: x,
        lambda x, axis=None, keepdims=False, *more: x,
        lambda x, axis=None, keepdims=False, **more: x,
        lambda x, axis=None, keepdims=False, more=None: x,
        lambda x, keepdims=False, axis=None: x,
    ],
)
def test_a_parameter_that_is_passed_or_left_out_otherwise_is_another_one(other: Any) -> None:
    (said,) = complaints(scratch(sum=other))
    assert said.startswith("sum takes (x")
    assert complaints(scratch(sum=lambda x, axis=None, keepdims=False: x)) == []


def test_a_function_that_takes_anything_says_nothing() -> None:
    (said,) = complaints(scratch(apart=lambda *arrays: None))
    assert said.startswith("apart takes (*arrays), not ")
    assert complaints(scratch(apart=lambda x, y: None)) == []


@pytest.mark.parametrize("name", sorted({*METHODS, *OPTIONAL}))
def test_what_is_no_function_is_told_by_its_name(name: str) -> None:
    assert complaints(scratch(**{name: 3})) == [f"{name} is no function"]
