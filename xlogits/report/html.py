"""The report as one page that needs nothing else: no network, no server, no other file."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xlogits.report import page, summary
from xlogits.report.overview import drawn_map
from xlogits.report.payload import TABLES, payload
from xlogits.report.results import AGREE, DIFFERS, KNOWN, OUTCOMES, REFUSED, UNAVAILABLE, Results
from xlogits.report.svg import inert
from xlogits.report.text import duration, json_in_html, plain

GLYPHS = {AGREE: "=", KNOWN: "≈", DIFFERS: "≠", REFUSED: "×", UNAVAILABLE: "–"}
FILTERS = (*TABLES["place"], "quantity", "case")  # besides the name and the outcome
SCRIPTS = ("theme.js", "page.js", "table.js", "list.js")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Figure(NamedTuple):
    """A drawing for the section "Real data"."""

    title: str
    caption: str
    svg: str


class Outcome(NamedTuple):
    """An outcome as the page shows it."""

    name: str
    glyph: str
    cells: int
    meaning: str
    start: float  # its part of the bar, in percent
    width: float


def render(results: Results, *, figures: Sequence[Figure] = ()) -> str:
    """The page. Everything in `results` and `figures` may come from strangers and is escaped."""
    template, markup = page.template("page.html.jinja")
    style, script = page.part("page.css"), page.script(*SCRIPTS)
    tallies = summary.table(results)
    natives = list(tallies)
    ledger = summary.ledger_rows(results)
    data = payload(results, natives, [(row.name, row.reason) for row in ledger])
    data["glyphs"] = [GLYPHS[outcome] for outcome in OUTCOMES]
    data["serious"] = [OUTCOMES.index(outcome) for outcome in summary.SERIOUS]
    rendered: str = template.render(
        results=results,
        verdict=summary.verdict(results),
        outcomes=list(_outcomes(results)),
        translated=summary.translated(results),
        limit=f"{results.limit:g}",
        duration=duration(results.seconds),
        not_run=summary.not_run(results),
        warned=summary.warned(results),
        never_ran=summary.never_ran(results),
        map=drawn_map(tallies, summary.backends(results)),
        ledger=ledger,
        backends=data["texts"]["backend"],
        groups=_groups(natives),
        families=_families(natives),
        filters={name: data["texts"][name] for name in FILTERS},
        figures=[_drawn(number, figure, markup) for number, figure in enumerate(figures)],
        style=markup(style),
        script=markup(script),
        policy=page.policy(style, script),
        data=markup(json_in_html(data)),
    )
    return rendered


def _outcomes(results: Results) -> Iterator[Outcome]:
    start, cells = 0.0, max(1, len(results.cells))
    for name, count in summary.totals(results):
        width = round(100 * count / cells, 4)
        yield Outcome(name, GLYPHS[name], count, summary.MEANING[name], round(start, 4), width)
        start += width


def _groups(natives: Sequence[str]) -> dict[str, list[tuple[int, str, str]]]:
    """By family: the index of each function, its module and its short name."""
    groups: dict[str, list[tuple[int, str, str]]] = {}
    for index, native in enumerate(natives):
        module, dot, short = native.rpartition(".")
        title = summary.FAMILIES[summary.family_of(native)]
        groups.setdefault(title, []).append((index, module + dot, short))
    return groups


def _families(natives: Sequence[str]) -> list[str]:
    """What one may want to search for: words and modules that several names share, then names."""
    words: Counter[str] = Counter()
    for native in natives:
        module, _, short = native.rpartition(".")
        words[module + "."] += 1
        words.update({word.lower() for word in WORD.findall(short) if len(word) > 2})
    shared = [word for word, count in words.most_common() if count > 1]
    return [*shared, *natives]


def _drawn(number: int, figure: Figure, markup: Any) -> Figure:
    return figure._replace(svg=markup(inert(figure.svg, f"figure{number}-", plain(figure.title))))
