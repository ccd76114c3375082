"""`python compare speed scan [TREE ...]`: CPU time of searching a tree, against ruff's of checking it.

Also whether the search finds what parsing every file whole finds. Without a tree, one is made of the
Python files of packages that are installed here.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from compare import RESULTS
from compare.port.search import missed
from compare.speed.main import machine
from compare.speed.pairs import Ratio, compare
from xlogits.port.decide.rendering import Choices
from xlogits.port.document import ported
from xlogits.port.read.calls import Finder
from xlogits.port.read.scan import may_hold
from xlogits.port.read.text import Text, Unreadable, decoded
from xlogits.port.read.tree import NEVER, files
from xlogits.translation.language import language

GOAL = 1.5
WAY = "torch", "jax"
PACKAGES = ("torch", "tensorflow", "keras", "jax", "optax", "sklearn", "scipy", "sympy", "numpy")


class Sites(NamedTuple):
    """The calls that are found in a tree, with the byte filter and without it."""

    files: int
    megabytes: float
    read: int  # files that the filter lets through
    found: int  # places, with the filter
    whole: int  # places, with every file parsed
    lost: tuple[str, ...]  # places that only the second finds
    missed: tuple[str, ...]  # calls that a search for imported names sees, and the report does not
    seconds: float  # CPU time of parsing and searching every file


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed scan", description=__doc__)
    parser.add_argument("tree", nargs="*", help="directories with Python files")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        tree = options.tree or gathered(Path(folder))
        ratio, sites = measured(tree, options.pairs), searched(tree)
    text = render(ratio, sites, [] if options.tree else PACKAGES)
    print(text)
    content = {"machine": machine(), "ratio": ratio._asdict(), "sites": sites._asdict()}
    (options.output / "scan.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "scan.md").write_text(text)
    return int(ratio.median > GOAL or bool(sites.lost or sites.missed))


def gathered(folder: Path) -> list[str]:
    """Copies of the Python files of installed packages, but for folders that either side leaves out."""
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            continue
        root = Path(spec.submodule_search_locations[0])
        for path in root.rglob("*.py"):
            inside = path.relative_to(root)
            if not NEVER & set(inside.parts):
                (folder / name / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / name / inside)
    return [str(folder)]


def measured(tree: list[str], pairs: int) -> Ratio:
    """The command, start and all, against ruff looking for imports that are not used."""
    source, target = WAY
    port = [sys.executable, "-m", "xlogits", "port", *tree, "--from", source, "--to", target]
    port += ["--check", "--no-ignore", "--report", os.devnull]
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--exit-zero"]
    ruff += ["--select", "F401", "--quiet", *tree]
    return compare(
        *("xlogits port --check", lambda: seconds(port)),
        *("ruff check --select F401", lambda: seconds(ruff), pairs),
    )


def seconds(command: list[str]) -> float:
    """CPU time of a command, all its threads together."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def searched(tree: list[str]) -> Sites:
    """Every place of every file, the ones behind the filter apart."""
    choices = Choices(*map(language, WAY))
    paths = [path for path in files(tree, ignore=False) if path.suffix == ".py"]
    data = {path: path.read_bytes() for path in paths}
    read = {path for path in paths if may_hold(data[path], sorted(choices.frameworks))}
    start = time.process_time()
    whole = {path: list(_places(data[path], choices)) for path in paths}
    taken = time.process_time() - start
    lost = [f"{path}:{at}" for path in paths if path not in read for at in whole[path]]
    seen = (ported(str(path), data[path], choices) for path in paths)
    absent = [f"{d.name}:{line} {name}" for d in seen for line, name in missed(d, choices)]
    size = sum(map(len, data.values())) / 1e6
    found = sum(len(whole[path]) for path in read)
    counts = len(paths), size, len(read), found, sum(map(len, whole.values()))
    return Sites(*counts, tuple(lost), tuple(absent), taken)


def _places(data: bytes, choices: Choices) -> Iterator[str]:
    """Line and name of what the whole search finds in a file; none where it is not Python."""
    try:
        found = Finder(Text(decoded(data)[0]), choices.frameworks).found
    except (Unreadable, RecursionError):
        return
    for site in found.sites:
        yield f"{site.node.lineno} {site.native.name}"
    for maker in found.makers:
        yield f"{maker.made.lineno} {maker.native.name}"
    for left in found.left:
        yield f"{left.node.lineno} {left.name}"


def render(ratio: Ratio, sites: Sites, packages: Sequence[str]) -> str:
    """The results as Markdown."""
    of = f" of {', '.join(packages)}" if packages else ""
    lost = "\n".join(f"- only with every file parsed: {place}" for place in sites.lost)
    absent = "\n".join(f"- only by its import: {place}" for place in sites.missed)
    return f"""# Searching a large tree

{machine()}. Made by `python compare speed scan`: {sites.files} Python files{of},
{sites.megabytes:.0f} MB, searched for the losses of {WAY[0]} and every call translated to {WAY[1]}.
CPU time of all threads, both sides in turn; in brackets the 10th and the 90th percentile of the pairs.

| what | against | ratio | | goal |
|---|---|---:|---|---:|
| `{ratio.name}` | `{ratio.against}` | {ratio.median:.2f} \
| [{ratio.low:.2f}, {ratio.high:.2f}], {ratio.pairs} pairs | {GOAL} |

The bytes of {sites.read} files say that they may hold a call. In these the search finds {sites.found}
places; with every file parsed and searched whole, which takes {sites.seconds:.0f} s instead of
{ratio.seconds:.0f} s, it finds {sites.whole}. Calls that are lost to the filter: {len(sites.lost)}.
Calls that a search for imported names alone sees, and the report does not: {len(sites.missed)}.
{lost}{absent}
"""
