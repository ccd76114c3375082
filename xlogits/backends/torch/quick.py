"""The usual calls on PyTorch tensors: the framework's own function, which checks sizes and labels."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

Array = Any

# PyTorch's kernels leave out one class index, -100 unless told otherwise, and cannot be told to leave
# out none. A label of just this number is none anybody writes, and to look for it would cost every call
# a kernel. It is not the smallest integer, which is what NaN becomes when it is cast.
IGNORE_NOTHING = -(2**61) - 1

_WORDS = {"none": "none", "sum": "sum", "mean": "mean", "mean_over_items": "mean"}
_F32, _F64, _I64 = torch.float32, torch.float64, torch.int64
_TENSOR, _STRIDED = torch.Tensor, torch.strided


def quick_softmax_cross_entropy(
    logits: Array, labels: Array, axis: int, reduction: str
) -> Array | None:
    if type(labels) is not _TENSOR:
        return None
    try:
        given = logits.dtype
        if (given is _F32 or given is _F64) and axis == -1 and logits.is_cpu and logits.numel():
            if labels.dtype is _I64 and labels.ndim == 1:
                word = _WORDS[reduction]
                return F.cross_entropy(logits, labels, None, None, IGNORE_NOTHING, None, word)
            if labels.dtype is given and labels.layout is _STRIDED and labels.ndim == 2:
                return _dense(logits, labels, _WORDS[reduction])
    except Exception:  # the general path says what is wrong
        pass
    return None


def _dense(logits: Array, labels: Array, reduction: str) -> Array | None:
    """The loss, where it is finite: then no class is impossible, and no 0 was multiplied by infinity."""
    if logits.shape != labels.shape or torch.compiler.is_compiling():
        return None
    loss = F.cross_entropy(logits, labels, None, None, IGNORE_NOTHING, None, reduction)
    return loss if math.isfinite(loss.detach().sum().item()) else None


def quick_sigmoid_cross_entropy(logits: Array, labels: Array, reduction: str) -> Array | None:
    if type(labels) is not _TENSOR:
        return None
    try:
        given = logits.dtype
        if (
            (given is _F32 or given is _F64)
            and labels.dtype is given
            and labels.shape == logits.shape
        ):
            return F.binary_cross_entropy_with_logits(
                logits, labels, None, None, None, _WORDS[reduction]
            )
    except Exception:
        pass
    return None


def in_graphs(public: Callable[..., Array], whole: Callable[..., Array]) -> None:
    """What torch.compile is to trace in place of a public function: the usual call, or the whole path.

    Without the dispatch by type there is no dict of types to watch, which grows with every type that
    is met. Each default and each global name that is read, even `int`, is one more guard of every
    compiled call; hence `given`, and the texts of the axis, which tell -1 from -1.0, and of a dtype.
    (`torch.compiler.substitute_in_graph` says the same aloud, but loads the compiler, for seconds.)
    """
    usual = {"softmax_cross_entropy": _traced_softmax, "sigmoid_cross_entropy": _traced_sigmoid}
    public._torchdynamo_inline = usual[public.__name__](whole)  # type: ignore[attr-defined]


def _traced_softmax(whole: Callable[..., Array]) -> Callable[..., Array]:
    native = F.cross_entropy

    def softmax_cross_entropy(logits: Array, labels: Array, **given: Any) -> Array:
        reduction = given.get("reduction", "none")
        if (
            ("class_weight" not in given and "sample_weight" not in given)
            and ("ignore_index" not in given and "label_smoothing" not in given)
            and (f"{given.get('axis', -1)}" == "-1" and logits.is_cpu)
            and (logits.ndim == 2 and labels.ndim == 1)
            and (logits.shape[0] == labels.shape[0] and logits.shape[1])
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and (f"{labels.dtype}" == "torch.int64" and reduction in ("none", "sum", "mean"))
        ):
            return native(logits, labels, ignore_index=-(2**61) - 1, reduction=reduction)
        return whole(logits, labels, **given)

    return softmax_cross_entropy


def _traced_sigmoid(whole: Callable[..., Array]) -> Callable[..., Array]:
    native = F.binary_cross_entropy_with_logits

    def sigmoid_cross_entropy(logits: Array, labels: Array, **given: Any) -> Array:
        reduction = given.get("reduction", "none")
        if (
            ("pos_weight" not in given and "sample_weight" not in given)
            and ("label_smoothing" not in given and f"{given.get('axis', -1)}" == "-1")
            and (logits.ndim == labels.ndim and logits.shape == labels.shape)
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and (logits.dtype is labels.dtype and reduction in ("none", "sum", "mean"))
        ):
            return native(logits, labels, reduction=reduction)
        return whole(logits, labels, **given)

    return sigmoid_cross_entropy
