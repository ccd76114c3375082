"""From what a model gives to what a cross-entropy takes: the chains of activation and form.

The right ones are few (logits into a loss of logits, softmax into one of probabilities, log-softmax
into one of log-probabilities). Each of the others is a mistake that has a name.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from xlogits.diagnosis.choices import forms
from xlogits.diagnosis.costs import (
    FAMOUS,
    FORGOTTEN,
    HAIR,
    KNOWN,
    LITTLE,
    NOTHING,
    ORDINARY,
    RARE,
    SELDOM,
)
from xlogits.diagnosis.recipe import Step
from xlogits.losses import LOG_PROBABILITIES, LOGITS, PROBABILITIES, Form, SigmoidCrossEntropy

Array = Any
CLIPS = (1e-7, 1e-8, 1e-12, 1e-15, 1e-6, 1e-5, 1e-10, 1e-9, 1e-16, 1e-3, 1e-4)
KERAS_2 = Form("probabilities", clip=(1e-7, 1 - 1e-7), log_offset=1e-7)  # epsilon twice
CLIPPED = ("clipped", "softmax_missing", "sigmoid_missing")  # with every usual clip
FLOORS = (-100.0, -64.0)
# one activation, as exact as can be and as single precision has it
SIGMOIDS = (("sigmoid", NOTHING), ("sigmoid_in_float32", HAIR), ("sigmoid_to_float32", 2 * HAIR))
ACTIVATIONS = (
    *("softmax", "log_softmax", "log_sigmoid", "exp", "exp_by_itself", "log"),
    *(name for name, _ in SIGMOIDS),
)


class Link(NamedTuple):
    """What is applied to the prediction, what the loss takes it for, and what that is called."""

    code: str
    applied: str
    kind: str
    cost: float
    words: str


TWICE = "softmax is applied twice: by the model or the caller, and again inside the loss of logits"
MISSING = "softmax is missing: logits go into a loss of probabilities (from_logits=False)"
LOG_MISSING = "the logarithm is missing: probabilities go into a loss of log-probabilities"
LOG_TWICE = "the logarithm is taken twice: log-probabilities go into a loss of probabilities"
SUM_MISSING = (
    "the sum over the classes is missing: each exponential is divided by itself (or the softmax runs "
    "along an axis of size 1), and every probability is 1"
)
# by what the prediction is
SOFTMAX = {
    "logits": (
        Link("softmax_twice", "softmax", "logits", FAMOUS, TWICE),
        Link("softmax_missing", "", "probabilities", FORGOTTEN, MISSING),
        Link(
            "log_softmax_missing",
            "",
            "log_probabilities",
            FORGOTTEN,
            "log-softmax is missing: logits go into a loss of log-probabilities (NLLLoss)",
        ),
        Link("log_missing", "softmax", "log_probabilities", FORGOTTEN, LOG_MISSING),
        Link("log_twice", "log_softmax", "probabilities", ORDINARY, LOG_TWICE),
        Link(
            "sigmoid_first",
            "sigmoid",
            "logits",
            KNOWN,
            "a sigmoid is applied to the logits before the softmax of the loss",
        ),
        Link(
            "sigmoid_for_softmax_first",
            "sigmoid",
            "probabilities",
            SELDOM,
            "a sigmoid in place of the softmax, and a loss of probabilities",
        ),
        Link(
            "clipped",
            "softmax",
            "probabilities",
            ORDINARY,
            "the loss takes probabilities, and clips or renormalises them",
        ),
        Link("log_sigmoid_first", "log_sigmoid", "logits", RARE, "log-sigmoid is applied first"),
        Link("sum_missing", "exp_by_itself", "probabilities", ORDINARY, SUM_MISSING),
    ),
    "probabilities": (
        Link("softmax_twice", "", "logits", FAMOUS, TWICE),
        Link("softmax_twice", "softmax", "probabilities", ORDINARY, TWICE),
        Link("log_missing", "", "log_probabilities", FORGOTTEN, LOG_MISSING),
        Link("log_twice", "log", "probabilities", ORDINARY, LOG_TWICE),
        Link(
            "clipped", "", "probabilities", KNOWN, "the probabilities are clipped or renormalised"
        ),
    ),
    "log_probabilities": (
        Link("softmax_twice", "exp", "logits", FAMOUS, TWICE),
        Link("log_missing", "exp", "log_probabilities", FORGOTTEN, LOG_MISSING),
        Link("log_twice", "", "probabilities", ORDINARY, LOG_TWICE),
        Link(
            "clipped",
            "exp",
            "probabilities",
            ORDINARY,
            "the loss takes probabilities, and clips them",
        ),
    ),
}
TWICE_S = TWICE.replace("softmax", "sigmoid")
SIGMOID = {
    "logits": (
        Link("sigmoid_twice", "sigmoid", "logits", FAMOUS, TWICE_S),
        Link(
            "sigmoid_missing", "", "probabilities", FORGOTTEN, MISSING.replace("softmax", "sigmoid")
        ),
        Link(
            "softmax_first",
            "softmax",
            "logits",
            ORDINARY,
            "softmax is applied to the logits before the sigmoid of the loss",
        ),
        Link(
            "softmax_for_sigmoid_first",
            "softmax",
            "probabilities",
            ORDINARY,
            "softmax in place of the sigmoid, and a loss of probabilities",
        ),
        Link(
            "clipped",
            "sigmoid",
            "probabilities",
            ORDINARY,
            "the loss takes probabilities, and clips them",
        ),
        Link(
            "saturated",
            "sigmoid",
            "probabilities",
            KNOWN,
            "the loss takes probabilities, in which large logits are lost: in float32 the sigmoid "
            "is exactly 1 from logits of about 17 on",
        ),
    ),
    "probabilities": (
        Link("sigmoid_twice", "", "logits", FAMOUS, TWICE_S),
        Link("sigmoid_twice", "sigmoid", "probabilities", ORDINARY, TWICE_S),
        Link(
            "clipped",
            "",
            "probabilities",
            KNOWN,
            "the probabilities are clipped, or their logarithms",
        ),
    ),
}


def chains(
    loss: Any, steps: tuple[Step, ...], data: Any
) -> Iterator[tuple[str, str, float, tuple[Step, ...], Form]]:
    """Every chain but the one at hand: its code, words, cost, steps and form."""
    sigmoid = isinstance(loss, SigmoidCrossEntropy)
    links = SIGMOID if sigmoid else SOFTMAX
    if any(step.name in ACTIVATIONS for step in steps):
        return  # one change of the chain at a time
    kind = loss.form.kind
    axis = loss.axis if isinstance(loss.axis, int) else -1
    for link in links.get(kind, ()):
        for made, less in _applied(link, steps, axis):
            for form, more in _forms(type(loss), link, sigmoid):
                if form != loss.form or link.applied:
                    words = link.words + (f" ({_policy(form)})" if more else "")
                    yield link.code, words, link.cost + more + less, made, form
    if kind == "logits" and not sigmoid:
        yield from _other_axes(steps, axis, data)


def _applied(
    link: Link, steps: tuple[Step, ...], axis: int
) -> Iterator[tuple[tuple[Step, ...], float]]:
    """The steps with the activation of a link, in single precision too where that shows."""
    shows = link.code in ("clipped", "saturated") and link.applied == "sigmoid"
    for name, cost in SIGMOIDS if shows else ((link.applied, NOTHING),):
        yield ((*steps, Step(name, axis)) if name else steps), cost


def _forms(kind: type, link: Link, sigmoid: bool) -> Iterator[tuple[Form, float]]:
    """The forms of a link, and what they cost; of probabilities all that can be done to them."""
    plain = {"logits": LOGITS, "log_probabilities": LOG_PROBABILITIES}
    if link.kind in plain:
        yield plain[link.kind], NOTHING
        return
    if link.code not in ("clipped", "saturated"):
        yield PROBABILITIES, NOTHING
    native = [form for form in forms(kind, "probabilities") if form != PROBABILITIES]
    floored = [form for form in native if form.log_floor is not None]
    others = [Form("probabilities", log_floor=floor) for floor in FLOORS]
    others = [form for form in others if all(form.log_floor != f.log_floor for f in floored)]
    floors = [*((form, HAIR) for form in floored), *((form, LITTLE + HAIR) for form in others)]
    if link.code == "saturated":
        yield from floors
        return
    yield from ((form, HAIR) for form in native if form not in floored)
    if link.code != "clipped" or link.applied != "sigmoid":
        yield from floors if link.code in CLIPPED else floors[: len(floored)]
    if link.code not in CLIPPED:
        return
    yield KERAS_2, 2 * HAIR
    for number, low in enumerate(CLIPS):
        cost = LITTLE + HAIR * number
        made = [Form("probabilities", clip=(low, 1 - low)), Form("probabilities", log_offset=low)]
        yield from ((form, cost) for form in made if form not in native)


def _policy(form: Form) -> str:
    """What is done to probabilities, in words."""
    said = []
    if form.renormalise:
        said.append(f"divided by their sum {form.renormalise} the clip")
    if form.clip is not None:
        low = "eps" if form.clip == "eps" else f"{form.clip[0]:g}"
        said.append(f"clipped to [{low}, 1 - {low}]")
    if form.log_offset:
        said.append(f"{form.log_offset:g} added before the logarithm")
    if form.log_floor is not None:
        said.append(f"logarithms of at least {form.log_floor:g}")
    return ", ".join(said)


def _other_axes(
    steps: tuple[Step, ...], axis: int, data: Any
) -> Iterator[tuple[str, str, float, tuple[Step, ...], Form]]:
    """Log-softmax along another axis than that of the classes, and a loss of log-probabilities."""
    ndim = data.operands["pred"].ndim
    for other in range(ndim):
        if other != axis % ndim:
            words = f"softmax runs along axis {other} and the classes are on axis {axis % ndim}"
            made = (*steps, Step("log_softmax", other))
            yield "softmax_axis", words, KNOWN, made, LOG_PROBABILITIES
