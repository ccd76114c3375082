"""`assert_losses_match`: two loss functions of two frameworks, over inputs drawn for them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.errors import OptionError
from xlogits.gradient import value_and_grad
from xlogits.testing.making import array
from xlogits.testing.parity import assert_parity

Array = Any
Function = Callable[..., Any]

NAMES = ("numpy", "torch", "tensorflow", "jax")
KINDS = ("index", "dense", "events")


class Case(NamedTuple):
    """Logits and labels, as NumPy arrays."""

    logits: Array
    labels: Array


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
        OptionError: an unknown framework or kind of labels.
        Refused: gradients of a function on NumPy arrays whose derivative is not known.

    Example:
        >>> import xlogits as xl
        >>> loss = xl.softmax_cross_entropy
        >>> assert_losses_match(loss, loss, frameworks=("numpy", "numpy"), cases=3)
    """
    for name in frameworks:
        if name not in NAMES:
            raise OptionError(f"frameworks names {name!r}; expected {', '.join(NAMES)}")
    if labels not in KINDS:
        raise OptionError(f"labels is {labels!r}; expected {', '.join(KINDS)}")
    drawn = _drawn(cases, labels, seed) if isinstance(cases, int) else (Case(*c) for c in cases)

    def why(case: Case) -> str:
        return _failure((fn_a, fn_b), frameworks, case, grad, rtol, atol)

    for number, case in enumerate(drawn, 1):
        failure = why(case)
        if failure:
            small = _smallest(case, why)
            raise AssertionError(
                f"case {number} fails; the smallest that does:\nlogits = {small.logits.tolist()}\n"
                f"labels = {small.labels.tolist()}\n{why(small)}"
            )


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


def _failure(
    fns: tuple[Function, Function],
    frameworks: tuple[str, str],
    case: Case,
    grad: bool,
    rtol: float | None,
    atol: float | None,
) -> str:
    """What is different on a case; '' where nothing is."""
    sides = [_side(fn, name, case, grad) for fn, name in zip(fns, frameworks, strict=True)]
    (a, grad_a), (b, grad_b) = sides
    try:
        assert_parity(
            a, b, rtol=rtol, atol=atol, logits=case.logits, labels=case.labels, name="loss"
        )
        if grad:
            assert_parity(grad_a, grad_b, rtol=rtol, atol=atol, name="gradient by the logits")
    except AssertionError as error:
        return str(error)
    return ""


def _side(fn: Function, framework: str, case: Case, grad: bool) -> tuple[Any, Any]:
    logits, labels = (array(x, framework, "cpu") for x in case)
    if not grad:
        return fn(logits, labels), None
    if framework == "numpy":
        return value_and_grad(fn)(logits, labels)
    return value_and_grad(lambda logits, labels: fn(logits, labels))(logits, labels)


def _smallest(case: Case, why: Callable[[Case], str]) -> Case:
    """A case that still fails, of which nothing can be left out or rounded."""
    shrinking = True
    while shrinking:
        shrinking = False
        for smaller in _smaller(case):
            if why(smaller):
                case, shrinking = smaller, True
                break
    return case


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
