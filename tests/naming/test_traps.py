"""The famous traps come first, follow from the record, and are true of the function."""

import re
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.naming.running import by_word, home, run, usable
from xlogits.catalogue import NATIVES
from xlogits.ledger import rows_of
from xlogits.naming.traps import RARE, traps
from xlogits.translation.call import Call, read

SILENT = "Swapped, they run without an error."

# what the first sentences about these names have to say, in this order
FIRST: dict[str, tuple[str, ...]] = {
    "F.cross_entropy": ("softmax is inside", "shape of the labels", "axis 1", "class weights"),
    "nn.CrossEntropyLoss": ("softmax is inside",),
    "nn.NLLLoss": ("log-probabilities", "class indexes", "axis 1"),
    "nn.BCELoss": ("takes probabilities", "none here is of the positive half"),
    "nn.BCEWithLogitsLoss": ("sigmoid is inside", "pos_weight"),
    "nn.KLDivLoss": ("log-probabilities", "batchmean"),
    "keras.losses.SparseCategoricalCrossentropy": (
        *("from_logits=False is the default", "labels come first", "CategoricalCrossentropy"),
        "last axis",
    ),
    "keras.losses.BinaryCrossentropy": ("from_logits=False is the default", "labels come first"),
    "tf.nn.softmax_cross_entropy_with_logits": (
        *("softmax is inside", "labels come first", "tf.nn.sparse_softmax", "last axis"),
        *("Nothing is averaged", "gradient, which is right only where"),
    ),
    "optax.softmax_cross_entropy_with_integer_labels": ("softmax is inside", "class indexes"),
    "scipy.special.softmax": ("axis is None by default",),
    "sklearn.metrics.log_loss": ("takes probabilities", "labels come first"),
}


def _of_call(call: Call) -> tuple[str, ...]:
    return traps(call.native, call.reading.loss)


@pytest.mark.parametrize("name", FIRST)
def test_the_famous_ones_come_first(name: str) -> None:
    found = xl.explain(name).traps  # type: ignore[union-attr]
    for wanted, trap in zip(FIRST[name], found, strict=False):
        assert wanted in trap, found


@pytest.mark.parametrize("name", NATIVES)
def test_what_is_rare_comes_last(name: str) -> None:
    """What the ledger has about empty batches and the like stands behind everything else."""
    native = NATIVES[name]
    found = traps(native, native.loss)
    rare = [row for row in rows_of(name) if any(word in row.case for word in RARE)]
    places = [n for n, trap in enumerate(found) if any(row.reason in trap for row in rare)]
    others = [
        n for n, trap in enumerate(found) if not any(row.reason in trap for row in rows_of(name))
    ]
    assert not places or not others or min(places) > max(others)


def test_every_loss_of_a_form_has_its_trap() -> None:
    """By rule: no name is listed for it."""
    for native in NATIVES.values():
        call = read(native, {})
        form = getattr(call.reading.loss, "form", None)
        if form is None:
            continue
        word = {"logits": "is inside", "log_probabilities": "log-probabilities"}
        wanted = word.get(form.kind, "probabilities")
        assert wanted in _of_call(call)[0], native.name


def test_another_form_has_another_trap() -> None:
    from xlogits.losses import LOG_PROBABILITIES, SoftmaxCrossEntropy

    native = NATIVES["xlogits.softmax_cross_entropy"]
    assert "is inside" in traps(native, SoftmaxCrossEntropy())[0]
    assert "log-probabilities" in traps(native, SoftmaxCrossEntropy(form=LOG_PROBABILITIES))[0]


def test_the_numbers() -> None:
    """They are those of the frameworks."""
    need("torch", "keras")
    import keras
    import torch
    import torch.nn.functional as F

    perfect = F.cross_entropy(torch.eye(10), torch.arange(10)).item()  # of a softmax of certainty
    assert f"with 10 classes a perfect prediction costs {perfect:.2f}." in _page("F.cross_entropy")
    certain = F.binary_cross_entropy_with_logits(torch.ones(1), torch.ones(1)).item()
    page = _page("F.binary_cross_entropy_with_logits")
    assert f"a certain event costs {certain:.2f}." in page
    floor = F.binary_cross_entropy(torch.zeros(1), torch.ones(1)).item()
    assert f"costs {floor:.0f}, not infinity" in _page("nn.BCELoss")
    most = float(keras.ops.binary_crossentropy(np.ones(1), np.zeros(1))[0])
    assert f"costs {most:.2f}, not infinity" in _page("keras.ops.binary_crossentropy")
    p, q = torch.full((2, 5), 0.2), torch.eye(5)[:2]
    ratio = F.kl_div(p.log(), q, reduction="batchmean") / F.kl_div(p.log(), q)
    assert ratio.item() == pytest.approx(5)
    assert "C times as large for C classes" in _page("F.kl_div")


def _page(name: str) -> str:
    return " ".join(str(xl.explain(name)).split())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", [name for name in NATIVES if SILENT in " ".join(_of_call(read(NATIVES[name], {})))]
)
def test_what_is_silent_when_swapped_is_silent(name: str) -> None:
    need(home(NATIVES[name]))
    call = read(NATIVES[name], {})
    case = next(iter(usable(call)))
    arrays = by_word(call, case)
    first, second = (str(call.reading.operands[k]) for k in ("pred", "target"))
    swapped = arrays | {first: arrays[second], second: arrays[first]}
    source = xl.explain(name).call  # type: ignore[union-attr]
    right, wrong = (run(source, some, home(NATIVES[name])) for some in (arrays, swapped))
    assert right.shape == wrong.shape
    assert not np.allclose(right, wrong)


def test_siblings_take_the_other_kind_of_labels() -> None:
    for native in NATIVES.values():
        loss: Any = native.loss
        for trap in traps(native, loss):
            found = re.search(r"(one-hot rows|class indexes) are for ([\w.]+)\.", trap)
            if found:
                other: Any = xl.explain(found[2])
                kind = "dense" if found[1] == "one-hot rows" else "index"
                theirs: Any = NATIVES[other.name].loss
                assert theirs.labels.kind == kind
