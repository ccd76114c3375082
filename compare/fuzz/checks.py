"""What has to hold of an example, whatever it is.

`value` and `gradient`: the definition in extended precision, which shares no formula with the losses
(`xlogits/parity/reference`); its derivatives come from the complex step. `operands` are not written to.
`shift`, `order` and `split`: a loss that does not change when a number is added to all logits, when
classes are renamed, or when the batch is cut in two, does not.
"""

from collections import Counter
from typing import Any

import numpy as np

from compare.fuzz import invariances
from compare.fuzz.example import Example, laid_out
from xlogits.losses import LinearSoftmaxCrossEntropy, Transform
from xlogits.losses.parts.form import EPS
from xlogits.parity.engines import Call, Failure
from xlogits.parity.engines import numpy as engine
from xlogits.parity.plan import Prepared, prepared
from xlogits.parity.verdict import described, error
from xlogits.report.results import LIMIT

Array = Any


class Tally:
    """How often each check ran, and the largest error of each, in eps times the reference's scale."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.worst: dict[str, float] = {}

    def hold(self, check: str, found: float, limit: float, told: str) -> None:
        """Count a comparison; raise if its error is above the limit."""
        assert found <= limit, f"{check}: {told}, {found:.3g} of {limit:.3g}"
        self.ran[check] += 1
        self.worst[check] = max(self.worst.get(check, 0.0), found)


def check(example: Example, tally: Tally) -> None:
    """Everything that is checked on NumPy."""
    with np.errstate(all="ignore"):
        ready = prepared(example.loss, example.operands, example.dtype)
        _against_the_reference(example, ready, tally)
        if not mean_of_nothing(example, ready):
            _invariances(example, ready, tally)


def given(example: Example, ready: Prepared) -> dict[str, Array]:
    """The arrays of a call, in their dtypes and layout."""
    made = {}
    for name, x in ready.operands.items():
        if not isinstance(x, np.ndarray):
            made[name] = x
            continue
        dtype = "float64" if example.wide and name != "pred" else example.dtype
        made[name] = laid_out(engine.array(x, dtype, "cpu"), example.layout)
    return made


def _against_the_reference(example: Example, ready: Prepared, tally: Tally) -> None:
    loss, arrays = example.loss, given(example, ready)
    before = {k: x.copy() for k, x in arrays.items() if isinstance(x, np.ndarray)}
    value = example.function(**arrays)
    name = np.asarray(value).dtype.name
    assert name == ready.result_dtype, f"the result is {name}, not {ready.result_dtype}"
    if mean_of_nothing(example, ready):
        if example.loss.reduction.empty == "nan":
            assert not np.isfinite(engine.numbers(value)), f"{value} is a mean over nothing"
            tally.ran["mean over nothing"] += 1
        return
    _same("value", engine.numbers(value), ready.reference.value, ready.result_dtype, tally)
    cotangent = engine.array(ready.cotangent, ready.result_dtype, "cpu")
    slopes = example.function.gradient(**arrays, cotangent=cotangent)
    names = loss.SLOPES if isinstance(loss, LinearSoftmaxCrossEntropy) else loss.ARRAYS
    for name, slope in zip(names, slopes, strict=True):
        if slope is None:
            assert name not in ready.wrt or name == "target", f"no gradient by {name}"
            continue
        assert slope.dtype == arrays[name].dtype, f"gradient by {name} is {slope.dtype}"
        if name in ready.wrt:
            _same(
                "gradient",
                engine.numbers(slope),
                ready.reference.gradients[name],
                rounding(ready),
                tally,
            )
    for name, x in before.items():
        assert np.array_equal(x, arrays[name], equal_nan=x.dtype.kind not in "biu"), (
            f"{name} changed"
        )
    tally.ran["operands"] += 1


def mean_of_nothing(example: Example, ready: Prepared) -> bool:
    """Whether it is divided by 0: NaN or infinite as the sum is 0 or not, without a derivative."""
    word = "none" if isinstance(example.loss, Transform) else example.loss.reduction.word
    return word not in ("none", "sum") and bool(np.isnan(ready.reference.value[0]).any())


def _invariances(example: Example, ready: Prepared, tally: Tally) -> None:
    """Against the loss itself, of other operands that have to give the same."""
    arrays, scale = given(example, ready), ready.reference.value[1]
    plain = engine.numbers(example.function(**arrays))
    for name, find in invariances.FIND.items():
        made = find(example, arrays, (plain, scale))
        if made is None:
            continue
        found, (wanted, size) = made
        off = error(found, wanted, size, ready.result_dtype)
        told = described(found, wanted) if off > 2 * LIMIT else ""
        tally.hold(name, off, 2 * LIMIT, told)


def rounding(ready: Prepared) -> str:
    """A gradient has the dtype of its operand, and passed through that of the result."""
    return max(ready.dtype, ready.result_dtype, key=EPS.__getitem__)


def _same(check: str, got: Array, expected: tuple[Array, Array], dtype: str, tally: Tally) -> None:
    found = error(got, *expected, dtype)
    told = described(got, expected[0]) if found > LIMIT else ""
    tally.hold(check, found, LIMIT, told)


def against(example: Example, framework: Any, mode: str, tally: Tally) -> None:
    """Value and gradients on another framework, by its own automatic differentiation."""
    loss = example.loss
    with np.errstate(all="ignore"):
        ready = prepared(loss, example.operands, example.dtype)
    arrays = {k: v for k, v in ready.operands.items() if isinstance(v, np.ndarray)}
    numbers = {k: v for k, v in ready.operands.items() if k not in arrays}
    call = Call(
        lambda **operands: example.function(**operands, **numbers),
        arrays,
        tuple(k for k in ready.wrt if k in arrays and arrays[k].dtype.kind == "f"),
        ready.cotangent,
        example.layout == "gaps",
        (loss, example.dtype, *sorted(numbers.items())),
    )
    (found,) = framework.run([call], example.dtype, "cpu", mode)
    if isinstance(found, Failure):
        raise AssertionError(f"{found.kind}: {found.message}")
    assert found.dtype == ready.result_dtype, f"the result is {found.dtype}"
    if mean_of_nothing(example, ready):
        if example.loss.reduction.empty == "nan":
            assert not np.isfinite(found.value), f"{found.value} is a mean over nothing"
            tally.ran["mean over nothing"] += 1
        return
    _same("value", found.value, ready.reference.value, ready.result_dtype, tally)
    for name, slope in found.gradients.items():
        _same("gradient", slope, ready.reference.gradients[name], rounding(ready), tally)
