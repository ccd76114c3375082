"""Cross-entropy under all its names, and what its labels and its classes look like."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

CROSS_ENTROPY_LOSS = Source(
    "PyTorch, CrossEntropyLoss",
    2026,
    "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
)
KERAS = Source(
    "Keras, Probabilistic losses", 2026, "https://keras.io/api/losses/probabilistic_losses/"
)
BOTH = ("SoftmaxCrossEntropy", "SigmoidCrossEntropy")

CONCEPTS = (
    Concept(
        id="cross-entropy",
        names=(
            *("cross-entropy", "cross entropy loss", "crossentropy", "CE", "xent", "CE loss"),
            *("softmax cross-entropy", "categorical cross-entropy", "softmax loss", "log loss"),
        ),
        asked=(
            "how does cross-entropy work",
            "cross-entropy formula",
            "cross-entropy of logits",
            "loss for multi-class classification",
            "which loss for classification",
            "order of arguments of cross-entropy",
            "logits and labels swapped",
            "what does the value of the loss mean",
            "good value of cross-entropy",
            "maximum of cross-entropy",
        ),
        sentence="Cross-entropy is minus the log-probability that the model gave to the true class; of "
        "logits it is logsumexp(x) minus the logit of that class.",
        answer="""
In general, for a wanted distribution q, it is -Σ q_i log p_i; a class index stands for a q that is 1
there and 0 elsewhere. For logits (2, 1, 0) and class 0 it is {value}: the probability was {p}. It is
never negative, has no upper bound, and a model that knows nothing among C classes costs log C.

It is the negative log-likelihood of the labels, so minimising it is maximum likelihood. Its gradient by
the logits is p - q, which neither vanishes while the model is wrong nor grows beyond 1.

Names and argument orders differ, the value does not. PyTorch has one function for both kinds of labels,
F.cross_entropy(logits, labels), with softmax inside; TensorFlow two, with the suffix with_logits and
labels first; Keras two, prediction last, which take probabilities unless told from_logits=True; optax
two, logits first. Two classes with one score are binary cross-entropy. CE is short for it; log loss is
the statistician's word, and in scikit-learn takes probabilities.
""",
        formula="H(q, p) = -Σ_i q_i log p_i;  for class y of logits x: logsumexp(x) - x_y",
        example="""
>>> x, y = np.array([[2.0, 1.0, 0.0]]), np.array([0])
>>> xl.softmax_cross_entropy(x, y).round(4).tolist()
[0.4076]
>>> xl.softmax_cross_entropy(x, np.array([[1.0, 0.0, 0.0]])).round(4).tolist()
[0.4076]
""",
        mistake=Mistake(
            "prediction and labels in the other framework's order",
            "Keras takes (labels, prediction), PyTorch and optax (prediction, labels). With one-hot "
            "labels the swap raises nothing: for logits (2, 1, 0) and class 0 it gives {swapped} "
            "instead of {value}, and with negative logits it falls below 0 without end.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",)),
        next=(
            "softmax-twice",
            "loss-by-hand",
            "loss-gradient",
            "nll",
            "bce",
            "kl-divergence",
            "sparse",
        ),
        sources=(
            CROSS_ENTROPY_LOSS,
            KERAS,
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0]); q = np.array([[1.0, 0.0, 0.0]])",
        numbers={
            "value": Number(
                "0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"
            ),
            "p": Number("0.665", "xl.softmax(x)[0, 0]", "jax.nn.softmax(x)[0, 0]"),
            "swapped": Number(
                "2.6543", "xl.softmax_cross_entropy(q, x)", "F.cross_entropy(t(q), t(x))"
            ),
        },
    ),
    Concept(
        id="softmax-twice",
        names=("softmax twice", "double softmax", "softmax before cross-entropy"),
        asked=(
            "do i need softmax before CrossEntropyLoss",
            "why does CrossEntropyLoss not need softmax",
            "does CrossEntropyLoss apply softmax",
            "softmax layer with CrossEntropyLoss",
            "softmax inside cross-entropy",
            "softmax applied twice",
            "should the last layer have softmax",
            "softmax at the end of the network",
            "softmax in forward",
            "loss stuck at 1.46",
            "loss does not go below 1.46",
        ),
        sentence="CrossEntropyLoss and every loss of logits apply softmax themselves; a softmax before "
        "them is a second one, raises no error and leaves a loss that cannot go to 0.",
        answer="""
F.cross_entropy is log_softmax and nll_loss in one: the logarithm is taken together with softmax, which
is exact where two steps are rounded. So the last layer gives logits, without activation.

