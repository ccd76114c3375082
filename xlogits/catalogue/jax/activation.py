"""JAX: the elementary functions, in jax.nn, jax.scipy.special, jax.numpy and jax.lax."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import LogAddExp, Transform, XLogY

NN, SPECIAL = "jax.nn.", "jax.scipy.special."
X, Y, WHERE = Arg("x", "pred"), Arg("y", "target"), Arg("where", "mask", None)
# axis=None means all axes here, so there is no value that leaves the last axis as it is
LAST, WHOLE = Arg("axis", "axis", -1, absent=-1), Arg("axis", "axis", None)
KEEPDIMS = Arg("keepdims", "keepdims", False, none=False)
RAISES = (("0.4.36", "`initial`, which changed nothing, raises"),)
NAN = (("0.10.2", "NaN in y gives NaN where x is 0, too"),)
# since jnp.logaddexp is a ufunc; JAX raises for both
OF_UFUNC = (
    Arg("out", "", None, since="0.4.36", refuse="JAX writes into no array"),
    Arg("where", "", None, since="0.4.36", refuse="JAX's ufuncs leave nothing out"),
)
GONE = (("0.6", Arg("initial", "", "_UNSPECIFIED", refuse="it changed no value")),)


def _each(path: str, name: str, function: str) -> Native:
    return Native(f"{path}{name}", Transform(function=function), (X,))


NATIVES = (
    Native(
        f"{NN}softmax", Transform(function="softmax"), (X, LAST, WHERE), gone=GONE, changed=RAISES
    ),
    Native(
        f"{NN}log_softmax",
        Transform(function="log_softmax"),
        (X, LAST, WHERE),
        gone=GONE,
        changed=RAISES,
    ),
    Native(
        f"{NN}logsumexp",
        Transform(function="logsumexp", axis=None),
        (
            *(Arg("a", "pred"), WHOLE, Arg("b", "weight", None), KEEPDIMS),
            Arg("return_sign", "", False, refuse="it returns two arrays"),
            WHERE,
        ),
        aliases=(f"{SPECIAL}logsumexp",),
        changed=(("0.5", "what `where` leaves out is set to 0 before the exponential"),),
    ),
    Native(
        f"{NN}logmeanexp",
        Transform(function="logmeanexp", axis=None),
        (X, WHOLE, WHERE, KEEPDIMS),
        since="0.7.1",
    ),
    _each(NN, "sigmoid", "sigmoid"),
    _each(NN, "log_sigmoid", "log_sigmoid"),
    _each(NN, "softplus", "softplus"),
    replace(_each(NN, "log1mexp", "log1mexp"), since="0.7.1"),
    Native(
        f"{SPECIAL}softmax",
        Transform(function="softmax", axis=None),
        (X, "/", "*", WHOLE),
        since="0.4.31",
    ),
    Native(
        f"{SPECIAL}log_softmax",
        Transform(function="log_softmax", axis=None),
        (X, "/", "*", WHOLE),
        since="0.4.31",
    ),
    _each(SPECIAL, "expit", "sigmoid"),
    _each(SPECIAL, "logit", "logit"),
    _each(SPECIAL, "entr", "entr"),
    Native(
        "jax.lax.logistic",
        Transform(function="sigmoid"),
        (X, "*", Arg("accuracy", "", None, since="0.6", refuse="only XLA has a choice of it")),
        starred="0.10",
    ),
    Native(
        "jax.numpy.logaddexp",
        LogAddExp(),
        (Arg("x1", "pred"), Arg("x2", "target"), "/", "*", *OF_UFUNC),
    ),
    Native(f"{SPECIAL}xlogy", XLogY(), (X, Y), changed=NAN),
    Native(f"{SPECIAL}xlog1py", XLogY(plus_one=True), (X, Y), changed=NAN),
)
