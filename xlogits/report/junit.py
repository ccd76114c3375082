"""The report as JUnit XML, which every CI system can show."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from xlogits.report.results import DIFFERS, KNOWN, REFUSED, UNAVAILABLE, Cell, Results
from xlogits.report.summary import backends
from xlogits.report.text import number, plain

LINES = 50  # of cells listed in one test; the page has them all
SKIPS = frozenset({UNAVAILABLE, REFUSED})


def render(results: Results) -> str:
    """One suite for each backend and one for the ledger, one test for each way of calling."""
    suites = [_suite(name, _of_backend(results, name)) for name in backends(results)]
    suites.append(_suite("ledger", _of_ledger(results)))
    root = ET.Element("testsuites", name="xlogits parity", time=f"{results.seconds:.3f}")
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(name: str, tests: Iterable[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=plain(name))
    suite.extend(tests)
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": 0,
        "skipped": len(suite.findall("testcase/skipped")),
    }
    for key, count in counts.items():
        suite.set(key, str(count))
    return suite


def _of_backend(results: Results, backend: str) -> Iterator[ET.Element]:
    cells = sorted((c for c in results.cells if c.backend == backend), key=_identity)
    for (native, variant, device, dtype, mode), group in groupby(cells, key=_identity):
        yield _test(native, f"{variant} [{device} {dtype} {mode}]", list(group))


def _identity(cell: Cell) -> tuple[str, str, str, str, str]:
    return cell.native, cell.variant, cell.device, cell.dtype, cell.mode


def _test(native: str, name: str, cells: list[Cell]) -> ET.Element:
    test = ET.Element("testcase", classname=plain(native), name=plain(name), time="0")
    differing = [cell for cell in cells if cell.outcome == DIFFERS]
    if differing:
        message = f"{len(differing)} of {len(cells)} cells differ"
        ET.SubElement(test, "failure", message=message, type=DIFFERS).text = _lines(differing)
    elif all(cell.outcome in SKIPS for cell in cells):
        outcomes = " and ".join(sorted({cell.outcome for cell in cells}))
        ET.SubElement(test, "skipped", message=f"{outcomes}: {plain(cells[0].why)}")
    accepted = [cell for cell in cells if cell.outcome == KNOWN]
    if accepted:
        ET.SubElement(test, "system-out").text = "known divergences:\n" + _lines(accepted)
    return test


def _lines(cells: list[Cell]) -> str:
    lines = [
        plain(f"{c.case}, {c.quantity}: {c.why} (ours {_eps(c.ours)}, native {_eps(c.theirs)})")
        for c in cells[:LINES]
    ]
    more = [f"and {len(cells) - LINES} more"] if len(cells) > LINES else []
    return "\n".join(lines + more)


def _eps(error: float | None) -> str:
    return "none" if error is None else f"{number(error)} eps"


def _of_ledger(results: Results) -> Iterator[ET.Element]:
    """One test that the ledger is in order, or one failure for each stale row."""
    if not results.stale:
        yield ET.Element("testcase", classname="ledger", name="no row is stale", time="0")
    for entry in results.stale:
        test = ET.Element("testcase", classname="ledger", name=plain(entry), time="0")
        message = "no cell needs this row any more: take it out of the ledger"
        ET.SubElement(test, "failure", message=message, type="stale").text = plain(entry)
        yield test
