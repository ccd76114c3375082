"""The functions around logits: softmax, sigmoid, and what they keep and forget."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

BRIDLE = Source(
    "Bridle, Probabilistic interpretation of feedforward classification network outputs",
    1990,
    "https://doi.org/10.1007/978-3-642-76153-9_28",
)
HIGHAM = Source(
    "Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax functions",
    2021,
    "https://doi.org/10.1093/imanum/draa038",
)

CONCEPTS = (
    Concept(
        id="softmax",
        names=("softmax", "softmax function", "soft max", "normalized exponential", "softargmax"),
        asked=(
            "what does softmax do",
            "softmax formula",
            "exp(logits) divided by exp(logits)",
            "np.exp(logits) / np.exp(logits)",
            "softmax gives all ones",
            "softmax along which axis",
            "multinomial logistic function",
        ),
        sentence="Softmax turns a row of logits into probabilities that sum to 1: the exponential of "
        "each, divided by the sum of the exponentials of all.",
        answer="""
Only differences of logits count: softmax of (2, 1, 0.1) and of (102, 101, 100.1) are both ({p}). That
is also how it is computed, after the largest logit was subtracted, so that no exponential overflows.

For two logits it is a sigmoid of their difference: softmax(a, b) = (sigmoid(a - b), sigmoid(b - a)).
The name is of a smooth argmax: the larger the differences, the nearer is the result to 1 for the
largest logit and 0 for the rest.

Its gradient is p_i (1 - p_i) on the diagonal and -p_i p_j beside it. Together with the logarithm of
cross-entropy all this becomes p - q, predicted minus wanted, which is why losses take logits. Along
which axis is a choice: the last by default in TensorFlow, Keras, JAX and here; PyTorch wants dim.
""",
        formula="softmax(x)_i = exp(x_i) / Σ_j exp(x_j)",
        example="""
>>> x = np.array([2.0, 1.0, 0.1])
>>> xl.softmax(x).round(3).tolist()
[0.659, 0.242, 0.099]
>>> round(float(xl.softmax(x).sum()), 12)
1.0
""",
        mistake=Mistake(
            "the sum is forgotten",
            "np.exp(x) / np.exp(x) is ({ones}) for every x, and np.exp(x) / np.exp(x).sum() of a "
            "batch sums over the batch too. Along an axis, of (2, 1, 0.1), it is ({p}).",
        ),
        functions=Functions(losses=("softmax",)),
        next=("logits", "softmax-vs-sigmoid", "log-softmax", "stability", "temperature"),
        sources=(BRIDLE, HIGHAM),
        setup="x = np.array([2.0, 1.0, 0.1])",
        numbers={
            "p": Number(
                "0.659, 0.242, 0.099",
                "xl.softmax(np.array([102.0, 101.0, 100.1]))",
                "F.softmax(t(x), dim=-1)",
            ),
            "ones": Number("1, 1, 1", "np.exp(x) / np.exp(x)", "t(x).exp() / t(x).exp()"),
        },
    ),
    Concept(
        id="sigmoid",
        names=(
            "sigmoid",
            "logistic function",
            "logistic",
            "expit",
            "logistic sigmoid",
            "inverse logit",
        ),
        asked=(
            "what does the sigmoid do",
            "is the logistic function the sigmoid",
            "sigmoid vs logistic function",
            "sigmoid formula",
            "inverse of the logit",
        ),
        sentence="The sigmoid turns one logit into a probability, 1 / (1 + exp(-x)); the logistic "
        "function and expit are other names for it.",
        answer="""
0 goes to 0.5, 2 to {two}, -2 to {minus}. It is the inverse of the logit, log(p / (1 - p)), and softmax
of two classes of which one has the logit 0. Its slope is p (1 - p), at most a quarter.

Statisticians say logistic function, SciPy and JAX expit, neural networks sigmoid, although that word
means any curve of this shape, tanh among them. Each number is computed by itself, so several sigmoids
side by side are several events that do not exclude each other.

Losses with_logits have it inside. For the logarithm of a sigmoid there is a function of its own,
log_sigmoid, which is exact where the sigmoid is rounded to 0.
""",
        formula="sigmoid(x) = 1 / (1 + exp(-x)) = exp(x) / (1 + exp(x));  sigmoid(-x) = 1 - sigmoid(x)",
        example="""
