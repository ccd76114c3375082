"""Records broken in one field are caught by `--verify`, which runs the original itself."""

import random
from itertools import islice

import pytest

from compare.broken.breaking import KINDS, Broken, every
from compare.broken.main import EACH, SEED, drawn, instead, render, tried
from tests.conftest import need
from xlogits.catalogue import NATIVES
from xlogits.parity.beside import Judge

FRAMEWORKS = ("torch", "tensorflow", "jax", "optax", "scipy", "sklearn")


def of_torch(kind: str) -> Broken:
    """The first record of PyTorch's functions that is broken so, of those whose calls come out wrong."""
    names = ("huber_loss", "binary_cross_entropy", "cross_entropy")
    wanted = [f"torch.nn.functional.{name}" for name in names]
    found = [b for b in every(kind) if b.native.name in wanted]
    return min(found, key=lambda b: wanted.index(b.native.name))


@pytest.mark.parametrize("kind", ["order", "default", "reduction"])
def test_a_broken_record_is_caught(kind: str) -> None:
    need("torch", "tensorflow")
    found = tried(of_torch(kind), random.Random(0), ["tensorflow"])
    assert found is not None
    assert found.caught, found


def test_a_judge_that_waives_lets_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch", "tensorflow")
    monkeypatch.setattr(Judge, "_off", lambda *given: None)
    monkeypatch.setattr(Judge, "_refused", lambda *given: None)
    found = tried(of_torch("reduction"), random.Random(0), ["tensorflow"])
    assert found is not None
    assert not found.caught
    assert "**not caught**" in render([found], 0)


def test_what_is_broken_is_another_record() -> None:
    for kind in KINDS:
        some = every(kind)
        assert len(some) >= 8, kind
        assert all(broken.record != NATIVES[broken.native.name] for broken in some)
    (broken,) = islice(every("order"), 1)
    with instead(broken.record):
        assert NATIVES[broken.native.name] is broken.record
    assert NATIVES[broken.native.name] is broken.native


@pytest.mark.long
def test_every_record_that_is_drawn_is_caught() -> None:
    need(*FRAMEWORKS)
    found = list(drawn(EACH, SEED))
    assert len(found) >= 50
    assert all(sum(one.kind == kind for one in found) >= 5 for kind in KINDS)
    escaped = [one for one in found if not one.caught]
    assert not escaped, escaped
