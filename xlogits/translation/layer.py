"""The loss of a linear layer as a linear layer, and the loss of its logits."""

from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.translation.expression import wrap
from xlogits.translation.language import Language


def in_two_steps(wanted: Reading, language: Language) -> Reading:
    """What people write where no function takes the layer's weight."""
    loss: Any = wanted.loss
    operands = dict(wanted.operands)
    hidden, weight = (wrap(operands.pop(name)) for name in ("pred", "linear_weight"))
    logits = language._write("linear", (hidden, weight))
    if "linear_bias" in operands:
        logits = logits + wrap(operands.pop("linear_bias"))
    plain = loss.of_logits()
    return Reading(plain, {"pred": logits} | operands)
