"""What a concept's record says, as a page for a terminal and as data for a program."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlogits.concepts import Concept
from xlogits.concepts.messages import Said, messages_of
from xlogits.frameworks import spelled

if TYPE_CHECKING:
    from xlogits.naming.explanation import Explanation
    from xlogits.translation import Translation

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
        said: what a framework said, if that was asked about.
        beside: the other concepts that the question names, or the call sets.
        call: the function of the call that was asked about, if it was a call.
        page: what this call computes, and the same call elsewhere, if it was a call.
    """

    concept: Concept
    asked: str
    taken: dict[str, str]
    functions: dict[str, list[str]]
    namesakes: tuple[str, ...] = ()
    said: Said | None = None
    beside: tuple[Concept, ...] = ()
    call: str = ""
    page: "Explanation | None" = None

    @property
    def elsewhere(self) -> "dict[str, Translation]":
        """Target -> `Translation` of the call that was asked about; nothing if it cannot be read."""
        if self.page is None or self.page.unread:
            return {}
        name = self.page.name
        return {target: it for target, it in self.page.elsewhere.items() if it.native != name}

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
            "message": self.said and _told(self.said),
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
            "page": self.page.data() if self.page else None,
            "beside": [other.id for other in self.beside],
            "messages": [message.says[0] for message in messages_of(concept.id)],
            "next": list(concept.next),
            "sources": [source._asdict() for source in concept.sources],
        }


def _page(answer: Answer) -> Iterator[str]:
    concept = answer.concept
    if answer.taken:
        read = ", ".join(f"{typed!r} as {word!r}" for typed, word in answer.taken.items())
        yield from (f"(read {read})", "")
    if answer.said:
        yield from _message(answer.said)
    if answer.page:
        yield from (*answer.page.of_the_call(), "", "")
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
    yield from _call(answer)
    yield from _beside(answer)
    yield from _messages(answer)
    yield from ("", *_wrapped(", ".join(concept.next), "Read next: "))
    yield from ("", "Sources")
    for source in concept.sources:
        yield from _wrapped(f"{source.what} ({source.year})", "  - ", "    ")
        yield f"    {source.address}"


def _told(said: Said) -> dict[str, str]:
    message = said.message._asdict()
    return {"says": said.words, **{key: message[key] for key in ("why", "given", "wrong", "right")}}


def _message(said: Said) -> Iterator[str]:
    """What was said, what it means, and the smallest code that is answered so and that is not."""
    message = said.message
    yield from _wrapped(said.words, "The message: ")
    yield ""
    yield from _wrapped(message.why)
    yield ""
    yield from (f"    {line}" for line in message.given.split("; ") if line)
    width = max(map(len, (message.wrong, message.right)))
    if message.wrong:
        yield f"    {message.wrong:<{width}}  # says so"
    yield f"    {message.right:<{width}}  # right"
    yield ""


def _functions(answer: Answer) -> Iterator[str]:
    if answer.functions:
        arguments = answer.concept.functions and answer.concept.functions.options
        yield from ("", "In the frameworks" + ", with the argument" * bool(arguments))
        width = max(map(len, answer.functions)) + 2
        for column, names in answer.functions.items():
            yield from _wrapped(", ".join(names), f"  {column:<{width}}", " " * (width + 2))
    if answer.namesakes and not answer.call:
        yield ""
        names = [spelled(name) for name in answer.namesakes]
        kind = "function is" if len(names) == 1 else "functions are"
        which = "it" if len(names) == 1 else "the last of them"
        yield from _wrapped(
            f"{len(names)} {kind} called so; `xlogits explain {names[-1]}` explains {which}:"
        )
        yield from _wrapped(", ".join(names), "  ", "  ")


def _call(answer: Answer) -> Iterator[str]:
    """The function of the call that was asked about, of which the page begins."""
    if answer.call:
        yield ""
        yield from _wrapped(f"Of the function itself: xlogits explain {answer.call}")


def _beside(answer: Answer) -> Iterator[str]:
    if answer.beside:
        yield from ("", f"Also in the {'call' if answer.call else 'question'}")
        width = max(len(other.id) for other in answer.beside) + 2
        for other in answer.beside:
            yield from _wrapped(other.sentence_told, f"  {other.id:<{width}}", " " * (width + 2))


def _messages(answer: Answer) -> Iterator[str]:
    said = messages_of(answer.concept.id)
    if said:
        yield from ("", "Messages that it explains; asked about one, this page says what to do")
        for message in said:
            yield from _wrapped(message.says[0], "  - ", "    ")


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None and not first.strip() else rest or " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
