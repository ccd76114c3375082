"""`python compare speed cases`: a thousand small cases on every framework, against importing them.

Each case is a loss of other numbers with its gradient, through the engines of the parity matrix, in one
process; what they give is held against the definitions in extended precision, outside the time.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from compare import RESULTS
from compare.speed.main import machine
from compare.speed.pairs import Ratio, compare
from compare.speed.process import child
from xlogits.frameworks import BACKENDS

SHAPES = (1, 2), (3, 4), (6, 5), (8, 10)
COUNT, GOAL, WITHIN = 1000, 2.0, 16


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python compare speed cases", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    parts: list[dict[str, float]] = []

    def all_of_it() -> float:
        parts.append(child("compare.speed.cases", "cases"))
        return parts[-1]["whole"]

    ratio = compare(
        *(f"{COUNT} cases, value and gradient, on each", all_of_it),
        *("importing them", lambda: float(child("compare.speed.cases")["whole"]), options.pairs),
    )
    middle = sorted(parts, key=lambda part: part["whole"])[len(parts) // 2]
    text = render(ratio, middle)
    print(text)
    content = {"machine": machine(), "ratio": ratio._asdict(), "seconds": middle}
    (options.output / "cases.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "cases.md").write_text(text)
    return int(ratio.median > GOAL or middle["worst"] > WITHIN)


def render(ratio: Ratio, part: dict[str, float]) -> str:
    """The results as Markdown."""
    each = "\n".join(f"| {name} | {part[name]:.2f} |" for name in BACKENDS)
    return f"""# A thousand small cases

{machine()}. Made by `python compare speed cases`: {COUNT} cases of four losses in {len(SHAPES)} shapes,
float32, value and gradient, on {", ".join(BACKENDS)}, in one process. CPU time from the start of
Python, against a process that only imports the frameworks; in brackets the 10th and 90th percentile.

| what | against | ratio | | goal |
|---|---|---:|---|---:|
| {ratio.name} | {ratio.against} | {ratio.median:.2f} | [{ratio.low:.2f}, {ratio.high:.2f}], \
{ratio.pairs} pairs | {GOAL} |

The largest error, against the definitions in extended precision, is {part["worst"]:.1f} eps of the
scale of the result (at most {WITHIN}).

| part | seconds |
|---|---:|
| imports | {part["imports"]:.2f} |
{each}
"""


def drawn() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Losses and their operands, each on numbers of its own."""
    from xlogits import losses as L

    rng = np.random.default_rng(0)
    indexed, *dense_ones = (
        *(L.SoftmaxCrossEntropy(), L.SoftmaxCrossEntropy(labels=L.DENSE, label_smoothing=0.1)),
        *(L.SigmoidCrossEntropy(), L.SquaredError()),
    )
    for number in range(COUNT):
        shape = SHAPES[number % len(SHAPES)]
        logits, dense = rng.normal(size=shape).astype("f4"), rng.random(shape, "f4")
        which = number // len(SHAPES) % 4
        if which == 0:
            yield indexed, {"pred": logits, "target": rng.integers(0, shape[1], shape[0])}
        else:
            yield dense_ones[which - 1], {"pred": logits, "target": dense}


def _in_child(cases: bool) -> dict[str, float]:
    for name in BACKENDS:
        import_module(name)
    found = {"imports": time.process_time(), "worst": 0.0}
    found["whole"] = found["imports"]
    if not cases:
        return found

    from xlogits.parity import engines
    from xlogits.parity.plan import prepared

    ready = [(loss, prepared(loss, operands, "float32")) for loss, operands in drawn()]
    calls = [call(loss, one) for loss, one in ready]
    for name in BACKENDS:
        start, engine = time.process_time(), engines.load(name)
        outcomes = engine.run(calls, "float32", "cpu", engine.QUICK)
        found[name] = time.process_time() - start
        found["whole"] += found[name]
        errors = (worst(outcome, one) for outcome, (_, one) in zip(outcomes, ready, strict=True))
        found["worst"] = max(found["worst"], *errors)
    return found


def call(loss: Any, prepared: Any) -> Any:
    """What an engine evaluates: the loss, and its derivative by the prediction."""
    from xlogits.parity.engines import Call

    given = loss, prepared.operands, ("pred",), prepared.cotangent, False, (loss,)
    return Call(*given, loss.gradient, loss.ARRAYS)


def worst(outcome: Any, prepared: Any) -> float:
    """The larger error of value and gradient; infinite where there is none."""
    from xlogits.parity.engines import Failure
    from xlogits.parity.verdict import error

    if isinstance(outcome, Failure):
        return float("inf")
    value = error(outcome.value, *prepared.reference.value, "float32")
    gradient = prepared.reference.gradients["pred"]
    return max(value, error(outcome.gradients["pred"], *gradient, "float32"))


if __name__ == "__main__":
    print(json.dumps(_in_child(len(sys.argv) > 1)))
