"""What a score stands for: log-odds, odds and probabilities."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source
from xlogits.concepts.scores import CRAMER

CONCEPTS = (
    Concept(
        id="log-odds",
        names=("log-odds", "log odds", "logarithm of the odds", "lods"),
        asked=(
            "interpret log odds in logistic regression",
            "coefficient of logistic regression",
            "odds ratio",
            "log odds to probability",
            "log odds vs logit",
            "log(p / (1 - p))",
        ),
        sentence="Log-odds are the logarithm of the odds of an event, log(p / (1 - p)): the same "
        "number as its logit, under a name that says what it is.",
        answer="""
Positive is more likely than not, negative less likely, 0 even. Independent pieces of evidence multiply
the odds, and so they add up in log-odds; that is why models are linear in them. A coefficient b of
logistic regression adds b to the log-odds for each unit of its input, so it multiplies the odds by
exp(b), the odds ratio, whatever the other inputs are.

What that does to the probability depends on where it starts. Twice the odds, b = log 2, takes 0.5 to
{from_half} and 0.9 to {from_nine}.

The difference of two logits of a softmax is the log-odds of one of the two classes against the other.
""",
        formula="log-odds = log(p / (1 - p));  odds ratio = exp(difference of log-odds)",
        example="""
>>> p = np.array([0.5, 0.9])
>>> xl.sigmoid(xl.logit(p) + np.log(2)).round(3).tolist()  # twice the odds
[0.667, 0.947]
""",
        mistake=Mistake(
            "an odds ratio read as a ratio of probabilities",
            "An odds ratio of 2 does not make an event twice as likely. From 0.5 it is {ratio_half} "
            "times the probability, from 0.9 it is {ratio_nine} times; only rare events come near 2.",
        ),
        functions=None,
        next=("odds", "logit", "sigmoid"),
        sources=(
            CRAMER,
            Source("Wikipedia, Logit", 2026, "https://en.wikipedia.org/wiki/Logit"),
        ),
        setup="p = np.array([0.5, 0.9]); q = xl.sigmoid(xl.logit(p) + np.log(2))",
        numbers={
            "from_half": Number("0.667", "q[0]", "torch.sigmoid(torch.logit(t(p)) + np.log(2))[0]"),
            "from_nine": Number("0.947", "q[1]", "torch.sigmoid(torch.logit(t(p)) + np.log(2))[1]"),
            "ratio_half": Number(
                "1.33",
                "(q / p)[0]",
                "scipy.special.expit(scipy.special.logit(p) + np.log(2))[0] / 0.5",
            ),
            "ratio_nine": Number(
                "1.05",
                "(q / p)[1]",
                "scipy.special.expit(scipy.special.logit(p) + np.log(2))[1] / 0.9",
            ),
        },
    ),
    Concept(
        id="odds",
        names=("odds", "odds of an event"),
        asked=(
            "odds vs probability",
            "convert odds to probability",
            "odds in favour",
            "odds against",
            "p / (1 - p)",
            "p over 1 minus p",
        ),
        sentence="The odds of an event are its probability divided by that of its opposite, "
        "p / (1 - p): odds of 4 to 1 are a probability of 0.8.",
        answer="""
Probabilities lie between 0 and 1, odds between 0 and infinity, and their logarithm, the logit,
anywhere. Even odds, 1 to 1, are a probability of 0.5. The way back is p = odds / (1 + odds).

A sigmoid output of logit x has the odds exp(x), so the logit {logit} stands for odds of {four} to 1.
""",
        formula="odds = p / (1 - p) = exp(logit(p));  p = odds / (1 + odds)",
        example="""
>>> xl.sigmoid(np.log(np.array([4.0, 1.0, 1 / 3]))).round(3).tolist()  # 4 to 1, even, 1 to 3
[0.8, 0.5, 0.25]
""",
        mistake=Mistake(
            "odds taken for a probability",
            "Odds of one to three are a probability of {quarter}: one chance in four, not in three.",
        ),
        functions=None,
        next=("log-odds", "logit", "probability"),
        sources=(CRAMER,),
        numbers={
            "logit": Number(
                "1.386", "xl.logit(np.array(0.8))", "torch.logit(t(0.8, dtype=torch.double))"
            ),
            "four": Number("4", "np.exp(xl.logit(np.array(0.8)))", "torch.logit(t(0.8)).exp()"),
            "quarter": Number(
                "0.25", "xl.sigmoid(np.log(np.array(1 / 3)))", "torch.sigmoid(t(1 / 3).log())"
            ),
        },
    ),
    Concept(
        id="probability",
        names=("probability", "probabilities", "probs", "class probabilities"),
        asked=(
            "get probabilities from logits",
            "convert logits to probabilities",
            "output probabilities of a classifier",
            "probabilities do not sum to 1",
        ),
        sentence="A probability here is a number from 0 to 1 that a model gives to a class or to an "
        "event: softmax makes them of a row of logits, sigmoid of each logit by itself.",
        answer="""
A prediction comes in one of three forms, and which one a loss takes is the first thing to know about
it: logits, log-probabilities, or probabilities. PyTorch's CrossEntropyLoss takes logits, its NLLLoss
log-probabilities, its BCELoss probabilities; Keras' losses take probabilities unless from_logits is
set.

The probabilities of a softmax sum to 1, those of several sigmoids need not: they belong to events that
do not exclude each other. For logits (3, 3) softmax says ({both_softmax}) and the sigmoid
({both_sigmoid}).

Losses of probabilities have to take a logarithm of numbers that may have been rounded to 0 or 1, so
they clip: Keras to 1e-7 and 1 - 1e-7, PyTorch's BCELoss the logarithm at -100. Losses of logits need
not. A probability that a model gives out is no promise of how often it is right; that is calibration.
""",
        formula="softmax: p_i = exp(x_i) / Σ_j exp(x_j);  sigmoid: p = 1 / (1 + exp(-x))",
        example="""
>>> x = np.array([3.0, 3.0])
>>> xl.softmax(x).round(3).tolist()
[0.5, 0.5]
>>> xl.sigmoid(x).round(3).tolist()
[0.953, 0.953]
""",
        mistake=Mistake(
            "probabilities given to a loss that takes logits",
            "For logits (2, 1, 0) and class 0 the loss is {right}. Of the probabilities, "
            "CrossEntropyLoss gives {wrong} and no error: it applies softmax again.",
        ),
        functions=Functions(
            losses=("SoftmaxCrossEntropy", "SigmoidCrossEntropy"),
            options=("pred",),
            form="probabilities",
        ),
        next=("logits", "softmax", "sigmoid", "calibration"),
        sources=(
            Source(
                "Keras, Probabilistic losses",
                2026,
                "https://keras.io/api/losses/probabilistic_losses/",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0])",
        numbers={
            "both_softmax": Number(
                "0.5, 0.5", "xl.softmax(np.array([3.0, 3.0]))", "F.softmax(t([3.0, 3.0]), dim=0)"
            ),
            "both_sigmoid": Number(
                "0.953, 0.953", "xl.sigmoid(np.array([3.0, 3.0]))", "torch.sigmoid(t([3.0, 3.0]))"
            ),
            "right": Number(
                "0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"
            ),
            "wrong": Number(
                "0.7972",
                "xl.softmax_cross_entropy(xl.softmax(x), y)",
                "F.cross_entropy(F.softmax(t(x), dim=1), t(y))",
            ),
        },
    ),
)
