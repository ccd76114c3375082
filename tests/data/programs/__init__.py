"""The programs in which people meet logits, mistakes included, and what each of them prints.

They are files of this folder that run by themselves. What they have to print is computed here from the
definitions, in 30 digits. `PORTS` says what becomes of each in another framework, and what a person has
to do who ports it: the porter carries losses and what is around logits, and not the making of arrays.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = Any
Printed = dict[str, list[float]]
FOLDER = Path(__file__).parent


class Program(NamedTuple):
    """A file, the framework it is written with, and what it has to print, by line.

    `raises` are lines in which an error is printed, each with a part of it.
    """

    name: str
    language: str
    needs: tuple[str, ...]
    prints: Callable[[], Printed]
    raises: dict[str, str] = {}

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.py"


def printed(out: str) -> tuple[Printed, dict[str, str]]:
    """What a program printed: the numbers of every line by its name, and the errors."""
    numbers: Printed = {}
    errors: dict[str, str] = {}
    for line in out.splitlines():
        name, raised, error = line.partition(" raised: ")
        if raised:
            errors[name] = error
            continue
        words = line.split(" ")
        first = next(i for i, word in enumerate(words) if word.lstrip("-")[:1].isdigit())
        if words[0] == "rank":  # "rank 1" is a name
            first = 2
        numbers[" ".join(words[:first])] = [float(word) for word in words[first:]]
    return numbers, errors


# -- by definition


def softmax(row: list[Any]) -> list[Any]:
    from mpmath import mp

    exps = [mp.exp(x) for x in row]
    return [e / mp.fsum(exps) for e in exps]


def cost(row: list[Any], label: int) -> Any:
    """Minus the logarithm of the label's probability."""
    from mpmath import mp

    return -mp.log(softmax(row)[label])


def costs(rows: list[list[float]], labels: list[int]) -> list[float]:
    from mpmath import mp

    mp.dps = 30
    return [float(cost([mp.mpf(x) for x in r], y)) for r, y in zip(rows, labels, strict=True)]


def mean(some: list[float]) -> list[float]:
    return [sum(some) / len(some)]


def logit(p: Any) -> Any:
    from mpmath import mp

    return mp.log(p / (1 - p))


def clipped(row: list[Any]) -> list[Any]:
    """What Keras makes of what it takes for probabilities: clipped, then divided by the sum."""
    from mpmath import mp

    low = mp.mpf("1e-7")
    inside = [min(max(mp.mpf(x), low), 1 - low) for x in row]
    return [p / mp.fsum(inside) for p in inside]


# -- what each prints

TWO = [[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]]
BELOW = [[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]]  # with a logit below 0, which no clip leaves alone
LABELS = [0, 2]
ONE = [2.0, 1.0, 0.1]
EVENTS = ["0.1", "0.5", "0.9"]


def image_logits() -> list[float]:
    """What the network of the images gives for the first of them, in float64."""

    def weights(rows: int, columns: int) -> Array:
        return np.cos(np.arange(rows * columns, dtype=np.float64)).reshape(rows, columns) / 8

    first = np.sin(np.arange(28 * 28, dtype=np.float64) / 50)
    hidden = np.maximum(first @ weights(784, 128), 0)
    found: list[float] = (hidden @ weights(128, 10)).tolist()
    return found


def _of_image() -> Printed:
    found = image_logits()
    return {"logits": found, "softmax": [float(p) for p in softmax(found)]}


def _sum() -> Printed:
    right = [float(p) for p in softmax(ONE)]
    return {"as written": [1.0, 1.0, 1.0], "with the sum": right, "softmax": right}


def _inverse() -> Printed:
    from mpmath import mp

    mp.dps = 30
    p = [mp.mpf(x) for x in EVENTS]
    x = [logit(each) for each in p]
    back = [1 / (1 + mp.exp(-each)) for each in x]
    other = [float(each) for each in softmax(x)]
    return {
        "logit": [float(each) for each in x],
        "sigmoid of it": [float(each) for each in back],
        "softmax of it": other,
        "softmax, shifted": other,
    }


def _suffix() -> Printed:
    each = costs(TWO, LABELS)
    return {"each": each, "mean": mean(each), "sparse": each, "no suffix": mean(each)}


def _one_function() -> Printed:
    right = mean(costs(TWO, LABELS))
    return {"indexes": right, "rows": right, "by hand": right}


