"""What frameworks say of labels that are of the wrong kind, or beyond the classes."""

from xlogits.concepts.record import Message

MESSAGES = (
    Message(
        concept="sparse",
        says=(
            "0D or 1D target tensor expected, multi-target not supported",
            "multi-target not supported at …",
        ),
        why="Class indexes are one integer an item, without an axis for the classes, and these labels "
        "have a second axis. A column (N, 1) has to be squeezed.",
        given="x, y = torch.zeros(2, 3), torch.tensor([[0], [2]])",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x, y.squeeze(1))",
    ),
    Message(
        concept="sparse",
        says=("Expected floating point type for target with class probabilities, got …",),
        why="Labels in the shape of the logits are read as one number per class, and these have to be "
        "floats. One-hot rows of integers are cast, or turned into indexes by argmax(1). If the labels "
        "are class indexes, the logits have lost their axis of classes: an argmax or a squeeze.",
        given="x, y = torch.zeros(2, 3), F.one_hot(torch.tensor([0, 2]))",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x, y.float())",
    ),
    Message(
        concept="sparse",
        says=("Arguments `target` and `output` must have the same rank (ndim). Received: …",),
        why="CategoricalCrossentropy takes a row with one number per class, and these labels have one "
        "axis less: they are class indexes, which the loss with Sparse in its name takes. Said of "
        "binary cross-entropy, several outputs meet one label an item.",
        given="x, y = np.zeros((2, 3)), np.array([0, 2])",
        wrong="keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)",
        right="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)",
    ),
    Message(
        concept="sparse",
        says=("Arguments `target` and `output` must have the same shape. Received: …",),
        why="The loss takes one number for each output, and the labels have another number of columns. "
        "A column of class indexes (N, 1) belongs to the loss with Sparse in its name; for "
        "binary cross-entropy the last layer has as many outputs as there are labels an item.",
        given="x, y = np.zeros((2, 3)), np.array([[0], [2]])",
        wrong="keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)",
        right="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)",
    ),
    Message(
        concept="sparse",
        says=("Shapes … and … are incompatible", "Shapes … and … are not compatible"),
        why="Said of a categorical cross-entropy, the labels are not rows with one number per class, "
        "but class indexes, or rows of another number of classes than the last layer has outputs.",
        given="x, y = tf.zeros((2, 3)), tf.constant([[0], [2]])",
        wrong="tf.compat.v1.losses.softmax_cross_entropy(y, x)",
        right="tf.compat.v1.losses.sparse_softmax_cross_entropy(y, x)",
    ),
    Message(
        concept="sparse",
        says=("logits and labels must be broadcastable: logits_size=… labels_size=…",),
        why="softmax_cross_entropy_with_logits takes a row with one number per class. Class indexes "
        "belong to its sibling with sparse in its name; rows need as many columns as the logits.",
        given="x, y = tf.zeros((2, 3)), tf.constant([0, 2])",
        wrong="tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
    ),
    Message(
        concept="sparse",
        says=("Argument `output` must have rank (ndim) `target.ndim - 1`. Received: …",),
        why="A loss with Sparse in its name takes class indexes, which have one axis less than the "
        "prediction. These labels have as many: one-hot rows belong to CategoricalCrossentropy.",
        given="x, y = np.zeros((2, 3)), np.eye(3)[[0, 2]]",
        wrong="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x)",
        right="keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)",
    ),
    Message(
        concept="sparse",
        says=(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: labels.shape=…",
            (
                "Rank mismatch: Rank of labels (received …) should equal rank of logits minus 1 "
                "(received …)."
            ),
        ),
        why="A loss with sparse in its name takes class indexes, which have one axis less than the "
        "logits. One-hot rows belong to its sibling, a column of indexes has to be squeezed, and where "
        "the logits are said to have the fewer axes the two arguments are swapped.",
        given="x, y = tf.zeros((2, 3)), tf.one_hot([0, 2], 3)",
        wrong="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)",
    ),
    Message(
        concept="sparse",
        says=(
            "Expected the input to have a dtype that is a subdtype of <class 'numpy.integer'>, got …",
        ),
        why="softmax_cross_entropy_with_integer_labels takes class indexes. Labels of floats are rows "
        "with one number per class, for softmax_cross_entropy, or indexes that have to be cast.",
        given="x, y = jnp.zeros((2, 3)), jnp.eye(3)[jnp.array([0, 2])]",
        wrong="optax.softmax_cross_entropy_with_integer_labels(x, y)",
        right="optax.softmax_cross_entropy(x, y)",
    ),
    Message(
        concept="label-range",
        says=("Target … is out of bounds.",),
        why="A label is negative, or not smaller than the number of classes, which is the size of axis "
        "1 of the logits. Labels count from 0. Logits of one column have one class: for two classes "
        "they belong to BCEWithLogitsLoss. What is to be left out has the label ignore_index.",
        given="x, y = torch.zeros(2, 3), torch.tensor([1, 3])",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x, y - 1)",
    ),
    Message(
        concept="label-range",
        says=(
            "CUDA error: device-side assert triggered",
            "cuda runtime error …: device-side assert triggered at …",
            "Assertion `t >= 0 && t < n_classes` failed",
        ),
        why="A check inside a kernel failed, and a kernel cannot say more; in a loss it is the check of "
        "the labels, elsewhere of an index into an embedding. Compute it once on the CPU to be told "
        "which label it is. The process cannot use the GPU any more and has to be started again.",
        given="x, y = torch.zeros(2, 3).cuda(), torch.tensor([1, 3]).cuda()",
        wrong="F.cross_entropy(x, y).item()",
        right="F.cross_entropy(x, y - 1).item()",
    ),
    Message(
        concept="label-range",
        says=("Received a label value of … which is outside the valid range of …",),
        why="A label is negative, or not smaller than the number of outputs of the last layer. Labels "
        "count from 0; with labels of 1 to C either subtract 1 or make the layer one wider.",
        given="x, y = tf.zeros((2, 3)), tf.constant([1, 3])",
        wrong="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y - 1, logits=x)",
    ),
    Message(
        concept="label-range",
        says=(
            "Class values must be smaller than num_classes.",
            "Class values must be non-negative.",
        ),
        why="A label has no place in a one-hot row: it is negative, or not smaller than the number of "
        "classes. Labels count from 0; padding of -100 is replaced, or masked, before.",
        given="y = torch.tensor([1, 3])",
        wrong="F.one_hot(y, 3)",
        right="F.one_hot(y - 1, 3)",
    ),
    Message(
        concept="label-range",
        says=(
            "y_true contains only one label … explicitly through the labels argument.",
            (
                "y_true and y_prob contain different number of classes: … explicitly through the labels "
                "argument."
            ),
        ),
        why="scikit-learn reads from the labels which classes there are, and not all of them occur "
        "among these. Say which columns the probabilities have.",
        given="from sklearn.metrics import log_loss; p = [[0.2, 0.8], [0.4, 0.6]]",
        wrong="log_loss([1, 1], p)",
        right="log_loss([1, 1], p, labels=[0, 1])",
    ),
    Message(
        concept="negative-loss",
        says=("all elements of target should be between 0 and 1",),
        why="The targets of binary cross-entropy are 0, 1 or between: no -1, no 2, no pixels up to 255. "
        "BCEWithLogitsLoss does not look, and becomes negative.",
        given="p, z = torch.tensor([0.2, 0.7]), torch.tensor([1.0, 2.0])",
        wrong="F.binary_cross_entropy(p, z)",
        right="F.binary_cross_entropy(p, z - 1)",
    ),
)
