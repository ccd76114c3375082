"""How a number comes about: a loss computed in some way, reduced in some way, and what was changed."""

import math
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.changes import Change
from xlogits.diagnosis.denominators import Batch
from xlogits.diagnosis.items import Data, Items
from xlogits.diagnosis.recipe import Recipe
from xlogits.diagnosis.results import Result, reduced, spread

Array = Any


class Story(NamedTuple):
    """How a number comes about: from a recipe that is meant, by these changes."""

    recipe: Recipe
    result: Result
    changes: tuple[Change, ...] = ()
    cost: float = 0.0
    value: Any = None

    def on(self, operands: dict[str, Array]) -> Any:
        """The number on other arrays; None where it does not go with them."""
        return value_of(self.recipe, self.result, Data(operands))


def plainly(recipe: Recipe, result: Result, data: Data) -> Any:
    """The same as `value_of`, by the loss alone, without what recipes share."""
    batch = _batch(data.plainly(recipe), recipe, data)
    return None if batch is None else reduced(batch, result)


def batch_of(recipe: Recipe, data: Data) -> Batch | None:
    """What a recipe gives on these data, ready to be reduced; None where it does not go with them."""
    return _batch(data.items(recipe), recipe, data)


def _batch(items: Items | None, recipe: Recipe, data: Data) -> Batch | None:
    if items is None:
        return None
    weight = spread(data.operands.get("sample_weight"), items)
    return Batch(items, sizes_of(recipe, data), weight)


def value_of(recipe: Recipe, result: Result, data: Data) -> Any:
    """What a recipe gives on these data, reduced in one way; None where it does not go with them."""
    batch = batch_of(recipe, data)
    return None if batch is None else reduced(batch, result)


def sizes_of(recipe: Recipe, data: Data) -> dict[str, float]:
    """What a sum may be divided by, of the sizes of the arrays."""
    x = data.operands["pred"]
    sizes: dict[str, float] = {"elements": float(x.size)}
    if x.ndim > 1:
        sizes["batch"] = float(x.shape[recipe.batch_axis])
        sizes["classes"] = float(x.shape[recipe.axis])
    if x.ndim > 2:
        others = [n for axis, n in enumerate(x.shape) if axis not in (0, recipe.axis % x.ndim)]
        sizes["positions"] = float(math.prod(others))
    lengths = data.operands.get("label_length")
    if lengths is not None:
        sizes["labels"] = float(np.sum(lengths))
    return sizes
