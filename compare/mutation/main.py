"""`python compare mutation`: something made wrong on purpose, and whether it is noticed.

Without more words, mutants: one operator of cosmic-ray applied at one place, and the tests run until
one fails; into results.md and results.json. `--without against_reference` is its control: with a test
file left out, clearly fewer must be killed; into control.json, and a line of the next results.md.
`--equivalent` tries the mutants that equivalent.py says are no other program.
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

from compare.mutation import mutants as making
from compare.mutation import writing
from compare.mutation.equivalent import EQUIVALENT, entry, reason
from compare.mutation.mutants import FILES, ROOT, Mutant, Place, listed, sample
from compare.mutation.running import KILLED, STUCK, SURVIVED, Outcome, anew, forked, session
from compare.mutation.writing import Tried

HERE = Path(__file__).resolve().parent
TESTS = tuple(
    f"tests/{name}.py"
    for name in (
        *("losses/test_against_reference", "losses/test_error_words", "losses/test_margin"),
        *("losses/test_regression", "losses/test_sequence", "losses/test_divergence"),
        *("losses/test_linear", "losses/test_gradient", "catalogue/test_records"),
        *("losses/test_options", "losses/test_bounds_and_ties", "losses/test_not_finite"),
        *("losses/test_open_sizes", "losses/test_refusals", "losses/test_defaults"),
    )
)
SOON = ("defaults.py", "refusals.py")  # what a new import is tried on first: soon collected
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
    parser.add_argument("--without", default="", help="leave this test file out: a control")
    parser.add_argument(
        "--again", action="store_true", help="only what results.json has not killed"
    )
    parser.add_argument("--equivalent", action="store_true", help="only those that must survive")
    parser.add_argument("--output", type=Path, default=HERE)
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
    tests = without(options.without) if options.without else list(TESTS)
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
    writing.save(folder, "results", lines, [writing.record(one) for one in tried], drawn)
    print(f"Killed {share.text}; wrote {folder / 'results.md'}")
    return int(wrong(tried) or share.killed < WANTED * share.of)


def again(folder: Path) -> int:
    """The same mutants, after tests were added: those that were killed still are."""
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
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


def without(word: str) -> list[str]:
    """The tests but for one file, and for those that are built on it."""
    left = [test for test in TESTS if test.endswith(f"/test_{word}.py")]
    if not left:
        raise SystemExit(f"no test file of {len(TESTS)} is called test_{word}.py")
    texts = {test: (ROOT / test).read_text(encoding="utf-8") for test in TESTS}
    for one in left:  # which grows meanwhile
        name = one.removesuffix(".py").replace("/", ".")
        left += [t for t, text in texts.items() if f"from {name} import" in text and t not in left]
    return [test for test in TESTS if test not in left]


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
    from compare.mutation.faults import MISSED, verdicts
    from compare.mutation.rows import named, names

    parser = argparse.ArgumentParser(prog="python compare mutation faults")
    parser.add_argument("--only", default="", help="names that have this in them")
    parser.add_argument("--output", type=Path, default=HERE)
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
