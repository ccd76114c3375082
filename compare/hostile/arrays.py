"""The arguments of a case as arrays of each framework, in every container that framework has."""

import importlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from compare.hostile.case import As
from xlogits import frameworks

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
SETTINGS = ("axis", "reduction", "label_smoothing", "ignore_index", "keepdims")
TINY = ("float8_e4m3fn", "float8_e5m2", "bfloat16", "int4", "uint4")
Forms = dict[str, Callable[[Any], Any]]


class MissingError(Exception):
    """This framework has no such container or dtype: the cell is left out."""


def make(framework: str, given: Any) -> Any:
    """An argument as this framework's own; what is no array is passed as it is."""
    if isinstance(given, As):
        return _formed(framework, np.asarray(given.numbers), given.form)
    return plain(framework, given) if isinstance(given, (np.ndarray, np.generic)) else given


def options_of(framework: str, options: dict[str, Any]) -> dict[str, Any]:
    """Weights and the like as arrays; what is no place for an array stays what it is."""
    return {k: v if k in SETTINGS else make(framework, v) for k, v in options.items()}


def truth(given: Any) -> Any:
    """What the reference reads."""
    return np.asarray(given.numbers) if isinstance(given, As) else given


def plain(framework: str, x: Any) -> Any:
    if framework == "numpy":
        return x.copy() if isinstance(x, np.ndarray) else x
    if framework == "torch":
        import torch

        return torch.tensor(x)
    if framework == "tensorflow":
        import tensorflow as tf

        return tf.constant(x)
    import jax.numpy as jnp

    return jnp.asarray(x)


def home(function: str) -> str:
    """The framework whose arrays a dialect hands to the original; '' for functions of our own."""
    first, _, rest = function.partition(".")
    return frameworks.FRAMEWORKS[rest.partition(".")[0]].home if first == "dialects" else ""


def load(framework: str) -> None:
    """Import it, in the order and with the settings that let all four live in one process."""
    if framework == "tensorflow":
        with suppress(ImportError):  # loaded after TensorFlow, Triton's library crashes Python
            importlib.import_module("triton.knobs")
    module = importlib.import_module(framework)
    if framework == "jax":
        module.config.update("jax_enable_x64", True)
    if framework == "tensorflow":
        module.get_logger().setLevel("ERROR")


def is_array(framework: str, x: Any) -> bool:
    """Whether it is an array of this framework, and so an argument of a compiled function."""
    if framework == "torch":
        return isinstance(x, importlib.import_module("torch").Tensor)
    if framework == "tensorflow":
        return isinstance(x, importlib.import_module("tensorflow").Tensor)
    if framework == "jax":
        return isinstance(x, importlib.import_module("jax").Array)
    return isinstance(x, (np.ndarray, np.generic))


def _formed(framework: str, x: Any, form: str) -> Any:
    if form.startswith("dtype "):
        return _typed(framework, x, form.removeprefix("dtype "))
    if form.startswith("of "):
        other = next(k for k, v in NAMES.items() if v == form.removeprefix("of "))
        if other == framework:
            raise MissingError(form)
        with suppress(ImportError):
            load(other)
            return plain(other, x)
        raise MissingError(form)
    made = FORMS[framework]().get(form)
    if made is None:
        raise MissingError(form)
    return made(x)


def _typed(framework: str, x: Any, dtype: str) -> Any:
    if framework == "torch":
        return _typed_torch(x, dtype)
    if framework == "tensorflow" and dtype in ("str", "bytes"):
        return plain(framework, x.astype(dtype))
    if dtype in TINY:
        ml_dtypes = _optional("ml_dtypes")
        return plain(framework, x.astype(getattr(ml_dtypes, dtype)))
    if framework != "numpy" and np.dtype(dtype.split("[")[0]).kind not in "biufc":
        raise MissingError(dtype)
    if dtype == "longdouble" and framework != "numpy":
        raise MissingError(dtype)
    return plain(framework, np.zeros(x.shape, "V4") if dtype == "void" else x.astype(dtype))


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingError(name) from error


def _typed_torch(x: Any, dtype: str) -> Any:
    import torch

    kind = getattr(torch, dtype.split("[")[0], None)
    if not isinstance(kind, torch.dtype) or dtype in ("int4", "uint4"):
        raise MissingError(dtype)
    return torch.tensor(x).to(kind)