>>> xl.sigmoid(np.array([-2.0, 0.0, 2.0])).round(3).tolist()
[0.119, 0.5, 0.881]
>>> xl.softmax(np.array([2.0, 0.0])).round(3).tolist()
[0.881, 0.119]
""",
        mistake=Mistake(
            "sigmoid before a loss that has it inside",
            "BCEWithLogitsLoss of sigmoid(x) instead of x: for x = 5 and target 1 it gives {wrong}, "
            "right is {right}. It can never be less than {least}, however sure the model is, "
            "because the second sigmoid gets a number of at most 1.",
        ),
        functions=Functions(losses=("sigmoid",)),
        next=("logit", "softmax-vs-sigmoid", "bce", "with_logits"),
        sources=(
            Source(
                "Cramer, The origins of logistic regression",
                2002,
                "https://papers.ssrn.com/abstract=360300",
            ),
        ),
        setup="x = np.array([5.0]); z = np.array([1.0])",
        numbers={
            "two": Number("0.881", "xl.sigmoid(np.array(2.0))", "torch.sigmoid(t(2.0))"),
            "minus": Number("0.119", "xl.sigmoid(np.array(-2.0))", "scipy.special.expit(-2.0)"),
            "right": Number(
                "0.0067",
                "xl.sigmoid_cross_entropy(x, z)",
                "F.binary_cross_entropy_with_logits(t(x), t(z))",
            ),
            "wrong": Number(
                "0.3151",
                "xl.sigmoid_cross_entropy(xl.sigmoid(x), z)",
                "F.binary_cross_entropy_with_logits(torch.sigmoid(t(x)), t(z))",
            ),
            "least": Number(
                "0.3133",
                "xl.sigmoid_cross_entropy(np.ones(1), z)",
                "F.binary_cross_entropy_with_logits(t([1.0]), t([1.0]))",
            ),
        },
    ),
    Concept(
        id="softmax-vs-sigmoid",
        names=("softmax vs sigmoid", "sigmoid vs softmax", "multi-label vs multi-class"),
        asked=(
            "softmax or sigmoid",
            "difference between softmax and sigmoid",
            "softmax or sigmoid for multi-label classification",
            "softmax or sigmoid for binary classification",
            "multi-label or multi-class loss",
            "when to use sigmoid instead of softmax",
            "one output with sigmoid or two with softmax",
        ),
        sentence="Softmax for classes of which exactly one is true, its probabilities compete and sum "
        "to 1; sigmoid for events that may be true together, each with a probability of its own.",
        answer="""
Multi-class, one label of several: softmax and its cross-entropy (CrossEntropyLoss,
SparseCategoricalCrossentropy). Multi-label, any number of labels: a sigmoid for each and binary
cross-entropy (BCEWithLogitsLoss, BinaryCrossentropy(from_logits=True)).

For logits (3, 3, -3), of a picture with two things in it, softmax gives ({soft}), the sigmoid ({sig}).
Softmax cannot say yes twice.

For two classes that exclude each other both do: one score x with a sigmoid is the softmax of (x, 0),
and two scores (a, b) with softmax are the sigmoid of a - b. Value and gradient are the same; one score
has fewer parameters.
""",
        formula="softmax(x)_i = exp(x_i) / Σ_j exp(x_j);  sigmoid(x_i) = 1 / (1 + exp(-x_i))",
        example="""
>>> x = np.array([3.0, 3.0, -3.0])
>>> xl.softmax(x).round(3).tolist()
[0.499, 0.499, 0.001]
>>> xl.sigmoid(x).round(3).tolist()
[0.953, 0.953, 0.047]
""",
        mistake=Mistake(
            "binary cross-entropy with one-hot labels of a softmax problem",
            "For logits (2, 1, 0) and class 0, cross-entropy is {ce}; binary cross-entropy of the same "
            "row and its one-hot label is {bce}, another objective: it asks each class by itself. "
            "Accuracy counted in its way is high for rare classes, since most entries are 0.",
        ),
        functions=Functions(losses=("softmax", "sigmoid")),
        next=("softmax", "sigmoid", "cross-entropy", "bce"),
        sources=(BRIDLE,),
        setup="x = np.array([2.0, 1.0, 0.0]); y = np.array(0); q = np.array([1.0, 0.0, 0.0])",
        numbers={
            "soft": Number(
                "0.499, 0.499, 0.001",
                "xl.softmax(np.array([3.0, 3.0, -3.0]))",
                "F.softmax(t([3.0, 3.0, -3.0]), 0)",
            ),
            "sig": Number(
                "0.953, 0.953, 0.047",
                "xl.sigmoid(np.array([3.0, 3.0, -3.0]))",
                "torch.sigmoid(t([3.0, 3.0, -3.0]))",
            ),
            "ce": Number("0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"),
            "bce": Number(
                "0.7111",
                "xl.sigmoid_cross_entropy(x, q, reduction='mean')",
                "keras.losses.BinaryCrossentropy(from_logits=True)(q[None], x[None])",
            ),
        },
    ),
    Concept(
        id="inverse-of-softmax",
        names=("inverse of softmax", "inverse softmax", "softmax inverse"),
        asked=(
            "get the logits back from probabilities",
            "undo softmax",
            "recover the logits from softmax output",
            "is softmax invertible",
            "is softmax the inverse of the logit",
            "is the logit of a softmax unique",
            "convert probabilities back to logits",
        ),
        sentence="Softmax has no single inverse: log p is one row of logits that gives p, and every "
        "other is log p plus a constant.",
        answer="""
