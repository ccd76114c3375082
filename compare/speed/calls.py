"""`python compare speed calls`: what one small call costs, 8 x 10 float32, over the native call.

The two sides run in turn, a few calls at a time, in a process of their own for each framework and on
one processor; wall time, for the least that a call can take is what counts here.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import RESULTS
from compare.speed.main import machine
from compare.speed.pairs import one_processor
from compare.speed.process import child

ITEMS, CLASSES, CALLS = 8, 10, 20
# at most, for index labels
GOALS = {"numpy": 0.65, "torch": 1.1, "tensorflow": 0.4, "jax": 1.15}


class Row(NamedTuple):
    """One call: the median ratio of the pairs, their spread, and what it adds, in nanoseconds."""

    framework: str
    what: str
    against: str
    ratio: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    added: float
    native: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed calls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=601, help="measurements of each side")
    parser.add_argument("--frameworks", default=",".join(GOALS), help="separated by commas")
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    rows = [r for name in options.frameworks.split(",") for r in measure(name, options.rounds)]
    text = render(rows, options.rounds)
    print(text)
    content = {"machine": machine(), "rounds": options.rounds}
    content["rows"] = [row._asdict() for row in rows]
    (options.output / "calls.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "calls.md").write_text(text)
    return 0


def measure(framework: str, rounds: int) -> list[Row]:
    rows = child("compare.speed.calls", framework, str(rounds))
    return [Row(framework, *row) for row in rows]


def render(rows: Sequence[Row], rounds: int) -> str:
    """The results as Markdown."""
    lines = [
        "# What a small call costs",
        "",
        f"{machine()}; {ITEMS} x {CLASSES}, float32, one processor. Our time over that of the native",
        f"call: the median of {rounds} pairs, in brackets the 10th and 90th percentile, and what is",
        "added, in nanoseconds. Made by `python compare speed calls`.",
        "",
        "| framework | call | against | ratio | | added | native | goal |",
        "|---|---|---|---:|---|---:|---:|---:|",
    ]
    for r in rows:
        goal = GOALS[r.framework] if r.what == "index labels" else ""
        lines.append(
            f"| {r.framework} | {r.what} | `{r.against}` | {r.ratio:.2f} | [{r.low:.2f}, {r.high:.2f}] "
            f"| {r.added:.0f} | {r.native:.0f} | {goal} |"
        )
    return "\n".join([*lines, ""])


def _in_child(framework: str, rounds: int) -> list[list[Any]]:
    one_processor()
    from compare.speed.sides import losses

    found: list[list[Any]] = []
    for what, against, *sides in losses(framework, ITEMS, CLASSES):
        for side in sides:
            for _ in range(50):
                side()
        taken: list[tuple[float, float]] = []
        for _ in range(rounds):
            pair = {}
            for number in random.sample((0, 1), 2):
                side, start = sides[number], time.perf_counter_ns()
                for _ in range(CALLS):
                    side()
                pair[number] = (time.perf_counter_ns() - start) / CALLS
            taken.append((pair[0], pair[1]))
        ratios = [ours / native for ours, native in taken]
        tenths = statistics.quantiles(ratios, n=10)
        added = statistics.median(ours - native for ours, native in taken)
        native = statistics.median(native for _, native in taken)
        row = [what, against, statistics.median(ratios), tenths[0], tenths[-1], added, native]
        found.append(row)
    return found


if __name__ == "__main__":
    print(json.dumps(_in_child(sys.argv[1], int(sys.argv[2]))))
