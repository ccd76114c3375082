"""Published packages, ported: what comes of every loss call in code that other people wrote.

`python compare port` downloads the packages of `packages.txt` (sources only, nothing of them is
imported or run), ports every file from the framework it uses to another, runs each rewritten call
beside its original, and writes the split: rewritten and verified, rewritten but not run, left for a
person and why. A coarse search of its own looks for calls that the porter did not see at all.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import RESULTS
from compare.port.search import missed
from compare.port.writing import render
from xlogits.port.decide.change import LEFT, Change
from xlogits.port.decide.rendering import Choices
from xlogits.port.document import ported
from xlogits.port.read.tree import SUFFIXES
from xlogits.port.verify import verdicts
from xlogits.translation.language import language

HERE = Path(__file__).resolve().parent
DIRECTIONS = (
    *(("torch", "tensorflow"), ("tensorflow", "torch"), ("keras", "torch")),
    *(("jax", "torch"), ("numpy", "torch")),
)


class Site(NamedTuple):
    """One call in a published file, and what came of it."""

    package: str
    file: str
    line: int
    source: str
    target: str
    name: str
    outcome: str  # one of OUTCOMES
    why: str


NOTHING = "nothing of its own to run: a class that is handed on, or a sum or mean of a name"
OUTCOMES = ("verified", "not run", "withdrawn", "left", "missed")


def main(arguments: Sequence[str]) -> int:
    """Run the comparison; 1 if less than 95 % are verified or left with a reason."""
    parser = argparse.ArgumentParser(prog="python compare port", description=__doc__)
    parser.add_argument("--packages", type=Path, default=HERE / "packages.txt")
    parser.add_argument("--sources", type=Path, help="unpacked already: a directory per package")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        sources = options.sources or _download(options.packages, Path(folder))
        sites = [site for one in DIRECTIONS for site in _ported(sources, *one)]
    text = render(sites, OUTCOMES, options.packages.read_text().split())
    print(text)
    content = [site._asdict() for site in sites]
    (options.output / "port.json").write_text(json.dumps(content, indent=0) + "\n")
    (options.output / "port.md").write_text(text)
    counts = Counter(site.outcome for site in sites)
    return int(counts["verified"] + counts["left"] < 0.95 * len(sites))


def _download(packages: Path, folder: Path) -> Path:
    """The Python files of every package, unpacked; nothing is installed."""
    files = folder / "files"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--quiet", "--dest", str(files), "-r", str(packages)], check=True)
    for file in sorted(files.iterdir()):
        package = file.name.partition("-")[0].lower().replace("_", "-")
        with zipfile.ZipFile(file) as wheel:
            for name in wheel.namelist():
                if name.endswith(SUFFIXES):
                    wheel.extract(name, folder / "sources" / package)
    return folder / "sources"


def _ported(sources: Path, source: str, target: str) -> Iterator[Site]:
    """Every call of one framework in all packages, judged after all rewrites have been run."""
    choices = Choices(language(source), language(target))
    found: list[tuple[Path, Change]] = []
    unseen: list[tuple[Path, int, str]] = []
    for path in sorted(sources.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            document = ported(str(path), path.read_bytes(), choices)
            found += [(path, change) for change in document.changes]
            unseen += [(path, *one) for one in missed(document, choices)]
    proofs = [change.proof for _, change in found if change.proof is not None]
    judged = verdicts(proofs, choices.target.frameworks[0])

    def site(path: Path, line: int, name: str, outcome: str, why: str) -> Site:
        package, *rest = path.relative_to(sources).parts
        return Site(package, "/".join(rest), line, source, target, name, outcome, why)

    for path, change in found:
        outcome, why = _outcome(change, judged)
        yield site(path, change.line, change.name, outcome, why)
    for path, line, name in unseen:
        yield site(path, line, name, "missed", "")


def _outcome(change: Change, judged: dict[Any, dict[str, Any]]) -> tuple[str, str]:
    if change.mark == LEFT:
        return "left", change.why
    verdict = judged.get(change.proof)
    if verdict is None:
        return "not run", NOTHING
    if verdict["wrong"]:
        return "withdrawn", verdict["wrong"][0]
    return ("not run", verdict["skipped"]) if verdict["skipped"] else ("verified", "")
