"""What training sees of a loss: its gradient, its value worked out by hand, and accuracy beside it."""

from xlogits.concepts.functions import BRIDLE
from xlogits.concepts.logarithms import GOLDBERG
from xlogits.concepts.record import Concept, Mistake, Number, Source
from xlogits.concepts.temperature import GUO

CONCEPTS = (
    Concept(
        id="loss-gradient",
        names=(
            *("gradient of cross-entropy", "gradient of softmax cross-entropy", "loss gradient"),
            *("derivative of cross-entropy", "gradient of the loss", "derivative of the loss"),
            "gradient of the logits",
        ),
        asked=(
            "what is the gradient of softmax cross-entropy",
            "gradient of cross-entropy with respect to the logits",
            "derivative of softmax with cross-entropy",
            "cross-entropy derivative is p minus y",
            "gradient is softmax minus one-hot",
            "backward pass of softmax and cross-entropy",
            "gradient of binary cross-entropy with logits",
            "backpropagation through softmax cross-entropy",
            "is the gradient of cross-entropy bounded",
        ),
        sentence="The gradient of cross-entropy by the logits is softmax(x) - q, the probabilities that "
        "were predicted minus those that were wanted.",
        answer="""
For logits (2, 1, 0) and class 0 it is ({slope}): the right logit is pushed up by what its probability
lacks, the others down by theirs, and the three sum to 0. No number of it leaves [-1, 1], and it is not
0 while the model is wrong, however wrong. Binary cross-entropy is alike, sigmoid(x) - z: {binary} for
logit 2 and target 1.

By the probability the gradient is -1/p, {by_p} here, and that of softmax is p_i (1 - p_i) and -p_i p_j.
Multiplied they give p - q, and the division is gone; that is why losses take logits. In two steps, a
p that was rounded to 0 has no gradient left, or nan.

A mean divides it by what the mean divides by. A second softmax shrinks it, and so does a temperature T,
by T; a class weight multiplies it, and an ignored item has none.
""",
        formula="∂ℓ/∂x_i = p_i - q_i if Σ q = 1, else (Σ_j q_j) p_i - q_i;  binary: σ(x) - z",
        example="""
>>> x, q = np.array([[2.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
>>> value, slope = xl.value_and_grad(xl.softmax_cross_entropy)(x, q)
>>> slope.round(3).tolist()
[[-0.335, 0.245, 0.09]]
>>> (xl.softmax(x) - q).round(3).tolist()
[[-0.335, 0.245, 0.09]]
""",
        mistake=Mistake(
            "p - q where the labels do not sum to 1",
            "Twice the one-hot row has the gradient ({double}). TensorFlow's "
            "softmax_cross_entropy_with_logits says ({tf}), which is p - q; its value is right.",
        ),
        functions=None,
        next=("cross-entropy", "softmax", "softmax-twice", "stability"),
        sources=(
            BRIDLE,
            Source(
                "TensorFlow, issue 60314",
                2023,
                "https://github.com/tensorflow/tensorflow/issues/60314",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); q = np.array([[1.0, 0.0, 0.0]]); two = np.array([2.0])",
        numbers={
            "slope": Number(
                "-0.335, 0.245, 0.090",
                "xl.value_and_grad(xl.softmax_cross_entropy)(x, q)[1]",
                "jax.grad(lambda v: optax.softmax_cross_entropy(v, q).sum())(x)",
            ),
            "binary": Number(
                "-0.119",
                "xl.value_and_grad(xl.sigmoid_cross_entropy)(two, np.ones(1))[1]",
                "jax.grad(lambda v: optax.sigmoid_binary_cross_entropy(v, np.ones(1)).sum())(two)",
            ),
            "by_p": Number(
                "-1.503",
                "-1 / xl.softmax(x)[0, 0]",
                "jax.grad(lambda p: -jnp.log(p))(jax.nn.softmax(x)[0, 0])",
            ),
            "double": Number(
                "-0.670, 0.489, 0.180",
                "xl.value_and_grad(xl.softmax_cross_entropy)(x, 2 * q)[1]",
                "jax.grad(lambda v: optax.softmax_cross_entropy(v, 2 * q).sum())(x)",
            ),
            "tf": Number(
                "-1.335, 0.245, 0.090",
                "xl.softmax(x) - 2 * q",
                "slope(tf.nn.softmax_cross_entropy_with_logits, 2 * q, x)",
            ),
        },
    ),
    Concept(
        id="loss-by-hand",
        names=(
            *("loss by hand", "cross-entropy by hand", "softmax cross-entropy by hand"),
            *("manual cross-entropy", "cross-entropy from scratch", "worked example"),
        ),
        asked=(
            "compute cross-entropy by hand",
            "check the loss by hand",
            "tf.nn.softmax vs tf.nn.softmax_cross_entropy_with_logits",
            "calculate softmax cross-entropy manually",
            "-tf.reduce_sum(y_ * tf.log(tf.nn.softmax(x)))",
            "-np.sum(y * np.log(p))",
            "cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv)) gives nan",
            "implement cross-entropy in numpy",
            "numeric example of cross-entropy",
        ),
        sentence="By hand: softmax makes one probability for each class of the logits, and the loss is "
        "one number, minus the logarithm of the label's.",
        answer="""
tf.nn.softmax of the logits (0.1, 0.3, 0.5, 0.9) is ({p}): four numbers that sum to 1, and no loss.
tf.nn.softmax_cross_entropy_with_logits takes the same logits and a label, and is one number: for the
last class -log {p_last} = {loss}. Without any probability, it is logsumexp(x) - x_y = {lse} - 0.9.

Tutorials of TensorFlow 1 wrote -tf.reduce_sum(y * tf.log(tf.nn.softmax(x))). For moderate logits that
is the same, added up over the batch where the mean is usual, so its gradient grows with the batch. For
large ones it fails: of (200, 0) in float32 the second probability is 0, and for class 0, which is
right, 0 times the logarithm of 0 makes it {nan}; for class 1 it is {inf}. The function says {zero} and
{large}. The remedy of those tutorials, log(p + 1e-10), has no nan, and cannot be more than {most}.

To compare a loss by hand with a framework's, take float64 and the unreduced losses, row by row.
""",
        formula="ℓ = -Σ_i q_i log softmax(x)_i = logsumexp(x) - x_y",
        example="""
>>> x, q = np.array([[0.1, 0.3, 0.5, 0.9]]), np.array([[0.0, 0.0, 0.0, 1.0]])
>>> p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
>>> p.round(4).tolist()
[[0.1684, 0.2057, 0.2512, 0.3747]]
>>> (-(q * np.log(p)).sum(axis=1)).round(4).tolist()
[0.9815]
>>> xl.softmax_cross_entropy(x, q).round(4).tolist()
[0.9815]
""",
        mistake=Mistake(
            "the logarithm of a softmax, written out",
            "-sum(q * log(softmax(x))) of logits (200, 0) and class 0 is {nan} in float32 instead of "
            "{zero}.",
        ),
        functions=None,
        next=("softmax", "cross-entropy", "stability", "reduction"),
        sources=(
            GOLDBERG,
            Source(
                "TensorFlow, tf.nn.softmax_cross_entropy_with_logits",
                2026,
                "https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits",
            ),
        ),
        setup="x = np.array([[0.1, 0.3, 0.5, 0.9]]); y = np.array([3]); "
        "b = np.array([[200.0, 0.0]], np.float32); q = np.eye(2, dtype=np.float32)",
        numbers={
            "p": Number("0.1684, 0.2057, 0.2512, 0.3747", "xl.softmax(x)", "tf.nn.softmax(x)"),
            "p_last": Number("0.3747", "xl.softmax(x)[0, 3]", "tf.nn.softmax(x)[0, 3]"),
            "loss": Number(
                "0.9815",
                "xl.softmax_cross_entropy(x, y)",
                "tf.nn.softmax_cross_entropy_with_logits(np.eye(4)[y], x)",
            ),
            "lse": Number("1.8815", "xl.logsumexp(x)", "tf.reduce_logsumexp(x)"),
            "nan": Number(
                "nan",
                "-(q[:1] * np.log(xl.softmax(b))).sum()",
                "-tf.reduce_sum(q[:1] * tf.math.log(tf.nn.softmax(b)))",
            ),
            "inf": Number(
                "inf",
                "-(q[1:] * np.log(xl.softmax(b))).sum()",
                "-tf.reduce_sum(q[1:] * tf.math.log(tf.nn.softmax(b)))",
            ),
            "zero": Number(
                "0.0",
                "xl.softmax_cross_entropy(b, q[:1])",
                "tf.nn.softmax_cross_entropy_with_logits(q[:1], b)",
            ),
            "large": Number(
                "200.0",
                "xl.softmax_cross_entropy(b, q[1:])",
                "tf.nn.softmax_cross_entropy_with_logits(q[1:], b)",
            ),
            "most": Number(
                "23.03",
                "-np.log(xl.softmax(b) + 1e-10)[0, 1]",
                "-tf.math.log(tf.nn.softmax(b) + 1e-10)[0, 1]",
            ),
        },
    ),
    Concept(
        id="loss-vs-accuracy",
        names=("loss vs accuracy", "loss and accuracy", "accuracy vs loss", "accuracy and loss"),
        asked=(
            "loss goes up and accuracy goes up",
            "validation loss increases while validation accuracy increases",
            "loss decreases but accuracy does not improve",
            "accuracy stays the same while the loss falls",
            "high accuracy and high loss",
            "low loss and low accuracy",
            "loss does not match accuracy",
        ),
        sentence="Accuracy counts how often the right logit is the largest, the loss how sure the model "
        "was of it; so one may move without the other, and both may rise.",
        answer="""
Four items, told by how far the right logit is ahead of the other: (0.5, 0.5, -0.5, -0.5) is an accuracy
of one half and a mean loss of {before}. (4, 4, 4, -8) is an accuracy of three quarters, and a loss of
{after}: more is right, and what is wrong is wrong with certainty. That is what too long a training does
to validation data. The loss can be had back without touching accuracy, by a temperature (calibration):
the same logits divided by 8 have a loss of {cooled}.

A loss that falls while accuracy stays says that the model becomes surer of what it has right, or less
sure of what it has wrong, and no item has crossed over yet. An accuracy that never leaves the share of
the commonest class is a constant guess, whatever the loss does.

A loss has a scale of its own: log C is a guess among C classes (first-loss), and exp(-loss) is the
probability that was given to the right class, in the geometric mean.
""",
        formula="d = x_y - x_other;  accuracy = share of d_n > 0;  loss = mean of log(1 + exp(-d_n))",
        example="""
>>> for ahead in (np.array([0.5, 0.5, -0.5, -0.5]), np.array([4.0, 4.0, 4.0, -8.0])):
...     loss = xl.sigmoid_cross_entropy(ahead, np.ones(4), reduction="mean")
...     print((ahead > 0).mean(), round(float(loss), 4))
0.5 0.7241
0.75 2.0137
""",
        mistake=Mistake(
            "the checkpoint with the least loss taken for the most accurate, or the other way round",
            "Of the two above the first has the smaller loss, {before} against {after}, and fewer items "
            "right. Choose by what you need: decisions by accuracy, probabilities by the loss.",
        ),
        functions=None,
        next=("argmax-invariance", "confident-predictions", "calibration", "first-loss"),
        sources=(GUO,),
        setup="a = np.array([0.5, 0.5, -0.5, -0.5]); b = np.array([4.0, 4.0, 4.0, -8.0]); "
        "o = np.ones(4)",
        numbers={
            "before": Number(
                "0.7241",
                "xl.sigmoid_cross_entropy(a, o, reduction='mean')",
                "F.binary_cross_entropy_with_logits(t(a), t(o))",
            ),
            "after": Number(
                "2.0137",
                "xl.sigmoid_cross_entropy(b, o, reduction='mean')",
                "F.binary_cross_entropy_with_logits(t(b), t(o))",
            ),
            "cooled": Number(
                "0.6839",
                "xl.sigmoid_cross_entropy(b / 8, o, reduction='mean')",
                "F.binary_cross_entropy_with_logits(t(b / 8), t(o))",
            ),
        },
    ),
)
