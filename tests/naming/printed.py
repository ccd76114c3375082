"""The formulas that `xlogits explain` prints, read and evaluated: text in, numbers out, in float64.

This knows nothing of the losses. It reads the language that `xlogits.formulas.told` describes, and takes
the arrays by the words that stand in the text. An array has named axes: `i` for the items, `j` for the
classes (or the numbers along the axis), `k` for what else is summed over; they meet by name. Zero times
anything is 0.
"""

import itertools
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any
ORDER = "ikj"  # how the axes of an array stand
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([^\W\d]\w*)|(.))")
INDEXES = frozenset("ijk")


class Named(NamedTuple):
    """An array and the names of its axes, in this order."""

    axes: str
    values: Array

    def along(self, axes: str) -> Array:
        """The values with an axis for each of these, of size 1 where there is none."""
        shape = iter(self.values.shape)
        return self.values.reshape([next(shape) if axis in self.axes else 1 for axis in axes])

    def renamed(self, old: str, new: str) -> "Named":
        axes = self.axes.replace(old, new)
        order = sorted(axes, key=ORDER.index)
        return Named("".join(order), np.transpose(self.values, [axes.index(a) for a in order]))

    def reduced(self, how: Callable[..., Array], axes: str) -> "Named":
        missing = set(axes) - set(self.axes)
        assert not missing, f"nothing to bring together along {missing}"
        places = tuple(self.axes.index(axis) for axis in axes)
        return Named("".join(a for a in self.axes if a not in axes), how(self.values, axis=places))


def number(x: float) -> Named:
    return Named("", np.asarray(x, float))


def together(how: Callable[..., Array], *some: Named) -> Named:
    axes = "".join(a for a in ORDER if any(a in x.axes for x in some))
    return Named(axes, how(*(x.along(axes) for x in some)))


def times(a: Array, b: Array) -> Array:
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def softmax(x: Named) -> Named:
    exps = together(np.exp, together(np.subtract, x, x.reduced(np.max, "j")))
    return together(np.divide, exps, exps.reduced(np.sum, "j"))


def one_hot(labels: Named, classes: int) -> Named:
    return Named("ij", (labels.values[:, None] == np.arange(classes)) * 1.0)


COMPARED: dict[str, Callable[..., Array]] = {
    "=": np.equal,
    "≠": np.not_equal,
    "<": np.less,
    "≤": np.less_equal,
    ">": np.greater,
    "≥": np.greater_equal,
}
ADDED: dict[str, Callable[..., Array]] = {"+": np.add, "-": np.subtract}
OVER: dict[str, Callable[..., Array]] = {"Σ": np.sum, "mean": np.mean, "max": np.max}
FUNCTIONS: dict[str, Callable[..., Named]] = {
    "exp": lambda x: together(np.exp, x),
    "cosh": lambda x: together(np.cosh, x),
    "σ": lambda x: together(lambda v: 1 / (1 + np.exp(-v)), x),
    "max": lambda a, b: together(np.maximum, a, b),
    "min": lambda a, b: together(np.minimum, a, b),
    "clip": lambda x, low, high: together(np.clip, x, low, high),
    "softmax": softmax,
}


class Formula:
    """One block of lines, and the arrays of a call."""

    def __init__(self, lines: list[str], arrays: dict[str, Named], classes: int) -> None:
        self.arrays, self.classes = arrays, classes
        self.statements: dict[str, str] = {}
        for statement in ",  ".join(line.strip() for line in lines).split(",  "):
            name, equals, text = statement.partition(" = ")
            assert equals, f"{statement!r} defines nothing"
            self.statements[name.partition("_")[0]] = text
        self.first = next(iter(self.statements))
        self.found: dict[str, Named] = {}

    def result(self) -> Named:
        return self.value("L" if "L" in self.statements else self.first)

    def value(self, name: str) -> Named:
        if name not in self.found:
            if name in self.statements and self.statements[name] != name:
                self.found[name] = self.evaluated(self.statements[name])
            else:
                self.found[name] = self.arrays[name]
        return self.found[name]

    def known(self, name: str) -> bool:
        return name in self.statements or name in self.arrays

    def evaluated(self, text: str) -> Named:
        if text in PHRASES:
            return PHRASES[text](self)
        *branches, last = text.split("; ")
        if not branches:
            return Reader(last, self).whole()
        assert last.endswith(" otherwise"), f"{text!r} does not say what it is otherwise"
        value = Reader(last.removesuffix(" otherwise"), self).whole()
        for branch in reversed(branches):
            then, _, condition = branch.partition(" if ")
            chosen = self.condition(condition), Reader(then, self).whole(), value
            value = together(lambda c, a, b: np.where(c != 0, a, b), *chosen)
        return value

    def condition(self, text: str) -> Named:
        if text == "all labels are 0 or 1":
            return number(float(np.isin(self.value("labels").values, (0, 1)).all()))
        return Reader(text, self).whole()


