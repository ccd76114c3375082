"""PyTorch's own test inputs give PyTorch's results through our dialects, on every framework.

The samples of PyTorch's operator database and of its module tests are what its maintainers try their
losses on. Each is given to the record of the function as a call, the formula runs on every
framework's arrays, and the result is held against what PyTorch itself gives.
"""

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.conftest import FRAMEWORKS, INSTALLED, need
from xlogits.catalogue import NATIVES, Native
from xlogits.catalogue.record import bind
from xlogits.errors import XlogitsError
from xlogits.ledger.samples import MISSES, Miss

torch: Any = import_module("torch") if "torch" in INSTALLED else None
pytestmark = pytest.mark.long

LIMIT = 64 * 2.0**-52


class Sample(NamedTuple):
    """One call of PyTorch's own tests."""

    native: Native
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    arrays: tuple[Any, ...] = ()  # of the call of an instance


def _operators() -> Iterator[Sample]:
    from torch.testing._internal.common_methods_invocations import op_db

    for op in op_db:
        for prefix in ("torch.nn.functional.", "torch."):
            native = NATIVES.get(prefix + op.name.removeprefix("nn.functional."))
            if native is not None:
                break
        if native is None or torch.float64 not in op.supported_dtypes("cpu"):
            continue
        for sample in op.sample_inputs("cpu", torch.float64):
            yield Sample(native, (sample.input, *sample.args), dict(sample.kwargs))


def _modules() -> Iterator[Sample]:
    from torch.testing._internal.common_modules import module_db

    for info in module_db:
        native = NATIVES.get(f"torch.nn.{info.module_cls.__name__}")
        if native is None:
            continue
        for made in info.module_inputs_func(info, "cpu", torch.float64, False, training=True):
            first, then = made.constructor_input, made.forward_input
            yield Sample(native, tuple(first.args), dict(first.kwargs), tuple(then.args))


def _expected(sample: Sample) -> Any:
    from xlogits.parity.natives import function_of

    function = function_of(sample.native)
    if sample.native.then:
        return function(*sample.args, **sample.kwargs)(*sample.arrays)
    return function(*sample.args, **sample.kwargs)


def _ours(sample: Sample, array: Any) -> Any:
    native = sample.native
    args = tuple(map(array, sample.args))
    kwargs = {k: array(v) for k, v in sample.kwargs.items()}
    given = bind(native.short, native.args, args, kwargs)
    if native.then:
        given |= bind(native.short, native.then, tuple(map(array, sample.arrays)), {})
    loss, operands = native.read(given)
    return loss(**operands)


def _converter(name: str) -> Any:
    def numpy(x: Any) -> Any:
        return x.detach().resolve_conj().resolve_neg().numpy() if torch.is_tensor(x) else x

    if name == "numpy":
        return numpy
    if name == "torch":
        return lambda x: x.detach() if torch.is_tensor(x) else x
    if name == "tensorflow":
        import tensorflow as tf

        return lambda x: tf.constant(numpy(x)) if torch.is_tensor(x) else x
    import jax

    jax.config.update("jax_enable_x64", True)
    return lambda x: jax.numpy.asarray(numpy(x)) if torch.is_tensor(x) else x


@pytest.mark.parametrize("source", [_operators, _modules])
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_pytorchs_own_samples(name: str, source: Any) -> None:
    need("torch", name)
    torch.manual_seed(0)  # the samples are drawn at random
    array, right, explained, wrong = _converter(name), 0, Counter[Miss](), []
    for sample in source():
        try:
            expected = _expected(sample)
        except (RuntimeError, ValueError, IndexError, TypeError):
            continue  # PyTorch itself refuses the sample
        problem = _problem(sample, array, expected)
        if not problem:
            right += 1
            continue
        miss = next((m for m in MISSES if _is(m, sample.native, problem)), None)
        if miss is None:
            wrong.append(f"{sample.native.name} {_shapes(sample)}: {problem}")
        else:
            explained[miss] += 1
    total = right + explained.total() + len(wrong)
    print(f"{name}: {right} of {total} of PyTorch's samples right")
    assert not wrong, f"{len(wrong)} of {total}:\n" + "\n".join(wrong[:40])
    assert right > 50
    assert right / total >= 0.99
    mine = {m for m in MISSES if (".functional." in m.native) == (source is _operators)}
    assert mine == set(explained), "a miss that no sample needs any more"


def _problem(sample: Sample, array: Any, expected: Any) -> str:
    """What is wrong with our answer to a sample; '' if nothing is."""
    try:
        got = np.asarray(_ours(sample, array), np.float64)
    except (XlogitsError, TypeError) as error:
        return str(error)
    exact = expected.detach().numpy()
    if _close(got, exact):
        return ""
    if got.shape != exact.shape:
        return f"shape {got.shape} is not {exact.shape}"
    off = ~np.isclose(got, exact, rtol=LIMIT, atol=LIMIT, equal_nan=True)
    return f"{got[off][:3]} is not {exact[off][:3]}"


def _is(miss: Miss, native: Native, problem: str) -> bool:
    return fnmatchcase(native.name, miss.native) and miss.words in problem


def _close(got: Any, expected: Any) -> bool:
    if got.shape != expected.shape:
        return False
    return bool(np.allclose(got, expected, rtol=LIMIT, atol=LIMIT, equal_nan=True))


def _shapes(sample: Sample) -> str:
    def text(x: Any) -> str:
        return f"{x.dtype}{list(x.shape)}" if torch.is_tensor(x) else repr(x)

    values = [*map(text, (*sample.args, *sample.arrays))]
    return f"({', '.join(values + [f'{k}={text(v)}' for k, v in sample.kwargs.items()])})"


def test_a_wrong_result_is_seen() -> None:
    assert not _close(np.array(1.0 + 1e-12), np.array(1.0))
    assert _close(np.array(1.0), np.array(1.0))
