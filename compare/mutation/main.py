"""`python compare mutation`: something made wrong on purpose, and whether it is noticed.

Without more words, mutants: one operator of cosmic-ray applied at one place, and the tests run until
one fails; into mutants.md and mutants.json. `--without losses,options,agreement` is its control: with
what is built on these files of tests/ left out, clearly fewer must be killed; into control.json, and a
line of the next mutants.md.
`--equivalent` tries the mutants that `tests/mutation/equivalent.txt` says are no other program.
`python compare mutation faults`: twelve kinds of wrongness in every public name, held against what
proves it; into faults.md and faults.json.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from compare import RESULTS
from compare.mutation import writing
from compare.mutation.writing import Tried
from tests.mutation import mutants as making
from tests.mutation.chosen import SOON, TESTS, without
from tests.mutation.equivalent import EQUIVALENT, entry, reason
from tests.mutation.mutants import FILES, Mutant, Place, listed, sample
from tests.mutation.running import KILLED, STUCK, SURVIVED, Outcome, anew, forked, session

WANTED = 0.95  # the share of mutants that must be killed
BEFORE = (
    "numpy",
    "torch",
    "scipy.special",
    "mpmath",
    "hypothesis",
    "pytest",
)  # imported once for all


def main(arguments: Sequence[str]) -> int:
    """Run one of the two; 1 if too many mutants survive, or a fault is missed."""
    if arguments and arguments[0] == "faults":
        return faults(arguments[1:])
    parser = argparse.ArgumentParser(prog="python compare mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=500, help="so many mutants; 0: all")
    parser.add_argument("--module", default="", help="only files that have this in their path")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", default="", help="files of tests/ to leave out: a control")
    parser.add_argument(
        "--again", action="store_true", help="only what mutants.json has not killed"
    )
    parser.add_argument("--equivalent", action="store_true", help="only those that must survive")
    parser.add_argument("--output", type=Path, default=RESULTS / "mutation")
    options = parser.parse_args(arguments)
    if find_spec("cosmic_ray") is None:
        parser.error("the mutants are made by cosmic-ray: pip install 'cosmic-ray>=8.3'")
    files = tuple(path for path in FILES if options.module in str(path))
    if not files:
        parser.error(f"no file has {options.module!r} in its path")
    warnings.simplefilter("ignore", SyntaxWarning)  # `is` with a text is what some mutants do
    if options.equivalent:
        return equivalent()
    if options.again:
        return again(options.output)
    mutants, total = sample(files, options.sample or None, options.seed)
    tests = without(options.without.split(",")) if options.without else list(TESTS)
    tried = judged(mutants, tests)
    share = writing.share(tried)
    if options.without:
        writing.control(options.output, options.without, options.seed, share)
        print(f"Killed without {options.without}: {share.text}")
        return int(share.killed >= WANTED * share.of)
    return told(tried, writing.Drawn(options.seed, total), options.output)


def told(tried: Sequence[Tried], drawn: writing.Drawn, folder: Path) -> int:
    """Write the table; 1 if too many survived."""
    share = writing.share(tried)
    lines = writing.mutation(tried, drawn, TESTS, folder)
    writing.save(folder, "mutants", lines, [writing.record(one) for one in tried], drawn)
    print(f"Killed {share.text}; wrote {folder / 'mutants.md'}")
    return int(wrong(tried) or share.killed < WANTED * share.of)


def again(folder: Path) -> int:
    """The same mutants, after tests were added: those that were killed still are."""
    found = json.loads((folder / "mutants.json").read_text(encoding="utf-8"))
    tried: list[Tried] = []
    for row in found["results"]:
        place = Place(row["file"], row["operator"], row["occurrence"], row["line"])
        made = making.mutant(place)
        if made is None or (made.old, made.new) != (row["old"], row["new"]):
            raise SystemExit(f"{place.file}:{place.line} is another mutant now; draw a sample anew")
        verdict = KILLED if row["verdict"] == KILLED else SURVIVED
        tried.append(Tried(made, Outcome(verdict, row["by"], row["tests"]), reason(made)))
    left = [one.mutant for one in tried if one.outcome.verdict == SURVIVED]
    fresh = {one.mutant: one for one in judged(left, TESTS)}
    tried = [fresh.get(one.mutant, one) for one in tried]
    return told(tried, writing.Drawn(found["seed"], found["places"]), folder)


def equivalent() -> int:
    """Try all mutants judged equivalent; 1 if one is killed, or is no mutant any more."""
    mutants = listed(EQUIVALENT)
    gone = set(EQUIVALENT) - {entry(mutant) for mutant in mutants}
    for one in gone:
        print(f"NO SUCH MUTANT {one}")
    killed = wrong(judged(mutants, TESTS))
    print(f"{len(EQUIVALENT)} judged equivalent, {len(mutants)} mutants; {killed} killed")
    return int(bool(gone or killed))


def wrong(tried: Sequence[Tried]) -> int:
    """How many were judged equivalent and killed all the same."""
    found = [one for one in tried if one.why and one.outcome.verdict != SURVIVED]
    for one in found:
        print(f"NOT EQUIVALENT {entry(one.mutant)}: killed by {one.outcome.by}")
    return len(found)


def judged(mutants: Sequence[Mutant], tests: Sequence[str]) -> list[Tried]:
    """What becomes of each mutant."""
    for name in BEFORE:
        import_module(name)
    import_module("torch").set_num_threads(1)
    outcomes: dict[Mutant, Outcome] = {}

    def tell(mutant: Mutant, outcome: Outcome) -> None:
        outcomes[mutant] = outcome
        print(f"{len(outcomes)}/{len(mutants)} {outcome.verdict} {mutant.name}", file=sys.stderr)
        if outcome.verdict == SURVIVED:
            print(f"    {mutant.old}\n    {mutant.new}", file=sys.stderr, flush=True)

    def functions() -> list[list[object]]:
        told: list[list[object]] = []

        def keep(mutant: Mutant, outcome: Outcome) -> None:
            told.append([mutants.index(mutant), *outcome])
            tell(mutant, outcome)

        session([mutant for mutant in mutants if mutant.function], tests, keep)
        return told

    # in a fork, so that this process never imports the tests
    for number, *outcome in forked(functions, patience=86400) or ():
        outcomes[mutants[number]] = Outcome(*outcome)
    quick = [test for test in tests if test.endswith(SOON)]
    for mutant in mutants:
        if mutant not in outcomes or outcomes[mutant].verdict == STUCK:
            outcome = anew(mutant, quick) if quick else Outcome(SURVIVED)
            others = [test for test in tests if test not in quick]
            tell(mutant, anew(mutant, others) if outcome.verdict == SURVIVED else outcome)
    return [Tried(mutant, outcomes[mutant], reason(mutant)) for mutant in mutants]


def faults(arguments: Sequence[str]) -> int:
    """The table of names and kinds."""
    from tests.mutation.faults import MISSED, verdicts
    from tests.mutation.rows import named, names

    parser = argparse.ArgumentParser(prog="python compare mutation faults")
    parser.add_argument("--only", default="", help="names that have this in them")
    parser.add_argument("--output", type=Path, default=RESULTS / "mutation")
    options = parser.parse_args(arguments)
    chosen = [name for name in names() if options.only in name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: verdicts(named(name)) for name in chosen}
    content = {name: {k: list(v) for k, v in kinds.items()} for name, kinds in found.items()}
    writing.save(options.output, "faults", writing.faults(found), content)
    missed = [
        (n, k, v.why) for n, kinds in found.items() for k, v in kinds.items() if v.outcome == MISSED
    ]
    for name, kind, why in missed:
        print(f"MISSED {name}: {kind} {why}")
    print(f"{len(found)} names, {len(missed)} missed; wrote {options.output / 'faults.md'}")
    return int(bool(missed) or not found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
