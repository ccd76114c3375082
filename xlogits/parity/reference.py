"""What a loss is by definition, in extended precision, one item at a time.

Nothing here shares a formula with `xlogits.losses` or calls a framework: items are looped over, each
is the textbook sum, and derivatives come from the complex-step method (Squire and Trapp 1998): the
imaginary part of f(x + ih) divided by h, exact to rounding for any h as small as 1e-40. The tests
hold it against mpmath.

Every number comes with a scale: the size below which an error means nothing, because rounding the
logarithm of a sum of numbers near 1 already moves it by one unit. Errors are stated in units of
eps * scale.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits.losses import Loss, SigmoidCrossEntropy, SoftmaxCrossEntropy, Transform
from xlogits.losses.labels import class_axes

Array = Any
REAL, COMPLEX, STEP = np.longdouble, np.clongdouble, np.longdouble(1e-40)


class Reference(NamedTuple):
    """Values and gradients by operand name, each with the scale of its entries."""

    value: tuple[Array, Array]
    gradients: dict[str, tuple[Array, Array]]


def evaluate(
    loss: Loss | Transform, operands: dict[str, Array], cotangent: Array | None = None
) -> Reference:
    """The loss of these operands, and the gradient of its sum weighted by `cotangent`."""
    with np.errstate(all="ignore"):
        if isinstance(loss, SoftmaxCrossEntropy) and _one_column(loss, operands):
            return _two_columns(loss, operands, cotangent)
        if isinstance(loss, Transform):
            return _transform(loss, operands["pred"], cotangent)
        if isinstance(loss, SoftmaxCrossEntropy):
            return _Softmax(loss, operands).reference(cotangent)
        if isinstance(loss, SigmoidCrossEntropy):
            return _Sigmoid(loss, operands).reference(cotangent)
    raise NotImplementedError(f"no definition of {type(loss).__name__}")


def _one_column(loss: SoftmaxCrossEntropy, operands: dict[str, Array]) -> bool:
    pred, target = np.asarray(operands["pred"]), np.asarray(operands["target"])
    return loss.form.positive_column and (pred.ndim == target.ndim or pred.shape[-1] == 1)


def _two_columns(
    loss: SoftmaxCrossEntropy, operands: dict[str, Array], cotangent: Array | None
) -> Reference:
    p = np.asarray(operands["pred"], REAL).reshape(-1, 1)
    found = evaluate(loss, operands | {"pred": np.concatenate([1 - p, p], 1)}, cotangent)
    slope, size = found.gradients["pred"]
    shape = np.shape(operands["pred"])
    by_p = (slope[:, 1] - slope[:, 0]).reshape(shape), size.sum(1).reshape(shape)
    return found._replace(gradients={"pred": by_p})


# -- textbook functions of a vector, for real and complex numbers


def log_softmax(x: Array) -> Array:
    top = max((v.real for v in x), default=REAL(0))
    if not np.isfinite(top):
        top = REAL(0)
    return x - (top + np.log(np.sum(np.exp(x - top))))


def softplus(x: Any) -> Any:
    # log1p is exact for tiny real arguments; the imaginary part of log is exact for complex ones
    log1p = np.log1p if isinstance(x, REAL) else lambda v: np.log(1 + v)
    return x + log1p(np.exp(-x)) if x.real > 0 else log1p(np.exp(x))


def _clipped(p: Any, low: float, high: float) -> Any:
    return type(p)(low) if p.real < low else type(p)(high) if p.real > high else p


def _log(p: Any, floor: float | None) -> Any:
    if floor is not None and (p.real == 0 or np.log(p).real < floor):
        return type(p)(floor)
    return np.log(p)


def _product(weight: Any, log_p: Any) -> Any:
    """weight * log_p, and nothing where the weight is 0 and the logarithm infinite."""
    if weight.real == 0 and np.isinf(log_p.real):
        return weight * 0
    return weight * log_p


def _real_slope(value: Any) -> Any:
    """The derivative that a complex step left in the imaginary part; infinite at log 0."""
    slope = COMPLEX(value).imag / STEP
    return np.copysign(REAL(math.inf), slope) if abs(slope) > 1e30 else slope


# -- from items to the result


class _Items:
    """A loss taken apart into items; subclasses say what an item is."""

    loss: Any
    shape: tuple[int, ...]  # of the items
    valid: Array
    class_weight: Array | None = None

    def __init__(self, loss: Any, operands: dict[str, Array]) -> None:
        self.loss = loss
        self.operands = operands
        self.pred = np.asarray(operands["pred"], REAL)

    def keys(self) -> Iterator[tuple[int, ...]]:
        return itertools.product(*map(range, self.shape))

    def item(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        raise NotImplementedError

    def scale(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        """How large the numbers are that cancel in an item."""
        raise NotImplementedError

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        """The part of prediction and labels that an item sees."""
        raise NotImplementedError

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        raise NotImplementedError

    def reference(self, cotangent: Array | None) -> Reference:
        losses, scales = np.zeros(self.shape, REAL), np.zeros(self.shape, REAL)
        for key in self.keys():
            if self.valid[key]:
                losses[key] = self.item(key, *self.parts(key))
                scales[key] = self.scale(key, *self.parts(key))
        factor = self.factors()
        one = np.ones(self.shape, REAL) if cotangent is None else np.asarray(cotangent, REAL)
        one = np.broadcast_to(one, self.shape)
        if self.loss.reduction.word == "none":
            value = losses * factor, scales * abs(factor)
        else:
            value = np.sum(losses * factor), np.sum(scales * abs(factor))
            if losses.size == 0 or not self.valid.any():
                value = self._nothing(losses.size)
        return Reference(value, self.gradients(factor * one))

    def _nothing(self, size: int) -> tuple[Array, Array]:
        mean = self.loss.reduction.word != "sum"
        by_all = "mean", "mean_over_items", "mean_over_nonzero_weight"
        over_all = self.loss.reduction.word in by_all and size
        empty = mean and not over_all and self.loss.reduction.empty == "nan"
        return REAL(math.nan if empty else 0), REAL(1)

    def gradients(self, factor: Array) -> dict[str, tuple[Array, Array]]:
        pred, target = np.asarray(self.operands["pred"]), np.asarray(self.operands["target"])
        out = {"pred": (np.zeros(pred.shape, REAL), np.zeros(pred.shape, REAL))}
        if self.dense:
            out["target"] = np.zeros(target.shape, REAL), np.zeros(target.shape, REAL)
        for key in self.keys():
            if not self.valid[key]:
                continue
            parts = self.parts(key)
            for number, name in enumerate(out):
                slope, size = self._slope(key, parts, number)
                if name == "target" and not self.differentiable_labels:
                    slope = 0 * size
                self.place(name, out[name][0], key, slope * factor[key])
                self.place(name, out[name][1], key, size * abs(factor[key]))
        return out

    def _slope(
        self, key: tuple[int, ...], parts: tuple[Array, Array], number: int
    ) -> tuple[Array, Array]:
        """Derivatives of an item by the entries of its prediction (0) or its labels (1)."""
        slope = np.zeros(parts[number].shape, REAL)
        for place in np.ndindex(slope.shape):
            moved = [np.asarray(part, COMPLEX) for part in parts]
            moved[number][place] += 1j * STEP
            slope[place] = _real_slope(self.item(key, *moved))
        return slope, abs(slope) + self.slope_scale(key, parts, number)

    dense = True
    differentiable_labels = True

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, Array], number: int) -> Array:
        raise NotImplementedError

    def factors(self) -> Array:
        """What the loss of each item is multiplied by on its way into the result."""
        weight = self.operands.get("sample_weight")
        spread = np.ones(self.shape, REAL) if weight is None else self._spread(weight)
        word = self.loss.reduction.word
        if word in ("none", "sum"):
            return spread
        counted = np.where(self.valid, spread, 0)
        class_weight = np.ones(self.shape, REAL) if self.class_weight is None else self.class_weight
        denominator = {
            "mean": REAL(self.valid.size),
            "mean_over_items": REAL(self.valid.size),
            "mean_over_valid": REAL(self.valid.sum()),
            "mean_over_class_weight": np.sum(np.where(self.valid, class_weight, 0)),
            "mean_over_sample_weight": np.sum(counted),
            "mean_over_nonzero_weight": REAL(np.count_nonzero(spread)),
            "mean_over_weight_as_given": np.sum(counted)
            if weight is None or not self.valid.all()
            else np.sum(np.asarray(weight, REAL)),
        }[word]
        if denominator == 0:
            return spread * (REAL(math.nan) if self.loss.reduction.empty == "nan" else 0)
        return spread / denominator

    def _spread(self, weight: Array) -> Array:
        weight = np.asarray(weight, REAL)
        if weight.ndim == len(self.shape) + 1 and weight.shape[-1] == 1:
            weight = weight[..., 0]
        return np.broadcast_to(weight, self.shape)


class _Softmax(_Items):
    """An item is one distribution over classes."""

    def __init__(self, loss: SoftmaxCrossEntropy, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        target = np.asarray(operands["target"])
        self.axes = class_axes(loss.axis, self.pred.ndim)
        self.rows = self._rows(self.pred)
        self.shape, self.classes = self.rows.shape[:-1], self.rows.shape[-1]
        self.dense = target.shape == self.pred.shape and loss.labels.kind != "index"
        self.differentiable_labels = loss.labels.gradient
        self.target = self._rows(target) if self.dense else target.reshape(self.shape)
        self.valid = np.ones(self.shape, bool)
        if not self.dense and loss.ignore_index is not None:
            self.valid = self.target != loss.ignore_index
        mask = operands.get("mask")
        self.mask = None
        if mask is not None:
            self.mask = self._rows(np.broadcast_to(mask, self.pred.shape))
            self.valid = self.valid & self.mask.any(-1)
        weight = operands.get("class_weight")
        self.weights = np.ones(self.classes, REAL) if weight is None else np.asarray(weight, REAL)
        if weight is not None and not self.dense:
            self.class_weight = self.weights[np.where(self.valid, self.target, 0).astype(int)]

    def _rows(self, x: Array) -> Array:
        batch = [i for i in range(x.ndim) if i not in self.axes]
        moved = np.transpose(x, [*batch, *self.axes])
        return moved.reshape(
            [*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in self.axes)]
        )

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        if self.dense:
            return self.rows[key], np.asarray(self.target[key], REAL)
        hot = np.zeros(self.classes, REAL)
        hot[int(self.target[key])] = 1
        return self.rows[key], hot

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        batch = iter(key)
        where = [slice(None) if i in self.axes else next(batch) for i in range(out.ndim)]
        out[tuple(where)] = part.reshape(out[tuple(where)].shape)

    def coefficients(self, key: tuple[int, ...], q: Array) -> Array:
        e = REAL(self.loss.label_smoothing)
        return self.weights * ((1 - e) * q + e / self.classes)

    def item(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        keep = np.ones(self.classes, bool) if self.mask is None else self.mask[key]
        log_p = self.log_probabilities(pred[keep])
        return -sum(map(_product, self.coefficients(key, target)[keep], log_p))

    def log_probabilities(self, x: Array) -> Array:
        form = self.loss.form
        if form.kind == "logits":
            return log_softmax(x)
        if form.kind == "log_probabilities":
            return x
        p = x / np.sum(x) if form.renormalise == "before" else x
        if form.clip is not None:
            p = np.array([_clipped(v, *form.clip) for v in p])
        p = p / np.sum(p) if form.renormalise == "after" else p
        return np.array([_log(v, form.log_floor) for v in p])

    def scale(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        log_p = self.log_probabilities(
            pred if self.mask is None else np.where(self.mask[key], pred, -math.inf)
        )
        size = np.where(np.isfinite(log_p), 1 + abs(log_p), 1)
        return np.sum(abs(self.coefficients(key, target)) * size)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, Array], number: int) -> Array:
        if number == 0:
            return np.full(self.classes, np.sum(abs(self.coefficients(key, parts[1]))))
        log_p = self.log_probabilities(parts[0])
        return self.weights * np.where(np.isfinite(log_p), 1, 0)


class _Sigmoid(_Items):
    """An item is one event, or the mean of the events along an axis."""

    def __init__(self, loss: SigmoidCrossEntropy, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        self.axis = class_axes(loss.axis, self.pred.ndim)[0] if loss.inner == "mean" else None
        self.shape = tuple(n for i, n in enumerate(self.pred.shape) if i != self.axis)
        self.valid = np.ones(self.shape, bool)
        self.target = np.asarray(operands["target"], REAL)
        weight = np.asarray(operands.get("pos_weight", 1), REAL)
        if weight.ndim == 1 and weight.shape != (1,):
            axis = class_axes(loss.axis, self.pred.ndim)[0]
            weight = weight.reshape([-1 if i == axis else 1 for i in range(self.pred.ndim)])
        self.pos_weight = np.broadcast_to(weight, self.pred.shape)

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        batch = iter(key)
        return tuple(slice(None) if i == self.axis else next(batch) for i in range(self.pred.ndim))

    def parts(self, key: tuple[int, ...]) -> tuple[Array, Array]:
        where = self._where(key)
        return np.atleast_1d(self.pred[where]), np.atleast_1d(self.target[where])

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        out[self._where(key)] = part if self.axis is not None else part[0]

    def item(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        events = [self.event(x, z, w) for x, z, w in zip(pred, target, weights, strict=True)]
        return sum(events) / REAL(len(events)) if events else REAL(math.nan)

    def event(self, x: Any, z: Any, weight: Any) -> Any:
        e = REAL(self.loss.label_smoothing)
        z = (1 - e) * z + e / 2
        log_p, log_not = self.log_pair(x)
        return -_product(weight * z, log_p) - _product(1 - z, log_not)

    def log_pair(self, x: Any) -> tuple[Any, Any]:
        form = self.loss.form
        if form.kind == "logits":
            return -softplus(-x), -softplus(x)
        p = x if form.clip is None else _clipped(x, *form.clip)
        return _log(p, form.log_floor), _log(1 - p, form.log_floor)

    def scale(self, key: tuple[int, ...], pred: Array, target: Array) -> Any:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        sizes = [
            max(w, 1) * (1 + abs(self.event(x, z, w)))
            for x, z, w in zip(pred, target, weights, strict=True)
        ]
        return sum(s if np.isfinite(s) else REAL(1) for s in sizes) / REAL(len(sizes) or 1)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, Array], number: int) -> Array:
        weights = np.atleast_1d(self.pos_weight[self._where(key)])
        return np.maximum(weights, 1) / len(weights)


# -- elementary functions

_ALONG: dict[str, Callable[[Array], Array]] = {
    "softmax": lambda x: np.exp(log_softmax(x)),
    "log_softmax": log_softmax,
    "logsumexp": lambda x: x[:1] - log_softmax(x)[:1] if np.isfinite(x[0].real) else _logsumexp(x),
}


def _logsumexp(x: Array) -> Array:
    top = max(v.real for v in x)
    top = top if np.isfinite(top) else REAL(0)
    return np.array([top + np.log(np.sum(np.exp(x - top)))])


def _elementwise(function: str, x: Any, beta: Any) -> Any:
    if function == "sigmoid":
        return np.exp(-softplus(-x))
    if function == "log_sigmoid":
        return -softplus(-x)
    if function == "softplus":
        return softplus(beta * x) / beta
    return np.log(x / (1 - x)) if 0 <= x.real <= 1 else REAL(math.nan)


def _transform(loss: Transform, pred: Array, cotangent: Array | None) -> Reference:
    x = np.asarray(pred, REAL)
    if loss.function in _ALONG:
        axes = class_axes(loss.axis, x.ndim)
        function: Callable[[Array], Array] = _ALONG[loss.function]
    else:
        axes = ()
        beta = REAL(loss.beta)

        def function(v: Array) -> Array:
            return np.array([_elementwise(loss.function, v[0], beta)])

    batch = [i for i in range(x.ndim) if i not in axes]
    order = [*batch, *axes]
    rows = np.transpose(x, order).reshape(
        [*(x.shape[i] for i in batch), math.prod(x.shape[i] for i in axes)]
    )
    whole = loss.function in ("softmax", "log_softmax")
    out = np.zeros([*rows.shape[:-1], rows.shape[-1] if whole else 1], REAL)
    ct = np.ones(out.shape, REAL)
    if cotangent is not None:
        given = np.asarray(cotangent, REAL)
        ct = np.transpose(given, order).reshape(out.shape) if whole else given.reshape(out.shape)
    grad, size = np.zeros(rows.shape, REAL), np.zeros(rows.shape, REAL)
    for key in np.ndindex(rows.shape[:-1]):
        out[key] = function(rows[key])
        for j in range(rows.shape[-1]):
            moved = np.asarray(rows[key], COMPLEX)
            moved[j] += 1j * STEP
            slopes = np.array([_real_slope(v) for v in function(moved)])
            grad[key][j] = np.sum(ct[key] * slopes)
        size[key] = abs(grad[key]) + np.sum(abs(ct[key]))

    def back(a: Array) -> Array:
        moved = a.reshape([x.shape[i] for i in order])
        return np.transpose(moved, np.argsort(order))

    if whole:
        value = back(out)
    else:
        kept = [1 if i in axes else n for i, n in enumerate(x.shape)]
        left = (
            kept
            if loss.keepdims or not axes
            else [n for i, n in enumerate(x.shape) if i not in axes]
        )
        value = out.reshape(left)
    scale = 1 + abs(value)
    if loss.function in ("softmax", "sigmoid"):  # probabilities: small ones have to be right too
        scale = value * (1 - np.log(np.where(value > 0, value, 1)))
    return Reference(
        (value, np.where(np.isfinite(value), scale, 1)), {"pred": (back(grad), back(size))}
    )
