"""The report of a test run: what every test compared, from this process or from all workers."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from xlogits import __version__
from xlogits.report.files import write
from xlogits.testing.record import listening

FIELD = "xlogits_parity"  # of pytest's reports of tests, which xdist sends from workers
SERIOUS = ("error", "failed", "rerun", "xpassed", "xfailed", "skipped", "passed")
SAME, EXPECTED, DIFFERS = "same", "expected", "differs"


class Reporter:
    """Keeps what the tests compare and writes it, to no path on a worker."""

    def __init__(self, config: pytest.Config, paths: list[Path], versions: dict[str, str]) -> None:
        self.config, self.paths, self.versions = config, paths, versions
        self.found: list[dict[str, Any]] = []
        self.outcomes: dict[str, str] = {}
        self.unwritten = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        with listening() as self.kept:
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        """What was compared travels with the report of the phase in which it was."""
        report = yield
        setattr(report, FIELD, [one.plain() for one in self.kept])
        self.kept.clear()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        state = self.config.hook.pytest_report_teststatus(report=report, config=self.config)
        if state[0] in SERIOUS:
            known = self.outcomes.get(report.nodeid, state[0])
            self.outcomes[report.nodeid] = min(known, state[0], key=SERIOUS.index)
        for one in getattr(report, FIELD, ()):
            self.found.append({"test": report.nodeid, "phase": report.when, **one})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        run = self._run(int(exitstatus))
        try:
            for path in self.paths:
                write(path, _text(run, path))
        except OSError as error:
            self.unwritten = f"the report was not written: {error}"
            session.exitstatus = exitstatus or pytest.ExitCode.INTERNAL_ERROR

    def _run(self, exitstatus: int) -> dict[str, Any]:
        """The whole report as JSON can hold it, in an order that workers do not change."""
        comparisons = [
            {
                **one,
                "outcome": self._outcome(one),
                "test_outcome": self.outcomes.get(one["test"], ""),
            }
            for one in sorted(self.found, key=lambda one: one["test"])
        ]
        return {
            "xlogits": __version__,
            "backends": self.versions,
            "exit_status": exitstatus,
            "tests": len({one["test"] for one in comparisons}),
            "counts": {
                name: sum(one["outcome"] == name for one in comparisons)
                for name in (DIFFERS, EXPECTED, SAME)
            },
            "comparisons": comparisons,
        }

    def _outcome(self, one: dict[str, Any]) -> str:
        if one["same"]:
            return SAME
        failed = self.outcomes.get(one["test"], "error") in ("error", "failed", "rerun")
        return DIFFERS if failed else EXPECTED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.unwritten:
            terminalreporter.write_line(f"xlogits: {self.unwritten}", red=True)
            return
        outcomes = [self._outcome(one) for one in self.found]
        differ = outcomes.count(DIFFERS)
        counts = f"{len(outcomes)} parity comparison{'s' if len(outcomes) != 1 else ''}, "
        counts += f"{differ} {'differs' if differ == 1 else 'differ'}"
        if EXPECTED in outcomes:
            counts += f", {outcomes.count(EXPECTED)} as expected"
        here = self.config.invocation_params.dir
        files = [str(p.relative_to(here) if p.is_relative_to(here) else p) for p in self.paths]
        terminalreporter.write_line(f"xlogits: {counts}: {' and '.join(files)}")


def _text(run: dict[str, Any], path: Path) -> str:
    if path.suffix == ".html":
        from xlogits.report import assertions

        return assertions.render(run)
    import json

    return json.dumps(run, indent=1, allow_nan=False) + "\n"
