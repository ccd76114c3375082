"""optax.losses: losses of overlap."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import AxesFrom, ClassOverlap, Reduction, Tversky

ARRAYS = Arg("predictions", "pred"), Arg("targets", "target")
SMOOTH = Arg("smooth", "smooth", 1.0)
SOFTMAX = Arg("apply_softmax", "activation", True, {True: "softmax", False: "none"})
BACKGROUND = Arg("ignore_background", "background", False, {False: True, True: False}, none=False)
SMOOTHED = "smooth=1 is added to both parts of the fraction; in Keras eps only to the lower one."

NATIVES = (
    Native(
        "optax.losses.dice_loss",
        ClassOverlap(),
        (
            *(*ARRAYS, "*", Arg("class_weights", "class_weight", None), SMOOTH),
            *(
                Arg("alpha", "extra", 0.5, since="0.2.7"),
                Arg("beta", "missed", 0.5, since="0.2.7"),
                SOFTMAX,
            ),
            Arg(
                "reduction",
                "over_classes",
                "mean",
                {"mean": "mean", "sum": "sum", "none": "none"},
            ),
            *(BACKGROUND, Arg("axis", "axis", None)),
        ),
        since="0.2.6",
        changed=(("0.2.7", "smooth counts twice: it is added to half of the sums"),),
        traps=(
            SMOOTHED,
            "alpha weights what is not there and beta what is missed; in Keras it is the reverse.",
            "Without pixel axes, (batch, classes), nothing is summed: every row is a loss.",
        ),
    ),
    Native(
        "optax.losses.binary_dice_loss",
        Tversky(smooth=1.0, activation="sigmoid", axis=AxesFrom(1)),
        (
            *(*ARRAYS, "*", SMOOTH),
            Arg(
                "apply_sigmoid",
                "",
                True,
                refuse="False wants the probabilities of the one class to sum to 1, so all to be 1",
            ),
        ),
        since="0.2.6",
        traps=(SMOOTHED,),
    ),
    Native(
        "optax.losses.multiclass_generalized_dice_loss",
        ClassOverlap(balanced=True, over_classes="none", reduction=Reduction("mean_over_items")),
        (*ARRAYS, "*", SMOOTH, SOFTMAX, BACKGROUND),
        since="0.2.6",
        traps=(
            (
                "A class without a target in the batch gets the weight 1e7, where one of 100 pixels has "
                "1e-4: it alone counts."
            ),
        ),
    ),
)
