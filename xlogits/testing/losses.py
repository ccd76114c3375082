"""`assert_losses_match`: two loss functions of two frameworks, over inputs drawn for them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.errors import OptionError
from xlogits.frameworks import BACKENDS, FRAMEWORKS
from xlogits.gradient import value_and_grad
from xlogits.testing import record
from xlogits.testing.making import array
from xlogits.testing.parity import Limits, compared
from xlogits.testing.record import Comparison

Array = Any
Function = Callable[..., Any]

KINDS = ("index", "dense", "events")


class Case(NamedTuple):
    """Logits and labels, as NumPy arrays."""

    logits: Array
    labels: Array


class Pair(NamedTuple):
    """Two losses and how they are held against each other."""

    fns: tuple[Function, Function]
    frameworks: tuple[str, str]
    grad: bool
    limits: Limits

    @property
    def name(self) -> str:
        return " and ".join(getattr(fn, "__name__", type(fn).__name__) for fn in self.fns)


def assert_losses_match(
    fn_a: Function,
    fn_b: Function,
    *,
    frameworks: tuple[str, str],
    cases: int | Iterable[tuple[Array, Array]] = 20,
    labels: str = "index",
    grad: bool = True,
    rtol: float | None = 1e-5,
    atol: float | None = 1e-6,
    seed: int = 0,
) -> None:
    """Raise unless two losses of logits and labels agree, in value and gradient, on all cases.

    Args:
        fn_a, fn_b: called as `fn(logits, labels)` with float32 arrays of their frameworks.
        frameworks: of each: "numpy", "torch", "tensorflow" or "jax".
        cases: how many to draw (of random sizes; large, equal and confident logits among them), or
            pairs of NumPy arrays.
        labels: what is drawn: "index", class indexes; "dense", distributions; "events", 0 and 1.
        grad: hold the gradients by the logits against each other too. NumPy's are known for functions
            of xlogits only.
        rtol, atol: what is allowed, as in `assert_parity`.
        seed: of the drawing.

    Raises:
        AssertionError: the smallest case that still fails, found by leaving out items and classes and
            rounding numbers, with what a diagnosis makes of it.
        OptionError: an unknown framework or kind of labels, or no case at all.
        Refused: gradients of a function on NumPy arrays whose derivative is not known.

    Example:
        >>> import xlogits as xl
        >>> loss = xl.softmax_cross_entropy
        >>> assert_losses_match(loss, loss, frameworks=("numpy", "numpy"), cases=3)
    """
    for name in frameworks:
        if name not in BACKENDS:
            raise OptionError(f"frameworks names {name!r}; expected {', '.join(BACKENDS)}")
    if labels not in KINDS:
        raise OptionError(f"labels is {labels!r}; expected {', '.join(KINDS)}")
    __tracebackhide__ = True  # pytest then shows the line of the test
    drawn = _drawn(cases, labels, seed) if isinstance(cases, int) else (Case(*c) for c in cases)
    pair = Pair((fn_a, fn_b), frameworks, grad, (rtol, atol, None))
    try:
        found = _over(pair, drawn)
    except Exception as error:
        record.remember_failure(error, pair.name, "assert_losses_match")
        raise
    record.remember(found)
    if found.message:
        raise AssertionError(found.message)


def _over(pair: Pair, drawn: Iterable[Case]) -> Comparison:
    """The first case on which they differ, made small; else the largest error of all cases."""
    worst, where, number = Comparison(""), "", 0
    for number, case in enumerate(drawn, 1):
        for made in _compared(pair, case):
            if made.message:
                name = f"{pair.name}: {made.name} of case {number}"
                message = f"case {number} fails; the smallest that does:\n{_smallest(pair, case)}"
                return made._replace(name=name, message=message, assertion="assert_losses_match")
            if not where or made.error > worst.error:
                worst, where = made, f"{made.name} of case {number}"
    if not number:
        raise OptionError("cases is empty; expected a number of 1 or more, or pairs of arrays")
    said = f"{pair.name}: {number} cases" + (f", the furthest {where}" if where else "")
    return worst._replace(name=said, assertion="assert_losses_match")


def _drawn(count: int, kind: str, seed: int) -> Iterator[Case]:
    """Cases of random sizes; every fifth has equal logits, large ones, or very confident ones."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        n, c = int(rng.integers(1, 9)), int(rng.integers(2, 8))
        scale = (1.0, 4.0, 0.0, 30.0, 1.0)[number % 5]
        x = (rng.normal(size=(n, c)) * scale).astype(np.float32)
        if kind == "index":
            yield Case(x, rng.integers(0, c, n))
        elif kind == "events":
            yield Case(x, (rng.random((n, c)) < 0.5).astype(np.float32))
        else:
            q = rng.exponential(size=(n, c))
            yield Case(x, (q / q.sum(1, keepdims=True)).astype(np.float32))


def _compared(pair: Pair, case: Case, why: bool = False) -> Iterator[Comparison]:
    """The values on a case, then the gradients; with `why`, what explains a difference."""
    sides = [
        _side(fn, name, case, pair.grad) for fn, name in zip(pair.fns, pair.frameworks, strict=True)
    ]
    (a, grad_a), (b, grad_b) = sides
    known = {"logits": case.logits, "labels": case.labels}
    yield compared(a, b, pair.limits, "loss", known if why else None)
    if pair.grad:
        yield compared(grad_a, grad_b, pair.limits, "gradient by the logits", {} if why else None)


def _side(fn: Function, framework: str, case: Case, grad: bool) -> tuple[Any, Any]:
    logits, labels = (array(x, framework, "cpu") for x in case)
    if not grad:
        return fn(logits, labels), None
    if not FRAMEWORKS[framework].differentiable:
        return value_and_grad(fn)(logits, labels)
    return value_and_grad(lambda logits, labels: fn(logits, labels))(logits, labels)


def _smallest(pair: Pair, case: Case) -> str:
    """A case that still fails, of which nothing can be left out or rounded, and what fails."""
    shrinking = True
    while shrinking:
        shrinking = False
        for smaller in _smaller(case):
            if any(made.message for made in _compared(pair, smaller)):
                case, shrinking = smaller, True
                break
    message = next(made.message for made in _compared(pair, case, why=True) if made.message)
    return f"logits = {case.logits.tolist()}\nlabels = {case.labels.tolist()}\n{message}"


def _smaller(case: Case) -> Iterator[Case]:
    x, y = case
    for item in range(len(x) if len(x) > 1 else 0):
        keep = np.arange(len(x)) != item
        yield Case(x[keep], y[keep])
    last = x.shape[1] - 1
    if last > 1 and (y.ndim == 2 or (y < last).all()):
        yield Case(x[:, :last], y[:, :last] if y.ndim == 2 else y)
    for digits in (0, 1):
        rounded = np.round(x, digits)
        if not np.array_equal(rounded, x):
            yield Case(rounded, y)
