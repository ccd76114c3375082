"""What a concept is: one record, read by the command line, by `xl.explain` and by the tests.

The text holds no result of a computation: where one is told, a name stands in braces, and the number
under this name says how it is shown, how xlogits computes it and how a framework does. A test runs
both, so a number in a text can be neither wrong nor out of date.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Number(NamedTuple):
    """A number (or several, with commas) as shown, and how the library and a framework compute it."""

    shown: str
    ours: str
    theirs: str


class Mistake(NamedTuple):
    """What many people get wrong here: in a few words, and told."""

    title: str
    text: str


class Source(NamedTuple):
    """Where it is written: a paper or a page, its year and its address."""

    what: str
    year: int
    address: str


class Message(NamedTuple):
    """What a framework says when something is wrong, and what to do about it.

    `says` are the words of the message, the installed version's first, with "…" for what differs from
    one time to the next; `given`, `wrong` and `right` are code: `wrong` is answered with the message,
    `right` is not. Where `wrong` is empty only other versions say it.
    """

    concept: str
    says: tuple[str, ...]
    why: str
    given: str
    wrong: str
    right: str


class Functions(NamedTuple):
    """Which functions of the catalogue a concept is about; an empty field leaves all in.

    `losses` are classes of losses or elementary functions, `options` the operands and fields of which
    a function has a parameter, `form` and `labels` are what it takes by default, and `named` is a part
    of its name. `alike` are further words for the same in this catalogue's names.
    """

    losses: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    form: str = ""
    labels: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Concept:
    """One thing to know about logits and their losses.

    Attributes:
        id: what it goes by everywhere.
        names: what it is called, abbreviations and other spellings too.
        asked: how people ask about it, in any order of the words.
        sentence: the shortest answer that is right.
        answer: the longer one, paragraphs with an empty line between.
        formula: in characters that a terminal has.
        example: statements with their output, as Python shows them; a test runs them.
        mistake: the famous one.
        functions: those of the catalogue that it is about, or None.
        next: the ids of what to read then.
        sources: papers and pages.
        setup: the arrays that the numbers are computed from.
        numbers: name -> a number that is told in `answer` or `mistake`.
    """

    id: str
    names: tuple[str, ...]
    asked: tuple[str, ...]
    sentence: str
    answer: str
    formula: str
    example: str
    mistake: Mistake
    functions: Functions | None
    next: tuple[str, ...]
    sources: tuple[Source, ...]
    setup: str = ""
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def told(self, text: str) -> str:
        """A text of this record with its numbers in it."""
        return text.format_map({name: number.shown for name, number in self.numbers.items()})

    @property
    def sentence_told(self) -> str:
        """The shortest answer, with its numbers."""
        return self.told(self.sentence)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The longer answer, each paragraph on one line."""
        return tuple(" ".join(self.told(part).split()) for part in self.answer.split("\n\n"))

    @property
    def session(self) -> str:
        """The example as somebody types it, the import included."""
        return f">>> import numpy as np, xlogits as xl\n{self.example.strip()}"
