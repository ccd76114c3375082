"""What words in the names and arguments of losses mean: with_logits, from_logits, sparse, the axis."""

from xlogits.concepts.losses import BOTH, CROSS_ENTROPY_LOSS, KERAS
from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

CONCEPTS = (
    Concept(
        id="with_logits",
        names=("with_logits", "with logits", "WithLogits", "softmax_cross_entropy_with_logits"),
        asked=(
            "what does with_logits mean",
            "BCELoss vs BCEWithLogitsLoss",
            "difference between BCELoss and BCEWithLogitsLoss",
            "suffix with_logits of tensorflow losses",
            "why use BCEWithLogitsLoss",
            "sigmoid before BCEWithLogitsLoss",
            "why does cross_entropy have no with_logits",
            "why does sparse_softmax_cross_entropy have no with_logits",
            "softmax_cross_entropy_with_logits_v2",
            "get a probability from a model trained with BCEWithLogitsLoss",
        ),
        sentence="with_logits in the name of a loss says that its input is logits: the sigmoid or "
        "softmax is inside, and must not be applied before.",
        answer="""
BCEWithLogitsLoss(x) is BCELoss(sigmoid(x)) without the rounding in between. A name without the suffix
says nothing: PyTorch's binary_cross_entropy takes probabilities, while its cross_entropy takes logits.

TensorFlow is no more consistent. tf.nn.softmax_cross_entropy_with_logits takes one-hot rows,
tf.nn.sparse_softmax_cross_entropy_with_logits class indexes, both logits. TF1's losses
softmax_cross_entropy, sparse_softmax_cross_entropy and sigmoid_cross_entropy take logits without saying
so; log_loss beside them takes probabilities. An argument called logits says less than the suffix:
tf.nn.softmax(logits) is the activation itself. Keras has no suffix and an argument, from_logits. The
cross-entropies of optax and our own always take logits.

A model trained so gives logits; for a probability to show, put sigmoid or softmax behind it, outside of
the loss.

The v2 of softmax_cross_entropy_with_logits gives gradients to the labels too, the first did not; the
value is the same.
""",
        formula="bce_with_logits(x, z) = bce(σ(x), z) = max(x, 0) - z x + log(1 + exp(-|x|))",
        example="""
>>> from xlogits.dialects.torch.nn import functional as F
>>> x, z = np.array([0.3]), np.array([1.0])
>>> round(float(F.binary_cross_entropy_with_logits(x, z)), 4)
0.5544
>>> round(float(F.binary_cross_entropy(xl.sigmoid(x), z)), 4)
0.5544
""",
        mistake=Mistake(
            "the loss without the suffix, on logits",
            "F.binary_cross_entropy of the logit 0.3, target 1, is {wrong}; right is {right}. It "
            "raises only when a logit leaves [0, 1]. The other way round, a sigmoid before "
            "BCEWithLogitsLoss, gives {twice}.",
        ),
        functions=Functions(losses=BOTH, named=("with_logits", "WithLogits")),
        next=("from_logits", "bce", "cross-entropy", "stability"),
        sources=(
            Source(
                "PyTorch, BCEWithLogitsLoss",
                2026,
                "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
            ),
            Source(
                "TensorFlow, tf.nn.softmax_cross_entropy_with_logits",
                2026,
                "https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits",
            ),
        ),
        setup="x = np.array([0.3]); z = np.array([1.0])",
        numbers={
            "right": Number(
                "0.5544",
                "xl.sigmoid_cross_entropy(x, z)",
                "F.binary_cross_entropy_with_logits(t(x), t(z))",
            ),
            "wrong": Number(
                "1.2040",
                "dialects.torch.nn.functional.binary_cross_entropy(x, z)",
                "F.binary_cross_entropy(t(x), t(z))",
            ),
            "twice": Number(
                "0.4466",
                "xl.sigmoid_cross_entropy(xl.sigmoid(x), z)",
                "F.binary_cross_entropy_with_logits(torch.sigmoid(t(x)), t(z))",
            ),
        },
    ),
    Concept(
        id="from_logits",
        names=("from_logits", "from logits", "from_logits=True", "from_logits=False"),
        asked=(
            "what does from_logits mean in keras",
            "from_logits true or false",
            "when should from_logits be true",
            "forgot from_logits",
            "from_logits with softmax activation",
            "from_logits in mxnet",
            "keras loss without softmax layer",
            "from_logits=True on probabilities",
            "from_logits=False on logits",
            "why does training work when from_logits is forgotten",
        ),
        sentence="from_logits tells a Keras loss what its prediction is: True for logits, False, the "
        "default, for probabilities that softmax or sigmoid has already made.",
        answer="""
It has to fit the last layer: Dense(10) without activation and from_logits=True, or Dense(10,
activation="softmax") and from_logits=False. The first loses no digits. Either mistake runs.

Forgotten on logits: Keras clips them to [1e-7, 1 - 1e-7] as if they were probabilities. For logits (2,
1, 0), (0, 3, 0) and labels 0, 2 the loss is {forgotten} instead of {right}, and every gradient is
{grad}, since all these logits lie outside the clip. Only a logit between 0 and 1 is still moved, the
label's towards 1 and the others towards 0, which is why such training seems to work at first: of (0.5,
0.2, 0.1) and label 0 the gradient is ({moved}).

Set on probabilities: softmax is applied a second time, {on_probs} for the same rows, and a perfect
model of 3 classes still pays {floor}. The order of classes is kept, so accuracy looks right. Only on
TensorFlow, and only behind a softmax of its own (the activation of a last layer, keras.ops.softmax),
does Keras find the logits: it uses them, warns, and gives {seen} after all.

MXNet's Gluon has an argument of the same name and the opposite sense: from_logits=True there means that
the input is log-probabilities already, the result of log_softmax, and False, the default of its
SoftmaxCrossEntropyLoss, that it is what everybody else calls logits.
""",
        formula="True: -log softmax(x)_y;  False: -log clip(p, ε, 1 - ε)_y;  MXNet, True: -x_y",
        example="""
>>> from xlogits.dialects.keras.losses import SparseCategoricalCrossentropy as Loss
>>> x, y = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]]), np.array([0, 2])
>>> round(float(Loss(from_logits=True)(y, x)), 4), round(float(Loss()(y, xl.softmax(x))), 4)
(1.7513, 1.7513)
>>> round(float(Loss()(y, x)), 4), round(float(Loss(from_logits=True)(y, xl.softmax(x))), 4)
(8.4056, 1.1363)
""",
        mistake=Mistake(
            "forgotten on logits, or set on probabilities",
            "Forgotten: {forgotten} instead of {right}. Set on probabilities: {on_probs} instead of "
            "{right}, and never below {floor} for 3 classes.",
        ),
        functions=Functions(losses=BOTH, options=("form",)),
        next=("logits", "softmax-twice", "with_logits", "confident-predictions"),
        sources=(
            KERAS,
            Source(
                "MXNet, gluon/loss.py",
                2022,
                "https://github.com/apache/mxnet/blob/master/python/mxnet/gluon/loss.py",
            ),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]]); y = np.array([0, 2]); "
        "p = xl.softmax(x); small = np.array([[0.5, 0.2, 0.1]])",
        numbers={
            "right": Number(
                "1.7513",
                "xl.softmax_cross_entropy(x, y, reduction='mean')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)",
            ),
            "forgotten": Number(
                "8.4056",
                "dialects.keras.losses.SparseCategoricalCrossentropy()(y, x)",
                "keras.losses.SparseCategoricalCrossentropy()(y, x)",
            ),
            "grad": Number(
                "0",
                "xl.value_and_grad(dialects.keras.losses.SparseCategoricalCrossentropy())(y, x)[1]",
                "slope(keras.losses.SparseCategoricalCrossentropy(), y, x)",
            ),
            "moved": Number(
                "-0.75, 1.25, 1.25",
                "xl.value_and_grad("
                "dialects.keras.losses.SparseCategoricalCrossentropy())(y[:1], small)[1]",
                "slope(keras.losses.SparseCategoricalCrossentropy(), y[:1], small)",
            ),
            "on_probs": Number(
                "1.1363",
                "xl.softmax_cross_entropy(p, y, reduction='mean')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, p)",
            ),
            "floor": Number(
                "0.5514",
                "xl.softmax_cross_entropy(np.eye(3), np.arange(3), reduction='mean')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.arange(3), np.eye(3))",
            ),
            "seen": Number(
                "1.7513",
                "xl.softmax_cross_entropy(x, y, reduction='mean')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
                "(y, keras.activations.softmax(tf.constant(x, tf.float32)))",
            ),
        },
    ),
    Concept(
        id="sparse",
        names=(
            *("sparse", "one-hot", "one hot", "categorical", "sparse categorical", "class index"),
            *("sparse labels", "integer labels", "one-hot labels", "onehot"),
        ),
        asked=(
            "categorical_crossentropy vs sparse_categorical_crossentropy",
            "do labels need to be one-hot encoded",
            "one-hot labels or integer labels",
            "integer labels for cross-entropy",
            "what does sparse mean in sparse_categorical_crossentropy",
            "one-hot encode labels for CrossEntropyLoss",
            "soft labels",
            "dense labels",
            "which labels does CrossEntropyLoss take",
        ),
        sentence="Sparse means that a label is written as its class index, one integer an item; without "
        "the word it is a row with one number per class, such as a one-hot vector. The loss is "
        "the same.",
        answer="""
Nothing is sparse about the computation: tf.nn.sparse_softmax_cross_entropy_with_logits and Keras'
SparseCategoricalCrossentropy take indexes, their siblings without "sparse" take rows. optax says
with_integer_labels. PyTorch's cross_entropy takes both and tells them apart by their shape: (N,)
integers are indexes, (N, C) floats are rows.

An index needs less memory, and cannot say anything but "this one". A row may be any distribution:
smoothed labels, a teacher's probabilities, two annotators who disagree.

For logits (2, 1, 0), class 0 and its one-hot row both give {index}.
""",
        formula="index: -log p_y;  row: -Σ_i q_i log p_i, the same for q = one-hot(y)",
        example="""
>>> x = np.array([[2.0, 1.0, 0.0]])
>>> xl.softmax_cross_entropy(x, np.array([0])).round(4).tolist()
[0.4076]
>>> xl.softmax_cross_entropy(x, np.eye(3)[[0]]).round(4).tolist()
[0.4076]
""",
        mistake=Mistake(
            "labels of one kind given to the function of the other",
            "CategoricalCrossentropy with class indexes raises in Keras, and F.cross_entropy with "
            "integer one-hot rows in PyTorch: make them floats, or take the index. Silent is a row "
            "that does not sum to 1: twice the one-hot row gives {twice} instead of {index}.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), labels="index"),
        next=("label-range", "label-shape", "class-axis", "label-smoothing"),
        sources=(KERAS, CROSS_ENTROPY_LOSS),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0]); q = np.eye(3)[[0]]",
        numbers={
            "index": Number(
                "0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(q))"
            ),
            "twice": Number(
                "0.8152", "xl.softmax_cross_entropy(x, 2 * q)", "F.cross_entropy(t(x), t(2 * q))"
            ),
        },
    ),
    Concept(
        id="class-axis",
        names=(
            "class axis",
            "class dimension",
            "channels first",
            "channels last",
            "channel axis",
            "classes last",
        ),
        asked=(
            "class dimension of CrossEntropyLoss",
            "CrossEntropyLoss with N C H W",
            "CrossEntropyLoss for segmentation",
            "CrossEntropyLoss for sequences",
            "expected target size got",
            "permute logits before cross-entropy",
            "which dim is the class dimension",
            "softmax dim",
            "cross-entropy with 4 dimensions",
            "batch time vocabulary logits",
        ),
        sentence="PyTorch's cross_entropy wants the classes on axis 1, (N, C, ...); TensorFlow, Keras, "
        "optax and xlogits want them last, (..., C).",
        answer="""
With two axes there is no difference. With three or more there is: images are (N, C, H, W) for PyTorch
and (N, H, W, C) for the others, and logits of a language model come as (batch, time, vocabulary), which
PyTorch's function takes for `time` classes.

Move the axis, x.movedim(-1, 1), or make two axes of all, x.reshape(-1, C) and y.reshape(-1). Here it is
an argument, axis=1. Softmax asks for its axis too: PyTorch wants dim, and elsewhere it is the last by
default.
""",
        formula="PyTorch: x (N, C, d1, ...), y (N, d1, ...);  others: x (..., C), y (...)",
        example="""
>>> x = np.sin(np.arange(24.0)).reshape(2, 3, 4)  # 4 classes last
>>> y = np.array([[0, 1, 2], [3, 0, 1]])
>>> moved = np.moveaxis(x, -1, 1)
>>> last = xl.softmax_cross_entropy(x, y, reduction="mean")
>>> second = xl.softmax_cross_entropy(moved, y, axis=1, reduction="mean")
>>> bool(np.isclose(last, second))
True
""",
        mistake=Mistake(
            "classes last in PyTorch",
            "With index labels it raises, unless there are as many classes as steps. With rows of "
            "probabilities it never does: for logits (2, 5, 7) of 7 classes it gives {wrong} instead "
            "of {right}.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), options=("axis",)),
        next=("cross-entropy", "sparse", "softmax"),
        sources=(CROSS_ENTROPY_LOSS,),
        setup="x = 3 * np.sin(np.arange(70.0)).reshape(2, 5, 7); "
        "q = np.eye(7)[np.arange(10) % 7].reshape(2, 5, 7)",
        numbers={
            "right": Number(
                "3.3216",
                "xl.softmax_cross_entropy(x, q, reduction='mean')",
                "F.cross_entropy(t(x).movedim(-1, 1), t(q).movedim(-1, 1))",
            ),
            "wrong": Number(
                "1.5326",
                "xl.softmax_cross_entropy(x, q, axis=1, reduction='mean')",
                "F.cross_entropy(t(x), t(q))",
            ),
        },
    ),
)
