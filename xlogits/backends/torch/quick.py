"""The usual calls on PyTorch tensors: the framework's own function, which checks sizes and labels."""

import math
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
