"""What is measured in nats: entropy, divergence and perplexity."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

SHANNON = Source(
    "Shannon, A mathematical theory of communication",
    1948,
    "https://doi.org/10.1002/j.1538-7305.1948.tb01338.x",
)

CONCEPTS = (
    Concept(
        id="entropy",
        names=("entropy", "shannon entropy", "information entropy", "nats", "bits"),
        asked=(
            "entropy of a distribution",
            "entropy of softmax output",
            "entropy vs cross-entropy",
            "uncertainty of a prediction",
            "entropy in bits or nats",
        ),
        sentence="The entropy of a distribution is the cross-entropy with itself, -Σ p_i log p_i: how "
        "much is not known, 0 for a certain outcome and log C for C equal ones.",
        answer="""
It is the least that a cross-entropy with labels q can be, reached at p = q: H(q, p) = H(q) + KL(q ||
p). One-hot labels have entropy 0, so there the loss can go to 0; smoothed labels, and labels on which
people disagree, do not let it.

With the natural logarithm it is in nats, with base 2 in bits: three equal classes have {nats} nats or
{bits} bits. Losses use nats. A term of probability 0 counts 0.
""",
        formula="H(p) = -Σ_i p_i log p_i;  0 ≤ H(p) ≤ log C",
        example="""
>>> p = np.array([0.5, 0.25, 0.25])
>>> round(float(xl.softmax_cross_entropy(np.log(p), p)), 4)  # with itself
1.0397
""",
        mistake=Mistake(
            "bits taken for nats",
            "scipy.stats.entropy and every loss give nats, {nats} for three equal classes; papers on "
            "coding give bits, {bits}. One is the other divided by log 2.",
        ),
        functions=Functions(losses=("entr", "RelativeEntropy")),
        next=("cross-entropy", "kl-divergence", "perplexity", "first-loss"),
        sources=(SHANNON,),
        setup="p = np.ones(3) / 3",
        numbers={
            "nats": Number(
                "1.0986", "xl.softmax_cross_entropy(np.log(p), p)", "scipy.stats.entropy(p)"
            ),
            "bits": Number(
                "1.5850",
                "xl.softmax_cross_entropy(np.log(p), p) / np.log(2)",
                "scipy.stats.entropy(p, base=2)",
            ),
        },
    ),
    Concept(
        id="kl-divergence",
        names=(
            *("KL divergence", "KL", "Kullback-Leibler divergence", "relative entropy", "KLD"),
            *("KLDivLoss", "kl div", "kl loss"),
        ),
        asked=(
            "difference between cross-entropy and KL divergence",
            "KLDivLoss batchmean vs mean",
            "KLDivLoss input log probabilities",
            "direction of the KL divergence",
            "KL divergence is negative",
            "forward or reverse kl",
            "order of the arguments of kl_div",
        ),
        sentence="KL(q || p) is what predicting p costs beyond the entropy of the true q: cross-entropy "
        "minus entropy, 0 where they are equal, and not symmetric.",
        answer="""
For fixed labels the entropy is a constant, so cross-entropy and KL have the same gradient by the logits
and the same optimum; for one-hot labels they are the same number. They differ where the labels are
computed too, as from a teacher.

PyTorch's kl_div(input, target) wants log-probabilities as input and probabilities as target, the
prediction first: it is KL(target || exp(input)). Its default, "mean", divides by all elements, classes
included; "batchmean" divides by the rows and is the divergence. For the rows below: {batchmean} and
{mean}. Keras takes (labels, prediction), both as probabilities; scipy.special.rel_entr gives single
terms and scipy.stats.entropy(q, p) their sum.
""",
        formula="KL(q || p) = Σ_i q_i log(q_i / p_i) = H(q, p) - H(q) ≥ 0",
        example="""
