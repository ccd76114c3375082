"""Keras 3: connectionist temporal classification."""

from dataclasses import replace

from xlogits.catalogue.keras.words import CALL, FLOATX, Y_PRED, Y_TRUE, class_tail
from xlogits.catalogue.record import Arg, Native
from xlogits.losses import CTC, Labels

INDEXES = Labels("index", truncated=True)
TRAPS = (
    "All frames count, also those that are padding.",
    "Class 0 is the blank and the padding, so labels count from 1.",
)
OLD_NAME = (("3.3.3", "sparse_categorical_crossentropy"),)

NATIVES = (
    Native("keras.losses.ctc", CTC(labels=INDEXES), (Y_TRUE, Y_PRED), since="3.1", traps=TRAPS),
    Native(
        "keras.losses.CTC",
        CTC(labels=INDEXES, dtype=FLOATX, spread_weight=True),
        tuple(replace(a, was=OLD_NAME) if a.name == "name" else a for a in class_tail("ctc")),
        CALL,
        since="3.1",
        traps=TRAPS,
    ),
    Native(
        "keras.ops.ctc_loss",
        CTC(labels=INDEXES),
        (
            *(Arg("target", "target"), Arg("output", "pred")),
            *(Arg("target_length", "label_length"), Arg("output_length", "logit_length")),
            Arg("mask_index", "blank", 0),
        ),
        aliases=("keras.ops.nn.ctc_loss",),
        since="3.1",
    ),
)
