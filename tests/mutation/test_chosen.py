"""Mutants are made of every file of the losses; what is left out takes along what is built on it."""

import pytest

from tests.conftest import ROOT
from tests.mutation.chosen import SOON, TESTS, without
from tests.mutation.mutants import FILES


def test_every_file_of_the_losses_has_mutants() -> None:
    losses = {path for path in (ROOT / "xlogits/losses").rglob("*.py") if path.stem != "__init__"}
    assert losses <= set(FILES)
    assert ROOT / "xlogits/losses/parts/axes.py" in losses
    assert ROOT / "xlogits/losses/linear/layer.py" in losses


def test_the_tests_are_there() -> None:
    assert all((ROOT / test).is_file() for test in TESTS)
    assert len([test for test in TESTS if test.endswith(SOON)]) == len(SOON)


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        (["defaults"], {"defaults"}),  # a test, which nothing is built on
        (["small"], {"error_words", "refusals"}),  # data
        (["turns"], {"bounds_and_ties", "unknown_sizes"}),
        (["losses"], {"against_reference", "options", "bounds_and_ties", "unknown_sizes"}),
        (["small", "defaults"], {"error_words", "refusals", "defaults"}),
    ],
)
def test_what_is_built_on_a_file_goes_with_it(words: list[str], gone: set[str]) -> None:
    left = without(words)
    assert set(TESTS) - set(left) == {f"tests/losses/test_{name}.py" for name in gone}


def test_a_file_that_nothing_is_built_on_is_no_control() -> None:
    with pytest.raises(SystemExit, match="is called reports or built on it"):
        without(["reports"])
