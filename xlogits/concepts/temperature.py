"""Logits divided by a number: temperature, distillation and calibration."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

HINTON = Source(
    "Hinton, Vinyals and Dean, Distilling the knowledge in a neural network",
    2015,
    "https://arxiv.org/abs/1503.02531",
)
GUO = Source(
    "Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks",
    2017,
    "https://arxiv.org/abs/1706.04599",
)
TEACHER = (
    "a = np.array([[3.0, 1.0, 0.0]]); b = np.array([[1.0, 1.0, 0.0]]); "
    "kl = lambda a, b: xl.softmax_cross_entropy(b, xl.softmax(a))"
    " - xl.softmax_cross_entropy(a, xl.softmax(a))"
)

CONCEPTS = (
    Concept(
        id="temperature",
        names=("temperature", "softmax temperature", "temperature softmax", "sampling temperature"),
        asked=(
            "softmax with temperature",
            "what does temperature do",
            "temperature of a language model",
            "high or low temperature",
            "temperature 0",
            "divide logits by the temperature",
            "softer or sharper softmax",
        ),
        sentence="A temperature T divides the logits before softmax: above 1 the probabilities move "
        "together, below 1 they move apart, and the order never changes.",
        answer="""
softmax(x / T) of (2, 1, 0.1): at T = 1 ({one}), at T = 2 ({two}), at T = 0.5 ({half}). As T goes to 0
all probability goes to the largest logit; T = 0 itself is a division by 0, and means argmax where a
program accepts it. As T grows all classes become equal.

It is the same as raising the probabilities to the power 1 / T and dividing by their sum.

Three uses: sampling from language models, distillation (the teacher's small probabilities are seen
better at a high T), and calibration (one T fitted after training).
""",
        formula="p_i = exp(x_i / T) / Σ_j exp(x_j / T)",
        example="""
>>> x = np.array([2.0, 1.0, 0.1])
>>> for T in (0.5, 1.0, 2.0):
...     print(T, xl.softmax(x / T).round(3).tolist())
0.5 [0.864, 0.117, 0.019]
1.0 [0.659, 0.242, 0.099]
2.0 [0.502, 0.304, 0.194]
""",
        mistake=Mistake(
            "probabilities divided by T instead of logits",
            "softmax(p / 2) of the probabilities of (2, 1, 0.1) is ({wrong}), nearly equal; "
            "softmax(x / 2) is ({two}).",
        ),
        functions=Functions(losses=("softmax",)),
        next=("distillation", "calibration", "softmax"),
        sources=(HINTON, GUO),
        setup="x = np.array([2.0, 1.0, 0.1])",
        numbers={
            "one": Number("0.659, 0.242, 0.099", "xl.softmax(x)", "F.softmax(t(x), dim=0)"),
            "two": Number("0.502, 0.304, 0.194", "xl.softmax(x / 2)", "F.softmax(t(x) / 2, dim=0)"),
            "half": Number(
                "0.864, 0.117, 0.019", "xl.softmax(x / 0.5)", "F.softmax(t(x) / 0.5, dim=0)"
            ),
            "wrong": Number(
                "0.389, 0.316, 0.294",
                "xl.softmax(xl.softmax(x) / 2)",
                "F.softmax(F.softmax(t(x), 0) / 2, 0)",
            ),
        },
    ),
    Concept(
        id="distillation",
        names=(
            "distillation",
            "knowledge distillation",
            "teacher and student",
            "soft targets",
            "dark knowledge",
        ),
        asked=(
            "why multiply by T squared",
            "T squared in the distillation loss",
            "distillation loss with KLDivLoss",
            "distillation temperature",
            "teacher logits and student logits",
            "alpha of the distillation loss",
        ),
        sentence="Distillation trains a student on a teacher's probabilities at a temperature T: "
        "T² KL(softmax(teacher / T) || softmax(student / T)), usually beside the loss of the labels.",
        answer="""
The gradient of the divergence by the student's logits is (p_student - p_teacher) / T, and the
difference itself shrinks like 1 / T, so all of it like 1 / T². Multiplying by T² keeps the size, so
that the weight between the two losses need not be changed with T (Hinton, Vinyals and Dean 2015).

For teacher (3, 1, 0) and student (1, 1, 0) the divergence is {t1} at T = 1 and {t4} at T = 4; times 16
that is {scaled}.

In PyTorch: F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction="batchmean") * T * T. The
teacher gets no gradient.
""",
        formula="T² Σ_i q_i log(q_i / p_i),  q = softmax(teacher / T),  p = softmax(student / T)",
        example="""
