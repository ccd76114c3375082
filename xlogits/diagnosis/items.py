"""What recipes give for each item of the arrays at hand; each thing is computed once."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from xlogits.diagnosis.recipe import Operands, Passed, Recipe, Step, require_axis
from xlogits.diagnosis.steps import apply
from xlogits.errors import ShapeError, XlogitsError, require_labels
from xlogits.losses import (
    INDEX,
    LOG_PROBABILITIES,
    Form,
    Reduction,
    SoftmaxCrossEntropy,
)

Array = Any
NONE = Reduction("none")
OUTSIDE = frozenset({"sample_weight"})  # multiplied by when items are reduced, not before


class Items(NamedTuple):
    """One loss for each item; `valid` and `weight` (of the class) are None where all count 1."""

    loss: Array
    valid: Array | None = None
    weight: Array | None = None


class Data:
    """The operands, and everything that was computed from them: each thing once."""

    def __init__(self, operands: Operands, dtype: str = "float32") -> None:
        self.operands, self.dtype = operands, dtype
        self.passed = Passed(operands)
        self._prepared: dict[tuple[Step, ...], Operands] = {(): operands}
        self._items: dict[Recipe, Items | None] = {}
        self._picked: dict[Any, Array] = {}

    @property
    def size(self) -> int:
        return int(self.operands["pred"].size)

    def items(self, recipe: Recipe) -> Items | None:
        """The losses of the items, or None where these operands do not go with it."""
        if recipe not in self._items:
            try:
                with np.errstate(all="ignore"):
                    self._items[recipe] = self._computed(recipe)
            except XlogitsError:  # the loss, or a step before it, refuses these operands
                self._items[recipe] = None
        return self._items[recipe]

    def at_hand(self, loss: Any) -> Any:
        """A loss with a clip in numbers, where its clip is the machine epsilon of any precision."""
        form = getattr(loss, "form", None)
        if form is None:
            return loss
        return replace(loss, form=form.at("float64" if self.dtype == "float64" else "float32"))

    def forget(self) -> None:
        """Drop what takes memory: the arrays of pairs of changes."""
        keep = {steps: found for steps, found in self._prepared.items() if len(steps) < 2}
        self._prepared, self._picked = keep, {}

    def prepared(self, steps: tuple[Step, ...]) -> Operands:
        """The operands after these steps."""
        if steps not in self._prepared:
            self._prepared[steps] = apply(steps[-1], self.prepared(steps[:-1]))
        return self._prepared[steps]

    def plainly(self, recipe: Recipe) -> Items | None:
        """The losses of the items by the loss alone, without what recipes share."""
        try:
            with np.errstate(all="ignore"):
                return self._computed(recipe, shared=False)
        except XlogitsError:
            return None

    def _computed(self, recipe: Recipe, shared: bool = True) -> Items | None:
        loss: Any = recipe.loss
        operands = self.prepared(recipe.steps)
        left = recipe.without | OUTSIDE
        given = {k: v for k, v in operands.items() if k in loss.OPERANDS and k not in left}
        if not set(loss.ARRAYS) <= set(given):
            return None
        loss = self.at_hand(loss)
        if getattr(loss, "form", None) is not None:
            loss = replace(loss, form=_rounded(loss.form))
        valid, weight = _counted(loss, given)
        if not isinstance(loss, SoftmaxCrossEntropy) or not shared:
            return Items(np.asarray(loss(**given), np.float64), valid, weight)
        if weight is not None and not loss.label_smoothing and type(loss) is SoftmaxCrossEntropy:
            del given["class_weight"]
        values = self._softmax(loss, recipe.steps, given)
        if weight is not None and "class_weight" not in given:
            values = values * weight
        return Items(values, valid, weight)

    def _softmax(self, loss: Any, steps: tuple[Step, ...], given: Operands) -> Array:
        """The losses, from log-probabilities, and those of the labels, that recipes share."""
        require_axis(given["pred"], _number(loss.axis))
        if loss.form.exact and type(loss) is SoftmaxCrossEntropy and "mask" not in given:
            steps = (*steps, Step("log_softmax", _number(loss.axis)))
            given = given | {"pred": self.prepared(steps)["pred"]}
            loss = replace(loss, form=LOG_PROBABILITIES)
        indexed = given["target"].ndim < given["pred"].ndim and set(given) == {"pred", "target"}
        apart = loss.form.renormalise != "after" and loss.form.kind != "logits"
        if not indexed or loss.label_smoothing or loss.form.validated or not apart:
            return loss(**given)
        column, y = self._column(loss, steps, given)[..., None], given["target"]
        # of a column alone the label is class 0, which may be the label that is ignored
        form = replace(loss.form, renormalise=None, positive_column=False)
        alone = replace(loss, form=form, axis=-1, labels=INDEX, ignore_index=None)
        values = alone(column, np.zeros_like(y))
        return (
            values if loss.ignore_index is None else np.where(y == loss.ignore_index, 0.0, values)
        )

    def _column(self, loss: Any, steps: tuple[Step, ...], given: Operands) -> Array:
        """The prediction for the label of every item."""
        x, y = given["pred"], given["target"]
        axis = _number(loss.axis) % x.ndim
        key = steps, axis, loss.form.renormalise, loss.ignore_index
        if key not in self._picked:
            counts = y != loss.ignore_index if loss.ignore_index is not None else np.True_
            if y.dtype.kind not in "iu" or y.shape != x.shape[:axis] + x.shape[axis + 1 :]:
                raise ShapeError("labels are no class indexes of the items")
            require_labels(np.where(counts, y, 0), x.shape[axis])
            labels = np.expand_dims(np.where(counts, y, 0), axis)
            column = np.take_along_axis(x, labels, axis).squeeze(axis)
            self._picked[key] = column / x.sum(axis) if loss.form.renormalise else column
        return self._picked[key]


def _rounded(form: Form) -> Form:
    """A clip as it is in the float32 that Keras computes in, whatever it is handed."""
    if not isinstance(form.clip, tuple):
        return form
    low, high = (float(np.float32(c)) for c in form.clip)
    return replace(form, clip=(low, high))


def _number(axis: Any) -> int:
    return axis if isinstance(axis, int) else -1


def _counted(loss: Any, given: Operands) -> tuple[Array | None, Array | None]:
    """Which items count, and the class weights of their labels."""
    y, x = given.get("target"), given["pred"]
    ignore = getattr(loss, "ignore_index", None)
    if y is None or y.ndim >= x.ndim or "class_weight" not in loss.OPERANDS:
        return None, None
    valid = y != ignore if ignore is not None else None
    w = given.get("class_weight")
    if w is None or w.ndim != 1 or y.dtype.kind not in "iu":
        return valid, None
    labels = y if valid is None else np.where(valid, y, 0)
    if ((labels < 0) | (labels >= len(w))).any():  # the loss itself says what is wrong
        return valid, None
    return valid, w[labels] if valid is None else np.where(valid, w[labels], 0.0)
