"""What a diagnosis says: causes in order, each with the two calls and what else would fit."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from xlogits.errors import OptionError

Array = Any


class Computed(Protocol):
    """What can be computed again, from other arrays."""

    def on(self, operands: dict[str, Array]) -> Array:
        """The value; None where it does not go with these arrays."""


@dataclass(frozen=True)
class Cause:
    """One explanation of why two numbers differ.

    Attributes:
        words: what is different, in a sentence for each choice that changed.
        codes: the same as short names, such as "softmax_twice" or "reduction".
        right: the call that gives the one number, in the framework that was asked for; '' where
            that has no short way to say it. `wrong` gives the other.
        wrong_is: "first" or "second".
        alike: other explanations that give the same number on these arrays.
        apart: which input would tell them apart.
        cost: how unlikely it is taken to be; causes are sorted by it. `diagnosis/costs.py` says what
            the numbers mean.
    """

    words: tuple[str, ...]
    codes: tuple[str, ...]
    right: str = ""
    wrong: str = ""
    wrong_is: str = "second"
    alike: tuple[str, ...] = ()
    apart: str = ""
    cost: float = 0.0
    stories: tuple[Computed, ...] = field(default=(), repr=False, compare=False)

    def predict(self, **operands: Array) -> tuple[Array, ...]:
        """What first and second give on other arrays (NumPy's, `pred`, `target`, ...), if it is this.

        That is how to find out: both sides on another batch, and these numbers beside them.
        """
        if not self.stories:
            raise OptionError("without arrays nothing was computed that could be computed again")
        return tuple(story.on(operands) for story in self.stories)


@dataclass(frozen=True)
class Diagnosis:
    """Why two numbers differ, or what one number is.

    Attributes:
        agree: whether both sides are the same, so that there is nothing to explain.
        first, second: what each number is as it stands, as calls; empty where nothing gives it.
        causes: what turns one into the other, the likeliest first; empty where nothing tried does.
        notes: what else was noticed, such as steps that are harmless.
        ask: what to pass to know more.
        tried: how many ways of computing a loss were held against the numbers.
        complete: whether all of them were tried before the time was up.
    """

    agree: bool = False
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    ask: str = ""
    tried: int = 0
    complete: bool = True
    seen: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return "\n".join(_text(self))


def _text(found: Diagnosis) -> list[str]:
    lines = [
        f"{which} ({seen}) is {calls[0]}"
        for which, seen, calls in zip(
            ("first", "second"), found.seen, (found.first, found.second), strict=False
        )
        if calls
    ]
    if found.agree:
        lines.append("both sides agree: there is nothing to explain")
    elif not found.causes and not (found.first and len(found.seen) == 1):
        lines.append(f"unknown: none of {found.tried} ways of computing it explains what was seen")
    for number, cause in enumerate(found.causes, 1):
        lines += ["", f"{number}. {cause.words[0]}"]
        lines += [f"   and {words}" for words in cause.words[1:]]
        if cause.wrong:
            lines.append(f"   {cause.wrong_is}: {cause.wrong}")
        if cause.right:
            other = "second" if cause.wrong_is == "first" else "first"
            lines.append(f"   {other if len(found.seen) > 1 else 'plain'}: {cause.right}")
        lines += [f"   or, with the same numbers: {other}" for other in cause.alike[:3]]
        lines += [f"   to tell them apart: {cause.apart}"] if cause.apart else []
    lines += [f"note: {note}" for note in found.notes]
    if not found.complete:
        lines.append(
            "note: the time was up before all pairs of changes were tried; pass more seconds"
        )
    lines += [f"to know more: {found.ask}"] if found.ask else []
    return lines if lines[:1] != [""] else lines[1:]
