"""Both sides of every function, run in one framework and dtype, and their errors in ULP."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from xlogits.catalogue import NATIVES
from xlogits.frameworks import FRAMEWORKS, differentiable
from xlogits.losses import Labels, Loss, SigmoidCrossEntropy, SoftmaxCrossEntropy, Transform
from xlogits.parity import engines
from xlogits.parity.accuracy import inputs
from xlogits.parity.accuracy.exact import Exact, Truth, truths
from xlogits.parity.accuracy.inputs import Case
from xlogits.parity.engines import Call, Failure, Result
from xlogits.parity.natives import ready, spoken
from xlogits.precision import FORMATS

Array = Any


class Function(NamedTuple):
    """A function of ours, and what frameworks call it, with the options that make it the same."""

    name: str
    ours: Loss | Transform
    natives: tuple[tuple[str, dict[str, Any]], ...]

    def on(self, backend: str) -> tuple[str, dict[str, Any]] | None:
        """What it is called where it takes the arrays of a backend."""
        for name, options in self.natives:
            if FRAMEWORKS[NATIVES[name].framework].home == backend:
                return name, options
        return None


class Errors(NamedTuple):
    """Largest errors in ULP: of the value, of the gradient by the label's class, by the others."""

    value: float
    target: float | None = None
    others: float | None = None


class Row(NamedTuple):
    """One function on one kind of input."""

    function: str
    backend: str
    dtype: str
    case: str
    name: str  # "" where the framework has no such function
    native: Errors | None
    ours: Errors


_NONE = {"reduction": "none"}
_NN = "torch.nn.functional."
FUNCTIONS = (
    Function(
        "softmax_cross_entropy, class indexes",
        SoftmaxCrossEntropy(labels=Labels("index")),
        (
            (_NN + "cross_entropy", _NONE),
            ("tensorflow.nn.sparse_softmax_cross_entropy_with_logits", {}),
            ("optax.softmax_cross_entropy_with_integer_labels", {}),
        ),
    ),
    Function(
        "softmax_cross_entropy, dense labels",
        SoftmaxCrossEntropy(labels=Labels("dense")),
        (
            (_NN + "cross_entropy", _NONE),
            ("tensorflow.nn.softmax_cross_entropy_with_logits", {}),
            ("optax.softmax_cross_entropy", {}),
        ),
    ),
    Function(
        "sigmoid_cross_entropy",
        SigmoidCrossEntropy(),
        (
            (_NN + "binary_cross_entropy_with_logits", _NONE),
            ("tensorflow.nn.sigmoid_cross_entropy_with_logits", {}),
            ("optax.sigmoid_binary_cross_entropy", {}),
        ),
    ),
    Function(
        "log_softmax",
        Transform(function="log_softmax"),
        (
            ("scipy.special.log_softmax", {"axis": -1}),
            (_NN + "log_softmax", {"dim": -1}),
            ("tensorflow.nn.log_softmax", {}),
            ("jax.nn.log_softmax", {}),
        ),
    ),
    Function(
        "softmax",
        Transform(function="softmax"),
        (
            ("scipy.special.softmax", {"axis": -1}),
            (_NN + "softmax", {"dim": -1}),
            ("tensorflow.nn.softmax", {}),
            ("jax.nn.softmax", {}),
        ),
    ),
    Function(
        "logsumexp",
        Transform(function="logsumexp"),
        (
            ("scipy.special.logsumexp", {"axis": -1}),
            ("torch.logsumexp", {"dim": -1}),
            ("tensorflow.math.reduce_logsumexp", {"axis": -1}),
            ("jax.nn.logsumexp", {"axis": -1}),
        ),
    ),
    Function(
        "sigmoid",
        Transform(function="sigmoid"),
        (
            ("scipy.special.expit", {}),
            ("torch.sigmoid", {}),
            ("tensorflow.nn.sigmoid", {}),
            ("jax.nn.sigmoid", {}),
        ),
    ),
    Function(
        "log_sigmoid",
        Transform(function="log_sigmoid"),
        (
            ("scipy.special.log_expit", {}),
            (_NN + "logsigmoid", {}),
            ("tensorflow.math.log_sigmoid", {}),
            ("jax.nn.log_sigmoid", {}),
        ),
    ),
    Function(
        "softplus",
        Transform(function="softplus"),
        (
            (_NN + "softplus", {}),
            ("tensorflow.nn.softplus", {}),
            ("jax.nn.softplus", {}),
        ),
    ),
)
ELEMENTWISE = frozenset({"sigmoid_cross_entropy", "sigmoid", "log_sigmoid", "softplus"})


