"""One evaluation: what is called, and what came of it."""

import re
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

Array = Any


class Call(NamedTuple):
    """A function of operands by name, evaluated together with its derivatives by `wrt`.

    `fn(**operands)` gets framework arrays for the NumPy arrays given here. Gradients are those of the
    result times `cotangent`. `gradient` overrides how they are found (closed forms on NumPy); `wrt`
    is empty for functions that cannot be differentiated.
    `gradient` gives one for each of `arrays`. `identity` is equal for calls that run the
    same computation on other numbers, so that a compiled one serves all of them.
    """

    fn: Callable[..., Array]
    operands: dict[str, Array]
    wrt: tuple[str, ...]
    cotangent: Array
    strided: bool
    identity: tuple[Any, ...]
    gradient: Callable[..., tuple[Array | None, ...]] | None = None
    arrays: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """A value, gradients by operand name, and the dtype the value came in."""

    value: Array
    gradients: dict[str, Array]
    dtype: str


class Failure(NamedTuple):
    """What was raised instead."""

    kind: str  # the name of the exception class
    message: str
    ours: bool  # an error that xlogits raises on purpose

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        from xlogits.errors import XlogitsError

        message = re.sub(r"\S*/site-packages/", ".../", " ".join(str(error).split()))
        message = message if len(message) <= 300 else f"{message[:300]} ..."
        return cls(type(error).__name__, message, isinstance(error, XlogitsError))


Result = Outcome | Failure


def with_gaps(array: Array) -> tuple[Array, tuple[slice, ...]]:
    """An array twice as large in every direction, and the index under which the array is in it."""
    import numpy as np

    big = np.zeros(tuple(2 * n for n in array.shape), array.dtype)
    index = tuple(slice(None, None, 2) for _ in array.shape)
    big[index] = array
    return big, index


def differentiated(run: Callable[[list[Call]], list[Result]], calls: list[Call]) -> list[Result]:
    """Results with gradients by every array, or by the first where that is all there is."""
    ran = run(calls)
    failed = [
        i for i, call in enumerate(calls) if isinstance(ran[i], Failure) and len(call.wrt) > 1
    ]
    return retried(ran, failed, lambda i: calls[i]._replace(wrt=calls[i].wrt[:1]), run)


def retried(
    ran: list[Result],
    places: list[int],
    call: Callable[[int], Call],
    run: Callable[[list[Call]], list[Result]],
) -> list[Result]:
    """The results, those at `places` replaced by what another call in each gives."""
    found = list(ran)
    for i, result in zip(places, run([call(i) for i in places]) if places else [], strict=True):
        found[i] = result
    return found


def each(run: Callable[[Call], Outcome], calls: list[Call]) -> list[Result]:
    """Run calls one after the other; what one raises is its result."""
    results: list[Result] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # natives warn of the very inputs they are tried on
        for call in calls:
            try:
                results.append(run(call))
            except Exception as error:  # any error of any framework is a finding, not a crash
                results.append(Failure.of(error))
    return results
