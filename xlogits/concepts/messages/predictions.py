"""What frameworks say of predictions that are not what the loss takes, and of their class axis."""

from xlogits.concepts.record import Message

MESSAGES = (
    Message(
        concept="with_logits",
        says=("all elements of input should be between 0 and 1",),
        why="BCELoss takes probabilities, and got logits, or nan. Give logits to the loss with them in "
        "its name instead of a sigmoid before this one.",
        given="x, z = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])",
        wrong="F.binary_cross_entropy(x, z)",
        right="F.binary_cross_entropy_with_logits(x, z)",
    ),
    Message(
        concept="with_logits",
        says=(
            (
                "softmax_cross_entropy_with_logits … is deprecated and will be removed in a future "
                "version. Instructions for updating: Future major versions of TensorFlow will allow "
                "gradients to flow into the labels input on backprop by default."
            ),
            "Future major versions of TensorFlow will allow gradients to flow into the labels",
        ),
        why="TensorFlow 1's function keeps gradients from the labels, its successor does not; the value "
        "is the same. Where labels are data it makes no difference; where they are computed, wrap them "
        "in tf.stop_gradient to keep the old meaning.",
        given="x, q = tf.zeros((2, 3)), tf.one_hot([0, 2], 3)",
        wrong="tf.compat.v1.nn.softmax_cross_entropy_with_logits(labels=q, logits=x)",
        right="tf.nn.softmax_cross_entropy_with_logits(labels=tf.stop_gradient(q), logits=x)",
    ),
    Message(
        concept="from_logits",
        says=(
            (
                "received `from_logits=True`, but the `output` argument was produced by a … "
                "activation and thus does not represent logits. Was this intended?"
            ),
        ),
        why="The last layer has its activation, and the loss is told that it has none. Keras finds the "
        "logits behind the activation and uses them, on TensorFlow alone: take the activation out of "
        "the model, or from_logits out of the loss.",
        given="x, y = tf.zeros((2, 3)), np.array([0, 2]); "
        "Loss = keras.losses.SparseCategoricalCrossentropy",
        wrong="Loss(from_logits=True)(y, keras.activations.softmax(x))",
        right="Loss(from_logits=True)(y, x)",
    ),
    Message(
        concept="softmax-vs-sigmoid",
        says=(
            (
                "You are using a softmax over axis … of a tensor of shape …. This axis has size 1. "
                "The softmax operation will always return the value 1, which is likely not what you "
                "intended. Did you mean to use a sigmoid instead?"
            ),
        ),
        why="One score cannot compete with others, so its softmax is 1 whatever it is. One event needs "
        "a sigmoid and binary cross-entropy, two classes in two columns a softmax.",
        given="x = np.array([[2.0], [-1.0]])",
        wrong="keras.activations.softmax(x)",
        right="keras.activations.sigmoid(x)",
    ),
    Message(
        concept="logits",
        says=("argument 'input' (position …) must be Tensor, not …",),
        why="The loss got what the model returned, a tuple or an object that holds the logits among "
        "other things: outputs.logits, or the first of a tuple.",
        given="outputs, y = (torch.zeros(2, 3),), torch.tensor([0, 2])",
        wrong="F.cross_entropy(outputs, y)",
        right="F.cross_entropy(outputs[0], y)",
    ),
    Message(
        concept="cross-entropy",
        says=("Boolean value of Tensor with more than one value is ambiguous",),
        why="A class of losses is made with its options and called with the arrays after: the arrays "
        "were given to the class itself.",
        given="x, y = torch.zeros(2, 3), torch.tensor([0, 2])",
        wrong="nn.CrossEntropyLoss(x, y)",
        right="nn.CrossEntropyLoss()(x, y)",
    ),
    Message(
        concept="cross-entropy",
        says=(
            '"log_softmax_lastdim_kernel_impl" not implemented for …',
            '"softmax_lastdim_kernel_impl" not implemented for …',
        ),
        why="Softmax was applied to integers: logits and labels are in the order of TensorFlow and "
        "Keras, labels first, or the prediction is an argmax.",
        given="x, y = torch.zeros(2, 3), torch.tensor([0, 2])",
        wrong="F.cross_entropy(y, x)",
        right="F.cross_entropy(x, y)",
    ),
    Message(
        concept="cross-entropy",
        says=(
            "Expected the input to have a dtype that is a subdtype of <class 'numpy.floating'>, got …",
        ),
        why="The logits are integers: optax takes the logits first and the labels second, the reverse "
        "of TensorFlow and Keras.",
        given="x, q = jnp.zeros((2, 3)), jnp.eye(3, dtype=int)[jnp.array([0, 2])]",
        wrong="optax.softmax_cross_entropy(q, x)",
        right="optax.softmax_cross_entropy(x, q)",
    ),
    Message(
        concept="cross-entropy",
        says=(
            "Only call `…` with named arguments (labels=..., logits=..., ...)",
            "Only call `…` with named arguments",
        ),
        why="TensorFlow 1.0 swapped the order of the two arguments, and refused a call without their "
        "names so that nobody would take one for the other. Name them.",
        given="x, y = tf.zeros((2, 3)), tf.constant([0, 2])",
        wrong="",
        right="tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)",
    ),
    Message(
        concept="cross-entropy",
        says=("Could not interpret loss identifier: …",),
        why="compile(loss=...) knows the names of Keras' own losses, not TensorFlow's: "
        "categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy. For logits "
        "pass an object, with from_logits=True.",
        given="",
        wrong="keras.losses.get('softmax_cross_entropy')",
        right="keras.losses.get('categorical_crossentropy')",
    ),
    Message(
        concept="probability",
        says=("The y_prob values do not sum to one. Make sure to pass probabilities.",),
        why="log_loss takes a row of probabilities an item, which sum to 1, and got something else: "
        "logits between 0 and 1, or the sigmoids of several events.",
        given="from sklearn.metrics import log_loss; from scipy.special import softmax; "
        "y, x = [0, 1], np.array([[0.9, 0.2], [0.1, 0.4]])",
        wrong="log_loss(y, x)",
        right="log_loss(y, softmax(x, axis=1))",
    ),
    Message(
        concept="probability",
        says=("y_prob contains values greater than 1: …", "y_prob contains values lower than 0: …"),
        why="log_loss takes probabilities, and got logits: apply softmax, or for one event the sigmoid, "
        "before.",
        given="from sklearn.metrics import log_loss; from scipy.special import softmax; "
        "y, x = [0, 1], np.array([[2.0, 1.0], [1.0, 2.0]])",
        wrong="log_loss(y, x)",
        right="log_loss(y, softmax(x, axis=1))",
    ),
    Message(
        concept="class-axis",
        says=("Expected target size …, got …",),
        why="The axes behind the classes differ between logits and labels: PyTorch has the classes on "
        "axis 1, (N, C, ...), and these logits probably have them last, (N, ..., C).",
        given="x, y = torch.zeros(2, 5, 7), torch.zeros(2, 5, dtype=torch.long)",
        wrong="F.cross_entropy(x, y)",
        right="F.cross_entropy(x.movedim(-1, 1), y)",
    ),
    Message(
        concept="class-axis",
        says=(
            (
                "Implicit dimension choice for … has been deprecated. Change the call to include "
                "dim=X as an argument."
            ),
        ),
        why="PyTorch wants to be told along which axis the classes are. What it guesses is axis 0 for "
        "1 and 3 axes, and axis 1 else, so the sum over the classes may not be 1.",
        given="x = torch.zeros(2, 3)",
        wrong="F.softmax(x)",
        right="F.softmax(x, dim=-1)",
    ),
    Message(
        concept="class-axis",
        says=("Dimension out of range (expected to be in range of …, but got …)",),
        why="The axis that is asked for is not there: of a single item without a batch the classes are "
        "on axis 0, which dim=-1 finds in both cases.",
        given="x = torch.zeros(3)",
        wrong="F.softmax(x, dim=1)",
        right="F.softmax(x, dim=-1)",
    ),
)
