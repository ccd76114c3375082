"""The markers of the plugin: a test on some backends only, skipped on some, failing on some."""

from collections.abc import Iterator
from typing import Any

import pytest

from xlogits.testing.backend import Backend
from xlogits.testing.options import KNOWN

FIXTURE = "xlogits_backend"
MARKERS = {
    "xlogits_only": "xlogits_only(*backends, device=None): run a test on these backends of the "
    "fixture xlogits_backend, or on this device, only",
    "xlogits_skip": "xlogits_skip(*backends, device=None, reason=''): skip a test on these backends "
    "of the fixture xlogits_backend, or on this device",
    "xlogits_xfail": "xlogits_xfail(*backends, device=None, reason='', raises=None): a test fails on "
    "these backends of the fixture xlogits_backend, or on this device; that it passes there is a "
    "failure (always strict)",
}
OPTIONS = {
    "xlogits_only": {"device"},
    "xlogits_skip": {"device", "reason"},
    "xlogits_xfail": {"device", "reason", "raises"},
}


def check(definition: Any, names: list[str]) -> None:
    """Fail the collection of a test whose markers say nothing, or something unknown."""
    for mark in definition.iter_markers():
        if mark.name in MARKERS:
            problem = _problem(mark)
            if not problem and mark in definition.own_markers and FIXTURE not in names:
                problem = f"the test does not use the fixture {FIXTURE}"
            if problem:
                said = MARKERS[mark.name].partition(":")[0]
                pytest.fail(f"{definition.nodeid}: {said}: {problem}", pytrace=False)


def _problem(mark: pytest.Mark) -> str:
    for name in mark.args:
        if name not in KNOWN["backends"]:
            return f"{name!r} is no backend; expected {', '.join(KNOWN['backends'])}"
    for name in mark.kwargs:
        if name not in OPTIONS[mark.name]:
            return f"{name}= is unknown; expected {', '.join(sorted(OPTIONS[mark.name]))}"
    device = mark.kwargs.get("device")
    if device is not None and device not in KNOWN["device"]:
        return f"{device!r} is no device; expected {', '.join(KNOWN['device'])}"
    return "" if mark.args or device else "names no backend and no device"


def apply(items: list[pytest.Item]) -> list[pytest.Item]:
    """Mark every test by the backend it runs on; those that were not selected, for deselecting."""
    left_out = []
    for item in items:
        backend = getattr(getattr(item, "callspec", None), "params", {}).get(FIXTURE)
        if not isinstance(backend, Backend):
            continue
        only = item.get_closest_marker("xlogits_only")
        if only is not None and not _names(only, backend):
            left_out.append(item)
        for mark in _meant(item, "xlogits_skip", backend):
            item.add_marker(pytest.mark.skip(reason=_reason(mark, backend)))
        for mark in _meant(item, "xlogits_xfail", backend):
            more = {name: x for name, x in mark.kwargs.items() if name == "raises"}
            made = pytest.mark.xfail(reason=_reason(mark, backend), strict=True, **more)
            item.add_marker(made)
    return left_out


def _meant(item: pytest.Item, name: str, backend: Backend) -> Iterator[pytest.Mark]:
    return (mark for mark in item.iter_markers(name) if _names(mark, backend))


def _names(mark: pytest.Mark, backend: Backend) -> bool:
    device = mark.kwargs.get("device")
    return (not mark.args or backend.name in mark.args) and device in (None, backend.device)


def _reason(mark: pytest.Mark, backend: Backend) -> str:
    return str(mark.kwargs.get("reason") or f"{mark.name} on {backend}")