Softmax forgets a constant, so no function can give it back. What it keeps are the differences of the
logits, and the logarithm returns them: softmax(log p) = p for every p whose entries are positive and
sum to 1.

The logit is the inverse of the sigmoid, not of softmax. For p = ({p}), softmax(log p) is ({right}) and
softmax(logit(p)) is ({wrong}).

If the scores themselves are wanted, keep them: a model that ends in softmax gives them up.
""",
        formula="softmax(log p) = p;  log softmax(x) = x - logsumexp(x)",
        example="""
>>> p = xl.softmax(np.array([2.0, 1.0, 0.1]))
>>> xl.softmax(np.log(p)).round(3).tolist()
[0.659, 0.242, 0.099]
>>> xl.softmax(xl.logit(p)).round(3).tolist()
[0.818, 0.135, 0.046]
""",
        mistake=Mistake(
            "logit taken for the inverse of softmax",
            "softmax(logit(p)) is proportional to p / (1 - p) and not to p: ({wrong}) for ({p}).",
        ),
        functions=Functions(losses=("log_softmax", "logit")),
        next=("logits", "logit", "log-softmax"),
        sources=(HIGHAM,),
        setup="p = xl.softmax(np.array([2.0, 1.0, 0.1]))",
        numbers={
            "p": Number("0.659, 0.242, 0.099", "p", "scipy.special.softmax([2.0, 1.0, 0.1])"),
            "right": Number(
                "0.659, 0.242, 0.099", "xl.softmax(np.log(p))", "F.softmax(t(p).log(), dim=0)"
            ),
            "wrong": Number(
                "0.818, 0.135, 0.046",
                "xl.softmax(xl.logit(p))",
                "F.softmax(torch.logit(t(p)), dim=0)",
            ),
        },
    ),
    Concept(
        id="argmax-invariance",
        names=("argmax invariance", "argmax of logits"),
        asked=(
            "need softmax to predict the class",
            "softmax for the argmax",
            "argmax of logits vs softmax",
            "do i need softmax at inference",
            "predicted class from logits",
            "threshold for logits",
            "threshold for sigmoid",
            "is softmax needed for accuracy",
        ),
        sentence="Softmax and sigmoid keep the order, so the predicted class is the argmax of the "
        "logits, and no softmax is needed to find it.",
        answer="""
Within a row the largest logit has the largest probability, for every temperature too: argmax, top-k and
accuracy are the same for logits, log-probabilities and probabilities. Softmax is needed where the
probability itself is shown, compared with a threshold, or compared between rows: logits of two rows
cannot be compared, as each row has a constant of its own.

For a sigmoid the threshold moves along: probability 0.5 is logit 0. A logit of 0.3 is a yes, with
probability {yes}.

This is also why a softmax too much does not show in accuracy, but only in the loss.
""",
        formula="argmax softmax(x / T) = argmax x for T > 0;  sigmoid(x) > 0.5 where x > 0",
        example="""
>>> x = np.array([[2.0, 1.0, 0.1], [-3.0, -1.0, -2.0]])
>>> x.argmax(axis=1).tolist(), xl.softmax(x).argmax(axis=1).tolist()
([0, 1], [0, 1])
>>> (xl.sigmoid(np.array([0.3, -0.3])) > 0.5).tolist()
[True, False]
""",
        mistake=Mistake(
            "a threshold of 0.5 on logits",
            "A logit of 0.3 is below 0.5, and its probability is {yes}: compare logits with 0. The "
            "threshold 0.5 on logits is one of {hidden} on probabilities.",
        ),
        functions=None,
        next=("loss-vs-accuracy", "softmax", "temperature", "softmax-twice"),
        sources=(HIGHAM,),
        numbers={
            "yes": Number("0.574", "xl.sigmoid(np.array(0.3))", "torch.sigmoid(t(0.3))"),
            "hidden": Number("0.622", "xl.sigmoid(np.array(0.5))", "torch.sigmoid(t(0.5))"),
        },
    ),
)
