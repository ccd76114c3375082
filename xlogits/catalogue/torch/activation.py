"""PyTorch: the elementary functions, in torch, torch.special, torch.nn.functional and torch.nn."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native, one_axis
from xlogits.catalogue.torch.words import DTYPE, INPUT, in_c
from xlogits.losses import AxisByRank, LogAddExp, Transform, XLogY

F, NN, SPECIAL = "torch.nn.functional.", "torch.nn.", "torch.special."
# F.softmax without `dim` chooses 0 for arrays of 0, 1 or 3 axes and 1 for the others
IMPLICIT_DIM = AxisByRank((0, 0, 1, 0, 1))
GUESSED = (
    "Without `dim` it takes axis 0 of arrays of 1 or 3 axes and axis 1 of the others: of a (2, 5, 3) "
    "array of zeros every entry is 1/2."
)
DIMS = Arg("dim", "axis")
DIM, NO_DIM = replace(DIMS, takes=one_axis), Arg("dim", "axis", None, takes=one_axis)
OUT = Arg("out", "", None, refuse="xlogits writes into no array")
OTHER = Arg("other", "target")
EPS = Arg("eps", "clamp", None)
BETA, THRESHOLD = Arg("beta", "beta", 1), Arg("threshold", "linear_above", 20)
LINEAR = "Above beta * x = 20 it is x itself: 2.1e-9 less than softplus there."


def _along_dim(name: str, cls: str) -> tuple[Native, Native]:
    loss = Transform(function=name, axis=IMPLICIT_DIM)
    options = (NO_DIM, Arg("_stacklevel", "", 3), DTYPE)
    return (
        Native(f"{F}{name}", loss, (INPUT, *options), traps=(GUESSED,)),
        Native(f"{NN}{cls}", loss, (NO_DIM,), (INPUT,), traps=(GUESSED,)),
    )


def _explicit_dim(name: str) -> Native:
    aliases = (f"torch.{name}",)
    loss = Transform(function=name)
    return in_c(Native(f"{SPECIAL}{name}", loss, (INPUT, DIM, "*", DTYPE), aliases=aliases))


def _each(name: str, function: str, *options: Arg | str, aliases: tuple[str, ...] = ()) -> Native:
    return Native(name, Transform(function=function), (INPUT, *options), aliases=aliases)


LOGSUMEXP = Native(
    "torch.logsumexp",
    Transform(function="logsumexp"),
    (INPUT, DIMS, Arg("keepdim", "keepdims", False), "*", OUT),
    traps=("Its gradient is exp(x - result): of logits near 1000, in float32, off by up to 2e-5.",),
    aliases=(f"{SPECIAL}logsumexp",),
)
SOFTPLUS = Native(
    f"{F}softplus",
    Transform(function="softplus", linear_above=20),
    (INPUT, BETA, THRESHOLD),
    traps=(LINEAR,),
)
NATIVES = (
    *_along_dim("softmax", "Softmax"),
    *_along_dim("log_softmax", "LogSoftmax"),
    *_along_dim("softmin", "Softmin"),
    Native(f"{NN}Softmax2d", Transform(function="softmax", axis=-3), (), (INPUT,)),
    _explicit_dim("softmax"),
    _explicit_dim("log_softmax"),
    in_c(LOGSUMEXP),
    _each(f"{F}sigmoid", "sigmoid"),
    in_c(_each("torch.sigmoid", "sigmoid", "*", OUT, aliases=(f"{SPECIAL}expit",))),
    Native(f"{NN}Sigmoid", Transform(function="sigmoid"), (), (INPUT,)),
    in_c(_each(f"{F}logsigmoid", "log_sigmoid")),
    Native(f"{NN}LogSigmoid", Transform(function="log_sigmoid"), (), (INPUT,)),
    in_c(SOFTPLUS),
    Native(
        f"{NN}Softplus",
        Transform(function="softplus", linear_above=20),
        (Arg("beta", "beta", 1.0), Arg("threshold", "linear_above", 20.0)),
        (INPUT,),
        traps=(LINEAR,),
    ),
    in_c(_each("torch.logit", "logit", EPS, "*", OUT, aliases=(f"{SPECIAL}logit",))),
    in_c(_each(f"{SPECIAL}entr", "entr", "*", OUT)),
    in_c(Native("torch.logaddexp", LogAddExp(), (INPUT, OTHER, "*", OUT))),
    in_c(Native("torch.xlogy", XLogY(), (INPUT, OTHER, "*", OUT), aliases=(f"{SPECIAL}xlogy",))),
    in_c(Native(f"{SPECIAL}xlog1py", XLogY(plus_one=True), (INPUT, OTHER, "*", OUT))),
)
