"""What a run of pytest asks of the plugin, on the command line or in its ini file."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from xlogits.frameworks import FRAMEWORKS, installed
from xlogits.testing.backend import DEVICES, Backend

KNOWN = {
    "backends": tuple(DEVICES),
    "device": tuple(dict.fromkeys(device for some in DEVICES.values() for device in some)),
}
HELP = {
    "backends": "backends of the fixture xlogits_backend, with commas between: "
    f"{', '.join(KNOWN['backends'])}; default: all that are installed",
    "device": f"devices of the fixture xlogits_backend, with commas between: "
    f"{', '.join(KNOWN['device'])}; default: cpu",
    "report": "write every parity assertion with its largest error to PATH.html and PATH.json; "
    "a PATH that ends in .html or .json is written alone",
}


class Wanted(NamedTuple):
    """One parameter of the fixture; `missing` says why it cannot run, and is empty where it can."""

    backend: Backend
    missing: str = ""


def add(parser: pytest.Parser) -> None:
    """The options and their ini twins."""
    group = parser.getgroup("xlogits", "parity between frameworks (xlogits)")
    for name, text in HELP.items():
        metavar = "PATH" if name == "report" else name.upper()
        group.addoption(f"--xlogits-{name}", metavar=metavar, default=None, help=text)
    parser.addini("xlogits_backends", HELP["backends"], type="args", default=[])
    parser.addini("xlogits_device", HELP["device"], type="args", default=[])
    parser.addini("xlogits_report", HELP["report"], default="")


def wanted(config: pytest.Config) -> list[Wanted]:
    """Every backend on every device that it can have, in a fixed order.

    A backend that is not installed is an error where the command line asks for it. Where the ini file
    does, which also holds for people who have not installed everything, its tests are skipped.

    Raises:
        pytest.UsageError: an unknown name, none at all, or one that is not installed.
    """
    names, source = _asked(config, "backends")
    devices = _asked(config, "device")[0] or ["cpu"]
    missing = {name: _missing(name) for name in names if not installed(name)}
    if missing and source.startswith("--"):
        raise pytest.UsageError(f"{source}: {'; '.join(missing.values())}")
    found = [
        Wanted(Backend(name, device), f"{missing[name]} ({source})" if name in missing else "")
        for name in names or filter(installed, DEVICES)
        for device in devices
        if device in DEVICES[name]
    ]
    if not found:
        said = ", ".join(names) or "the backends that are installed"
        raise pytest.UsageError(f"--xlogits-device={','.join(devices)}: none of {said} can use it")
    return found


def _missing(name: str) -> str:
    extra = f": pip install 'xlogits[{name}]'" if FRAMEWORKS[name].megabytes else ""
    return f"{name} is not installed{extra}"


def _asked(config: pytest.Config, name: str) -> tuple[list[str], str]:
    """The names in an option, else in its ini twin, in a fixed order, and where they are from."""
    given = config.getoption(f"xlogits_{name}")
    texts: Sequence[str] = [given] if given is not None else config.getini(f"xlogits_{name}")
    source = _source(config, name)
    words = [word for text in texts for word in text.replace(",", " ").split()]
    known = KNOWN[name]
    for word in words if words or not texts else [""]:
        if word not in known:
            raise pytest.UsageError(
                f"{source}: {word!r} is no {name.removesuffix('s')}; expected {', '.join(known)}"
            )
    return [word for word in known if word in words], source


def _source(config: pytest.Config, name: str) -> str:
    """Where an option is from, for messages."""
    given = config.getoption(f"xlogits_{name}")
    if given is not None:
        return f"--xlogits-{name}={given}"
    return f"xlogits_{name} in {config.inipath.name if config.inipath else 'the ini file'}"


def report_asked(config: pytest.Config) -> bool:
    """Whether a report is to be written."""
    return config.getoption("xlogits_report") is not None or bool(config.getini("xlogits_report"))


def report_paths(config: pytest.Config) -> list[Path]:
    """The files to write: the page and the JSON beside each other, or the one that is named.

    A path of the command line starts where pytest was called, one of the ini file at that file.

    Raises:
        pytest.UsageError: a path that cannot be written, or a page without Jinja2.
    """
    given = config.getoption("xlogits_report")
    text = config.getini("xlogits_report") if given is None else given
    root = config.inipath.parent if config.inipath else config.rootpath
    start = root if given is None else config.invocation_params.dir
    base = Path(os.path.normpath(start / Path(text).expanduser()))
    both = base.suffix not in (".html", ".json")
    paths = [base.with_name(base.name + end) for end in (".html", ".json")] if both else [base]
    problem = _unwritable(text, base)
    if not problem and any(path.suffix == ".html" for path in paths) and not installed("jinja2"):
        problem = "the page needs Jinja2: pip install 'xlogits[report]', or name a .json file"
    if problem:
        raise pytest.UsageError(f"{_source(config, 'report')}: {problem}")
    return paths


def _unwritable(text: str, base: Path) -> str:
    if not text.strip() or text.endswith(("/", os.sep)) or base.is_dir():
        return f"{text!r} is no file; expected one, such as reports/parity"
    existing = next(folder for folder in base.parents if folder.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return ""
    return f"{existing} is no folder that can be written to"
