"""torchvision: the focal loss of its object detectors."""

from typing import Any

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.torch.words import BY_COUNT
from xlogits.errors import OptionError
from xlogits.losses import SigmoidFocal


class _Alpha(dict[Any, float | None]):
    """From 0 to 1 it is the weight of positive labels; -1 says that there are no such weights."""

    def __missing__(self, alpha: Any) -> float:
        if not isinstance(alpha, (int, float)) or not 0 <= alpha <= 1:
            raise OptionError(f"alpha is {alpha!r}; expected a number from 0 to 1, or -1 for none")
        return float(alpha)


NATIVES = (
    Native(
        "torchvision.ops.sigmoid_focal_loss",
        SigmoidFocal(alpha=0.25),
        (
            *(Arg("inputs", "pred"), Arg("targets", "target")),
            Arg("alpha", "alpha", 0.25, _Alpha({-1: None}), absent=0.25),
            *(Arg("gamma", "gamma", 2), Arg("reduction", "reduction", "none", BY_COUNT)),
        ),
        changed=(
            (
                "0.22",
                "an alpha that is neither from 0 to 1 nor -1 raises; before, below 0 was none",
            ),
        ),
        traps=(
            (
                "alpha is 0.25, not optax's None: a positive label at logit 0 costs 0.043 instead of "
                "0.173, and a negative one 0.130."
            ),
            "It does not reduce, unlike the losses of torch.nn.functional.",
        ),
    ),
)
