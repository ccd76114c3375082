"""NaN, infinities and extremes, in logits, labels and weights."""

from collections.abc import Iterator

import numpy as np

from compare.hostile.case import SIGMOID, Case, value
from compare.hostile.cases.arrays import Q, V, W, X, Y, Z

G = "values"
INF, NAN = np.inf, np.nan
ROWS = {
    "NaN at the label": [NAN, 1.0, 0.0],
    "NaN beside the label": [0.0, NAN, 0.0],
    "a class of -inf": [0.0, -INF, 1.0],
    "the label's class of -inf": [-INF, 0.0, 1.0],
    "all classes of -inf": [-INF, -INF, -INF],
    "+inf at the label": [INF, 0.0, 0.0],
    "+inf beside the label": [0.0, INF, 0.0],
    "+inf and -inf": [INF, -INF, 0.0],
    "all +inf": [INF, INF, INF],
    "1e307 at the label": [1e307, 0.0, 0.0],
    "1e307 beside the label": [0.0, 1e307, 0.0],
    "-1e307 at the label": [-1e307, 0.0, 0.0],
    "denormal numbers": [5e-324, 0.0, -5e-324],
    "an offset of 1e6": [1e6, 1e6 + 1, 1e6 - 1],
    "1000 beside the label": [0.0, 1000.0, 0.0],
    "negative zeros": [-0.0, 0.0, -0.0],
}
NUMBERS = (0.0, -0.0, 1000.0, -1000.0, 1e308, -1e308, INF, -INF, NAN, 5e-324, 40.0, -40.0)


def cases() -> Iterator[Case]:
    yield from _rows()
    yield from _labels()
    yield from _weights()
    yield from _events()
    yield from _numbers()


def _rows() -> Iterator[Case]:
    for name, row in ROWS.items():
        x = np.array([row, X[1]])
        yield value(G, name, x, Y, traced=True)
        yield value(G, f"{name}, smoothed", x, Y, label_smoothing=0.1)
        yield value(G, f"{name}, dense", x, Q, traced=name == "a class of -inf")
        yield value(G, f"{name}, label_smoothing=1", x, Y, label_smoothing=1.0)
    single = np.array([[1e6, 1e6 + 1, 1e6 - 1], [3e4, -3e4, 0]], np.float32)
    yield value(G, "an offset of 1e6 in float32", single, Y)
    half = np.array([[65504, -65504, 0], [-65504, 65504, 0]], np.float16)
    yield value(G, "the largest float16", half, np.array([0, 1]))
    yield value(G, "beyond float16: infinite", half, np.array([1, 0]), traced=True)


def _labels() -> Iterator[Case]:
    for name, row in {
        "NaN": [NAN, 0.0, 1.0],
        "inf": [INF, 0.0, 0.0],
        "negative": [-1.0, 2.0, 0.0],
        "a sum of 0": [0.0, 0.0, 0.0],
        "a sum of 3": [1.0, 1.0, 1.0],
        "1e308": [1e308, 1e308, 1e308],
    }.items():
        yield value(G, f"dense labels: {name}", X, np.array([row, Q[1]]), traced=name == "NaN")
    for label in (NAN, 2.0, -1.0, 255.0, 1e308):
        z = np.array([[label, 0.0, 1.0], Z[1]])
        yield value(G, f"label {label} of an event", X, z, function=SIGMOID)


def _weights() -> Iterator[Case]:
    for weight in (NAN, INF, -1.0, 0.0, -0.0, 1e308):
        w = np.array([weight, 1.0, 2.0])
        yield value(G, f"class weight {weight}", X, Y, class_weight=w)
        yield value(G, f"class weight {weight}, dense", X, Q, class_weight=w)
        more = {"reduction": "mean_over_class_weight"}
        yield value(G, f"class weight {weight}, mean", X, Y, class_weight=w, **more)
        v = np.array([weight, 1.0])
        yield value(G, f"sample weight {weight}", X, Y, sample_weight=v)
        more = {"reduction": "mean_over_sample_weight"}
        yield value(G, f"sample weight {weight}, mean", X, Y, sample_weight=v, **more)
        yield value(G, f"sample weight {weight}, a number", X, Y, sample_weight=weight)
        yield value(G, f"pos_weight {weight}", X, Z, pos_weight=weight, function=SIGMOID)
    masked = np.array([[0.0, -INF, 1.0], X[1]])
    dead = np.array([0, 1])
    zero = np.array([1.0, 0.0, 1.0])
    yield value(
        G, "class weight 0 on a class of -inf", masked, dead, class_weight=zero, traced=True
    )
    yield value(G, "class weight 0 on a dense class of -inf", masked, Q, class_weight=zero)
    yield value(
        G, "weights that cancel", X, Y, sample_weight=np.array([1.0, -1.0]), reduction="sum"
    )
    cancel = {"sample_weight": np.array([1.0, -1.0]), "reduction": "mean_over_sample_weight"}
    yield value(G, "a mean over weights that cancel", X, Y, **cancel)
    none = {"sample_weight": V * 0, "reduction": "mean_over_nonzero_weight"}
    yield value(G, "a mean over weights of 0", X, Y, **none)


def _events() -> Iterator[Case]:
    for number in NUMBERS:
        x = np.array([[number, 0.0, 1.0], [number, -1.0, 0.0]])
        z = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.25]])
        # the frameworks' kernels multiply 0 by an infinite logit, or take infinity from infinity
        infinite = {"nan_in_kernels": np.isinf(x)}
        traced = number in (1000.0, -INF)
        yield value(
            G, f"event of logit {number}", x, z, function=SIGMOID, traced=traced, **infinite
        )
        yield value(G, f"event of logit {number}, pos_weight", x, z, pos_weight=W, function=SIGMOID)
        yield value(G, f"event of logit {number}, weight 1", x, z, pos_weight=1.0, function=SIGMOID)


def _numbers() -> Iterator[Case]:
    x = np.array([NUMBERS])
    for function in ("sigmoid", "log_sigmoid", "softplus"):
        yield value(G, f"{function} of extremes", x, function=function, traced=True)
    p = np.array([[0.0, 1.0, -0.1, 1.1, NAN, INF, -INF, 1e-300, 0.5, 1 - 1e-16, -0.0, 0.25]])
    yield value(G, "logit of probabilities, and of what is none", p, function="logit", traced=True)
    for function in ("softmax", "log_softmax", "logsumexp"):
        rows = np.array(list(ROWS.values()))
        yield value(G, f"{function} of extreme rows", rows, function=function, traced=True)
