"""What is printed about a call, run: its own call, its formula and the calls elsewhere, on one case.

The call of the function itself is the judge: it is run as it is printed, in its own framework, in
float64. The arrays are found by the words that stand in the texts, and so is the class axis.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

import xlogits as xl
from tests.naming.printed import ORDER, Formula, Named, blocks
from xlogits.cases import Case, cases
from xlogits.catalogue import Native
from xlogits.frameworks import FRAMEWORKS, OURS
from xlogits.ledger import ROWS, matches
from xlogits.losses import LOGITS, ClassOverlap, LinearSoftmaxCrossEntropy
from xlogits.losses.sequence import CTC
from xlogits.naming import Answer
from xlogits.naming.explanation import Explanation, Way, explained, spoken
from xlogits.parity import engines
from xlogits.parity.translations import HOLDS
from xlogits.parity.variants import Variant
from xlogits.translation.call import Call, parse, read
from xlogits.translation.expression import Expr
from xlogits.translation.language import IMPORTS

Array = Any
KINDS = {"labels are class indexes": False, "labels are one number per class": True}
CASES = ("ordinary", "K-dimensional", "dense labels", "features, dense labels", "ignored labels")
# what computes in float32 whatever it is given, and says so nowhere in its result; the others are
# known by their records. TensorFlow's kernel of CTC takes no float64 at all.
SINGLE = re.compile(
    r"tensorflow\.compat\.v1\.losses\.|tf\.compat\.v1\.losses\.|ctc|CTC|log_?[cC]osh"
)
FLOAT32_ALONE = re.compile(r"tf\.nn\.ctc_loss|keras\..*(ctc|CTC)")


def arrays_of(framework: str) -> str:
    """The framework whose arrays a framework's functions are tried on; ours are, on NumPy's."""
    return "numpy" if framework == OURS else FRAMEWORKS[framework].home


def home(native: Native) -> str:
    return arrays_of(native.framework)


def complaints(native: Native) -> Iterator[str]:
    """What is printed about a function, called with its defaults, and disagrees with it."""
    call = read(native, {})
    page = explained(call)
    tried = 0
    for case in usable(call):
        arrays = by_word(call, case)
        try:
            expected = run(page.call, arrays, home(native))
        except Exception as error:  # some take no array of this rank
            if case.name != "ordinary":
                continue
            raise AssertionError(f"{page.call} on {case.name} raised {error!r}") from error
        tried += 1
        yield from _formula(page, page.formula, call, case, expected)
        if case.name != "K-dimensional":
            yield from _elsewhere(page, call, case, arrays, expected)
    if not tried:
        yield "no case was tried"
    for way in page.ways:
        yield from _another_way(page, way)


def _another_way(page: Explanation, way: Way) -> Iterator[str]:
    """What is wrong about the call and the formula that a page prints beside its own."""
    call, tried = parse(way.call), 0
    for case in usable(call):
        arrays = by_word(call, case)
        try:
            expected = run(way.call, arrays, home(call.native))
        except Exception:  # no array of this rank
            continue
        tried += 1
        yield from _formula(page, way.formula, call, case, expected)
    if not tried:
        yield f"{way.call}: no case was tried"


def typed(native: Native, variant: Variant) -> str:
    """A call with these options as somebody types it, whose arrays have names of their own."""
    given: dict[str, Any] = dict(variant.options)
    wanted = {*variant.wanted, *native.loss.ARRAYS}
    for parameter in native.parameters:
        if parameter.to in wanted:
            given[parameter.key] = Expr(f"my_{parameter.to}")
            wanted.remove(parameter.to)
    return spoken(read(native, given))


def page_of(source: str) -> Explanation:
    """What is printed about a call that is typed, beside a concept or alone."""
    found = xl.explain(source)
    page = found.page if isinstance(found, Answer) else found
    assert page is not None
    return page


def of_option(native: Native, variant: Variant) -> Iterator[str]:
    """What is printed about a call with options, and disagrees with it."""
    source = typed(native, variant)
    page = page_of(source)
    if page.unread or page.call != source:
        yield f"{source} is told as {page.call}: {page.unread}"
        return
    yield from of_page(page, parse(source), native, variant)


def of_page(page: Explanation, call: Call, native: Native, variant: Variant) -> Iterator[str]:
    """The same of a page that may be about something else."""
    tried = 0
    for case in usable(call):
        if case.name == "K-dimensional":
            continue
        if _accepted(native, variant, case):
            tried += 1
            continue
        arrays = by_word(call, case)
        try:
            expected = run(spoken(call), arrays, home(native))
        except Exception as error:
            if case.name == "ordinary":
                yield f"{page.call} on {case.name} raised {error!r}"
            continue
        tried += 1
        yield from _formula(page, page.formula, call, case, expected)
        yield from _elsewhere(page, call, case, arrays, expected)
    if not tried:
        yield "no case was tried"


def _accepted(native: Native, variant: Variant, case: Case) -> bool:
    """Whether the ledger has a row about just this option, in which the function is off."""
    return any(
        native.name in row.natives
        and row.variant != "*"
        and matches(variant.label, row.variant)
        and matches(case.name, row.case)
        for row in ROWS
    )


def usable(call: Call) -> Iterator[Case]:
    """A few cases with what the call has, and one more for predictions that are no logits.

    Logarithms of rows that sum to 1 are logits as well, the log-softmax of which they are: only rows of
    another sum tell a function of log-probabilities from one of logits.
    """
    loss: Any = call.reading.loss
    wanted = frozenset(call.reading.operands) - frozenset(loss.ARRAYS)
    for case in cases(loss, wanted):
        if case.name in CASES and set(case.operands) == set(call.reading.operands):
            yield case
            form = getattr(loss, "form", LOGITS)
            if case.name == "ordinary" and form.kind != "logits":
                less = -0.25 if form.kind == "log_probabilities" else -0.25 * case.operands["pred"]
                pred = {"pred": case.operands["pred"] + less}
                yield Case("rows of another sum", case.operands | pred)


def by_word(call: Call, case: Case) -> dict[str, Array]:
    """The arrays of a case under the names that they have in the printed calls."""
    return {str(word): case.operands[operand] for operand, word in call.reading.operands.items()}


def run(source: str, arrays: dict[str, Array], framework: str) -> Array:
    """What a printed call gives, on arrays of a framework in float64."""
    engine, dtype = engines.load(framework), "float64"
    if FLOAT32_ALONE.search(source):
        dtype = "float32"
    names: dict[str, Any] = {}
    for start, line in IMPORTS.items():
        if re.search(rf"(?<![\w.]){re.escape(start)}", source):
            exec(line, names)
    made = {word: engine.array(x, dtype, "cpu") for word, x in arrays.items()}
    with engines.settled(engine, "float64"):
        found = eval(source, names | made)
    return np.asarray(found if framework == "numpy" else engine.numbers(found), np.float64)


def _formula(
    page: Explanation, text: str, call: Call, case: Case, expected: Array
) -> Iterator[str]:
    loss, pred = call.reading.loss, case.operands["pred"]
    dense = np.ndim(case.operands.get("target", 0)) == pred.ndim
    if isinstance(loss, LinearSoftmaxCrossEntropy):
        dense = np.shape(case.operands["target"]) != pred.shape[:-1]
    lines = [lines for when, lines in blocks(text).items() if KINDS.get(when, dense) == dense]
    layout = Layout(page, loss, pred)
    words = {passed: word for word, passed in page.named}
    named = {
        words.get(word, word): layout.named(loss, operand, x)
        for (operand, x), word in _worded(call, case)
    }
    named |= layout.more(case)
    with np.errstate(all="ignore"):
        found = layout.laid(Formula(lines[0], named, layout.classes).result())
    yield from _apart("the formula", text, case, found, expected, loss, page.name)


def _worded(call: Call, case: Case) -> Iterator[tuple[tuple[str, Array], str]]:
    for operand, word in call.reading.operands.items():
        yield (operand, case.operands[operand]), str(word)


def _elsewhere(
    page: Explanation, call: Call, case: Case, arrays: dict[str, Array], expected: Array
) -> Iterator[str]:
    for target, translation in page.elsewhere.items():
        if not translation.source:
            continue
        loss: Any = call.reading.loss
        if not all(HOLDS[word](loss, case) for word in translation.assumptions):
            continue
        dense = np.ndim(case.operands.get("target", 0)) == np.ndim(case.operands["pred"])
        if "index labels" in translation.assumptions and dense:
            continue
        try:
            found = run(translation.source, arrays, arrays_of(target))
        except Exception as error:
            yield f"{page.name} in {target}, {case.name}: {translation.source} raised {error!r}"
            continue
        yield from _apart(
            f"in {target}", translation.source, case, found, expected, loss, page.name
        )


def _apart(
    what: str, text: str, case: Case, found: Array, expected: Array, loss: Any, name: str
) -> Iterator[str]:
    found, expected = np.squeeze(found), np.squeeze(expected)
    single = getattr(loss, "dtype", None) == "float32" or SINGLE.search(f"{name} {text}")
    close = {"rtol": 2e-5, "atol": 2e-6} if single else {"rtol": 1e-9, "atol": 1e-12}
    if found.shape != expected.shape or not np.allclose(found, expected, equal_nan=True, **close):
        yield f"{what}, {case.name}: {text}\ngives {found}\n  not {expected}"


class Layout:
    """Where the items and the classes of the arrays are, as the page says."""

    def __init__(self, page: Explanation, loss: Any, pred: Array) -> None:
        self.shape = pred.shape
        facts = dict(page.facts)
        self.blank = int(facts.get("blank", "0"))
        self.axes = _axes(facts.get("class axis", facts.get("axis", "-1")), pred.ndim)
        self.items = tuple(i for i in range(pred.ndim) if i not in self.axes)
        self.pixels: tuple[int, ...] = ()
        if isinstance(loss, ClassOverlap):
            self.pixels, self.axes = self.axes, (pred.ndim - 1,)
            self.items = tuple(i for i in self.items if i not in self.axes)
        if isinstance(loss, CTC):
            batch = 1 if loss.time_major else 0
            self.items, self.pixels, self.axes = (batch,), (1 - batch,), (2,)
        self.linear = isinstance(loss, LinearSoftmaxCrossEntropy)
        self.classes = self._size(self.axes)

    def _size(self, axes: tuple[int, ...]) -> int:
        return int(np.prod([self.shape[i] for i in axes], dtype=int))

    def named(self, loss: Any, operand: str, x: Array) -> Named:
        x = np.asarray(x)
        if self.linear and operand in ("pred", "linear_weight", "linear_bias"):
            axes = {"pred": "ik", "linear_weight": "kj", "linear_bias": "j"}[operand]
            if operand == "linear_weight":
                self.classes = len(x)
            return Named(axes, x.T if operand == "linear_weight" else x)
        if isinstance(loss, CTC) and operand != "pred":
            return Named("i" * x.ndim, x)
        if operand in ("class_weight", "inner_weight") or (operand == "pos_weight" and x.ndim):
            return Named("j", x)
        if x.shape == self.shape and not (self.linear and operand == "target"):
            order = (*self.items, *self.pixels, *self.axes)
            sizes = [self._size(axes) for axes in (self.items, self.pixels, self.axes)]
            rows = np.transpose(x, order).reshape(sizes)
            return Named(ORDER, rows) if self.pixels else Named("ij", rows[:, 0])
        if self.linear and operand == "target" and x.ndim == len(self.shape):
            return Named("ij", x)
        return Named("i", x.reshape(-1)) if x.ndim else Named("", x)

    def more(self, case: Case) -> dict[str, Named]:
        """What stands in a formula besides the arrays of the call."""
        found = {"size of the first axis": Named("", np.asarray(float(self.shape[0])))}
        found["blank"] = Named("", np.asarray(self.blank))
        if "logit_length" in case.operands:
            found["frames"] = Named("i", case.operands["logit_length"])
        elif "logit_padding" in case.operands:
            found["frames"] = Named("i", (case.operands["logit_padding"] == 0).sum(1))
        elif self.pixels:
            found["frames"] = Named("i", np.full(self._size(self.items), self._size(self.pixels)))
        return found

    def laid(self, result: Named) -> Array:
        """A result in the layout of the arrays."""
        if result.axes != "ij" or self.linear:
            return result.values if result.axes == "" else self._of_items(result)
        sizes = [self.shape[i] for i in (*self.items, *self.axes)]
        return np.transpose(result.values.reshape(sizes), np.argsort((*self.items, *self.axes)))

    def _of_items(self, result: Named) -> Array:
        return result.values.reshape([self.shape[i] for i in self.items])


def _axes(text: str, ndim: int) -> tuple[int, ...]:
    """The axes that a page names, as numbers from 0."""
    if text == "1, or the only one":
        return (min(1, ndim - 1),)
    if text == "all axes":
        return tuple(range(ndim))
    if text.startswith("all from "):
        return tuple(range(int(text.split()[2]), ndim))
    if text.startswith("by the number of axes: "):
        axes = [int(pair.split(": ")[1]) for pair in text.partition(": ")[2].split(", ")]
        return (axes[min(ndim, len(axes) - 1)],)
    if text.startswith("all but the first and the last"):
        return tuple(range(1, ndim - 1))
    return tuple(int(axis) % ndim for axis in text.strip("()").split(",") if axis.strip())
