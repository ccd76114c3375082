"""Keras 3: the elementary functions, in keras.ops and keras.activations."""

from xlogits.catalogue.keras.words import ALL_OR_ONE
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import LogAddExp, Transform

X = Arg("x", "pred")


def _twice(name: str, *options: Arg, since: str = "") -> tuple[Native, Native]:
    """In keras.ops and in keras.activations, which also attaches the logits to the result."""
    loss, args = Transform(function=name), (X, *options)
    activation = Native(f"keras.activations.{name}", loss, args, since=since)
    return Native(f"keras.ops.{name}", loss, args), activation


NATIVES = (
    *_twice("softmax", ALL_OR_ONE),
    *_twice("log_softmax", ALL_OR_ONE),
    *_twice("sigmoid"),
    *_twice("log_sigmoid", since="3.7"),
    *_twice("softplus"),
    Native(
        "keras.ops.logsumexp",
        Transform(function="logsumexp", axis=None),
        (X, Arg("axis", "axis", None), Arg("keepdims", "keepdims", False, none=False)),
    ),
    Native(
        "keras.ops.logaddexp",
        LogAddExp(),
        (Arg("x1", "pred"), Arg("x2", "target")),
        traps=("Where x1 = x2 its derivatives are 1 and 0 on TensorFlow, not 0.5 and 0.5.",),
    ),
)
