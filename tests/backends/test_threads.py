"""A call gives the same bits from every thread and every time, and leaves no state behind."""

import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.backends.bits import arrays, bits
from tests.conftest import INSTALLED, ROOT, need
from tests.data.calls import CALLS, spoken_by
from tests.data.claimed import called
from tests.data.claims import CLAIMS
from xlogits import losses as L
from xlogits.errors import XlogitsError
from xlogits.parity.natives import spoken
from xlogits.parity.plan import prepare

Array = Any
THREADS = 8
# the backend of each type of array, found when the first one comes
REMEMBERED = {("xlogits.backends", "_NAMESPACES")}


def state() -> dict[str, Any]:
    """Whatever a call could leave behind in the process."""
    found: dict[str, Any] = {
        "NumPy errors": np.geterr(),
        "NumPy buffer": np.getbufsize(),
        "NumPy random": repr(np.random.get_state()),
        "NumPy printing": repr(np.get_printoptions()),
        "warnings": tuple(map(repr, warnings.filters)),
        "recursion": sys.getrecursionlimit(),
        "switching": sys.getswitchinterval(),
    }
    found |= dict(_of_torch()) | dict(_of_tensorflow()) | dict(_of_jax()) | dict(_of_modules())
    return found


def _of_torch() -> Iterator[tuple[str, Any]]:
    torch = sys.modules.get("torch")
    if torch is not None:
        yield "torch dtype", torch.get_default_dtype()
        yield "torch gradients", torch.is_grad_enabled()
        yield "torch inference", torch.is_inference_mode_enabled()
        yield "torch random", torch.random.get_rng_state().numpy().tobytes()
        yield "torch threads", torch.get_num_threads()
        yield "torch determinism", torch.are_deterministic_algorithms_enabled()
        yield "torch anomalies", torch.is_anomaly_enabled()
        yield "torch matmul", torch.get_float32_matmul_precision()


def _of_tensorflow() -> Iterator[tuple[str, Any]]:
    tf = sys.modules.get("tensorflow")
    if tf is not None:
        yield "Keras dtype", tf.keras.config.floatx()
        yield "TensorFlow eager", tf.executing_eagerly()
        yield "TensorFlow functions eager", tf.config.functions_run_eagerly()
        yield "TensorFlow placement", tf.config.get_soft_device_placement()


def _of_jax() -> Iterator[tuple[str, Any]]:
    jax = sys.modules.get("jax")
    if jax is not None:
        yield "JAX options", repr(sorted(jax.config.values.items()))


def _of_modules() -> Iterator[tuple[str, Any]]:
    """What the names of our modules stand for, and the sizes of what they hold."""
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] != "xlogits" or module is None:
            continue
        for key, value in sorted(vars(module).items()):
            if (name, key) not in REMEMBERED and not key.startswith("__"):
                size = len(value) if isinstance(value, (dict, list, set)) else 0
                yield f"{name}.{key}", (id(value), size)


def complaints(call: Callable[[], Any]) -> list[str]:
    """What is wrong with a function of no arguments, called again and from many threads."""
    first = bits(call())
    call()  # a second call, that everything which is loaded on first use is there
    before = state()
    found = [] if bits(call()) == first else ["another result from the next call"]
    gate = threading.Barrier(THREADS)

    def at_once(_: int) -> tuple[bytes, bool]:
        gate.wait(60)
        own = np.geterr()  # every thread has its own
        return bits(call()), np.geterr() == own

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(at_once, range(THREADS)))
    if any(result != first for result, _ in results):
        found.append("another result from a thread")
    if not all(same for _, same in results):
        found.append("a thread is left with other NumPy errors")
    after = state()
    changed = [k for k in before.keys() | after.keys() if before.get(k) != after.get(k)]
    return found + [f"{k} changed" for k in sorted(changed)]


def quietly(call: Callable[[], Any]) -> Any:
    with np.errstate(all="ignore"):
        return call()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "framework",
    ["numpy", *(pytest.param(name, marks=pytest.mark.long) for name in ("torch", "tensorflow"))],
)
def test_every_public_name(framework: str) -> None:
    need(framework)
    for name, claim in CLAIMS.items():
        given = arrays(framework, name)
        wrong = complaints(lambda n=name, c=claim, g=given: quietly(lambda: called(n, c, g)))  # type: ignore[misc]
        assert not wrong, f"{name} on {framework}: {wrong}"


@pytest.mark.filterwarnings("ignore")
def test_every_closed_form() -> None:
    for name, claim in CLAIMS.items():
        given = arrays("numpy", name)
        wrong = complaints(lambda c=claim, g=given: quietly(lambda: c.loss.gradient(**g)))  # type: ignore[misc]
        assert not wrong, f"the derivative of {name}: {wrong}"


