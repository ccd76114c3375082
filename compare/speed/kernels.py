"""`python compare speed kernels`: large arrays on NumPy, against PyTorch's and SciPy's own functions.

On one processor, float32; CPU time of both sides in turn, in one process. Measured twice: with the
allocator as it is, which gives large arrays back and has the kernel clear their pages at the next
call, and with one that keeps them. Memory is what NumPy allocates at most during a call, over the
size of the logits, the result itself left out. Then two threads against one: in wall time.
"""

import argparse
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compare import RESULTS
from compare.speed.main import machine
from compare.speed.pairs import compare, one_processor, timed, waited
from compare.speed.process import child
from compare.speed.table import render

SIZES = (8192, 1000), (512, 50257), (256, 128256)
FORWARD, FAR, DENSE = "loss of each item", "the same, all logits near -1000", "dense labels"
BOTH, OUT = "value and gradient", "value and gradient, `out=`"
SIGMOID = "sigmoid cross-entropy"
FUNCTIONS = "logsumexp", "log_softmax", "softmax"
# at most, for each size
GOALS = {
    FORWARD: (0.8, 0.45, 0.45),
    FAR: (1.3, 0.65, 0.6),
    OUT: (0.5, 0.3, 0.3),
    "logsumexp": (0.25, 0.25, 0.25),
    "log_softmax": (0.55, 0.55, 0.55),
    "softmax": (0.6, 0.6, 0.6),
}
KEPT = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"


class Row(NamedTuple):
    """One function at one size: our time and memory."""

    what: str
    against: str
    size: tuple[int, int]
    ratio: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    pairs: int
    goal: float | None
    memory: float | None


class Side(NamedTuple):
    """What is measured: ours, the other's name, the other, and the bytes of the result."""

    what: str
    ours: Callable[[], Any]
    against: str
    theirs: Callable[[], Any]
    result: int


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed kernels", description=__doc__)
    parser.add_argument("--pairs", type=int, default=15, help="measurements of each side")
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    plain, kept = (_child("rows", options.pairs, tunables) for tunables in ("", KEPT))
    threads = _child("threads", options.pairs, "")
    load = max(load, os.getloadavg()[0])
    text = render(machine(), plain, kept, threads, load)
    print(text)
    content = {"machine": machine(), "load": load}
    for name, rows in (("rows", plain), ("kept", kept), ("threads", threads)):
        content[name] = [row._asdict() for row in rows]
    (options.output / "kernels.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "kernels.md").write_text(text)
    return 0


def measure(size: tuple[int, int], pairs: int) -> Iterator[Row]:
    """Every function at one size, each against what its framework does on arrays of its own."""
    for side in sides(size):
        found = compare(side.what, timed(side.ours), side.against, timed(side.theirs), pairs)
        goals = GOALS.get(side.what)
        goal = None if goals is None else goals[SIZES.index(size)]
        memory = (_allocated(side.ours) - side.result) / (4 * size[0] * size[1])
        spread = found.median, found.low, found.high
        yield Row(side.what, side.against, size, *spread, pairs, goal, memory)


def sides(size: tuple[int, int]) -> Iterator[Side]:
    import numpy as np
    import torch

    import xlogits as xl

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(size, np.float32), rng.integers(0, size[1], size[0])
    labels, cross_entropy = torch.tensor(y), torch.nn.functional.cross_entropy
    native = "F.cross_entropy"
    for what, logits in ((FORWARD, x), (FAR, x - np.float32(1000))):
        given = torch.from_numpy(logits)
        yield Side(
            *(what, lambda logits=logits: xl.softmax_cross_entropy(logits, y), native),
            *(lambda given=given: cross_entropy(given, labels, reduction="none"), 4 * size[0]),
        )
    leaf = torch.tensor(x, requires_grad=True)
    both, out = xl.value_and_grad(xl.softmax_cross_entropy), np.empty_like(x)
    other = native, lambda: torch.autograd.grad(cross_entropy(leaf, labels), leaf)
    yield Side(BOTH, lambda: both(x, y, reduction="mean"), *other, x.nbytes)
    yield Side(OUT, lambda: both(x, y, reduction="mean", out=out), *other, 0)
    yield from _dense(x)
    yield from _functions(x)


def _dense(x: Any) -> Iterator[Side]:
    """Labels with one number for each class."""
    import numpy as np
    import torch

    import xlogits as xl

    labels = np.random.default_rng(1).random(x.shape, np.float32)
    given, q = torch.from_numpy(x), torch.from_numpy(labels)
    functional, options = torch.nn.functional, {"reduction": "none"}
    yield Side(
        *(DENSE, lambda: xl.softmax_cross_entropy(x, labels), "F.cross_entropy"),
        *(lambda: functional.cross_entropy(given, q, **options), 4 * len(x)),
    )
    logistic = functional.binary_cross_entropy_with_logits
    yield Side(
        *(SIGMOID, lambda: xl.sigmoid_cross_entropy(x, labels), f"F.{logistic.__name__}"),
        *(lambda: logistic(given, q, **options), x.nbytes),
    )


def _functions(x: Any) -> Iterator[Side]:
    import scipy.special

    import xlogits as xl

    for name in FUNCTIONS:
        ours, theirs = getattr(xl, name), getattr(scipy.special, name)
        yield Side(
            *(name, lambda ours=ours: ours(x, axis=-1), f"scipy.special.{name}"),
            *(lambda theirs=theirs: theirs(x, axis=-1), len(x) * 4 if "exp" in name else x.nbytes),
        )


def measure_threads(size: tuple[int, int], pairs: int) -> Iterator[Row]:
    """Threads as they come against one, by the clock."""
    import numpy as np

    import xlogits as xl

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(size, np.float32), rng.integers(0, size[1], size[0])
    both, out = xl.value_and_grad(xl.softmax_cross_entropy), np.empty_like(x)

    def with_threads(count: str, function: Callable[[], Any]) -> Callable[[], float]:
        def run() -> float:
            os.environ["XLOGITS_THREADS"] = count
            return waited(function)()

        return run

    for what, run in (
        (FORWARD, lambda: xl.softmax_cross_entropy(x, y)),
        (OUT, lambda: both(x, y, reduction="mean", out=out)),
    ):
        found = compare(what, with_threads("", run), "1", with_threads("1", run), pairs)
        spread = found.median, found.low, found.high
        goal = 1 / 1.4 if size[0] * size[1] >= 2**24 else 1.0
        yield Row(what, "one thread", size, *spread, pairs, goal, None)


def _allocated(function: Callable[[], Any]) -> int:
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _child(part: str, pairs: int, tunables: str) -> list[Row]:
    environment = {"GLIBC_TUNABLES": tunables} if tunables else {}
    rows = child("compare.speed.kernels", part, str(pairs), environment=environment)
    return [Row(**row) for row in rows]


if __name__ == "__main__":
    part, count = sys.argv[1], int(sys.argv[2])
    if part == "rows":
        one_processor()
    measured = measure if part == "rows" else measure_threads
    found = [row._asdict() for size in SIZES for row in measured(size, count)]
    print(json.dumps(found))
