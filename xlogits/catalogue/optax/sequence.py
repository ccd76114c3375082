"""optax.losses: connectionist temporal classification."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import CTC

NATIVES = (
    Native(
        "optax.losses.ctc_loss",
        CTC(),
        (
            *(Arg("logits", "pred"), Arg("logit_paddings", "logit_padding")),
            *(Arg("labels", "target"), Arg("label_paddings", "label_padding"), "*"),
            Arg("blank_id", "blank", 0),
            Arg(
                "log_epsilon",
                "",
                -100000.0,
                refuse="it stands for the logarithm of 0, which is minus infinity here",
            ),
        ),
        aliases=("optax.ctc_loss",),
        starred="0.2.7",
        traps=(
            "It takes paddings, 1 for what does not count, where other frameworks take lengths.",
            "Labels without an alignment cost about 1e5, not infinity.",
        ),
    ),
)
