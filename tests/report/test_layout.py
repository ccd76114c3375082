"""What is where: the first screen, a phone where the page folds, and paper with nothing hidden."""

from itertools import pairwise

import pytest

from tests.data.reports import DRAWING, cell, results, several, whole
from xlogits import ledger

pytestmark = pytest.mark.long

ROWS = ledger.ROWS
BOX = "(() => { const box = document.querySelector(arguments[0]).getBoundingClientRect(); %s })()"


def box(page, selector):
    script = BOX % "return [box.top, box.bottom, box.left, box.right]"
    return page.run(script, selector)


def overlaps(page):
    """The parts of the page whose content reaches into the next one."""
    parts = page.run(
        "[...document.querySelectorAll('header, main > section, footer')]"
        ".filter((part) => part.getClientRects().length)"
        ".map((part) => [part.textContent.trim().slice(0, 30), part.getBoundingClientRect().top,"
        " Math.max(...[part, ...part.querySelectorAll('*')].filter((e) => e.getClientRects().length"
        " && !e.closest('.unseen')).map((e) => e.getBoundingClientRect().bottom))])"
    )
    return [name for (name, _, bottom), (_, top, _) in pairwise(parts) if bottom > top]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_screen_has_the_map_and_the_beginning_of_the_digits(open_page, scheme):
    page = open_page(whole(), rows=ROWS, figures=[DRAWING])
    page.look(width=1280, height=800, scheme=scheme)
    assert box(page, "#map")[1] < 640
    for selector in (".never", "h1", "#map-title", "figcaption h3", ".drawing text"):
        assert box(page, selector)[1] < 720, selector
    assert box(page, ".drawing svg")[0] < 700
    page.style("h2 { margin-top: 9rem !important }")  # too much air would be noticed
    assert box(page, "figcaption h3")[1] > 720


def test_phone_has_a_short_page_until_something_is_opened(open_page):
    page = open_page(whole(), rows=ROWS, figures=[DRAWING])
    page.look(width=390, height=844, mobile=True)
    height = "document.documentElement.scrollHeight"
    folded = page.run(height)
    assert folded < 17_000
    assert page.run("document.documentElement.scrollWidth") == 390
    assert len(page.texts("#cells tbody tr")) == 20
    page.run("document.querySelectorAll('.fold, summary').forEach((part) => part.click())")
    assert page.run(height) > 3 * folded  # as it would be without folds


def test_drawing_can_be_read_on_a_phone(open_page):
    page = open_page(several(), figures=[DRAWING])
    page.look(width=390, height=844, mobile=True)
    top, bottom, _, _ = box(page, ".drawing text")
    assert bottom - top > 9
    assert page.run("document.documentElement.scrollWidth") == 390


def test_families_fold_on_every_screen(open_page):
    page = open_page(several())
    page.look()
    assert page.all(".fold")[0].get_attribute("aria-expanded") == "true"
    assert len(page.texts(".badge")) == 4
    page.all(".fold")[0].click()
    assert page.all(".fold")[0].get_attribute("aria-expanded") == "false"
    assert page.texts(".badge") == []


def folded(page):
    """What of the page is folded away or cut off."""
    return page.run(
        "[...document.querySelectorAll('details li, details p, .badge, #map, .drawing, #table')]"
        ".filter((part) => !part.hidden && (!part.checkVisibility({contentVisibilityAuto: true})"
        " || part.getBoundingClientRect().right > innerWidth))"
        ".map((part) => `${part.localName} ${part.className}`)"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_and_has_all_of_it(open_page, scheme):
    found = several()
    found.warned = {"a.py:1: UserWarning: old": 2}
    page = open_page(found, rows=ROWS, figures=[DRAWING])
    page.look(scheme=scheme)
    page.run(
        "document.querySelectorAll('.fold, details[open] > summary').forEach((p) => p.click())"
    )
    assert folded(page)
    page.look(width=718, height=1000, media="print", scheme=scheme)
    assert folded(page) == []
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert overlaps(page) == []
    ink = page.run("getComputedStyle(document.body).color.match(/\\d+/g).map(Number)")
    assert max(ink) < 64


def test_a_table_that_scrolls_on_paper_would_be_noticed(open_page):
    page = open_page(several(), rows=ROWS)
    page.look(width=718, height=1000, media="print")
    page.style("#table-scroll { max-height: 0 !important }")
    assert overlaps(page) != []


def test_paper_lists_what_differs_or_what_was_chosen(open_page):
    page = open_page(several())
    page.look(media="print", width=718)
    assert len(page.texts("#cells tbody tr")) == 1
    page.look()
    page.badge("torch.nn.functional.cross_entropy", "torch").click()
    page.look(media="print", width=718)
    assert len(page.texts("#cells tbody tr")) == 3
    agreeing = open_page(results(cell()))
    agreeing.look(media="print", width=718)
    assert agreeing.texts("#cells tbody tr") == []


def test_printing_opens_everything_and_closes_it_again(open_page):
    page = open_page(several())
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.run(closed)
    assert before
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert page.run(closed) == 0
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run(closed) == before
