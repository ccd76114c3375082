"""What every public name takes, what it can be differentiated by, and what it refuses: facts, as data.

`tests/losses/test_claims.py` verifies each row in both directions: what is claimed works, what is not
is refused.
"""

from typing import Any, NamedTuple

from xlogits import losses as L

FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
SIGNED = frozenset({"int8", "int16", "int32", "int64"})
INTEGERS = SIGNED | {"uint8", "uint16", "uint32", "uint64"}
# what an operand may hold, by the kind that a row gives it
TAKES: dict[str, frozenset[str]] = {
    "float": FLOATS,
    "index": INTEGERS,
    "dense": FLOATS | INTEGERS | {"bool"},
    "bool": frozenset({"bool"}),
}
REFUSED = frozenset({"complex64", "complex128", "float8_e4m3fn"})
DTYPES = (*sorted(FLOATS | INTEGERS | {"bool"}), *sorted(REFUSED))

# what is done to a call, and the error that it has to raise; `None`: it is accepted
LIST, SHAPE, LABEL = "labels in a list", "labels of another shape", "a label out of range"
WEIGHT, AXIS, WORD = (
    "a weight of another shape",
    "an axis that is not there",
    "an unknown reduction",
)
NUMBER = "a prediction that is a number"


class Claim(NamedTuple):
    """Of one name.

    `takes`: its operands, each with a kind of `TAKES`. `by`: what it is differentiated by everywhere;
    `also`: what it is differentiated by where a framework differentiates, and not in closed form on
    NumPy; all other operands are constants. `errors`: the change, and the error.
    """

    loss: Any
    takes: dict[str, str]
    by: frozenset[str]
    also: frozenset[str] = frozenset({"sample_weight"})
    errors: dict[str, str | None] = {}


ERRORS: dict[str, str | None] = {
    NUMBER: "BackendError",
    LIST: "BackendError",
    SHAPE: "ShapeError",
    WEIGHT: "ShapeError",
    WORD: "OptionError",
}
ROWS: dict[str, str | None] = {**ERRORS, AXIS: "ShapeError"}
INDEXED: dict[str, str | None] = {**ROWS, LABEL: "LabelError"}
# the canonical functions make arrays of lists and numbers, and a number has no classes
LISTS: dict[str, str | None] = {LIST: None, NUMBER: "ShapeError"}
WEIGHED = {"sample_weight": "float"}
PAIR = {"pred": "float", "target": "dense", **WEIGHED}
INDEX = {"pred": "float", "target": "index", **WEIGHED}
PRED, BOTH = frozenset({"pred"}), frozenset({"pred", "target"})


def of_numbers(loss: Any, **more: str) -> Claim:
    return Claim(loss, {**PAIR, **more}, BOTH, errors=ERRORS)


def of_index(loss: Any, **more: str) -> Claim:
    return Claim(loss, {**INDEX, **more}, PRED, errors=INDEXED)


def of_rows(loss: Any, **more: str) -> Claim:
    return Claim(loss, {**PAIR, **more}, BOTH, errors=ROWS)


def elementary(function: str, along: bool = False) -> Claim:
    errors: dict[str, str | None] = {NUMBER: None}
    if along:
        errors[AXIS] = "ShapeError"
    return Claim(L.Transform(function=function), {"pred": "float"}, PRED, frozenset(), errors)


INNER = {"inner_weight": "float"}
CLASSES = {"class_weight": "float"}
SOFTMAX = frozenset({"sample_weight", "class_weight"})
SIGMOID = frozenset({"sample_weight", "pos_weight"})
LINEAR = {"pred": "float", "target": "index", "linear_weight": "float", "linear_bias": "float"}
LINEAR_BY = frozenset({"pred", "linear_weight", "linear_bias"})
ANCHOR = {"pred": "float", "other": "float"}

