"""The report says what was found in each of its four shapes, and no text of strangers can change it."""

import builtins
import io
import json
import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from tests.data.reports import CE, FIGURE, HOSTILE, ROW, cell, hostile, results
from xlogits import ledger
from xlogits.report import html, junit, markdown, summary, terminal, text
from xlogits.report.html import Figure
from xlogits.report.page import template
from xlogits.report.payload import TABLES
from xlogits.report.results import (
    AGREE,
    DIFFERS,
    KNOWN,
    OUTCOMES,
    REFUSED,
    UNAVAILABLE,
    Cell,
    Results,
)


def agreeing():
    return results(cell(), cell(case="one row"), cell(backend="torch"))


def differing(why="off by 17", **fields):
    return results(cell(), cell(DIFFERS, case="one row", ours=17.0, theirs=0.1, why=why, **fields))


@pytest.fixture(autouse=True)
def no_rows(monkeypatch):
    """The ledger itself is no part of these tests."""
    monkeypatch.setattr(ledger, "ROWS", ())


@pytest.fixture
def rows(no_rows, monkeypatch):
    monkeypatch.setattr(ledger, "ROWS", (ROW,))


def shown(found, **options):
    stream = io.StringIO()
    terminal.show(found, stream=stream, **options)
    return stream.getvalue()


@pytest.fixture(params=["rich", "plain"])
def show(request, monkeypatch):
    """`terminal.show`, with rich and as if it were not installed."""
    if request.param == "rich":
        pytest.importorskip("rich")
    else:
        monkeypatch.setattr(terminal, "find_spec", lambda name: None)
    return shown


# -- reading the page back


