"""TensorFlow: losses of measured values in tf.nn and tf.compat.v1.losses."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.tensorflow.words import (
    LABELS,
    LOSSES1,
    NAME,
    NN,
    NN1,
    REDUCTION1,
    SCOPE1,
    WEIGHTS1,
)
from xlogits.losses import (
    AbsoluteError,
    Form,
    Huber,
    PoissonNLL,
    Reduction,
    SigmoidCrossEntropy,
    Square,
    SquaredError,
)

PREDICTIONS = Arg("predictions", "pred")
TAIL1 = (*SCOPE1, REDUCTION1)
# these losses of TF1 compute in float32 whatever they are given, and return it
FLOAT32 = "float32"


class _Offsets(dict[float, Form]):
    """What `epsilon` stands for; every number is one, the two that are listed are tried."""

    def __missing__(self, epsilon: float) -> Form:
        return Form("probabilities", log_offset=epsilon)


OFFSETS = _Offsets({eps: Form("probabilities", log_offset=eps) for eps in (1e-7, 1e-3)})
WEIGHT_SHAPE = (
    "Weights of shape (N,) for losses of shape (N, C) are an error; one per row is (N, 1), and its "
    "default mean divides by the losses of nonzero weight."
)

NATIVES = (
    Native(
        f"{NN}l2_loss",
        Square(factor=0.5, reduction=Reduction("sum")),
        (Arg("t", "pred"), NAME),
        aliases=(f"{NN1}l2_loss",),
        traps=(
            (
                "It is half the sum of squares of one tensor, no mean: for a batch of N rows of C it is "
                "N C / 2 times the mean squared error."
            ),
        ),
    ),
    Native(
        f"{NN}log_poisson_loss",
        PoissonNLL(),
        (
            *(Arg("targets", "target"), Arg("log_input", "pred")),
            *(
                Arg("compute_full_loss", "stirling", False, {True: True, False: False}, none=False),
                NAME,
            ),
        ),
        aliases=(f"{NN1}log_poisson_loss",),
    ),
    Native(
        f"{LOSSES1}absolute_difference",
        AbsoluteError(dtype=FLOAT32),
        (LABELS, PREDICTIONS, WEIGHTS1, *TAIL1),
        traps=(WEIGHT_SHAPE,),
    ),
    Native(
        f"{LOSSES1}mean_squared_error",
        SquaredError(dtype=FLOAT32),
        (LABELS, PREDICTIONS, WEIGHTS1, *TAIL1),
        traps=(WEIGHT_SHAPE,),
    ),
    Native(
        f"{LOSSES1}huber_loss",
        Huber(dtype=FLOAT32),
        (LABELS, PREDICTIONS, WEIGHTS1, Arg("delta", "delta", 1.0), *TAIL1),
        traps=(WEIGHT_SHAPE,),
    ),
    Native(
        f"{LOSSES1}log_loss",
        SigmoidCrossEntropy(dtype=FLOAT32),
        (LABELS, PREDICTIONS, WEIGHTS1, Arg("epsilon", "form", 1e-7, OFFSETS), *TAIL1),
        traps=(
            (
                "epsilon is added inside the logarithm, so certainty costs 16.12 at most where it is "
                "wrong and -1.2e-7, less than nothing, where it is right."
            ),
        ),
    ),
)
