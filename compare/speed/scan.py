"""`python compare speed scan TREE`: CPU time of searching a tree, against ruff's of checking it."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from compare.speed.pairs import compare


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed scan", description=__doc__)
    parser.add_argument("tree", nargs="+", help="directories with Python files")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args(arguments)
    tree = options.tree
    port = [sys.executable, "-m", "xlogits", "port", *tree, "--from", "torch", "--to", "jax"]
    port += ["--check", "--no-ignore", "--report", os.devnull]
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--exit-zero"]
    ruff += ["--select", "F401", "--quiet", *tree]
    ratio = compare(
        *("xlogits port --check", lambda: seconds(port)),
        *("ruff check --select F401", lambda: seconds(ruff), options.pairs),
    )
    print(f"{ratio.name}: {ratio.median:.2f} times the CPU time of {ratio.against}")
    print(f"[{ratio.low:.2f}, {ratio.high:.2f}], {ratio.pairs} pairs, {ratio.seconds:.1f} s")
    return 0


def seconds(command: list[str]) -> float:
    """CPU time of a command, all its threads together."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
