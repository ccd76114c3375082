"""What goes wrong in the programs of public questions is named first, by its two numbers."""

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.data.program_slips import Slip, slips
from xlogits.diagnosis import diagnose

NAMES = (
    *("integer_labels", "forgotten_sum", "inverse_of_logit", "suffix", "activated"),
    *("from_logits", "from_logits"),
)


def slip(number: int) -> Slip:
    need("mpmath")
    found = slips()
    assert tuple(each.program for each in found) == NAMES
    return found[number]


@pytest.mark.parametrize("number", range(len(NAMES)), ids=lambda n: f"{NAMES[n]}-{n}")
def test_the_slip_is_named_first(number: int) -> None:
    asked = slip(number)
    found = diagnose(asked.wrong, asked.right, **asked.given, say=lambda text: None)
    cause = found.causes[0]
    assert cause.codes == (asked.code,)
    assert cause.wrong_is == "first"
    assert asked.words in str(found)
    turned = diagnose(asked.right, asked.wrong, **asked.given, say=lambda text: None)
    assert turned.causes[0].codes == (asked.code,)


@pytest.mark.parametrize("number", range(len(NAMES)), ids=lambda n: f"{NAMES[n]}-{n}")
def test_another_number_gets_another_answer(number: int) -> None:
    """What is named is what the number says, and not what is always named of such arrays."""
    asked = slip(number)
    near = np.asarray(asked.wrong) * 1.003 + 0.007
    found = diagnose(near, asked.right, **asked.given, say=lambda text: None)
    assert asked.code not in [code for cause in found.causes[:1] for code in cause.codes]


def test_the_numbers_that_a_text_prints_for_softmax_are_from_nowhere() -> None:
    """One text says (0.64, 0.27, 0.09) of (2, 1, 0.1): near softmax, and not made from these logits."""
    right = xl.softmax([2.0, 1.0, 0.1])
    forgotten = xl.compare_logits(np.ones(3), right)
    assert [cause.partition(":")[0] for cause in forgotten.causes] == ["the first is 1 everywhere"]
    told = xl.compare_logits([0.64, 0.27, 0.09], right)
    assert told.causes == ()
    assert not told.same
