"""The report works in a real browser: its script, its policy, and texts of strangers that stay texts."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.reports import (
    CE,
    FIGURE,
    HOSTILE,
    ROW,
    SOFTMAX,
    asserted,
    cell,
    hostile,
    results,
    several,
)
from tests.report.browser import Opened
from xlogits.report import assertions, html, text
from xlogits.report.results import AGREE, DIFFERS

pytestmark = pytest.mark.long


def test_page_opens_from_disk_without_a_complaint(open_page):
    page = open_page(several(), figures=[FIGURE])
    assert page.complaints == []
    assert page.texts("h1") == ["1 of 255 comparisons differ"]
    assert page.texts("#matched") == ["255 comparisons, none filtered out"]
    assert page.run("performance.getEntriesByType('resource').length") == 0


def test_complaints_would_be_seen(open_page):
    page = open_page(several())
    page.run("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    page.run("document.body.setAttribute('style', 'color: red')")
    assert sum("Content Security Policy" in complaint for complaint in page.complaints) == 2


def test_filter_by_outcome(open_page):
    page = open_page(several())
    page.choose("outcome", DIFFERS)
    assert page.texts("#matched") == ["1 of 255 comparisons"]
    (text,) = page.texts(".badge")
    assert " ".join(text.split()) == f"{CE} on torch: ≠ 1 differs 2e6 eps"
    (row,) = page.texts("#cells tbody tr")
    for expected in ("differs", CE, "NaN", "torch cpu", "2e6", "2e6 eps off"):
        assert expected in row
    page.choose("outcome", AGREE)
    assert page.texts("#matched") == ["252 of 255 comparisons"]
    assert "NaN" not in page.texts("#cells tbody")[0]


def test_number_in_the_head_is_a_filter_too(open_page):
    page = open_page(several())
    card = page.all("button[data-outcome='1']")[0]
    card.click()
    assert card.get_attribute("aria-pressed") == "true"
    assert page.texts("#matched") == ["1 of 255 comparisons"]
    card.click()
    assert page.texts("#matched") == ["255 comparisons, none filtered out"]


def test_badge_lists_its_comparisons(open_page):
    page = open_page(several())
    badge = page.badge(CE, "torch")
    assert " ".join(badge.text.split()) == f"{CE} on torch: ≠ 1 differs = 2 agree 2e6 eps"
    badge.click()
    rows = page.texts("#cells tbody tr")
    assert len(rows) == 3
    assert "differs" in rows[0]
    assert all("torch cpu" in row for row in rows)
    assert page.texts("#chips button") == [f"{CE} ×", "on torch ×"]
    assert page.run("document.activeElement.id") == "cells-title"
    assert len(page.texts(".badge")) == 4  # the table stays as it was
    page.all("#chips button")[1].click()
    assert page.texts("#range") == ["1 to 100 of 253 comparisons"]


def test_list_holds_a_page_at_a_time_and_sorts_by_error(open_page):
    page = open_page(several())
    assert len(page.all("#cells tbody tr")) == 100
    for _ in range(2):
        page.all("[data-turn='1']")[0].click()
    assert page.texts("#range") == ["201 to 255 of 255 comparisons"]
    assert not page.all("[data-turn='1']")[0].is_enabled()
    page.badge(CE, "numpy").click()
    page.all("[data-sort='ours']")[0].click()
    shown = [float(number) for number in page.texts("#cells tbody td:nth-child(5)")]
    assert shown == [n / 100 for n in range(249, 149, -1)]
    assert page.texts("[aria-sort='descending']") == ["xlogits, eps"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("F.cross_entropy", [CE]),
        ("tf.nn.softmax", [SOFTMAX]),
        ("crossentropy", [CE, SOFTMAX, "keras.losses.CategoricalCrossentropy"]),
        ("softmax logits", [SOFTMAX]),
        ("tf.keras.losses.CategoricalCrossentropy", ["keras.losses.CategoricalCrossentropy"]),
        (CE, [CE]),
        ("nothing", []),
    ],
)
def test_search_by_the_names_people_use(open_page, words, names):
    page = open_page(several())
    page.search(words)
    assert page.texts("#table .name") == names
    assert page.texts("#no-rows") == ([] if names else ["No function matches. Take a filter away."])


def test_address_keeps_what_is_looked_for(open_page, driver):
    page = open_page(several())
    page.choose("backend", "torch")
    page.badge(CE, "torch").click()
    again = Opened(driver, driver.current_url)
    assert again.texts("#matched") == ["3 of 255 comparisons"]
    assert again.texts("#chips button") == [f"{CE} ×", "on torch ×"]
    strange = open_page(several(), fragment="#backend=%3Cimg%3E&native=constructor&sort=__proto__")
    assert strange.texts("#matched") == ["255 comparisons, none filtered out"]
    assert strange.complaints == []


def test_keys_move_through_the_table(open_page):
    from selenium.webdriver.common.keys import Keys

    page = open_page(several())
    page.badge(CE, "numpy").send_keys(Keys.ARROW_RIGHT)
    words = page.run("document.activeElement.textContent").split()
    assert " ".join(words) == f"{CE} on torch: ≠ 1 differs = 2 agree 2e6 eps"
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_LEFT + Keys.ARROW_LEFT + Keys.ENTER)
    assert page.texts("#chips button") == [f"{CE} ×"]


def test_map_shows_every_function_and_lists_what_is_chosen(open_page, driver):
    from selenium.webdriver.common.action_chains import ActionChains

    page = open_page(several(), figures=[FIGURE])
    (drawn,) = page.all("#map")
    assert drawn.get_attribute("data-columns") == "0 4 8"
    wide, high = drawn.size["width"], drawn.size["height"]
    first = ActionChains(driver).move_to_element_with_offset(drawn, 2 - wide // 2, 36 - high // 2)
    first.click().perform()
    assert page.texts("#pointed")[0].startswith(f"{CE} on torch: 1 differs, 2 agree")
    assert page.texts("#chips button") == [f"{CE} ×", "on torch ×"]


def test_a_run_without_a_gpu_says_so(open_page):
    assert open_page(several()).texts(".never") == ["CUDA: never run"]
    there = results(cell(device="cuda", backend="torch"))
    assert open_page(there).texts(".never") == []


def test_names_of_buttons_hold_what_is_seen(open_page):
    """Who speaks to a page says what stands there (WCAG 2.5.3)."""
    page = open_page(several(), figures=[FIGURE])
    named = page.all("button[aria-label]")
    assert named
    for button in named:
        assert button.text in button.get_attribute("aria-label")


def test_ledger_explains_and_lists(open_page):
    page = open_page(several())
    page.all("[data-divergence]")[0].click()
    assert len(page.texts("#cells tbody tr")) == 1
    assert ROW.reason in page.texts("#reasons")[0]


def test_theme_can_be_chosen_and_stays(open_page, driver):
    page = open_page(several())
    colour = "getComputedStyle(document.body).backgroundColor"
    seen = {}
    for _ in range(3):
        page.all("#theme")[0].click()
        seen[page.texts("#theme")[0]] = page.run(colour)
    assert seen["Theme: light"] != seen["Theme: dark"]
    page.all("#theme")[0].click()
    assert Opened(driver, page.address).texts("#theme") == ["Theme: light"]
    driver.execute_script("localStorage.clear()")


def test_phone_needs_no_sideways_scrolling(open_page, driver):
    page = open_page(several(), figures=[FIGURE])
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert page.run("document.documentElement.scrollWidth") == 360
        assert page.texts(".badge") == []  # every family is a line until it is opened
        assert [text.split() for text in page.texts(".fold")] == [["Cross-entropy", "3"]]
        page.all(".fold")[0].click()
        assert page.badge(CE, "torch").is_displayed()
        page.search("nothing")
        page.search("softmax")
        assert page.badge(SOFTMAX, "numpy").is_displayed()  # what is looked for is open
        page.search("")
        page.all(".fold")[0].click()
        assert page.run("Math.max(...[...document.querySelectorAll('#cells tr')].map("
                        "row => row.getBoundingClientRect().right))") <= 360  # fmt: skip
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_strangers_text_stays_text(open_page, monkeypatch):
    cells, rows = [], []
    for payload in HOSTILE:
        row, some = hostile(payload[:2000])
        rows.append(row)
        cells += [c for c in some.cells if c.outcome == DIFFERS]
    page = open_page(results(*cells), rows=tuple(rows), figures=[FIGURE])
    assert page.complaints == []
    assert page.run("[...document.scripts].map(s => s.id)") == ["data", ""]
    wrong = "img, iframe, object, base, link, form:not(#filters), input:not(#query), [onerror]"
    listed = ""
    while True:
        assert page.run("document.querySelectorAll(arguments[0]).length", wrong) == 0
        listed += page.run("document.querySelector('#cells tbody').textContent")
        following = page.all("[data-turn='1']")[0]
        if not following.is_enabled():
            break
        following.click()
    assert not [char for char in listed if text.odd(char) and char not in "\n\t"]
    for payload in ("<script>alert(1)</script>", "{{7*7}}", "__proto__", "userU+202Eresu // admin"):
        assert payload in listed
    assert page.complaints == []


def test_page_serves_from_a_server_without_a_complaint(driver, tmp_path):
    (tmp_path / "report.html").write_text(html.render(several()), encoding="utf-8")
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        command, cwd=Path(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        port = server.stdout.readline().partition(" port ")[2].split()[0]
        page = Opened(driver, f"http://127.0.0.1:{port}/report.html")
        assert page.texts("#matched") == ["255 comparisons, none filtered out"]
        assert [c for c in page.complaints if "favicon" not in c] == []
    finally:
        server.terminate()
        server.wait()


def test_page_of_assertions(driver, tmp_path):
    path = tmp_path / "parity.html"
    path.write_text(assertions.render(asserted()), encoding="utf-8")
    page = Opened(driver, path.as_uri())
    assert page.texts("h1") == ["2 of 4 parity comparisons differ"]
    tests = [text.splitlines()[0] for text in page.texts("#cells .what")]
    assert tests == ["test_c[jax]", "test_a[jax]", "test_b[jax]", "test_a[torch]"]
    page.search("test_a jax")
    assert page.texts("#matched") == ["1 of 4 comparisons"]
    page.all("[data-outcome='same']")[0].click()
    assert page.texts("#no-rows") == ["No comparison matches. Take a filter away."]
    page.all("button[type='reset']")[0].click()
    page.settle()
    assert page.texts("#matched") == ["4 comparisons, none filtered out"]
    page.all("#theme")[0].click()
    assert page.texts("#theme") == ["Theme: light"]
    driver.execute_script("localStorage.clear()")
    assert page.complaints == []
