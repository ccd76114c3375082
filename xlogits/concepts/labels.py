"""What goes wrong with labels: beyond the classes, of another dtype, in another shape."""

from xlogits.concepts.losses import CROSS_ENTROPY_LOSS, KERAS
from xlogits.concepts.record import Concept, Mistake, Number, Source

SPARSE = Source(
    "TensorFlow, tf.nn.sparse_softmax_cross_entropy_with_logits",
    2026,
    "https://www.tensorflow.org/api_docs/python/tf/nn/sparse_softmax_cross_entropy_with_logits",
)
OPTAX = Source("optax, Losses", 2026, "https://optax.readthedocs.io/en/latest/api/losses.html")

CONCEPTS = (
    Concept(
        id="label-range",
        names=(
            *("label range", "label out of range", "labels out of range", "target out of bounds"),
            *("label out of bounds", "invalid label", "number of classes"),
        ),
        asked=(
            "labels must start at 0",
            "labels that count from 1",
            "label equal to the number of classes",
            "negative label",
            "device-side assert in CrossEntropyLoss",
            "range of valid labels",
            "label 255",
            "fewer outputs than labels",
            "sparse loss is nan for some labels on the gpu",
        ),
        sentence="Class indexes count from 0, so with C classes the last is C - 1; what a label outside "
        "of that does depends on the framework and on the device.",
        answer="""
PyTorch raises on a CPU and names the label. On a GPU the check is inside a kernel: all that is said is
"device-side assert triggered", perhaps some lines later, and the process cannot use the GPU any more.
TensorFlow raises on a CPU, and on a GPU gives nan for the loss and the gradient of the row. optax gives
nan for a label that is too large, and takes -1 for the last class, as Python counts: {last} for logits
(2, 1, 0). xlogits raises wherever a label can be looked at without waiting for a device.

The number of classes is that of the logits, not of the labels: a last layer of one output has one
class, and the only label it takes is 0. With labels of 1 to C either subtract 1, or make the layer one
wider, where class 0 never occurs.

Padding is no class. PyTorch leaves out -100 unless told otherwise; other labels that mean "none", such
as -1 or 255, have to be named by ignore_index.
""",
        formula="0 ≤ y < C",
        example="""
>>> x, y = np.array([[2.0, 1.0, 0.0]]), np.array([3])
>>> try:
...     xl.softmax_cross_entropy(x, y)
... except xl.errors.LabelError as error:
...     print(error)
label 3 at position (0,) is out of range: with 3 classes labels go from 0 to 2; count from 0
""",
        mistake=Mistake(
            "labels that count from 1",
            "They raise only where the last class occurs. Elsewhere the loss is of the next class: for "
            "logits (2, 1, 0) and the first class, written as 1, it is {shifted} instead of {right}.",
        ),
        functions=None,
        next=("sparse", "ignore_index", "label-dtype", "class-axis"),
        sources=(CROSS_ENTROPY_LOSS, SPARSE),
        setup="x = np.array([[2.0, 1.0, 0.0]]); y = np.array([0])",
        numbers={
            "right": Number(
                "0.4076", "xl.softmax_cross_entropy(x, y)", "F.cross_entropy(t(x), t(y))"
            ),
            "shifted": Number(
                "1.4076", "xl.softmax_cross_entropy(x, y + 1)", "F.cross_entropy(t(x), t(y + 1))"
            ),
            "last": Number(
                "2.4076",
                "xl.softmax_cross_entropy(x, y + 2)",
                "optax.softmax_cross_entropy_with_integer_labels(x, y - 1)",
            ),
        },
    ),
    Concept(
        id="label-dtype",
        names=(
            *(
                "label dtype",
                "dtype of labels",
                "dtype of the labels",
                "target dtype",
                "long labels",
            ),
            *("float labels", "labels dtype"),
        ),
        asked=(
            "labels must be long",
            "should labels be int or float",
            "cast labels to int64",
            "float targets for CrossEntropyLoss",
            "integer targets for BCEWithLogitsLoss",
            "expected Long but got Float",
            "LongTensor targets",
            "uint8 labels",
        ),
        sentence="Integers are class indexes, floats are one number per class or per event; a loss that "
        "gets the other of the two raises, or casts without a word.",
        answer="""
PyTorch's CrossEntropyLoss takes indexes of int64 or uint8, and nothing else: int32, which TensorFlow
and JAX make by default, has to be cast. Rows of probabilities are floats, and so are the targets of
binary cross-entropy, BCELoss' of the very dtype of the prediction.

TensorFlow's function with sparse in its name takes int32 and int64; sigmoid_cross_entropy_with_logits
wants the dtype of the logits. optax wants integers of any width for with_integer_labels, and casts
elsewhere. scikit-learn takes whatever it can sort.

Keras casts everything. Labels of a table, read as floats, work as long as they are whole: 0.9 is cut to
class 0, and costs {cut} for logits (2, 1, 0) like class 0 itself.
""",
        formula="index: y integer;  row: q float, Σ_i q_i = 1;  event: z float, 0 ≤ z ≤ 1",
        example="""
>>> x, y = np.array([[2.0, 1.0, 0.0]]), np.array([0.0])  # read from a table
>>> xl.softmax_cross_entropy(x, y.astype(int)).round(4).tolist()
[0.4076]
""",
        mistake=Mistake(
            "a cast that only silences the error",
            "A target of 0.9 cast to an integer is 0: for logit 2, binary cross-entropy is {cast} "
            "instead of {soft}. Cast targets to floats, and to integers only what is an index.",
        ),
        functions=None,
        next=("sparse", "label-range", "label-shape", "bce"),
        sources=(CROSS_ENTROPY_LOSS, KERAS, SPARSE),
        setup="x = np.array([[2.0, 1.0, 0.0]]); two = np.array([2.0])",
        numbers={
            "cut": Number(
                "0.4076",
                "xl.softmax_cross_entropy(x, np.array([0]))",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.array([0.9]), x)",
            ),
            "soft": Number(
                "0.3269",
                "xl.sigmoid_cross_entropy(two, np.array([0.9]))",
                "F.binary_cross_entropy_with_logits(t(two), t([0.9]).double())",
            ),
            "cast": Number(
                "2.1269",
                "xl.sigmoid_cross_entropy(two, np.array([0.0]))",
                "F.binary_cross_entropy_with_logits(t(two), t([0.9]).long().double())",
            ),
        },
    ),
    Concept(
        id="label-shape",
        names=(
            *("label shape", "shape of labels", "shape of the labels", "shape of the targets"),
            *("label shape mismatch", "target size", "broadcast labels"),
        ),
        asked=(
            "logits and labels must have the same shape",
            "target size must be the same as input size",
            "column of predictions and row of labels",
            "labels (N,) and predictions (N, 1)",
            "shape mismatch of logits and labels",
            "squeeze the output before BCELoss",
            "unsqueeze the target",
            "y of shape (n, 1)",
            "number of rows of input and target differ",
        ),
        sentence="Class indexes have the shape of the logits without the class axis; rows, and the "
        "targets of binary cross-entropy, have the shape of the logits.",
        answer="""
The usual trouble is (N,) beside (N, 1): a last layer with one output gives a column, labels come as a
row. PyTorch's binary losses raise. Keras takes both as N items and is right, {right} for the rows
below. Where arrays are broadcast, every label meets every prediction, and the mean is of N times N
losses: optax says {optax}. PyTorch's mse_loss does the same and only warns: {mse} instead of
{mse_right}. xlogits refuses. Take the column out, x[:, 0], or make one of the labels, z[:, None].

Ten outputs and one label an item is another matter: these are ten classes, and the loss is softmax
cross-entropy of indexes, not binary cross-entropy.

Different numbers of items, as in "batch_size (32) to match target batch_size (64)", mean that one of
the two was reshaped to rows of another length, cut or shifted.
""",
        formula="index: x (..., C), y (...);  row: x (..., C), q (..., C);  event: x (...), z (...)",
        example="""
>>> x, z = np.array([[2.0], [-1.0], [0.5]]), np.array([1.0, 0.0, 1.0])
>>> round(float(xl.sigmoid_cross_entropy(x[:, 0], z, reduction="mean")), 4)
0.3048
>>> every = np.broadcast_arrays(x, z)  # what happens where nobody looks
>>> round(float(xl.sigmoid_cross_entropy(*every, reduction="mean")), 4)
0.8048
""",
        mistake=Mistake(
            "a column of predictions beside a row of labels",
            "optax.sigmoid_binary_cross_entropy(x, z).mean() of the rows above is {optax}, and "
            "{right} is right. A model trained so predicts the same for every item.",
        ),
        functions=None,
        next=("sparse", "class-axis", "bce", "label-dtype"),
        sources=(OPTAX, KERAS),
        setup="x = np.array([[2.0], [-1.0], [0.5]]); z = np.array([1.0, 0.0, 1.0]); "
        "every = np.broadcast_arrays(x, z)",
        numbers={
            "right": Number(
                "0.3048",
                "xl.sigmoid_cross_entropy(x[:, 0], z, reduction='mean')",
                "keras.losses.BinaryCrossentropy(from_logits=True)(z, x)",
            ),
            "optax": Number(
                "0.8048",
                "xl.sigmoid_cross_entropy(*every, reduction='mean')",
                "optax.sigmoid_binary_cross_entropy(x, z).mean()",
            ),
            "mse": Number("1.75", "((x - z) ** 2).mean()", "F.mse_loss(t(x), t(z))"),
            "mse_right": Number(
                "0.75", "((x[:, 0] - z) ** 2).mean()", "F.mse_loss(t(x[:, 0]), t(z))"
            ),
        },
    ),
)
