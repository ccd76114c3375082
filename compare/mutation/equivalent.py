"""Mutants that are no other program, judged by hand: what was there, what is there now, and why."""

from compare.mutation.mutants import Mutant

# (file, function, a line as it was, as it is now): the reason
EQUIVALENT: dict[tuple[str, str, str, str], str] = {}


def reason(mutant: Mutant) -> str:
    """Why nothing can tell this mutant from the original; '' where something should."""
    return EQUIVALENT.get((mutant.place.file, mutant.function, mutant.old, mutant.new), "")
