"""scipy.special: the elementary functions on NumPy arrays. Their default axis is the whole array."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import Transform, XLogY

SPECIAL = "scipy.special."
X = Arg("x", "pred")
PAIR = Arg("x1", "pred"), Arg("x2", "target")
WHOLE = Arg("axis", "axis", None)
UFUNC = "it steers how the ufunc writes its result, which xlogits leaves to the framework"
OPTIONS = (
    *("/", Arg("out", "", None, refuse=UFUNC), "*", Arg("where", "", True, refuse=UFUNC)),
    *(Arg("casting", "", "same_kind", refuse=UFUNC), Arg("order", "", "K", refuse=UFUNC)),
    *(Arg("dtype", "", None, refuse=UFUNC), Arg("subok", "", True, refuse=UFUNC)),
    Arg("signature", "", None, refuse=UFUNC),
)


def _whole_array(name: str) -> Native:
    return Native(
        f"{SPECIAL}{name}",
        Transform(function=name, axis=None),
        (X, WHOLE),
    )


def _ufunc(name: str, function: str) -> Native:
    return Native(f"{SPECIAL}{name}", Transform(function=function), (X, *OPTIONS))


NATIVES = (
    _whole_array("softmax"),
    _whole_array("log_softmax"),
    Native(
        f"{SPECIAL}logsumexp",
        Transform(function="logsumexp", axis=None),
        (
            *(Arg("a", "pred"), WHOLE, Arg("b", "weight", None)),
            Arg("keepdims", "keepdims", False, none=False),
            Arg("return_sign", "", False, refuse="it returns two arrays"),
        ),
        changed=(("1.14", "of an empty array it is -inf; until then it raised"),),
    ),
    _ufunc("expit", "sigmoid"),
    _ufunc("logit", "logit"),
    _ufunc("log_expit", "log_sigmoid"),
    _ufunc("entr", "entr"),
    # its `**kwargs` are those of the ufunc it calls
    Native(f"{SPECIAL}softplus", Transform(function="softplus"), (X, "**kwargs"), since="1.15"),
    Native(f"{SPECIAL}xlogy", XLogY(), (*PAIR, *OPTIONS)),
    Native(f"{SPECIAL}xlog1py", XLogY(plus_one=True), (*PAIR, *OPTIONS)),
)
