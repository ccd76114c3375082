"""Hypothesis looks for an example of a family in which something does not hold."""

import re
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from compare.fuzz.checks import Tally, against, check
from compare.fuzz.example import Example
from compare.fuzz.families import FAMILIES
from xlogits.parity import engines

MODES = {"torch": "eager", "tensorflow": "eager", "jax": "jax.jit"}


class Found(NamedTuple):
    """What came of a family on a framework; `failure` is the smallest example, '' if there is none."""

    family: str
    framework: str
    examples: int
    ran: dict[str, int]
    worst: dict[str, float]
    seconds: float
    failure: str = ""

    def plus(self, other: "Found") -> "Found":
        """Both together."""
        kinds = {**self.worst, **other.worst}
        return self._replace(
            examples=self.examples + other.examples,
            ran=dict(Counter(self.ran) + Counter(other.ran)),
            worst={k: max(self.worst.get(k, 0.0), other.worst.get(k, 0.0)) for k in kinds},
            seconds=self.seconds + other.seconds,
            failure=other.failure,
        )


def run(
    family: str,
    framework: str,
    examples: int,
    number: int,
    change: Callable[[Example], Example] = lambda example: example,
    shrink: bool = True,
) -> Found:
    """Try so many examples; `change` breaks a loss, for the tests, which need no smallest example."""
    tally, tried = Tally(), [0]
    engine = None if framework == "numpy" else engines.load(framework)

    def test(example: Example) -> None:
        tried[0] += 1
        example = change(example)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if engine is None:
                check(example, tally)
            else:
                against(example, engine, MODES[framework], tally)

    start, failure = time.perf_counter(), ""
    try:
        _search(test, family, examples, number, shrink)
    except Exception as error:  # whatever a loss raises is a finding
        notes = " ".join(getattr(error, "__notes__", []))
        failure = f"{type(error).__name__}: {error}. {_smallest(notes)}"
    seconds = time.perf_counter() - start
    return Found(family, framework, tried[0], dict(tally.ran), tally.worst, seconds, failure)


def _search(
    test: Callable[[Example], None], family: str, examples: int, number: int, shrink: bool
) -> None:
    some = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    searched: Any = seed(number)(some(given(FAMILIES[family])(test)))
    searched()


def _smallest(notes: str) -> str:
    return re.sub(r"\s+", " ", notes).removeprefix("Falsifying example: ")[:1500]
