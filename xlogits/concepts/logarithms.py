"""Logarithms of sums of exponentials: log-softmax, logsumexp, and why nothing overflows in them."""

from xlogits.concepts.functions import HIGHAM
from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

GOLDBERG = Source(
    "Goldberg, What every computer scientist should know about floating-point arithmetic",
    1991,
    "https://doi.org/10.1145/103162.103163",
)

CONCEPTS = (
    Concept(
        id="log-softmax",
        names=("log-softmax", "log softmax", "log-probabilities", "logprobs"),
        asked=(
            "logits vs log-softmax",
            "why log-softmax instead of softmax",
            "log of softmax vs log-softmax",
            "log-softmax with NLLLoss",
        ),
        sentence="Log-softmax is the logarithm of softmax, x - logsumexp(x): logits shifted so that "
        "they are the log-probabilities themselves.",
        answer="""
Logits are log-probabilities up to a constant; log-softmax subtracts the right constant. The differences
stay, so softmax of either gives the same probabilities, and log-softmax of its own result changes
nothing: it may be applied twice without harm, softmax may not.

It is a function of its own because the two steps lose what one does not. Of (0, -200) in float32 the
second probability is rounded to 0, so the logarithm of softmax is {lost}; log-softmax says {kept}.

NLLLoss takes its results; CrossEntropyLoss and all losses of logits have it inside.
""",
        formula="log_softmax(x)_i = x_i - log Σ_j exp(x_j)",
        example="""
>>> x = np.array([2.0, 1.0, 0.1])
>>> xl.log_softmax(x).round(3).tolist()
[-0.417, -1.417, -2.317]
>>> xl.log_softmax(xl.log_softmax(x)).round(3).tolist()  # the same again
[-0.417, -1.417, -2.317]
""",
        mistake=Mistake(
            "log(softmax(x)) in two steps",
            "torch.log(torch.softmax(x, 0)) of (0, -200) in float32 is {lost} for the second class; "
            "F.log_softmax gives {kept}.",
        ),
        functions=Functions(losses=("log_softmax",)),
        next=("logsumexp", "nll", "stability"),
        sources=(HIGHAM,),
        setup="x = np.array([0.0, -200.0], np.float32)",
        numbers={
            "lost": Number(
                "-inf", "np.log(xl.softmax(x))[1]", "torch.log(torch.softmax(t(x), 0))[1]"
            ),
            "kept": Number("-200", "xl.log_softmax(x)[1]", "F.log_softmax(t(x), dim=0)[1]"),
        },
    ),
    Concept(
        id="logsumexp",
        names=("logsumexp", "log-sum-exp", "log sum exp", "lse", "log partition function"),
        asked=(
            "log-sum-exp trick",
            "what is logsumexp for",
            "logsumexp vs max",
            "normalizing constant of softmax",
        ),
        sentence="Logsumexp is log Σ exp(x): the constant that makes log-probabilities of logits, and "
        "a smooth maximum.",
        answer="""
Cross-entropy is logsumexp(x) - x_y, so everything about its accuracy is decided here. It lies between
the largest logit m and m + log C for C classes, and its gradient is softmax.

Done literally it overflows: exp(1000) is infinite. The trick is to subtract the largest logit before
and add it after, m + log Σ exp(x - m): then the largest term is exp(0) = 1. For (1000, 1000) that is
{right}, literally it is {naive}.
""",
        formula="logsumexp(x) = log Σ_j exp(x_j) = m + log Σ_j exp(x_j - m),  m = max x",
        example="""
>>> x = np.array([1000.0, 1000.0])
>>> round(float(xl.logsumexp(x)), 3)
1000.693
>>> x = np.array([2.0, 1.0, 0.0])
>>> round(float(xl.logsumexp(x) - x[0]), 4)
0.4076
>>> round(float(xl.softmax_cross_entropy(x, np.array(0))), 4)
0.4076
""",
        mistake=Mistake(
            "written out as log(sum(exp(x)))",
            "For (1000, 1000) it is {naive} instead of {right}; for (-1000, -1000) it is {under} "
            "instead of {low}.",
        ),
        functions=Functions(losses=("logsumexp",)),
        next=("log-softmax", "stability", "z-loss"),
        sources=(HIGHAM,),
        setup="x = np.array([1000.0, 1000.0])",
        numbers={
            "right": Number("1000.693", "xl.logsumexp(x)", "torch.logsumexp(t(x), dim=0)"),
            "naive": Number("inf", "np.log(np.exp(x).sum())", "t(x).exp().sum().log()"),
            "under": Number("-inf", "np.log(np.exp(-x).sum())", "(-t(x)).exp().sum().log()"),
            "low": Number("-999.307", "xl.logsumexp(-x)", "scipy.special.logsumexp(-x)"),
        },
    ),
    Concept(
        id="stability",
        names=("numerical stability", "overflow", "underflow", "stable softmax", "nan loss"),
        asked=(
            "softmax overflow",
            "softmax returns nan",
            "loss is nan",
            "loss becomes nan after some epochs",
            "inf or nan in softmax",
            "loss becomes infinite",
            "exp of a large number",
            "cross entropy nan or inf",
            "log of zero in cross entropy",
            "numerically stable softmax",
            "why subtract the maximum before softmax",
            "why are losses of logits more stable",
        ),
        sentence="Exponentials overflow and probabilities are rounded to 0 and 1, so logarithms are "
        "taken of logits in one step, after the largest was subtracted, and never of probabilities.",
        answer="""
exp(x) is infinite above {single} in float32 and above {double} in float64, and infinity divided by
infinity is nan. Softmax does not change when the largest logit is subtracted from all, and then no
exponential is above 1: of (1000, 999) the literal formula gives ({naive}), the shifted one ({right}).

The other half is the logarithm. A probability in float32 is 0 below 1e-45 and 1 from a logit of about
17 on, and the logarithm of 0 is infinite. Losses of probabilities clip instead, which is a wrong number
and no gradient. Losses of logits compute x - logsumexp(x), in which no probability is ever formed.

So nan in training is usually one of: exp by hand, log of a softmax, a mask of -inf that met a 0 weight,
or logits that had become infinite before.
""",
        formula="softmax(x) = softmax(x - max x);  log σ(x) = min(x, 0) - log(1 + exp(-|x|))",
        example="""
>>> x = np.array([1000.0, 999.0])
>>> with np.errstate(all="ignore"):
...     print(np.exp(x) / np.exp(x).sum())
[nan nan]
>>> xl.softmax(x).round(3).tolist()
[0.731, 0.269]
""",
        mistake=Mistake(
            "softmax written without subtracting the largest logit",
            "np.exp(x) / np.exp(x).sum() is right for small logits and ({naive}) for (1000, 999), "
            "where ({right}) is right.",
        ),
        functions=Functions(losses=("softmax", "log_softmax", "logsumexp", "log_sigmoid")),
        next=("logsumexp", "log-softmax", "confident-predictions", "with_logits"),
        sources=(
            HIGHAM,
            GOLDBERG,
        ),
        setup="x = np.array([1000.0, 999.0])",
        numbers={
            "single": Number(
                "88.7",
                "np.log(np.finfo(np.float32).max)",
                "np.log(torch.finfo(torch.float32).max)",
            ),
            "double": Number(
                "709.8", "np.log(np.finfo(float).max)", "np.log(jnp.finfo(float).max)"
            ),
            "naive": Number(
                "nan, nan", "np.exp(x) / np.exp(x).sum()", "t(x).exp() / t(x).exp().sum()"
            ),
            "right": Number("0.731, 0.269", "xl.softmax(x)", "F.softmax(t(x), dim=0)"),
        },
    ),
)
