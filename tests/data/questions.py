"""Questions that people asked in public, with their numbers, and the causes that they should get."""

from typing import Any, NamedTuple

import numpy as np

Array = Any


class Question(NamedTuple):
    """Where it was asked, what was seen, and the cause: short names, or words; none: they agree."""

    where: str
    first: Any
    second: Any
    given: dict[str, Any]
    codes: set[str] = set()
    words: str = ""
    within: int = 1


def softmax(x: Array) -> Array:
    e = np.exp(np.asarray(x, float) - np.max(x, -1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


THIRDS = [[0.2, 0.3, 0.5]] * 3
PAIR = [[0.4, 0.6], [0.7, 0.3]]
TENFOLD = np.array([[30.0, 10.0, 10.0], [-10.0, 20.0, 50.0]])
ONE_HOT = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
KEYBOARD = np.full((1, 27), 1e-9)
KEYBOARD[0, 15], KEYBOARD[0, 16] = 2.1434269e-06, np.float32(0.99999785)
COLUMN = [0.0961, 0.6194, 0.3628, 0.5289, 0.2046, 0.0989, 0.6621, 0.8717]
ROW = [0.0551, 0.2665, 0.4638, 0.3288, 0.1201, 0.1515, 0.9187, 0.4527]
SURE = np.array([0.9999999, 0.9999999, 0.0000001], np.float32)
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 6)), RNG.integers(0, 6, 8)
LOG_P = np.log(softmax(X))
PICKED = LOG_P[np.arange(8), Y]
SHARES = [0.1 / 5 * LOG_P.sum(1) + (0.9 - 0.1 / 5) * PICKED]  # 0.1 on the other five classes

# two samples of 11 and 101 tokens, padded, of which the first is not predicted; labels and logits flat
TOKENS = RNG.normal(size=(200, 4)) * 2
NEXT = np.where(np.arange(200) < 10, 0, np.where(np.arange(200) < 100, -100, 1))
COSTS = -np.log(softmax(TOKENS))[np.arange(200), np.maximum(NEXT, 0)]

