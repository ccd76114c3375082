"""The pytest plugin: tests over all backends, markers for each, a report of every comparison.

It is loaded in every run of pytest in an environment that has xlogits, so it imports neither NumPy nor
a framework, and leaves alone what does not use it.
"""

from collections.abc import Iterator

import pytest

from xlogits.frameworks import installed, version
from xlogits.testing import marks, options
from xlogits.testing.backend import DEVICES, Backend

WANTED = pytest.StashKey[list[options.Wanted]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    for line in marks.MARKERS.values():
        config.addinivalue_line("markers", line)
    config.stash[WANTED] = options.wanted(config)
    config.pluginmanager.register(_fixtures(config.stash[WANTED]), "xlogits-fixtures")
    if options.report_asked(config) and not config.option.collectonly:
        from xlogits.testing.reporter import Reporter

        on_worker = hasattr(config, "workerinput")  # the controller checks the paths, and writes
        paths = [] if on_worker else options.report_paths(config)
        config.pluginmanager.register(Reporter(config, paths, _versions(config)), "xlogits-report")


def _fixtures(wanted: list[options.Wanted]) -> object:
    """A holder of the fixture, which pytest itself parametrises, so that others may override it."""
    params = [
        pytest.param(backend, id=str(backend), marks=[pytest.mark.skip(reason=why)] if why else [])
        for backend, why in wanted
    ]

    class Fixtures:
        @pytest.fixture(params=params)
        def xlogits_backend(self, request: pytest.FixtureRequest) -> Iterator[Backend]:
            """Every backend in turn: `name`, `device`, `array(x, dtype=None)`, `numbers(array)`."""
            yield from _on_its_device(request.param)

    return Fixtures()


def _on_its_device(backend: object) -> Iterator[Backend]:
    from xlogits.testing.making import has, on_device

    if not isinstance(backend, Backend):
        pytest.fail(f"{marks.FIXTURE} is {backend!r}; expected xlogits.testing.Backend(name)")
    if not has(backend.name, backend.device):
        pytest.skip(f"{backend.name} finds no device {backend.device}")
    with on_device(backend.name, backend.device):
        yield backend


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marks.check(metafunc.definition, metafunc.fixturenames)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = marks.apply(items)
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=left_out)


def pytest_report_header(config: pytest.Config) -> str:
    said = [f"{name} {number}".strip() for name, number in _versions(config).items()]
    devices = ", ".join(dict.fromkeys(w.backend.device for w in config.stash[WANTED]))
    absent = [name for name in DEVICES if not installed(name)]
    more = f"; not installed: {', '.join(absent)}" if absent else ""
    return f"xlogits: {', '.join(said) or 'no backend'} on {devices}{more}"


def _versions(config: pytest.Config) -> dict[str, str]:
    """The backends of this run with their versions."""
    names = dict.fromkeys(w.backend.name for w in config.stash[WANTED] if not w.missing)
    return {name: version(name) for name in names}
