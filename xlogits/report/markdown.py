"""The report as GitHub Markdown: what fits into a comment or a summary of a job."""

import re
from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from xlogits.report.results import DIFFERS, Cell, Results
from xlogits.report.summary import (
    MEANING,
    Covered,
    alike,
    backends,
    ledger_rows,
    not_run,
    table,
    totals,
    translated,
    verdict,
    warned,
)
from xlogits.report.text import duration, number, plain

SHOWN = 20  # differing cells and reasons; the page has them all


def render(results: Results) -> str:
    """The whole report, the same text for the same results."""
    sections = (
        _head(results),
        _totals(results),
        _differing(results),
        _functions(results),
        _ledger(results),
        _not_run(results),
        _warned(results),
    )
    return "\n\n".join("\n".join(section) for section in map(list, sections) if section) + "\n"


def code(text: str) -> str:
    """Text that Markdown and HTML leave alone, mentions and links included, also in a table.

    >>> print(code("a|b"), code("`x`"))
    `a\\|b` `` `x` ``
    """
    text = plain(text).strip().replace("|", r"\|") or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _head(results: Results) -> Iterator[str]:
    yield f"# {verdict(results)}"
    yield ""
    part = "" if results.complete else " This is a part of the matrix, not all of it."
    yield f"{len(results.cells):,} comparisons in {duration(results.seconds)}.{part}"
    if results.versions:
        versions = (f"{code(name)} {code(v)}" for name, v in sorted(results.versions.items()))
        yield f"Versions: {', '.join(versions)}."
    if translated(results):
        yield f"{translated(results)}."
    yield (
        "An error of 1 eps is the spacing of floating point numbers near the size of the result; "
        f"up to {results.limit:g} eps count as agreement."
    )


def _totals(results: Results) -> Iterator[str]:
    rows = [(outcome, f"{count:,}", MEANING[outcome]) for outcome, count in totals(results)]
    yield from _table(("outcome", "cells", "meaning"), rows, right=(1,))


def _differing(results: Results) -> Iterator[str]:
    stories = alike(results, DIFFERS)
    if not stories:
        return
    yield "## What differs"
    yield ""
    rows = [_story(cell, count) for cell, count in stories[:SHOWN]]
    names = ("function", "case", "quantity", "cells", "for example", "ours", "native", "why")
    yield from _table(names, rows, right=(3, 5, 6))
    if len(stories) > SHOWN:
        yield ""
        yield f"and {sum(count for _, count in stories[SHOWN:]):,} more cells"


def _story(c: Cell, count: int) -> tuple[str, ...]:
    example = code(f"{c.variant}, {c.backend} {c.device} {c.dtype} {c.mode}")
    errors = (number(c.ours) or "-", number(c.theirs) or "-")
    return code(c.native), code(c.case), code(c.quantity), str(count), example, *errors, code(c.why)


def _functions(results: Results) -> Iterator[str]:
    if not results.cells:
        return
    columns = backends(results)
    yield "## Functions and backends"
    yield ""
    yield "The number of cells that agree; `n/a` could not be compared, `-` was not asked for."
    yield ""
    rows = [
        (code(native), *(str(row[b]) if b in row else "-" for b in columns))
        for native, row in table(results).items()
    ]
    names = ("function", *map(code, columns))
    yield from _table(names, rows, right=range(1, len(names)))


def _ledger(results: Results) -> Iterator[str]:
    rows = ledger_rows(results)
    if not rows:
        return
    yield "## Known divergences"
    yield ""
    yield from _table(
        ("name", "functions", "cells", "reason", "source"),
        [
            (
                code(row.name) + (" **stale**" if row.stale else ""),
                ", ".join(map(code, row.natives)),
                f"{row.cells:,}",
                code(row.reason),
                " ".join(_source(row)),
            )
            for row in rows
        ],
        right=(2,),
    )
    if results.stale:
        yield ""
        yield "No longer needed, so to be taken out of the ledger:"
        yield ""
        yield from (f"- {code(entry)}" for entry in results.stale)


def _source(row: Covered) -> Iterator[str]:
    """The address as a link if it can stand between angle brackets in a table, else as code."""
    if row.link:
        yield code(row.link) if re.search(r"[\s<>|`\\]", row.link) else f"<{row.link}>"
    if row.remark:
        yield code(row.remark)


def _not_run(results: Results) -> Iterator[str]:
    reasons = not_run(results)
    if not reasons and not results.missing:
        return
    yield "## What was not run"
    yield ""
    for name, why in sorted(results.missing.items()):
        yield f"- {code(name)}: {code(why)}"
    for why, count in reasons[:SHOWN]:
        yield f"- {count:,} cells: {code(why)}"
    if len(reasons) > SHOWN:
        rest = sum(count for _, count in reasons[SHOWN:])
        yield f"- {rest:,} cells for {len(reasons) - SHOWN:,} other reasons"


def _warned(results: Results) -> Iterator[str]:
    if results.warned:
        yield "## What the frameworks warned of"
        yield ""
    for text, count in warned(results):
        yield f"- {count:,} times: {code(text)}"


def _table(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> Iterator[str]:
    """A table whose source is aligned too, up to a width where that stops helping."""
    columns = list(zip(names, *rows, strict=True))
    widths = [min(64, max(map(_width, column))) for column in columns]
    rule = ["-" * (w - 1) + ":" if i in right else "-" * w for i, w in enumerate(widths)]
    for row in (names, rule, *rows):
        padded = (
            " " * (w - _width(text)) + text if i in right else text + " " * (w - _width(text))
            for i, (text, w) in enumerate(zip(row, widths, strict=True))
        )
        yield f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
