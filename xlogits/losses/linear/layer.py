"""Softmax cross-entropy of a linear layer, without an array of all its logits."""

from dataclasses import field, replace
from typing import Any, ClassVar, NamedTuple

from xlogits.backends import namespace, require_same
from xlogits.backends.protocol import Namespace
from xlogits.errors import OptionError, ShapeError, require_labels
from xlogits.losses.linear.chunks import Batch, Plan, within
from xlogits.losses.linear.positions import Positions
from xlogits.losses.parts.axes import Shape
from xlogits.losses.parts.labels import (
    INFERRED,
    Labels,
    fitted_labels,
    is_index,
    require_float,
    require_fraction,
)
from xlogits.losses.parts.loss import Loss, Weight, is_number
from xlogits.losses.parts.value import frozen
from xlogits.losses.softmax import SoftmaxCrossEntropy
from xlogits.precision import HALF
from xlogits.reduction import Items
from xlogits.types import Result, Rows

Array = Any

ROWS = 256  # more of them make the products of matrices no faster
TILE = 2**18  # numbers: below this, logits take less room than what is around them


@frozen
class LinearSoftmaxCrossEntropy(Loss):
    r"""$-\sum_j q_j \log p_j$ with $p = \mathrm{softmax}(h W^\top + b)$, never all logits at once.

    The loss is `SoftmaxCrossEntropy` of those logits, with its options and reductions. Value and
    derivatives are computed for `chunk` items at a time (None: a number that goes with the sizes).
    Operands of the call: `pred`, the hidden states (..., D), `target`, `linear_weight` of shape (C, D),
    and optionally `linear_bias` of shape (C,), `sample_weight` and `class_weight`. It is differentiated
    by hidden states, weight, bias and sample weights; labels and class weights are constants.

    A weight (C, d1, ..., dK, D), with a bias (C, d1, ..., dK), makes a loss at every position
    d1, ..., dK of the logits (..., C, d1, ..., dK), which are then all held.
    """

    labels: Labels = field(default_factory=lambda: INFERRED)
    label_smoothing: float = 0.0
    ignore_index: int | None = None
    chunk: int | None = None

    OPERANDS: ClassVar[tuple[str, ...]] = (
        *("pred", "target", "linear_weight", "linear_bias", "sample_weight", "class_weight"),
    )
    ARRAYS: ClassVar[tuple[str, ...]] = ("pred", "target", "linear_weight")
    SLOPES: ClassVar[tuple[str, ...]] = ("pred", "target", "linear_weight", "linear_bias")

    def __call__(
        self,
        pred: Rows[Result],
        target: Array,
        linear_weight: Array,
        linear_bias: Array | None = None,
        *,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
    ) -> Result:
        operands = pred, target, linear_weight, linear_bias
        weights = {"sample_weight": sample_weight, "class_weight": class_weight}
        xp = self._checked(*operands, **weights)
        if len(xp.shape(linear_weight)) > 2:
            return self._positions(xp, operands, weights).value()
        call, summed = self._opened(xp, *operands, **weights), self.reduction.word != "none"
        plan = Plan(self.label_smoothing, call.indexed, call.rows, summed)
        found = xp.differentiable(plan, xp, call.batch)
        if summed:
            found = self.reduction.of_sum(xp, found, call.items, call.weight)
        else:
            found = self.reduction(xp, call.with_losses(found), call.weight)
        return xp.cast(found, call.result)

    def value_and_gradient(
        self,
        pred: Array,
        target: Array,
        linear_weight: Array,
        linear_bias: Array | None = None,
        *,
        cotangent: Weight = None,
        sample_weight: Weight = None,
        class_weight: Array | None = None,
    ) -> tuple[Array, tuple[Array | None, ...]]:
        """Both, with the logits computed once; the derivatives in the order of `SLOPES`.

        Of the sum of the results, or of their product with `cotangent`, which has their shape.
        """
        operands = pred, target, linear_weight, linear_bias
        weights = {"sample_weight": sample_weight, "class_weight": class_weight}
        xp = self._checked(*operands, **weights)
        if cotangent is not None:
            require_same(xp, pred, "hidden", cotangent=cotangent)
        if len(xp.shape(linear_weight)) > 2:
            return self._positions(xp, operands, weights).value_and_gradient(cotangent)
        call = self._opened(xp, *operands, **weights)
        valid = call.items.valid
        plan = Plan(self.label_smoothing, call.indexed, call.rows, False)
        out = 1.0 if cotangent is None else cotangent
        # a mean over nothing has no derivative, as where the frameworks differentiate (`of_sum`)
        out = replace(self.reduction, empty="zero").gradient(xp, call.items, call.weight, out)
        losses, slopes = plan.slopes(
            xp, call.batch, xp.reshape(out, xp.sizes(call.batch.hidden)[:1])
        )
        value = self._close(xp, call.with_losses(losses), call.weight, call.result)
        by_hidden = xp.reshape(slopes.hidden, xp.sizes(pred))
        if valid is not None:
            by_hidden = xp.where(xp.expand(valid, len(xp.shape(valid))), by_hidden, 0.0)
        by_bias = None if linear_bias is None else xp.cast(slopes.bias, xp.dtype(linear_bias))
        by_weight = xp.cast(slopes.weight, xp.dtype(linear_weight))
        return value, (xp.cast(by_hidden, xp.dtype(pred)), None, by_weight, by_bias)

    def gradient(self, *arrays: Array, **operands: Any) -> tuple[Array | None, ...]:
        """Derivatives in the order of `SLOPES` (None where there is none), in closed form."""
        return self.value_and_gradient(*arrays, **operands)[1]

    def _opened(
        self,
        xp: Namespace,
        pred: Array,
        target: Array,
        linear_weight: Array,
        linear_bias: Array | None,
        *,
        sample_weight: Weight,
        class_weight: Array | None,
    ) -> "_Call":
        """Operands that were checked, in one dtype, as rows, with nothing ignored left in."""
        result = self.dtype or xp.dtype(pred)
        work = "float32" if result in HALF else result
        classes = _classes(xp, pred, linear_weight, linear_bias)
        hidden = xp.cast(pred, work)
        target, indexed, valid = self._labelled(xp, hidden, target, linear_weight)
        if valid is not None:  # by selection, not by product: a NaN in an ignored item goes nowhere
            hidden = xp.where(xp.expand(valid, len(xp.shape(valid))), hidden, 0.0)
        if class_weight is not None:
            class_weight = self.of_logits().class_weights(xp, work, class_weight, classes)
            class_weight = xp.stop_gradient(class_weight)
        items = _unlost(xp, hidden, target, indexed, valid, class_weight)
        weight = self._weight(xp, sample_weight, items.loss)
        each = None
        if self.reduction.word != "none":
            each = xp.full_like(items.loss, 1.0)
            each = each if weight is None else each * weight
        batch = _rows(
            xp,
            Batch(
                *(hidden, xp.cast(linear_weight, work)),
                None if linear_bias is None else xp.cast(linear_bias, work),
                *(target, each, valid, class_weight),
            ),
        )
        rows = self.chunk or rows_at_a_time(xp.shape(batch.hidden)[0], classes)
        return _Call(xp, batch, items, weight, indexed, rows, result)

    def _checked(
        self,
        pred: Array,
        target: Array,
        linear_weight: Array,
        linear_bias: Array | None,
        **weights: Weight,
    ) -> Namespace:
        """The backend of operands that are of one framework and of floating point."""
        xp = namespace(pred, "hidden")
        others = {"weight": linear_weight, "bias": linear_bias, **weights}
        require_same(xp, pred, "hidden", labels=target, **others)
        for role, array in {"hidden states": pred, **others}.items():
            if array is not None and not is_number(array):
                require_float(xp.dtype(array), role)
        require_fraction(self.label_smoothing, "label_smoothing")
        if self.chunk is not None and (type(self.chunk) is not int or self.chunk < 1):
            raise OptionError(
                f"chunk is {self.chunk!r}; expected a number of items, 1 or more, or None"
            )
        self._require_unambiguous(**weights, ignore_index=self.ignore_index)
        return xp

    def _positions(
        self,
        xp: Namespace,
        operands: tuple[Array, Array, Array, Array | None],
        weights: dict[str, Weight],
    ) -> Positions:
        pred, _, linear_weight, linear_bias = operands
        shape = xp.shape(linear_weight)
        if self.chunk is not None:
            raise OptionError(
                f"chunk is {self.chunk} and weight has shape {shape}; only the logits of a weight "
                f"(classes, features) are computed in chunks: leave chunk out"
            )
        _classes(xp, pred, linear_weight, linear_bias)
        axis = len(xp.shape(pred)) - 1
        plain = replace(self.of_logits(axis), dtype=self.dtype)
        return Positions(xp, plain, operands, weights)

    def of_logits(self, axis: int = -1) -> SoftmaxCrossEntropy:
        """The loss of the logits, with the same options."""
        return SoftmaxCrossEntropy(
            axis=axis,
            labels=self.labels,
            label_smoothing=self.label_smoothing,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            spread_weight=self.spread_weight,
        )

    def _labelled(
        self, xp: Namespace, hidden: Array, target: Array, linear_weight: Array
    ) -> tuple[Array, bool, Array | None]:
        """Labels without what is ignored, whether they are indexes, and what counts."""
        classes = xp.shape(linear_weight)[0]
        logits = (*xp.shape(hidden)[:-1], classes)
        axis = len(logits) - 1
        indexed = is_index(self.labels, logits, xp.shape(target), axis)
        if None in logits or None in xp.shape(target):
            sizes = [*xp.sizes(hidden)[:-1], xp.sizes(linear_weight)[0]]
            target = fitted_labels(xp, target, sizes, axis, indexed)
        if not indexed:
            self.of_logits().require_per_class(xp, target)
            return xp.stop_gradient(target), False, None
        target, valid = self.of_logits().index(xp, target, axis, logits)
        values = xp.known(target)
        if values is not None:
            require_labels(values, classes)
        return target, True, valid


