"""A browser that is started once for all tests of pages, where there is one."""

import shutil

import pytest

from tests.data.reports import ROW
from tests.report.browser import FLAGS, Opened
from xlogits import ledger
from xlogits.report import html
from xlogits.report.results import Results


@pytest.fixture(scope="session")
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


@pytest.fixture
def open_page(driver, tmp_path, monkeypatch):
    def opened(found: Results, rows=(ROW,), figures=(), fragment=""):
        monkeypatch.setattr(ledger, "ROWS", rows)
        path = tmp_path / "report.html"
        path.write_text(html.render(found, figures=figures), encoding="utf-8")
        return Opened(driver, path.as_uri() + fragment)

    yield opened
    driver.save_screenshot(str(tmp_path / "last.png"))
    Opened(driver, "about:blank").usual()
