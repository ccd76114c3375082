"""What a classifier gives out, and the two meanings of the word: logits and the logit."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

BERKSON = Source(
    "Berkson, Application of the logistic function to bio-assay, JASA 39",
    1944,
    "https://doi.org/10.1080/01621459.1944.10500699",
)
CARPENTER = Source(
    "Carpenter, Those are unnormalized log probabilities, not logits, in your neural network's "
    "final layer",
    2024,
    "https://statmodeling.stat.columbia.edu/2024/12/26/"
    "those-are-unnormalized-log-probabilities-not-logits-in-your-neural-networks-final-layer/",
)
CRAMER = Source(
    "Cramer, The origins of logistic regression", 2002, "https://papers.ssrn.com/abstract=360300"
)

CONCEPTS = (
    Concept(
        id="logits",
        names=("logits", "unnormalised log-probabilities", "unscaled log probabilities"),
        asked=(
            "what are logits",
            "meaning of the word logits",
            "logits vs probabilities",
            "why is the input of softmax called logits",
            "raw scores of the last layer before softmax",
            "raw outputs of a network without activation",
            "are logits probabilities",
            "can logits be negative",
            "are logits log-odds with several classes",
            "why do answers about logits contradict each other",
            "logits of a neural network",
            "model outputs negative numbers",
            "model outputs numbers larger than 1",
            "output layer gives values that are not between 0 and 1",
        ),
        sentence="Logits are a classifier's raw scores, one for each class, before softmax or "
        "sigmoid: log-probabilities up to a constant that all classes of a row share.",
        answer="""
Softmax makes probabilities of them, and one number added to all logits of a row changes nothing:
softmax of (2, 1, 0.1) and of (12, 11, 10.1) are both ({p}). So a single logit of a row says nothing by
itself. The difference of two does: it is the log-odds of these two classes, x_i - x_j = log(p_i / p_j).

For one event, or two classes with one score, the score goes through a sigmoid, and there the logit is
the log-odds itself: x = log(p / (1 - p)). That is the statistician's meaning, a function of one
probability. For several classes the word came along from the multinomial logit model, whose scores go
through softmax; a statistician would rather say log-probabilities that are not normalised, and is
right: the logit function of the probabilities does not give these scores back.

"Logits are unnormalised probabilities", as popular answers say, is wrong by a logarithm. Logits may be
negative, and it is exp(x) that is proportional to the probabilities, not x. Nor are they a measure of
confidence by themselves: how sure a model is lies in the differences within a row.

A function whose input is called logits applies softmax or sigmoid itself, together with the logarithm,
which loses no digits. Do not apply it before. Keras' losses take logits only with from_logits=True.
""",
        formula="p_i = exp(x_i) / Σ_j exp(x_j), so x_i = log p_i + c;  one event: x = log(p / (1 - p))",
        example="""
>>> x = np.array([2.0, 1.0, 0.1])
>>> xl.softmax(x).round(3).tolist()
[0.659, 0.242, 0.099]
>>> xl.softmax(x + 10).round(3).tolist()
[0.659, 0.242, 0.099]
>>> (x - xl.log_softmax(x)).round(3).tolist()  # the constant
[2.417, 2.417, 2.417]
""",
        mistake=Mistake(
            "taken for probabilities that only have to be divided by their sum",
            "(2, 1, 0.1) divided by its sum is ({divided}); the probabilities are ({p}). With a "
            "negative logit the quotient is not even between 0 and 1.",
        ),
        functions=Functions(
            losses=("SoftmaxCrossEntropy", "SigmoidCrossEntropy"), options=("pred",), form="logits"
        ),
        next=("softmax", "logit", "from_logits", "softmax-twice"),
        sources=(
            CARPENTER,
            BERKSON,
            Source(
                "TensorFlow, tf.nn.softmax_cross_entropy_with_logits",
                2026,
                "https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits",
            ),
        ),
        setup="x = np.array([2.0, 1.0, 0.1])",
        numbers={
            "p": Number(
                "0.659, 0.242, 0.099",
                "xl.softmax(np.array([12.0, 11.0, 10.1]))",
                "F.softmax(t(x), dim=0)",
            ),
            "divided": Number("0.645, 0.323, 0.032", "x / x.sum()", "t(x) / t(x).sum()"),
        },
    ),
    Concept(
        id="logit",
        names=("logit", "logit function", "logit link", "inverse of sigmoid", "inverse sigmoid"),
        asked=(
            "what is a logit",
            "convert a logit to a probability",
            "logit of 0.5",
            "logit function in statistics",
            "logit of a probability",
            "logit link function of logistic regression",
            "meaning of a logit of 0",
        ),
        sentence="The logit of a probability p is the logarithm of its odds, log(p / (1 - p)): it "
        "takes (0, 1) to all real numbers, and its inverse is the sigmoid.",
        answer="""
0.5 goes to 0, 0.9 to {nine}, 0.1 to {one}. Back to the probability: p = 1 / (1 + exp(-x)), the sigmoid.
One more is a factor of e in the odds, wherever one starts.