A second softmax gets numbers from 0 to 1, and differences of at most 1. For a perfectly sure and right
model of 10 classes the loss is log(1 + 9/e) = {floor}, of 3 classes {floor_three}, and a perfectly sure
and wrong one pays no more than {worst} of 10 classes. Gradients shrink with it, since they go through
softmax twice. The order of the classes stays, so accuracy can rise as if nothing were wrong.

Keras does the same with from_logits=True on probabilities, unless it finds the softmax behind them, and
so do TensorFlow's functions with_logits. Softmax belongs to showing predictions, not to training them.
""",
        formula="log(1 + (C - 1) / e) ≤ loss of softmax(softmax(x)) ≤ log(e + C - 1)",
        example="""
>>> sure = np.eye(10)[:1] * 50  # a logit of 50 at the right class
>>> xl.softmax_cross_entropy(sure, np.array([0])).round(4).tolist()
[0.0]
>>> xl.softmax_cross_entropy(xl.softmax(sure), np.array([0])).round(4).tolist()
[1.4612]
""",
        mistake=Mistake(
            "softmax as the last layer, then CrossEntropyLoss",
            "For logits (2, 1, 0) and class 0 the loss is {wrong} instead of {right}, and with 10 "
            "classes it cannot fall below {floor}.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), form="logits"),
        next=("cross-entropy", "from_logits", "argmax-invariance", "logits"),
        sources=(CROSS_ENTROPY_LOSS,),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0]); sure = np.eye(10)[:1] * 50",
        numbers={
            "right": Number(
                "0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"
            ),
            "wrong": Number(
                "0.7972",
                "xl.softmax_cross_entropy(xl.softmax(x), y)",
                "F.cross_entropy(F.softmax(t(x), dim=1), t(y))",
            ),
            "floor": Number(
                "1.4612",
                "xl.softmax_cross_entropy(xl.softmax(sure), y)",
                "F.cross_entropy(F.softmax(t(sure), dim=1), t(y))",
            ),
            "floor_three": Number(
                "0.5514",
                "xl.softmax_cross_entropy(np.eye(3)[:1], y)",
                "tf.nn.sparse_softmax_cross_entropy_with_logits(y, np.eye(3)[:1])",
            ),
            "worst": Number(
                "2.4612",
                "xl.softmax_cross_entropy(xl.softmax(sure), y + 1)",
                "F.cross_entropy(F.softmax(t(sure), dim=1), t(y + 1))",
            ),
        },
    ),
    Concept(
        id="nll",
        names=(
            "NLL",
            "negative log-likelihood",
            "NLLLoss",
            "nll loss",
            "negative log likelihood loss",
        ),
        asked=(
            "NLLLoss vs CrossEntropyLoss",
            "difference between nll and cross-entropy",
            "is cross-entropy the negative log-likelihood",
            "NLLLoss after LogSoftmax layer",
            "maximum likelihood and cross-entropy",
        ),
        sentence="The negative log-likelihood of a label is minus its log-probability: the same number "
        "as cross-entropy, but PyTorch's NLLLoss wants log-probabilities where CrossEntropyLoss "
        "wants logits.",
        answer="""
CrossEntropyLoss(x) is NLLLoss(log_softmax(x)). NLLLoss by itself only picks the number at the label and
turns its sign; it has no logarithm in it, whatever the name says. Since log_softmax of
log-probabilities changes nothing, CrossEntropyLoss of log-probabilities is right too; NLLLoss of logits
is not.

In statistics the negative log-likelihood is of any model: of a normal distribution it is squared error
up to constants (GaussianNLLLoss), of counts PoissonNLLLoss. Of a classifier it is cross-entropy.
""",
        formula="NLL = -log p_y;  cross_entropy(x, y) = nll_loss(log_softmax(x), y)",
        example="""
