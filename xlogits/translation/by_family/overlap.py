"""Losses of overlap as people write them: sums over the pixels of each class."""

from typing import Any

from xlogits.losses import ClassOverlap


def overlap(whole: Any, loss: ClassOverlap) -> Any:
    """The loss of every item, or of every class of one."""
    xp, write = whole.xp, whole.language.write
    each, weight = _each(whole, loss), _weight(whole, loss)
    each = each if weight is None else each * weight
    if not loss.background:
        whole.assume("several classes")
        each = write("but_first", (each,))
    if loss.over_classes == "none":
        return each
    return xp.sum(each, -1) if loss.over_classes == "sum" else write("mean_along", (each, -1))


def _each(whole: Any, loss: ClassOverlap) -> Any:
    """One minus the Tversky index, from sums of prediction, target and their product."""
    xp, write, axis = whole.xp, whole.language.write, loss.axis
    p, y = whole.operands["pred"], whole.operands["target"]
    if axis is None:
        whole.assume("not empty")
        p, y, axis = write("pixels", (p,)), write("pixels", (y,)), 1
    if loss.activation == "softmax":
        whole.assume("several classes")
        p = xp.softmax(p, -1)
    shared, predicted, there = (write("sum_along", (a, axis)) for a in (p * y, p, y))
    below = loss.extra * predicted + loss.missed * there + loss.smooth
    twice = 1 - loss.missed - loss.extra
    return 1 - (shared + loss.smooth) / (below + twice * shared if twice else below)


def _weight(whole: Any, loss: ClassOverlap) -> Any:
    """The weight of every class."""
    if not loss.balanced:
        return whole.operands.get("class_weight")
    write = whole.language.write
    inverse = 1 / (write("by_class", (whole.operands["target"],)) ** 2 + 1e-7)
    return inverse / write("mean", (inverse,))
