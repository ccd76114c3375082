"""PyTorch: the elementary functions, in torch.nn.functional."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import INPUT
from xlogits.losses import AxisByRank, Transform

# F.softmax without `dim` chooses 0 for arrays of 0, 1 or 3 axes and 1 for the others
IMPLICIT_DIM = AxisByRank((0, 0, 1, 0, 1))
DIM = Arg("dim", "axis", None)
CAST = Arg("dtype", "", None, refuse="it casts before the function; cast the array yourself")


def _along_dim(name: str) -> Native:
    return Native(
        f"torch.nn.functional.{name}",
        Transform(function=name, axis=IMPLICIT_DIM),
        (INPUT, DIM, Arg("_stacklevel", "", 3), CAST),
    )


NATIVES = (
    _along_dim("softmax"),
    _along_dim("log_softmax"),
    Native("torch.nn.functional.sigmoid", Transform(function="sigmoid"), (INPUT,)),
    Native("torch.nn.functional.logsigmoid", Transform(function="log_sigmoid"), (INPUT,)),
    Native(
        "torch.nn.functional.softplus",
        Transform(function="softplus"),
        (
            INPUT,
            Arg("beta", "beta", 1),
            Arg(
                "threshold", "", 20, refuse="above it softplus(x) becomes x; xlogits is exact there"
            ),
        ),
    ),
)
