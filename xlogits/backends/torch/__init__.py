"""The backend functions on PyTorch tensors, on any device, eager or inside torch.compile."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from xlogits.backends.torch.chunked import accumulate as accumulate
from xlogits.backends.torch.chunked import differentiable as differentiable
from xlogits.backends.torch.chunked import fold as fold
from xlogits.backends.torch.chunked import index_slope as index_slope
from xlogits.backends.torch.chunked import project as project
from xlogits.backends.torch.graphs import install as _install
from xlogits.backends.torch.quick import IGNORE_NOTHING as _IGNORE_NOTHING
from xlogits.backends.torch.quick import (
    quick_sigmoid_cross_entropy as quick_sigmoid_cross_entropy,
)
from xlogits.backends.torch.quick import (
    quick_softmax_cross_entropy as quick_softmax_cross_entropy,
)
from xlogits.errors import require_labels as _require_labels

NAME = "PyTorch"
STACK = "torch.stack({})"
REFUSES_SOME = True
index_cross_entropy_gradient = None  # autograd knows it
filler = None  # autograd makes the tensors of its gradients itself

Array = Any

_NAMES = {
    getattr(torch, name): name
    for name in (
        *("float16", "bfloat16", "float32", "float64", "bool", "complex64", "complex128"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )
}
_DTYPES = {name: dtype for dtype, name in _NAMES.items()}
_STRIDED = torch.strided


def refuse(x: Array) -> str:
    if x.layout is _STRIDED and not (x.is_nested or x.is_quantized):
        if type(x) is torch.Tensor or type(x).__name__ != "MaskedTensor":
            return ""
        return "a MaskedTensor, whose mask a loss would drop; pass x.get_data() and sample_weight"
    if x.is_nested:
        return "a nested PyTorch tensor; pass x.to_padded_tensor(0.0), and sample_weight"
    if x.is_quantized:
        return "a quantized PyTorch tensor; pass x.dequantize()"
    return f"a PyTorch tensor of layout {x.layout}; pass x.to_dense()"


def apart(x: Array, y: Array) -> tuple[str, str] | None:
    if (x.is_cpu and y.is_cpu) or x.device == y.device or not y.ndim:
        return None
    return str(x.device), str(y.device)


def shape(x: Array) -> tuple[int, ...]:
    return tuple(x.shape)


def dtype(x: Array) -> str:
    name = _NAMES.get(x.dtype)
    if name is not None:
        return name
    name = str(x.dtype).removeprefix("torch.")
    # of these PyTorch has the name alone, and no arithmetic
    return f"packed {name}" if name in ("int4", "uint4") else name


def known(x: Array) -> Any:
    if torch.compiler.is_compiling() or x.device.type != "cpu":
        return None
    try:
        return x.detach().numpy()
    except (RuntimeError, TypeError):  # inside vmap, on fake tensors, bfloat16
        return None


def cast(x: Array, dtype: str) -> Array:
    return x if x.dtype == _DTYPES[dtype] else x.to(_DTYPES[dtype])


def full_like(x: Array, value: float) -> Array:
    return torch.full_like(x, value)


def from_numbers(numbers: list[Any], dtype: str, shape: Sequence[int], like: Array) -> Array:
    return torch.tensor(numbers, dtype=_DTYPES[dtype], device=like.device).reshape(shape)


def expand(x: Array, axis: int) -> Array:
    return x.unsqueeze(axis)


def sizes(x: Array) -> list[int]:
    return list(x.shape)


def reshape(x: Array, shape: Sequence[Any]) -> Array:
    return x.reshape(shape)


def transpose(x: Array, order: Sequence[int]) -> Array:
    return x.permute(*order)


def concat(xs: Sequence[Array], axis: int) -> Array:
    return torch.cat(list(xs), axis)


def one_hot(labels: Array, classes: int, axis: int, dtype: str) -> Array:
    indexes = torch.arange(classes, device=labels.device)
    indexes = indexes.reshape([-1 if i == axis else 1 for i in range(labels.ndim + 1)])
    return (labels.unsqueeze(axis) == indexes).to(_DTYPES[dtype])


def where(condition: Array, x: Array | float, y: Array | float) -> Array:
    return torch.where(condition, x, y)


def take(vector: Array, labels: Array) -> Array:
    return pick(vector.expand(*labels.shape, -1), labels, labels.ndim)


def pick(x: Array, labels: Array, axis: int) -> Array:
    if x.device.type == "cpu":
        try:
            return x.gather(axis, labels.unsqueeze(axis)).squeeze(axis)
        except RuntimeError:
            _explain(labels, x.shape[axis])
            raise
    inside = (labels >= 0) & (labels < x.shape[axis])
    picked = x.gather(axis, torch.where(inside, labels, 0).unsqueeze(axis)).squeeze(axis)
    return torch.where(inside, picked, torch.nan)


def _explain(labels: Array, classes: int | None) -> None:
    """Turn a kernel's complaint about an index into our error, where it is one."""
    values = known(labels)
    if values is not None:
        _require_labels(values, classes)


