"""Questions that people asked in public, with their numbers, get the answers that they should."""

import pytest

from tests.data.questions import QUESTIONS, Question
from xlogits.diagnosis import diagnose


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.where.partition(":")[0])
def test_question(asked: Question) -> None:
    found = diagnose(asked.first, asked.second, **asked.given, say=lambda text: None)
    if asked.codes:
        assert asked.codes in [set(cause.codes) for cause in found.causes[: asked.within]]
    elif asked.second is not None:
        said = [set(cause.codes) for cause in found.causes]
        assert found.agree, f"a question without codes is one of values that agree; found: {said}"
        assert not found.causes
    assert asked.words in str(found)


def test_there_are_25() -> None:
    assert len(QUESTIONS) >= 25
