"""The report as one page that needs nothing else: no network, no server, no other file."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from xlogits.parity.results import AGREE, DIFFERS, KNOWN, OUTCOMES, REFUSED, UNAVAILABLE, Results
from xlogits.report import summary
from xlogits.report.payload import TABLES, payload
from xlogits.report.svg import inert
from xlogits.report.text import duration, json_in_html, pieces, plain

GLYPHS = {AGREE: "=", KNOWN: "≈", DIFFERS: "≠", REFUSED: "×", UNAVAILABLE: "–"}
FILTERS = (*TABLES["place"], "quantity", "case")  # besides the name and the outcome
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
    template, markup = _template()
    style, script = _part("page.css"), _script()
    natives = list(summary.table(results))
    ledger = summary.ledger_rows(results)
    data = payload(results, natives, [(row.name, row.reason) for row in ledger])
    data["glyphs"] = [GLYPHS[outcome] for outcome in OUTCOMES]
    data["serious"] = [OUTCOMES.index(outcome) for outcome in summary.SERIOUS]
    page: str = template.render(
        results=results,
        verdict=summary.verdict(results),
        outcomes=list(_outcomes(results)),
        translated=summary.translated(results),
        limit=f"{results.limit:g}",
        duration=duration(results.seconds),
        not_run=summary.not_run(results),
        ledger=ledger,
        backends=data["texts"]["backend"],
        groups=_groups(natives),
        families=_families(natives),
        filters={name: data["texts"][name] for name in FILTERS},
        figures=[_drawn(number, figure, markup) for number, figure in enumerate(figures)],
        style=markup(style),
        script=markup(script),
        policy=_policy(style, script),
        data=markup(json_in_html(data)),
    )
    return page


@cache
def _template() -> tuple[Any, Any]:
    """The template, and the type of text that is not escaped again."""
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup, escape
    except ImportError as error:
        raise ImportError('the HTML report needs Jinja2: pip install "xlogits[report]"') from error

    def visible(text: str) -> Markup:
        """Text in which odd characters are shown by their code point, in a small box."""
        shown = (
            Markup('<span class="odd">{}</span>').format(piece) if is_odd else escape(piece)
            for piece, is_odd in pieces(text)
        )
        return Markup("").join(shown)

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"visible": visible, "plain": plain}
    return environment.from_string(_part("page.html.jinja")), Markup


def _part(name: str) -> str:
    return files("xlogits.report").joinpath(name).read_text(encoding="utf-8").strip()


def _script() -> str:
    parts = "\n\n".join(map(_part, ("page.js", "table.js", "list.js")))
    return f'"use strict";\n(() => {{\n{parts}\n}})();'


def _policy(style: str, script: str) -> str:
    """Only the one style and the one script of the page, and no request to anywhere."""
    style_hash, script_hash = (
        b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; "
        f"script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'"
    )


def _outcomes(results: Results) -> Iterator[Outcome]:
    start, cells = 0.0, max(1, len(results.cells))
    for name, count in summary.totals(results):
        width = round(100 * count / cells, 4)
        yield Outcome(name, GLYPHS[name], count, summary.MEANING[name], round(start, 4), width)
        start += width


def _groups(natives: Sequence[str]) -> dict[str, list[tuple[int, str, str]]]:
    """By framework: the index of each function, its module and its short name."""
    groups: dict[str, list[tuple[int, str, str]]] = {}
    for index, native in enumerate(natives):
        module, dot, short = native.rpartition(".")
        groups.setdefault(native.partition(".")[0], []).append((index, module + dot, short))
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
