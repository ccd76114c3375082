"""What each loss is: its fields, its formula and its derivative. One file per family."""

from xlogits.losses.divergence import Entropy, KLDivergence, RelativeEntropy
from xlogits.losses.likelihood import BrierScore, GaussianNLL, PoissonNLL, TweedieDeviance
from xlogits.losses.linear.layer import LinearSoftmaxCrossEntropy
from xlogits.losses.margin import BinarySparsemax, Hinge, HingeEmbedding, MarginRanking, SoftMargin
from xlogits.losses.modulated import (
    GeneralizedCrossEntropy,
    SigmoidFocal,
    SoftmaxFocal,
    SoftmaxPoly,
)
from xlogits.losses.multiclass_margin import (
    CategoricalHinge,
    MulticlassHinge,
    MultiLabelMargin,
    MultiMargin,
    Sparsemax,
)
from xlogits.losses.overlap import ClassOverlap, Tversky
from xlogits.losses.parts.axes import CHANNELS, AxesFrom, AxisByRank
from xlogits.losses.parts.form import LOG_PROBABILITIES, LOGITS, PROBABILITIES, Form
from xlogits.losses.parts.formula import Elementwise, Formula, Rowwise
from xlogits.losses.parts.labels import DENSE, INDEX, INFERRED, Labels
from xlogits.losses.parts.loss import Loss
from xlogits.losses.products import LogAddExp, XLogY
from xlogits.losses.regression import (
    AbsoluteError,
    Huber,
    HuberPenalty,
    LogCosh,
    PseudoHuberPenalty,
    QuantileError,
    RelativeError,
    Square,
    SquaredError,
    SquaredLogError,
)
from xlogits.losses.sequence import CTC
from xlogits.losses.sigmoid import SigmoidCrossEntropy
from xlogits.losses.similarity import (
    CosineEmbedding,
    CosineSimilarity,
    Distance,
    InnerProduct,
    TripletMargin,
)
from xlogits.losses.softmax import SoftmaxCrossEntropy
from xlogits.losses.transform import Transform
from xlogits.reduction import Reduction

__all__ = [
    "CHANNELS",
    "CTC",
    "DENSE",
    "INDEX",
    "INFERRED",
    "LOGITS",
    "LOG_PROBABILITIES",
    "PROBABILITIES",
    "AbsoluteError",
    "AxesFrom",
    "AxisByRank",
    "BinarySparsemax",
    "BrierScore",
    "CategoricalHinge",
    "ClassOverlap",
    "CosineEmbedding",
    "CosineSimilarity",
    "Distance",
    "Elementwise",
    "Entropy",
    "Form",
    "Formula",
    "GaussianNLL",
    "GeneralizedCrossEntropy",
    "Hinge",
    "HingeEmbedding",
    "Huber",
    "HuberPenalty",
    "InnerProduct",
    "KLDivergence",
    "Labels",
    "LinearSoftmaxCrossEntropy",
    "LogAddExp",
    "LogCosh",
    "Loss",
    "MarginRanking",
    "MultiLabelMargin",
    "MultiMargin",
    "MulticlassHinge",
    "PoissonNLL",
    "PseudoHuberPenalty",
    "QuantileError",
    "Reduction",
    "RelativeEntropy",
    "RelativeError",
    "Rowwise",
    "SigmoidCrossEntropy",
    "SigmoidFocal",
    "SoftMargin",
    "SoftmaxCrossEntropy",
    "SoftmaxFocal",
    "SoftmaxPoly",
    "Sparsemax",
    "Square",
    "SquaredError",
    "SquaredLogError",
    "Transform",
    "TripletMargin",
    "Tversky",
    "TweedieDeviance",
    "XLogY",
]