QUESTIONS = [
    Question(
        "pytorch/pytorch#12299: scikit-learn's log_loss is not CrossEntropyLoss",
        *(1.168852632439994, 1.1064976453781128, {"logits": THIRDS, "labels": [0, 1, 2]}),
        {"softmax_twice"},
    ),
    Question(
        "pytorch/pytorch#25571: the mean with weights is not the mean of the losses",
        *(1.0598, 5.29915),
        {
            "logits": [[0.2, 0.3, 0.5], [0.5, 0.2, 0.3]],
            "labels": [2, 1],
            "class_weight": [2.0, 4.0, 6.0],
        },
        {"reduction"},
    ),
    Question(
        "pytorch/pytorch#8062: weights averaged inconsistently",
        *("2000.0", 133.3333),
        {"logits": [[-100.0, 100.0]] * 2, "labels": [0, 1], "class_weight": [20.0, 10.0]},
        {"reduction"},
    ),
    Question(
        "pytorch/pytorch#15259: is the weighted formula wrong?",
        *(0.8847, None),
        {
            "logits": [[-5.0, -6.0], [3.0, 2.0], [3.0, 2.0]],
            "labels": [1, 0, 1],
            "class_weight": [3.0, 2.0],
        },
        words="F.cross_entropy(logits, labels, weight=class_weight)",
    ),
    Question(
        "keras-team/keras#15249: binary cross-entropy differs from Theano's",
        np.array([1.5942385e01, 1.1920930e-07, 1.1920930e-07]),
        np.array([15.333239, 0.0, 0.0]),
        {"logits": SURE, "labels": np.array([0.0, 1.0, 0.0])},
        {"clipped"},
    ),
    Question(
        "tensorflow/tensorflow#41595: epsilon added twice",
        *(16.11809539794922, 15.424948470398375),
        {"logits": np.array([0.0]), "labels": np.array([1.0])},
        {"clipped"},
    ),
    Question(
        "PyTorch forum: how is the loss of these four logits calculated?",
        *("1.3449", None, {"logits": [[-0.0820, 0.0076, -0.0952, 0.0285]], "labels": [1]}),
        words="F.cross_entropy(logits, labels)",
    ),
    Question(
        "kezhi.tech: CrossEntropyLoss is not cross-entropy by hand",
        -np.log(np.array([0.4, 0.3])),
        np.log1p(np.exp(np.array([0.2, 0.4]))),
        {"logits": PAIR, "labels": [0, 1]},
        {"softmax_twice"},
    ),
    Question(
        "PyTorch forum: KLDivLoss is negative",
        *("0.023088", "-0.4426"),
        {"logits": [[0.4, 0.5, 0.1]], "labels": [[0.3, 0.6, 0.1]]},
        {"log", "reduction"},
        within=3,
    ),
    Question(
        "PyTorch forum 166206: KL is a quarter of cross-entropy minus entropy",
        *("0.0716", "0.0179"),
        {
            "logits": np.log(softmax([[0.1, 0.2, 0.4, 0.3]])),
            "labels": softmax([[0.7, 0.1, 0.1, 0.1]]),
        },
        {"reduction"},
    ),
    Question(
        "Stack Overflow 76495702: CategoricalCrossentropy of a softmax, ten times the logits",
        *(15.0000000020612, 8.059047748974614, {"logits": TENFOLD, "labels": ONE_HOT}),
        {"clipped"},
    ),
    Question(
        "Stack Overflow 75394509: accuracy 100 %, and the loss stays at 2.3575",
        *("2.1457695e-06", "2.3575", {"logits": KEYBOARD, "labels": [16]}),
        {"softmax_twice"},
    ),
    Question(
        "pytorch/pytorch#16413: MSELoss when shapes do not match",
        *("0.0", "1.3333"),
        {"logits": [1.0, 2.0, 3.0], "labels": [[1.0], [2.0], [3.0]]},
        {"crossed"},
    ),
    Question(
        "IntelLabs/matsciml#347: labels with an extra dimension",
        *("0.0535", "0.1454", {"logits": np.array(COLUMN)[:, None], "labels": ROW}),
        {"crossed"},
    ),
    Question(
        "pytorch/pytorch#4938: strange broadcasting in mse_loss",
        *("1.0", "1.5", {"logits": [1.0, 2.0], "labels": [0.0, 1.0]}),
        {"crossed"},
        within=3,
    ),
    Question(
        "tensorflow/tensorflow#31930: 1000 or 15.33, by where the sigmoid stands",
        *("1000.0", "15.333", {"logits": [[1000.0]], "labels": [[0.0]]}),
        {"sigmoid_missing"},
        words="1e-07 added before the logarithm",
    ),
    Question(
        "cerbrec/graphbook#142: what these three predictions should cost",
        *(10.000045776367188, None),
        {"logits": [10.0, 10.0, -10.0], "labels": [0.0, 0.0, 1.0]},
        words="F.binary_cross_entropy_with_logits(logits, labels)",
    ),
    Question(
        "ariecattan/SciCo#2: the loss does not fall below 0.744", "0.744", None, {}, words="twice"
    ),
    Question("PaddlePaddle/Paddle#20994: no loss above 64", "64.0", None, {}, words="PaddlePaddle"),
    Question(
        "this project's first question: 2.3026 in TensorFlow and 0.0719 in PyTorch",
        *("2.3026", "0.0719", {"sizes": {"items": 32}}),
        {"reduction"},
    ),
    Question(
        "lorenmt/reco#22: cross_entropy and log_softmax by hand",
        *(5.081362724304199, 5.081363677978516, {}),
    ),
    Question(
        "KindXiaoming/grow-crystals#6: cross_entropy of the logarithms of probabilities",
        -PICKED.mean(),
        -PICKED.mean() * (1 + 1e-8),
        {"logits": LOG_P, "labels": Y},
        words="harmless",
    ),
    Question(
        "k2-fsa/icefall#107, fastai/fastai#1814: smoothing over K - 1 classes",
        -PICKED.mean(),
        -np.mean(SHARES),
        {"logits": X, "labels": Y},
        {"label_smoothing"},
        words="0.1 spread over the other 5 classes",
    ),
    Question(
        "facebookresearch/fairseq#2273: smoothed against TensorFlow's: no log_softmax, summed",
        -PICKED.mean(),
        -X[np.arange(8), Y].sum(),
        {"logits": X, "labels": Y},
        {"log_softmax_missing", "reduction"},
        within=3,
    ),
    Question(
        "huggingface/transformers#24725: two steps of accumulation are not one batch",
        COSTS[NEXT >= 0].mean(),
        (COSTS[:10].mean() + COSTS[100:].mean()) / 2,
        {"logits": TOKENS, "labels": NEXT},
        {"reduction"},
        words="the mean of the means of 2 parts of the batch (ranks, or steps of accumulation)",
    ),
    Question(
        "HikariTJU/LD#74: KL divergence is 1/17 of the real one with 17 bins",
        *("17.0", "1.0", {"sizes": {"classes": 17}}),
        {"reduction"},
    ),
]
