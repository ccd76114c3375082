"""Mutants that are no other program, judged by hand: what was there, what is there now, and why.

They stand in equivalent.txt. A judgement is believed only as long as no test fails: a mutant that is
killed all the same is reported, and makes the command fail. `python compare mutation --equivalent`
tries them all, and fails also for one that is no mutant any more.
"""

from itertools import groupby
from pathlib import Path

from tests.mutation.mutants import Mutant

Entry = tuple[str, str, str, str]  # file, function, the line as it was, as it is now
LIST = Path(__file__).resolve().parent / "equivalent.txt"


def read(text: str) -> dict[Entry, str]:
    """`# reason`, and below it `@ file function`, `-` and `+` before what was there and what is."""
    found: dict[Entry, str] = {}
    why = place = old = ""
    for sign, some in groupby(text.splitlines(), key=lambda line: line[:1]):
        lines = [line[1:] for line in some]
        if sign == "#":
            why = lines[-1].strip()
        elif sign == "@":
            place = lines[-1].strip()
        elif sign == "-":
            old = "\n".join(lines)
        elif sign == "+":
            file, _, function = place.partition(" ")
            one = file, function, old, "\n".join(lines)
            if one in found or not why:
                raise ValueError(f"{one} stands in {LIST.name} twice, or without a reason")
            found[one] = why
        elif sign:
            raise ValueError(f"{LIST.name} has a line of no kind: {sign}{lines[0]}")
    return found


EQUIVALENT = read(LIST.read_text(encoding="utf-8"))


def entry(mutant: Mutant) -> Entry:
    return mutant.place.file, mutant.function, mutant.old, mutant.new


def reason(mutant: Mutant) -> str:
    """Why nothing can tell this mutant from the original; '' where something should."""
    return EQUIVALENT.get(entry(mutant), "")
