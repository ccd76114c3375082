"""What is built and shown elsewhere: the description, the extras, the Pythons, the citation."""

import email
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests import child
from tests.conftest import ROOT
from xlogits import _bootstrap

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHONS = [
    found[1] for found in (re.search(r":: (3\.\d+)$", c) for c in PROJECT["classifiers"]) if found
]
PLATFORMS = [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
ADDRESS = "https://example.org/us/xlogits"


def relative(markdown: str) -> list[str]:
    """The targets in a text that lead nowhere on another page, written in any way."""
    targets = re.findall(r"\]\(([^)\s]+)", markdown)
    targets += re.findall(r"^\s*\[[^\]]+\]:\s*(\S+)", markdown, re.MULTILINE)
    targets += re.findall(r"(?:src|href)=[\"']([^\"']+)", markdown)
    return [target for target in targets if not re.match(r"https?://|mailto:|#", target)]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """hatch_build.py, also where hatchling is not installed."""
    interface: Any = ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = object
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_relative_links_are_seen() -> None:
    text = (
        '[a](b.md) ![c](d.png) <img src="e.svg"> [f](https://g.org) [h](#i) xs[0](1)\n[j]: k.md\n'
    )
    assert relative(text) == ["b.md", "d.png", "1", "k.md", "e.svg"]


def test_every_link_of_the_readme_leads_somewhere() -> None:
    assert len(relative(README)) > 5
    for target in relative(README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("address", ["", ADDRESS, f"{ADDRESS}/"])
def test_no_relative_link_is_left_in_the_description(hook: ModuleType, address: str) -> None:
    text = hook.described(README, address)
    assert relative(text) == []
    for before, after in zip(README.splitlines(), text.splitlines(), strict=True):
        linked = relative(before) or (address and "<this repository>" in before)
        assert (before != after) == bool(linked), before
    assert text.count(f"]({ADDRESS}/blob/HEAD/") == (len(relative(README)) if address else 0)
    assert ("git clone <this repository> xlogits" in text) == (not address)


def test_a_link_without_an_address_keeps_its_words(hook: ModuleType) -> None:
    text = "[all](a/b.md), [C.md](C.md), [site](https://x.org), [here](#top)"
    assert hook.described(text, "") == (
        "all (`a/b.md`), `C.md`, [site](https://x.org), [here](#top)"
    )


def test_the_hook_takes_the_address_from_the_project(hook: ModuleType) -> None:
    made = hook.Description()
    made.root = str(ROOT)
    for urls in ({}, {"urls": {"Repository": ADDRESS}}):
        metadata: dict[str, Any] = dict(urls)
        made.update(metadata)
        assert metadata["readme"]["content-type"] == "text/markdown"
        assert (f"({ADDRESS}/blob/HEAD/CONTRIBUTING.md)" in metadata["readme"]["text"]) == bool(
            urls
        )


def wanted(extra: str, python: str, platform: tuple[str, str]) -> set[str]:
    """What an extra asks for, without its own name for others, on a Python of a platform."""
    there = {"python_version": python, "python_full_version": f"{python}.0"}
    there |= dict(zip(("platform_system", "platform_machine"), platform, strict=True))
    found: set[str] = set()
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.marker is not None and not requirement.marker.evaluate(there):
            continue
        if requirement.name == "xlogits":
            assert requirement.marker is None  # hatchling drops it
            for other in requirement.extras:
                found |= wanted(other, python, platform)
        else:
            found.add(f"{requirement.name}{requirement.specifier}")
    return found


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
@pytest.mark.parametrize("python", PYTHONS)
def test_all_is_every_framework_that_there_is(python: str, platform: tuple[str, str]) -> None:
    parts = {
        e: wanted(e, python, platform) for e in ("torch", "tensorflow", "jax", "cli", "report")
    }
    assert len(parts["tensorflow"]) == 1
    if python == "3.14":
        parts.pop("tensorflow")
    others = {"scipy>=1.13", "scikit-learn>=1.5"}
    assert wanted("all", python, platform) == others.union(*parts.values())


def test_every_python_has_constraints_and_the_newest_is_tried() -> None:
    assert PYTHONS[0] == PROJECT["requires-python"].removeprefix(">=")
    files = {f"py{python.replace('.', '')}-cpu.txt" for python in PYTHONS}
    assert {path.name for path in (ROOT / "constraints").glob("*.txt")} == files
    mine = _bootstrap._constraints(ROOT)
    assert mine is not None
    assert f"{sys.version_info[0]}{sys.version_info[1]}" in mine.name
    for name in files - {"py311-cpu.txt"}:
        assert "\n-c py311-cpu.txt\n" in (ROOT / "constraints" / name).read_text()
    tried = re.search(r"python: \[(.*)\]", (ROOT / ".github/workflows/ci.yml").read_text())
    assert tried is not None
    found = re.findall(r'"(3\.\d+)"', tried[1])
    assert (found[0], found[-1]) == (PYTHONS[0], PYTHONS[-1])
    assert set(found) <= set(PYTHONS)


def test_the_citation_says_what_the_project_says() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    plain = " ".join(text.split())
    assert text.startswith("cff-version: 1.2.0\n")
    assert f"title: {PROJECT['name']} " in plain
    assert f"abstract: >- {PROJECT['description']} authors:" in plain
    assert f"name: {PROJECT['authors'][0]['name']} " in plain
    assert f"license: {PROJECT['license']} " in plain
    assert f"keywords: [{', '.join(PROJECT['keywords'])}]" in plain
    assert "version: 0" not in plain  # stands in one place less


@pytest.mark.long
def test_what_is_built(tmp_path: Path) -> None:
    """A source distribution of this tree, and the wheel that pip makes of it: needs an index."""
    tools = tmp_path / "tools"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run([*pip, "install", "--target", str(tools), "hatchling>=1.27"], check=True)
    there = child.environment(tools)
    subprocess.run(build, cwd=ROOT, env=there, check=True)
    (source,) = tmp_path.glob("*.tar.gz")
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True
    )
    (folder,) = (tmp_path / "site").glob("xlogits-*.dist-info")
    built = email.message_from_string((folder / "METADATA").read_text(encoding="utf-8"))
    description = built.get_payload()
    assert isinstance(description, str)
    assert built["Description-Content-Type"] == "text/markdown"
    assert description.startswith("# xlogits\n")
    assert relative(description) == []
    shown = [r for r in built.get_all("Requires-Dist", []) if "extra == 'all'" in r]
    assert len([r for r in shown if r.startswith("tensorflow")]) == 2
    for requirement in shown:
        assert requirement.startswith("tensorflow") == ("python_version < '3.14'" in requirement)
    assert (tmp_path / "site" / "xlogits" / "py.typed").exists()