def _activated() -> Printed:
    twice = mean(costs([[float(p) for p in softmax(row)] for row in TWO], LABELS))
    return {"outputs": mean(costs(TWO, LABELS)), "activated": twice}


def _from_logits() -> Printed:
    from mpmath import mp

    mp.dps = 30
    right = mean(costs(BELOW, LABELS))
    forgotten = [float(-mp.log(clipped(r)[y])) for r, y in zip(BELOW, LABELS, strict=True)]
    twice = mean(costs([[float(p) for p in softmax(row)] for row in BELOW], LABELS))
    return {
        "right": right,
        "forgotten": mean(forgotten),
        "set on probabilities": twice,
        "right on probabilities": right,
    }


def _behind() -> Printed:
    right = mean(costs(BELOW, LABELS))
    return {"of logits": right, "of its softmax": right}


PROGRAMS = {
    program.name: program
    for program in (
        Program(
            "integer_labels",
            "tensorflow",
            ("tensorflow",),
            _of_image,
            {"rank 1": "must have the same rank (ndim)", "rank 2": "must have the same shape"},
        ),
        Program(
            "integer_labels_meant",
            "tensorflow",
            ("tensorflow",),
            lambda: _of_image() | {"loss": costs([image_logits()], [5])},
        ),
        Program("forgotten_sum", "scipy", ("scipy",), _sum),
        Program("inverse_of_logit", "scipy", ("scipy",), _inverse),
        Program("suffix", "tensorflow", ("tensorflow",), _suffix),
        Program(
            "placeholders",
            "tensorflow",
            ("tensorflow",),
            lambda: {name: _suffix()[name] for name in ("mean", "no suffix")},
        ),
        Program("one_function", "torch", ("torch",), _one_function),
        Program("activated", "torch", ("torch",), _activated),
        Program("from_logits", "keras", ("tensorflow",), _from_logits),
        Program("behind_softmax", "keras", ("tensorflow",), _behind),
    )
}


# -- what becomes of them in other frameworks


class Port(NamedTuple):
    """A program in another framework.

    `by_hand` are pieces of the ported text and what a person writes for them. `otherwise` and `raises`
    are the lines that are not as they were, where a condition does not hold that the port names in
    `named`; `left` is why calls are left. What a port leaves may not run in the end: it `stays`.
    """

    program: str
    target: str
    by_hand: tuple[tuple[str, str], ...] = ()
    otherwise: Callable[[], Printed] = dict
    raises: dict[str, str] = {}
    named: str = ""
    left: str = ""
    stays: bool = False


# the packages of each target
PACKAGES = {
    "torch": ("torch",),
    "tensorflow": ("tensorflow",),
    "keras": ("keras",),
    "jax": ("jax", "optax"),
    "numpy": ("scipy",),
    "xlogits": (),
}
NUMPY = "import numpy as np\n"
TORCH = (NUMPY, f"{NUMPY}import torch\n")
JAX = (NUMPY, f"{NUMPY}import jax.numpy as jnp\n")
# arrays of the original are made in the target
TF_TO_TORCH, TF_TO_JAX = ("tf.constant(", "torch.tensor("), ("tf.constant(", "jnp.asarray(")
TORCH_TO_TF, TORCH_TO_JAX = ("torch.tensor(", "tf.constant("), ("torch.tensor(", "jnp.asarray(")
TORCH_TO_NUMPY = ("torch.tensor(", "np.array(")
NUMPY_TO_TORCH = ("np.array(", "torch.tensor(")
# a network of Keras stays one, and PyTorch takes no arrays of NumPy
FROM_KERAS = ("model(images[:1]).numpy()", "torch.from_numpy(model(images[:1]).numpy())")
SESSION = """with tf.Graph().as_default():
    last_layer = tf.placeholder(tf.float32, [None, 3])
    target_output = tf.placeholder(tf.float32, [None, 3])
    classes = tf.placeholder(tf.int64, [None])
    wanted = costs(last_layer, target_output, classes)
    with tf.Session() as session:
        fed = {last_layer: outputs, target_output: targets, classes: labels}
        mean, sparse = session.run(wanted, fed)
"""


def _called(array: str) -> tuple[str, str]:
    """The function that the session ran, called with arrays."""
    arrays = ", ".join(f"{array}({name})" for name in ("outputs", "targets", "labels"))
    return SESSION, f"mean, sparse = costs({arrays})\n"


