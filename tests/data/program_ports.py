"""What becomes of the programs of public questions in other frameworks, and what a person does besides.

The porter carries losses and what is around logits, and not the making of arrays.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tests.data.programs import BELOW, PROGRAMS, Printed, costs, image_logits, softmax


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


def spread() -> Printed:
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
    Port("integer_labels", "jax", otherwise=spread, named=ROWS),
    Port("integer_labels", "numpy", otherwise=spread, named=ROWS),
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
