"""Softmax cross-entropy: ordinary arrays, and the ones that tell functions apart."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from xlogits.cases.case import EVERY_SIZE, EXTREME, Case, Layout, layout_of, rng_of, weights
from xlogits.losses import SoftmaxCrossEntropy

Array = Any
Shape = tuple[int, ...]


def cases(loss: SoftmaxCrossEntropy, wanted: frozenset[str]) -> Iterator[Case]:
    dense = loss.labels.kind == "dense"
    for name, size in EVERY_SIZE.items():
        layout = layout_of(loss.axis, *size)
        if layout is not None:
            operands = _softmax_operands(loss, layout, name, wanted, dense)
            yield Case(name, operands, strided=name == "not contiguous")
    layout = layout_of(loss.axis, (6,)) or layout_of(loss.axis, (2, 3))
    assert layout is not None
    make = _softmax_operands
    if loss.form.kind == "logits":
        for name, change in EXTREME.items():
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
        operands = make(loss, Layout((6,), (2,), (1,)), "positive column", wanted, False)
        yield Case("positive column", operands | {"pred": operands["pred"][:, 1]})
    if "mask" in wanted:
        operands = make(loss, layout, "row masked out", wanted, dense)
        mask = operands["mask"].copy()
        mask[layout.where((0,) * len(layout.batch))] = False
        yield Case("row masked out", operands | {"mask": mask})


def _softmax_operands(
    loss: SoftmaxCrossEntropy,
    layout: Layout,
    name: str,
    wanted: frozenset[str],
    dense: bool,
    change: Callable[[np.random.Generator, Array], Array] | None = None,
) -> dict[str, Array]:
    rng = rng_of(name)
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
        operands["sample_weight"] = weights(rng, layout.batch)
    if "mask" in wanted:
        mask = rng.random(rows) > 0.3
        if not dense and mask.size:
            np.put_along_axis(mask, np.asarray(y)[..., None], True, -1)
        operands["mask"] = layout.lay(mask)
    return operands


def _with_impossible_classes(operands: dict[str, Array], layout: Layout) -> dict[str, Array]:
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


def _certain(operands: dict[str, Array], layout: Layout) -> dict[str, Array]:
    """Half of the items are certain of one class, right or wrong."""
    rows = np.full((*layout.batch, layout.total), 0.0)
    for number, item in enumerate(np.ndindex(*layout.batch)):
        if number % 2:
            rows[item][number % layout.total] = 1
        else:
            rows[item] = 1 / layout.total
    return operands | {"pred": layout.lay(rows)}


def _ignored(loss: SoftmaxCrossEntropy, layout: Layout, wanted: frozenset[str]) -> Iterator[Case]:
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
