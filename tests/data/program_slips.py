"""What goes wrong in the programs of public questions: two numbers, and the arrays they are from."""

from typing import Any, NamedTuple

import numpy as np

from tests.data.program_ports import spread
from tests.data.programs import BELOW, EVENTS, LABELS, ONE, PROGRAMS, TWO, costs, image_logits

Array = Any


class Slip(NamedTuple):
    """What a program gives and what it should, of which arrays, and the cause that has to come first."""

    program: str
    what: str
    wrong: Any
    right: Any
    given: dict[str, Any]
    code: str
    words: str


def slips() -> list[Slip]:
    image, three = [image_logits()], [[*ONE] for _ in ONE]
    each = costs(three, [0, 1, 2])
    events = np.array([float(p) for p in EVENTS])
    happened = np.array([0.0, 1.0, 1.0])
    below = PROGRAMS["from_logits"].prints()
    quotient = [-float(np.log(2.0 / sum(ONE)))]

    def bce(p: Array) -> Array:
        return -(happened * np.log(p) + (1 - happened) * np.log(1 - p))

    other = np.array(PROGRAMS["inverse_of_logit"].prints()["softmax of it"])
    two, activated = (
        {"logits": np.array(TWO), "labels": np.array(LABELS)},
        PROGRAMS["activated"].prints(),
    )
    of_below = {"logits": np.array(BELOW), "labels": np.array(LABELS)}
    return [
        Slip(
            *("integer_labels", "the index for the share of every class"),
            *(spread()["rank 1"][0], costs(image, [5])[0]),
            {"logits": np.array(image), "labels": np.array([5])},
            *("labels_spread", "class indexes go into a loss of one number per class"),
        ),
        Slip(
            *("forgotten_sum", "the losses of the three classes"),
            *(np.zeros(3), np.array(each)),
            {"logits": np.array(three), "labels": np.arange(3)},
            *("sum_missing", "the sum over the classes is missing"),
        ),
        Slip(
            *("inverse_of_logit", "binary cross-entropy of softmax"),
            *(bce(other).mean(), bce(events).mean()),
            {"logits": np.log(events / (1 - events)), "labels": happened},
            *("softmax_for_sigmoid_first", "softmax in place of the sigmoid"),
        ),
        Slip(
            *("suffix", "logits divided by their sum, as if they were probabilities"),
            *(quotient[0], costs([ONE], [0])[0]),
            {"logits": np.array([ONE]), "labels": np.array([0])},
            *("softmax_missing", "divided by their sum"),
        ),
        Slip(
            *("activated", "the softmax of the loss after one's own"),
            *(activated["activated"][0], activated["outputs"][0], two),
            *("softmax_twice", "softmax is applied twice"),
        ),
        Slip(
            *("from_logits", "forgotten"),
            *(below["forgotten"][0], below["right"][0], of_below),
            *("softmax_missing", "from_logits=False"),
        ),
        Slip(
            *("from_logits", "set on probabilities"),
            *(below["set on probabilities"][0], below["right"][0], of_below),
            *("softmax_twice", "softmax is applied twice"),
        ),
    ]
