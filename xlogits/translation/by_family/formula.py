"""Losses of one formula: a native call without its reduction, or the formula itself."""

from dataclasses import replace
from typing import Any

from xlogits.errors import Refused
from xlogits.losses import (
    AxesFrom,
    CosineSimilarity,
    Elementwise,
    Entropy,
    KLDivergence,
    MultiLabelMargin,
    Reduction,
    RelativeEntropy,
    Rowwise,
)
from xlogits.translation.by_family.divergence import divergence, entropy, relative_entropy
from xlogits.translation.by_family.similarity import COMPOSED
from xlogits.translation.expression import literal_number
from xlogits.translation.tidy import lines

NONE = Reduction("none")
LONGEST = 2000  # characters that a formula may have, repetitions named, and still be read


def by_formula(whole: Any) -> Any:
    """A loss of one formula: a native without reduction, or the formula itself, written down."""
    loss = whole.loss
    names = loss.ARRAYS
    plain = replace(loss, reduction=NONE, dtype=None, spread_weight=False)
    for name in whole.operands:
        masked = name == "mask" and (isinstance(loss, Rowwise) or _sums_divergence(loss))
        if not masked and name not in {*names, "sample_weight", "class_weight", "inner_weight"}:
            raise Refused(f"a {name} of {type(loss).__name__} has no short composition")
    weighted = "inner_weight" in whole.operands
    if weighted or (isinstance(loss, Elementwise) and loss.inner == "root_mean"):
        return _inner_mean(whole, loss, plain)
    given = {name: whole.operands[name] for name in (*names, "mask") if name in whole.operands}
    items = whole.core(plain, given)
    items = _written_down(whole, loss, names) if items is None else items
    length = len(str(items))
    length = length if length <= LONGEST else sum(map(len, lines(str(items))))
    if length > LONGEST:
        raise Refused(f"written out, the formula is {length} characters long")
    weight = whole.operands.get("class_weight")
    return items if weight is None else whole.xp.take(weight, whole.operands["target"]) * items


def _sums_divergence(loss: Any) -> bool:
    return isinstance(loss, KLDivergence) and loss.inner != "mean"


def _inner_mean(whole: Any, loss: Any, plain: Any) -> Any:
    """The weighted mean of the elements along axis 0, or the root of it."""
    if loss.axis != 0:
        raise Refused(f"a weighted mean, or its root, along axis {loss.axis} is not written")
    arrays = {name: whole.operands[name] for name in loss.ARRAYS}
    items = whole.core(replace(plain, inner="none"), arrays)
    items = loss.term(whole.xp, *arrays.values()) if items is None else items
    weight = whole.operands.get("inner_weight")
    if weight is None:
        mean = whole.language.write("mean_along", (items, 0))
    else:
        mean = whole.language.write("weighted", (weight, items)) / whole.xp.sum(weight)
    if loss.inner == "mean":
        return mean
    whole.assume("some error")
    return whole.xp.sqrt(mean)


def _written_down(whole: Any, loss: Any, names: tuple[str, ...]) -> Any:
    """The formula itself, with the class axis last and class indexes as rows of 0 and 1."""
    arrays = [whole.operands[name] for name in names]
    variance = whole.operands.get("variance")
    if variance is not None and literal_number(variance) is None:
        whole.assume("variances of elements")
    if isinstance(loss, KLDivergence):
        return divergence(whole, loss, *arrays)
    if isinstance(loss, Elementwise):
        items = loss.term(whole.xp, *arrays)
        if loss.inner == "none":
            return items
        word = "mean_along" if loss.inner == "mean" else "sum_along"
        return whole.language.write(word, (items, loss.axis))
    if not isinstance(loss, Rowwise):
        raise Refused(f"no composition is known for {type(loss).__name__}")
    if getattr(loss, "one_score", False):
        whole.assume("every class has its column")
    write = whole.language.write
    flat = loss.axis is None and not loss.keepdims
    per_item = loss.axis == AxesFrom(1) and not loss.keepdims
    axis = -1 if flat or per_item else whole.single_axis()
    if flat:
        arrays = [write("flat", (a,)) for a in arrays]
    if per_item:
        whole.assume("several axes")
        whole.assume("not empty")
        arrays = [write("per_item", (a,)) for a in arrays]
    mask = whole.operands.get("mask")
    if mask is not None:
        arrays = [whole.xp.where(mask, a, 0.0) for a in arrays]
        if isinstance(loss, CosineSimilarity) and not loss.eps:
            whole.assume("no row of zeros")
    for at, name in enumerate(names):
        if name in loss.SINGLE:
            arrays[at] = arrays[at] if type(loss) in COMPOSED else write("expand", (arrays[at], -1))
        elif axis != -1 and not (name == "target" and loss.labels.kind == "index"):
            arrays[at] = write("moveaxis", (arrays[at], axis, -1))
    if isinstance(loss, Entropy):
        return entropy(whole, loss, *arrays)
    if isinstance(loss, RelativeEntropy):
        return relative_entropy(whole, loss, *arrays)
    if isinstance(loss, MultiLabelMargin):
        arrays[1] = _times_listed(whole, *arrays)
    if loss.labels.kind == "index":
        at = names.index("target")
        classes = write("classes", (arrays[0], -1))
        arrays[at] = whole.xp.one_hot(whole.indexes(arrays[at]), classes, arrays[0])
    composed = COMPOSED.get(type(loss))
    items = composed(whole.xp, loss, *arrays) if composed else loss.term(whole.xp, *arrays)
    return write("expand", (items, axis)) if loss.keepdims else items


def _times_listed(whole: Any, x: Any, y: Any) -> Any:
    """How many times each class is in a row of class indexes that ends at its first negative one."""
    xp, write = whole.xp, whole.language.write
    listed = xp.cumsum(write("like", (y < 0, x)), -1) == 0
    hot = xp.one_hot(xp.where(listed, y, 0), write("classes", (x, -1)), x)
    return write("sum_along", (xp.where(xp.expand(listed, -1), hot, 0.0), -2))
