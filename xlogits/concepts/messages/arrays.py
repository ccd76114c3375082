"""What frameworks say of labels and logits whose dtypes or shapes do not fit each other."""

from xlogits.concepts.record import Message

MESSAGES = (
    Message(
        concept="label-dtype",
        says=(
            "expected target dtype to be Long or Byte, but got …",
            "expected scalar type Long but found …",
            "Expected object of scalar type Long but got scalar type … for argument … 'target'",
            '"nll_loss_forward_reduce_cuda_kernel_…d_index" not implemented for …',
        ),
        why="Class indexes are int64 for PyTorch (Long); the labels are of another dtype, such as int32 "
        "or float. Cast whole numbers with .long(); rows of probabilities need the shape of the logits.",
        given="x, y = torch.zeros(2, 3), torch.tensor([0.0, 2.0])",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x, y.long())",
    ),
    Message(
        concept="label-dtype",
        says=("result type Float can't be cast to the desired output type Long",),
        why="The targets of binary cross-entropy are numbers between 0 and 1, and so floats; these are "
        "integers.",
        given="x, z = torch.tensor([0.2, -0.7]), torch.tensor([1, 0])",
        wrong="F.binary_cross_entropy_with_logits(x, z)",
        right="F.binary_cross_entropy_with_logits(x, z.float())",
    ),
    Message(
        concept="label-dtype",
        says=("Found dtype Long but expected Float", "Found dtype Double but expected Float"),
        why="The targets have another dtype than the prediction: integers, or the float64 that NumPy "
        "makes. Cast them with .float().",
        given="p, z = torch.tensor([0.2, 0.7]), torch.tensor([1, 0])",
        wrong="F.binary_cross_entropy(p, z)",
        right="F.binary_cross_entropy(p, z.float())",
    ),
    Message(
        concept="label-dtype",
        says=("Value for attr 'Tlabels' of … is not in the list of allowed values",),
        why="A loss with sparse in its name takes class indexes of int32 or int64, and the labels are "
        "of another dtype.",
        given="x, y = tf.zeros((2, 3)), tf.constant([0.0, 2.0])",
        wrong="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(y, tf.int64), logits=x)",
    ),
    Message(
        concept="label-dtype",
        says=("cannot compute Mul as input #… was expected to be a … tensor but is a … tensor",),
        why="The labels and the logits are multiplied with each other and have different dtypes: cast "
        "the labels to that of the logits.",
        given="x, z = tf.constant([0.2, -0.7]), tf.constant([1, 0])",
        wrong="tf.nn.sigmoid_cross_entropy_with_logits(labels=z, logits=x)",
        right="tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.cast(z, x.dtype), logits=x)",
    ),
    Message(
        concept="label-dtype",
        says=("one_hot is only applicable to index tensor of type LongTensor.",),
        why="Only int64 class indexes are made one-hot; the labels are of another dtype.",
        given="y = torch.tensor([0.0, 2.0])",
        wrong="F.one_hot(y, 3)",
        right="F.one_hot(y.long(), 3)",
    ),
    Message(
        concept="label-dtype",
        says=("argument 'target' (position …) must be Tensor, not …",),
        why="The labels are a list, a number or an array of NumPy, and PyTorch's losses take tensors.",
        given="x, y = torch.zeros(2, 3), [0, 2]",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x, torch.tensor(y))",
    ),
    Message(
        concept="label-shape",
        says=("Target size (…) must be the same as input size (…)",),
        why="Binary cross-entropy takes a target for every logit. A last layer with one output gives a "
        "column (N, 1), and the labels are (N,). Several outputs for one label an item are classes: "
        "CrossEntropyLoss.",
        given="x, z = torch.zeros(2, 1), torch.tensor([1.0, 0.0])",
        wrong="F.binary_cross_entropy_with_logits(x, z)",
        right="F.binary_cross_entropy_with_logits(x.squeeze(1), z)",
    ),
    Message(
        concept="label-shape",
        says=(
            (
                "Using a target size (…) that is different to the input size (…) is deprecated. Please "
                "ensure they have the same size."
            ),
        ),
        why="BCELoss takes a target for every probability. A last layer with one output gives a column "
        "(N, 1), and the labels are (N,).",
        given="p, z = torch.full((2, 1), 0.5), torch.tensor([1.0, 0.0])",
        wrong="F.binary_cross_entropy(p, z)",
        right="F.binary_cross_entropy(p.squeeze(1), z)",
    ),
    Message(
        concept="label-shape",
        says=(
            (
                "Using a target size (…) that is different to the input size (…). This will likely lead "
                "to incorrect results due to broadcasting. Please ensure they have the same size."
            ),
        ),
        why="It is a warning, and the loss is wrong: a column (N, 1) and labels (N,) make N times N "
        "differences, of every prediction and every label.",
        given="x, z = torch.zeros(2, 1), torch.tensor([1.0, 0.0])",
        wrong="F.mse_loss(x, z)",
        right="F.mse_loss(x.squeeze(1), z)",
    ),
    Message(
        concept="label-shape",
        says=("Expected input batch_size (…) to match target batch_size (…).",),
        why="Logits and labels are of different numbers of items: rows of another length were made of "
        "one of them (view, flatten), or one was shifted or cut and the other was not.",
        given="x, y = torch.zeros(2, 5, 7), torch.zeros(2, 5, dtype=torch.long)",
        wrong="F.cross_entropy(x.view(-1, 7), y[:, 1:].reshape(-1))",
        right="F.cross_entropy(x[:, :-1].reshape(-1, 7), y[:, 1:].reshape(-1))",
    ),
    Message(
        concept="label-shape",
        says=(
            "`logits` and `labels` must have the same shape, received (… vs …).",
            "logits and labels must have the same shape (… vs …)",
        ),
        why="Binary cross-entropy takes a label for every logit. Ten outputs beside one label an item "
        "are ten classes, for SparseCategoricalCrossentropy; one event needs a last layer with one "
        "output, and labels in a column.",
        given="x, y = tf.zeros((2, 3)), tf.constant([[0.0], [1.0]])",
        wrong="tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x[:, :1])",
    ),
    Message(
        concept="label-shape",
        says=(
            "Arguments `target` and `output` must have the same shape up until the last dimension: …",
            (
                "logits and labels must have the same first dimension, got logits shape … and labels "
                "shape …"
            ),
        ),
        why="There are not as many labels as rows of the prediction. One-hot rows that were flattened "
        "belong to CategoricalCrossentropy, as rows; otherwise one of the two was cut or reshaped.",
        given="x, y = np.zeros((2, 3)), np.eye(3)[[0, 2]]",
        wrong="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y.ravel(), x)",
        right="keras.losses.CategoricalCrossentropy(from_logits=True)(y, x)",
    ),
    Message(
        concept="label-shape",
        says=(
            "`labels.shape` must equal `logits.shape` except for the last dimension. Received: …",
        ),
        why="There are not as many labels as rows of logits. One-hot rows that were flattened belong to "
        "softmax_cross_entropy_with_logits, as rows; otherwise one of the two was cut or reshaped.",
        given="x, y = tf.zeros((2, 3)), tf.constant([0, 2, 1])",
        wrong="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
        right="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y[:2], logits=x)",
    ),
    Message(
        concept="label-shape",
        says=("Incompatible shapes for broadcasting: shapes=…",),
        why="Labels and logits do not fit each other. Class indexes (N,) belong to "
        "softmax_cross_entropy_with_integer_labels, and rows need the shape of the logits. Where the "
        "shapes happen to fit nothing is said, and the loss is of other pairs.",
        given="x, y = jnp.zeros((2, 3)), jnp.array([0, 2])",
        wrong="optax.softmax_cross_entropy(x, y)",
        right="optax.softmax_cross_entropy_with_integer_labels(x, y)",
    ),
    Message(
        concept="label-shape",
        says=("indices and arr must have the same number of dimensions; …",),
        why="Class indexes have one axis less than the logits, and these are a column (N, 1).",
        given="x, y = jnp.zeros((2, 3)), jnp.array([[0], [2]])",
        wrong="optax.softmax_cross_entropy_with_integer_labels(x, y)",
        right="optax.softmax_cross_entropy_with_integer_labels(x, y[:, 0])",
    ),
)
