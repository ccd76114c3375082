"""What a loss shows that something is wrong by: its first value, its sign, where it stops."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

CONCEPTS = (
    Concept(
        id="first-loss",
        names=(
            "first loss",
            "initial loss",
            "loss before training",
            "loss of a random guess",
            "log C",
        ),
        asked=(
            "initial loss should be log of the number of classes",
            "what should the loss be at the start",
            "expected loss at initialization",
            "why is my loss 2.3026",
            "loss stuck at 0.6931",
            "loss of random guessing",
            "loss stays at 2.30",
            "loss is 1.0986",
            "loss of a uniform prediction",
            "loss of 4.6 with 100 classes",
        ),
        sentence="Before training a classifier of C classes should have a cross-entropy of about log C, "
        "which is what equal probabilities cost: {ten} for 10 classes, {two} for two.",
        answer="""
{ten} is log 10, {two} log 2, {three} log 3, {thousand} log 1000. A first loss near it says that logits
are small and labels are read as meant. Much above it: the initial logits are too large, or labels and
classes do not fit. Below it: something is counted that should not be.

A loss that stays there says that the model gives every class the same probability: the input does not
arrive, the gradients are 0, or the labels have nothing to do with it. With unbalanced classes the best
constant guess costs the entropy of their frequencies, which is less.

In a Keras model that forgot from_logits the first loss is far above log C, which is a quick way to
notice: every label whose logit is negative costs what the clip allows.
""",
        formula="-log(1 / C) = log C",
        example="""
>>> for classes in (2, 3, 10, 1000):
...     x, y = np.zeros((1, classes)), np.array([0])
...     print(classes, round(float(xl.softmax_cross_entropy(x, y)[0]), 4))
2 0.6931
3 1.0986
10 2.3026
1000 6.9078
""",
        mistake=Mistake(
            "a first loss far above log C that nobody looks at",
            "For ten classes, the logits (0, 10, -10, 20, 5, 0, -5, 15, 10, 0) and class 0 it is "
            "{large} and not {ten}: the last layer starts too large, and is sure of what it cannot "
            "know.",
        ),
        functions=None,
        next=("cross-entropy", "entropy", "from_logits", "softmax-twice"),
        sources=(
            Source(
                "Karpathy, A recipe for training neural networks",
                2019,
                "https://karpathy.github.io/2019/04/25/recipe/",
            ),
        ),
        setup="y = np.array([0]); "
        "x = np.array([[0.0, 10.0, -10.0, 20.0, 5.0, 0.0, -5.0, 15.0, 10.0, 0.0]])",
        numbers={
            "two": Number(
                "0.6931",
                "xl.softmax_cross_entropy(np.zeros((1, 2)), y)",
                "F.cross_entropy(t(np.zeros((1, 2))), t(y))",
            ),
            "three": Number(
                "1.0986",
                "xl.softmax_cross_entropy(np.zeros((1, 3)), y)",
                "F.cross_entropy(t(np.zeros((1, 3))), t(y))",
            ),
            "ten": Number(
                "2.3026",
                "xl.softmax_cross_entropy(np.zeros((1, 10)), y)",
                "F.cross_entropy(t(np.zeros((1, 10))), t(y))",
            ),
            "thousand": Number(
                "6.9078",
                "xl.softmax_cross_entropy(np.zeros((1, 1000)), y)",
                "F.cross_entropy(t(np.zeros((1, 1000))), t(y))",
            ),
            "large": Number(
                "20.0", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"
            ),
        },
    ),
    Concept(
        id="negative-loss",
        names=("negative loss", "loss below zero", "negative cross-entropy"),
        asked=(
            "why is bce loss negative",
            "why is my loss negative",
            "CrossEntropyLoss is negative",
            "binary cross-entropy negative values",
            "can cross-entropy be negative",
            "loss goes below zero",
        ),
        sentence="No cross-entropy of true labels is negative; one that is says that a label lies "
        "outside 0 to 1, or that the prediction is not in the form that the loss takes.",
        answer="""
Minus the logarithm of a probability is at least 0, so look for what is not a probability. Labels of 1
and 2, or of -1 and 1, in binary cross-entropy: for logit 3 and "label" 2 it is {bce}, and the larger
the logit the lower, without end. Pixels of 0 to 255 as targets do the same. Probabilities or logits in
NLLLoss: {nll} for logits (2, 1, 0). Probabilities in kl_div. Labels and predictions swapped.

Losses of densities may be negative, and nothing is wrong: GaussianNLLLoss, since a density can be above
1.
""",
        formula="0 ≤ z ≤ 1:  -(z log p + (1 - z) log(1 - p)) ≥ 0;  z = 2:  log(1 + exp(x)) - 2x → -∞",
        example="""
