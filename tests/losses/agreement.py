"""How a loss is held against the reference: value, closed form, and autograd of PyTorch."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.conftest import Framework
from xlogits.parity.verdict import LIMIT, error
from xlogits.reference import evaluate

BOTH = pytest.mark.parametrize("fw", ["numpy", "torch"], indirect=True)


def agrees(fw: Framework, loss: Any, operands: dict[str, Any]) -> None:
    """Value, derivatives of the sum and of a product, and autograd's, against the reference."""
    arrays = fw.arrays(operands)
    with np.errstate(all="ignore"):
        value = fw.numbers(loss(**arrays))
    cotangent = np.random.default_rng(3).normal(size=np.shape(value)) + 2
    form = getattr(loss, "form", None)
    written = loss if form is None else replace(loss, form=form.at("float64"))
    expected = evaluate(written, operands, cotangent)
    assert error(value, *expected.value, "float64") <= LIMIT
    with np.errstate(all="ignore"):
        gradients = loss.gradient(**arrays, cotangent=fw.array(cotangent))
        both, same = loss.value_and_gradient(**arrays, cotangent=fw.array(cotangent))
    assert error(fw.numbers(both), *expected.value, "float64") <= LIMIT
    slopes = getattr(loss, "SLOPES", loss.ARRAYS)
    for name, found, again in zip(slopes, gradients, same, strict=True):
        assert (found is None) == (again is None)
        if found is not None:
            assert error(fw.numbers(found), *expected.gradients[name], "float64") <= LIMIT
            np.testing.assert_array_equal(fw.numbers(found), fw.numbers(again))
    if fw.name == "torch":
        autograd_agrees(fw, loss, operands, expected, cotangent)


def autograd_agrees(
    fw: Framework, loss: Any, operands: dict[str, Any], expected: Any, cotangent: Any
) -> None:
    """PyTorch's derivatives of the value, against those of the reference."""
    import torch

    arrays = fw.arrays(operands)
    wrt = [k for k in expected.gradients if k in arrays and arrays[k].is_floating_point()]
    for name in wrt:
        arrays[name].requires_grad_()
    value = loss(**arrays)
    if value.requires_grad:
        leaves = [arrays[name] for name in wrt]
        slopes = torch.autograd.grad(value, leaves, fw.array(cotangent), allow_unused=True)
        for name, slope in zip(wrt, slopes, strict=True):
            if slope is not None:
                assert error(fw.numbers(slope), *expected.gradients[name], "float64") <= LIMIT
