"""Ranks and sizes that do not fit, broadcasting accidents, nothing at all."""

from collections.abc import Iterator

import numpy as np

from compare.hostile.case import SIGMOID, Case, refused, value
from compare.hostile.cases.arrays import Q, V, W, X, Y, Z
from xlogits.errors import DtypeError, LabelError, ShapeError

G = "shapes"
CUBE = np.arange(24.0).reshape(2, 3, 4) % 5 / 2
ONE = X[:, :1]


def cases() -> Iterator[Case]:
    yield from _index()
    yield from _dense()
    yield from _nothing()
    yield from _weights()
    yield from _sigmoid()
    yield from _elementary()


def _index() -> Iterator[Case]:
    for shape in ((1,), (3,), (2, 1), (1, 2), (2, 2), (2, 1, 1), (), (2, 3, 1)):
        y = np.zeros(shape, int)
        yield refused(G, f"labels {shape}", ShapeError, (str(shape), "(2,)", "(2, 3)"), X, y)
    yield refused(G, "a single logit", ShapeError, ("single number",), X[0, 0], Y[0])
    yield refused(G, "one item, two labels", ShapeError, ("(2,)", "()"), X[0], Y)
    yield value(G, "one item", X[0], Y[0], traced=True)
    yield refused(G, "swapped, index labels", DtypeError, ("int64", "swapped"), Y, X)
    yield refused(G, "swapped, dense labels", ShapeError, ("(2, 3)", "(3,)"), X[0], Q)
    yield value(G, "swapped, dense labels of the same shape: no one can tell", Q, X)
    yield value(G, "one class", ONE, Y * 0)
    yield refused(G, "one class, label 1", LabelError, ("label 1", "0 to 0"), ONE, np.array([0, 1]))
    yield value(G, "K axes, classes first of the rest", CUBE, np.zeros((2, 4), int), axis=1)
    yield refused(
        *(G, "K axes, the class axis forgotten", ShapeError, ("(2, 4)", "(2, 3)")),
        *(CUBE, np.zeros((2, 4), int)),
    )
    square = np.arange(18.0).reshape(2, 3, 3) % 7
    y = np.array([[0, 1, 2], [2, 2, 0]])
    yield value(G, "K axes of one size: the last is the class axis", square, y)
    yield value(G, "K axes of one size, axis=1", square, y, axis=1)


def _dense() -> Iterator[Case]:
    for shape in ((1, 3), (3, 2), (1, 2, 3), (2, 3, 1), (2, 4), (3,)):
        q = np.full(shape, 0.25)
        yield refused(
            G, f"dense labels {shape}", ShapeError, (str(shape), "(2, 3)"), X, q, traced=True
        )
    yield value(G, "dense labels of one item", X[0], Q[0])
    yield refused(G, "dense labels of the shape of items", DtypeError, ("float64",), X, V)


def _nothing() -> Iterator[Case]:
    none, no_labels = X[:0], Y[:0]
    for word in ("none", "sum", "mean", "mean_over_items", "mean_over_valid", "mean_over_batch"):
        yield value(G, f"no items, {word}", none, no_labels, reduction=word)
    yield value(G, "no items, dense", none, Q[:0], reduction="mean", traced=True)
    yield value(G, "no items, all weights", none, no_labels, class_weight=W, sample_weight=V[:0])
    yield refused(G, "no classes", ShapeError, ("(2, 0)", "no classes"), X[:, :0], Y)
    yield refused(G, "no classes, dense", ShapeError, ("(2, 0)", "no classes"), X[:, :0], Q[:, :0])
    yield refused(G, "nothing at all", ShapeError, ("(0, 0)", "no classes"), X[:0, :0], Y[:0])
    for word in ("none", "sum", "mean"):
        yield value(G, f"no entries, {word}", none, Q[:0], reduction=word, function=SIGMOID)
    for function in ("softmax", "log_softmax", "logsumexp", "sigmoid", "softplus"):
        yield value(G, f"no rows, {function}", none, function=function)
    for function in ("softmax", "log_softmax", "logsumexp", "sigmoid"):
        yield value(G, f"no classes, {function}", X[:, :0], function=function)


