"""All runs, and whether they are one curve.

A run is compared with the same descent in float64. The unit is the rounding of float32: the distance
of two losses, divided by the loss and by `EPS`.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from compare.digits.data import STEPS, Digits, Trained, digits
from compare.digits.frameworks import FRAMEWORKS, Framework, NumPy, Objective
from compare.digits.names import calls
from compare.digits.wrong import mistakes

BACKENDS = tuple(FRAMEWORKS)
NATIVE = "native "  # stands before the name of a loss that is not from xlogits
EPS = 2.0**-23
LIMIT = 8.0
NO_ADAPTER = "the digits have no adapter for it: add one to compare/digits/frameworks.py"

Key = tuple[str, str]  # a backend, and the name of a loss


@dataclass(frozen=True)
class Curves:
    """The losses of every run, and what they are compared with."""

    reference: Trained  # in float64
    wrong: dict[Key, Trained]  # on purpose
    runs: dict[Key, Trained] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)  # backends that are not installed
    seconds: dict[str, float] = field(default_factory=dict)  # by backend, import included

    @property
    def spread(self) -> np.ndarray:
        """The largest difference between any two runs, at each step."""
        if not self.runs:
            return np.full_like(self.reference.losses, np.nan)
        return np.ptp(np.array([run.losses for run in self.runs.values()]), axis=0)

    @property
    def largest(self) -> float:
        """The largest difference between any two runs at any step."""
        return float(np.max(self.spread))

    @property
    def largest_in_eps(self) -> float:
        """The same relative to the loss, in units of `EPS`."""
        return float(np.max(self.spread / self.reference.losses)) / EPS


def run(
    backends: Sequence[str] = BACKENDS,
    *,
    steps: int = STEPS,
    progress: Callable[[str], object] = lambda line: None,
) -> Curves:
    """Train under every name on these backends, and tell `progress` about each of them."""
    from threadpoolctl import threadpool_limits  # scikit-learn depends on it

    start = digits(steps)
    with threadpool_limits(1):  # NumPy's matrices are too small to share among threads
        curves = Curves(reference(start), wrong(start))
        for backend in backends:
            progress(_train(backend, start, curves))
    return curves


def _train(backend: str, start: Digits, curves: Curves) -> str:
    """Add the runs of a backend, or why there are none; and say which."""
    began = time.perf_counter()
    if backend not in FRAMEWORKS:
        curves.missing[backend] = NO_ADAPTER
        return f"{backend}: not run, {NO_ADAPTER}"
    try:
        framework = FRAMEWORKS[backend](start)
    except ImportError as error:
        curves.missing[backend] = str(error)
        return f"{backend}: not run, {error}"
    trained = {name: framework.train(loss) for name, loss in objectives(framework)}
    curves.runs.update({(backend, name): run for name, run in trained.items()})
    curves.versions.update(framework.versions)
    curves.seconds[backend] = time.perf_counter() - began
    return f"{backend}: {len(trained)} runs in {curves.seconds[backend]:.1f} s"


def objectives(framework: Framework) -> Iterator[tuple[str, Objective]]:
    """Every loss that is trained on a framework: its own, ours, and the dialects."""
    for name, objective in framework.natives.items():
        yield f"{NATIVE}{name}", objective
    for call in calls():
        yield call.name, framework.objective(call)


def reference(start: Digits) -> Trained:
    """The same descent in float64, by SciPy and by hand."""
    exact = NumPy(start.astype(np.float64))
    (native,) = exact.natives.values()
    return exact.train(native)


def wrong(start: Digits) -> dict[Key, Trained]:
    """The runs that are wrong on purpose."""
    numpy = NumPy(start)
    return {("numpy", name): numpy.train(loss) for name, loss in mistakes(start).items()}


def distance(run: Trained, exact: Trained) -> float:
    """How far a run is from the exact one where it is furthest, in `EPS` of the loss."""
    furthest = float(np.max(abs(run.losses - exact.losses) / exact.losses)) / EPS
    return math.inf if math.isnan(furthest) else furthest


def strays(runs: Mapping[Key, Trained], exact: Trained, limit: float = LIMIT) -> list[Key]:
    """The runs that are not the exact one up to rounding."""
    return [key for key, run in runs.items() if distance(run, exact) > limit]


def differs(curves: Curves, limit: float = LIMIT) -> bool:
    """Whether a run parts from the others; or a mistake does not, for then the check sees nothing.

    `LIMIT` is 8 EPS of the loss. The native NumPy run with its images in another order is the same
    run in real numbers, so what it moves is rounding: at most 1.6 EPS from float64 in 100 steps, in
    16 random orders (2.0 in 300 steps: they are too short to amplify it, see `data.RATE`). All names
    on all four frameworks stay within 1.6 as well. Other processors add in other orders, so the
    limit leaves them five times that; the smallest of the mistakes is 380 times the limit.
    """
    unnoticed = len(curves.wrong) - len(strays(curves.wrong, curves.reference, limit))
    return unnoticed > 0 or bool(strays(curves.runs, curves.reference, limit))
