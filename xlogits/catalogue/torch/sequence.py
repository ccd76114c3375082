"""PyTorch: connectionist temporal classification."""

from dataclasses import replace

from xlogits.catalogue.record import Arg, Native, Together
from xlogits.catalogue.torch.words import PLAIN_MEAN
from xlogits.losses import CTC, LOG_PROBABILITIES

ARRAYS = (
    *(Arg("log_probs", "pred"), Arg("targets", "target")),
    *(Arg("input_lengths", "logit_length"), Arg("target_lengths", "label_length")),
)
OPTIONS = (
    Arg("blank", "blank", 0),
    PLAIN_MEAN,
    Arg("zero_infinity", "zero_infinity", False, {False: False, True: True}),
)
# the mean is of losses that are divided by their number of labels
PER_LABEL = Together(
    ("reduction",), "per_label", {("mean",): True, ("sum",): False, ("none",): False}
)
CTC_LOSS = Native(
    "torch.nn.functional.ctc_loss",
    CTC(form=LOG_PROBABILITIES, time_major=True, per_label=True),
    (*ARRAYS, *OPTIONS),
    together=(PER_LABEL,),
    traps=(
        (
            "The mean divides each loss by its number of labels first: 3.55 where the mean of the same "
            "four losses is 6.30."
        ),
        "Its gradient is that of the logits: by log_probs it is off by exp(log_probs).",
    ),
)

NATIVES = (
    CTC_LOSS,
    replace(CTC_LOSS, name="torch.nn.CTCLoss", args=OPTIONS, then=ARRAYS),
)
