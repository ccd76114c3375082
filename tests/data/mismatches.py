"""Mismatches made from the records: a right call of a native function, and traps that people fall into.

The numbers come from the definitions of `xlogits.reference`, in extended precision, which share
no formula with the losses that a diagnosis tries; the traps are written here once more, by hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.cases import DOMAINS
from xlogits.cases.formula import Domain, normal
from xlogits.catalogue import NATIVES, Native
from xlogits.losses import (
    CTC,
    LOG_PROBABILITIES,
    LOGITS,
    PROBABILITIES,
    AxesFrom,
    ClassOverlap,
    Form,
    KLDivergence,
    Labels,
    MultiLabelMargin,
    Reduction,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    Transform,
    XLogY,
)
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.products import LogAddExp
from xlogits.parity.plan import _in_dtype
from xlogits.parity.variants import variants
from xlogits.reference import evaluate

Array = Any
Rng = np.random.Generator
INDEX, DENSE = Labels("index"), Labels("dense")


class Side(NamedTuple):
    """One side of a comparison: a loss with its reduction, its operands, and what is done after.

    With several `ranks` it is the mean of what each of them gives for its share of the items.
    """

    loss: Any
    operands: dict[str, Array]
    after: tuple[Callable[[Array], Array], ...] = ()
    ranks: int = 1

    @property
    def value(self) -> Array:
        if self.ranks == 1:
            found = self._of(self.operands)
        else:
            shares = np.array_split(np.arange(len(self.operands["pred"])), self.ranks)
            found = np.mean([self._of(self._share(items)) for items in shares])
        for change in self.after:
            found = change(found)
        return np.asarray(found, np.float64)

    def _of(self, operands: dict[str, Array]) -> Array:
        found: Array = evaluate(_in_dtype(self.loss, "float32"), operands).value[0]
        return found

    def _share(self, items: Array) -> dict[str, Array]:
        """What a rank is handed of the operands."""
        return {
            name: x if name == "class_weight" else x[items] for name, x in self.operands.items()
        }

    def also(self, **fields: Any) -> "Side":
        return self._replace(loss=replace(self.loss, **fields))

    def given(self, **operands: Array) -> "Side":
        return self._replace(operands=self.operands | operands)

    def then(self, change: Callable[[Array], Array]) -> "Side":
        return self._replace(after=(*self.after, change))


class Trap(NamedTuple):
    """What goes wrong: a name, and the side on which it did."""

    name: str
    spring: Callable[[Side], Side]


class Mismatch(NamedTuple):
    """Two sides that differ by traps."""

    native: str
    traps: tuple[Trap, ...]
    draw: Callable[[Rng], Side]
    right: Side

    @property
    def wrong(self) -> Side:
        return self.sprung(self.right)

    def sprung(self, side: Side) -> Side:
        for trap in self.traps:
            side = trap.spring(side)
        return side


def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def single(x: Array) -> Array:
    """Rounded to float32, as data are."""
    return np.asarray(x, np.float32).astype(np.float64)


# --- right calls -----------------------------------------------------------------------------------


def rights() -> dict[str, tuple[Native, Any]]:
    """Native functions by name, with the loss that they compute by default, of every kind of loss."""
    found = {}
    for native in NATIVES.values():
        loss = native.loss
        if isinstance(loss, Transform | XLogY | LogAddExp) or native.framework == "xlogits":
            continue
        if type(loss).__name__ in ("HuberPenalty", "PseudoHuberPenalty", "Square"):
            continue  # of one array: no two sides
        plain = next(iter(variants(native)))
        names = {*loss.ARRAYS, *plain.wanted}
        operands = {a.key: object() for a in native.parameters if a.to in names}
        read = native.read(operands | plain.options).loss
        word = read.reduction.word
        means = Reduction("mean_over_items" if word == "none" else word)
        found[native.name] = native, replace(read, reduction=means, dtype=None, spread_weight=False)
    return found


def drawer(loss: Any, rng: Rng) -> Callable[[Rng], Side]:
    """How to draw data for a loss, of a size that is drawn once."""
    n, c, t = int(rng.integers(9, 25)), int(rng.integers(3, 9)), int(rng.integers(3, 7))
    more = rng.random(4) < 0.35
    kind = "index" if more[3] else "dense"

    def draw(rng: Rng) -> Side:
        n_now = n + int(rng.integers(0, 4))
        if isinstance(loss, SoftmaxCrossEntropy):
            return _softmax_side(loss, rng, n_now, c, more, kind)
        if isinstance(loss, SigmoidCrossEntropy):
            return _sigmoid_side(loss, rng, n_now, c, more)
        if isinstance(loss, CTC):
            return _ctc_side(loss, rng, n_now, c, t)
        return _formula_side(loss, rng, n_now, c)

    return draw


def _softmax_side(loss: Any, rng: Rng, n: int, c: int, more: Array, kind: str) -> Side:
    shape = (n, c)
    x = rng.normal(size=shape) * 3
    if loss.form.kind != "logits":  # none so sure that a native's own clip would matter
        x = softmax(x / 2)
    if loss.form.kind == "log_probabilities":
        x = np.log(x)
    labels = kind if loss.labels.kind == "inferred" else loss.labels.kind
    operands = {"pred": single(x)}
    ignore = None
    if labels == "index":
        operands["target"] = rng.integers(0, c, n)
        if loss.ignore_index is not None and more[0]:
            operands["target"][rng.random(n) < 0.3] = ignore = loss.ignore_index
            operands["target"][0] = 1 if ignore == 0 else 0
    else:
        operands["target"] = single(softmax(rng.normal(size=shape) * 2))
    if more[1] and "class_weight" in loss.OPERANDS and "class" in loss.reduction.word:
        operands["class_weight"] = single(rng.uniform(0.5, 2, c))
    elif more[2]:
        operands["sample_weight"] = single(rng.uniform(0.5, 2, n))
    made = Labels(labels)  # type: ignore[arg-type]
    return Side(replace(loss, axis=1, labels=made, ignore_index=ignore), operands)


def _sigmoid_side(loss: Any, rng: Rng, n: int, c: int, more: Array) -> Side:
    x = rng.normal(size=(n, c)) * 2
    if loss.form.kind == "probabilities":
        x = 1 / (1 + np.exp(-x))
    operands = {"pred": single(x), "target": (rng.random((n, c)) < 0.4) * 1.0}
    if more[0] and loss.inner == "none" and loss.form.kind == "logits":
        operands["pos_weight"] = single(rng.uniform(1, 4, c))
    return Side(loss, operands)


def _ctc_side(loss: Any, rng: Rng, n: int, c: int, t: int) -> Side:
    n, frames, labels = n // 3, 2 * t + 2, t // 2 + 1
    x = rng.normal(size=(frames, n, c) if loss.time_major else (n, frames, c))
    x = np.log(softmax(x)) if loss.form.kind == "log_probabilities" else x
    operands = {
        "pred": single(x),
        "target": rng.integers(1, c - 1, (n, labels)),
        "logit_length": rng.integers(frames - 2, frames + 1, n),
        "label_length": rng.integers(1, labels + 1, n),
    }
    return Side(replace(loss), operands)


def _formula_side(loss: Any, rng: Rng, n: int, c: int) -> Side:
    domain: Any = DOMAINS.get(type(loss))
    domain = domain if isinstance(domain, Domain) else domain(loss) if domain else Domain()
    single_axis = getattr(loss, "SINGLE", frozenset())
    operands = {}
    for name in loss.ARRAYS:
        draw = domain.draw.get(name, normal)
        operands[name] = single(draw(rng, (n,) if name in single_axis else (n, c)))
    if getattr(getattr(loss, "labels", None), "kind", "") == "index":
        operands["target"] = rng.integers(0, c, n)
    if isinstance(loss, MultiLabelMargin):  # the classes of an item, then -1
        listed = rng.random((n, c)).argsort(1)
        operands["target"] = np.where(np.arange(c) < rng.integers(1, c, (n, 1)), listed, -1)
    if isinstance(loss, ClassOverlap):
        operands["pred"] = single(softmax(rng.normal(size=(n, c)) * 2))
        operands["target"] = np.eye(c)[rng.integers(0, c, n)]
    axis = getattr(loss, "axis", -1)
    if axis is not None and not isinstance(axis, int | tuple | AxesFrom):
        loss = replace(loss, axis=class_axes(axis, 2)[0])
    return Side(loss, operands)


# --- traps -----------------------------------------------------------------------------------------


def traps(side: Side, native: Native, rng: Rng) -> Iterator[Trap]:
    """The traps that a call can fall into."""
    loss = side.loss
    yield from _reductions(side)
    yield Trap("the other sign", lambda s: s.then(lambda v: -v))
    if isinstance(loss, SoftmaxCrossEntropy):
        yield from _softmax_traps(side, rng)
    elif isinstance(loss, SigmoidCrossEntropy):
        yield from _sigmoid_traps(side, rng)
    elif isinstance(loss, KLDivergence):
        yield from _divergence_traps(side)
    yield from _weights(side)
    yield from _arrays(side)
    yield from _options(side, native)


def _word(word: str) -> Callable[[Side], Side]:
    return lambda s: s.also(reduction=Reduction(word))


def _reductions(side: Side) -> Iterator[Trap]:
    word = side.loss.reduction.word
    if word != "sum":
        yield Trap("the sum", _word("sum"))
    if word.startswith("mean"):
        yield Trap("the mean, divided by the batch once more", _divided_again)
        yield Trap("half of it", lambda s: s.then(lambda v: v / 2))
    counted = getattr(side.loss, "ignore_index", None) is not None
    if counted and word not in ("mean_over_items", "sum"):
        yield Trap("the mean over ignored items too", _word("mean_over_items"))
    if word in ("mean_over_class_weight", "mean_over_valid") and isinstance(
        side.loss, SoftmaxCrossEntropy
    ):
        yield Trap("the mean of two ranks' means", lambda s: s._replace(ranks=2))
    if "class_weight" in side.operands and word == "mean_over_class_weight":
        yield Trap("weighted, divided by the count", _word("mean_over_valid"))


def _divided_again(s: Side) -> Side:
    n = len(s.operands["target" if isinstance(s.loss, CTC) else "pred"])
    return s.then(lambda v: v / n)


def _takes(form: Form) -> Callable[[Side], Side]:
    return lambda s: s.also(form=form)


def _fed(function: Callable[[Array], Array], form: Form) -> Callable[[Side], Side]:
    return lambda s: s.given(pred=function(s.operands["pred"])).also(form=form)


def _softmax_traps(side: Side, rng: Rng) -> Iterator[Trap]:
    kind = side.loss.form.kind
    if kind == "logits":
        yield Trap("softmax twice", _fed(softmax, LOGITS))
        yield Trap("log missing", _fed(softmax, LOG_PROBABILITIES))
        yield Trap("log-softmax missing", _takes(LOG_PROBABILITIES))
        yield Trap("a sigmoid before the softmax", _fed(lambda x: 1 / (1 + np.exp(-x)), LOGITS))
        if type(side.loss) is SoftmaxCrossEntropy:
            clip = Form("probabilities", renormalise="after", clip=(1e-7, 1 - 1e-7))
            yield Trap("from_logits=False", _takes(clip))
        yield Trap("a temperature of 2", lambda s: s.given(pred=s.operands["pred"] / 2))
        if side.loss.labels.kind == "index":
            yield Trap("softmax along the batch", _fed(_log_softmax_along_batch, LOG_PROBABILITIES))
        if type(side.loss) is SoftmaxCrossEntropy:
            yield Trap("the sum missing", _fed(np.ones_like, PROBABILITIES))
    if kind == "probabilities":
        yield Trap("softmax twice", _takes(LOGITS))
        yield Trap("log missing", _takes(LOG_PROBABILITIES))
        low = float(rng.choice([1e-2, 1e-3]))
        if type(side.loss) is SoftmaxCrossEntropy and side.loss.form.clip is None:
            yield Trap("clipped", _takes(Form("probabilities", clip=(low, 1 - low))))
    if kind == "log_probabilities":
        yield Trap(
            "probabilities for logarithms", lambda s: s.given(pred=np.exp(s.operands["pred"]))
        )
        yield Trap("log twice", _takes(PROBABILITIES))
    amount = float(rng.choice([0.1, 0.05, 0.2, 0.15, 0.07, 0.3]))
    yield Trap(f"smoothing of {amount}", lambda s: s.also(label_smoothing=amount))
    yield Trap("in bits", lambda s: s.then(lambda v: v / np.log(2)))
    yield from _label_traps(side)


def _log_softmax_along_batch(x: Array) -> Array:
    return np.log(softmax(x, 0))


def _label_traps(side: Side) -> Iterator[Trap]:
    if side.loss.labels.kind == "index":
        if side.loss.ignore_index is None:
            yield Trap(
                "labels one too high",
                lambda s: s.given(target=(s.operands["target"] + 1) % s.operands["pred"].shape[1]),
            )
            if type(side.loss) is SoftmaxCrossEntropy and "class_weight" not in side.operands:
                yield Trap("indexes as rows", _indexes_as_rows)
        else:
            yield Trap("ignored items counted as class 0", _count_ignored)
        return
    yield Trap("labels made one-hot", lambda s: s.given(target=_hard(s.operands["target"])))
    if side.loss.form.kind == "probabilities":
        yield Trap("swapped", _swap)


def _indexes_as_rows(s: Side) -> Side:
    y, classes = s.operands["target"], s.operands["pred"].shape[1]
    return s.given(target=np.repeat(y[:, None] * 1.0, classes, 1)).also(labels=DENSE)


def _count_ignored(s: Side) -> Side:
    y = s.operands["target"]
    return s.given(target=np.where(y == s.loss.ignore_index, 0, y)).also(ignore_index=None)


def _hard(q: Array) -> Array:
    return np.eye(q.shape[1])[q.argmax(1)]


def _swap(s: Side) -> Side:
    return s.given(pred=s.operands["target"] * 1.0, target=s.operands["pred"])


def _sigmoid_traps(side: Side, rng: Rng) -> Iterator[Trap]:
    if side.loss.form.kind == "logits":
        yield Trap("sigmoid twice", _fed(lambda x: 1 / (1 + np.exp(-x)), LOGITS))
        if "pos_weight" not in side.operands:
            clip = Form("probabilities", clip=(1e-7, 1 - 1e-7))
            yield Trap("from_logits=False", _takes(clip))
            if side.loss.inner == "none":
                yield Trap("softmax for sigmoid", _softmax_for_sigmoid)
    else:
        yield Trap("sigmoid twice", _takes(LOGITS))
    yield Trap("labels the wrong way round", lambda s: s.given(target=1 - s.operands["target"]))
    amount = float(rng.choice([0.1, 0.05, 0.2]))
    yield Trap(f"smoothing of {amount}", lambda s: s.also(label_smoothing=amount))
    yield Trap("in bits", lambda s: s.then(lambda v: v / np.log(2)))


def _softmax_for_sigmoid(s: Side) -> Side:
    return s._replace(loss=SoftmaxCrossEntropy(labels=DENSE, reduction=s.loss.reduction))


def _divergence_traps(side: Side) -> Iterator[Trap]:
    yield Trap(
        "the other direction",
        lambda s: _swap(s).also(log_pred=s.loss.log_target, log_target=s.loss.log_pred),
    )
    if side.loss.log_pred:
        yield Trap(
            "probabilities for logarithms", lambda s: s.given(pred=np.exp(s.operands["pred"]))
        )
    elif side.loss.clip is None:
        yield Trap("logarithms missing", lambda s: s.also(log_pred=True))
    if side.loss.reduction.word != "mean_over_batch":
        yield Trap("batchmean", _word("mean_over_batch"))


def _weights(side: Side) -> Iterator[Trap]:
    for name in ("class_weight", "pos_weight", "sample_weight"):
        if name in side.operands:

            def forget(s: Side, name: str = name) -> Side:
                return s._replace(operands={k: v for k, v in s.operands.items() if k != name})

            yield Trap(f"{name} forgotten", forget)


def _arrays(side: Side) -> Iterator[Trap]:
    x, y = side.operands["pred"], side.operands.get("target")
    own = SoftmaxCrossEntropy | SigmoidCrossEntropy | KLDivergence | MultiLabelMargin
    alike = y is not None and x.shape == y.shape and len(side.operands) == 2
    if alike and not isinstance(side.loss, own):
        yield Trap("swapped", _swap)
    yield Trap("rounded to bfloat16", lambda s: s.given(pred=_bfloat16(s.operands["pred"])))


def _bfloat16(x: Array) -> Array:
    bits = np.asarray(x, np.float32).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)


OPTIONS_ELSEWHERE = {"dtype", "reduction", "form", "axis", "label_smoothing", "ignore_index"}


def _options(side: Side, native: Native) -> Iterator[Trap]:
    """Every option of the record, set on one side only."""
    names = {a.name: a for a in native.parameters}
    for variant in variants(native):
        if len(variant.options) != 1 or variant.wanted or variant.plain:
            continue
        ((name, value),) = variant.options.items()
        arg = names.get(name)
        if arg is None or not arg.to or arg.to in OPTIONS_ELSEWHERE or arg.to == "base":
            continue
        field = arg.to
        setting = arg.values[value] if arg.values is not None else value
        if getattr(side.loss, field, setting) != setting:
            yield Trap(f"{field}={setting}", lambda s, f=field, v=setting: s.also(**{f: v}))


# --- mismatches ------------------------------------------------------------------------------------


def mismatches(count: int, traps_each: int, seed: int, only: str = "") -> Iterator[Mismatch]:
    """Mismatches of native functions in turn, each with traps drawn from those it can fall into."""
    rng = np.random.default_rng(seed)
    known = rights()
    names = [name for name in known if only in name]
    made = 0
    while made < count:
        native, loss = known[names[int(rng.integers(len(names)))]]
        draw = drawer(loss, rng)
        right = draw(rng)
        possible = list(traps(right, native, rng))
        picked = rng.choice(len(possible), min(traps_each, len(possible)), replace=False)
        chosen = tuple(possible[i] for i in picked)
        found = Mismatch(native.name, chosen, draw, right)
        if len(chosen) == traps_each and _visible(found):
            made += 1
            yield found


def padded(index: int, weighted: bool, seed: int) -> Iterator[Mismatch]:
    """A call with labels that are ignored, with every trap that it can fall into by itself."""
    rng = np.random.default_rng(seed)
    native, loss = rights()["torch.nn.functional.cross_entropy"]
    loss = replace(loss, ignore_index=index)
    more = np.array([True, weighted, False, True])

    def draw(rng: Rng) -> Side:
        return _softmax_side(loss, rng, int(rng.integers(12, 20)), 5, more, "index")

    right = draw(rng)
    for trap in traps(right, native, rng):
        found = Mismatch(native.name, (trap,), draw, right)
        if _visible(found):
            yield found


def _visible(found: Mismatch) -> bool:
    """Whether every trap changes the number, and the number still is one."""
    try:
        values = [found.right.value]
        side = found.right
        for trap in found.traps:
            side = trap.spring(side)
            values.append(side.value)
        without = [t.spring(found.right).value for t in found.traps]
    except Exception:  # a trap that does not go with another one
        return False
    ends = (*values[:-1], *(without if len(found.traps) > 1 else ()))
    return all(np.ndim(v) == 0 and np.isfinite(v) for v in values) and all(
        abs(values[-1] - v) > 1e-4 * abs(v) for v in ends
    )