@cache
def _numpy() -> Forms:
    return {
        "read-only": lambda x: _frozen(x.copy()),
        "Fortran order": np.asfortranarray,
        "negative strides": lambda x: x[::-1].copy()[::-1],
        "gaps": lambda x: np.repeat(x, 2, -1)[..., ::2],
        "big-endian": lambda x: x.astype(x.dtype.newbyteorder(">")),
        "broadcast": lambda x: np.broadcast_to(x, x.shape),
        "memmap": _memmap,
        "subclass": lambda x: x.view(type("Labelled", (np.ndarray,), {})),
        "masked array": lambda x: np.ma.masked_array(x, mask=np.zeros(x.shape, bool)),
        "numpy.matrix": np.asmatrix,
        "pandas.Series": lambda x: _optional("pandas").Series(x.reshape(-1)),
        "pandas.DataFrame": lambda x: _optional("pandas").DataFrame(np.atleast_2d(x)),
    }


def _frozen(x: Any) -> Any:
    x.setflags(write=False)
    return x


def _memmap(x: Any) -> Any:
    with tempfile.NamedTemporaryFile() as file:
        made = np.memmap(file, x.dtype, "w+", shape=x.shape)
    made[...] = x
    return made


@cache
def _torch() -> Forms:
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    fakes = FakeTensorMode()
    tensor = torch.tensor
    sub = type("Sub", (torch.Tensor,), {})

    def inference(x: Any) -> Any:
        with torch.inference_mode():
            return tensor(x)

    def nested(x: Any, layout: Any = None) -> Any:
        if x.ndim != 2:
            raise MissingError("nested")
        return torch.nested.nested_tensor([tensor(row) for row in x], layout=layout)

    def rows(x: Any) -> Any:
        if x.ndim != 2:
            raise MissingError("CSR")
        return tensor(x).to_sparse_csr()

    return {
        "gaps": lambda x: tensor(np.repeat(x, 2, -1))[..., ::2],
        "transposed": lambda x: tensor(x.T.copy()).T if x.ndim == 2 else tensor(x),
        "expanded": lambda x: tensor(x)[None].expand(3, *x.shape)[2],
        "requires_grad": lambda x: tensor(x, requires_grad=True),
        "Parameter": lambda x: torch.nn.Parameter(tensor(x)),
        "subclass": lambda x: tensor(x).as_subclass(sub),
        "imaginary view": lambda x: torch.complex(tensor(x) * 0, -tensor(x)).conj().imag,
        "inference": inference,
        "packed uint4": lambda x: torch.empty(x.shape, dtype=torch.uint4),
        "meta": lambda x: tensor(x, device="meta"),
        "fake": lambda x: fakes.from_tensor(tensor(x)),
        "sparse COO": lambda x: tensor(x).to_sparse(),
        "sparse CSR": rows,
        "nested": nested,
        "jagged": lambda x: nested(x, torch.jagged),
        "quantized": lambda x: torch.quantize_per_tensor(tensor(x).float(), 0.1, 0, torch.quint8),
        "MaskedTensor": lambda x: torch.masked.masked_tensor(tensor(x), tensor(x) == tensor(x)),
    }


@cache
def _tensorflow() -> Forms:
    import keras
    import tensorflow as tf

    def ragged(x: Any) -> Any:
        if x.ndim != 2:
            raise MissingError("ragged")
        return tf.RaggedTensor.from_tensor(tf.constant(x))

    return {
        "Variable": tf.Variable,
        "Variable of open sizes": lambda x: tf.Variable(x, shape=[None] * x.ndim),
        "RaggedTensor": ragged,
        "SparseTensor": lambda x: tf.sparse.from_dense(tf.constant(x)),
        "IndexedSlices": lambda x: tf.IndexedSlices(tf.constant(x), tf.range(len(x))),
        "KerasTensor": lambda x: keras.Input(x.shape),
        "Keras variable": lambda x: keras.Variable(x),
        "TensorArray": lambda x: tf.TensorArray(x.dtype, len(x)).unstack(x),
        "Dataset": lambda x: tf.data.Dataset.from_tensor_slices(x),
    }


@cache
def _jax() -> Forms:
    import jax
    import jax.numpy as jnp

    def deleted(x: Any) -> Any:
        made = jnp.array(x)
        made.delete()
        return made

    def sharded(x: Any) -> Any:
        mesh = jax.sharding.Mesh(np.array(jax.devices()[:1]), ("x",))
        spec = jax.sharding.PartitionSpec(*(["x"] if x.ndim else []))
        return jax.device_put(x, jax.sharding.NamedSharding(mesh, spec))

    return {
        "sharded": sharded,
        "random keys": lambda x: jax.random.split(jax.random.key(0), x.shape),
        "ShapeDtypeStruct": lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype),
        "deleted": deleted,
    }


FORMS = {"numpy": _numpy, "torch": _torch, "tensorflow": _tensorflow, "jax": _jax}
FRAMEWORKS = tuple(FORMS)
NAMES = {name: frameworks.FRAMEWORKS[name].title for name in FRAMEWORKS}
