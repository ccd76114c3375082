"""Options that the matrix leaves at their defaults change values and derivatives as defined.

`test_against_reference.py` tries every loss on the cases of the matrix. Here are the forms of a
prediction, the masks, weights and words of `tests/data/options.py`, on NumPy and on PyTorch: the
derivatives in closed form, of the sum and of products, and on PyTorch those of autograd too.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import Framework
from tests.data.losses import LOSSES, ordinary
from tests.data.options import ROWS
from tests.losses.agreement import BOTH, agrees
from xlogits.errors import OptionError


@BOTH
@pytest.mark.parametrize("name", ROWS)
def test_the_definition(fw: Framework, name: str) -> None:
    agrees(fw, *ROWS[name])


@BOTH
@pytest.mark.parametrize("name", LOSSES)
def test_the_derivative_of_a_product(fw: Framework, name: str) -> None:
    agrees(fw, *ordinary(name))


@pytest.mark.parametrize("number", [1, np.int64(1), np.float32(1), 0, np.uint8(0)])
def test_a_smoothing_may_be_any_kind_of_number(number: Any) -> None:
    found = xl.softmax_cross_entropy(np.eye(2), np.array([0, 1]), label_smoothing=number)
    plain = xl.softmax_cross_entropy(np.eye(2), np.array([0, 1]), label_smoothing=float(number))
    assert np.array_equal(found, plain)


@pytest.mark.parametrize(
    "what", [True, np.bool_(True), Fraction(1, 2), Decimal("0.5"), "0.5", 0.5j]
)
def test_what_is_no_such_number_is_refused(what: Any) -> None:
    with pytest.raises(OptionError, match="expected a number from 0 to 1"):
        xl.softmax_cross_entropy(np.eye(2), np.array([0, 1]), label_smoothing=what)