def _weights() -> Iterator[Case]:
    for shape in ((2,), (4,), (3, 1), (1, 3), (), (1,)):
        w = np.ones(shape)
        yield refused(
            G, f"class_weight {shape}", ShapeError, (str(shape), "(3,)"), X, Y, class_weight=w
        )
    yield refused(G, "class_weight is a number", ShapeError, ("(3,)",), X, Y, class_weight=2.0)
    yield value(G, "class_weight, dense", X, Q, class_weight=W)
    for shape in ((3,), (2, 1), (1, 2), (2, 3), (1, 1)):
        v = np.ones(shape)
        yield refused(
            G, f"sample_weight {shape}", ShapeError, (str(shape), "(2,)"), X, Y, sample_weight=v
        )
    yield value(G, "sample_weight, one for all", X, Y, sample_weight=V[1:])
    yield value(G, "sample_weight, an array of no axes", X, Y, sample_weight=np.array(0.5))
    yield value(G, "sample_weight, a number", X, Y, sample_weight=3)


def _sigmoid() -> Iterator[Case]:
    pairs = [((2, 1), (2,)), ((2,), (2, 1)), ((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (3, 2))]
    pairs += [((2, 3), (2, 1)), ((2, 3), ()), ((), (1,)), ((2, 3), (2, 3, 1)), ((2, 3), (2,))]
    for first, second in pairs:
        yield refused(
            *(G, f"logits {first} against labels {second}", ShapeError, (str(first), str(second))),
            *(np.zeros(first), np.zeros(second)),
            function=SIGMOID,
            traced=first == (2, 1),
        )
    yield value(G, "a single logit and its label", X[0, 0], Z[0, 0], function=SIGMOID)
    for shape in ((2,), (4,), (2, 2), (3, 2), (1, 2, 3)):
        yield refused(
            *(G, f"pos_weight {shape}", ShapeError, (str(shape), "(2, 3)"), X, Z),
            pos_weight=np.ones(shape),
            function=SIGMOID,
        )
    for weight in (W, W[None], V[:, None], V[1:], 3.0, 2, V[1]):
        shape = np.shape(weight) or type(weight).__name__
        yield value(G, f"pos_weight, {shape}", X, Z, pos_weight=weight, function=SIGMOID)
    yield value(G, "pos_weight along axis 0", X, Z, pos_weight=V, axis=0, function=SIGMOID)
    for shape in ((3,), (2,), (3, 2), (2, 3, 1), (1, 2, 3)):
        yield refused(
            *(G, f"sample_weight {shape} of entries", ShapeError, (str(shape), "(2, 3)"), X, Z),
            sample_weight=np.ones(shape),
            function=SIGMOID,
        )
    for weight in (Q, W[None], V[:, None]):
        name = f"sample_weight {weight.shape}: sizes of 1 repeat"
        yield value(G, name, X, Z, sample_weight=weight, function=SIGMOID)


def _elementary() -> Iterator[Case]:
    for function in ("softmax", "log_softmax", "logsumexp"):
        for axis in (2, -3, 7):
            says = (f"axis is {axis}", "2 axes")
            name = f"{function}, axis {axis} of two"
            yield refused(G, name, ShapeError, says, X, axis=axis, function=function)
        yield value(G, f"{function} of a single number", X[0, 0], function=function)
        yield value(G, f"{function} along axis 0", X, axis=0, function=function)
        yield value(G, f"{function} along all axes", X, axis=None, function=function)
        yield value(G, f"{function} of K axes", CUBE, axis=(0, 2), function=function)
    yield value(
        G, "logsumexp of no classes, keepdims", X[:, :0], keepdims=True, function="logsumexp"
    )
    yield value(G, "logsumexp, keepdims", X, axis=0, keepdims=True, function="logsumexp")
