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
        if (given is _F32 or given is _F64) and labels.dtype is given:
            return F.binary_cross_entropy_with_logits(
                logits, labels, None, None, None, _WORDS[reduction]
            )
    except Exception:
        pass
    return None


def in_graphs(public: Callable[..., Array], whole: Callable[..., Array]) -> None:
    """What torch.compile is to trace in place of a public function: the usual call, or the whole path.

    Without the dispatch by type there is no dict of types to watch, which grows with every type that
    is met. Each global name that is read below, even `int`, is one more guard of every compiled call:
    hence the text of the axis, which tells -1 from -1.0.
    """
    substitute = getattr(torch.compiler, "substitute_in_graph", None)  # since 2.6
    if substitute is None:
        return
    made = {"softmax_cross_entropy": _traced_softmax, "sigmoid_cross_entropy": _traced_sigmoid}
    substitute(public)(made[public.__name__](whole))


def _traced_softmax(whole: Callable[..., Array]) -> Callable[..., Array]:
    def softmax_cross_entropy(
        logits: Array,
        labels: Array,
        *,
        axis: int = -1,
        class_weight: Array | None = None,
        sample_weight: Array | float | None = None,
        label_smoothing: float = 0.0,
        ignore_index: int | None = None,
        reduction: str = "none",
    ) -> Array:
        if (
            (class_weight is None and sample_weight is None and ignore_index is None)
            and (label_smoothing is not False and label_smoothing == 0.0)
            and (f"{axis}" == "-1" and logits.is_cpu)
            and (logits.ndim == 2 and logits.shape[:1] == labels.shape and logits.shape[1])
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and (not labels.is_floating_point() and labels.element_size() == 8)
            and reduction in ("none", "sum", "mean")
        ):
            return F.cross_entropy(logits, labels, ignore_index=-(2**61) - 1, reduction=reduction)
        return whole(
            logits,
            labels,
            axis=axis,
            class_weight=class_weight,
            sample_weight=sample_weight,
            label_smoothing=label_smoothing,
            ignore_index=ignore_index,
            reduction=reduction,
        )

    return softmax_cross_entropy


def _traced_sigmoid(whole: Callable[..., Array]) -> Callable[..., Array]:
    def sigmoid_cross_entropy(
        logits: Array,
        labels: Array,
        *,
        axis: int = -1,
        pos_weight: Array | float | None = None,
        sample_weight: Array | float | None = None,
        label_smoothing: float = 0.0,
        reduction: str = "none",
    ) -> Array:
        if (
            (pos_weight is None and sample_weight is None)
            and (label_smoothing is not False and label_smoothing == 0.0)
            and (
                f"{axis}" == "-1" and logits.shape == labels.shape and logits.dtype is labels.dtype
            )
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and reduction in ("none", "sum", "mean")
        ):
            return F.binary_cross_entropy_with_logits(logits, labels, reduction=reduction)
        return whole(
            logits,
            labels,
            axis=axis,
            pos_weight=pos_weight,
            sample_weight=sample_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
        )

    return sigmoid_cross_entropy
