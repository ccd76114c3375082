"""What a name stands for where it is used, by Python's rules: `:=`, `global`, `nonlocal`, classes."""

import ast
from typing import Any

import pytest

from tests.port.porting import port_of
from xlogits.port.read.scopes import Scopes
from xlogits.port.read.text import Text

IMPORT = "import torch.nn as nn\nimport torch.nn.functional as F\n"
WALRUS = """
def f(x):
    [F := OTHER for _ in "a"]
    return F.softmax(x, 1)
"""
WALRUS_DEEPER = """
def f(x):
    [[F := OTHER for _ in "a"] for _ in "a"]
    return F.softmax(x, 1)
"""
COMPREHENSION = """
def f(x):
    [F for F in [OTHER]]
    return F.softmax(x, 1)
"""
GLOBAL = """
def f(x):
    F = OTHER
    def g():
        global F
        return F.softmax(x, 1)
    return g()
"""
AROUND = GLOBAL.replace("global F", "pass")
NONLOCAL = """
def f(x):
    F = None
    def g():
        nonlocal F
        F = OTHER
    g()
    return F.softmax(x, 1)
"""
PAST_A_CLASS = """
def f(x):
    F = None
    class C:
        def g(self):
            nonlocal F
            F = OTHER
    C().g()
    return F.softmax(x, 1)
"""
NONLOCAL_OF_ANOTHER = """
def h():
    F = None
    def g():
        nonlocal F
        F = OTHER
    g()
def f(x):
    h()
    return F.softmax(x, 1)
"""
OF_A_CLASS = """
class C:
    F = OTHER
    def g(x):
        return F.softmax(x, 1)
f = C.g
"""

# texts, and whether the name means the module at the end, which Python itself is asked below
TEXTS = [
    (WALRUS, False),
    (WALRUS_DEEPER, False),
    (COMPREHENSION, True),
    (GLOBAL, True),
    (AROUND, False),
    (NONLOCAL, False),
    (PAST_A_CLASS, False),
    (NONLOCAL_OF_ANOTHER, True),
    (OF_A_CLASS, True),
]


class Module:
    """In the place of torch.nn.functional, or of something else with a function of that name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def softmax(self, x: Any, dim: int) -> str:
        return self.name


@pytest.mark.parametrize(("text", "torch"), TEXTS)
def test_names_are_looked_up_as_python_does(text: str, torch: bool) -> None:
    names: dict[str, Any] = {"F": Module("torch"), "OTHER": Module("other")}
    exec(text, names)  # our own text
    assert names["f"](None) == ("torch" if torch else "other")
    done = port_of(IMPORT + text, "torch", "jax")
    assert ("jax.nn.softmax(x" in done.after.decode()) == torch


GIVEN_BY_GLOBAL = """
def g():
    global c
    c = other
c = nn.MSELoss()
a = c(x, y)
"""
GIVEN_BY_NONLOCAL = """
def f():
    c = nn.MSELoss()
    def g():
        nonlocal c
        c = other
    return c(x, y)
"""


@pytest.mark.parametrize("text", [GIVEN_BY_GLOBAL, GIVEN_BY_NONLOCAL])
def test_a_name_that_another_function_gives_a_value_is_left(text: str) -> None:
    (left,) = port_of(IMPORT + text, "torch", "keras").left
    assert "has other values too" in left.why
    own = text.replace("global c", "pass").replace("nonlocal c", "pass")
    assert not port_of(IMPORT + own, "torch", "keras").left


def test_every_use_of_a_nonlocal_name_is_seen() -> None:
    """The one in the inner function has the new order of arguments, too."""
    text = GIVEN_BY_NONLOCAL.replace("c = other", "return c(x, y)").replace("MSE", "CrossEntropy")
    done = port_of(IMPORT + text, "torch", "keras").after.decode()
    assert done.count("return c(y, x)") == 2
    assert "c(x, y)" not in done


def test_a_nonlocal_name_belongs_to_the_nearest_function_that_has_it() -> None:
    text = """
c = 0
def outer():
    c = 1
    def middle():
        def inner():
            nonlocal c
            c = 2
        return c
"""
    scopes = Scopes(Text(text).tree)
    (use,) = [n for n in scopes.uses if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    values = [b.value for b in scopes.bindings("c", use)]
    assert [v.value for v in values if isinstance(v, ast.Constant)] == [1, 2]
    assert len(scopes.of_module("c")) == 1