def choose(x: Array, labels: Array) -> Array:
    rows = torch.arange(x.shape[0], device=x.device)[:, None]
    inside = (labels >= 0) & (labels < x.shape[1])
    chosen = x[rows, torch.where(inside, labels, 0)]
    return torch.where(inside.unsqueeze(-1), chosen, torch.nan)


def fitted(x: Array, sizes: Sequence[Any], role: str) -> Array:
    return x


def check_labels(labels: Array, classes: int | None) -> Array:
    if labels.dtype is torch.int64:
        return labels  # the kernels themselves look at every index, at no cost
    if labels.dtype is torch.uint64:
        _explain(labels, classes)  # as int64 the largest are negative
    return labels.long()


def stop_gradient(x: Array) -> Array:
    return x.detach()


def exp(x: Array) -> Array:
    return torch.exp(x)


def log(x: Array) -> Array:
    return torch.log(x)


def log1p(x: Array) -> Array:
    return torch.log1p(x)


def expm1(x: Array) -> Array:
    return torch.expm1(x)


def sqrt(x: Array) -> Array:
    return torch.sqrt(x)


def power(x: Array, exponent: float) -> Array:
    return torch.pow(x, exponent)


def added(x: Array, value: float) -> Array:
    return x + value


def tanh(x: Array) -> Array:
    return torch.tanh(x)


def sign(x: Array) -> Array:
    return torch.sign(x)


def maximum(x: Array, y: Array | float) -> Array:
    return torch.clamp(x, min=y)


def minimum(x: Array, y: Array | float) -> Array:
    return torch.clamp(x, max=y)


def positive_part(x: Array) -> Array:
    return torch.maximum(x, torch.zeros_like(x))  # clamp and relu do not share at 0


def clip(x: Array, low: float, high: float) -> Array:
    return torch.clamp(x, low, high)


def sigmoid(x: Array) -> Array:
    return torch.sigmoid(x)


def log_sigmoid(x: Array) -> Array:
    return F.logsigmoid(x)


def softplus(x: Array) -> Array:
    return -F.logsigmoid(-x)  # F.softplus returns x itself above 20


def logit(x: Array) -> Array:
    return torch.logit(x)


def sum(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    return torch.sum(x) if axis is None else torch.sum(x, axis, keepdim=keepdims)


def any(x: Array, axis: int) -> Array:
    return torch.any(x, axis)


def max(x: Array, axis: int, keepdims: bool = False) -> Array:
    return torch.amax(x, axis, keepdim=keepdims)


def cumsum(x: Array, axis: int) -> Array:
    return torch.cumsum(x, axis)


def sort(x: Array, axis: int) -> Array:
    return torch.sort(x, axis).values


def scan(step: Callable[..., Any], state: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    before = []
    for i in reversed(range(len(xs[0]))) if reverse else range(len(xs[0])):
        before.append(state)
        state = step(state, tuple(x[i] for x in xs))
    before = before[::-1] if reverse else before
    return state, tuple(torch.stack(some) for some in zip(*before, strict=True))


def count(x: Array, axis: int | None = None) -> Any:
    return x.numel() if axis is None else x.shape[axis]


def softmax(x: Array, axis: int) -> Array:
    return F.softmax(x, axis)


def shares(x: Array, axis: int) -> tuple[Array, Array]:
    p = softmax(x, axis)
    return p, 1 - p


def log_softmax(x: Array, axis: int) -> Array:
    return F.log_softmax(x, axis)


def logsumexp(x: Array, axis: int, keepdims: bool = False) -> Array:
    if x.shape[axis] == 0:
        return torch.logsumexp(x, axis, keepdim=keepdims)
    # torch.logsumexp loses digits in its gradient, exp(x - result), where the result is large
    top = x.detach().amax(axis, keepdim=True)
    top = torch.where(top.isfinite(), top, 0.0)
    total = torch.log(torch.sum(torch.exp(x - top), axis, keepdim=True)) + top
    return total if keepdims else total.squeeze(axis)


def index_cross_entropy(logits: Array, labels: Array, axis: int) -> Array:
    if logits.device.type != "cpu":
        return -pick(F.log_softmax(logits, axis), labels, axis)
    classes = logits.shape[axis]
    rows = logits if axis == min(1, logits.ndim - 1) else logits.movedim(axis, 1)
    try:
        return F.cross_entropy(rows, labels, reduction="none", ignore_index=_IGNORE_NOTHING)
    except IndexError:
        _explain(labels, classes)
        raise


def dense_cross_entropy(logits: Array, weights: Array, axis: int) -> Array:
    cost = -F.log_softmax(logits, axis)
    cost = torch.where((weights == 0) & cost.isinf(), 0.0, cost)
    return torch.sum(weights * cost, axis)


def sigmoid_cross_entropy(logits: Array, labels: Array) -> Array:
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="none")


def value_and_grad(function: Callable[..., Array], arrays: tuple[Array, ...]) -> Any:
    """`function(*arrays)` is (scalar, value); returns value and the scalar's gradients."""
    every = tuple(range(len(arrays)))
    grads, (_, value) = torch.func.grad_and_value(function, argnums=every, has_aux=True)(*arrays)
    return value, grads


_install(sys.modules[__name__])
