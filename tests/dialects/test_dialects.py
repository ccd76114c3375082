"""A dialect has the native signature, results and errors on the arrays of every framework."""

import inspect
from typing import Any

import numpy as np
import pytest

from tests.conftest import FRAMEWORKS, INSTALLED, Framework, framework, need
from tests.data.calls import CALLS, spoken_by
from tests.data.small import X, Y
from xlogits import dialects
from xlogits.catalogue import NATIVES, Native
from xlogits.dialects import stubs
from xlogits.dialects.build import signature
from xlogits.errors import OptionError, Refused
from xlogits.frameworks import FRAMEWORKS as RECORDS
from xlogits.parity.natives import function_of, resolve, spoken
from xlogits.parity.plan import prepare
from xlogits.parity.verdict import LIMIT, error

FOREIGN = [n for n in NATIVES.values() if n.framework != "xlogits"]


def home(native: Native) -> str:
    return RECORDS[native.framework].home


@pytest.mark.parametrize("native", FOREIGN, ids=lambda n: n.name)
def test_signature_name_and_place(native: Native) -> None:
    made = spoken_by(native)
    assert inspect.signature(made) == signature(native.args)
    assert made.__name__ == native.short
    assert made.__module__ == f"xlogits.dialects.{native.name.rpartition('.')[0]}"
    assert isinstance(made, type) == bool(native.then)


def test_the_ways_people_import() -> None:
    import xlogits.dialects.tensorflow as tf
    import xlogits.dialects.torch.nn as nn
    from xlogits.dialects import keras
    from xlogits.dialects.tensorflow.keras.losses import BinaryCrossentropy
    from xlogits.dialects.torch.nn import functional as F

    assert nn.functional is F
    assert keras.losses.BinaryCrossentropy is BinaryCrossentropy
    assert tf.keras.losses is keras.losses
    assert "softmax_cross_entropy" in dir(tf.compat.v1.losses)
    assert dialects.optax.losses.softmax_cross_entropy is dialects.optax.softmax_cross_entropy


@pytest.mark.parametrize("name", FRAMEWORKS)
@pytest.mark.parametrize("job", CALLS, ids=lambda j: f"{j.native.name}({j.variant.label})")
def test_results_on_every_framework(job: Any, name: str) -> None:
    need(name)
    fw = framework(name)
    # on its own arrays a dialect is the original, and TensorFlow's CTC has no float64
    single = "ctc" in job.native.short.lower() and home(job.native) == "tensorflow"
    dtype = "float32" if single and name == "tensorflow" else "float64"
    prepared = prepare(job, dtype)
    arrays = fw.arrays(prepared.operands, dtype)
    value = spoken(spoken_by(job.native), job.native, job.variant.options, **arrays)
    value = np.asarray(value) if isinstance(value, float) else fw.numbers(value)
    inexact = any(name in job.native.name for name in ("compat.v1.losses", "keras.losses.log_cosh"))
    limit = 2e9 if inexact else LIMIT  # float32 somewhere inside
    assert error(value, *prepared.reference.value, prepared.result_dtype) <= limit


OWN = [n for n in FOREIGN if n.framework != "keras"]


@pytest.mark.parametrize("native", OWN, ids=lambda n: n.name)
def test_on_its_own_framework_it_is_the_original_bit_for_bit(native: Native) -> None:
    need(native.framework, home(native))
    fw = framework(home(native))
    job = next(j for j in CALLS if j.native is native)
    arrays = fw.arrays(prepare(job, "float32").operands, "float32")
    resolve(native.name.rpartition(".")[0])  # the user has imported it
    ours = spoken(spoken_by(native), native, job.variant.options, **arrays)
    theirs = spoken(function_of(native), native, job.variant.options, **arrays)
    assert type(ours) is type(theirs)
    if not isinstance(ours, float):
        ours, theirs = fw.numbers(ours), fw.numbers(theirs)
    assert np.array_equal(ours, theirs, equal_nan=True)


