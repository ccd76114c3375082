"""Published code is ported as counted, and what the porter does not see is named."""

import json
from pathlib import Path

import pytest

from compare.port import main as corpus
from compare.port.search import missed
from tests.conftest import need
from xlogits.port.decide.rendering import Choices
from xlogits.port.document import Document, ported
from xlogits.translation.language import language

CHOICES = Choices(language("torch"), language("tensorflow"))
MODULE = b"""import torch.nn as nn
import torch.nn.functional as F
from torch.nn.functional import mse_loss as error

def step(model, x, y, w):
    a = F.cross_entropy(model(x), y)
    b = error(model(x), w)
    a = F.mse_loss(
        F.sigmoid(x), y).mean() + a
    return a + b + F.binary_cross_entropy(x, y, **w) + nn.Linear(3, 2)(x)
"""


def test_every_call_is_accounted_for() -> None:
    document = ported("x.py", MODULE, CHOICES)
    assert [change.line for change in document.changes] == [6, 7, 8, 9, 10]
    assert list(missed(document, CHOICES)) == []


def test_a_call_that_the_porter_did_not_see_is_told() -> None:
    blind = Document("x.py", MODULE, MODULE)
    assert sorted(missed(blind, CHOICES)) == [
        (6, "torch.nn.functional.cross_entropy"),
        (7, "torch.nn.functional.mse_loss"),
        (8, "torch.nn.functional.mse_loss"),
        (9, "torch.nn.functional.sigmoid"),
        (10, "torch.nn.functional.binary_cross_entropy"),
    ]


@pytest.mark.parametrize("package", ["optax", "keras/src/losses", "sklearn/linear_model"])
def test_nothing_is_missed_in_installed_packages(package: str) -> None:
    name = package.partition("/")[0]
    need(name)
    module = __import__(name)
    assert module.__file__ is not None
    folder = Path(module.__file__).parents[1] / package
    for source, target in corpus.DIRECTIONS:
        choices = Choices(language(source), language(target))
        for path in sorted(folder.rglob("*.py")):
            document = ported(str(path), path.read_bytes(), choices)
            assert not document.error
            assert list(missed(document, choices)) == [], path


@pytest.mark.long
def test_the_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch", "tensorflow")
    source = tmp_path / "sources" / "one" / "model.py"
    source.parent.mkdir(parents=True)
    source.write_bytes(MODULE)
    monkeypatch.setattr(corpus, "DIRECTIONS", (("torch", "tensorflow"),))
    given = ["--sources", str(tmp_path / "sources"), "--output", str(tmp_path)]
    assert corpus.main(given) == 0
    sites = json.loads((tmp_path / "port.json").read_text())
    assert [(site["line"], site["outcome"]) for site in sites] == [
        (6, "verified"),
        (7, "verified"),
        (8, "verified"),
        (9, "verified"),
        (10, "left"),
    ]
    assert (
        "| torch | tensorflow | 5 | 4 | 0 | 0 | 1 | 0 | 100.0% |"
        in (tmp_path / "port.md").read_text()
    )


@pytest.mark.long
def test_what_the_porter_misses_costs_the_goal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "sources" / "one" / "model.py"
    source.parent.mkdir(parents=True)
    source.write_bytes(MODULE)
    monkeypatch.setattr(corpus, "DIRECTIONS", (("torch", "tensorflow"),))
    monkeypatch.setattr(corpus, "ported", lambda name, data, choices: Document(name, data, data))
    given = ["--sources", str(tmp_path / "sources"), "--output", str(tmp_path)]
    assert corpus.main(given) == 1