class Reader:
    """One expression, read from the left to the right."""

    def __init__(self, text: str, formula: Formula) -> None:
        self.text, self.formula = text, formula
        self.tokens = [next(t for t in found if t) for found in TOKEN.findall(text.strip())]
        self.at, self.in_bars = 0, False

    def whole(self) -> Named:
        value = self.compared()
        assert self.at == len(self.tokens), f"{self.text!r} is not understood from {self.next!r} on"
        return value

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.next
        assert token, f"{self.text!r} ends too early"
        assert not expected or token == expected, f"{expected!r} expected in {self.text!r}"
        self.at += 1
        return token

    def compared(self) -> Named:
        value = self.added()
        if self.next in COMPARED:
            compare = COMPARED[self.take()]
            value = together(lambda a, b: compare(a, b) * 1.0, value, self.added())
        return value

    def added(self) -> Named:
        value = self.product()
        while self.next in ADDED:
            value = together(ADDED[self.take()], value, self.product())
        return value

    def product(self) -> Named:
        if self.next == "-":
            self.take()
            return together(np.negative, self.product())
        value = self.raised()
        while self.next and (self.next == "/" or self.starts()):
            if self.next == "/":
                self.take()
                value = together(np.divide, value, self.raised())
            else:
                value = together(times, value, self.raised())
        return value

    def starts(self) -> bool:
        """Whether another factor stands here."""
        if self.next in "|‖":
            return not self.in_bars
        return bool(re.match(r"[^\W_]", self.next)) or self.next in "([√∞"

    def raised(self) -> Named:
        value = self.atom()
        if self.next == "^":
            self.take()
            value = together(np.power, value, self.atom())
        return value

    def atom(self) -> Named:
        token = self.take()
        if token[0].isdigit():
            return number(float(token))
        if token == "-":
            return together(np.negative, self.atom())
        if token == "∞":
            return number(math.inf)
        if token == "(":
            return self.closed(")", self.added)
        if token == "[":
            return self.closed("]", self.compared)
        if token == "√":
            return together(np.sqrt, self.atom())
        if token in "|‖":
            return self.bars(token)
        return self.name(token)

    def closed(self, end: str, inner: Callable[[], Named]) -> Named:
        before, self.in_bars = self.in_bars, False
        value = inner()
        self.take(end)
        self.in_bars = before
        return value

    def bars(self, bar: str) -> Named:
        self.in_bars = True
        value = self.added()
        self.take(bar)
        self.in_bars = False
        if bar == "|":
            return together(abs, value)
        return together(np.sqrt, together(np.square, value).reduced(np.sum, "j"))

    def name(self, token: str) -> Named:
        formula = self.formula
        if formula.known(token):
            return formula.value(token)
        if token == "log":
            return together(np.log, self.atom())
        base, _, below = token.rpartition("_")
        over = base or token
        if over in OVER and (base or over != "max"):
            value = self.product()
            return value.reduced(OVER[over], below if base else value.axes)
        if token == "one_hot":
            return self.called(lambda x: one_hot(x, formula.classes))
        if token in FUNCTIONS:
            return self.called(FUNCTIONS[token])
        if token in ("C", "π"):
            return number(formula.classes if token == "C" else math.pi)
        if token in ("j", "k"):
            return Named(token, np.arange(formula.classes, dtype=float))
        return self.subscripted(base, below)

    def called(self, function: Callable[..., Named]) -> Named:
        self.take("(")
        arguments = [self.added()]
        while self.next == ",":
            self.take()
            arguments.append(self.added())
        self.take(")")
        return function(*arguments)

    def subscripted(self, base: str, below: str) -> Named:
        value = self.formula.value(base)
        if set(below) <= INDEXES:
            for axis in below:
                if axis not in value.axes:
                    value = value.renamed("j", axis)
            return value
        at = self.formula.value(below)
        assert at.axes == "i", f"{below} is no class index"
        place = at.values.astype(int)
        inside = (place >= 0) & (place < self.formula.classes)
        rows = value.along("ij") * np.ones((len(place), 1))
        picked = np.take_along_axis(rows, np.where(inside, place, 0)[:, None], 1)[:, 0]
        return Named("i", np.where(inside, picked, np.nan))


# -- what is said in words because no formula of one line says it


def _nearest(formula: Formula) -> Named:
    """Onto the probability simplex, by bisection of what is subtracted."""
    x = formula.value("scores").values
    low, high = x.max(1) - 1, x.max(1)
    for _ in range(200):
        middle = (low + high) / 2
        much = np.maximum(x - middle[:, None], 0).sum(1) > 1
        low, high = np.where(much, middle, low), np.where(much, high, middle)
    return Named("ij", np.maximum(x - low[:, None], 0))


def _listed(formula: Formula) -> Named:
    labels = formula.value("labels").values.astype(int)
    counts = np.zeros((len(labels), formula.classes))
    for row, listed in zip(counts, labels, strict=True):
        for label in itertools.takewhile(lambda y: y >= 0, listed):
            row[label] += 1
    return Named("ij", counts)


def _alignments(formula: Formula) -> Named:
    """Every path of classes through the frames, one by one."""
    p, blank = formula.value("p").values, int(formula.arrays["blank"].values) % formula.classes
    labels, frames = formula.arrays["labels"].values, formula.arrays["frames"].values
    found = []
    for row, wanted, long in zip(p, labels, frames, strict=True):
        total = 0.0
        for path in itertools.product(range(row.shape[1]), repeat=int(long)):
            merged = [c for c, _ in itertools.groupby(path) if c != blank]
            if merged == [y for y in wanted if y != blank]:
                total += math.prod(row[t, c] for t, c in enumerate(path))
        found.append(total)
    return Named("i", np.array(found))


PHRASES: dict[str, Callable[[Formula], Named]] = {
    "the distribution nearest to the scores": _nearest,
    "how often the labels before the first -1 name each class": _listed,
    "Σ_π Π_t p_t(π_t) over all alignments π of the labels with the frames t": _alignments,
    "the number of labels": lambda f: Named(
        "i", (f.arrays["labels"].values != f.arrays["blank"].values).sum(1) * 1.0
    ),
    "the size of the first axis": lambda f: f.arrays["size of the first axis"],
}


def blocks(text: str) -> dict[str, list[str]]:
    """The lines of a formula under the words that stand above them, without their colon."""
    found: dict[str, list[str]] = {}
    when = ""
    for line in text.splitlines():
        if line.endswith(":"):
            when = line.removesuffix(":")
        else:
            found.setdefault(when, []).append(line)
    return found
