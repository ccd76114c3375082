"""The inputs that every function is tried on: ordinary ones, and the ones that tell functions apart.

A case is made for a loss: for its class axis, its form of prediction and its kind of labels. Arrays
are float64 here and rounded to the dtype under test later.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.losses import Loss, SigmoidCrossEntropy, SoftmaxCrossEntropy, Transform
from xlogits.losses.axes import AxisByRank, class_axes

Array = Any
Shape = tuple[int, ...]


class Case(NamedTuple):
    """Operands by neutral name; `strided` ones are laid out with gaps where a framework can."""

    name: str
    operands: dict[str, Array]
    strided: bool = False


# Cases that options are combined with; a function without options is tried on all cases.
CORE = frozenset(
    {
        *("ordinary", "K-dimensional", "ignored labels", "all ignored", "empty batch"),
        *("dense labels", "label rows summing to 3", "unbatched"),
    }
)


def cases(loss: Loss | Transform, wanted: frozenset[str] = frozenset()) -> Iterator[Case]:
    """All cases that make sense for a loss, with the weights that are wanted."""
    if isinstance(loss, Transform):
        yield from _transform_cases(loss)
    elif isinstance(loss, SoftmaxCrossEntropy):
        yield from _softmax_cases(loss, wanted)
    elif isinstance(loss, SigmoidCrossEntropy):
        yield from _sigmoid_cases(loss, wanted)


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


# -- layouts: the class axes put where a loss has them


class _Layout(NamedTuple):
    """Items in `batch`, classes in `classes`, and where in the array the class axes go."""

    batch: Shape
    classes: Shape
    axes: Shape

    @property
    def total(self) -> int:
        return int(np.prod(self.classes))

    def lay(self, rows: Array) -> Array:
        """From (*batch, classes) to the layout of the loss."""
        ndim = len(self.batch) + len(self.classes)
        order = [*(i for i in range(ndim) if i not in self.axes), *self.axes]
        return np.transpose(rows.reshape(*self.batch, *self.classes), np.argsort(order))

    def where(self, item: Shape) -> tuple[Any, ...]:
        """The index of an item's classes in that layout."""
        batch = iter(item)
        ndim = len(self.batch) + len(self.classes)
        return tuple(slice(None) if i in self.axes else next(batch) for i in range(ndim))


def _layout(axis: Any, batch: Shape, classes: int = 5) -> _Layout | None:
    """Where the classes are; None where this axis does not exist at this rank."""
    if axis is None:
        return _Layout((), (*batch, classes), tuple(range(len(batch) + 1)))
    split = (
        (classes,) if isinstance(axis, (int, AxisByRank)) else (2,) * (len(axis) - 1) + (classes,)
    )
    ndim = len(batch) + len(split)
    try:
        return _Layout(batch, split, class_axes(axis, ndim))
    except ValueError:
        return None


# -- softmax cross-entropy

_EXTREME: dict[str, Callable[[np.random.Generator, Array], Array]] = {
    "large logits": lambda rng, x: 30 * x + 1000,
    "logits exactly 0": lambda rng, x: 0 * x,
}


