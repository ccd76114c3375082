"""Every translation that is claimed to be exact, run: what it gives against what was asked for.

For each way of calling each function, and each framework it is written for, the source that
`xlogits.translation` writes is executed on that framework's arrays, in float64, on all cases for which
what it takes for granted holds; value and gradient are held against those of the original itself.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.cases import Case
from xlogits.frameworks import FRAMEWORKS, differentiable
from xlogits.losses import LOGITS, Loss, Transform
from xlogits.losses.parts.axes import class_axes
from xlogits.parity.beside import Named, called, precision, row_about, row_of_precision
from xlogits.parity.engines import Call, Failure, Outcome, Result, settled
from xlogits.parity.engines.run import differentiated
from xlogits.parity.natives import Natives
from xlogits.parity.plan import Job, Place, Prepared, named, prepare
from xlogits.parity.verdict import by, described, error
from xlogits.report.results import (
    AGREE,
    DIFFERS,
    KNOWN,
    REFUSED,
    TRANSLATED,
    TRANSLATION_LIMIT,
    Cell,
)

Array = Any
OPTIONS_ON = ("ordinary", "ignored labels", "dense labels")  # the cases that options are tried on


def targets(loaded: dict[str, Any]) -> tuple[str, ...]:
    """The frameworks that can be translated to and run here."""
    from xlogits.translation.language import TARGETS

    return tuple(target for target in TARGETS if FRAMEWORKS[target].home in loaded)


def cells(
    jobs: list[Job], target: str, loaded: dict[str, Any], originals: "Originals"
) -> Iterator[Cell]:
    """A cell for every quantity of every translation on every case it is meant for."""
    with ExitStack() as settings:
        for engine in loaded.values():
            settings.enter_context(settled(engine, "float64"))
        yield from _of_target(jobs, target, loaded[FRAMEWORKS[target].home], originals)


class Originals:
    """What the functions give that are translated, each run once on every case."""

    def __init__(self, loaded: dict[str, Any]) -> None:
        self.of_dtype = {d: Natives(d, {}, loaded) for d in ("float64", "float32")}

    def of(self, run: list[tuple[Job, Prepared, Any]], dtype: str) -> list[Result]:
        natives = self.of_dtype[dtype]
        jobs = [job for job, *_ in run]
        natives.prepared |= {job.key: prepared for job, prepared, _ in run}
        return natives.of(jobs, Place("", dtype=dtype))


def _of_target(jobs: list[Job], target: str, engine: Any, originals: Originals) -> Iterator[Cell]:
    from xlogits.translation.language import language

    found: dict[Any, Any] = {}
    run: list[tuple[Job, Prepared, Any]] = []
    seen: set[Any] = set()
    for job in jobs:
        if not job.variant.plain and job.case.name not in OPTIONS_ON:
            continue
        dense = np.ndim(job.case.operands.get("target", 0)) == np.ndim(job.case.operands["pred"])
        key = job.native.name, job.variant.label, dense
        if key not in found:
            call = _as_call(job)
            kind = "dense" if dense else "index"
            found[key] = call and _translated(call, language(target), kind)
        translation = found[key]
        if translation is None or translation.native == job.native.name:
            continue  # itself: that is what the rest of the matrix is about
        if not translation.source:
            if job.case.name == "ordinary":
                yield _cell(job, target, "value", REFUSED, why=translation.why_not)
            continue
        twin = translation.source, job.key  # a function and its class ask for the same
        if twin not in seen and all(HOLDS[w](job.loss, job.case) for w in translation.assumptions):
            seen.add(twin)
            asked = job._replace(loss=_asked(job.loss, translation.assumptions))
            dtype = "float32" if "single" in translation.assumptions else "float64"
            run.append((job, prepare(asked, dtype), translation))
    for dtype in ("float64", "float32"):
        some = [row for row in run if row[1].dtype == dtype]
        yield from _executed(some, target, engine, dtype, originals)


def _executed(
    run: list[tuple[Job, Prepared, Any]],
    target: str,
    engine: Any,
    dtype: str,
    originals: Originals,
) -> Iterator[Cell]:
    calls = [_call(job, prepared, t, target) for job, prepared, t in run]
    ran = differentiated(lambda some: engine.run(some, dtype, "cpu", engine.QUICK), calls)
    for (job, prepared, t), first, second in zip(run, originals.of(run, dtype), ran, strict=True):
        yield from _judged(job, prepared, t, first, second, target)


def _translated(call: Any, target: Any, labels: str) -> Any:
    from xlogits.errors import Refused
    from xlogits.translation import Translation, translated

    try:
        return translated(call, target, labels=labels)
    except Refused as refusal:
        return Translation("", why_not=str(refusal))


def _as_call(job: Job) -> Any:
    """The call of a row, with its operands as names."""
    from xlogits.errors import XlogitsError
    from xlogits.translation.call import read
    from xlogits.translation.expression import Expr

    given: dict[str, Any] = dict(job.variant.options)
    left = set(job.case.operands)
    for parameter in job.native.parameters:  # an operand with two names goes under the first
        if parameter.to in left:
            given.setdefault(parameter.key, Expr(parameter.to))
            left.remove(parameter.to)
    try:
        return read(job.native, given)
    except XlogitsError:
        return None


def _asked(loss: Any, assumed: tuple[str, ...]) -> Any:
    """The loss as it is meant, in the dtype that everything is computed in here."""
    if "logits" in assumed:
        loss = replace(loss, form=LOGITS)
    return replace(loss, dtype=None) if getattr(loss, "dtype", None) == "float32" else loss


def _call(job: Job, prepared: Prepared, translation: Any, target: str) -> Call:
    names: dict[str, Any] = {}
    for line in translation.imports:
        exec(line, names)  # the imports that xlogits wrote itself
    code = compile(translation.source, "<translation>", "eval")

    def fn(**operands: Array) -> Any:
        return eval(code, names, operands)

    wrt = prepared.wrt if differentiable(target) else ()
    identity = translation.source, *translation.imports
    return Call(fn, prepared.operands, wrt, prepared.cotangent, job.case.strided, identity)


def _judged(
    job: Job, prepared: Prepared, t: Any, first: Result, second: Result, target: str
) -> Iterator[Cell]:
    """A cell for each quantity: what the translation gives, `second`, beside the original's."""
    dtype, case = prepared.dtype, job.case.name
    source = (Named(job.native.name, job.variant.label),)
    calls = (*source, *called(t.source))

    def cell(found: Any, quantity: str, off: float | None, why: str) -> Cell:
        known = f"{found[0].name}: " if found else ""
        outcome = KNOWN if found else DIFFERS
        return _cell(job, target, quantity, outcome, off, f"{known}{why}", dtype)

    absent = isinstance(first, Failure) and first.kind == "NotInstalled"
    # a function of float32 alone: our record stands for it in the dtype that translations are run in
    absent = absent or (isinstance(first, Failure) and precision(source, dtype) != dtype)
    if isinstance(first, Failure) and not absent:
        if isinstance(second, Failure):
            yield _cell(job, target, "value", AGREE, why="both refuse", dtype=dtype)
        else:
            found = row_about(source, case, "value", dtype)
            yield cell(found, "value", None, f"{first.kind}: {t.source} takes what is refused")
        return
    if isinstance(second, Failure):
        found = row_about(calls, case, "value", dtype) or row_of_precision(calls, dtype)
        yield cell(found, "value", None, f"{t.source} raised {second.kind}: {second.message}")
        return
    given = None if isinstance(first, Failure) else first
    for quantity, got, exact, scale in _quantities(prepared, given, second, target, t.assumptions):
        off = error(got, exact, scale, precision(calls, dtype))
        if off <= TRANSLATION_LIMIT:
            yield _cell(job, target, quantity, AGREE, off, dtype=dtype)
        else:
            found = row_about(calls, case, quantity, dtype)
            yield cell(found, quantity, off, f"{t.source} gives {described(got, exact)}")


