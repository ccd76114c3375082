"""`python compare speed linear`: a linear layer and cross-entropy, in chunks against in two steps.

Value and gradients by hidden states and weight. Time is CPU time of both sides in turn, in one process
for each framework; memory is the peak of a fresh process over what it held before the call.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import RESULTS
from compare.speed.main import machine
from compare.speed.pairs import compare, one_processor, timed
from compare.speed.process import child, status

MODULE = "compare.speed.linear"
ITEMS, FEATURES, CLASSES = 2048, 512, 32000
# at most: time, memory
GOALS = {"numpy": (1.0, 0.2), "torch": (1.1, 0.2), "tensorflow": (1.25, 0.6), "jax": (1.25, 0.35)}
SIDES = "in chunks", "in two steps"


class Row(NamedTuple):
    """One framework: how much of the time and memory of two steps chunks take, and the megabytes."""

    framework: str
    time: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    pairs: int
    memory: float
    megabytes: float
    megabytes_of_two_steps: float
    difference: float  # largest between the two values and gradients, over the largest number


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed linear", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7, help="measurements of each side")
    parser.add_argument("--frameworks", default=",".join(GOALS), help="separated by commas")
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    rows = [measure(name, options.pairs) for name in options.frameworks.split(",")]
    text = render(rows)
    print(text)
    content = {"machine": machine(), "sizes": [ITEMS, FEATURES, CLASSES]}
    content["rows"] = [row._asdict() for row in rows]
    (options.output / "linear.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "linear.md").write_text(text)
    return 0


def measure(framework: str, pairs: int) -> Row:
    """One framework, in processes of its own."""
    taken = child(MODULE, "time", framework, str(pairs))
    held = [child(MODULE, "memory", framework, side) for side in SIDES]
    return Row(
        framework, **taken, memory=held[0] / held[1], **dict(zip(MEGABYTES, held, strict=True))
    )


MEGABYTES = "megabytes", "megabytes_of_two_steps"


def render(rows: Sequence[Row]) -> str:
    """The results as Markdown."""
    lines = [
        "# A linear layer and cross-entropy, in chunks",
        "",
        f"{machine()}. {ITEMS} items, {FEATURES} features, {CLASSES} classes, float32, the mean and its",
        "gradients by hidden states and weight: `xl.linear_softmax_cross_entropy` over the framework's",
        "own two steps, on one processor. Time: the median ratio of CPU time, in brackets the 10th and",
        "90th percentile of the pairs. Memory: peak over what was held before.",
        "Made by `python compare speed linear`.",
        "",
        "| framework | time | | goal | memory | MB | of | goal | largest difference |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        goals = GOALS[row.framework]
        lines.append(
            f"| {row.framework} | {row.time:.2f} | [{row.low:.2f}, {row.high:.2f}], {row.pairs} pairs "
            f"| {goals[0]} | {row.memory:.2f} | {row.megabytes:.0f} | {row.megabytes_of_two_steps:.0f} "
            f"| {goals[1]} | {row.difference:.1e} |"
        )
    return "\n".join([*lines, ""])


def _in_child(what: str, framework: str, argument: str) -> Any:
    one_processor()
    from compare.speed.layer import arrays, difference, steps

    chunks, whole = (steps(framework, side == SIDES[0]) for side in SIDES)
    given = arrays(framework, ITEMS, FEATURES, CLASSES)
    if what == "memory":
        small = arrays(framework, 8, FEATURES, 64)
        chosen = chunks if argument == SIDES[0] else whole
        chosen(*small)
        before = status("VmRSS")
        chosen(*given)
        return (status("VmHWM") - before) / 1024
    found = compare(
        "", timed(lambda: chunks(*given)), "", timed(lambda: whole(*given)), int(argument)
    )
    apart = difference(chunks(*given), whole(*given))
    ratio = {"time": found.median, "low": found.low, "high": found.high, "pairs": found.pairs}
    return ratio | {"difference": apart}


if __name__ == "__main__":
    print(json.dumps(_in_child(*sys.argv[1:])))
