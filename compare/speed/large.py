"""`python compare speed large`: large arrays, eager, value alone and with its gradient.

Time is CPU time of both sides in turn, on one processor and in one process for each framework; memory
is the peak of a fresh process over what it held before the call.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import RESULTS
from compare.speed.main import machine
from compare.speed.pairs import compare, one_processor, timed
from compare.speed.process import child, status

MODULE = "compare.speed.large"
SIZES = (8192, 1000), (512, 50257)
FRAMEWORKS = "torch", "tensorflow", "jax"
LABELS = "index labels", "dense labels"
WAYS = "value", "gradient"
GOAL = 1.05


class Row(NamedTuple):
    """One call at one size: our time and peak memory over those of the native call."""

    framework: str
    size: tuple[int, int]
    what: str
    way: str
    time: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    pairs: int
    memory: float
    megabytes: float  # of the native call


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed large", description=__doc__)
    parser.add_argument("--pairs", type=int, default=9, help="measurements of each side")
    parser.add_argument("--frameworks", default=",".join(FRAMEWORKS), help="separated by commas")
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    rows = [
        measure(framework, size, what, way, options.pairs)
        for framework in options.frameworks.split(",")
        for size in SIZES
        for what in LABELS
        for way in WAYS
    ]
    text = render(rows)
    print(text)
    content = {"machine": machine(), "rows": [row._asdict() for row in rows]}
    (options.output / "large.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "large.md").write_text(text)
    return 0


def measure(framework: str, size: tuple[int, int], what: str, way: str, pairs: int) -> Row:
    given = framework, *map(str, size), what, way
    taken = child(MODULE, "time", *given, str(pairs))
    ours, native = (
        statistics.median(child(MODULE, "memory", *given, str(side)) for _ in range(3))
        for side in (0, 1)  # what compiling takes is in it too, and not always the same
    )
    return Row(framework, size, what, way, *taken, pairs, ours / native, native)


def render(rows: Sequence[Row]) -> str:
    """The results as Markdown."""
    lines = [
        "# Large arrays",
        "",
        f"{machine()}; one processor, float32, eager. The loss of each item, or the gradient of their",
        "mean by the logits; our CPU time over the native call's (in brackets the 10th and 90th",
        f"percentile of the pairs), and our peak memory over its. At most {GOAL} was the goal for both.",
        "Made by `python compare speed large`.",
        "",
        "| framework | size | labels | | time | | memory | native MB |",
        "|---|---|---|---|---:|---|---:|---:|",
    ]
    for r in rows:
        size = " x ".join(map(str, r.size))
        lines.append(
            f"| {r.framework} | {size} | {r.what.split()[0]} | {r.way} | {r.time:.2f} "
            f"| [{r.low:.2f}, {r.high:.2f}], {r.pairs} pairs | {r.memory:.2f} | {r.megabytes:.0f} |"
        )
    return "\n".join([*lines, ""])


def _in_child(
    what: str, framework: str, items: str, classes: str, labels: str, way: str, last: str
) -> Any:
    one_processor()
    if what == "memory":
        small = _sides(framework, 8, 16, labels, way)
        small[int(last)]()
    sides = _sides(framework, int(items), int(classes), labels, way)
    if what == "memory":
        before = status("VmRSS")
        sides[int(last)]()
        return max(status("VmHWM") - before, 1) / 1024
    found = compare("", timed(sides[0]), "", timed(sides[1]), int(last))
    return found.median, found.low, found.high


def _sides(
    framework: str, items: int, classes: int, labels: str, way: str
) -> list[Callable[[], Any]]:
    """Our call and the native one."""
    from compare.speed.sides import gradients, losses

    every = losses if way == "value" else gradients
    sides = next(s for s in every(framework, items, classes) if s.what == labels)
    if framework != "jax":
        return [sides.ours, sides.native]
    from jax import block_until_ready  # a call returns before it is done

    return [lambda: block_until_ready(sides.ours()), lambda: block_until_ready(sides.native())]


if __name__ == "__main__":
    print(json.dumps(_in_child(*sys.argv[1:])))