def _spread() -> Printed:
    """What broadcasting makes of a class index: every class, as often as its number says."""
    wrong = [-5.0 * float(np.sum(np.log([float(p) for p in softmax(image_logits())])))]
    return {"rank 1": wrong, "rank 2": wrong}


def _index() -> Printed:
    return {"rank 1": costs([image_logits()], [5])}


ROWS = "labels hold one number per class"
LOOKS = "Keras looks for the logits behind it"
PORTS = (
    # the loss of the images raises in Keras. Elsewhere nobody checks, and the port says what has to hold
    Port(
        "integer_labels",
        "torch",
        (
            *(FROM_KERAS, TORCH, ("except ValueError", "except RuntimeError")),
            ("labels[:1]", "torch.from_numpy(labels[:1])"),
            ("labels[:1, None]", "torch.from_numpy(labels[:1, None])"),
        ),
        _index,
        {"rank 2": "multi-target not supported"},
        ROWS,
    ),
    Port("integer_labels", "jax", otherwise=_spread, named=ROWS),
    Port("integer_labels", "numpy", otherwise=_spread, named=ROWS),
    Port("integer_labels", "xlogits", (), _index, {"rank 2": "labels have shape (1, 1)"}, ROWS),
    Port("integer_labels", "keras", raises=PROGRAMS["integer_labels"].raises),
    Port(
        "integer_labels_meant",
        "torch",
        (FROM_KERAS, TORCH, ("labels[:1]", "torch.from_numpy(labels[:1])")),
    ),
    *(Port("integer_labels_meant", target) for target in ("jax", "numpy", "xlogits", "keras")),
    Port(
        "forgotten_sum",
        "torch",
        (('show("softmax",', 'logits = torch.from_numpy(logits)\nshow("softmax",'),),
    ),
    *(Port("forgotten_sum", target) for target in ("tensorflow", "keras", "jax", "xlogits")),
    Port("inverse_of_logit", "torch", (NUMPY_TO_TORCH,)),
    *(Port("inverse_of_logit", target) for target in ("tensorflow", "keras", "jax", "xlogits")),
    Port("suffix", "torch", (TF_TO_TORCH,)),
    Port("suffix", "jax", (TF_TO_JAX,)),
    *(Port("suffix", target) for target in ("keras", "numpy", "xlogits")),
    # a graph of TF1 is TensorFlow's, and the functions of others have no placeholders
    Port("placeholders", "torch", (_called("torch.tensor"),)),
    Port("placeholders", "jax", (_called("jnp.asarray"),)),
    Port("placeholders", "numpy", (_called("np.asarray"),)),
    *(Port("placeholders", target) for target in ("keras", "xlogits")),
    Port("one_function", "tensorflow", (TORCH_TO_TF,)),
    Port("one_function", "jax", (TORCH_TO_JAX,)),
    Port("one_function", "numpy", (TORCH_TO_NUMPY,)),
    *(Port("one_function", target) for target in ("keras", "xlogits")),
    Port("activated", "jax", (TORCH_TO_JAX,)),
    *(Port("activated", target) for target in ("tensorflow", "numpy", "xlogits")),
    Port("activated", "keras", left=LOOKS, stays=True),
    Port(
        "from_logits",
        "torch",
        (
            ('np.array([[2.0, 1.0, 0.1], [0.5, 2.5, -1.0]], "float32")', f"torch.tensor({BELOW})"),
            ("np.array([0, 2])", "torch.tensor([0, 2])"),
            ("np.asarray(F.softmax(logits, dim=-1))", "F.softmax(logits, dim=-1)"),
        ),
    ),
    *(Port("from_logits", target) for target in ("jax", "numpy", "xlogits")),
    *(
        Port("behind_softmax", target, left=LOOKS)
        for target in ("torch", "jax", "numpy", "xlogits")
    ),
)


# -- what goes wrong in them, as two numbers and the arrays that they are from


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
    below = _from_logits()
    quotient = [-float(np.log(2.0 / sum(ONE)))]

    def bce(p: Array) -> Array:
        return -(happened * np.log(p) + (1 - happened) * np.log(1 - p))

    other = np.array(_inverse()["softmax of it"])
    two, activated = {"logits": np.array(TWO), "labels": np.array(LABELS)}, _activated()
    of_below = {"logits": np.array(BELOW), "labels": np.array(LABELS)}
    return [
        Slip(
            *("integer_labels", "the index for the share of every class"),
            *(_spread()["rank 1"][0], costs(image, [5])[0]),
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
