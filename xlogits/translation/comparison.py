"""Two calls side by side: whether they are the same loss, and if not, in what they differ."""

from dataclasses import dataclass, fields, replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.translation.call import parse
from xlogits.translation.difference import ASSUMED
from xlogits.translation.difference import differ as differences
from xlogits.translation.expression import Expr


@dataclass(frozen=True)
class Comparison:
    """What `differ` found.

    Attributes:
        differences: in what the second call differs from the first, in words; empty where in nothing.
        assumed: what has to hold for that.
        measured: both on the same random arrays, where they differ.
    """

    differences: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    measured: str = ""

    @property
    def same(self) -> bool:
        """Whether both are the same loss, under what is assumed."""
        return not self.differences

    def __str__(self) -> str:
        lines = [*self.differences] or ["the same loss"]
        lines += [f"if {text}" for text in self.assumed]
        return "\n".join([*lines, self.measured] if self.measured else lines)


def differ(first: str, second: str, *, ndim: int | None = None) -> Comparison:
    """In what a second call differs from a first, on every input that is valid for the first.

    Args:
        first: a call as source code, read but never run.
        second: another, of any framework. Arrays are told apart by their role, not by their names.
        ndim: the number of axes of the prediction, where that is known.

    Raises:
        OptionError: source that is not a call, or an unknown name.
        Refused: an option that no record can express.

    Example:
        >>> found = differ("F.cross_entropy(x, y)", "F.cross_entropy(x, y, reduction='sum')")
        >>> found.differences[0]
        'the result is the sum instead of the mean over the items that are not ignored'
    """
    one, two = parse(first).reading, parse(second).reading
    operands = frozenset(one.operands) | frozenset(two.operands)
    found = differences(one.loss, two.loss, operands, ndim)
    texts = [d.text for d in found if not d.assumed]
    texts += [_only(name, "first") for name in one.operands if name not in two.operands]
    texts += [_only(name, "second") for name in two.operands if name not in one.operands]
    assumed = dict.fromkeys(ASSUMED[d.assumed] for d in found if d.assumed)
    return Comparison(tuple(texts), tuple(assumed), measured(one, two) if texts else "")


def _only(name: str, which: str) -> str:
    return f"only the {which} has {name.replace('_', ' ')}s"


def measured(wanted: Reading, other: Reading) -> str:
    """Both losses of the same ordinary arrays, in words; '' where they do not take the same."""
    import numpy as np

    from xlogits.reference import evaluate

    if _open(wanted.loss) or _open(other.loss):
        return ""
    given, taken = _ordinary(wanted), _ordinary(other)
    if given is None or taken is None or not _same_kind(given, taken):
        return ""
    shared = {name: given[name] for name in taken}
    results = evaluate(_in_float64(wanted.loss), given), evaluate(_in_float64(other.loss), shared)
    one, two = (float(np.mean(np.asarray(result.value[0], float))) for result in results)
    return f"{two:.6g} instead of {one:.6g} on {_described(given)}"


def _open(loss: Any) -> bool:
    """Whether an option is a variable, whose value is not known."""
    return any(isinstance(getattr(loss, each.name), Expr) for each in fields(loss))


def _ordinary(reading: Reading) -> dict[str, Any] | None:
    """The first arrays that this loss is tried on; None where there are none of its axes."""
    from xlogits.cases import cases

    extra = frozenset(reading.operands) - set(reading.loss.ARRAYS)
    case = next(cases(reading.loss, extra), None)
    return case and case.operands


def _same_kind(given: dict[str, Any], taken: dict[str, Any]) -> bool:
    """Whether every array that the second loss takes is there for the first, and is one like it."""

    def kind(x: Any) -> tuple[Any, ...]:
        within = bool(x.size) and bool(x.min() >= 0 and x.max() <= 1)  # probabilities, say
        return x.shape, x.dtype.kind, within

    return all(name in given and kind(given[name]) == kind(x) for name, x in taken.items())


def _in_float64(loss: Any) -> Any:
    """The loss with a clip that depends on the dtype written out."""
    form = getattr(loss, "form", None)
    return loss if form is None else replace(loss, form=form.at("float64"))


def _described(operands: dict[str, Any]) -> str:
    shape = " x ".join(str(n) for n in operands["pred"].shape)
    return f"random numbers of shape {shape}"
