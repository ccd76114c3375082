"""What is typed opens the concept that answers it, and what is not ours opens nothing."""

import subprocess
import sys

import pytest

from tests import child
from tests.conftest import ROOT
from tests.data import reader_questions as readers
from tests.data.concept_questions import FIRST_TRIED, FOREIGN, FURTHER_FOREIGN, UNTRIED
from xlogits.concepts import CONCEPTS, Concept
from xlogits.concepts.finder import closest, find, named
from xlogits.concepts.words import SILENT, Words, distance, split, stem

RECORDS = pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda c: c.id)


def _opens(text: str) -> str:
    found = find(text)
    return found[0].concept.id if found else ""


@RECORDS
def test_a_concept_opens_by_each_of_its_names(concept: Concept) -> None:
    for name in (concept.id, *concept.names):
        for typed in (name, name.upper(), name.lower(), name.replace("-", " "), f" {name}? "):
            assert named(typed) is concept, typed
            assert _opens(typed) == concept.id, typed


@RECORDS
def test_a_concept_opens_by_each_way_of_asking(concept: Concept) -> None:
    for text in concept.asked:
        assert _opens(text) == concept.id, text
        assert _opens(f"please explain: {text.upper()}?") == concept.id, text


def test_other_ways_of_asking() -> None:
    """Not all: what misses stands beside the right answer, and a floor keeps it so."""
    sets = ((FIRST_TRIED, 80), (UNTRIED, 52), (readers.SINCE, 102), (readers.UNTRIED, 21))
    for asked, floor in sets:
        right = [text for text, concepts in asked if _opens(text) in concepts]
        assert len(right) >= floor, [t for t, _ in asked if t not in right]
    silent = [text for text, _ in (*FIRST_TRIED, *UNTRIED) if not find(text)]
    assert len(silent) <= 3, silent


@pytest.mark.parametrize("text", [*FOREIGN, *FURTHER_FOREIGN])
def test_what_is_not_ours_is_unknown(text: str) -> None:
    assert find(text) == []
    assert named(text) is None


def test_nothing_is_found_in_nothing() -> None:
    for text in ("", "   ", "?", "what is the", "日本語", "a b c", "1 2 3", "\n"):
        assert find(text) == []


@pytest.mark.parametrize(
    ("typed", "concept"),
    [
        ("sofmax", "softmax"),
        ("softamx", "softmax"),
        ("logitts", "logits"),
        ("perplexty", "perplexity"),
        ("croos entropy", "cross-entropy"),
        ("corss-entropy", "cross-entropy"),
        ("ligits", "logits"),
        ("crossentropyloss", "cross-entropy"),
        ("labelsmoothing", "label-smoothing"),
        ("form_logits", "from_logits"),
        ("temprature", "temperature"),
    ],
)
def test_misspelt(typed: str, concept: str) -> None:
    assert _opens(typed) == concept
    assert find(typed)[0].taken or typed in ("crossentropyloss", "labelsmoothing")


@pytest.mark.parametrize("typed", ["sftmx", "oftmax", "lgts", "entrapay", "bias"])
def test_too_far_from_any_word(typed: str) -> None:
    assert find(typed) == []


def test_a_match_says_why() -> None:
    match = find("do I need sofmax before nn.CrossEntropyLoss?")[0]
    assert match.concept.id == "softmax-twice"
    assert match.terms == ("@softmax", "befor", "@cross-entropy")
    assert match.taken == {"sofmax": "soft max"}
    assert match.closeness > 0.9


def test_no_two_concepts_are_asked_for_by_the_same_words() -> None:
    """In the same order: of two that a text names the first is meant, if nothing else decides."""
    owners: dict[tuple[str, ...], str] = {}
    for concept in CONCEPTS.values():
        for text in concept.asked:
            terms = closest(text)[0].terms
            assert owners.setdefault(terms, concept.id) == concept.id, text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("NaN loss, LLMs on GPUs", ["nan", "loss", "llm", "on", "gpu"]),
        ("BCEWithLogitsLoss KLDivLoss", ["bce", "with", "logits", "loss", "kl", "div", "loss"]),
        ("un-normalised log-probs", ["unnormalised", "log", "probs"]),
        ("diferença, Wörter", ["diferenca", "worter"]),
    ],
)
def test_words_that_are_not_taken_apart(typed: str, words: list[str]) -> None:
    assert split(typed) == words


def test_words_that_are_read_as_others() -> None:
    assert stem("derivative") == stem("gradients") == stem("gradient") != stem("grade")
    assert stem("reduction") == stem("reduce") == stem("reduced")
    assert stem("lower") == stem("decreases") == stem("falls") != stem("higher")
    assert find("sofmax logitts")[0].taken == {"sofmax": "soft max", "logitts": "logits"}
    assert find("numericl stability")[0].taken == {"numericl": "numerical"}  # in whole words


def test_of_two_that_are_as_close_the_first_that_is_named() -> None:
    assert _opens("from_logits=True on probabilities") == "from_logits"
    assert _opens("get probabilities from logits") == "probability"


def test_the_words() -> None:
    assert split("what does from_logits=True mean?") == ["from", "logits", "true"]
    assert split("loss is 2.30 or 2.3026") == ["loss", "is", "2.3", "or", "2.3"]
    assert stem("classes") == stem("class") != stem("glass")
    assert stem("logits") != stem("logit")
    assert distance("softamx", "softmax", 1) == 1
    assert distance("softamx", "softmix", 1) > 1
    words = Words({"x": ("cross entropy",)}, ("a loss",))
    assert words.read("crossentropyloss").terms == ("@x", "loss")
    assert words.read("the loss of what").terms == ("loss",)
    assert "the" in SILENT


def test_it_loads_nothing_and_is_the_same_in_every_process() -> None:
    code = (
        "import sys; from xlogits.concepts.finder import find; m = find('softmax vs sigmoid')[0]; "
        "outside = {'numpy', 'torch', 'tensorflow', 'jax', 'difflib'} & set(sys.modules); "
        "inside = {n.split('.')[1] for n in sys.modules if n.startswith('xlogits.')}; "
        "print(m.concept.id, round(m.closeness, 6), m.terms, sorted(outside), sorted(inside))"
    )
    told = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=child.environment(ROOT, PYTHONHASHSEED=seed),
        )
        assert done.returncode == 0, done.stderr
        told.add(done.stdout)
    assert len(told) == 1
    assert told.pop().endswith("[] ['concepts']\n")