def measure(
    backends: Sequence[str],
    dtypes: Sequence[str] = tuple(FORMATS),
    only: Sequence[str] = (),
    large: bool = False,
) -> Iterator[Row]:
    """The table line by line. `only`: words, one of which is in the name of the function."""
    chosen = [f for f in FUNCTIONS if not only or any(word in f.name for word in only)]
    for dtype in dtypes:
        tasks = []
        for made in (inputs.rows(dtype, large), inputs.each(dtype)):
            for case in made:
                some = [f for f in chosen if (f.name in ELEMENTWISE) == (case.indexes is None)]
                exact = truths([f.name for f in some], case)
                tasks += [Task(f, case, exact[f.name]) for f in some]
        for backend in backends:
            engine = engines.load(backend)
            if dtype in engine.dtypes("cpu"):
                yield from _rows(tasks, engine, backend, dtype)


class Task(NamedTuple):
    """A function of some inputs, and what it is."""

    function: Function
    case: Case
    exact: Truth


def _rows(tasks: Sequence[Task], engine: Any, backend: str, dtype: str) -> Iterator[Row]:
    """All calls are handed over at once, because compiling them together costs the least."""
    named = [task for task in tasks if task.function.on(backend)]
    calls = [_ours(task) for task in tasks] + [_native(task, backend) for task in named]
    found = [
        _errors(call, result, task.exact, dtype)
        for call, result, task in zip(
            calls, engine.run(calls, dtype, "cpu", engine.QUICK), [*tasks, *named], strict=True
        )
    ]
    natives = iter(found[len(tasks) :])
    for task, ours in zip(tasks, found, strict=False):
        name, _ = task.function.on(backend) or ("", {})
        native = next(natives) if name else None
        yield Row(task.function.name, backend, dtype, task.case.name, name, native, ours)


def _ours(task: Task) -> Call:
    name, loss, _ = task.function
    operands, cotangent = _operands(name, task.case)
    identity = name, *(x.shape for x in operands.values())
    return Call(
        *(loss, operands, ("pred",), cotangent, False, identity),
        *(loss.gradient, loss.ARRAYS),
    )


def _native(task: Task, backend: str) -> Call:
    name, options = task.function.on(backend) or ("", {})
    operands, cotangent = _operands(task.function.name, task.case)
    native = NATIVES[name]
    function = ready(native, options, frozenset(operands))
    wrt = ("pred",) if differentiable(native.framework) else ()
    identity = name, *(x.shape for x in operands.values())
    call = partial(spoken, function, native, options)
    return Call(call, operands, wrt, cotangent, False, identity)


def _operands(function: str, case: Case) -> tuple[dict[str, Array], Array]:
    """Operands by neutral name, and what picks the entry that is differentiated."""
    if function == "softmax_cross_entropy, class indexes":
        return {"pred": case.logits, "target": case.indexes}, np.ones(len(case.logits))
    if function == "softmax_cross_entropy, dense labels":
        return {"pred": case.logits, "target": case.dense}, np.ones(len(case.logits))
    if function == "sigmoid_cross_entropy":
        return {"pred": case.logits, "target": case.dense}, np.ones(case.logits.shape)
    if function == "logsumexp" or case.indexes is None:
        return {"pred": case.logits}, np.ones(len(case.logits))
    chosen = np.zeros(case.logits.shape)
    np.put_along_axis(chosen, case.indexes[:, None], 1.0, 1)
    return {"pred": case.logits}, chosen


def _errors(call: Call, found: Result, exact: Truth, dtype: str) -> Errors:
    if isinstance(found, Failure):
        raise RuntimeError(f"{call.identity} in {dtype}: {found.kind}: {found.message}")
    value = float(np.max(in_ulp(found.value, exact.value, dtype)))
    if "pred" not in found.gradients:
        return Errors(value)
    slopes = in_ulp(found.gradients["pred"], exact.gradient, dtype)
    parts = [slopes[exact.target], slopes[~exact.target]]
    target, others = (float(np.max(part)) if part.size else None for part in parts)
    return Errors(value, target, others)


def in_ulp(found: Array, exact: Exact, dtype: str) -> Array:
    """|found - exact| in units in the last place of the exact number; infinite for a stray NaN.

    Where a number is the difference of two given ones, such as p - q of a soft label, the unit is
    that of the larger.
    """
    unit = inputs.ulp(np.maximum(abs(exact.high), exact.terms), dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        error = abs((found - exact.high) - exact.low) / unit
    error = np.where(found == exact.high, abs(exact.low) / unit, error)
    return np.where(np.isnan(error), np.inf, error)
