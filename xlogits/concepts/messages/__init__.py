"""What frameworks say when something is wrong: which message a text holds, and the record of it.

A message is recognised by its words in their order. Numbers, names in quotes and whatever a record
leaves open do not count, and neither does what stands around it: a traceback, or a question.
"""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from xlogits.concepts.messages import arrays, computing, labels, predictions
from xlogits.concepts.record import Message

MESSAGES: tuple[Message, ...] = (
    *(*labels.MESSAGES, *arrays.MESSAGES),
    *(*predictions.MESSAGES, *computing.MESSAGES),
)
OPEN = "…"  # what differs from one time to the next
MOST = 0.8  # which part of a message has to be there
FEWEST = 3  # pairs of words that a part of a message needs to be known by

Pairs = frozenset[tuple[str, ...]]


class Said(NamedTuple):
    """A message that was recognised, and in which words."""

    message: Message
    words: str


def recognised(text: str) -> Said | None:
    """The message that a text holds, or is a part of; None where it is no message."""
    words = _words(text)
    pairs = frozenset(pairwise(words))
    around = pairs | {(word,) for word in words}
    best: tuple[float, int, Said] | None = None
    for said, wanted in _wanted():
        part = len(pairs) >= FEWEST and pairs <= wanted
        share = 1.0 if part else len(wanted & around) / len(wanted)
        if share >= MOST and (best is None or (share, len(wanted)) > best[:2]):
            best = share, len(wanted), said
    return best[2] if best else None


def messages_of(concept: str) -> tuple[Message, ...]:
    """The messages that a concept explains."""
    return tuple(message for message in MESSAGES if message.concept == concept)


@cache
def _wanted() -> tuple[tuple[Said, Pairs], ...]:
    return tuple((Said(m, says), _pairs(says)) for m in MESSAGES for says in m.says)


def _pairs(says: str) -> Pairs:
    """The pairs of words that follow each other, and words that stand alone between what is open."""
    runs = [_words(run) for run in says.split(OPEN)]
    alone = {(run[0],) for run in runs if len(run) == 1}
    return frozenset(alone.union(*map(pairwise, runs)))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