class _Call(NamedTuple):
    """The operands of one call, ready for the formula."""

    xp: Namespace
    batch: Batch
    items: Items  # with losses of 0
    weight: Weight
    indexed: bool
    rows: int
    result: str

    def with_losses(self, losses: Array) -> Items:
        loss = self.xp.reshape(losses, self.xp.sizes(self.items.loss))
        return self.items._replace(loss=loss)


def rows_at_a_time(items: int | None, classes: int | None) -> int:
    """At most an eighth of the items and `ROWS`, but no tile of logits smaller than `TILE`."""
    rows = ROWS if items is None else min(ROWS, -(-items // 8))
    return max(rows, 1 if classes is None else min(ROWS, TILE // classes), 1)


def _classes(xp: Namespace, hidden: Array, weight: Array, bias: Array | None) -> int | None:
    """The number of classes, from shapes that fit together."""
    given, wanted = xp.shape(hidden), xp.shape(weight)
    if not given:
        raise ShapeError("hidden is a single number; expected (..., features)")
    if len(wanted) < 2 or not _same(wanted[-1], given[-1]):
        raise ShapeError(
            f"weight has shape {wanted} and hidden {given}; expected (classes, {given[-1]}), "
            f"one row of features for each class"
            + ("; transpose it" if len(wanted) == 2 and _same(wanted[0], given[-1]) else "")
        )
    if wanted[0] == 0:
        raise ShapeError(f"weight has shape {wanted}: no classes; expected at least one")
    if bias is not None and not _fits(xp.shape(bias), wanted[:-1]):
        raise ShapeError(
            f"bias has shape {xp.shape(bias)}; expected {wanted[:-1]}, one number for each class"
        )
    classes: int | None = wanted[0]
    return classes


def _fits(shape: Shape, wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(map(_same, shape, wanted))


def _same(one: int | None, other: int | None) -> bool:
    return one == other or one is None or other is None


def _unlost(
    xp: Namespace,
    hidden: Array,
    target: Array,
    indexed: bool,
    valid: Array | None,
    weight: Array | None,
) -> Items:
    """Items whose losses are 0 yet: what denominators are made of."""
    loss = xp.full_like(xp.sum(hidden, len(xp.shape(hidden)) - 1), 0.0)
    if weight is None or not indexed:
        return Items(loss, valid)
    inside = within(xp, target, weight)
    own = xp.take(weight, xp.where(inside, target, 0))
    return Items(loss, valid, own if valid is None else xp.where(valid, own, 0.0))


def _rows(xp: Namespace, batch: Batch) -> Batch:
    """The same arrays with all items on one axis."""
    shape = xp.sizes(batch.hidden)
    lead = len(shape) - 1
    if lead == 1:
        return batch
    items: Any = 1
    for size in shape[:lead]:  # a loop, because math.prod cannot be traced
        items = items * size
    flat = {}
    for name in ("hidden", "target", "each", "valid"):
        array = getattr(batch, name)
        if array is not None:
            flat[name] = xp.reshape(array, [items, *xp.sizes(array)[lead:]])
    return batch._replace(**flat)
