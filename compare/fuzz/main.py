"""`python compare fuzz`: losses with drawn options on drawn arrays, into fuzz.md and .json."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from compare import RESULTS
from compare.fuzz import running, second, writing
from compare.fuzz.families import FAMILIES
from xlogits.frameworks import installed

ROUND = 500
# one example of so many is tried on a framework
ONE_IN = {"numpy": 1, "torch": 25, "tensorflow": 50, "jax": 400}


def main(arguments: Sequence[str]) -> int:
    """Try the examples; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python compare fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="of each family, on NumPy")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="all of them")
    parser.add_argument("--backends", help=f"of {','.join(ONE_IN)}; all that are installed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-second", action="store_true", help="leave second derivatives out")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    present = list(filter(installed, ONE_IN))
    chosen = options.backends.split(",") if options.backends else present
    for unknown in set(chosen) - set(present):
        parser.error(f"{unknown} is not there: of {', '.join(present)}")
    found: dict[tuple[str, str], running.Found] = {}
    for framework in chosen:
        for number, examples in enumerate(_rounds(options.examples // ONE_IN[framework])):
            for family in options.family or FAMILIES:
                before = found.get((family, framework))
                if before is None or not before.failure:
                    row = running.run(family, framework, examples, options.seed + number)
                    found[family, framework] = row if before is None else before.plus(row)
            writing.write(options.output, list(found.values()), [], options.seed)
    for row in found.values():
        print(_line(row))
    checked = []
    for framework in [] if options.no_second or options.family else chosen:
        for row in second.run(framework) if framework in second.ORDERS else ():
            checked.append(row)
            if row.wrong:
                print(f"WRONG {row.name} on {framework}: {row.wrong}")
    rows = list(found.values())
    writing.write(options.output, rows, checked, options.seed)
    print(writing.summary(rows, checked))
    print(f"Wrote {options.output / 'fuzz.md'} and fuzz.json")
    return int(any(row.failure for row in rows) or any(row.wrong for row in checked))


def _rounds(examples: int) -> list[int]:
    """Each with its own seed: what Hypothesis remembers of a search makes a long one slow."""
    return [ROUND] * (examples // ROUND) + [examples % ROUND or 1] * (
        examples % ROUND > 0 or not examples
    )


def _line(row: running.Found) -> str:
    worst = max(row.worst.values(), default=0.0)
    text = f"{row.family} on {row.framework}: {row.examples} examples in {row.seconds:.0f} s, "
    return f"{text}worst {worst:.2g}" + (f"\n    WRONG {row.failure}" if row.failure else "")
