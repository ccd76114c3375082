"""The table of `python compare speed kernels`."""

from collections.abc import Sequence
from typing import Any

_ABOUT = (
    "",
    "One processor, float32. Our CPU time over that of the other function, on arrays of its own",
    "framework: the median ratio, in brackets the 10th and 90th percentile of the pairs; then the same",
    "with an allocator that keeps its pages (`GLIBC_TUNABLES`), where the other function clears none.",
    "Memory beside the result, over the size of the logits. Made by `python compare speed kernels`.",
    "",
    "| what | against | size | ratio | | pages kept | | goal | memory |",
    "|---|---|---|---:|---|---:|---|---:|---:|",
)
_SHARED = (
    " **The processors were shared with other work:**\n"
    "where a spread is wide the medians say little, and those of two threads nothing; measure again."
)
_THREADS = (
    "",
    "## Two threads",
    "",
    "Wall time as it comes over `XLOGITS_THREADS=1`; from 16,777,216 numbers on there are two threads.",
    "",
    "| what | size | ratio | | goal |",
    "|---|---|---:|---|---:|",
)


def render(
    machine: str, plain: Sequence[Any], kept: Sequence[Any], threads: Sequence[Any], load: float
) -> str:
    """The results as Markdown: rows of the same functions with either allocator, and of threads."""
    shared = _SHARED if load > 1.5 else ""
    lines = ["# NumPy on large arrays", "", f"{machine}; load average {load:.1f}.{shared}", *_ABOUT]
    for row, other in zip(plain, kept, strict=True):
        goal = "" if row.goal is None else row.goal
        lines.append(
            f"| {row.what} | `{row.against}` | {_size(row)} | {row.ratio:.2f} | {_spread(row)}, "
            f"{row.pairs} pairs | {other.ratio:.2f} | {_spread(other)} | {goal} | {row.memory:.3f} |"
        )
    lines += _THREADS
    for row in threads:
        spread = f"{_spread(row)}, {row.pairs} pairs"
        lines.append(f"| {row.what} | {_size(row)} | {row.ratio:.2f} | {spread} | {row.goal:.2f} |")
    return "\n".join([*lines, ""])


def _size(row: Any) -> str:
    return " x ".join(map(str, row.size))


def _spread(row: Any) -> str:
    return f"[{row.low:.2f}, {row.high:.2f}]"
