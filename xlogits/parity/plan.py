"""What the matrix is made of: the rows of a selection, and the numbers each row is tried on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatch
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from xlogits.cases import CORE, Case, cases
from xlogits.catalogue import NATIVES, Native, find
from xlogits.errors import OptionError
from xlogits.losses import Loss, Transform
from xlogits.parity.variants import Variant, reading, variants
from xlogits.precision import HALF, rounded
from xlogits.reference import Reference, evaluate

Array = Any


@dataclass(frozen=True)
class Selection:
    """Which part of the matrix to run. Empty means all."""

    only: tuple[str, ...] = ()  # patterns of native names
    backends: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    quick: bool = False  # float32, one mode, no options
    exhaustive: bool = False  # every case in every mode and dtype, not just every pair
    shard: tuple[int, int] = (1, 1)

    @property
    def complete(self) -> bool:
        return self in (Selection(), Selection(exhaustive=True))


class Rank(Enum):
    """What a native function is among those that compute the same kind of loss."""

    LEADER = "the first of all frameworks"
    MEMBER = "one of the others"
    TWIN = "a class that does what a function of its framework does"


class Job(NamedTuple):
    """One row of the matrix: a way of calling a function, on one case."""

    native: Native
    variant: Variant
    case: Case
    loss: Loss | Transform
    rank: Rank = Rank.LEADER
    turn: int = 0  # how many leaders before this one have the case

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for jobs that compute the same loss of the same numbers."""
        return self.loss, self.variant.wanted, self.case.name


def named(job: Job) -> tuple[str, str, str]:
    """Function, variant and case, as the ledger names them."""
    return job.native.name, job.variant.label, job.case.name


def rows(selection: Selection) -> list[Job]:
    """The rows of a selection, from the catalogue.

    Shards are runs of neighbours, about equally long: a function and its class stand side by side
    and compute the same losses, which are then run once.
    """
    only = selection.only
    found = [
        job
        for native in NATIVES.values()
        if not native.ours and (not only or any(_named(native, pattern) for pattern in only))
        for form in _forms(native)
        for job in _rows_of(form, selection.quick)
    ]
    found = list(_in_turn(found))
    part, parts = selection.shard
    first, last = (len(found) * (part - 1) // parts, len(found) * part // parts)
    return found[first:last]


def _in_turn(jobs: list[Job]) -> Iterator[Job]:
    """Jobs of leaders numbered among those of other leaders on the same case."""
    before: dict[str, dict[str, int]] = {}
    for job in jobs:
        if job.rank is Rank.LEADER:
            turns = before.setdefault(job.case.name, {})
            yield job._replace(turn=turns.setdefault(job.native.name, len(turns)))
        else:
            yield job


def _forms(native: Native) -> tuple[Native, ...]:
    """The record of a function, and that of the call that leaves an array out."""
    return (native,) if native.without is None else (native, native.without)


@cache
def _ranks() -> dict[tuple[str, str], Rank]:
    """The rank of every function, in the order of the catalogue but functions before classes."""
    kinds: set[Any] = set()
    own: set[Any] = set()
    found = {}
    every = [form for native in NATIVES.values() for form in _forms(native)]
    for native in sorted(every, key=lambda native: bool(native.then)):
        if native.ours:
            continue
        kind = _kind(native.loss)
        twin = bool(native.then) and (kind, native.framework) in own
        found[native.name, native.lacks] = (
            Rank.TWIN if twin else Rank.MEMBER if kind in kinds else Rank.LEADER
        )
        kinds.add(kind)
        own.add((kind, native.framework))
    return found


@cache
def leaders() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for (name, _), rank in _ranks().items() if rank is Rank.LEADER))


def _kind(loss: Any) -> tuple[Any, ...]:
    form, labels = getattr(loss, "form", None), getattr(loss, "labels", None)
    return type(loss), getattr(loss, "function", None), form and form.kind, labels and labels.kind


def _rows_of(native: Native, quick: bool) -> Iterator[Job]:
    for variant in variants(native):
        if quick and not variant.plain:
            continue
        loss = reading(native, variant)
        for case in cases(loss, variant.wanted):
            if variant.plain or case.name in CORE:
                yield Job(native, variant, case, loss, _ranks()[native.name, native.lacks])


def _named(native: Native, pattern: str) -> bool:
    names = (native.name, native.short, native.framework, *native.aliases)
    return any(fnmatch(name, pattern) for name in names) or native in _spelled(pattern)


@cache
def _spelled(name: str) -> tuple[Native, ...]:
    """The record that people mean by `F.cross_entropy` or `tf.nn.softmax`."""
    try:
        return (find(name),)
    except OptionError:
        return ()


class Place(NamedTuple):
    """Where something is run, and how."""

    backend: str
    device: str = "cpu"
    dtype: str = "float32"
    mode: str = "eager"


class Prepared(NamedTuple):
    """A case in one dtype: rounded operands, what they should give, and what to differentiate by."""

    operands: dict[str, Array]
    reference: Reference
    cotangent: Array
    wrt: tuple[str, ...]
    dtype: str
    result_dtype: str


def prepare(job: Job, dtype: str) -> Prepared:
    return prepared(job.loss, job.case.operands, dtype)


def unreferenced(case: Case, dtype: str) -> Prepared:
    """A case of which only the original can say what is to come of it."""
    operands = {k: rounded(v, dtype) for k, v in case.operands.items()}
    unknown = Reference((np.zeros(0), np.ones(0)), {})
    return Prepared(operands, unknown, np.ones(()), ("pred",), dtype, dtype)


def prepared(loss: Loss | Transform, operands: dict[str, Array], dtype: str) -> Prepared:
    """The operands of a loss as they are in a dtype, and what is to come of them."""
    operands = {k: rounded(v, dtype) for k, v in operands.items()}
    result = getattr(loss, "dtype", None) or dtype
    exact = {k: rounded(v, result) for k, v in operands.items()}
    loss = _in_dtype(loss, dtype)
    reference = evaluate(loss, exact)
    shape, cotangent = np.shape(reference.value[0]), np.ones(())
    if shape:
        cotangent = 0.5 + (np.arange(np.prod(shape)) % 4).reshape(shape) / 4
        reference = evaluate(loss, exact, cotangent)
    wrt = tuple(reference.gradients)
    return Prepared(operands, reference, cotangent, wrt, dtype, result)


def _in_dtype(loss: Any, dtype: str) -> Any:
    """The loss with its clip as it is in the dtype it is computed in."""
    form = getattr(loss, "form", None)
    if form is None or form.clip is None:
        return loss
    clip = form.at(dtype).clip
    work = getattr(loss, "dtype", None) or dtype
    work = "float32" if work in HALF else work
    return replace(
        loss, form=replace(form, clip=tuple(float(np.dtype(work).type(c)) for c in clip))
    )
