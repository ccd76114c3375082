"""scipy.special: the elementary functions on NumPy arrays. Their default axis is the whole array."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import Transform

X = Arg("x", "pred")
WHOLE = Arg("axis", "axis", None)
UFUNC = "it steers how the ufunc writes its result, which xlogits leaves to the framework"
OPTIONS = (
    *("/", Arg("out", "", None, refuse=UFUNC), "*", Arg("where", "", True, refuse=UFUNC)),
    *(Arg("casting", "", "same_kind", refuse=UFUNC), Arg("order", "", "K", refuse=UFUNC)),
    *(Arg("dtype", "", None, refuse=UFUNC), Arg("subok", "", True, refuse=UFUNC)),
    Arg("signature", "", None, refuse=UFUNC),
)


def _whole_array(name: str) -> Native:
    return Native(f"scipy.special.{name}", Transform(function=name, axis=None), (X, WHOLE))


def _ufunc(name: str, function: str) -> Native:
    return Native(f"scipy.special.{name}", Transform(function=function), (X, *OPTIONS))


NATIVES = (
    _whole_array("softmax"),
    _whole_array("log_softmax"),
    Native(
        "scipy.special.logsumexp",
        Transform(function="logsumexp", axis=None),
        (
            *(Arg("a", "pred"), WHOLE),
            Arg("b", "", None, refuse="add numpy.log(b) to the array instead"),
            Arg("keepdims", "keepdims", False),
            Arg("return_sign", "", False, refuse="without b the sign is always positive"),
        ),
    ),
    _ufunc("expit", "sigmoid"),
    _ufunc("logit", "logit"),
    _ufunc("log_expit", "log_sigmoid"),
)