def _quantities(
    prepared: Prepared,
    first: Outcome | None,
    second: Outcome,
    target: str,
    assumed: tuple[str, ...],
) -> Iterator[tuple[str, Array, Array, Array]]:
    """Quantity, what the translation gives, what the original gives, and the scale of its entries.

    Where the original is not installed, or has no gradient, the reference of our record stands for it.
    """
    reference = prepared.reference
    exact, scale = reference.value
    yield "value", second.value, first.value if first else exact, scale
    for name in prepared.wrt if differentiable(target) else ():
        constant = name == "target" and "constant labels" in assumed
        if name in second.gradients and not constant:
            exact, scale = reference.gradients[name]
            there = first.gradients.get(name, exact) if first else exact
            yield by(name), second.gradients[name], there, scale


def _cell(
    job: Job,
    target: str,
    quantity: str,
    outcome: str,
    error: float | None = None,
    why: str = "",
    dtype: str = "float64",
) -> Cell:
    backend = FRAMEWORKS[target].home if target else ""
    place = Place(backend, dtype=dtype, mode=f"{TRANSLATED} {target}")
    return Cell(*named(job), *place, quantity, outcome, theirs=error, why=why)


# -- whether what a translation takes for granted holds for a case

Holds = Callable[[Loss | Transform, Case], bool]


