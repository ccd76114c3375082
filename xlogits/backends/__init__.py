"""One module of array functions for each framework, chosen by the type of the array.

`namespace(x)` is the only door. It never imports a framework: an array of one can only exist where
the user has imported it already. What a backend module has to provide is listed in `protocol.py`.
"""

import sys
from typing import Any

from xlogits.backends.protocol import Namespace
from xlogits.backends.seen import MODULES as MODULES
from xlogits.backends.seen import SHORTENED, remember
from xlogits.backends.seen import met as met
from xlogits.errors import BackendError

# how what is no array of numbers becomes one, by the name of its type
CONVERSION = {
    "RaggedTensor": "{}.to_tensor(), and sample_weight for what it pads",
    "SparseTensor": "tf.sparse.to_dense({})",
    "IndexedSlices": "tf.convert_to_tensor({})",
    "Variable": "{}.value",  # of Keras; TensorFlow's is an array
    "Series": "{}.to_numpy()",
    "DataFrame": "{}.to_numpy()",
}


def namespace(array: Any, role: str = "logits") -> Namespace:
    """The backend module for an array; `role` names the argument in the error."""
    module = met(array)
    if module is None:
        return _bind(array, role)
    if module.REFUSES_SOME:
        refusal = module.refuse(array)
        if refusal:
            raise BackendError(f"{role} is {refusal}")
    return module


def require_same(xp: Namespace, array: Any, first: str, **arrays: Any) -> None:
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


def _bind(array: Any, role: str) -> Namespace:
    """Find the backend of a type met for the first time, and remember it.

    The plain import statements, and the order of the tests, are what torch.compile can trace. What is
    loaded under a framework's name may be a mere folder of that name, which has no arrays.
    """
    loaded = sys.modules.get  # None also stands for a module that must not be imported
    module: Namespace
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
    remember(type(array), module)
    return module


def shortened(public: Any, whole: Any) -> None:
    """Say that a public function has a short cut past the dispatch; `whole` is the same without.

    A compiler that follows the calls may be given something else in its place.
    """
    SHORTENED.append((public, whole))
    # here, and not when the first tensor comes: that may be inside of torch.compile, which follows the
    # function as it is by then
    if hasattr(sys.modules.get("torch"), "Tensor"):
        from xlogits.backends.torch.graphs import shortened as follow

        follow(public, whole)


def _unknown(array: Any, role: str) -> str:
    kind = type(array)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    how = CONVERSION.get(kind.__name__, "numpy.asarray({})").format(role)
    return (
        f"{role} is a {name}; expected an array of NumPy, PyTorch, TensorFlow or JAX: "
        f"convert it first, for example {how}"
    )