@pytest.mark.parametrize(
    "framework",
    ["numpy", "torch", *(pytest.param(f, marks=pytest.mark.long) for f in ("tensorflow", "jax"))],
)
def test_value_and_gradient(framework: str) -> None:
    need(framework)
    for name in ("xl.softmax_cross_entropy", "xl.sigmoid_cross_entropy"):
        given = arrays(framework, name)
        both = xl.value_and_grad(getattr(xl, name[3:]))
        wrong = complaints(lambda f=both, g=given: f(g["pred"], g["target"]))  # type: ignore[misc]
        assert not wrong, f"{name} on {framework}: {wrong}"


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_every_dialect_on_numpy() -> None:
    for job in CALLS:
        given = prepare(job, "float64").operands
        function = spoken_by(job.native)

        def call(job: Any = job, function: Any = function, given: Any = given) -> Any:
            return quietly(lambda: spoken(function, job.native, job.variant.options, **given))

        if job.native.framework in ("scipy", "sklearn"):
            continue  # on their own arrays these are the originals, whose state is theirs
        wrong = complaints(call)
        assert not wrong, f"{job.native.name}: {wrong}"


def test_an_error_leaves_nothing_behind() -> None:
    x, y = np.zeros((2, 3)), np.array([0, 1])
    first = bits(xl.softmax_cross_entropy(x, y))
    before = state()
    for bad in ((x, np.array([0, 9])), (x, y[:1]), (x.astype(int), y), ([[0.0]], y)):
        with pytest.raises(XlogitsError):
            xl.softmax_cross_entropy(*bad)
    assert state() == before
    assert bits(xl.softmax_cross_entropy(x, y)) == first


def test_deterministic_algorithms_of_torch() -> None:
    need("torch")
    import torch

    torch.use_deterministic_algorithms(True)
    try:
        for name, claim in CLAIMS.items():
            given = arrays("torch", name)
            leaves = [x.requires_grad_() for x in given.values() if x.is_floating_point()]

            def call(
                name: Any = name, claim: Any = claim, given: Any = given, leaves: Any = leaves
            ) -> Any:
                total = called(name, claim, given).sum()
                return [total, *torch.autograd.grad(total, leaves, allow_unused=True)]

            assert len({bits(call()) for _ in range(3)}) == 1, name
    finally:
        torch.use_deterministic_algorithms(False)


DETERMINISTIC = """
import numpy as np, tensorflow as tf
tf.config.experimental.enable_op_determinism()
from tests.backends.bits import arrays, bits
from tests.data.claimed import called
from tests.data.claims import CLAIMS
for name, claim in CLAIMS.items():
    given = arrays("tensorflow", name)
    moving = [x for x in given.values() if x.dtype.is_floating]
    def both():
        with tf.GradientTape() as tape:
            tape.watch(moving)
            value = called(name, claim, given)
        found = tape.gradient(value, moving)
        return [value, *(g if g is None else tf.convert_to_tensor(g) for g in found)]
    assert len({bits(both()) for _ in range(3)}) == 1, name
print(len(CLAIMS), "names")
"""


@pytest.mark.long
def test_op_determinism_of_tensorflow() -> None:
    """In a process of its own: there is no way back."""
    need("tensorflow")
    done = subprocess.run(
        [sys.executable, "-c", DETERMINISTIC], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith(f"{len(CLAIMS)} names")


# -- negative controls: functions that keep state, or share it

X = np.linspace(-1.0, 1.0, 6)
SCRATCH = np.zeros(6)
CALLED: list[int] = []


def _counting() -> Array:
    CALLED.append(1)
    return X * len(CALLED)


def _sharing() -> Array:
    """Writes into one array from all threads."""
    SCRATCH[...] = X * (threading.get_ident() % 1009)
    time.sleep(0.01)
    return SCRATCH / (threading.get_ident() % 1009 or 1)


def _in_a_module() -> Array:
    vars(L)[f"_left_{len(vars(L))}"] = True
    return X


def _random() -> Array:
    np.random.rand()
    return X


def _errors() -> Array:
    np.seterr(all="ignore" if np.geterr()["divide"] != "ignore" else "warn")
    return X


def _filters() -> Array:
    warnings.simplefilter("ignore", type(f"W{len(warnings.filters)}", (Warning,), {}))
    return X


def _gradients() -> Array:
    import torch

    torch.set_grad_enabled(not torch.is_grad_enabled())
    return X


def _dtype() -> Array:
    import torch

    wide = torch.get_default_dtype() == torch.float64
    torch.set_default_dtype(torch.float32 if wide else torch.float64)
    return X


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_counting, "another result from the next call"),
        (_sharing, "another result from a thread"),
        (_in_a_module, "xlogits.losses._left"),
        (_random, "NumPy random changed"),
        (_errors, "a thread is left with other NumPy errors"),
        (_filters, "warnings changed"),
        (_gradients, "torch gradients changed"),
        (_dtype, "torch dtype changed"),
    ],
)
def test_state_is_found(broken: Callable[[], Any], told: str) -> None:
    if "torch" in told:
        need("torch")
    before, filters, errors = np.random.get_state(), warnings.filters[:], np.geterr()
    try:
        assert any(told in wrong for wrong in complaints(broken)), complaints(broken)
        assert not complaints(lambda: X * 2)
    finally:
        np.random.set_state(before)
        warnings.filters[:] = filters
        np.seterr(**errors)
        if "torch" in INSTALLED:
            import torch

            torch.set_grad_enabled(True)
            torch.set_default_dtype(torch.float32)
        for name in [n for n in vars(L) if n.startswith("_left")]:
            delattr(L, name)
