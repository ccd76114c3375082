"""Which concept a text asks for: the same text always finds the same, and it can be said by which words.

Every name and every way of asking that a record holds is a set of terms (see `words`), and so is the
text. A term counts the more, the fewer concepts use it; a word that no record uses counts against. Two
sets are as close as the cosine of the angle between them, 1 where they are the same. What is below a
bound is unknown.
"""

import math
from functools import cache
from typing import NamedTuple

from xlogits.concepts import CONCEPTS
from xlogits.concepts.record import Concept
from xlogits.concepts.words import Reading, Words

ENOUGH = 0.45  # how close a text has to be that names what a concept is called
WITHOUT_A_NAME = 0.55  # and one that does not, in at least two words
STRANGE = 3.0  # how much a word counts that no record uses, and what a concept is called at least
ALL = 0.3  # how much it counts that the words are among all that the concept uses
OWN = 0.05  # how much closer a concept is that is named


class Match(NamedTuple):
    """A concept found, how close it is, by which terms, and which words were read as others."""

    concept: Concept
    closeness: float
    terms: tuple[str, ...]
    taken: dict[str, str]


class _Phrase(NamedTuple):
    concept: str
    terms: frozenset[str]
    length: float


class _Index(NamedTuple):
    phrases: tuple[_Phrase, ...]
    weight: dict[str, float]
    vocabulary: dict[str, frozenset[str]]


@cache
def _words() -> Words:
    return Words(
        {c.id: (c.id, *c.names) for c in CONCEPTS.values()},
        (text for c in CONCEPTS.values() for text in c.asked),
    )


@cache
def _index() -> _Index:
    words = _words()
    told = [
        (c.id, frozenset(words.read(text, without).terms))
        for c in CONCEPTS.values()
        for without, texts in (("", (*c.names, *c.asked)), (c.id, c.names))
        for text in texts
        if not without or " " in text  # what a name of several words is made of
    ]
    told = [(concept, terms) for concept, terms in told if len(terms) > 1 or f"@{concept}" in terms]
    users: dict[str, set[str]] = {}
    for concept, terms in told:
        for term in terms:
            users.setdefault(term, set()).add(concept)
    weight = {term: math.log(1 + len(CONCEPTS) / len(of)) for term, of in users.items()}
    weight |= {term: max(much, STRANGE) for term, much in weight.items() if term[0] == "@"}
    phrases = tuple(
        dict.fromkeys(_Phrase(concept, terms, _length(terms, weight)) for concept, terms in told)
    )
    vocabulary = {
        concept: frozenset(term for term, of in users.items() if concept in of)
        for concept in CONCEPTS
    }
    return _Index(phrases, weight, vocabulary)


def _length(terms: frozenset[str], weight: dict[str, float]) -> float:
    return math.sqrt(sum(weight.get(term, STRANGE) ** 2 for term in terms))


def named(text: str) -> Concept | None:
    """The concept of this id or name, in any case, with spaces, hyphens or underscores."""
    terms = _words().read(text)
    if len(terms.terms) == 1 and not terms.taken and terms.terms[0].startswith("@"):
        return CONCEPTS[terms.terms[0][1:]]
    return None


def mentioned(text: str) -> list[Concept]:
    """The concepts that a text calls by one of their names, in order."""
    return [CONCEPTS[concept] for concept in dict.fromkeys(_named_in(_words().read(text)))]


def find(text: str) -> list[Match]:
    """The concepts that a text asks for, the closest first; none where it asks for something else."""
    return [match for match in closest(text) if _enough(match)]


def closest(text: str) -> list[Match]:
    """Every concept that shares a term with a text, the closest first."""
    phrases, weight, vocabulary = _index()
    reading = _words().read(text)
    asked = frozenset(term for term in reading.terms if term in weight or len(term) > 2)
    best: dict[str, tuple[float, frozenset[str]]] = {}
    length = _length(asked, weight)
    for phrase in phrases:
        shared = phrase.terms & asked
        if not shared:
            continue
        close = sum(weight[term] ** 2 for term in shared) / (length * phrase.length)
        if close > best.get(phrase.concept, (0.0, shared))[0]:
            best[phrase.concept] = close, shared
    matches = [
        Match(
            CONCEPTS[concept],
            (1 - ALL) * close
            + ALL * (_length(asked & vocabulary[concept], weight) / length) ** 2
            + OWN * (f"@{concept}" in asked),
            tuple(term for term in reading.terms if term in shared or term == f"@{concept}"),
            reading.taken,
        )
        for concept, (close, shared) in best.items()
    ]
    # as close as each other: the one that is named first ("from_logits on probabilities")
    order = [*dict.fromkeys((*_named_in(reading), *CONCEPTS))]
    return sorted(matches, key=lambda m: (-round(m.closeness, 9), order.index(m.concept.id)))


def _named_in(reading: Reading) -> list[str]:
    """The concepts that a text calls by their names, in order."""
    return [term[1:] for term in reading.terms if term.startswith("@")]


def _enough(match: Match) -> bool:
    if any(term.startswith("@") for term in match.terms):
        return match.closeness >= ENOUGH
    return match.closeness >= WITHOUT_A_NAME and len(set(match.terms)) > 1
