"""Two numbers and nothing else: what their ratio, their difference and they themselves give away.

NumPy is not imported for it: a command that is handed two numbers answers at once.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xlogits.diagnosis.answer import Cause, Diagnosis
from xlogits.diagnosis.costs import (
    CLEARLY,
    COMMON,
    FAMOUS,
    FORGOTTEN,
    HAIR,
    LESS,
    LITTLE,
    ORDINARY,
)
from xlogits.diagnosis.seen import Number, written
from xlogits.errors import OptionError

SHOWN = 5


def by_themselves(
    first: Any, second: Any, labels: Any, sizes: Mapping[str, float], others: Mapping[str, Any]
) -> Diagnosis:
    """What two numbers, or one, say without the arrays that they come from."""
    if labels is not None or others:
        names = ", ".join(["labels"] * (labels is not None) + list(others))
        raise OptionError(f"{names} without logits; pass logits too, or the numbers alone")
    a = _number(first, "first")
    b = None if second is None else _number(second, "second")
    same = b is not None and a.matches(b.value)
    hints = [] if same or b is None else together(a, b, sizes)
    seen = [a] if b is None else [a, b]
    return Diagnosis(
        agree=same,
        causes=tuple(Cause((h.words,), (h.code,), cost=h.cost) for h in hints[:SHOWN]),
        notes=tuple(hint.words for number in seen for hint in alone(number)),
        ask="" if same else "pass logits and labels, from which the cause can be computed",
        tried=len(hints),
        seen=tuple(map(str, seen)),
    )


def _number(x: Any, role: str) -> Number:
    """What was seen as one number; only for arrays and files is NumPy imported."""
    found = written(x)
    if found is not None:
        return found
    from xlogits.diagnosis.observed import observed

    array = observed(x, role)
    if not array.scalar:
        raise OptionError(
            "an array of losses without logits; pass logits and labels, or two numbers"
        )
    return Number(float(array.values), array.rtol, array.atol)


class Hint(NamedTuple):
    """What a number may mean: a short name, what to say, and how unlikely it is."""

    code: str
    words: str
    cost: float


CEILINGS = (
    (
        -math.log(1e-7),
        "clip",
        "-log(1e-7): Keras' clip of probabilities; the true class has probability 0",
    ),
    (
        -math.log(2.0**-23),
        "clip",
        "-log(2^-23): float32's 1 - 1e-7, from which Keras' log is taken",
    ),
    (
        -math.log(1e-7 + 2.0**-23),
        "clip",
        "-log(1e-7 + 2^-23): a clip to 1 - 1e-7 in float32, and 1e-7 added once more (Keras 2)",
    ),
    (-math.log(2e-7), "clip", "-log(2e-7): Keras 2's epsilon, added after the clip by epsilon"),
    (-math.log(1e-8), "clip", "-log(1e-8), a clip of probabilities"),
    (-math.log(1e-9), "clip", "-log(1e-9), a clip of probabilities"),
    (-math.log(1e-10), "clip", "-log(1e-10), a clip of probabilities"),
    (-math.log(1e-12), "clip", "-log(1e-12), a clip of probabilities"),
    (
        -math.log(1e-15),
        "clip",
        "-log(1e-15): scikit-learn's clip before 1.3, and many a competition's",
    ),
    (-math.log(2.0**-52), "clip", "-log(2^-52): scikit-learn's clip of float64"),
    (64.0, "clip", "64: PaddlePaddle's limit of -log p on a CPU"),
    (100.0, "clip", "100: PyTorch's BCELoss lets no logarithm go below -100"),
)
FACTORS = (
    (2.0, "factor", "a factor 1/2 in the definition (L2 loss, Poisson deviance, Dice)", FAMOUS),
    (
        1 / math.log(2),
        "log2",
        "logarithms to base 2 (bits) on one side and base e (nats) on the other",
        FORGOTTEN,
    ),
    (math.log(10), "log10", "logarithms to base 10 on one side and base e on the other", ORDINARY),
    (100.0, "percent", "percent on one side", COMMON),
)
CONSTANTS = (
    (
        0.5 * math.log(2 * math.pi),
        "gaussian_constant",
        "log(2 pi)/2: the constant of a Gaussian likelihood, `full=True`",
        CLEARLY,
    ),
    (
        math.log(2 * math.pi),
        "gaussian_constant",
        "log(2 pi): the constant of a Gaussian likelihood in two dimensions, or without its 1/2",
        COMMON,
    ),
    (1.0, "offset", "1: one side is 1 - cosine (or 1 - Dice), the other its negative", FAMOUS),
    (
        math.log(2),
        "log2_constant",
        "log 2: as between softplus losses with and without it",
        ORDINARY,
    ),
)
USUAL_CLASSES = frozenset(
    {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 21, 26, 27, 50, 64, 80, 91, 100, 101, 128, 150, 200}
    | {256, 512, 1000, 1024, 4096, 8192, 21841, 28996, 30522, 32000, 32128, 50257, 50265, 128256}
)
SIZES = frozenset(2**n for n in range(1, 21)) | USUAL_CLASSES | frozenset({10000, 50000, 60000})


def alone(seen: Number) -> Iterator[Hint]:
    """What one number gives away."""
    value = seen.value
    for limit, code, words in CEILINGS:
        if seen.matches(abs(limit)) or seen.matches(-limit):
            yield Hint(code, f"{value:g} is {words}", LITTLE)
    if seen.atol > 0.02 * abs(value):
        return
    for classes in sorted(USUAL_CLASSES):
        if seen.matches(math.log(classes)):
            yield Hint(
                "uniform",
                f"{value:g} is log({classes}): the cross-entropy of a prediction that is uniform over "
                f"{classes} classes (nothing learnt yet, or logits that are all equal)",
                LESS,
            )
        lowest = math.log1p((classes - 1) / math.e)
        if classes > 2 and seen.matches(lowest):
            yield Hint(
                "softmax_twice",
                f"{value:g} is log(1 + {classes - 1}/e): the least that cross-entropy can be when "
                f"softmax is applied twice over {classes} classes",
                LESS,
            )


def together(first: Number, second: Number, sizes: Mapping[str, float]) -> list[Hint]:
    """What two numbers give away, the likeliest first; `sizes` are known ones, by name."""
    found = [*_signs(first, second), *_factors(first, second, sizes), *_differences(first, second)]
    distinct: dict[str, Hint] = {}
    for hint in sorted(found, key=lambda hint: hint.cost):
        distinct.setdefault(hint.words, hint)
    return list(distinct.values())


def _signs(a: Number, b: Number) -> Iterator[Hint]:
    x, y, slack = a.value, b.value, a.slack + b.slack
    if abs(x + y) <= slack and x:
        yield Hint("negated", "they differ in sign only: log-likelihood against loss", LESS)
    if abs(x + y - 1) <= slack:
        yield Hint(
            "one_minus", "their sum is 1: a similarity (cosine, Dice) and 1 minus it", FAMOUS
        )
    for (p, q), which in (((x, y), "second"), ((y, x), "first")):
        if p < 700 and abs(math.exp(p) - q) <= math.exp(p) * slack + slack:
            yield Hint("exp", f"the {which} is exp of the other: perplexity", FAMOUS)


def _interval(a: Number, b: Number) -> tuple[float, float]:
    """The ratio a / b, and how far off it may be."""
    x, y = a.value, b.value
    ratio = x / y
    error = abs(ratio) * ((a.atol / abs(x) if x else 0) + b.atol / abs(y) + a.rtol + b.rtol)
    return ratio, error


def _factors(a: Number, b: Number, sizes: Mapping[str, float]) -> Iterator[Hint]:
    if not a.value or not b.value:
        return
    large, small, which = a, b, "first"
    if abs(a.value) < abs(b.value):
        large, small, which = b, a, "second"
    ratio, error = _interval(large, small)
    if ratio <= 0:
        return
    said = f"the {which} is {ratio:.5g} times the other"
    for factor, code, words, cost in FACTORS:
        if abs(ratio - factor) <= error:
            yield Hint(code, f"{said}: {words}", cost)
    for name, size in sizes.items():
        if size > 1 and abs(ratio - size) <= error:
            yield Hint(
                "reduction",
                f"{said}, the number of {name} ({size:g}): a sum on one side, or"
                f" one more division by it on the other",
                HAIR,
            )
    if not any(size > 1 and abs(ratio - size) <= error for size in sizes.values()):
        yield from _counts(ratio, error, said)


def _counts(ratio: float, error: float, said: str) -> Iterator[Hint]:
    """Ratios that are whole, or of two numbers of items that a batch may hold."""
    whole = [n for n in sorted(SIZES) if n > 2 and abs(ratio - n) <= error and error < 0.2 * n]
    near = round(ratio)
    if not whole and near > 2 and abs(ratio - near) <= error < 0.3:
        whole = [near]
    for n in whole[:3]:
        cost = LESS + HAIR if n in SIZES else FORGOTTEN
        yield Hint(
            "reduction",
            f"{said}; if a batch has {n} items (or there are {n} classes or positions), one side sums "
            f"where the other takes the mean, or divides by {n} once more",
            cost,
        )
    if whole or ratio > 10:
        return
    found = [
        (n, m)
        for m in range(2, 65)
        for n in range(m + 1, 10 * m)
        if abs(ratio - n / m) <= error and math.gcd(n, m) == 1
    ]
    if found and error < 2e-3:
        n, m = min(found, key=sum)
        yield Hint(
            "reduction",
            f"{said}, about {n}/{m}: the mean over all items on one side and over those that are not "
            f"ignored (or weigh) on the other, as with {m} of {n} labels",
            COMMON + HAIR * m / 5,  # the more labels it takes, the less likely
        )


def _differences(a: Number, b: Number) -> Iterator[Hint]:
    difference = abs(a.value - b.value)
    error = a.slack + b.slack
    for constant, code, words, cost in CONSTANTS:
        if abs(difference - constant) <= error < 0.05 * constant:
            yield Hint(code, f"their difference is {words}", cost)
