"""The programs in which people meet logits, mistakes included, and what each of them prints.

They are files of this folder that run by themselves. What they have to print is computed here from the
definitions, in 30 digits. What becomes of them in other frameworks stands in `program_ports.py` beside
this folder, and what goes wrong in them in `program_slips.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = Any
Printed = dict[str, list[float]]
FOLDER = Path(__file__).parent


class Program(NamedTuple):
    """A file, the framework it is written with, and what it has to print, by line.

    `raises` are lines in which an error is printed, each with a part of it.
    """

    name: str
    language: str
    needs: tuple[str, ...]
    prints: Callable[[], Printed]
    raises: dict[str, str] = {}

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.py"


def printed(out: str) -> tuple[Printed, dict[str, str]]:
    """What a program printed: the numbers of every line by its name, and the errors."""
    numbers: Printed = {}
    errors: dict[str, str] = {}
    for line in out.splitlines():
        name, raised, error = line.partition(" raised: ")
        if raised:
            errors[name] = error
            continue
        words = line.split(" ")
        first = next(i for i, word in enumerate(words) if word.lstrip("-")[:1].isdigit())
        if words[0] == "rank":  # "rank 1" is a name
            first = 2
        numbers[" ".join(words[:first])] = [float(word) for word in words[first:]]
    return numbers, errors


# -- by definition


def softmax(row: list[Any]) -> list[Any]:
    from mpmath import mp

    exps = [mp.exp(x) for x in row]
    return [e / mp.fsum(exps) for e in exps]


def cost(row: list[Any], label: int) -> Any:
    """Minus the logarithm of the label's probability."""
    from mpmath import mp

    return -mp.log(softmax(row)[label])


def costs(rows: list[list[float]], labels: list[int]) -> list[float]:
    from mpmath import mp

    mp.dps = 30
    return [float(cost([mp.mpf(x) for x in r], y)) for r, y in zip(rows, labels, strict=True)]


def mean(some: list[float]) -> list[float]:
    return [sum(some) / len(some)]


def logit(p: Any) -> Any:
    from mpmath import mp

    return mp.log(p / (1 - p))


def clipped(row: list[Any]) -> list[Any]:
    """What Keras makes of what it takes for probabilities: clipped, then divided by the sum."""
    from mpmath import mp

    low = mp.mpf("1e-7")
    inside = [min(max(mp.mpf(x), low), 1 - low) for x in row]
    return [p / mp.fsum(inside) for p in inside]


# -- what each prints

TWO = [[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]]
BELOW = [[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]]  # with a logit below 0, which no clip leaves alone
LABELS = [0, 2]
ONE = [2.0, 1.0, 0.1]
EVENTS = ["0.1", "0.5", "0.9"]


def image_logits() -> list[float]:
    """What the network of the images gives for the first of them, in float64."""

    def weights(rows: int, columns: int) -> Array:
        return np.cos(np.arange(rows * columns, dtype=np.float64)).reshape(rows, columns) / 8

    first = np.sin(np.arange(28 * 28, dtype=np.float64) / 50)
    hidden = np.maximum(first @ weights(784, 128), 0)
    found: list[float] = (hidden @ weights(128, 10)).tolist()
    return found


def _of_image() -> Printed:
    found = image_logits()
    return {"logits": found, "softmax": [float(p) for p in softmax(found)]}


def _sum() -> Printed:
    right = [float(p) for p in softmax(ONE)]
    return {"as written": [1.0, 1.0, 1.0], "with the sum": right, "softmax": right}


def _inverse() -> Printed:
    from mpmath import mp

    mp.dps = 30
    p = [mp.mpf(x) for x in EVENTS]
    x = [logit(each) for each in p]
    back = [1 / (1 + mp.exp(-each)) for each in x]
    other = [float(each) for each in softmax(x)]
    return {
        "logit": [float(each) for each in x],
        "sigmoid of it": [float(each) for each in back],
        "softmax of it": other,
        "softmax, shifted": other,
    }


def _suffix() -> Printed:
    each = costs(TWO, LABELS)
    return {"each": each, "mean": mean(each), "sparse": each, "no suffix": mean(each)}


def _one_function() -> Printed:
    right = mean(costs(TWO, LABELS))
    return {"indexes": right, "rows": right, "by hand": right}


def _activated() -> Printed:
    twice = mean(costs([[float(p) for p in softmax(row)] for row in TWO], LABELS))
    return {"outputs": mean(costs(TWO, LABELS)), "activated": twice}


def _from_logits() -> Printed:
    from mpmath import mp

    mp.dps = 30
    right = mean(costs(BELOW, LABELS))
    forgotten = [float(-mp.log(clipped(r)[y])) for r, y in zip(BELOW, LABELS, strict=True)]
    twice = mean(costs([[float(p) for p in softmax(row)] for row in BELOW], LABELS))
    return {
        "right": right,
        "forgotten": mean(forgotten),
        "set on probabilities": twice,
        "right on probabilities": right,
    }


def _behind() -> Printed:
    right = mean(costs(BELOW, LABELS))
    return {"of logits": right, "of its softmax": right}


PROGRAMS = {
    program.name: program
    for program in (
        Program(
            "integer_labels",
            "tensorflow",
            ("tensorflow",),
            _of_image,
            {"rank 1": "must have the same rank (ndim)", "rank 2": "must have the same shape"},
        ),
        Program(
            "integer_labels_meant",
            "tensorflow",
            ("tensorflow",),
            lambda: _of_image() | {"loss": costs([image_logits()], [5])},
        ),
        Program("forgotten_sum", "scipy", ("scipy",), _sum),
        Program("inverse_of_logit", "scipy", ("scipy",), _inverse),
        Program("suffix", "tensorflow", ("tensorflow",), _suffix),
        Program(
            "placeholders",
            "tensorflow",
            ("tensorflow",),
            lambda: {name: _suffix()[name] for name in ("mean", "no suffix")},
        ),
        Program("one_function", "torch", ("torch",), _one_function),
        Program("activated", "torch", ("torch",), _activated),
        Program("from_logits", "keras", ("tensorflow",), _from_logits),
        Program("behind_softmax", "keras", ("tensorflow",), _behind),
    )
}
