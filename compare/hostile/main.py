"""`python compare hostile`: no input may get a silent wrong answer; into hostile.md and hostile.json."""

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from compare import RESULTS
from compare.hostile import table, writing
from compare.hostile.arrays import FRAMEWORKS, load
from compare.hostile.cases import GROUPS
from xlogits.frameworks import installed


def main(arguments: Sequence[str]) -> int:
    """Run the table; 1 if any cell is wrong."""
    parser = argparse.ArgumentParser(prog="python compare hostile", description=__doc__)
    parser.add_argument("--backends", help=f"of {','.join(FRAMEWORKS)}; all that are installed")
    parser.add_argument("--only", help=f"groups, of {','.join(GROUPS)}")
    parser.add_argument("--eager", action="store_true", help="leave the compiled modes out")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    present = list(filter(installed, FRAMEWORKS))
    chosen = options.backends.split(",") if options.backends else present
    groups = options.only.split(",") if options.only else list(GROUPS)
    for unknown in [*(set(chosen) - set(present)), *(set(groups) - set(GROUPS))]:
        parser.error(f"{unknown} is not there: of {', '.join([*present, *GROUPS])}")
    for name in chosen:
        load(name)
    cases = [case for group in groups for case in GROUPS[group]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = list(table.rows(cases, chosen, compiled=not options.eager, beside=True))
    writing.write(rows, options.output)
    for row in rows:
        for wrong in row.wrong:
            print(f"WRONG {row.case.label}: {wrong}")
    print("\n".join(writing.summary(rows)))
    print(f"Wrote {options.output / 'hostile.md'} and hostile.json")
    return int(any(row.wrong for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
