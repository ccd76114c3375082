"""The report can be used without a mouse: what Tab reaches, in what order, and what keys do there."""

import pytest

from tests.data.reports import CE, DRAWING, ROW, SOFTMAX, several, whole

pytestmark = pytest.mark.long

# where the focus is: what it is called here, whether it is framed, and whether it can be seen at all
FOCUSED = """(() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const kinds = ["skip", "fold", "name", "badge", "map-scroll", "drawing", "covers"];
  const called = at.id || kinds.find((kind) => at.classList.contains(kind))
    || Object.keys(at.dataset)[0] || at.closest("#chips, #reasons")?.id || at.localName;
  const box = at.getBoundingClientRect(), look = getComputedStyle(at);
  const middle = [box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2];
  const top = document.elementFromPoint(...middle);
  return [called, look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    box.width > 1 && box.height > 1 && at.contains(top)];
})()"""
FILTERS = ["query", *(f"by-{name}" for name in ("outcome", "backend", "device", "dtype", "mode"))]
FILTERS += ["by-quantity", "by-case", "button"]
ORDER = ["skip", "theme", *["outcome"] * 5, "map-scroll", "drawing", "summary", *FILTERS]
LIST = ["back", *["reasons"] * 3, "sort", "turn", *["sort"] * 4, "turn"]


@pytest.fixture
def press(driver):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def pressed(*names):
        for name in names:
            ActionChains(driver).send_keys(getattr(Keys, name, name)).perform()

    return pressed


def walk(page, press, most=80):
    """What Tab reaches, from the beginning of the page to its end."""
    page.run("document.activeElement.blur()")
    found = []
    while len(found) < most:
        press("TAB")
        focused = page.run(FOCUSED)
        if focused is None:
            break
        found.append(focused)
    return found


def complaints(walked):
    return [name for name, framed, seen in walked if not (framed and seen)]


def test_tab_goes_through_the_page_in_its_order_and_is_seen(open_page, press):
    page = open_page(several(), figures=[DRAWING])
    page.look()
    walked = walk(page, press)
    names = [name for name, _, _ in walked]
    assert names[: len(ORDER)] == ORDER
    assert names[len(ORDER) :] == ["fold", "name", *LIST, "summary", "a", "covers"]
    assert complaints(walked) == []


def test_what_cannot_be_seen_or_reached_would_be_noticed(open_page, press):
    page = open_page(several(), figures=[DRAWING])
    page.look()
    page.style("#theme:focus-visible { outline: none !important }")
    page.style("#query { clip-path: inset(50%) }")
    page.run("document.querySelector('#by-outcome').tabIndex = -1")
    walked = walk(page, press)
    assert complaints(walked) == ["theme", "query"]
    assert "by-outcome" not in [name for name, _, _ in walked]


def test_two_hundred_functions_are_one_stop_of_tab(open_page, press):
    page = open_page(whole())
    page.look()
    stops = page.run(
        "[...document.querySelectorAll('#table button')].filter((b) => b.tabIndex === 0).length"
    )
    assert stops == 1 + len(page.all(".fold"))
    assert len(page.all(".badge")) > 800


def test_phone_has_no_stop_that_is_not_seen(open_page, press):
    page = open_page(several(), figures=[DRAWING])
    page.look(width=390, height=844, mobile=True)
    walked = walk(page, press)
    assert len(walked) > 20
    assert complaints(walked) == []


def to(page, press, name):
    """Go on with Tab until something of this name has the focus."""
    for _ in range(80):
        press("TAB")
        focused = page.run(FOCUSED)
        if focused is None or focused[0] == name:
            break
    assert focused is not None
    assert focused[0] == name


def test_skip_link_leads_to_the_list(open_page, press):
    page = open_page(several())
    press("TAB", "ENTER")
    assert page.run("document.activeElement.id") == "cells-title"
    press("TAB")
    assert page.run("document.activeElement.id") == "back"


@pytest.mark.parametrize("key", ["ENTER", "SPACE"])
def test_keys_open_and_close(open_page, press, key):
    page = open_page(several())
    assert page.texts("#table-title ~ details li") == []
    to(page, press, "summary")
    press(key)
    assert page.texts("#table-title ~ details li") == ["1\nno gradient"]
    press(key)
    assert page.texts("#table-title ~ details li") == []
    to(page, press, "fold")
    press(key)
    assert page.texts(".badge") == []
    press(key)
    assert len(page.texts(".badge")) == 4
    to(page, press, "covers")
    press(key)
    assert len(page.texts("#cells tbody tr")) == 1


def test_words_filter_and_the_stop_goes_where_something_is_left(open_page, press):
    page = open_page(several())
    to(page, press, "query")
    press(*"tf.nn.softmax")
    page.settle()
    assert page.texts("#table .name") == [SOFTMAX]
    assert page.run("document.activeElement.id") == "query"
    to(page, press, "name")
    press("ARROW_RIGHT", "ENTER")
    assert page.texts("#chips button") == [f"{SOFTMAX} ×", "on numpy ×"]
    assert page.run("document.activeElement.id") == "cells-title"
    press("TAB", "ENTER")  # a chip takes away what it says
    assert page.texts("#chips button") == ["on numpy ×"]
    assert page.run("document.activeElement.id") == "cells-title"


def test_list_opens_from_a_cell_and_leads_back_to_it(open_page, press):
    page = open_page(several())
    to(page, press, "name")
    press("ARROW_RIGHT", "ARROW_RIGHT", "ENTER")
    assert page.texts("#chips button") == [f"{CE} ×", "on torch ×"]
    to(page, press, "back")
    press("ENTER")
    assert page.run("document.activeElement.title").startswith(f"{CE} on torch: ")


def test_reasons_and_pages_keep_the_focus(open_page, press):
    page = open_page(several())
    page.run("document.querySelector('#cells-title').focus()")
    to(page, press, "reasons")
    press("ENTER")
    assert page.run("document.activeElement.getAttribute('aria-pressed')") == "true"
    press("ENTER")
    assert page.run("document.activeElement.getAttribute('aria-pressed')") == "false"
    to(page, press, "turn")
    press("ENTER")
    assert page.run("document.activeElement.dataset.turn") == "1"
    press("ENTER")  # the last page: there is no next one, and the focus is not lost
    assert page.texts("#range") == ["201 to 255 of 255 comparisons"]
    assert page.run("document.activeElement.id") == "cells-title"


def test_arrows_pass_over_what_is_folded(open_page, press):
    page = open_page(whole(), rows=(ROW,))
    folds = page.all(".fold")
    page.run("document.querySelectorAll('.fold')[1].click()")
    last = "document.querySelectorAll('tbody')[0].lastElementChild.querySelector('.name')"
    page.run(f"{last}.focus()")
    press("ARROW_DOWN")
    family = page.run("document.activeElement.closest('tbody').querySelector('.fold').textContent")
    assert family == folds[2].get_attribute("textContent")
