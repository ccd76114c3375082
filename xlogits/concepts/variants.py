"""What is done to labels and losses on purpose: smoothing, focus, a penalty."""

from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

CONCEPTS = (
    Concept(
        id="label-smoothing",
        names=("label smoothing", "label_smoothing", "smoothed labels"),
        asked=(
            "label smoothing loss does not go to zero",
            "minimum loss with label smoothing",
            "how does label smoothing work",
            "label smoothing divide by number of classes",
            "label smoothing eps / K or eps / (K - 1)",
        ),
        sentence="Label smoothing of ε replaces a one-hot label by 1 - ε of it and ε spread over all "
        "classes alike, so that the model need not become infinitely sure.",
        answer="""
The label's own class keeps 1 - ε + ε / C, every other gets ε / C: the ε is divided by all C classes,
the true one included. PyTorch, Keras, TF1 and optax agree in that. Some programs leave the label 1 - ε
and give ε / (C - 1) to each of the others: that is smoothing of ε C / (C - 1) here.

The loss cannot go to 0, since smoothed labels have an entropy: for ε = 0.1 the least is {floor} with 3
classes and {floor_thousand} with 1000. Losses with and without smoothing cannot be compared; evaluate
without.

For binary cross-entropy Keras and TF1 smooth towards one half: z (1 - ε) + ε / 2.
""",
        formula="q = (1 - ε) one_hot(y) + ε / C;  ℓ = (1 - ε) (-log p_y) + ε / C Σ_i (-log p_i)",
        example="""
>>> x, y = np.array([[2.0, 1.0, 0.0]]), np.array([0])
>>> xl.softmax_cross_entropy(x, y, label_smoothing=0.1).round(4).tolist()
[0.5076]
>>> q = np.array([[0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]])
>>> xl.softmax_cross_entropy(x, q).round(4).tolist()
[0.5076]
""",
        mistake=Mistake(
            "ε divided by C - 1 in one program and by C in the other",
            "For logits (2, 1, 0), class 0 and ε = 0.1 the loss is {value}; with ε / (C - 1) for the "
            "other classes it is {other}.",
        ),
        functions=Functions(options=("label_smoothing",)),
        next=("cross-entropy", "entropy", "calibration", "sparse"),
        sources=(
            Source(
                "Szegedy et al., Rethinking the Inception architecture for computer vision",
                2015,
                "https://arxiv.org/abs/1512.00567",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0]); q = np.array([[0.9, 0.05, 0.05]]); "
        "soft = lambda c: np.eye(c)[:1] * 0.9 + 0.1 / c",
        numbers={
            "value": Number(
                "0.5076",
                "xl.softmax_cross_entropy(x, y, label_smoothing=0.1)",
                "F.cross_entropy(t(x), t(y), label_smoothing=0.1)",
            ),
            "other": Number(
                "0.5576", "xl.softmax_cross_entropy(x, q)", "F.cross_entropy(t(x), t(q))"
            ),
            "floor": Number(
                "0.2911",
                "xl.softmax_cross_entropy(np.log(soft(3)), y, label_smoothing=0.1)",
                "F.cross_entropy(t(np.log(soft(3))), t(y), label_smoothing=0.1)",
            ),
            "floor_thousand": Number(
                "1.0148",
                "xl.softmax_cross_entropy(np.log(soft(1000)), y, label_smoothing=0.1)",
                "F.cross_entropy(t(np.log(soft(1000))), t(y), label_smoothing=0.1)",
            ),
        },
    ),
    Concept(
        id="focal",
        names=("focal", "focal loss", "focal cross-entropy"),
        asked=(
            "focal loss alpha and gamma",
            "what does gamma do in focal loss",
            "focal loss vs cross-entropy",
            "focal loss for imbalanced classes",
            "how to choose alpha of focal loss",
            "less weight for easy examples",
        ),
        sentence="Focal loss multiplies cross-entropy by (1 - p)^γ, p being the probability of what is "
        "true, so that examples which are already right count little.",
        answer="""
γ = 0 is cross-entropy; γ = 2 is the paper's choice. An event predicted with 0.9 counts {left} of its
cross-entropy then.

α weighs the two classes: the positives by α, the negatives by 1 - α. It is not the weight of rare
positives that one might expect: the paper's 0.25 makes positives count less, since γ has already
quieted the many negatives. With α left out both count 1, which is not α = 0.5 but twice that.

Defaults differ. optax has γ = 2 and no α. Keras' BinaryFocalCrossentropy has γ = 2 and α = 0.25 in its
signature, but uses α only with apply_class_balancing=True: for logits (2, -1) and targets (1, 0) it is
{off} by default and {on} with it. Keras takes probabilities unless told from_logits=True.
""",
        formula="FL = -α_t (1 - p_t)^γ log p_t,  p_t = p and α_t = α if z = 1, else 1 - p and 1 - α",
        example="""
>>> from xlogits.dialects.optax import sigmoid_focal_loss
>>> x, z = np.array([2.0, -1.0]), np.array([1.0, 0.0])
>>> xl.sigmoid_cross_entropy(x, z).round(4).tolist()
[0.1269, 0.3133]
>>> sigmoid_focal_loss(x, z).round(4).tolist()
[0.0018, 0.0227]
""",
        mistake=Mistake(
            "α thought to be in force",
            "Keras' BinaryFocalCrossentropy(alpha=0.25) ignores alpha unless apply_class_balancing is "
            "True: {off} against {on}.",
        ),
        functions=Functions(losses=("SigmoidFocal", "SoftmaxFocal")),
        next=("bce", "pos_weight", "class-weights"),
        sources=(
            Source(
                "Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection",
                2017,
                "https://arxiv.org/abs/1708.02002",
            ),
        ),
        setup="x = np.array([2.0, -1.0]); z = np.array([1.0, 0.0]); one = np.ones(1); "
        "sure = xl.logit(np.array([0.9]))",
        numbers={
            "left": Number(
                "0.01",
                "dialects.optax.sigmoid_focal_loss(sure, one) / xl.sigmoid_cross_entropy(sure, one)",
                "optax.sigmoid_focal_loss(sure, one) / optax.sigmoid_binary_cross_entropy(sure, one)",
            ),
            "off": Number(
                "0.01223",
                "dialects.optax.sigmoid_focal_loss(x, z).mean()",
                "keras.losses.BinaryFocalCrossentropy(from_logits=True, alpha=0.25)(z, x)",
            ),
            "on": Number(
                "0.00872",
                "dialects.optax.sigmoid_focal_loss(x, z, alpha=0.25).mean()",
                "keras.losses.BinaryFocalCrossentropy("
                "from_logits=True, alpha=0.25, apply_class_balancing=True)(z, x)",
            ),
        },
    ),
    Concept(
        id="z-loss",
        names=("z-loss", "z loss", "router z-loss", "auxiliary z-loss"),
        asked=(
            "what is z-loss",
            "z-loss in PaLM",
            "squared logsumexp as a penalty or regularizer",
            "logits drift in language models",
            "router z-loss of mixture of experts",
        ),
        sentence="z-loss adds a small multiple of logsumexp(x)² to cross-entropy, so that logits do not "
        "drift: cross-entropy by itself does not care for a constant added to a row.",
        answer="""
Z is the sum of exponentials that softmax divides by, and log Z is logsumexp. The term is 0 where log Z
is 0, that is, where logits are log-probabilities themselves. It keeps them small, where bfloat16 has
digits for their differences. PaLM used 1e-4 log² Z; ST-MoE does the same to the logits of its router.

For logits (2, 1, 0) log Z is {z}, and the term {term}. Ten more on every logit leaves cross-entropy and
all probabilities as they are and makes the term {shifted}.
""",
        formula="ℓ + λ (log Σ_j exp(x_j))²,  λ about 1e-4",
        example="""
>>> x = np.array([2.0, 1.0, 0.0])
>>> print([f"{1e-4 * float(xl.logsumexp(row)) ** 2:.6f}" for row in (x, x + 10)])
['0.000580', '0.015395']
""",
        mistake=Mistake(
            "log of a sum of exponentials by hand",
            "torch.log(torch.exp(x).sum()) ** 2 is what the formula says and overflows in float32 for "
            "logits of 89: {naive}. torch.logsumexp gives {stable}.",
        ),
        functions=Functions(losses=("logsumexp",)),
        next=("logsumexp", "cross-entropy", "logits"),
        sources=(
            Source(
                "Chowdhery et al., PaLM: scaling language modeling with pathways",
                2022,
                "https://arxiv.org/abs/2204.02311",
            ),
            Source(
                "Zoph et al., ST-MoE: designing stable and transferable sparse expert models",
                2022,
                "https://arxiv.org/abs/2202.08906",
            ),
        ),
        setup="x = np.array([2.0, 1.0, 0.0]); big = np.array([89.0, 0.0], np.float32)",
        numbers={
            "z": Number("2.4076", "xl.logsumexp(x)", "torch.logsumexp(t(x), 0)"),
            "term": Number(
                "0.000580", "1e-4 * xl.logsumexp(x) ** 2", "1e-4 * torch.logsumexp(t(x), 0) ** 2"
            ),
            "shifted": Number(
                "0.015395",
                "1e-4 * xl.logsumexp(x + 10) ** 2",
                "1e-4 * torch.logsumexp(t(x) + 10, 0) ** 2",
            ),
            "naive": Number(
                "inf", "np.log(np.exp(big).sum()) ** 2", "torch.log(torch.exp(t(big)).sum()) ** 2"
            ),
            "stable": Number("7921", "xl.logsumexp(big) ** 2", "torch.logsumexp(t(big), 0) ** 2"),
        },
    ),
)