>>> x, y = np.array([[2.0, 1.0, 0.0]]), np.array([0])
>>> from xlogits.dialects.torch.nn import functional as F
>>> [round(float(v), 4) for v in (F.cross_entropy(x, y), F.nll_loss(xl.log_softmax(x), y))]
[0.4076, 0.4076]
""",
        mistake=Mistake(
            "NLLLoss of probabilities, or of logits",
            "For logits (2, 1, 0) and class 0, NLLLoss of the log-probabilities is {right}; of the "
            "probabilities {probs}, of the logits {logits}: negative, and without an error.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), form="log_probabilities"),
        next=("cross-entropy", "log-softmax", "negative-loss", "perplexity"),
        sources=(
            Source(
                "PyTorch, NLLLoss",
                2026,
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0])",
        numbers={
            "right": Number(
                "0.4076",
                "xl.softmax_cross_entropy(x, y)",
                "F.nll_loss(F.log_softmax(t(x), 1), t(y))",
            ),
            "probs": Number(
                "-0.6652",
                "dialects.torch.nn.functional.nll_loss(xl.softmax(x), y)",
                "F.nll_loss(F.softmax(t(x), 1), t(y))",
            ),
            "logits": Number(
                "-2.0",
                "dialects.torch.nn.functional.nll_loss(x, y)",
                "F.nll_loss(t(x), t(y))",
            ),
        },
    ),
    Concept(
        id="bce",
        names=(
            *("BCE", "binary cross-entropy", "binary cross entropy loss", "sigmoid cross-entropy"),
            *("BCE loss", "logistic loss", "binary log loss"),
        ),
        asked=(
            "binary cross-entropy formula",
            "binary cross-entropy vs cross-entropy",
            "loss for binary classification",
            "loss for multi-label classification",
            "what does bce stand for",
        ),
        sentence="Binary cross-entropy is the cross-entropy of an event that happens or not, "
        "-(z log p + (1 - z) log(1 - p)); of a logit it is log(1 + exp(x)) - z x.",
        answer="""
For logit 2 it costs {yes} if the event happens and {no} if not. A logit of 0 costs log 2 either way.
Several outputs are several events, each with a target of 0, 1 or between (multi-label); "mean" then
divides by events times items.

It is softmax cross-entropy of the two scores (x, 0). Its gradient is sigmoid(x) - z.

PyTorch has BCELoss for probabilities and BCEWithLogitsLoss for logits; TensorFlow
tf.nn.sigmoid_cross_entropy_with_logits; Keras BinaryCrossentropy, for probabilities unless told
from_logits=True; optax sigmoid_binary_cross_entropy. Prefer logits everywhere: the logarithm of a
rounded probability is clipped.
""",
        formula="-(z log σ(x) + (1 - z) log(1 - σ(x))) = max(x, 0) - z x + log(1 + exp(-|x|))",
        example="""
>>> x, z = np.array([2.0, 2.0]), np.array([1.0, 0.0])
>>> xl.sigmoid_cross_entropy(x, z).round(4).tolist()
[0.1269, 2.1269]
""",
        mistake=Mistake(
            "logits given to the loss of probabilities",
            "Keras clips what it takes for probabilities: for logits (2, -1), targets (1, 0) it "
            "says {zero} instead of {right}, and {big} instead of {other} with the targets the other "
            "way round. PyTorch's BCELoss raises, unless all logits happen to lie between 0 and 1.",
        ),
        functions=Functions(losses=("SigmoidCrossEntropy",)),
        next=("with_logits", "from_logits", "pos_weight", "softmax-vs-sigmoid"),
        sources=(
            KERAS,
            Source(
                "PyTorch, BCEWithLogitsLoss",
                2026,
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
            ),
        ),
        setup="x = np.array([2.0, -1.0]); z = np.array([1.0, 0.0]); two = np.array([2.0])",
        numbers={
            "yes": Number(
                "0.1269",
                "xl.sigmoid_cross_entropy(two, np.ones(1))",
                "F.binary_cross_entropy_with_logits(t(two), t([1.0]).double())",
            ),
            "no": Number(
                "2.1269",
                "xl.sigmoid_cross_entropy(two, np.zeros(1))",
                "F.binary_cross_entropy_with_logits(t(two), t([0.0]).double())",
            ),
            "right": Number(
                "0.2201",
                "xl.sigmoid_cross_entropy(x, z, reduction='mean')",
                "keras.losses.BinaryCrossentropy(from_logits=True)(z, x)",
            ),
            "other": Number(
                "1.7201",
                "xl.sigmoid_cross_entropy(x, 1 - z, reduction='mean')",
                "keras.losses.BinaryCrossentropy(from_logits=True)(1 - z, x)",
            ),
            "zero": Number(
                "0.0000",
                "dialects.keras.losses.BinaryCrossentropy()(z, x)",
                "keras.losses.BinaryCrossentropy()(z, x)",
            ),
            "big": Number(
                "16.03",
                "dialects.keras.losses.BinaryCrossentropy()(1 - z, x)",
                "keras.losses.BinaryCrossentropy()(1 - z, x)",
            ),
        },
    ),
)