>>> from xlogits.dialects.torch.nn import functional as F
>>> x, q = np.array([[2.0, 1.0, 0.0]]), np.array([[0.7, 0.2, 0.1]])
>>> print(round(float(F.kl_div(xl.log_softmax(x), q, reduction="batchmean")), 4))
0.0058
>>> print(round(float(F.kl_div(xl.log_softmax(x), q, reduction="mean")), 4))  # a third of it
0.0019
""",
        mistake=Mistake(
            "probabilities given to kl_div where it wants their logarithms",
            "F.kl_div(softmax(x), q) is {wrong}, negative, where {batchmean} is right. A divergence "
            "is never negative: a negative one says that the input is no log-probability, or that a "
            "row does not sum to 1.",
        ),
        functions=Functions(losses=("KLDivergence", "RelativeEntropy")),
        next=("cross-entropy", "entropy", "distillation", "reduction"),
        sources=(
            Source(
                "Kullback and Leibler, On information and sufficiency",
                1951,
                "https://doi.org/10.1214/aoms/1177729694",
            ),
            Source(
                "PyTorch, KLDivLoss",
                2026,
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); q = np.array([[0.7, 0.2, 0.1]])",
        numbers={
            "batchmean": Number(
                "0.0058",
                "xl.softmax_cross_entropy(x, q) - xl.softmax_cross_entropy(np.log(q), q)",
                "F.kl_div(F.log_softmax(t(x), 1), t(q), reduction='batchmean')",
            ),
            "mean": Number(
                "0.0019",
                "dialects.torch.nn.functional.kl_div(xl.log_softmax(x), q)",
                "F.kl_div(F.log_softmax(t(x), 1), t(q))",
            ),
            "wrong": Number(
                "-1.3254",
                "dialects.torch.nn.functional.kl_div(xl.softmax(x), q, reduction='batchmean')",
                "F.kl_div(F.softmax(t(x), 1), t(q), reduction='batchmean')",
            ),
        },
    ),
    Concept(
        id="perplexity",
        names=("perplexity", "ppl"),
        asked=(
            "compute perplexity from cross-entropy",
            "perplexity from loss",
            "perplexity of a language model",
            "what is a good perplexity",
            "perplexity vs cross-entropy",
            "bits per byte",
        ),
        sentence="Perplexity is the exponential of the mean cross-entropy: the number of equally likely "
        "words among which a model that is as unsure would choose.",
        answer="""
A model that knows nothing of V words has perplexity V, one that is always right and sure has 1. The
mean is over tokens, all of them at once: exp of the sum of the losses divided by the number of tokens,
padding left out. The mean of the perplexities of batches is larger, since exp is convex.

The base has to be the logarithm's: losses are in nats, so it is exp(loss). A loss of 3.5 is a
perplexity of {right}. Perplexities of models with different tokens cannot be compared; bits per byte
can.
""",
        formula="perplexity = exp(Σ_n ℓ_n / N),  ℓ_n = -log p(token_n)",
        example="""
>>> x, y = np.zeros((5, 100)), np.arange(5)  # 100 words, nothing known
>>> round(float(np.exp(xl.softmax_cross_entropy(x, y, reduction="mean"))), 6)
100.0
""",
        mistake=Mistake(
            "2 to the power of a loss in nats",
            "A loss of 3.5 nats is a perplexity of {right}; 2 ** 3.5 is {wrong}. Base 2 is for "
            "losses in bits.",
        ),
        functions=None,
        next=("cross-entropy", "nll", "mean-of-means", "first-loss"),
        sources=(
            Source(
                "Jelinek, Mercer, Bahl and Baker, Perplexity, a measure of the difficulty of speech "
                "recognition tasks",
                1977,
                "https://doi.org/10.1121/1.2016299",
            ),
        ),
        setup="x = np.array([[0.0, np.log(np.exp(3.5) - 1)]]); y = np.array([0])",
        numbers={
            "right": Number(
                "33.1",
                "np.exp(xl.softmax_cross_entropy(x, y))",
                "F.cross_entropy(t(x), t(y)).exp()",
            ),
            "wrong": Number(
                "11.3", "2 ** xl.softmax_cross_entropy(x, y)", "2 ** F.cross_entropy(t(x), t(y))"
            ),
        },
    ),
)
