"""Calls generated from the records, with their options, are ported or left with a reason."""

import math
import random

import pytest

from tests.conftest import need
from tests.port.typed import PLAIN, typed
from xlogits.catalogue import NATIVES, Native, find
from xlogits.parity.proofs import DTYPES, judged
from xlogits.parity.variants import variants
from xlogits.port.decide.change import LEFT
from xlogits.port.decide.rendering import Choices
from xlogits.port.document import Document, ported
from xlogits.translation.language import language

TARGETS = ("torch", "tensorflow", "keras", "jax", "numpy", "xlogits")
SOURCES = {"optax": "jax", "scipy": "numpy", "sklearn": "numpy"}

# off in float32, and so withdrawn by --verify: Keras computes in float64 whatever its arrays are
WITHDRAWN = ("keras.losses.Binary", "dtype='float64'")  # a call that has both

# what callers bring and some translations are still wrong on, with a call and a target of each
OPEN = {
    "(N, 1) with labels (1, N)": ("keras.losses.Poisson()(y_true=target, y_pred=pred)", "numpy"),
    "(N, 1) with labels (N,)": (
        "torch.nn.MultiLabelSoftMarginLoss(reduction='sum')(input=pred, target=target)",
        "numpy",
    ),
    "sample weight (N, 1)": (
        (
            "keras.losses.CategoricalHinge(reduction='none')("
            "y_true=target, y_pred=pred, sample_weight=sample_weight)"
        ),
        "numpy",
    ),
    "int64 labels": ("torch.special.xlog1py(input=pred, other=target)", "jax"),
    "three axes of one length": (
        "torch.nn.PoissonNLLLoss(full=True)(log_input=pred, target=target)",
        "tensorflow",
    ),
}


def calls() -> list[tuple[Native, str]]:
    """Every function with every option that is a literal, as source code."""
    return [
        (native, typed(native, variant))
        for native in NATIVES.values()
        if native.framework != "xlogits"
        for variant in variants(native)
        if all(isinstance(v, PLAIN) and v != math.inf for v in variant.options.values())
    ]


def port_call(native: Native, text: str, target: str) -> Document:
    module = f"import {native.framework}\nloss = {text}\n"
    source = SOURCES.get(native.framework, native.framework)
    choices = Choices(language(source), language(target))
    return ported("x.py", module.encode(), choices)


def sample(count: int, seed: int) -> list[tuple[Native, str, str]]:
    every = [
        (native, text, target)
        for native, text in calls()
        for target in TARGETS
        if native.framework not in language(target).frameworks
    ]
    return random.Random(seed).sample(every, count)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_call_is_ported_or_left_with_a_reason(seed: int) -> None:
    rewritten = 0
    for native, text, target in sample(150, seed):
        done = port_call(native, text, target)
        assert not done.error, f"{text} to {target}: {done.error}"
        assert done.changes, f"{text} to {target}: not found"
        (change,) = done.changes
        assert (change.mark == LEFT) == bool(change.why), text
        assert text.partition("(")[0] in done.after.decode() or change.after
        rewritten += change.mark != LEFT
    assert rewritten > 100


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_no_rewritten_call_gives_a_wrong_value(seed: int) -> None:
    """2,000 calls, each on one of the inputs that fit it; `--verify` takes all of them."""
    need("torch", "tensorflow", "jax", "optax", "scipy", "sklearn")
    rng, wrong, run = random.Random(seed), [], 0
    for native, text, target in sample(500, seed):
        for change in port_call(native, text, target).changes:
            if change.proof is not None:
                proof = change.proof._asdict() | {"target": language(target).frameworks[0]}
                dtype = rng.choice(DTYPES)
                found = judged(proof, [dtype], lambda some: rng.sample(some, min(1, len(some))))
                new = [why for why in found.wrong if not any(f"{kind!r}" in why for kind in OPEN)]
                wrong += [f"{text} to {target}: {change.after}: {why}" for why in new[:1]]
                run += found.inputs > 0
    wrong = [text for text in wrong if not all(word in text for word in WITHDRAWN)]
    assert not wrong, "\n".join(wrong)
    assert run > 250


@pytest.mark.long
@pytest.mark.parametrize("kind", OPEN)
def test_what_is_open_is_still_wrong(kind: str) -> None:
    """What is mended is taken out of `OPEN`."""
    need("torch", "tensorflow", "jax")
    text, target = OPEN[kind]
    (change,) = port_call(find(text.partition("(")[0]), text, target).changes
    assert change.proof is not None
    proof = change.proof._asdict() | {"target": language(target).frameworks[0]}
    found = judged(proof, ["float32"], lambda some: [case for case in some if case.name == kind])
    assert found.wrong


@pytest.mark.long
def test_what_is_excused_above_is_still_withdrawn() -> None:
    need("tensorflow", "jax", "optax")
    excused = [
        (native, text) for native, text in calls() if all(word in text for word in WITHDRAWN)
    ]
    assert excused
    for native, text in excused:
        (change,) = port_call(native, text, "jax").changes  # PyTorch's own call takes no such input
        assert change.proof is not None
        assert judged(change.proof._asdict() | {"target": "jax"}, ["float32"]).wrong, text
