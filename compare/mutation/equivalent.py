"""Mutants that are no other program, judged by hand: what was there, what is there now, and why.

An entry is believed only as long as no test fails: one whose mutant is killed is reported, and makes
the command fail. `python compare mutation --equivalent` tries them all, and fails also for one that
is no mutant any more.
"""

from compare.mutation.mutants import Mutant

Entry = tuple[str, str, str, str]  # file, function, the line as it was, as it is now

EQUIVALENT: dict[Entry, str] = {}


def entry(mutant: Mutant) -> Entry:
    return mutant.place.file, mutant.function, mutant.old, mutant.new


def reason(mutant: Mutant) -> str:
    """Why nothing can tell this mutant from the original; '' where something should."""
    return EQUIVALENT.get(entry(mutant), "")