def _softmax_cases(loss: SoftmaxCrossEntropy, wanted: frozenset[str]) -> Iterator[Case]:
    dense = loss.labels.kind == "dense"
    shapes: list[tuple[str, Shape, int]] = [
        ("ordinary", (6,), 5),
        ("K-dimensional", (2, 3), 5),
        ("one class", (6,), 1),
        ("one row", (1,), 5),
        ("empty batch", (0,), 5),
        ("unbatched", (), 5),
        ("not contiguous", (6,), 5),
    ]
    for name, batch, classes in shapes:
        layout = _layout(loss.axis, batch, classes)
        if layout is not None:
            operands = _softmax_operands(loss, layout, name, wanted, dense)
            yield Case(name, operands, strided=name == "not contiguous")
    layout = _layout(loss.axis, (6,)) or _layout(loss.axis, (2, 3))
    assert layout is not None
    make = _softmax_operands
    if loss.form.kind == "logits":
        for name, change in _EXTREME.items():
            yield Case(name, make(loss, layout, name, wanted, dense, change))
    if loss.form.kind != "probabilities":
        yield Case(
            "-inf masked classes",
            _with_impossible_classes(make(loss, layout, "masked", wanted, dense), layout),
        )
    else:
        yield Case(
            "probabilities exactly 0 and 1",
            _certain(make(loss, layout, "certain", wanted, dense), layout),
        )
    if loss.labels.kind != "index":
        yield Case("dense labels", make(loss, layout, "dense labels", wanted, True))
        if loss.form.kind != "probabilities" and not dense:
            operands = make(loss, layout, "masked, dense", wanted, True)
            name = "-inf masked classes, dense labels"
            yield Case(name, _with_impossible_classes(operands, layout))
        for total in (0, 3):
            operands = make(loss, layout, f"rows of {total}", wanted, True)
            yield Case(
                f"label rows summing to {total}", operands | {"target": operands["target"] * total}
            )
    if loss.labels.kind != "dense" and loss.ignore_index is not None:
        yield from _ignored(loss, layout, wanted)
    if loss.labels.column and loss.axis == -1:
        operands = make(loss, layout, "column", wanted, False)
        yield Case("column of labels", operands | {"target": operands["target"][:, None]})
    if loss.form.positive_column:
        operands = make(loss, _Layout((6,), (2,), (1,)), "positive column", wanted, False)
        yield Case("positive column", operands | {"pred": operands["pred"][:, 1]})
    if "mask" in wanted:
        operands = make(loss, layout, "row masked out", wanted, dense)
        mask = operands["mask"].copy()
        mask[layout.where((0,) * len(layout.batch))] = False
        yield Case("row masked out", operands | {"mask": mask})


def _softmax_operands(
    loss: SoftmaxCrossEntropy,
    layout: _Layout,
    name: str,
    wanted: frozenset[str],
    dense: bool,
    change: Callable[[np.random.Generator, Array], Array] | None = None,
) -> dict[str, Array]:
    rng = _rng(name)
    rows = (*layout.batch, layout.total)
    x = rng.normal(size=rows) * 2
    x = x if change is None else change(rng, x)
    if loss.form.kind != "logits":
        x = x - np.log(np.sum(np.exp(x), -1, keepdims=True))
        x = x if loss.form.kind == "log_probabilities" else np.exp(x)
    y = rng.integers(0, layout.total, layout.batch)
    q = rng.dirichlet(np.ones(layout.total), layout.batch) if x.size else np.zeros(rows)
    operands = {"pred": layout.lay(x), "target": layout.lay(q) if dense else np.asarray(y)}
    if "class_weight" in wanted:
        operands["class_weight"] = rng.uniform(0.5, 2, layout.total)
    if "sample_weight" in wanted:
        operands["sample_weight"] = _weights(rng, layout.batch)
    if "mask" in wanted:
        mask = rng.random(rows) > 0.3
        if not dense and mask.size:
            np.put_along_axis(mask, np.asarray(y)[..., None], True, -1)
        operands["mask"] = layout.lay(mask)
    return operands


def _weights(rng: np.random.Generator, shape: Shape) -> Array:
    """Sample weights, one of which is 0."""
    weights = rng.uniform(0.25, 3, shape)
    if weights.size > 1:
        weights.reshape(-1)[1] = 0
    return weights


def _with_impossible_classes(operands: dict[str, Array], layout: _Layout) -> dict[str, Array]:
    """Every item gets a class of logit -inf, which its label does not name."""
    pred, target = operands["pred"].copy(), operands["target"].copy()
    for item in np.ndindex(*layout.batch):
        where = layout.where(item)
        row = pred[where].reshape(-1)
        if target.shape == pred.shape:
            labels = target[where].reshape(-1)
            labels[1:3] = labels[1] + labels[2], 0
            target[where] = labels.reshape(target[where].shape)
            row[2] = -np.inf
        else:
            row[(int(target[item]) + 1) % row.size] = -np.inf
        pred[where] = row.reshape(pred[where].shape)
    return operands | {"pred": pred, "target": target}


def _certain(operands: dict[str, Array], layout: _Layout) -> dict[str, Array]:
    """Half of the items are certain of one class, right or wrong."""
    rows = np.full((*layout.batch, layout.total), 0.0)
    for number, item in enumerate(np.ndindex(*layout.batch)):
        if number % 2:
            rows[item][number % layout.total] = 1
        else:
            rows[item] = 1 / layout.total
    return operands | {"pred": layout.lay(rows)}


