"""What a concept's record says, as a page for a terminal and as data for a program."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xlogits.concepts import Concept
from xlogits.frameworks import spelled

WIDTH = 100


@dataclass(frozen=True)
class Answer:
    """What `explain` found to a question; `str()` is the page that the command line prints.

    Attributes:
        concept: the record that answers it.
        asked: what was asked.
        taken: words that were read as others, since nothing is known under the first.
        functions: column of the frameworks -> the functions that the concept is about.
        namesakes: the full names of the functions that are called what was asked.
        call: the function of the call that was asked about, if it was a call.
    """

    concept: Concept
    asked: str
    taken: dict[str, str]
    functions: dict[str, list[str]]
    namesakes: tuple[str, ...] = ()
    call: str = ""

    def __str__(self) -> str:
        return "\n".join(_page(self))

    def data(self) -> dict[str, Any]:
        """The same for a program: nothing but text, numbers, lists and dictionaries."""
        concept = self.concept
        mistake = concept.mistake
        return {
            "kind": "concept",
            "id": concept.id,
            "asked": self.asked,
            "taken": dict(self.taken),
            "names": list(concept.names),
            "sentence": concept.sentence_told,
            "answer": list(concept.paragraphs),
            "formula": concept.formula,
            "example": concept.session,
            "mistake": {"title": mistake.title, "text": concept.told(mistake.text)},
            "numbers": {name: number._asdict() for name, number in concept.numbers.items()},
            "setup": concept.setup,
            "functions": self.functions,
            "namesakes": list(self.namesakes),
            "call": self.call,
            "next": list(concept.next),
            "sources": [source._asdict() for source in concept.sources],
        }


def _page(answer: Answer) -> Iterator[str]:
    concept = answer.concept
    if answer.taken:
        read = ", ".join(f"{typed!r} as {word!r}" for typed, word in answer.taken.items())
        yield from (f"(read {read})", "")
    yield from (concept.id, "=" * len(concept.id), "")
    yield from _wrapped(concept.sentence_told)
    yield from ("", *(f"    {part.strip()}" for part in concept.formula.split(";  ")))
    for paragraph in concept.paragraphs:
        yield ""
        yield from _wrapped(paragraph)
    yield from ("", "Example", *(f"    {line}" for line in concept.session.splitlines()))
    yield from ("", *_wrapped(f"The famous mistake: {concept.mistake.title}"))
    yield from _wrapped(concept.told(concept.mistake.text), "    ")
    yield from _functions(answer)
    yield from ("", *_wrapped(", ".join(concept.next), "Read next: "))
    yield from ("", "Sources")
    for source in concept.sources:
        yield from _wrapped(f"{source.what} ({source.year})", "  - ", "    ")
        yield f"    {source.address}"


def _functions(answer: Answer) -> Iterator[str]:
    if answer.functions:
        arguments = answer.concept.functions and answer.concept.functions.options
        yield from ("", "In the frameworks" + ", with the argument" * bool(arguments))
        width = max(map(len, answer.functions)) + 2
        for column, names in answer.functions.items():
            yield from _wrapped(", ".join(names), f"  {column:<{width}}", " " * (width + 2))
    if answer.call:
        yield ""
        yield from _wrapped(f"Of the function itself: xlogits explain {answer.call}")
    elif answer.namesakes:
        yield ""
        names = [spelled(name) for name in answer.namesakes]
        kind = "function is" if len(names) == 1 else "functions are"
        which = "it" if len(names) == 1 else "the last of them"
        yield from _wrapped(
            f"{len(names)} {kind} called so; `xlogits explain {names[-1]}` explains {which}:"
        )
        yield from _wrapped(", ".join(names), "  ", "  ")


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None and not first.strip() else rest or " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
