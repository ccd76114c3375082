"""What torch.compile traces in place of functions that the calls of every framework go through.

The dispatch by type reads a dict of types, which grows with every type that is met, and each of its
changes makes torch.compile start again. So the compiler is given functions that do without: for tensors
the backend is this one, and the usual call of a public function is PyTorch's own. They are in place as
soon as this backend is imported, also where that happens while a first call is traced.

(`torch.compiler.substitute_in_graph` says the same aloud, but loads the compiler, for seconds.)
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from xlogits.backends.protocol import Namespace
from xlogits.backends.seen import MODULES, SHORTENED, met, remember

Array = Any


def install(module: Namespace) -> None:
    """Have torch.compile trace the dispatch, and the public functions there are, as said above."""
    _trace(met, _met(module))
    _trace(remember, _forget)
    for public, whole in SHORTENED:
        shortened(public, whole)


def shortened(public: Callable[..., Array], whole: Callable[..., Array]) -> None:
    """Have it trace the usual call of a public function, or the same function without a short cut."""
    usual = {"softmax_cross_entropy": _softmax, "sigmoid_cross_entropy": _sigmoid}
    _trace(public, usual[public.__name__](whole))


def _trace(function: Any, instead: Any) -> None:
    function._torchdynamo_inline = instead


def _met(module: Namespace) -> Callable[[Array], Namespace | None]:
    tensor, modules = torch.Tensor, MODULES

    def met(array: Array) -> Namespace | None:
        return module if isinstance(array, tensor) else modules.get(type(array))

    return met


def _forget(kind: type, module: Namespace) -> None:
    """Nothing that a trace leaves behind can make torch.compile start again."""


# A list of labels has no dtype to ask for, and its class is no global name: it goes the whole path.
# Each default and each global name that is read, even `int`, is one more guard of every compiled call;
# hence `given`, what the functions close over, and the texts of the axis, which tell -1 from -1.0, and
# of a dtype.


def _softmax(whole: Callable[..., Array]) -> Callable[..., Array]:
    native = F.cross_entropy

    def softmax_cross_entropy(logits: Array, labels: Array, **given: Any) -> Array:
        reduction, listed = (
            given.get("reduction", "none"),
            ("list", "tuple", "bool", "int", "float"),
        )
        if (
            ("class_weight" not in given and "sample_weight" not in given)
            and ("ignore_index" not in given and "label_smoothing" not in given)
            and (
                logits.__class__.__name__ not in listed and labels.__class__.__name__ not in listed
            )
            and (f"{given.get('axis', -1)}" == "-1" and logits.is_cpu)
            and (logits.ndim == 2 and labels.ndim == 1)
            and (logits.shape[0] == labels.shape[0] and logits.shape[1])
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and (f"{labels.dtype}" == "torch.int64" and reduction in ("none", "sum", "mean"))
        ):
            return native(logits, labels, ignore_index=-(2**61) - 1, reduction=reduction)
        return whole(logits, labels, **given)

    return softmax_cross_entropy


def _sigmoid(whole: Callable[..., Array]) -> Callable[..., Array]:
    native = F.binary_cross_entropy_with_logits

    def sigmoid_cross_entropy(logits: Array, labels: Array, **given: Any) -> Array:
        reduction, listed = (
            given.get("reduction", "none"),
            ("list", "tuple", "bool", "int", "float"),
        )
        if (
            ("pos_weight" not in given and "sample_weight" not in given)
            and ("label_smoothing" not in given and f"{given.get('axis', -1)}" == "-1")
            and (
                logits.__class__.__name__ not in listed and labels.__class__.__name__ not in listed
            )
            and (logits.ndim == labels.ndim and logits.shape == labels.shape)
            and (logits.is_floating_point() and logits.element_size() >= 4)
            and (logits.dtype is labels.dtype and reduction in ("none", "sum", "mean"))
        ):
            return native(logits, labels, reduction=reduction)
        return whole(logits, labels, **given)

    return sigmoid_cross_entropy
