"""TensorFlow: connectionist temporal classification."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.tensorflow.words import LABELS, LOGITS, NAME, NN, NN1
from xlogits.losses import CTC

NATIVES = (
    Native(
        f"{NN}ctc_loss",
        CTC(time_major=True),
        (
            *(LABELS, LOGITS, Arg("label_length", "label_length")),
            Arg("logit_length", "logit_length"),
            Arg("logits_time_major", "time_major", True, {True: True, False: False}),
            Arg("unique", "", None, refuse="it only makes the same loss faster on a TPU"),
            *(Arg("blank_index", "blank", None), NAME),
        ),
        aliases=(f"{NN1}ctc_loss_v2",),
        traps=(
            "Labels without an alignment cost about 708, a number like any other; PyTorch says inf.",
            "The blank is class 0, and in tf.compat.v1.nn.ctc_loss the last one.",
            "It computes in float32 and raises for float64.",
        ),
    ),
)
