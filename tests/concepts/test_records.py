"""The concepts: their examples run, their numbers are computed, and nothing in them is typed twice."""

import doctest
import re

import numpy as np
import pytest

from tests.concepts import numbers
from tests.data.concept_questions import QUESTIONS
from xlogits.concepts import CONCEPTS, Concept

RECORDS = pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda c: c.id)
TOLD = pytest.mark.parametrize(
    ("concept", "name"),
    [(c, name) for c in CONCEPTS.values() for name in c.numbers],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
# what the records have to be about
WANTED = {
    *("logit", "logits", "log-odds", "odds", "probability", "softmax", "sigmoid", "log-softmax"),
    *("logsumexp", "cross-entropy", "nll", "bce", "kl-divergence", "entropy", "perplexity"),
    *("with_logits", "from_logits", "sparse", "label-smoothing", "class-weights", "pos_weight"),
    *("ignore_index", "reduction", "temperature", "distillation", "stability", "calibration"),
    *("confident-predictions", "argmax-invariance", "focal", "z-loss", "softmax-twice"),
    *("mean-of-means", "class-axis", "logit-history", "inverse-of-softmax", "softmax-vs-sigmoid"),
}


def _outcome(example: str) -> str:
    """What doctest finds wrong with a session, or nothing."""
    parsed = doctest.DocTestParser().get_doctest(example, {}, "example", None, 0)
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(parsed, out=told.append)
    return "".join(told)


def _prose(concept: Concept) -> str:
    return " ".join((concept.sentence, concept.answer, concept.mistake.title, concept.mistake.text))


def test_what_the_records_are_about() -> None:
    assert set(CONCEPTS) >= WANTED
    assert {q.concept for q in QUESTIONS} <= set(CONCEPTS)
    assert all(key == concept.id for key, concept in CONCEPTS.items())


@RECORDS
def test_the_example_gives_what_it_shows(concept: Concept) -> None:
    assert _outcome(concept.session) == ""
    assert ">>> " in concept.example


def test_an_example_that_lies_is_found() -> None:
    honest = CONCEPTS["softmax"].session
    assert "Expected" in _outcome(honest.replace("0.659", "0.64"))


@TOLD
def test_numbers_are_what_the_library_computes(concept: Concept, name: str) -> None:
    number = concept.numbers[name]
    absent = numbers.missing(number.ours)
    if absent:
        pytest.skip(f"{', '.join(absent)} is not installed")
    assert numbers.agrees(number.shown, numbers.value(concept, number.ours))


@TOLD
@pytest.mark.filterwarnings("ignore")
def test_numbers_are_what_a_framework_computes(concept: Concept, name: str) -> None:
    number = concept.numbers[name]
    absent = numbers.missing(number.theirs)
    if absent:
        pytest.skip(f"{', '.join(absent)} is not installed")
    assert numbers.agrees(number.shown, numbers.value(concept, number.theirs))


def test_a_wrong_number_is_found() -> None:
    assert numbers.agrees("1.7513", np.array([1.75126]))
    assert not numbers.agrees("1.7512", np.array([1.75126]))
    assert not numbers.agrees("0.659, 0.242", np.array([0.659, 0.099]))
    assert not numbers.agrees("0.0", np.array([np.nan]))
    assert not numbers.agrees("inf", np.array([20.0]))


@RECORDS
def test_the_text_holds_no_number_that_nobody_computes(concept: Concept) -> None:
    """A decimal in the prose is an input of the example or of a number, or one of a definition."""
    code = " ".join((concept.example, concept.setup, concept.formula))
    code += " ".join(n.ours for n in concept.numbers.values())
    known = {float(d) for d in re.findall(r"\d+e-\d+|\d+\.\d+|\d+", code)} | {
        0.5,
        1e-45,
        1e-7,
        1e-4,
    }
    for decimal in re.findall(r"\d+\.\d+|\d+e-\d+", _prose(concept)):
        assert float(decimal) in known, decimal


@RECORDS
def test_every_number_is_told_and_every_name_is_a_number(concept: Concept) -> None:
    used = set(re.findall(r"\{(\w+)\}", _prose(concept)))
    assert used == set(concept.numbers)
    assert "{" not in "".join((*concept.paragraphs, concept.told(concept.mistake.text)))
    # both sides are computations of their own: the library's side asks no framework, except where a
    # number is of our functions on the framework's arrays
    for number in concept.numbers.values():
        assert number.ours != number.theirs
        assert numbers.names(number.theirs) & set(numbers.FRAMEWORKS), number.theirs


@RECORDS
def test_a_record_is_whole(concept: Concept) -> None:
    assert concept.names
    assert concept.asked
    assert concept.sentence.endswith(".")
    assert len(concept.sentence) < 260
    assert 2 <= len(concept.paragraphs) <= 6
    assert concept.formula
    assert concept.mistake.text.endswith(".")
    assert concept.next
    assert set(concept.next) <= set(CONCEPTS) - {concept.id}
    assert concept.sources
    for source in concept.sources:
        assert source.address.startswith("https://")
        assert 1930 < source.year < 2030


def test_a_name_belongs_to_one_concept() -> None:
    owners: dict[str, str] = {}
    for concept in CONCEPTS.values():
        for name in {re.sub(r"[\s_-]+", " ", n).lower() for n in concept.names}:
            assert owners.setdefault(name, concept.id) == concept.id, name


def test_every_concept_can_be_reached_by_reading_on() -> None:
    seen, ahead = {"logits"}, ["logits"]
    while ahead:
        fresh = set(CONCEPTS[ahead.pop()].next) - seen
        seen |= fresh
        ahead += fresh
    assert seen == set(CONCEPTS), set(CONCEPTS) - seen
