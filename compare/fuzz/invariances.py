"""Changes of the operands after which a loss is known to be the same, or the same elsewhere.

Each takes an example, the arrays of its call and the result with its scale, and gives the result for
the changed arrays and what it has to be, again with a scale; None where it does not apply.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from compare.fuzz.example import BATCHED, Example
from xlogits import losses as L
from xlogits.losses.parts.axes import class_axes
from xlogits.losses.parts.elementary import ALONG

Array = Any
Scaled = tuple[Array, Array]
Pair = tuple[Array, Scaled]
MOVED_ALONG = (L.MulticlassHinge, L.MultiMargin, L.MultiLabelMargin, L.Sparsemax)


def shift(example: Example, arrays: dict[str, Array], plain: Scaled) -> Pair | None:
    """A number added to all logits changes nothing, or adds that number."""
    loss, x = example.loss, arrays["pred"]
    if not _moves_along(loss, arrays):
        return None
    amount = x.dtype.type(example.shift)
    moved = x + amount
    exact = np.asarray(x, np.float64) + float(amount)
    narrow = getattr(loss, "dtype", None) or x.dtype
    if not np.array_equal(np.asarray(moved.astype(narrow), np.float64), exact):
        return None  # the shift itself would round
    added = isinstance(loss, L.Transform) and loss.function in ("logsumexp", "logmeanexp")
    found = np.asarray(example.function(**arrays | {"pred": moved})).astype(np.float64)
    return found, (plain[0] + float(amount), plain[1] + abs(float(amount))) if added else plain


def _moves_along(loss: Any, arrays: dict[str, Array]) -> bool:
    if isinstance(loss, L.Transform):
        return loss.function in ALONG
    if isinstance(loss, L.SoftmaxCrossEntropy):
        return loss.form.exact
    if isinstance(loss, L.CTC):
        return bool(loss.form == L.LOGITS)
    if isinstance(loss, L.MultiLabelMargin):
        return True
    return isinstance(loss, MOVED_ALONG) and arrays["pred"].ndim > arrays["target"].ndim


def order(example: Example, arrays: dict[str, Array], plain: Scaled) -> Pair | None:
    """Classes under other numbers: the loss is the same, a result by class is in the new order."""
    loss, x = example.loss, arrays["pred"]
    axis = _class_axis(loss, arrays)
    if axis is None:
        return None
    linear = isinstance(loss, L.LinearSoftmaxCrossEntropy)
    classes = arrays["linear_weight"].shape[0] if linear else x.shape[axis]
    places = np.random.default_rng(example.order).permutation(classes)
    ignored = getattr(loss, "ignore_index", None)
    if ignored in range(classes) and places[ignored] != ignored:
        return None  # another class would be ignored
    along = {"pred", "target", "other", "mask", "weight"} - set(getattr(loss, "SINGLE", ()))
    along -= {"pred"} if linear else set()
    made = dict(arrays)
    for name, array in arrays.items():
        if name in ("class_weight", "linear_weight", "linear_bias"):
            made[name] = array[places]
        elif name == "target" and _indexed(loss, arrays):
            made[name] = _renamed(array, np.argsort(places), ignored)
        elif name in along:
            made[name] = array.take(places, axis)
    found = np.asarray(example.function(**made)).astype(np.float64)
    by_class = isinstance(loss, L.Transform) and ALONG[loss.function].masked is not None
    return found, (plain[0].take(places, axis), plain[1].take(places, axis)) if by_class else plain


def _class_axis(loss: Any, arrays: dict[str, Array]) -> int | None:
    """The axis of the classes, if there is one of them and the order of its entries is no matter."""
    x = arrays["pred"]
    if isinstance(loss, L.LinearSoftmaxCrossEntropy):
        return x.ndim - 1
    along = isinstance(loss, L.Transform) and loss.function in ALONG
    if not along and not isinstance(loss, (L.SoftmaxCrossEntropy, L.Rowwise)):
        return None
    if getattr(loss, "one_score", False) and x.ndim == arrays["target"].ndim:
        return None
    axes = class_axes(loss.axis, x.ndim)
    return axes[0] if len(axes) == 1 else None


def _indexed(loss: Any, arrays: dict[str, Array]) -> bool:
    x, y = arrays["pred"], arrays["target"]
    if isinstance(loss, L.MultiLabelMargin):
        return True
    if isinstance(loss, L.LinearSoftmaxCrossEntropy):
        return y.ndim < x.ndim + arrays["linear_weight"].ndim - 2
    return y.ndim < x.ndim and "target" not in getattr(loss, "SINGLE", ())


def _renamed(labels: Array, new: Array, ignored: int | None) -> Array:
    inside = labels >= 0 if ignored is None else (labels >= 0) & (labels != ignored)
    index = np.where(inside, labels, 0).astype(np.int64)
    return np.where(inside, new[index], labels).astype(labels.dtype)


def split(example: Example, arrays: dict[str, Array], plain: Scaled) -> Pair | None:
    """Both halves of a batch give what the whole gives."""
    loss, x, shape = example.loss, arrays["pred"], plain[0].shape
    if not _apart(loss, arrays) or not shape or not x.ndim or x.shape[0] < 2:
        return None
    size, parts = x.shape[0], []
    if shape[0] != size:
        return None
    for half in (slice(None, size // 2), slice(size // 2, None)):
        made = {
            name: a[half] if _by_item(name, a, x, len(shape)) else a for name, a in arrays.items()
        }
        parts.append(np.asarray(example.function(**made)).astype(np.float64))
    return np.concatenate(parts), plain


def _by_item(name: str, a: Array, x: Array, ndim: int) -> bool:
    """Whether the first axis of an array is that of the batch."""
    if not isinstance(a, np.ndarray) or not a.ndim or a.shape[0] != x.shape[0]:
        return False
    if name in ("pos_weight", "class_weight"):  # of each entry, or of each class
        return a.ndim == x.ndim
    if name == "sample_weight":  # one of fewer axes belongs to the last ones
        return a.ndim == ndim
    return name in BATCHED


def _apart(loss: Any, arrays: dict[str, Array]) -> bool:
    """Whether the first axis is of items that do not see each other."""
    x = arrays["pred"]
    word = "none" if isinstance(loss, L.Transform) else loss.reduction.word
    if word != "none" or (
        isinstance(loss, L.ClassOverlap) and (loss.balanced or loss.axis is not None)
    ):
        return False
    if isinstance(loss, L.Hinge) and loss.signs == "inferred":
        return False
    if isinstance(loss, L.CTC):
        return not loss.time_major
    if isinstance(loss, L.LinearSoftmaxCrossEntropy):
        return x.ndim > 1
    if isinstance(loss, L.SigmoidCrossEntropy):
        return x.ndim > 1 and class_axes(loss.axis, x.ndim)[0] != 0
    if isinstance(loss, (L.Rowwise, L.SoftmaxCrossEntropy)) and (
        not getattr(loss, "one_score", False) or x.ndim > arrays["target"].ndim
    ):
        return 0 not in class_axes(loss.axis, x.ndim)
    if isinstance(loss, L.Transform) and loss.function in ALONG:
        return 0 not in class_axes(loss.axis, x.ndim)
    if isinstance(loss, L.Elementwise) and loss.inner != "none":
        return 0 not in class_axes(loss.axis, x.ndim)
    # an operand that is narrower than the prediction would be aligned with its last axes
    return all(a.ndim == x.ndim for a in arrays.values() if isinstance(a, np.ndarray))


FIND: dict[str, Callable[[Example, dict[str, Array], Scaled], Pair | None]] = {
    "shift": shift,
    "order": order,
    "split": split,
}