def _ignored(loss: SoftmaxCrossEntropy, layout: _Layout, wanted: frozenset[str]) -> Iterator[Case]:
    for name, items, poison in (
        ("ignored labels", (1, 4), False),
        ("all ignored", range(6), False),
        ("ignored row that holds NaN", (1, 4), True),
    ):
        operands = _softmax_operands(loss, layout, name, wanted, False)
        pred, target = operands["pred"].copy(), operands["target"].copy()
        for item in items:
            place = tuple(int(i) for i in np.unravel_index(item, target.shape))
            target[place] = loss.ignore_index
            if poison:
                pred[layout.where(place)] = np.nan
        yield Case(name, operands | {"pred": pred, "target": target})


# -- sigmoid cross-entropy


def _sigmoid_cases(loss: SigmoidCrossEntropy, wanted: frozenset[str]) -> Iterator[Case]:
    for name, shape in (
        ("ordinary", (6, 5)),
        ("K-dimensional", (2, 5, 3)),
        ("one class", (6, 1)),
        ("one row", (1, 5)),
        ("empty batch", (0, 5)),
        ("not contiguous", (6, 5)),
    ):
        yield Case(
            name, _sigmoid_operands(loss, shape, name, wanted), strided=name == "not contiguous"
        )
    if loss.form.kind == "logits":
        for name, change in _EXTREME.items():
            operands = _sigmoid_operands(loss, (6, 5), name, wanted)
            x = change(_rng(name), operands["pred"]) * np.where(np.arange(6) % 2, 1, -1)[:, None]
            yield Case(name, operands | {"pred": x})
    hard = _sigmoid_operands(loss, (6, 5), "labels of 0 and 1", wanted)
    hard["target"] = (hard["target"] > 0.5).astype(float)
    yield Case("labels of 0 and 1", hard)
    if loss.form.kind == "probabilities":
        certain = (np.arange(30).reshape(6, 5) % 3) / 2
        yield Case("probabilities exactly 0 and 1", hard | {"pred": certain})


def _sigmoid_operands(
    loss: SigmoidCrossEntropy, shape: Shape, name: str, wanted: frozenset[str]
) -> dict[str, Array]:
    rng = _rng(name)
    x = rng.normal(size=shape) * 2
    if loss.form.kind == "probabilities":
        x = 1 / (1 + np.exp(-x))
    operands = {"pred": x, "target": rng.uniform(size=shape)}
    axis = class_axes(loss.axis, len(shape))[0]
    if "pos_weight" in wanted:
        operands["pos_weight"] = rng.uniform(0.5, 3, shape[axis])
    if "sample_weight" in wanted:
        items = shape if loss.inner == "none" else shape[:axis] + shape[axis + 1 :]
        operands["sample_weight"] = _weights(rng, items)
    return operands


# -- elementary functions


def _transform_cases(loss: Transform) -> Iterator[Case]:
    for name, shape in (
        ("ordinary", (6, 5)),
        ("K-dimensional", (2, 5, 3)),
        ("one class", (6, 1)),
        ("one row", (1, 5)),
        ("unbatched", (5,)),
        ("empty batch", (0, 5)),
        ("not contiguous", (6, 5)),
    ):
        axes = loss.axis if loss.function in ("softmax", "log_softmax", "logsumexp") else -1
        if _layout(axes, shape[:-1]) is None or (name == "empty batch" and _whole(loss, shape)):
            continue
        yield Case(name, {"pred": _inputs(loss, name, shape)}, strided=name == "not contiguous")
    x = _inputs(loss, "special", (6, 5))
    if loss.function == "logit":
        x[:, 1], x[:, 2] = 0, 1
        yield Case("probabilities exactly 0 and 1", {"pred": x})
        return
    for name, change in _EXTREME.items():
        yield Case(name, {"pred": change(_rng(name), x)})
    x[:, 2] = -np.inf
    yield Case("-inf masked classes", {"pred": x})


def _whole(loss: Transform, shape: Shape) -> bool:
    """Whether the function runs along an axis of size 0."""
    along = loss.function in ("softmax", "log_softmax", "logsumexp")
    return along and any(shape[i] == 0 for i in class_axes(loss.axis, len(shape)))


def _inputs(loss: Transform, name: str, shape: Shape) -> Array:
    x = _rng(name).normal(size=shape) * 2
    return 1 / (1 + np.exp(-x)) if loss.function == "logit" else x