CLAIMS: dict[str, Claim] = {
    # functions
    "xl.softmax_cross_entropy": Claim(
        L.SoftmaxCrossEntropy(), {**INDEX, **CLASSES}, PRED, SOFTMAX, {**INDEXED, **LISTS}
    ),
    "xl.linear_softmax_cross_entropy": Claim(
        L.LinearSoftmaxCrossEntropy(),
        {**LINEAR, **WEIGHED, **CLASSES},
        LINEAR_BY,
        errors={**ERRORS, LABEL: "LabelError", **LISTS},
    ),
    "xl.sigmoid_cross_entropy": Claim(
        L.SigmoidCrossEntropy(), {**PAIR, "pos_weight": "float"}, BOTH, SIGMOID, {**ROWS, **LISTS}
    ),
    "xl.softmax": elementary("softmax", along=True),
    "xl.log_softmax": elementary("log_softmax", along=True),
    "xl.logsumexp": elementary("logsumexp", along=True),
    "xl.sigmoid": elementary("sigmoid"),
    "xl.log_sigmoid": elementary("log_sigmoid"),
    "xl.logit": elementary("logit"),
    "xl.softplus": elementary("softplus"),
    # losses of classes
    "SoftmaxCrossEntropy": Claim(
        L.SoftmaxCrossEntropy(labels=L.DENSE),
        {**PAIR, **CLASSES, "mask": "bool"},
        BOTH,
        SOFTMAX,
        ROWS,
    ),
    "SoftmaxFocal": Claim(
        L.SoftmaxFocal(), {**INDEX, **CLASSES, "mask": "bool"}, PRED, SOFTMAX, INDEXED
    ),
    "SoftmaxPoly": Claim(
        L.SoftmaxPoly(), {**INDEX, **CLASSES, "mask": "bool"}, PRED, SOFTMAX, INDEXED
    ),
    "SigmoidCrossEntropy": Claim(
        L.SigmoidCrossEntropy(inner="mean"),
        {**PAIR, "pos_weight": "float", **CLASSES},
        BOTH,
        SIGMOID | {"class_weight"},
        ROWS,
    ),
    "SigmoidFocal": of_numbers(L.SigmoidFocal()),
    "LinearSoftmaxCrossEntropy": Claim(
        L.LinearSoftmaxCrossEntropy(reduction=L.Reduction("sum")),
        {**LINEAR, **WEIGHED, **CLASSES},
        LINEAR_BY,
        errors={**ERRORS, LABEL: "LabelError"},
    ),
    "GeneralizedCrossEntropy": of_index(L.GeneralizedCrossEntropy()),
    "BrierScore": of_index(L.BrierScore()),
    "CategoricalHinge": of_rows(L.CategoricalHinge()),
    "MulticlassHinge": of_index(L.MulticlassHinge()),
    "MultiMargin": Claim(L.MultiMargin(), {**INDEX, **CLASSES}, PRED, SOFTMAX, INDEXED),
    "MultiLabelMargin": of_index(L.MultiLabelMargin()),
    "Sparsemax": of_index(L.Sparsemax()),
    "CTC": Claim(
        L.CTC(), {**INDEX, "logit_length": "index", "label_length": "index"}, PRED, errors=ERRORS
    ),
    # losses of scores
    "Hinge": of_numbers(L.Hinge()),
    "SoftMargin": of_numbers(L.SoftMargin()),
    "HingeEmbedding": Claim(L.HingeEmbedding(), PAIR, PRED, errors=ERRORS),
    "MarginRanking": Claim(
        L.MarginRanking(), {**PAIR, "other": "float"}, BOTH | {"other"}, errors=ERRORS
    ),
    "BinarySparsemax": Claim(L.BinarySparsemax(), PAIR, PRED, errors=ERRORS),
    # losses of measured values
    "SquaredError": of_numbers(L.SquaredError()),
    "Square": Claim(
        L.Square(),
        {"pred": "float", **WEIGHED},
        PRED,
        errors={NUMBER: "BackendError", WORD: "OptionError"},
    ),
    "AbsoluteError": of_numbers(L.AbsoluteError()),
    "Huber": of_numbers(L.Huber()),
    "HuberPenalty": Claim(
        L.HuberPenalty(),
        {"pred": "float", "delta": "float", **WEIGHED},
        frozenset({"pred", "delta"}),
        errors={NUMBER: "BackendError", WEIGHT: "ShapeError", WORD: "OptionError"},
    ),
    "PseudoHuberPenalty": Claim(
        L.PseudoHuberPenalty(),
        {"pred": "float", "delta": "float", **WEIGHED},
        frozenset({"pred", "delta"}),
        errors={NUMBER: "BackendError", WEIGHT: "ShapeError", WORD: "OptionError"},
    ),
    "LogCosh": of_numbers(L.LogCosh()),
    "QuantileError": of_numbers(L.QuantileError(quantile=0.9)),
    "RelativeError": of_numbers(L.RelativeError(floor=0.5)),
    "SquaredLogError": of_numbers(L.SquaredLogError()),
    "SquaredError, inner mean": of_rows(L.SquaredError(inner="mean"), **INNER)._replace(
        also=frozenset({"sample_weight", "inner_weight"})
    ),
    "PoissonNLL": of_numbers(L.PoissonNLL()),
    "GaussianNLL": Claim(
        L.GaussianNLL(), {**PAIR, "variance": "float"}, BOTH | {"variance"}, errors=ERRORS
    ),
    "TweedieDeviance": Claim(L.TweedieDeviance(), PAIR, PRED, errors=ERRORS),
    # divergences, products
    "KLDivergence": of_numbers(L.KLDivergence(), mask="bool"),
    "RelativeEntropy": of_rows(L.RelativeEntropy()),
    "Entropy": Claim(
        L.Entropy(),
        {"pred": "float", **WEIGHED},
        PRED,
        errors={k: error for k, error in ROWS.items() if k not in (LIST, SHAPE)},
    ),
    "LogAddExp": of_numbers(L.LogAddExp())._replace(errors={**ERRORS, LIST: "BackendError"}),
    "XLogY": of_numbers(L.XLogY()),
    # losses of embeddings and regions
    "InnerProduct": of_rows(L.InnerProduct()),
    "CosineSimilarity": of_rows(L.CosineSimilarity(eps=1e-6), mask="bool"),
    "CosineEmbedding": Claim(
        L.CosineEmbedding(eps=1e-6), {**ANCHOR, **PAIR}, frozenset({"pred", "other"}), errors=ROWS
    ),
    "Distance": of_rows(L.Distance()),
    "TripletMargin": Claim(
        L.TripletMargin(margin=20.0), {**PAIR, "other": "float"}, BOTH | {"other"}, errors=ROWS
    ),
    "Tversky": of_rows(L.Tversky(smooth=1.0)),
    "ClassOverlap": Claim(L.ClassOverlap(), {**PAIR, **CLASSES}, BOTH, SOFTMAX, errors=ERRORS),
    "Transform": Claim(
        L.Transform(function="logsumexp"),
        {"pred": "float", "mask": "bool", "weight": "dense"},
        PRED,
        frozenset({"weight"}),
        {NUMBER: "BackendError", AXIS: "ShapeError"},
    ),
}
