"""Timing that survives a noisy machine: both sides in turn, many times, and the ratio of each pair."""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Ratio(NamedTuple):
    """How long one thing takes when another takes 1: the median of the pairs, and their spread."""

    name: str
    against: str
    median: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    seconds: float  # median of the first side, for scale only
    pairs: int


def compare(
    name: str, measure: Callable[[], float], against: str, base: Callable[[], float], pairs: int
) -> Ratio:
    """Run two measurements alternately; each returns the seconds it took."""
    measure(), base()  # warm the caches of both
    taken = []
    for number in range(pairs):
        first, second = (measure, base) if number % 2 else (base, measure)
        a, b = first(), second()
        taken.append((a, b) if number % 2 else (b, a))
    ratios = sorted(a / b for a, b in taken)
    tenths = statistics.quantiles(ratios, n=10)
    return Ratio(
        *(name, against, statistics.median(ratios), tenths[0], tenths[-1]),
        *(statistics.median(a for a, _ in taken), pairs),
    )


def one_processor() -> None:
    """Stay on one, asked before a framework counts them: threads that wait cost CPU time too."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def timed(
    function: Callable[[], Any], clock: Callable[[], float] = time.process_time
) -> Callable[[], float]:
    """A measurement of the processor time that a call takes, or of another clock's."""

    def run() -> float:
        start = clock()
        function()
        return clock() - start

    return run


def waited(function: Callable[[], Any]) -> Callable[[], float]:
    """A measurement of the time until a call returns."""
    return timed(function, time.perf_counter)
