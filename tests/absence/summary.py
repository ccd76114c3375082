"""A plugin for the whole suite: what is not there is not searched for examples, and what ran is counted.

A run with frameworks hidden fails if fewer tests passed than `tests/data/alone.json` says, so that none
passes by skipping everything. These numbers may only grow.

`python tests --alone` runs NumPy alone, then each framework. What passed with nothing but NumPy is not
run again three times: with one framework more it does the same, unless it asks what is installed.
"""

import ast
import inspect
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.absence.hiding import FRAMEWORKS

ROOT = Path(__file__).resolve().parents[2]
LEAST = ROOT / "tests" / "data" / "alone.json"
COMES_WITH = {name: framework for framework, names in FRAMEWORKS.items() for name in names}
BESIDE = ("scipy", "sklearn")  # without these, too, fewer tests can run
GONE = re.compile(r"Skipped: (?:could not import ')?([\w.-]+)(?: is not installed|': )")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = f"fail if fewer tests pass than {LEAST.name} says of a run with this framework alone"
    parser.addoption("--least", action="store_true", help=text)
    text = "the tests that passed with NumPy alone: written by that run, left out by others"
    parser.addoption("--passed", default="", metavar="FILE", help=text)


@cache
def missing(package: str) -> bool:
    return find_spec(package) is None


def needed(path: Path) -> set[str]:
    """The packages that importing a file needs, and which are not there."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return {name for name in names if missing(name)}


def unread(files: Iterable[Path]) -> dict[Path, set[str]]:
    """The files whose examples cannot be run, with what is missing."""
    found = {path: needed(path) for path in files if not path.name.startswith("test_")}
    return {path: names for path, names in found.items() if names}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A module that cannot be imported here has no examples to run; a test says itself what it needs."""
    if collection_path.suffix == ".py" and unread([collection_path]):
        return True
    return None


def alone() -> str:
    """What a run is called in alone.json: its one framework, and what else is missing; '' if several."""
    there = [name for name in FRAMEWORKS if not missing(name)]
    if len(there) > 1:
        return ""
    gone = [name for name in BESIDE if missing(name)]
    return " without ".join([*(there or ["numpy"]), *filter(None, [", ".join(gone)])])


def skipped(reports: Iterable[Any]) -> Counter[str]:
    """How many were skipped by which missing framework or package, and how many for another reason."""
    found: Counter[str] = Counter()
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        told = GONE.match(reason)
        package = told[1].partition(".")[0] if told else ""
        found[COMES_WITH.get(package, package)] += 1
    return found


def shortfall(run: str, passed: int, least: dict[str, int]) -> str:
    """What is wrong with the number of tests that passed; '' if nothing is.

    A run with several frameworks has no number that it must reach.
    """
    if not run:
        return ""
    if run not in least:
        return f"{LEAST.name} has no number for {run!r}"
    if passed < least[run]:
        return f"{passed} tests passed with {run} alone; at least {least[run]} have to"
    return ""


def asks(code: CodeType) -> bool:
    """Whether a test looks itself for what is installed, so that it does more where more is."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return bool({"INSTALLED", "find_spec"} & set(code.co_names)) or any(map(asks, inner))


def before(config: pytest.Config) -> frozenset[str]:
    """The tests that passed with NumPy alone, in a run with another framework."""
    file = config.option.passed
    if not file or alone().startswith("numpy"):
        return frozenset()
    return frozenset(Path(file).read_text(encoding="utf-8").splitlines())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what passed with NumPy alone, and would do nothing else with one framework more."""
    passed = before(config)
    left = [
        item
        for item in items
        if item.nodeid in passed and not (isinstance(item, pytest.Function) and asks(_code(item)))
    ]
    items[:] = [item for item in items if item not in set(left)]
    config.hook.pytest_deselected(items=left)


def _code(item: pytest.Function) -> CodeType:
    code: CodeType = inspect.unwrap(item.function).__code__
    return code


def passed(config: pytest.Config) -> set[str]:
    """The tests that passed, in this run or before it with NumPy alone."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("passed", ()) if reporter else ()
    failed = reporter.stats.get("failed", ()) if reporter else ()
    return ({report.nodeid for report in reports} | before(config)) - {r.nodeid for r in failed}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which too few tests passed, and keep what passed with NumPy alone."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    found = passed(config)
    if config.option.passed and alone().startswith("numpy"):
        Path(config.option.passed).write_text("\n".join(sorted(found)), encoding="utf-8")
    if config.option.least and shortfall(alone(), len(found), least()) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def least() -> dict[str, int]:
    found: dict[str, int] = json.loads(LEAST.read_text(encoding="utf-8"))
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    gone = skipped(terminalreporter.stats.get("skipped", ()))
    if not set(gone) - {""} and not config.option.least:
        return
    terminalreporter.section("what is not installed")
    number = len(passed(config))
    for line in _lines(number, len(before(config)), gone):
        terminalreporter.write_line(line)
    if config.option.least:
        run = alone()
        enough = f"{run} alone: {least()[run]} have to pass" if run in least() else ""
        several = "" if run else "several frameworks: there is no number that has to pass"
        terminalreporter.write_line(shortfall(run, number, least()) or enough or several)


def _lines(passed: int, before: int, gone: Counter[str]) -> Iterator[str]:
    counts = [f"{number} without {name}" for name, number in gone.most_common() if name]
    counts += [f"{gone['']} for other reasons"] if gone[""] else []
    some = f", {before} of them before, with NumPy alone" if before else ""
    yield f"{passed} tests passed{some}; skipped: {', '.join(counts) or 'none'}"
    files = unread((ROOT / "xlogits").rglob("*.py"))
    if files:
        names = Counter(name for names in files.values() for name in names)
        told = ", ".join(f"{number} that import {name}" for name, number in names.most_common())
        yield f"files that were not searched for examples: {told}"
