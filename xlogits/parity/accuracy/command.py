"""`xlogits parity --ulp`: the table, on the terminal and in accuracy.md."""

import argparse
import sys

from xlogits.frameworks import BACKENDS, installed


def run(options: argparse.Namespace) -> int:
    """Measure, print and write the table; 1 if an error is larger than allowed, else 0."""
    missing = [name for name in ("mpmath", *options.backends) if not installed(name)]
    if missing:
        print(f"xlogits: {', '.join(missing)} is not installed; --ulp needs it", file=sys.stderr)
        return 2
    from xlogits.parity.accuracy.limits import broken
    from xlogits.parity.accuracy.measure import FUNCTIONS, measure
    from xlogits.parity.accuracy.table import render
    from xlogits.precision import FORMATS

    backends = options.backends or [name for name in BACKENDS if installed(name)]
    dtypes = ("float32",) if options.quick else tuple(FORMATS)
    rows = list(measure(backends, dtypes, options.only, large=not options.quick))
    if not rows:
        known = ", ".join(f.name for f in FUNCTIONS)
        print(f"xlogits: --only names none of {known}", file=sys.stderr)
        return 2
    wrong = broken(rows)
    text = render(rows, wrong)
    print(text)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "accuracy.md").write_text(text, encoding="utf-8")
    return 1 if wrong else 0
