"""What the tests share: the frameworks that are installed, and arrays of each."""

import importlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from xlogits.frameworks import BACKENDS, installed

# their assertions say as much as those of tests
pytest.register_assert_rewrite("tests.data.claimed", "tests.losses.agreement")

# files and programs to be ported, and a module that Python imports when it starts: no examples to run
collect_ignore = ["port/golden", "data/programs", "absence/startup"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with suppress(ImportError):  # loaded after TensorFlow, Triton's library crashes the interpreter
    importlib.import_module("triton.knobs")

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = BACKENDS
INSTALLED = tuple(filter(installed, FRAMEWORKS))


FLOATS = ("float16", "bfloat16", "float32", "float64")


class Framework(NamedTuple):
    """A framework under test: its name, how to make its arrays and how to read them."""

    name: str
    array: Callable[..., Any]
    numbers: Callable[[Any], np.ndarray]

    def arrays(self, operands: dict[str, Any], dtype: str = "float64") -> dict[str, Any]:
        return {k: v if v is None else self.array(v, dtype) for k, v in operands.items()}


def framework(name: str) -> Framework:
    from xlogits.parity import engines

    engine = engines.load(name)

    def array(x: Any, dtype: str = "float64") -> Any:
        if dtype in FLOATS and dtype not in engine.dtypes("cpu"):  # NumPy's bfloat16 is a package
            pytest.skip(f"{name} has no {dtype} here")
        return engine.array(x, dtype, "cpu")

    return Framework(name, array, engine.numbers)


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that are long on one framework are long there; nightly ones run if they are asked for.

    JAX compiles every operation for every shape: what takes it many seconds is a long test.
    """
    for item in items:
        given = getattr(item, "callspec", None)
        framework = given.params.get("fw") if given else None
        if any(mark.args[0] == framework for mark in item.iter_markers("long_on")):
            item.add_marker(pytest.mark.long)
    if "nightly" not in config.option.markexpr:
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        items[:] = [item for item in items if item not in nightly]
        config.hook.pytest_deselected(items=nightly)


@pytest.fixture(params=FRAMEWORKS)
def fw(request: pytest.FixtureRequest) -> Framework:
    """Every framework in turn; one that is not installed is skipped by name."""
    if request.param not in INSTALLED:
        pytest.skip(f"{request.param} is not installed")
    return framework(request.param)


def need(*names: str) -> None:
    """Skip, saying what is missing, unless these packages are installed."""
    for name in names:
        if not installed(name):
            pytest.skip(f"{name} is not installed")


def label(value: object) -> str:
    """What a row of a test is called, the same in every process."""
    return re.sub(r" at 0x\w+", "", str(value))[:60]
