"""`python compare names`: the tables of names and of defaults, into names.md and the README."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from compare import RESULTS
from xlogits.catalogue.absent import ABSENT
from xlogits.naming import defaults, names

README = Path(__file__).resolve().parent.parent / "README.md"
PAGE = RESULTS / "names.md"
BEGIN, END = "<!-- names: made by `python compare names` -->", "<!-- end of names -->"


def page() -> str:
    """The text of names.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Every loss under all its names"
    yield ""
    yield "Made by `python compare names` from the catalogue; a test fails when it is stale."
    yield "`xlogits explain NAME` says what each of them computes and how to write it elsewhere."
    yield ""
    yield from names.markdown()
    yield ""
    yield "## No equivalent"
    yield ""
    yield "| name | why | nearest | how far off |"
    yield "|---|---|---|---|"
    for entry in ABSENT.values():
        yield f"| `{entry.name}` | {entry.reason} | {entry.nearest} | {entry.difference} |"
    yield ""
    yield "## What the default arguments give"
    yield ""
    yield from _arrays()
    yield ""
    yield from defaults.markdown()


def _arrays() -> Iterator[str]:
    yield f"Prediction `{defaults.X.tolist()}`, class indexes `{defaults.Y.tolist()}`,"
    yield f"one number per class `{defaults.Q.tolist()}`."


def readme() -> str:
    """The README with its table as it should be."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(names.markdown("entropy"))
    return f"{before}{BEGIN}\n\n{table}\n\n{next(defaults.markdown())}\n\n{END}{after}"


def main(arguments: Sequence[str] = ()) -> int:
    """Write both."""
    PAGE.write_text(page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
    print(f"Wrote {PAGE} and the table of {README}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
