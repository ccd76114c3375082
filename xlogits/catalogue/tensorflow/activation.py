"""TensorFlow: the elementary functions, in tf.nn and tf.math, and their TF1 forms."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native, one_axis
from xlogits.catalogue.tensorflow.words import LOGITS, NAME, NN, NN1
from xlogits.losses import Transform, XLogY

TF, MATH = "tensorflow.", "tensorflow.math."
TF1, MATH1 = "tensorflow.compat.v1.", "tensorflow.compat.v1.math."
X, AXIS = Arg("x", "pred"), Arg("axis", "axis", None)
ONE_AXIS = replace(AXIS, takes=one_axis)
INPUT = Arg("input_tensor", "pred")
# the old names of TF1; where a call has both, TensorFlow raises
OLD_AXIS = replace(ONE_AXIS, name="dim", key="dim")
NO_SLOPE = (
    "Its derivative by x is 0 where x is 0, not the logarithm: at y = 0.5 that is 0, not -0.69."
)


def _along(name: str) -> tuple[Native, Native]:
    loss = Transform(function=name)
    return (
        Native(f"{NN}{name}", loss, (LOGITS, ONE_AXIS, NAME), aliases=(f"{MATH}{name}",)),
        Native(
            f"{NN1}{name}", loss, (LOGITS, ONE_AXIS, NAME, OLD_AXIS), aliases=(f"{MATH1}{name}",)
        ),
    )


def _each(name: str, function: str, first: Arg, *aliases: str) -> Native:
    return Native(name, Transform(function=function), (first, NAME), aliases=aliases)


NATIVES = (
    *_along("softmax"),
    *_along("log_softmax"),
    _each(
        *(f"{NN}sigmoid", "sigmoid", X, f"{MATH}sigmoid", f"{TF}sigmoid"),
        *(f"{NN1}sigmoid", f"{MATH1}sigmoid", f"{TF1}sigmoid"),
    ),
    _each(
        *(f"{MATH}log_sigmoid", "log_sigmoid", X, f"{MATH1}log_sigmoid", f"{TF1}log_sigmoid"),
    ),
    _each(
        *(f"{NN}softplus", "softplus", Arg("features", "pred"), f"{MATH}softplus"),
        *(f"{NN1}softplus", f"{MATH1}softplus"),
    ),
    Native(
        f"{MATH}reduce_logsumexp",
        Transform(function="logsumexp", axis=None),
        (INPUT, AXIS, Arg("keepdims", "keepdims", False, none=False), NAME),
        aliases=(f"{TF}reduce_logsumexp",),
    ),
    Native(
        f"{MATH1}reduce_logsumexp",
        Transform(function="logsumexp", axis=None),
        (
            *(INPUT, AXIS, Arg("keepdims", "keepdims", None), NAME),
            *(Arg("reduction_indices", "axis", None), Arg("keep_dims", "keepdims", None)),
        ),
        aliases=(f"{TF1}reduce_logsumexp",),
    ),
    Native(
        f"{MATH}xlogy",
        XLogY(),
        (X, Arg("y", "target"), NAME),
        aliases=(f"{MATH1}xlogy",),
        traps=(NO_SLOPE,),
    ),
    Native(
        f"{MATH}xlog1py",
        XLogY(plus_one=True),
        (X, Arg("y", "target"), NAME),
        aliases=(f"{MATH1}xlog1py",),
        traps=(NO_SLOPE,),
    ),
)
