"""sklearn.metrics. It sorts whatever labels occur; the record assumes that they are 0, 1, ..., C - 1."""

from xlogits.catalogue.record import REQUIRED, Arg, Native
from xlogits.losses import INDEX, Form, Reduction, SoftmaxCrossEntropy

Y_PROBA = Arg("y_proba", "pred", None, named=(("1.9", "y_pred"),), was=(("1.9", REQUIRED),))

NATIVES = (
    Native(
        "sklearn.metrics.log_loss",
        SoftmaxCrossEntropy(
            form=Form("probabilities", clip="eps", validated=True, positive_column=True),
            labels=INDEX,
        ),
        (
            *(Arg("y_true", "target"), Y_PROBA, "*"),
            Arg(
                "normalize",
                "reduction",
                True,
                {True: Reduction("mean_over_sample_weight"), False: Reduction("sum")},
            ),
            Arg("sample_weight", "sample_weight", None),
            Arg("labels", "", None, refuse="encode the labels as 0, 1, ..., C - 1 yourself"),
            Arg("y_pred", "", "deprecated", refuse="it is the old name of y_proba", since="1.9"),
        ),
        changed=(("1.5", "`eps` is gone; the clip is the machine epsilon of the dtype"),),
    ),
)