>>> from xlogits.dialects.torch.nn import functional as F
>>> teacher, student, T = np.array([[3.0, 1.0, 0.0]]), np.array([[1.0, 1.0, 0.0]]), 4.0
>>> kl = F.kl_div(xl.log_softmax(student / T), xl.softmax(teacher / T), reduction="batchmean")
>>> print(round(float(kl), 4), round(float(kl * T * T), 4))
0.0307 0.4911
""",
        mistake=Mistake(
            'kl_div\'s default "mean", or T² left out',
            'At T = 4 the loss is {scaled}; with "mean" in place of "batchmean" it is {mean}, divided '
            "by the 3 classes once more, and without T² it is {t4}. All train, with other weights.",
        ),
        functions=Functions(losses=("KLDivergence",)),
        next=("temperature", "kl-divergence", "label-smoothing"),
        sources=(HINTON,),
        setup=TEACHER,
        numbers={
            "t1": Number(
                "0.3797",
                "kl(a, b)",
                "F.kl_div(F.log_softmax(t(b), 1), F.softmax(t(a), 1), reduction='batchmean')",
            ),
            "t4": Number(
                "0.0307",
                "kl(a / 4, b / 4)",
                "F.kl_div(F.log_softmax(t(b) / 4, 1), F.softmax(t(a) / 4, 1), reduction='batchmean')",
            ),
            "scaled": Number(
                "0.4911",
                "16 * kl(a / 4, b / 4)",
                "16 * F.kl_div(F.log_softmax(t(b) / 4, 1), F.softmax(t(a) / 4, 1),"
                " reduction='batchmean')",
            ),
            "mean": Number(
                "0.1637",
                "16 * dialects.torch.nn.functional.kl_div(xl.log_softmax(b / 4), xl.softmax(a / 4))",
                "16 * F.kl_div(F.log_softmax(t(b) / 4, 1), F.softmax(t(a) / 4, 1))",
            ),
        },
    ),
    Concept(
        id="calibration",
        names=(
            "calibration",
            "calibrated probabilities",
            "temperature scaling",
            "expected calibration error",
            "ECE",
        ),
        asked=(
            "calibrate a neural network",
            "are softmax probabilities reliable",
            "is softmax output a confidence",
            "overconfident neural network",
            "temperature scaling for calibration",
            "probability that the prediction is right",
        ),
        sentence="A model is calibrated if, of what it predicts with probability 0.8, 80 % comes true; "
        "softmax by itself promises nothing of the kind.",
        answer="""
Softmax makes numbers that sum to 1 of any scores. Whether they are frequencies depends on the data they
are held against. Large networks trained to the end are usually too sure.

The plainest cure is temperature scaling: one T, fitted on held-out data by cross-entropy, that divides
all logits. It changes no prediction, as the order stays.

Five rows of logits (3, 0), a probability of {sure}, of which four are right: accuracy is 0.8, the
cross-entropy {before}. The T that makes 0.8 of it is {t}, and the cross-entropy {after}. The expected
calibration error, the mean distance of confidence and accuracy over bins, was {ece} and is then 0.
""",
        formula="P(Y = y | p) = p_y;  ECE = Σ_b n_b / n |accuracy_b - confidence_b|",
        example="""
>>> x, y = np.tile([3.0, 0.0], (5, 1)), np.array([0, 0, 0, 0, 1])
>>> T = 3.0 / float(xl.logit(np.array(0.8)))
>>> for scale in (1.0, T):
...     p = xl.softmax(x / scale)[0, 0]
...     print(f"{p:.3f} {xl.softmax_cross_entropy(x / scale, y, reduction='mean'):.4f}")
0.953 0.6486
0.800 0.5004
""",
        mistake=Mistake(
            "softmax's number read as the chance of being right",
            "The rows above say {sure} and are right in 0.8 of the cases.",
        ),
        functions=None,
        next=("temperature", "confident-predictions", "label-smoothing", "probability"),
        sources=(GUO,),
        setup="x = np.tile([3.0, 0.0], (5, 1)); y = np.array([0, 0, 0, 0, 1]); T = 3.0 / np.log(4.0)",
        numbers={
            "sure": Number("0.953", "xl.softmax(x)[0, 0]", "F.softmax(t(x), 1)[0, 0]"),
            "before": Number(
                "0.6486",
                "xl.softmax_cross_entropy(x, y, reduction='mean')",
                "F.cross_entropy(t(x), t(y))",
            ),
            "t": Number("2.164", "3.0 / xl.logit(np.array(0.8))", "3.0 / scipy.special.logit(0.8)"),
            "after": Number(
                "0.5004",
                "xl.softmax_cross_entropy(x / T, y, reduction='mean')",
                "F.cross_entropy(t(x / T), t(y))",
            ),
            "ece": Number("0.153", "xl.softmax(x)[0, 0] - 0.8", "F.softmax(t(x), 1)[0, 0] - 0.8"),
        },
    ),
)