>>> x = np.array([3.0])
>>> from xlogits.dialects.torch.nn import functional as F
>>> print(round(float(F.binary_cross_entropy_with_logits(x, np.array([2.0]))), 4))
-2.9514
""",
        mistake=Mistake(
            "labels that count from 1, or of -1 and 1",
            "Logit 3 with label 2: {bce}. Logit -3 with label -1: {minus}. Both fall for ever, and "
            "PyTorch's BCEWithLogitsLoss, TensorFlow, Keras and optax all compute them.",
        ),
        functions=None,
        next=("bce", "nll", "kl-divergence", "from_logits"),
        sources=(
            Source("PyTorch, issue 2866", 2017, "https://github.com/pytorch/pytorch/issues/2866"),
        ),
        setup="x = np.array([3.0]); two = np.array([2.0]); one = np.array([1.0])",
        numbers={
            "bce": Number(
                "-2.9514",
                "dialects.torch.nn.functional.binary_cross_entropy_with_logits(x, two)",
                "F.binary_cross_entropy_with_logits(t(x), t(two))",
            ),
            "minus": Number(
                "-2.9514",
                "dialects.optax.sigmoid_binary_cross_entropy(-x, -one)",
                "optax.sigmoid_binary_cross_entropy(-x, -one)",
            ),
            "nll": Number(
                "-2.0",
                "dialects.torch.nn.functional.nll_loss(np.array([[2.0, 1.0, 0.0]]), np.array([0]))",
                "F.nll_loss(t([[2.0, 1.0, 0.0]]), t([0]))",
            ),
        },
    ),
    Concept(
        id="confident-predictions",
        names=(
            "confident predictions",
            "saturation",
            "saturated probabilities",
            "overconfident predictions",
        ),
        asked=(
            "softmax probabilities always close to 0 or 1",
            "why is softmax so confident",
            "loss of a confident wrong prediction",
            "loss is exactly zero",
            "loss of 16.118",
            "sigmoid saturates",
            "loss stuck at 100",
        ),
        sentence="Where a model is very sure, probabilities are rounded to 0 or 1, and a loss computed "
        "from them is clipped; computed from logits it stays right.",
        answer="""
Probabilities near 0 and 1 are what large differences of logits mean: a difference of 10 is {ten}.
Training on cross-entropy goes on to enlarge them after every example is right, so they need not be
earned (calibration), and in float32 they are soon exactly 0 or 1.

A logit of 20 for an event that does not happen costs 20.0. From the float32 probability, which is 1,
PyTorch's BCELoss says {torch}, as it takes the logarithm for -100, and Keras {keras}, as it clips to 1
- 1e-7. Neither has a gradient by the logit there, so it stays wrong. The largest loss that Keras can
give for a probability of 0 is {clip} a row; a loss that stands at such a number is a clip.

In the other direction, for logits (20, 0, 0) and the right class 0, the loss is {small}. In float32
logsumexp rounds to 20 and TensorFlow, PyTorch and JAX say {zero}.
""",
        formula="-log(clip(p, ε, 1 - ε)) ≤ -log ε;  of logits: log(1 + exp(x)) → x",
        example="""
>>> x, z = np.array([20.0]), np.array([0.0])
>>> print(xl.sigmoid_cross_entropy(x, z).round(4).tolist())
[20.0]
>>> print(xl.sigmoid(x.astype(np.float32)).tolist())
[1.0]
""",
        mistake=Mistake(
            "sigmoid in the model, and a loss of probabilities",
            "A sure mistake, logit 20 for target 0, costs {torch} in PyTorch and {keras} in Keras "
            "instead of {right}.",
        ),
        functions=Functions(losses=("SigmoidCrossEntropy", "SoftmaxCrossEntropy"), form="logits"),
        next=("stability", "calibration", "with_logits"),
        sources=(
            Source(
                "PyTorch, BCELoss",
                2026,
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html",
            ),
        ),
        setup="x = np.array([20.0], np.float32); z = np.zeros(1, np.float32); "
        "s = np.array([[20.0, 0.0, 0.0]])",
        numbers={
            "ten": Number("0.99995", "xl.sigmoid(np.array(10.0))", "torch.sigmoid(t(10.0))"),
            "right": Number(
                "20.0",
                "xl.sigmoid_cross_entropy(x, z)",
                "F.binary_cross_entropy_with_logits(t(x), t(z))",
            ),
            "torch": Number(
                "100",
                "dialects.torch.nn.functional.binary_cross_entropy(xl.sigmoid(x), z)",
                "F.binary_cross_entropy(torch.sigmoid(t(x)), t(z))",
            ),
            "keras": Number(
                "15.94",
                "dialects.keras.losses.binary_crossentropy(z, xl.sigmoid(x))",
                "keras.losses.binary_crossentropy(z, xl.sigmoid(x))",
            ),
            "clip": Number(
                "16.12",
                "dialects.keras.losses.sparse_categorical_crossentropy("
                "np.array([1]), np.array([[1.0, 0.0]], np.float32))",
                "keras.losses.sparse_categorical_crossentropy("
                "np.array([1]), np.array([[1.0, 0.0]], np.float32))",
            ),
            "small": Number(
                "4.12e-09",
                "xl.softmax_cross_entropy(s, np.array([0]))",
                "F.cross_entropy(t(s), t([0]))",
            ),
            "zero": Number(
                "0.0",
                "xl.softmax_cross_entropy(t(s, dtype=torch.float32), t([0]))",
                "F.cross_entropy(t(s, dtype=torch.float32), t([0]))",
            ),
        },
    ),
)
