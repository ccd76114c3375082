"""One module of array functions for each framework, chosen by the type of the array.

`namespace(x)` is the only door. It never imports a framework: an array of one can only exist where
the user has imported it already. What a backend module has to provide is listed in `protocol.py`.
"""

import sys
from typing import Any

from xlogits.errors import BackendError

MODULES: dict[type, Any] = {}  # by the types met so far

# known by identity: a dict that grows makes torch.compile start again
_torch_tensor: type | None = None
_torch: Any = None
_traced: list[tuple[Any, Any]] = []  # what `in_graphs` was asked before PyTorch was here

# how what is no array of numbers becomes one, by the name of its type
CONVERSION = {
    "RaggedTensor": "{}.to_tensor(), and sample_weight for what it pads",
    "SparseTensor": "tf.sparse.to_dense({})",
    "IndexedSlices": "tf.convert_to_tensor({})",
    "Variable": "{}.value",  # of Keras; TensorFlow's is an array
    "Series": "{}.to_numpy()",
    "DataFrame": "{}.to_numpy()",
}


def met(array: Any) -> Any:
    """The backend module for an array of a type met before, without further questions, or None."""
    kind = type(array)
    return _torch if kind is _torch_tensor else MODULES.get(kind)


def namespace(array: Any, role: str = "logits") -> Any:
    """The backend module for an array; `role` names the argument in the error."""
    module = met(array)
    if module is None:
        return _bind(array, role)
    if module.REFUSES_SOME:
        refusal = module.refuse(array)
        if refusal:
            raise BackendError(f"{role} is {refusal}")
    return module


def require_same(xp: Any, array: Any, first: str, **arrays: Any) -> None:
    """Raise unless every array (None and Python numbers aside) belongs to `xp`, like the first."""
    for role, x in arrays.items():
        if x is None or type(x) is float or type(x) is int:
            continue
        other = namespace(x, role)
        if other is not xp:
            raise BackendError(
                f"{first} is a {xp.NAME} array and {role} is a {other.NAME} array; one call takes "
                f"arrays of one framework: convert {role} to {xp.NAME} first"
            )
        if xp.apart is None:
            continue
        apart = xp.apart(array, x)
        if apart:
            raise BackendError(
                f"{first} is on {apart[0]} and {role} is on {apart[1]}; expected one device: move "
                f"{role} to that of {first}"
            )


def _bind(array: Any, role: str) -> Any:
    """Find the backend of a type met for the first time, and remember it.

    The plain import statements, and the order of the tests, are what torch.compile can trace. What is
    loaded under a framework's name may be a mere folder of that name, which has no arrays.
    """
    loaded = sys.modules.get  # None also stands for a module that must not be imported
    module: Any
    if (torch := loaded("torch")) is not None and isinstance(array, getattr(torch, "Tensor", ())):
        from xlogits.backends import torch as module
    elif (np := loaded("numpy")) is not None and isinstance(array, (np.ndarray, np.generic)):
        from xlogits.backends import numpy as module
    elif (jax := loaded("jax")) is not None and isinstance(array, getattr(jax, "Array", ())):
        from xlogits.backends import jax as module
    elif (tf := loaded("tensorflow")) is not None and isinstance(
        array, (getattr(tf, "Tensor", ()), getattr(tf, "Variable", ()))
    ):
        from xlogits.backends import tensorflow as module
    else:
        raise BackendError(_unknown(array, role))
    refusal = module.refuse(array)
    if refusal:
        raise BackendError(f"{role} is {refusal}")
    if module.NAME == "PyTorch":
        if module.tracing():  # what a trace leaves behind would make torch.compile start again
            return module
        _bind_torch(module)
    MODULES[type(array)] = module
    return module


def in_graphs(public: Any, whole: Any) -> None:
    """Have torch.compile trace the usual call of a public function as PyTorch's own function.

    `whole` is the same function without a short cut. If PyTorch is not here yet, later.
    """
    _traced.append((public, whole))
    if sys.modules.get("torch") is not None:
        from xlogits.backends import torch as module

        _bind_torch(module)


def _bind_torch(module: Any) -> None:
    global _torch, _torch_tensor
    _torch, _torch_tensor = module, module.torch.Tensor
    MODULES[module.torch.Tensor] = module
    while _traced:
        module.in_graphs(*_traced.pop())


def _unknown(array: Any, role: str) -> str:
    kind = type(array)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    how = CONVERSION.get(kind.__name__, "numpy.asarray({})").format(role)
    return (
        f"{role} is a {name}; expected an array of NumPy, PyTorch, TensorFlow or JAX: "
        f"convert it first, for example {how}"
    )
