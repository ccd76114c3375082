"""`python compare speed kernels`: large arrays on NumPy, against PyTorch's and SciPy's own functions.

On one processor, float32; CPU time of both sides in turn, in one process. Memory is what NumPy
allocates at most during a call, over the size of the logits, the result itself left out.
"""

import argparse
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare.speed.main import machine
from compare.speed.pairs import compare, one_processor, timed

HERE = Path(__file__).resolve().parent
SIZES = (8192, 1000), (512, 50257), (256, 128256)
FORWARD, FAR, BOTH = "loss of each item", "the same, all logits near -1000", "value and gradient"
FUNCTIONS = "logsumexp", "log_softmax", "softmax"
# at most, for each size
GOALS = {
    FORWARD: (0.8, 0.45, 0.45),
    FAR: (1.3, 0.65, 0.6),
    BOTH: (0.5, 0.3, 0.3),
    "logsumexp": (0.25, 0.25, 0.25),
    "log_softmax": (0.55, 0.55, 0.55),
    "softmax": (0.6, 0.6, 0.6),
}


class Row(NamedTuple):
    """One function at one size: our time and memory."""

    what: str
    against: str
    size: tuple[int, int]
    ratio: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    pairs: int
    goal: float
    memory: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed kernels", description=__doc__)
    parser.add_argument("--pairs", type=int, default=15, help="measurements of each side")
    parser.add_argument("--output", type=Path, default=HERE)
    options = parser.parse_args(arguments)
    one_processor()
    rows = [row for size in SIZES for row in measure(size, options.pairs)]
    text = render(rows)
    print(text)
    content = {"machine": machine(), "rows": [row._asdict() for row in rows]}
    (options.output / "kernels.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "kernels.md").write_text(text)
    return 0


def measure(size: tuple[int, int], pairs: int) -> Iterator[Row]:
    """Every function at one size, each against what its framework does on arrays of its own."""
    for what, against, ours, theirs, result in _sides(size):
        found = compare(what, timed(ours), against, timed(theirs), pairs)
        goal = GOALS[what][SIZES.index(size)]
        memory = (_allocated(ours) - result) / (4 * size[0] * size[1])
        yield Row(what, against, size, found.median, found.low, found.high, pairs, goal, memory)


def _sides(
    size: tuple[int, int],
) -> Iterator[tuple[str, str, Callable[[], Any], Callable[[], Any], int]]:
    """What is measured: its name, the other's, ours, the other, and the bytes of the result."""
    import numpy as np
    import scipy.special
    import torch

    import xlogits as xl

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=size).astype(np.float32), rng.integers(0, size[1], size[0])
    labels, cross_entropy = torch.tensor(y), torch.nn.functional.cross_entropy
    native = "F.cross_entropy"
    for what, logits in ((FORWARD, x), (FAR, x - np.float32(1000))):
        given = torch.tensor(logits)
        yield (
            *(what, native, lambda logits=logits: xl.softmax_cross_entropy(logits, y)),
            lambda given=given: cross_entropy(given, labels, reduction="none"),
            4 * size[0],
        )
    leaf = torch.tensor(x, requires_grad=True)
    both = xl.value_and_grad(xl.softmax_cross_entropy)
    yield (
        *(BOTH, native, lambda: both(x, y, reduction="mean")),
        *(lambda: torch.autograd.grad(cross_entropy(leaf, labels), leaf), x.nbytes),
    )
    for name in FUNCTIONS:
        ours, theirs = getattr(xl, name), getattr(scipy.special, name)
        result = 4 * size[0] if name == "logsumexp" else x.nbytes
        yield (
            *(name, f"scipy.special.{name}", lambda ours=ours: ours(x, axis=-1)),
            *(lambda theirs=theirs: theirs(x, axis=-1), result),
        )


def _allocated(function: Callable[[], Any]) -> int:
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def render(rows: Sequence[Row]) -> str:
    """The results as Markdown."""
    lines = [
        "# NumPy on large arrays",
        "",
        f"{machine()}; one processor, float32. Our CPU time over that of the other function, on arrays",
        "of its own framework: the median ratio, in brackets the 10th and 90th percentile of the pairs.",
        "Memory beside the result, over the size of the logits. Made by `python compare speed kernels`.",
        "",
        "| what | against | size | ratio | | goal | memory |",
        "|---|---|---|---:|---|---:|---:|",
    ]
    for row in rows:
        size = " x ".join(map(str, row.size))
        spread = f"[{row.low:.2f}, {row.high:.2f}], {row.pairs} pairs"
        lines.append(
            f"| {row.what} | `{row.against}` | {size} | {row.ratio:.2f} | {spread} | {row.goal} "
            f"| {row.memory:.3f} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
