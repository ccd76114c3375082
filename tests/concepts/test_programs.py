"""What is asked about the programs of public questions is answered with their facts and numbers."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import need
from tests.data.program_ports import PORTS
from tests.data.programs import FOLDER, ONE, PROGRAMS, clipped, costs, mean, softmax
from xlogits.naming import Answer


class Asked(NamedTuple):
    """What is typed, the concept or function that opens, what it has to say, and the numbers."""

    program: str
    text: str
    opens: str
    facts: tuple[str, ...]
    numbers: Callable[[], list[str]] = list


def digits(values: list[float], count: int = 4) -> str:
    """Numbers as a text shows them."""
    shown = [f"{round(float(v), count):.{count}f}".rstrip("0") for v in values]
    return ", ".join(v + "0" * v.endswith(".") for v in shown)


# the rows of the concepts, computed here from the definitions
ROWS, LABELS = [[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]], [0, 2]


def of_index() -> list[str]:
    return [digits(costs([ROWS[0]], [0]))]


def of_softmax() -> list[str]:
    return [f"({digits(softmax(ONE), 3)})"]


def of_inverse() -> list[str]:
    p = np.array([float(each) for each in softmax(ONE)])
    other = softmax(np.log(p / (1 - p)).tolist())
    return [f"softmax(log p) is ({digits(p.tolist(), 3)})", f"({digits(other, 3)})"]


def of_quotient() -> list[str]:
    return [f"divided by its sum is ({digits([x / sum(ONE) for x in ONE], 3)})", *of_softmax()]


def of_two_softmaxes() -> list[str]:
    (best,) = costs([[1.0, 0.0, 0.0]], [0])
    (twice,) = costs([[float(p) for p in softmax(ROWS[0])]], [0])
    return [f"of 3 classes {digits([best])}", f"{digits([twice])} instead of {of_index()[0]}"]


def of_from_logits() -> list[str]:
    from mpmath import mp

    right = mean(costs(ROWS, LABELS))
    forgotten = mean([float(-mp.log(clipped(r)[y])) for r, y in zip(ROWS, LABELS, strict=True)])
    twice = mean(costs([[float(p) for p in softmax(row)] for row in ROWS], LABELS))
    best = costs([[1.0, 0.0, 0.0]], [0])
    row = [
        0.5,
        0.2,
        0.1,
    ]  # inside of the clip: -log(x_0 / sum(x)) has the gradient 1 / sum(x) - 1 / x_0
    moved = [1 / sum(row) - (1 / row[0] if i == 0 else 0) for i in range(3)]
    return [
        f"the loss is {digits(forgotten)} instead of {digits(right)}",
        f"applied a second time, {digits(twice)} for the same rows",
        f"still pays {digits(best)}",
        f"the gradient is ({digits(moved, 2)})",
    ]


ASKED = (
    Asked(
        "integer_labels",
        "CategoricalCrossentropy with integer labels raises",
        "sparse",
        ("CategoricalCrossentropy with class indexes raises in Keras", "or take the index"),
        of_index,
    ),
    Asked(
        "integer_labels",
        "tf.keras.losses.CategoricalCrossentropy(from_logits=True)(labels[:1], predictions)",
        "from_logits",
        (
            "keras.losses.CategoricalCrossentropy(from_logits=True)(labels[:1], predictions)",
            "ℓ = -Σ_j q_j log p_j p = softmax(logits), q = labels L = mean ℓ",
            "with labels = labels[:1], logits = predictions",
            "labels one number per class",
        ),
    ),
    *(
        Asked(
            "integer_labels",
            f"ValueError: Arguments `target` and `output` must have the same {said}",
            "sparse",
            ("SparseCategoricalCrossentropy",),
            of_index,
        )
        for said in (
            "rank (ndim). Received: target.shape=(1,), output.shape=(1, 10)",
            "shape. Received: target.shape=(1, 1), output.shape=(1, 10)",
        )
    ),
    Asked(
        "integer_labels",
        "keras.losses.CategoricalCrossentropy",
        "keras.losses.CategoricalCrossentropy",
        ("class indexes are for keras.losses.SparseCategoricalCrossentropy",),
    ),
    Asked(
        "integer_labels_meant",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels[:1], predictions)",
        "from_logits",
        ("ℓ = -log p_y p = softmax(logits), y = labels", "labels class indexes"),
    ),
    Asked(
        "forgotten_sum",
        "how to compute softmax in numpy",
        "softmax",
        ("The famous mistake: the sum is forgotten", "np.exp(x) / np.exp(x) is (1, 1, 1)"),
        of_softmax,
    ),
    Asked("forgotten_sum", "softmax([2.0, 1.0, 0.1])", "softmax", (), of_softmax),
    Asked(
        "forgotten_sum",
        "np.exp(logits) / np.exp(logits)",
        "softmax",
        ("np.exp(x) / np.exp(x) is (1, 1, 1) for every x",),
        of_softmax,
    ),
    Asked("forgotten_sum", "softmax gives all ones", "softmax", ("the sum is forgotten",)),
    Asked(
        "inverse_of_logit",
        "logit(0.5)",
        "logit",
        ("0.5 goes to 0", "The inverse of the logit is the sigmoid, not softmax"),
    ),
    Asked(
        "inverse_of_logit",
        "what is the inverse of softmax",
        "inverse-of-softmax",
        ("The logit is the inverse of the sigmoid, not of softmax", "Softmax forgets a constant"),
        of_inverse,
    ),
    Asked(
        "inverse_of_logit",
        "is softmax the inverse of logit",
        "inverse-of-softmax",
        ("The logit is the inverse of the sigmoid, not of softmax",),
        of_inverse,
    ),
    Asked(
        "inverse_of_logit",
        "scipy.special.softmax(log_odds + 10.0)",
        "scipy.special.softmax",
        ("y_j = exp(x_j) / Σ_k exp(x_k)", "with logits = log_odds + 10.0"),
    ),
    Asked(
        "suffix",
        "tf.nn.softmax_cross_entropy_with_logits(logits=last_layer, labels=target_output)",
        "tensorflow.nn.softmax_cross_entropy_with_logits",
        (
            "with labels = target_output, logits = last_layer",
            "The softmax is inside",
            "class indexes are for tf.nn.sparse_softmax_cross_entropy_with_logits",
            "torch F.cross_entropy(last_layer, target_output, reduction='none')",
        ),
    ),
    Asked(
        "suffix",
        "why does sparse_softmax_cross_entropy have no with_logits",
        "with_logits",
        ("TF1's losses softmax_cross_entropy, sparse_softmax_cross_entropy", "without saying so"),
    ),
    Asked(
        "suffix",
        "are logits unnormalized probabilities",
        "logits",
        ("wrong by a logarithm", "log-probabilities up to a constant"),
        of_quotient,
    ),
    Asked(
        "placeholders",
        "tf.compat.v1.losses.sparse_softmax_cross_entropy(labels=classes, logits=last_layer)",
        "tensorflow.compat.v1.losses.sparse_softmax_cross_entropy",
        ("The softmax is inside", "with labels = classes, logits = last_layer", "L = mean ℓ"),
    ),
    Asked(
        "one_function",
        "nn.CrossEntropyLoss()(outputs, labels)",
        "torch.nn.CrossEntropyLoss",
        ("The softmax is inside: pass logits", "The shape of the labels decides what they are"),
    ),
    Asked(
        "activated",
        "do I need softmax before CrossEntropyLoss",
        "softmax-twice",
        ("a second one, raises no error", "So the last layer gives logits, without activation"),
        of_two_softmaxes,
    ),
    Asked(
        "from_logits",
        "forgot from_logits=True",
        "from_logits",
        ("which is why such training seems to work at first", "so accuracy looks right"),
        of_from_logits,
    ),
    Asked("from_logits", "from_logits=True on probabilities", "from_logits", (), of_from_logits),
    Asked(
        "from_logits",
        "why does training work when from_logits is forgotten",
        "from_logits",
        ("every gradient is 0", "which is why such training seems to work at first"),
        of_from_logits,
    ),
    Asked(
        "from_logits",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, probabilities)",
        "from_logits",
        ("p = softmax(logits), y = labels", "with logits = probabilities"),
        of_from_logits,
    ),
    Asked(
        "behind_softmax",
        "output argument was produced by a Softmax activation",
        "from_logits",
        ("behind a softmax of its own", "keras.ops.softmax"),
    ),
)


@pytest.mark.parametrize("asked", ASKED, ids=lambda a: f"{a.program}: {a.text}"[:70])
def test_the_answer(asked: Asked) -> None:
    need("mpmath")
    found = xl.explain(asked.text)
    assert (found.concept.id if isinstance(found, Answer) else found.name) == asked.opens
    page = " ".join(str(found).split())
    for told in (*asked.facts, *asked.numbers()):
        assert told in page, told


def test_every_program_is_asked_about_and_ported() -> None:
    assert {asked.program for asked in ASKED} == {port.program for port in PORTS} == set(PROGRAMS)
    files = {path.stem for path in FOLDER.glob("[a-z]*.py")}
    assert files == {*PROGRAMS, "still_trains", "softmax_twice"}


def test_numbers_of_other_rows_are_not_on_the_pages() -> None:
    """What is looked for is found because it is right."""
    need("mpmath")
    page = " ".join(str(xl.explain("from_logits")).split())
    assert all(told in page for told in of_from_logits())
    assert f"the loss is {digits(mean(costs(ROWS, LABELS)))} instead" not in page
    assert digits(mean(costs(ROWS, [0, 1]))) not in page
    assert digits([8.40564, 1.5, 0.1], 3) == "8.406, 1.5, 0.1"
