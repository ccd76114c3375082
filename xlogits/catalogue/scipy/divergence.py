"""SciPy: divergences, whose first argument is the target and whose second is the prediction."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.scipy.activation import OPTIONS
from xlogits.losses import Entropy, KLDivergence, RelativeEntropy

TARGET, PRED = Arg("x1", "target"), Arg("x2", "pred")
OF_ENTROPY = (
    *(Arg("base", "base", None), Arg("axis", "axis", 0, absent=0), "*"),
    Arg("nan_policy", "", "propagate", refuse="leave the rows that hold NaN out yourself"),
    Arg("keepdims", "", False, refuse="add the axis to the result"),
)
TRAPS = (
    "The axis is the first unless said otherwise: rows of a batch are mixed up.",
    "Arrays are divided by their sums, so that logits or counts go through unnoticed.",
)

NATIVES = (
    Native(
        "scipy.special.rel_entr",
        KLDivergence(),
        (TARGET, PRED, *OPTIONS),
    ),
    Native(
        "scipy.special.kl_div",
        KLDivergence(generalized=True),
        (TARGET, PRED, *OPTIONS),
        traps=(
            (
                "Not PyTorch's kl_div: it adds y - x to x log(x / y), 0.2 for x = 0.3 and y = 0.5, and "
                "takes probabilities. Only over rows with equal sums does that vanish."
            ),
        ),
    ),
    Native(
        "scipy.stats.entropy",
        RelativeEntropy(axis=0),
        (Arg("pk", "target"), Arg("qk", "pred", None), *OF_ENTROPY),
        without=Native(
            "scipy.stats.entropy",
            Entropy(axis=0),
            (Arg("pk", "pred"), *OF_ENTROPY),
            lacks="qk",
            usual=True,
            traps=TRAPS,
        ),
        traps=TRAPS,
    ),
)
