"""Every public loss of the frameworks, and every function around logits, is on the map.

Each has a record (aliases included) or an entry in `catalogue/absent.py`; what is neither a loss nor a
function around logits is listed here with the reason. A name that a new version brings fails a test.
"""

import re
from collections.abc import Collection
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from tests.conftest import ROOT, need
from xlogits.catalogue import NATIVES
from xlogits.catalogue.absent import ABSENT
from xlogits.parity.natives import resolve

LOGITS = (
    r"softmax|softmin|log_?sigmoid|sigmoid|expit|logistic|softplus|logit|log(cumsum|sum|mean|1m|add)exp"
    r"|xlog|entr$|sparse(max|_plus)"
)
LOSSES = (
    r"loss|entropy|diverg|kl_div|hinge|nll|huber|deviance|pinball|error|similarity|brier|poisson"
    rf"|cosine|ntxent|{LOGITS}"
)


class Space(NamedTuple):
    """A public namespace: where it is, and which of its names are looked at."""

    path: str
    pattern: str = ""  # all
    known_as: str = ""  # where its names are public, if that is not here


SPACES = (
    Space("torch.nn.modules.loss", known_as="torch.nn"),
    Space("torch.nn", LOSSES),
    Space("torch.nn.functional", LOSSES),
    Space("torch.special", LOGITS),
    Space("torch", LOGITS),
    Space("tensorflow", LOGITS),
    Space("tensorflow.nn", LOSSES),
    Space("tensorflow.math", LOGITS),
    Space("tensorflow.compat.v1.nn", LOSSES),
    Space("tensorflow.compat.v1.math", LOGITS),
    Space("tensorflow.compat.v1.losses"),
    Space("keras.losses"),
    Space("keras.ops", LOSSES),
    Space("keras.activations", LOGITS),
    Space("optax.losses"),
    Space("optax", LOSSES),
    Space("jax.nn", LOGITS),
    Space("jax.numpy", LOGITS),
    Space("jax.lax", LOGITS),
    Space("jax.scipy.special", LOSSES),
    Space("scipy.special", LOSSES),
    Space("sklearn.metrics", LOSSES),
)

# what these namespaces hold besides, by the reason why it is not on the map
BESIDES: dict[str, tuple[str, ...]] = {
    "a base class, or a registry": (
        *("keras.losses.Loss", "keras.losses.get"),
        *("keras.losses.serialize", "keras.losses.deserialize"),
    ),
    "it gathers, weights or averages losses that are given": (
        "tensorflow.compat.v1.losses.Reduction",
        "tensorflow.compat.v1.nn.compute_average_loss",
        "tensorflow.compat.v1.nn.scale_regularization_loss",
    ),
    "pieces of straight lines and parabolas in place of the sigmoid and of softplus": (
        *("torch.nn.functional.hardsigmoid", "torch.nn.Hardsigmoid", "jax.nn.hard_sigmoid"),
        *("keras.ops.hard_sigmoid", "keras.activations.hard_sigmoid"),
        *("keras.ops.sparse_sigmoid", "keras.activations.sparse_sigmoid", "jax.nn.sparse_sigmoid"),
        *("keras.ops.sparse_plus", "keras.activations.sparse_plus", "jax.nn.sparse_plus"),
    ),
    "it writes into its argument; the function without the underscore has a record": (
        *("torch.logit_", "torch.sigmoid_", "torch.xlogy_"),
    ),
    "the operator beneath torch.nn.functional, whose reduction is a number": (
        "torch.binary_cross_entropy_with_logits",
    ),
    "powers of two, and no logits": (
        *("torch.logaddexp2", "keras.ops.logaddexp2", "jax.numpy.logaddexp2"),
    ),
    "the options of a loss": ("torch.nn.LinearCrossEntropyOptions",),
    "a schedule of learning rates": (
        *("optax.cosine_decay_schedule", "optax.cosine_onecycle_schedule"),
        "optax.warmup_cosine_decay_schedule",
    ),
    "a score, 1 for the best prediction, or a plot of predictions": (
        "sklearn.metrics.PredictionErrorDisplay",
    ),
    "a warning": ("scipy.special.SpecialFunctionError",),
}
ON_THE_MAP = {*NATIVES, *(alias for n in NATIVES.values() for alias in n.aliases), *ABSENT}
LISTED = {name for names in BESIDES.values() for name in names}


def public(space: Space) -> set[str]:
    """The full names of the functions and classes of a namespace that its pattern finds."""
    module = resolve(space.path)
    return {
        f"{space.known_as or space.path}.{name}"
        for name in getattr(module, "__all__", dir(module))
        if not name.startswith("_")
        and re.search(space.pattern, name, re.IGNORECASE)
        and callable(getattr(module, name))
    }


def unknown(space: Space, known: Collection[str]) -> list[str]:
    return sorted(public(space) - set(known))


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.path)
def test_every_public_name_is_on_the_map(space: Space) -> None:
    need(space.path.partition(".")[0])
    assert public(space), "nothing found: has the namespace moved?"
    left = unknown(space, ON_THE_MAP | LISTED)
    assert not left, "give it a record, an entry in catalogue/absent.py, or a reason in BESIDES"


@pytest.mark.parametrize("name", sorted(LISTED | set(ABSENT)))
def test_what_has_no_record_exists_and_has_none(name: str) -> None:
    path, _, short = name.rpartition(".")
    need(path.partition(".")[0])
    assert hasattr(resolve(path), short), "gone from the framework: take it off the list"
    assert name not in ON_THE_MAP - set(ABSENT), "it has a record: take it off the list"
    assert (name in LISTED) + (name in ABSENT) == 1


def test_no_name_stands_twice_among_those_without_a_record() -> None:
    source = (ROOT / "xlogits/catalogue/absent.py").read_text(encoding="utf-8")
    written = re.findall(r'NoEquivalent\(\s+"([\w.]+)"', source)
    assert len(written) == len(set(written))


def test_a_loss_without_a_record_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    new = SimpleNamespace(__all__=["FreshLoss", "helper"], FreshLoss=type, helper=print)
    monkeypatch.setattr("tests.catalogue.test_namespaces.resolve", lambda path: new)
    assert unknown(Space("torch.nn", LOSSES), ON_THE_MAP) == ["torch.nn.FreshLoss"]
    assert unknown(Space("keras.losses"), ON_THE_MAP) == [
        "keras.losses.FreshLoss",
        "keras.losses.helper",
    ]


def test_a_forgotten_record_would_be_noticed() -> None:
    need("keras")
    forgotten = ON_THE_MAP | LISTED
    forgotten -= {"keras.losses.BinaryCrossentropy"}
    assert unknown(Space("keras.losses"), forgotten) == ["keras.losses.BinaryCrossentropy"]
