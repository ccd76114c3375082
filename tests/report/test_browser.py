"""The report works in a real browser: its script, its policy, and texts of strangers that stay texts."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.data.reports import CE, FIGURE, HOSTILE, ROW, cell, hostile, results
from xlogits import ledger
from xlogits.report import assertions, html, text
from xlogits.report.results import AGREE, DIFFERS, KNOWN, UNAVAILABLE, Results

pytestmark = pytest.mark.long

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
SOFTMAX = "tensorflow.nn.softmax_cross_entropy_with_logits"


def found():
    """Three functions on two backends, with every outcome somewhere and more than one page."""
    cells = [cell(case=f"case {n}", ours=n / 100, theirs=0.1) for n in range(250)]
    cells += [cell(backend="torch", dtype=d) for d in ("float32", "float64")]
    cells += [cell(DIFFERS, backend="torch", case="NaN", ours=2e6, theirs=0.0, why="2e6 eps off")]
    cells += [cell(KNOWN, native=SOFTMAX, case="zeros", why="nan leaks: 9 eps")]
    cells += [cell(UNAVAILABLE, native="keras.losses.CategoricalCrossentropy", why="no gradient")]
    return results(*cells)


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    pytest.importorskip("jinja2")
    selenium = pytest.importorskip("selenium.webdriver")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("no chromium with a chromedriver is installed")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = selenium.ChromeService(chromedriver)
    started = selenium.Chrome(options=options, service=service)
    yield started
    started.quit()


class Opened:
    """A page in the browser, and what a reader can do with it."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get(address)

    def run(self, script, *arguments):
        return self.driver.execute_script(f"return {script}", *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        return [element.text for element in self.all(selector) if element.is_displayed()]

    def choose(self, name, value):
        wanted = f"//select[@id='by-{name}']/option[text()='{value}']"
        self.driver.find_element("xpath", wanted).click()
        self.settle()

    def search(self, words):
        box = self.driver.find_element("id", "query")
        box.clear()
        box.send_keys(words)
        self.settle()

    def settle(self):
        time.sleep(0.25)  # the page waits for the last key before it filters

    def badge(self, native, backend):
        (found,) = self.all(f".badge[title^='{native} on {backend}:']")
        return found

    @property
    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture
def open_page(driver, tmp_path, monkeypatch):
    def opened(found: Results, rows=(ROW,), figures=(), fragment=""):
        monkeypatch.setattr(ledger, "ROWS", rows)
        path = tmp_path / "report.html"
        path.write_text(html.render(found, figures=figures), encoding="utf-8")
        return Opened(driver, path.as_uri() + fragment)

    yield opened
    driver.save_screenshot(str(tmp_path / "last.png"))


def test_page_opens_from_disk_without_a_complaint(open_page):
    page = open_page(found(), figures=[FIGURE])
    assert page.complaints == []
    assert page.texts("h1") == ["1 of 255 comparisons differ"]
    assert page.texts("#matched") == ["255 comparisons, none filtered out"]
    assert page.run("performance.getEntriesByType('resource').length") == 0


def test_complaints_would_be_seen(open_page):
    page = open_page(found())
    page.run("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    page.run("document.body.setAttribute('style', 'color: red')")
    assert sum("Content Security Policy" in complaint for complaint in page.complaints) == 2


def test_filter_by_outcome(open_page):
    page = open_page(found())
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
    page = open_page(found())
    card = page.all("button[data-outcome='1']")[0]
    card.click()
    assert card.get_attribute("aria-pressed") == "true"
    assert page.texts("#matched") == ["1 of 255 comparisons"]
    card.click()
    assert page.texts("#matched") == ["255 comparisons, none filtered out"]


def test_badge_lists_its_comparisons(open_page):
    page = open_page(found())
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
    page = open_page(found())
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
    page = open_page(found())
    page.search(words)
    assert page.texts("#table .name") == names
    assert page.texts("#no-rows") == ([] if names else ["No function matches. Take a filter away."])


def test_address_keeps_what_is_looked_for(open_page, driver):
    page = open_page(found())
    page.choose("backend", "torch")
    page.badge(CE, "torch").click()
    again = Opened(driver, driver.current_url)
    assert again.texts("#matched") == ["3 of 255 comparisons"]
    assert again.texts("#chips button") == [f"{CE} ×", "on torch ×"]
    strange = open_page(found(), fragment="#backend=%3Cimg%3E&native=constructor&sort=__proto__")
    assert strange.texts("#matched") == ["255 comparisons, none filtered out"]
    assert strange.complaints == []


def test_keys_move_through_the_table(open_page):
    from selenium.webdriver.common.keys import Keys

    page = open_page(found())
    page.badge(CE, "numpy").send_keys(Keys.ARROW_RIGHT)
    words = page.run("document.activeElement.textContent").split()
    assert " ".join(words) == f"{CE} on torch: ≠ 1 differs = 2 agree 2e6 eps"
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_LEFT + Keys.ARROW_LEFT + Keys.ENTER)
    assert page.texts("#chips button") == [f"{CE} ×"]


def test_map_shows_every_function_and_lists_what_is_chosen(open_page, driver):
    from selenium.webdriver.common.action_chains import ActionChains

    page = open_page(found(), figures=[FIGURE])
    (drawn,) = page.all("#map")
    assert drawn.get_attribute("data-columns") == "0 4 8"
    wide, high = drawn.size["width"], drawn.size["height"]
    first = ActionChains(driver).move_to_element_with_offset(drawn, 2 - wide // 2, 36 - high // 2)
    first.click().perform()
    assert page.texts("#pointed")[0].startswith(f"{CE} on torch: 1 differs, 2 agree")
    assert page.texts("#chips button") == [f"{CE} ×", "on torch ×"]


def test_a_run_without_a_gpu_says_so(open_page):
    assert open_page(found()).texts(".never") == ["CUDA: never run"]
    there = results(cell(device="cuda", backend="torch"))
    assert open_page(there).texts(".never") == []


def test_names_of_buttons_hold_what_is_seen(open_page):
    """Who speaks to a page says what stands there (WCAG 2.5.3)."""
    page = open_page(found(), figures=[FIGURE])
    named = page.all("button[aria-label]")
    assert named
    for button in named:
        assert button.text in button.get_attribute("aria-label")


def test_ledger_explains_and_lists(open_page):
    page = open_page(found())
    page.all("[data-divergence]")[0].click()
    assert len(page.texts("#cells tbody tr")) == 1
    assert ROW.reason in page.texts("#reasons")[0]


def test_theme_can_be_chosen_and_stays(open_page, driver):
    page = open_page(found())
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
    page = open_page(found(), figures=[FIGURE])
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
    (tmp_path / "report.html").write_text(html.render(found()), encoding="utf-8")
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
    def compared(test, outcome, error):
        message = "" if outcome == "same" else "1 of 2 numbers differ\n  diagnosis"
        numbers = {"error": error, "absolute": error, "ulp": error, "position": [1]}
        kinds = {"frameworks": ["torch", "numpy"], "dtypes": ["float32"] * 2, "shapes": [[2]] * 2}
        words = {"name": "loss", "assertion": "assert_parity", "allowed": "1 ULP", "phase": "call"}
        state = {"outcome": outcome, "test_outcome": "passed", "message": message}
        return {"test": test, **numbers, **kinds, **words, **state}

    comparisons = [
        compared("test_a[torch]", "same", 0.5),
        compared("test_a[jax]", "differs", 7.0),
        compared("test_b[jax]", "expected", None),
        compared("test_c[jax]", "differs", 9.0),
    ]
    run = {"xlogits": "0", "backends": {"torch": "2"}, "tests": 4, "exit_status": 1}
    run |= {"counts": {"differs": 2, "expected": 1, "same": 1}, "comparisons": comparisons}
    path = tmp_path / "parity.html"
    path.write_text(assertions.render(run), encoding="utf-8")
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