class Page(HTMLParser):
    """The elements of a page with the names of their attributes, its text and its data."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.values, self.inside = Counter(), [], {}, []
        self.parts = {"style": "", "script": "", "data": ""}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements[tag, tuple(name for name, _ in attributes)] += 1
        for name, value in attributes:
            self.values.setdefault(name, []).append(value)
        self.inside.append("data" if ("id", "data") in attributes else tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() not in (tag, "data"):
            pass

    def handle_data(self, data):
        here = self.inside[-1] if self.inside else ""
        if here in self.parts:
            self.parts[here] += data
        else:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    @property
    def data(self):
        return json.loads(self.parts["data"])


def page_of(found, **options):
    pytest.importorskip("jinja2")
    return Page(html.render(found, **options))


def decoded(data):
    """The cells as they were before `payload` made columns of them, errors as they are shown."""
    columns = dict(data["cells"])
    for name in TABLES:
        at, column = 0, []
        for step in columns[name]:
            at += step
            column.append(at)
        columns[name] = column
    for i in range(len(columns["call"])):
        fields = {}
        for name, parts in TABLES.items():
            row = data[name][columns[name][i]]
            fields |= {part: data["texts"][part][at] for part, at in zip(parts, row, strict=True)}
        del fields["reason"]
        errors = {name: data["errors"][columns[name][i]] for name in ("ours", "theirs")}
        yield Cell(**fields, **errors)


def written(cells):
    return [c._replace(ours=text.number(c.ours), theirs=text.number(c.theirs)) for c in cells]


# -- what differs shows in every shape, and what agrees does not


def test_junit_has_a_failure_for_what_differs_and_none_for_what_agrees():
    failures = ET.fromstring(junit.render(differing())).findall(".//failure")
    assert len(failures) == 1
    assert "off by 17" in failures[0].text
    assert "one row, value" in failures[0].text
    assert not ET.fromstring(junit.render(agreeing())).findall(".//failure")


def test_terminal_lists_what_differs_and_nothing_that_agrees(show):
    assert "1 DIFFER" in show(differing())
    assert "off by 17" in show(differing())
    assert "DIFFER" not in show(agreeing()).upper()


def test_markdown_lists_what_differs_and_nothing_that_agrees():
    wrong, right = markdown.render(differing()), markdown.render(agreeing())
    assert "1 DIFFER" in wrong
    assert "`off by 17`" in wrong
    assert "## What differs" in wrong
    assert "DIFFER" not in right
    assert "## What differs" not in right


def test_page_counts_what_differs_and_nothing_that_agrees():
    wrong, right = page_of(differing()), page_of(agreeing())
    assert [c.outcome for c in decoded(wrong.data)] == [AGREE, DIFFERS]
    assert {c.outcome for c in decoded(right.data)} == {AGREE}
    assert "1 of 2 comparisons differ" in wrong.text
    assert "Everything that was compared agrees" in right.text
    assert "comparisons differ" not in right.text


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((), "-"),
        ((cell(),) * 3, "3"),
        ((cell(), cell(KNOWN), cell(KNOWN)), "1 +2 known"),
        ((cell(), cell(REFUSED)), "1 +1 refused"),
        ((cell(), cell(UNAVAILABLE)), "1 +1 n/a"),
        ((cell(UNAVAILABLE),), "1 n/a"),
        ((cell(), cell(KNOWN), cell(DIFFERS), cell(UNAVAILABLE)), "1 DIFFER"),
    ],
)
def test_tally_says_the_most_serious_thing(cells, expected):
    tally = summary.Tally()
    for one in cells:
        tally.add(one)
    assert str(tally) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (results(), "Nothing was compared"),
        (agreeing(), "Everything that was compared agrees"),
        (results(cell(), cell(KNOWN)), "Everything that was compared agrees or is explained"),
        (results(cell(UNAVAILABLE)), "None of 1 comparisons could be run"),
        (differing(), "1 of 2 comparisons differ"),
        (results(cell(), stale=["a: b"]), "Stale in the ledger of known divergences: 1"),
    ],
)
def test_verdict_in_one_sentence(found, expected):
    assert summary.verdict(found) == expected


def test_nothing_at_all_can_be_reported(show):
    nothing = Results()
    assert "Nothing was compared" in show(nothing)
    assert markdown.render(nothing).startswith("# Nothing was compared")
    assert ET.fromstring(junit.render(nothing)).get("failures") == "0"
    assert list(decoded(page_of(nothing).data)) == []


# -- the ledger and what was not run


def test_ledger_row_with_its_cells_and_its_link(rows, show):
    found = results(cell(), cell(KNOWN, case="NaN", why="nan leaks: inf eps"))
    (row,) = summary.ledger_rows(found)
    assert (row.name, row.cells, row.link, row.stale) == ("nan leaks", 1, ROW.source, ())
    page = page_of(found)
    assert ROW.source in page.values["href"]
    assert ROW.reason in page.text
    assert page.data["ledger"] == [[ROW.name, ROW.reason]]
    assert f"<{ROW.source}>" in markdown.render(found)
    assert "known: nan leaks: 1 cells" in show(found)
    assert "nan leaks: inf eps" in junit.render(found)


def test_known_divergence_that_no_row_explains_is_shown():
    (row,) = summary.ledger_rows(results(cell(KNOWN, why="lost: 3 eps")))
    assert (row.name, row.natives, row.cells) == ("lost", (CE,), 1)


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "//example.org",
        "http://",
        "https://[",
        "https://exämple.org",
        "measured on 2.13",
        "",
    ],
)
def test_only_addresses_on_the_web_become_links(source, monkeypatch):
    monkeypatch.setattr(ledger, "ROWS", (ROW._replace(source=source),))
    page = page_of(agreeing())
    assert all(address.startswith("#") for address in page.values["href"])
    assert source in page.text


def test_remark_after_an_address_is_no_part_of_the_link(monkeypatch):
    monkeypatch.setattr(ledger, "ROWS", (ROW._replace(source="https://example.org/2 (mended)"),))
    assert "https://example.org/2" in page_of(agreeing()).values["href"]
    assert "<https://example.org/2> `(mended)`" in markdown.render(agreeing())


def test_stale_rows_fail_in_every_shape(rows, show):
    found = results(cell(), stale=[f"nan leaks: {CE}"])
    tree = ET.fromstring(junit.render(found))
    assert [s.get("name") for s in tree if s.get("failures") == "1"] == ["ledger"]
    assert "**stale**" in markdown.render(found)
    assert f"STALE in the ledger: nan leaks: {CE}" in show(found)
    page = page_of(found)
    assert "Stale in the ledger" in page.text
    assert f"Stale for {CE}" in page.text


def test_without_stale_rows_nothing_says_so(rows, show):
    found = agreeing()
    assert "stale" not in (markdown.render(found) + show(found) + page_of(found).text).lower()
    assert ET.fromstring(junit.render(found)).get("failures") == "0"


def test_what_was_not_run_and_why(show):
    found = results(
        cell(),
        cell(UNAVAILABLE, backend="jax", why="jax is not installed"),
        missing={"jax": "jax is not installed"},
        complete=False,
    )
    for shape in (markdown.render(found), show(found), page_of(found).text):
        assert "jax is not installed" in shape
        assert "part of the matrix" in shape
    (skipped,) = ET.fromstring(junit.render(found)).findall(".//skipped")
    assert skipped.get("message") == "unavailable: jax is not installed"


# -- each shape for itself


def test_junit_suites_and_tests():
    found = results(
        cell(), cell(case="one row"), cell(dtype="float64"), cell(backend="torch", device="cuda")
    )
    tree = ET.fromstring(junit.render(found))
    assert [(s.get("name"), s.get("tests")) for s in tree] == [
        ("numpy", "2"),
        ("torch", "1"),
        ("ledger", "1"),
    ]
    assert [t.get("name") for t in tree.iter("testcase")][:3] == [
        "defaults [cpu float32 eager]",
        "defaults [cpu float64 eager]",
        "defaults [cuda float32 eager]",
    ]
    assert tree.get("tests") == "4"


def test_junit_skips_only_where_nothing_was_compared():
    some = results(cell(), cell(UNAVAILABLE, case="x", why="no gradient"))
    none = results(cell(REFUSED, why="no"), cell(UNAVAILABLE, case="x", why="no gradient"))
    assert not ET.fromstring(junit.render(some)).findall(".//skipped")
    assert len(ET.fromstring(junit.render(none)).findall(".//skipped")) == 1


def test_markdown_is_deterministic_and_aligned():
    cells = [cell(native=n, backend=b) for n in ("torch.b", "keras.A", "torch.a") for b in "xy"]
    lines = markdown.render(results(*cells)).splitlines()
    table = [line for line in lines if line.startswith("| `")]
    assert [line.split("`")[1] for line in table] == ["keras.A", "torch.a", "torch.b"]
    assert len({len(line) for line in table}) == 1
    backwards = markdown.render(results(*cells[::2], *cells[1::2]))
    assert backwards == markdown.render(results(*cells))


def test_terminal_tells_equal_stories_once_and_at_most_twenty(show):
    same = [cell(DIFFERS, dtype=d, why=f"{n} eps off") for n, d in enumerate("abc")]
    assert "0 eps off; ours - eps, native - eps (and 2 like it)" in show(results(*same))
    many = [cell(DIFFERS, case=f"case {n}", why=f"{n} eps off") for n in range(25)]
    told = show(results(*many))
    assert told.count("DIFFERS") == 20
    assert "and 5 more" in told


def test_terminal_prints_long_names_in_full(show):
    native = "a." + "very_long_name_" * 6
    told = show(results(cell(native=native)), width=60)
    assert native in re.sub(r"[\s\d]", "", told)


def test_terminal_survives_a_stream_that_is_ascii(show):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.show(differing(why="größer", native="ö.µ"), stream=stream)
    stream.flush()
    assert rb"gr\xf6\xdfer" in raw.getvalue()


def test_rich_markup_in_a_message_is_text(show):
    assert "[red]no[/red]" in show(differing(why="[red]no[/red]"))


def test_page_without_jinja_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] == "jinja2":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    template.cache_clear()
    with pytest.raises(ImportError, match=re.escape('pip install "xlogits[report]"')):
        html.render(agreeing())


def test_page_data_gives_every_cell_back(rows):
    found = results(
        cell(ours=0.54567, theirs=None),
        cell(DIFFERS, dtype="float64", ours=float("inf"), theirs=3851234.0, why="a < b & c"),
        cell(KNOWN, native="a.b", mode="jit", why="nan leaks: x", ours=float("nan")),
        cell(UNAVAILABLE, backend="jax", quantity="d/dlogits", why="no"),
        cell(REFUSED, variant="axis=1", device="cuda", why="cannot"),
    )
    data = page_of(found).data
    assert list(decoded(data)) == written(found.cells)
    assert data["errors"][0] == ""
    assert data["errors"][-2:] == ["∞", "nan"]
    assert data["texts"]["outcome"] == list(OUTCOMES)


def test_policy_admits_only_the_script_and_the_style_of_the_page():
    page = page_of(agreeing())
    policy = next(v for v in page.values["content"] if v.startswith("default-src"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for part in ("style", "script"):
        digest = b64encode(sha256(page.parts[part].encode()).digest()).decode()
        assert f"{part}-src 'sha256-{digest}'" in policy


def test_page_has_nothing_that_its_policy_forbids_or_that_loads():
    page = page_of(differing(), figures=[FIGURE])
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert not names & {"src", "srcset", "action", "background", "poster"}
    assert not {tag for tag, _ in page.elements} & {"link", "img", "iframe", "object", "base"}
    assert all(v.startswith("#") for v in page.values["href"])


def test_suggestions_are_families_then_names():
    names = ["torch.nn.BCELoss", "torch.nn.NLLLoss", "keras.losses.nll_loss"]
    assert html._families(names) == ["loss", "torch.nn.", "nll", *names]


def test_forty_thousand_cells_fit_into_two_megabytes():
    cells = [
        cell(
            native=f"framework.module.function_number_{n % 200}",
            case=f"case {n // 200 % 20}",
            dtype=f"float{n // 4000 % 10}",
            ours=n % 9973 / 1000,
            theirs=n % 9949 / 1000,
        )
        for n in range(40_000)
    ]
    pytest.importorskip("jinja2")
    assert len(html.render(results(*cells)).encode()) < 2_000_000


# -- drawings


def test_figures_are_made_inert_and_their_ids_unique():
    page = page_of(agreeing(), figures=[FIGURE, FIGURE])
    assert page.elements["path", ("id", "d")] == 2
    assert page.elements["g", ("clip-path", "fill", "stroke")] == 2
    assert "alert" not in str(page.values)
    assert "example.org" not in str(page.values)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"metadata", "foreignobject", "image"}
    ids = [i for i in page.values["id"] if re.match(r"figure\d", i)]
    assert ids == ["figure0-a", "figure0-b", "figure1-a", "figure1-b"]
    assert "url(#figure1-a)" in page.values["clip-path"]
    assert "All curves lie on each other." in page.text


def test_figure_has_to_be_a_drawing():
    pytest.importorskip("jinja2")
    with pytest.raises(ValueError, match="SVG"):
        html.render(agreeing(), figures=[Figure("a", "b", "<html/>")])


# -- text of strangers


def rendered(payload, monkeypatch):
    row, found = hostile(payload)
    monkeypatch.setattr(ledger, "ROWS", (row,))
    return found, page_of(found, figures=[Figure(payload, payload, FIGURE.svg)])


def test_there_are_enough_hostile_texts():
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda p: ascii(p)[:40])
def test_page_has_the_elements_of_a_harmless_one(payload, monkeypatch):
    _, harmless = rendered("harmless: text", monkeypatch)
    _, other = rendered("harmless", monkeypatch)
    found, page = rendered(payload, monkeypatch)
    assert set(page.elements) - {("span", ("class",))} <= {*harmless.elements, *other.elements}
    assert " ".join("".join(piece for piece, _ in text.pieces(payload)).split()) in page.text
    assert page.elements["script", ()] == 1
    assert page.elements["script", ("type", "id")] == 1
    assert page.parts["script"] == harmless.parts["script"]
    assert page.parts["style"] == harmless.parts["style"]
    assert list(decoded(page.data)) == written(found.cells)


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda p: ascii(p)[:40])
def test_no_shape_has_characters_that_hide_or_command(payload, monkeypatch, show):
    found, page = rendered(payload, monkeypatch)
    for shape in (show(found), markdown.render(found), junit.render(found), page.text):
        assert not [char for char in shape if text.odd(char) and char != "\n"]
    assert not [v for vs in page.values.values() for v in vs if v and any(map(text.odd, v))]


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda p: ascii(p)[:40])
def test_junit_is_valid_xml_with_the_same_tests(payload, monkeypatch):
    row, found = hostile(payload)
    monkeypatch.setattr(ledger, "ROWS", (row,))
    tree = ET.fromstring(junit.render(found).encode("utf-8"))
    assert {e.tag for e in tree.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "skipped", "system-out",
    }  # fmt: skip
    assert tree.get("failures") == str(len(tree.findall(".//failure")))


def test_bidi_controls_are_shown_in_a_box():
    page = html.render(differing(native="user\u202eresu"))
    assert 'user<span class="odd">U+202E</span>resu' in page
    assert "\u202e" not in page
    assert Page(page).data["odd"] == ["\u202e"]
    assert Page(html.render(differing())).data["odd"] == []


def test_data_is_safe_inside_a_script():
    raw = html.render(differing(why="</script>\u2028&<!--"))
    inside = raw[raw.index('id="data">') + 10 : raw.rindex("</script>\n<script>")]
    assert not set(inside) & set("<>&\u2028\u2029")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a|b", r"`a\|b`"), ("`", "`` ` ``"), ("<b>\n@me", "`<b> @me`"), ("", "` `")],
)
def test_markdown_keeps_strangers_inside_code(given, expected):
    assert markdown.code(given) == expected
