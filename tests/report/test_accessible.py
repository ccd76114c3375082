"""Everybody can read the pages: axe-core finds nothing, and words in drawings have contrast."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import need
from tests.data.reports import DRAWING, ROW, asserted, cell, results, several
from tests.report.browser import Opened
from xlogits.report import assertions

pytestmark = pytest.mark.long

LOOKS = {
    "light": {},
    "dark": {"scheme": "dark"},
    "phone": {"width": 390, "height": 844, "mobile": True},
    "phone, dark": {"width": 390, "height": 844, "mobile": True, "scheme": "dark"},
    "paper": {"media": "print", "width": 718},
}
# every rule that axe has, the experimental ones too, but what asks for more than level AA
RULES = """Object.fromEntries(axe.getRules()
    .filter(({tags}) => !tags.some((tag) => tag.endsWith("aaa") || tag === "deprecated"))
    .map(({ruleId}) => [ruleId, {enabled: true}]))"""
# of each text in a drawing, what it says and its contrast with what is behind it (WCAG 1.4.3)
CONTRASTS = """((selector) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3)
    .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return parts(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  return [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length).map((e) => {
    const [a, b] = [getComputedStyle(e).fill, ground(e)].map(light);
    return [e.textContent, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
})(arguments[0])"""


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core; the package around it is for another driver of browsers."""
    need("axe_playwright_python")
    (folder,) = find_spec("axe_playwright_python").submodule_search_locations
    return (Path(folder) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def violations(axe, driver):
    """What axe-core finds on the page that is open: its rule, where, and what is wrong."""
    driver.set_script_timeout(120)

    def found():
        driver.execute_script(axe)
        script = f"axe.run({{resultTypes: ['violations'], rules: {RULES}}}).then(arguments[0])"
        ran = driver.execute_async_script(script)
        assert len(ran["passes"]) > 30  # it ran
        return {
            rule["id"]: [
                f"{node['html'][:200]}: {node['failureSummary']}" for node in rule["nodes"]
            ]
            for rule in ran["violations"]
        }

    return found


def failing():
    found = several()
    found.stale = [f"{ROW.name}: {ROW.natives[0]}"]
    found.warned = {"torch/nn/modules/loss.py:48: UserWarning: old": 64}
    found.missing = {"jax": "jax is not installed"}
    return found


REPORTS = {
    "what agrees": lambda: results(cell(), cell(backend="torch"), cell(case="one row")),
    "what differs": failing,
}


@pytest.mark.parametrize("what", REPORTS)
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(open_page, violations, look, what):
    page = open_page(REPORTS[what](), figures=[DRAWING])
    page.look(**LOOKS[look])
    for opened in (False, True):
        script = "document.querySelectorAll('details').forEach((d) => { d.open = arguments[0] })"
        page.run(script, opened)
        for fold in page.all(f".fold[aria-expanded='{str(not opened).lower()}']"):
            page.run("arguments[0].click()", fold)
        assert violations() == {}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_the_page_of_assertions(driver, tmp_path, violations, look):
    path = tmp_path / "parity.html"
    path.write_text(assertions.render(asserted()), encoding="utf-8")
    page = Opened(driver, path.as_uri())
    page.look(**LOOKS[look])
    assert violations() == {}
    page.usual()


BROKEN = {
    "color-contrast": "document.styleSheets[0].insertRule('.lead { color: #bbb !important }')",
    "select-name": "document.querySelector('#by-outcome').parentElement.replaceWith("
    "document.querySelector('#by-outcome'))",
    "button-name": "document.querySelector('#theme').replaceChildren()",
    "label-content-name-mismatch": "document.querySelector('#theme').ariaLabel = 'Colours'",
    "target-size": "['.outcomes { display: flex !important; gap: 0 !important }', "
    "'.outcomes button > * { display: none !important }', "
    "'.outcomes button { padding: 0 !important; width: 9px !important; height: 9px !important }']"
    ".map((rule) => document.styleSheets[0].insertRule(rule))",
    "heading-order": "document.querySelector('main h2').outerHTML = '<h5>Map</h5>'",
    "svg-img-alt": "document.querySelector('#map').removeAttribute('aria-label')",
    "scrollable-region-focusable": "document.styleSheets[0].insertRule("
    "'.lead { height: 9px; width: 90px; overflow: scroll }')",
}


@pytest.mark.parametrize("rule", BROKEN)
def test_axe_finds_what_is_broken(open_page, violations, rule):
    page = open_page(failing(), figures=[DRAWING])
    page.look()
    page.run(BROKEN[rule])
    assert rule in violations()


@pytest.mark.parametrize("look", LOOKS)
def test_words_in_drawings_can_be_told_from_their_ground(open_page, look):
    """axe-core does not look into drawings."""
    page = open_page(several(), figures=[DRAWING])
    page.look(**LOOKS[look])
    seen = page.run(CONTRASTS, "svg text")
    assert {text for text, _ in seen} >= {"Cross-entropy", "46 of 46 runs lie on one curve"}
    assert [row for row in seen if row[1] < 4.5] == []
    page.style("svg text { fill: #777777 !important }")  # as the drawing itself has it
    assert [row for row in page.run(CONTRASTS, "svg text") if row[1] < 4.5]