def _ignored(loss: Any, case: Case) -> Array:
    index, target = getattr(loss, "ignore_index", None), np.asarray(case.operands["target"])
    return target == index if index is not None and target.dtype.kind in "iu" else target != target


def _counts(loss: Any, case: Case) -> bool:
    weight = np.asarray(case.operands.get("sample_weight", 1.0))
    target = np.asarray(case.operands["target"])
    return bool(target.size and not _ignored(loss, case).all() and weight.any() and weight.size)


def _no_zero(loss: Any, case: Case) -> bool:
    p = np.asarray(case.operands["pred"])
    form = getattr(loss, "form", LOGITS)
    return bool(np.isfinite(p).all() and (form.kind != "probabilities" or (p > 0).all()))


def _positive(loss: Any, case: Case) -> bool:
    return all(
        np.isfinite(case.operands[name]).all()
        and (is_log or (np.asarray(case.operands[name]) > 0).all())
        for name, is_log in (
            ("pred", getattr(loss, "log_pred", False)),
            ("target", getattr(loss, "log_target", False)),
        )
        if name in case.operands
    )


def _not_negative(loss: Any, case: Case) -> bool:
    return all((np.asarray(case.operands[name]) >= 0).all() for name in loss.ARRAYS)


def _one_shape(case: Case) -> bool:
    return np.shape(case.operands["target"]) == np.shape(case.operands["pred"])


def _class_mask(case: Case) -> bool:
    return np.ndim(case.operands["mask"]) == np.ndim(case.operands["pred"])


def _variances(case: Case) -> bool:
    pred, variance = np.shape(case.operands["pred"]), np.shape(case.operands["variance"])
    return len(variance) in (0, len(pred))


def _within(loss: Any, case: Case) -> bool:
    p = np.asarray(case.operands["pred"])
    return bool(((p > 1e-6) & (p < 1 - 1e-6)).all())


def _normalised(case: Case) -> bool:
    return bool(np.allclose(np.exp(case.operands["pred"]).sum(-1), 1))


def _item_weights(loss: Any, case: Case) -> bool:
    weight = case.operands.get("sample_weight")
    return weight is None or np.ndim(weight) > 0


def _one_weight_each(loss: Any, case: Case) -> bool:
    """Whether sample weights have the shape of the items."""
    weight, shape = case.operands.get("sample_weight"), np.shape(case.operands["pred"])
    if getattr(loss, "inner", "") != "none":
        along = class_axes(loss.axis, len(shape))
        shape = tuple(n for i, n in enumerate(shape) if i not in along)
    return weight is None or np.shape(weight) == shape


def _column(case: Case) -> bool:
    """Whether class indexes come with an axis of size 1 for the classes."""
    pred, target = np.shape(case.operands["pred"]), np.shape(case.operands["target"])
    return len(pred) == len(target) and target[-1:] == (1,) != pred[-1:]


def _below(loss: Any, case: Case) -> bool:
    return bool((np.asarray(case.operands["pred"]) * loss.beta <= 20).all())


def _no_tie(loss: Any, case: Case) -> bool:
    at_zero = getattr(loss, "margin", None) == 0 and (
        case.name == "rows of zeros" or np.any(case.operands["target"] == 0)
    )
    return case.name not in TIES and not at_zero


