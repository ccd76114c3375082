"""Class indexes out of range, next to ignored ones, and wider or narrower than the classes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from compare.hostile.case import Case, refused, value
from compare.hostile.cases.arrays import WIDE, W, X
from xlogits.errors import LabelError, OptionError

G = "labels"
HUGE = {
    "2**31": 2**31,
    "2**32": 2**32,
    "2**62": 2**62,
    "the largest int64": 2**63 - 1,
    "the smallest int64, which NaN becomes": -(2**63),
}
IGNORED = -(2**61) - 1  # what the backend tells PyTorch to ignore, where nothing is to be ignored


def cases() -> Iterator[Case]:
    yield from _range()
    yield from _narrow()
    yield from _ignored()
    yield from _many()


def _bad(name: str, label: int, *args: Any, **more: Any) -> Case:
    return refused(G, name, LabelError, (f"label {label} ", "labels go from 0 to"), *args, **more)


def _range() -> Iterator[Case]:
    for label in (-1, 3, -2, -3, -100, 4, 255, 1000):
        yield _bad(f"{label} of three", label, X, np.array([0, label]), traced=True)
    for name, label in HUGE.items():
        yield _bad(name, label, X, np.array([label, 0]), traced=True)
    why = "PyTorch's kernel always ignores one label, and this is it"
    yield _bad(
        "-(2**61) - 1", IGNORED, X, np.array([IGNORED, 0]), traced=True, known=("torch", why)
    )
    for label in (-1, 3):
        y = np.array([label, 0])
        yield _bad(f"{label}, smoothed", label, X, y, label_smoothing=0.1, traced=True)
        yield _bad(f"{label}, class weights", label, X, y, class_weight=W, traced=True)
        yield _bad(f"{label}, mean", label, X, y, reduction="mean", traced=True)
        yield _bad(f"{label}, sum", label, X, y, reduction="sum")
        yield _bad(f"{label}, sample weight 0", label, X, y, sample_weight=np.array([0.0, 1.0]))
        yield _bad(f"{label} of one item", label, X[0], np.array(label))
        yield _bad(f"{label} along axis 0", label, X, np.array([0, 1, label]), axis=0)
    cube = np.zeros((2, 3, 2))
    y = np.array([[0, 1], [7, 2]])
    yield refused(
        *(G, "K axes: where it is", LabelError, ("label 7", "(1, 0)", "0 to 2"), cube, y),
        axis=1,
        traced=True,
    )
    yield _bad("all wrong", 5, X, np.array([5, 6]), traced=True)


def _narrow() -> Iterator[Case]:
    """Comparing or gathering in the dtype of the labels wraps around."""
    for dtype, label in (("int8", -1), ("int8", -128), ("int16", -1), ("int32", -1)):
        y = np.array([label, 3], dtype)
        yield _bad(f"{label} as {dtype}, 300 classes", label, WIDE, y, traced=True)
        weighted = {"label_smoothing": 0.1, "traced": dtype == "int8"}
        yield _bad(f"{label} as {dtype}, 300 classes, smoothed", label, WIDE, y, **weighted)
    for dtype in ("uint8", "uint16", "uint32", "uint64"):
        top = int(np.iinfo(dtype).max)
        yield _bad(f"{top} as {dtype}", top, X, np.array([0, top], dtype), traced=True)
    for dtype in ("int8", "uint8", "int16", "uint16"):
        y = np.array([100, 44], dtype)
        yield value(G, f"{dtype} labels of 300 classes", WIDE, y, traced=True)
        yield value(G, f"{dtype} labels of 300 classes, smoothed", WIDE, y, label_smoothing=0.1)
    for dtype, label, ignored in (
        ("uint8", 156, -100),
        ("uint8", 255, -1),
        ("uint8", 44, 300),
        ("uint16", 156, 156 - 2**16),
        ("uint32", 156, 156 - 2**32),
        ("uint64", 156, 156 - 2**64),
        ("int8", 100, 100 - 256),
        ("int16", 100, 100 + 2**16),
        ("int32", 100, 100 + 2**32),
        ("int64", 100, 100 + 2**64),
    ):
        y = np.array([label, 3], dtype)
        name = f"{dtype} label {label}, ignore_index {ignored} wraps onto it"
        yield value(G, name, WIDE, y, ignore_index=ignored, traced=dtype in ("uint8", "int8"))
    y = np.array([-1, 3], np.int8)
    yield _bad("int8 label -1, ignore_index 255", -1, WIDE, y, ignore_index=255, traced=True)
    yield _bad("label -1, ignore_index 2**70", -1, X, np.array([-1, 0]), ignore_index=2**70)


def _ignored() -> Iterator[Case]:
    for label in (-1, 3, 7, -99, -101):
        y = np.array([-100, label])
        yield _bad(f"{label} beside an ignored one", label, X, y, ignore_index=-100, traced=True)
    yield value(G, "ignored inside the range", X, np.array([0, 2]), ignore_index=2, traced=True)
    yield value(G, "ignored one past the end", X, np.array([3, 2]), ignore_index=3)
    for word in ("none", "sum", "mean_over_valid", "mean_over_items", "mean_over_class_weight"):
        y = np.array([-100, -100])
        yield value(G, f"all ignored, {word}", X, y, ignore_index=-100, reduction=word)
    hidden = np.array([[np.nan, np.inf, 1.0], X[1]])
    y = np.array([-100, 1])
    yield value(G, "an ignored row of NaN", hidden, y, ignore_index=-100, traced=True)
    yield value(
        G, "an ignored row of NaN, smoothed", hidden, y, ignore_index=-100, label_smoothing=0.2
    )
    yield value(
        G, "ignored, weighted", X, y, ignore_index=-100, class_weight=W, reduction="mean_over_valid"
    )
    for given in (
        {"ignore_index": -100},
        {"class_weight": W},
        {"sample_weight": np.array([1.0, 2.0])},
    ):
        (role,) = given
        says = (role, "mean_over_valid")
        y = np.array([0, 1])
        yield refused(
            G, f"plain mean with {role}", OptionError, says, X, y, reduction="mean", **given
        )


def _many() -> Iterator[Case]:
    half = np.zeros((1, 70_000), np.float16)
    yield value(G, "70,000 classes in float16", half, np.array([69_999]))
    yield value(G, "70,000 classes, uint16 label", half, np.array([65_535], np.uint16))
    yield _bad("70,000 classes, one past", 70_000, half, np.array([70_000]))
    yield _bad("70,000 classes, int16 label -1", -1, half, np.array([-1], np.int16), traced=True)
    wide = np.zeros((1, 2**20), np.float32)
    yield value(G, "a million classes", wide, np.array([2**20 - 1]))
