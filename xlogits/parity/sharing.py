"""A run of the matrix shared among several processes, which say how far they are."""

import gc
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from queue import Empty
from threading import Event, Thread
from typing import Any

from xlogits.frameworks import BACKENDS, installed
from xlogits.parity import engines, excuses
from xlogits.parity.matrix import Matrix
from xlogits.parity.plan import Selection
from xlogits.parity.warned import counted
from xlogits.report.progress import Progress
from xlogits.report.results import Results, merge

SHARDS = 5  # for each process: who is done early takes another
_queue: Any = None  # in a process of the pool: where it says how far it is


def among(jobs: int, selection: Selection, progress: Progress) -> Results:
    """The selection in shards, shared among processes; `progress` is told of all of them as one."""
    started = time.perf_counter()
    progress.parts = SHARDS * jobs
    shards = [replace(selection, shard=(i, progress.parts)) for i in range(1, progress.parts + 1)]
    spawn = get_context("spawn")
    queue = spawn.Queue()
    progress("starting the processes", 0, 0)
    with (
        _telling(progress, queue),
        ProcessPoolExecutor(jobs, spawn, initializer=_begin, initargs=(queue,)) as pool,
    ):
        results = merge(list(pool.map(_of_shard, shards)))
    results.seconds = time.perf_counter() - started
    results.complete = selection.complete
    results.stale = excuses.stale(results.cells) if results.complete else []
    return results


@contextmanager
def _telling(progress: Progress, queue: Any) -> Iterator[None]:
    """Meanwhile, what processes put into the queue goes to `progress`.

    A process that was killed may have left the half of a message, which is waited for without an end:
    so the thread is none that Python waits for.
    """
    over = Event()

    def listen() -> None:
        while not over.is_set():
            try:
                said = queue.get(timeout=0.2)
            except Empty:
                continue
            progress(*said)

    listener = Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        over.set()
        listener.join(timeout=1)


def _begin(queue: Any) -> None:
    """What a process does first."""
    global _queue
    _queue = queue


def _of_shard(selection: Selection) -> Results:
    part, _ = selection.shard

    def say(what: str, done: float, total: float) -> None:
        _queue.put((what, done, total, part))

    with counted() as warned:
        for name in filter(installed, BACKENDS):
            engines.load(name)
        # frameworks are a million objects that stay: looking through them takes a tenth of the time
        gc.freeze()
        gc.set_threshold(100_000, 20, 50)
        results = Matrix(selection, progress=say).run()
    results.warned = dict(warned)
    return results
