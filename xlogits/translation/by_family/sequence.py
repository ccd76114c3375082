"""Connectionist temporal classification, brought to what a framework's own function takes.

They differ in whether frames or items come first, in logits or log-probabilities, and in how they are
told what counts: PyTorch and TensorFlow by lengths, optax by paddings, Keras' losses by nothing.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from xlogits.errors import Refused
from xlogits.losses import CTC, LOG_PROBABILITIES, LOGITS, Form, Labels, Reduction


class Layout(NamedTuple):
    """What the function of a framework takes."""

    form: Form = LOGITS
    time_major: bool | None = False  # None: both
    paddings: bool = False
    zero_infinity: bool = False  # whether it can give 0 for labels without an alignment
    single: bool = False  # whether it computes in float32


LAYOUTS = {
    "torch": Layout(LOG_PROBABILITIES, time_major=True, zero_infinity=True),
    "tensorflow": Layout(time_major=None, single=True),
    "keras": Layout(single=True),
    "optax": Layout(paddings=True),
}


def aligned(whole: Any, loss: CTC) -> Any:
    """The loss of every item: one native call, and what has to be done to its operands."""
    layout = next((LAYOUTS[name] for name in whole.language.frameworks if name in LAYOUTS), None)
    if layout is None:
        raise Refused(f"no function of {whole.language.name} computes it")
    _take_for_granted(whole, loss, layout)
    if isinstance(loss.blank, int) and loss.blank < 0:  # counted from the last class
        classes = whole.language.write("classes", (whole.operands["pred"], -1))
        loss = replace(loss, blank=classes - -loss.blank)
    time_major = loss.time_major if layout.time_major is None else layout.time_major
    plain = CTC(
        form=layout.form,
        time_major=time_major,
        blank=loss.blank,
        zero_infinity=loss.zero_infinity and layout.zero_infinity,
        reduction=Reduction("none"),
    )
    operands = {
        "pred": _prediction(whole, loss, layout.form, time_major),
        "target": whole.operands["target"],
        **(_paddings(whole, loss) if layout.paddings else _lengths(whole, loss)),
    }
    items = whole.core(plain, operands)
    if items is None:
        raise Refused("no function takes its operands in any order")
    if loss.per_label:
        counted = whole.language.write("like", (_labels(whole, loss), whole.operands["pred"]))
        items = items / whole.xp.maximum(counted, 1.0)
    return items


def _take_for_granted(whole: Any, loss: CTC, layout: Layout) -> None:
    if loss.labels != Labels("index"):
        whole.assume("integer labels")
    if loss.form == LOG_PROBABILITIES:
        whole.assume("one row per item")  # PyTorch also takes all labels in one
    if not layout.zero_infinity:
        whole.assume("enough frames")
    if layout.single:
        whole.assume("single")
    whole.assume("not empty")


def _prediction(whole: Any, loss: CTC, form: Form, time_major: bool) -> Any:
    x = whole.operands["pred"]
    if loss.time_major != time_major:
        x = whole.language.write("moveaxis", (x, 1, 0))
    if loss.form == LOGITS and form == LOG_PROBABILITIES:
        return whole.xp.log_softmax(x, -1)
    if loss.form == LOG_PROBABILITIES and form == LOGITS:
        whole.assume("logits")
    return x


def _lengths(whole: Any, loss: CTC) -> dict[str, Any]:
    """How many frames and labels of each item count."""
    write, x = whole.language.write, whole.operands["pred"]
    frames = whole.operands.get("logit_length")
    if frames is None and "logit_padding" in whole.operands:
        frames = _counted(whole, "logit_padding")
    if frames is None:
        batch, time = (1, 0) if loss.time_major else (0, 1)
        frames = write("repeated", (write("classes", (x, batch)), write("classes", (x, time))))
    return {"logit_length": frames, "label_length": _labels(whole, loss)}


def _labels(whole: Any, loss: CTC) -> Any:
    """How many labels of each item count."""
    if "label_length" in whole.operands:
        return whole.operands["label_length"]
    if "label_padding" in whole.operands:
        return _counted(whole, "label_padding")
    return whole.language.write("number_of", (whole.operands["target"] != loss.blank,))


def _counted(whole: Any, padding: str) -> Any:
    whole.assume("padded at the end")
    return whole.language.write("number_of", (whole.operands[padding] == 0,))


def _paddings(whole: Any, loss: CTC) -> dict[str, Any]:
    """1 for every frame and label that does not count."""
    write, x, y = whole.language.write, whole.operands["pred"], whole.operands["target"]
    frames, labels = (whole.operands.get(f"{each}_padding") for each in ("logit", "label"))
    if frames is None and "logit_length" in whole.operands:
        time = 0 if loss.time_major else 1
        frames = write("beyond", (whole.operands["logit_length"], write("classes", (x, time)), x))
    if frames is None:
        batch = (1, 0) if loss.time_major else (0, 1)
        frames = write("zeros", tuple(write("classes", (x, axis)) for axis in batch))
    if labels is None and "label_length" in whole.operands:
        labels = write("beyond", (whole.operands["label_length"], write("classes", (y, 1)), x))
    if labels is None:
        labels = write("like", (y == loss.blank, x))
    return {"logit_padding": frames, "label_padding": labels}
