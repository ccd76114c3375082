"""What each loss is: its fields, its formula and its derivative. One file per family."""

from xlogits.losses.axes import CHANNELS, AxisByRank
from xlogits.losses.form import LOG_PROBABILITIES, LOGITS, PROBABILITIES, Form
from xlogits.losses.labels import DENSE, INDEX, INFERRED, Labels
from xlogits.losses.loss import Loss
from xlogits.losses.sigmoid import SigmoidCrossEntropy
from xlogits.losses.softmax import SoftmaxCrossEntropy
from xlogits.losses.transform import Transform
from xlogits.reduction import Reduction

__all__ = [
    "CHANNELS",
    "DENSE",
    "INDEX",
    "INFERRED",
    "LOGITS",
    "LOG_PROBABILITIES",
    "PROBABILITIES",
    "AxisByRank",
    "Form",
    "Labels",
    "Loss",
    "Reduction",
    "SigmoidCrossEntropy",
    "SoftmaxCrossEntropy",
    "Transform",
]