To a statistician the logit is the link of logistic regression: what is linear in the inputs is not the
probability but its logit. In deep learning a logit is also one score of several, before softmax. Where
the score goes through a sigmoid both meanings are the same number. Where it goes through softmax they
are not: of one score among several neither probability nor odds can be told without the others.

The inverse of the logit is the sigmoid, not softmax, although popular answers call softmax its inverse:
softmax has no inverse, because it forgets a constant.
""",
        formula="logit(p) = log(p / (1 - p)) = log p - log(1 - p);  sigmoid(logit(p)) = p",
        example="""
>>> xl.logit(np.array([0.1, 0.5, 0.9])).round(3).tolist()
[-2.197, 0.0, 2.197]
>>> xl.sigmoid(np.array([-2.197, 0.0, 2.197])).round(3).tolist()
[0.1, 0.5, 0.9]
""",
        mistake=Mistake(
            "the way back through a rounded probability",
            "In float32 the sigmoid of 20 is exactly 1, so its logit is {lost}, and not 20. Keep "
            "the logit, and give it to a function that takes logits.",
        ),
        functions=Functions(losses=("logit",)),
        next=("log-odds", "sigmoid", "inverse-of-softmax", "logit-history"),
        sources=(BERKSON, CRAMER),
        numbers={
            "nine": Number("2.197", "xl.logit(np.array(0.9))", "torch.logit(t(0.9))"),
            "one": Number("-2.197", "xl.logit(np.array(0.1))", "scipy.special.logit(0.1)"),
            "lost": Number(
                "inf",
                "xl.logit(xl.sigmoid(np.float32([20])))",
                "torch.logit(torch.sigmoid(t([20.0])))",
            ),
        },
    ),
    Concept(
        id="logit-history",
        names=("history of the logit", "origin of the word logit", "probit", "logistic unit"),
        asked=(
            "where does the word logit come from",
            "why is it called a logit or logistic unit",
            "who invented the logit",
            "etymology of logit",
            "etymology of logits",
            "who coined logit",
            "who invented softmax",
            "probit vs logit",
            "berkson 1944",
            "bliss 1934",
        ),
        sentence="Logit is short for logistic unit: Berkson made the word in 1944 after Bliss' "
        "probit, the probability unit, of 1934.",
        answer="""
Chester Bliss measured how many insects a dose of poison kills. To draw the curve as a straight line he
put percentages through the inverse of the normal distribution and called the result probits,
probability units. Joseph Berkson took the logistic curve in place of the normal one, as it is easier to
compute, and in 1944 named its unit in the same manner: logit. The curve is older: Verhulst drew the
growth of populations with it a century before and called it logistic.

Both go to 0 at 0.5 and are much alike up to scale: at 0.975 the probit is {probit}, the logit {logit}.

From one probability the word went to several: econometrics called the model whose scores go through
what is now called softmax the multinomial or conditional logit (McFadden 1974). Bridle named softmax in
1990. Neural-network code then called the scores themselves logits, and TensorFlow spread the plural in
the names of its functions. Hence two meanings: for the statistician log(p / (1 - p)) of a probability,
for the programmer whatever goes into softmax or sigmoid. They agree for the sigmoid alone.
""",
        formula="probit(p) = Φ⁻¹(p);  logit(p) = log(p / (1 - p))",
        example="""
>>> xl.logit(np.array([0.025, 0.5, 0.975])).round(3).tolist()
[-3.664, 0.0, 3.664]
""",
        mistake=Mistake(
            "the statistician's function applied to softmax's probabilities",
            "logit of ({p}) is ({odds}): the log-odds of each class against all others together. "
            "The scores that went into softmax were (2, 1, 0.1), and softmax of these log-odds is "
            "({back}), another distribution.",
        ),
        functions=Functions(losses=("logit",)),
        next=("logit", "logits", "inverse-of-softmax"),
        sources=(
            Source(
                "Bliss, The method of probits, Science 79",
                1934,
                "https://doi.org/10.1126/science.79.2037.38",
            ),
            BERKSON,
            CRAMER,
            Source(
                "McFadden, Conditional logit analysis of qualitative choice behavior",
                1974,
                "https://eml.berkeley.edu/reprints/mcfadden/zarembka.pdf",
            ),
            CARPENTER,
        ),
        setup="p = xl.softmax(np.array([2.0, 1.0, 0.1]))",
        numbers={
            "probit": Number(
                "1.960",
                "statistics.NormalDist().inv_cdf(0.975)",
                "scipy.special.ndtri(0.975)",
            ),
            "logit": Number("3.664", "xl.logit(np.array(0.975))", "scipy.special.logit(0.975)"),
            "p": Number("0.659, 0.242, 0.099", "p", "F.softmax(t([2.0, 1.0, 0.1]), dim=0)"),
            "odds": Number("0.659, -1.139, -2.213", "xl.logit(p)", "scipy.special.logit(p)"),
            "back": Number(
                "0.818, 0.135, 0.046",
                "xl.softmax(xl.logit(p))",
                "scipy.special.softmax(scipy.special.logit(p))",
            ),
        },
    ),
)