def _no_row_of_zeros(loss: Any, case: Case) -> bool:
    mask = np.asarray(case.operands.get("mask", True))
    axes = np.ndim(case.operands["pred"])
    if 0 < mask.ndim < axes:  # one of the items
        mask = mask.reshape(mask.shape + (1,) * (axes - mask.ndim))
    return all(
        bool(np.where(mask, case.operands[name], 0).any(loss.axis).all()) for name in loss.ARRAYS
    )


def _as_many_classes(loss: Any, case: Case) -> bool:
    """Encoded as they are, labels have as many classes as the largest of them says."""
    labels = np.asarray(case.operands["target"])
    classes = np.shape(case.operands["pred"])[-1]
    return labels.dtype.kind not in "iu" or (labels.size > 0 and labels.max() + 1 == classes)


def _some_weight(loss: Any, case: Case) -> bool:
    weight = case.operands.get("weight")
    if weight is None:
        return True
    return bool(np.any(weight, axis=class_axes(loss.axis, np.ndim(weight))).all())


TIES = (
    *("scores at the margin", "distances at the margin", "equal scores", "scores a margin apart"),
    *("ties, and scores 1 apart", "logits at the ends"),
)
HOLDS: dict[str, Holds] = {
    "rank": lambda loss, case: np.ndim(case.operands["pred"]) in (1, 2),
    "rank 2": lambda loss, case: np.ndim(case.operands["pred"]) == 2,
    "index labels": lambda loss, case: True,  # translated for the kind that the case has
    "dense labels": lambda loss, case: True,
    "labels in range": lambda loss, case: True,  # no case has others but those that are ignored
    "as many classes": _as_many_classes,
    "no column": lambda loss, case: not _column(case),
    "integer labels": lambda loss, case: np.asarray(case.operands["target"]).dtype.kind in "iu",
    "constant labels": lambda loss, case: True,
    "something counts": _counts,
    "float32": lambda loss, case: True,  # Keras is told to compute in float64
    "item weights": _item_weights,
    "one weight per item": _one_weight_each,
    "within the clip": _within,
    "inside": _within,
    "one shape": lambda loss, case: _one_shape(case),
    "as many labels": lambda loss, case: (
        np.size(case.operands["target"]) == np.size(case.operands["pred"])
    ),
    "class mask": lambda loss, case: _class_mask(case),
    "variances of elements": lambda loss, case: _variances(case),
    "positive": _positive,
    "no negative probability": _not_negative,
    "slope at 0": lambda loss, case: True,  # no case is differentiated there
    "some class": lambda loss, case: case.name != "row masked out",
    "above the floor": lambda loss, case: _within(loss, case),
    "no zero": lambda loss, case: _no_zero(loss, case),
    "some error": lambda loss, case: case.name != "prediction equal to target",
    "finite": lambda loss, case: "NaN" not in case.name,
    "not empty": lambda loss, case: np.size(case.operands["pred"]) > 0,
    "no tie": _no_tie,
    "no row of zeros": _no_row_of_zeros,
    "plain layer": lambda loss, case: np.ndim(case.operands["linear_weight"]) == 2,
    "several classes": lambda loss, case: np.shape(case.operands["pred"])[-1] > 1,
    "several axes": lambda loss, case: np.ndim(case.operands["pred"]) > 1,
    "x64": lambda loss, case: True,  # the matrix sets it
    "logits": lambda loss, case: _normalised(case),  # and held against the loss of logits
    "one row per item": lambda loss, case: np.ndim(case.operands["target"]) == 2,
    "enough frames": lambda loss, case: case.name not in ("too few frames", "one frame"),
    "padded at the end": lambda loss, case: True,
    "single": lambda loss, case: True,  # run in float32
    "nothing ignored": lambda loss, case: not _ignored(loss, case).any(),
    "no negative weight": lambda loss, case: bool(np.all(case.operands.get("weight", 1) >= 0)),
    "some weight": _some_weight,
    "below the threshold": lambda loss, case: _below(loss, case),
    "every class has its column": lambda loss, case: case.name != "positive column",
}