def test_errors_of_the_original_on_its_own_framework() -> None:
    need("torch")
    import torch

    F = dialects.torch.nn.functional
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'target'"):
        F.cross_entropy(torch.zeros(2, 3))
    with pytest.raises(IndexError, match="Target 5 is out of bounds"):
        F.cross_entropy(torch.zeros(1, 3), torch.tensor([5]))


def test_the_same_errors_for_missing_and_wrong_arguments(fw: Framework) -> None:
    F = dialects.torch.nn.functional
    x, y = fw.array(X), fw.array(Y)
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'target'"):
        F.cross_entropy(x)
    if fw.name == "torch":
        return
    with pytest.raises(TypeError, match="got an unexpected keyword argument 'weights'"):
        F.cross_entropy(x, y, weights=None)
    with pytest.raises(TypeError, match="got multiple values for argument 'input'"):
        F.cross_entropy(x, y, input=x)
    with pytest.raises(TypeError, match="takes 8 positional arguments but 9 were given"):
        F.cross_entropy(x, y, None, None, -100, None, "mean", 0.0, 1)
    with pytest.raises(
        OptionError, match=r"reduction='avg'\): expected one of 'none', 'sum', 'mean'"
    ):
        F.cross_entropy(x, y, reduction="avg")
    if fw.name == "tensorflow":
        return
    with pytest.raises(OptionError, match="needs 'labels'; it is None"):
        dialects.tensorflow.compat.v1.nn.weighted_cross_entropy_with_logits(
            logits=x, pos_weight=1.0
        )


def test_what_cannot_be_expressed_is_refused_with_the_reason(fw: Framework) -> None:
    if fw.name == "torch":
        return
    with pytest.raises(Refused, match="not supported: xlogits writes into no array"):
        dialects.torch.sigmoid(fw.array(X), out=fw.array(X))
    if fw.name != "numpy":
        with pytest.raises(Refused, match=r"labels=.*encode the labels"):
            dialects.sklearn.metrics.log_loss(fw.array(Y), fw.array(X), labels=[0, 1, 2])


@pytest.mark.parametrize(
    ("old", "word"),
    [
        ((None, None), "mean"),
        ((True, None), "mean"),
        ((False, None), "sum"),
        ((None, False), "none"),
        ((True, False), "none"),
        ((False, True), "sum"),
    ],
)
def test_size_average_and_reduce_are_read(old: tuple[Any, Any], word: str) -> None:
    F = dialects.torch.nn.functional
    by_old = F.cross_entropy(X, Y, size_average=old[0], reduce=old[1])
    assert np.array_equal(by_old, F.cross_entropy(X, Y, reduction=word))


def test_classes_keep_their_options() -> None:
    criterion = dialects.torch.nn.CrossEntropyLoss(np.array([1.0, 2.0, 3.0]), label_smoothing=0.1)
    assert criterion.label_smoothing == 0.1
    assert criterion.ignore_index == -100
    w = np.array([1.0, 3.0])
    log_p = X - np.log(np.exp(X).sum(1, keepdims=True))
    terms = 0.9 * w * -log_p[[0, 1], Y] + 0.1 / 3 * -(log_p * [1, 2, 3]).sum(1)
    assert criterion(X, Y) == pytest.approx(terms.sum() / w.sum(), rel=1e-14)


def test_the_stubs_are_what_the_catalogue_says() -> None:
    for path, text in stubs.render().items():
        assert (stubs.HERE / path).read_text() == text, "run python -m xlogits.dialects.stubs"
    made = {stubs.HERE / path for path in stubs.render()}
    assert set(stubs.HERE.rglob("*.pyi")) == made


def test_keras_on_arrays_of_another_backend() -> None:
    """KERAS_BACKEND is tensorflow here, so on other arrays our formula answers, on those arrays."""
    loss = dialects.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = (np.log(np.exp(X).sum(1)) - X[[0, 1], Y]).mean()
    for name in INSTALLED:
        fw = framework(name)
        value = loss(fw.array(Y), fw.array(X))
        assert type(value).__module__.split(".")[0] in (name, "jaxlib")
        np.testing.assert_allclose(fw.numbers(value), expected, rtol=1e-6)
